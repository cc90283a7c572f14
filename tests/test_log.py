"""The log's mathematics: RFC 9162 trees, proofs, signed checkpoints, and that nothing altered ever verifies."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatkit import keys, log
from chatkit.requests import canonical, digest

ORIGIN = "chatkit/test"
KEY = keys.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = keys.public_hex(KEY)
QUICK = settings(deadline=None, max_examples=80, derandomize=True, database=None)


def entries_of(size: int) -> list[bytes]:
    return [f'{{"n":{n}}}'.encode() for n in range(size)]


def signed(entries: list[bytes]) -> str:
    return log.sign_checkpoint(ORIGIN, len(entries), log.root(entries), KEY).note


# -------------------------------------------------------------------------------------------- the tree of RFC 9162
def slow_root(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + slow_root(entries[:k]) + slow_root(entries[k:])).digest()


@pytest.mark.parametrize("size", range(41))
def test_the_root_is_the_one_of_rfc_9162(size: int) -> None:
    assert log.root(entries_of(size)) == slow_root(entries_of(size))


RFC_LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]


@pytest.mark.parametrize(
    ("size", "root"),
    [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ],
)
def test_the_roots_of_the_certificate_transparency_test_leaves_are_the_known_ones(size: int, root: str) -> None:
    assert log.root(RFC_LEAVES[:size]).hex() == root


def test_leaves_and_nodes_cannot_be_taken_for_each_other() -> None:
    left, right = log.leaf_hash(b"a"), log.leaf_hash(b"b")
    assert log.leaf_hash(b"\x01" + left + right) != log.node_hash(left, right)
    assert log.root([left + right]) != log.root([b"a", b"b"])


SIZES = [(size, index) for size in range(1, 41) for index in range(size)]


def test_every_entry_of_every_tree_up_to_forty_is_proved_to_be_in_it() -> None:
    for size, index in SIZES:
        leaves = [log.leaf_hash(e) for e in entries_of(size)]
        proof = log.inclusion_proof(leaves, index)
        assert log.verify_inclusion(index, size, leaves[index], proof, log.root(entries_of(size))), (size, index)


def test_an_inclusion_proof_holds_for_no_other_place_leaf_size_or_root() -> None:
    for size, index in SIZES:
        leaves = [log.leaf_hash(e) for e in entries_of(size)]
        root, proof = log.root(entries_of(size)), log.inclusion_proof(leaves, index)
        for other in range(size):
            if other != index:
                assert not log.verify_inclusion(other, size, leaves[index], proof, root)
                assert not log.verify_inclusion(index, size, leaves[other], proof, root)
        assert not log.verify_inclusion(index, size, leaves[index], [*proof, leaves[0]], root)
        assert not proof or not log.verify_inclusion(index, size, leaves[index], proof[:-1], root)
        assert not log.verify_inclusion(index, size, leaves[index], proof, log.root(entries_of(size + 1)))


def test_every_older_tree_is_proved_to_be_the_beginning() -> None:
    for size in range(1, 41):
        leaves, root = [log.leaf_hash(e) for e in entries_of(size)], log.root(entries_of(size))
        for old in range(1, size + 1):
            proof, before = log.consistency_proof(leaves, old), log.root(entries_of(old))
            assert log.verify_consistency(old, size, proof, before, root), (old, size)
            if old < size:
                assert not log.verify_consistency(old, size, proof, root, before)
                assert not log.verify_consistency(old, size, [*proof, before], before, root)
                assert not log.verify_consistency(old, size, proof[:-1], before, root)
            assert not log.verify_consistency(old, size, proof, log.leaf_hash(b"x"), root)


@QUICK
@given(st.data())
def test_a_proof_with_any_byte_altered_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    leaves, root = [log.leaf_hash(e) for e in entries_of(size)], log.root(entries_of(size))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    for proof, holds in (
        (log.inclusion_proof(leaves, index), lambda p: log.verify_inclusion(index, size, leaves[index], p, root)),
        (
            log.consistency_proof(leaves, old),
            lambda p: log.verify_consistency(old, size, p, log.root(entries_of(old)), root),
        ),
    ):
        assert holds(proof)
        for part in range(len(proof)):
            at, bit = data.draw(st.integers(0, 31)), data.draw(st.integers(1, 255))
            altered = bytearray(proof[part])
            altered[at] ^= bit
            assert not holds([*proof[:part], bytes(altered), *proof[part + 1 :]])
            assert not holds([*proof[:part], proof[part][:31], *proof[part + 1 :]])


def test_every_byte_of_a_proof_counts() -> None:
    leaves, root = [log.leaf_hash(e) for e in entries_of(11)], log.root(entries_of(11))
    inclusion, consistency = log.inclusion_proof(leaves, 6), log.consistency_proof(leaves, 6)
    for part in range(len(inclusion)):
        for at in range(32):
            altered = [bytearray(p) for p in inclusion]
            altered[part][at] ^= 1
            assert not log.verify_inclusion(6, 11, leaves[6], [bytes(p) for p in altered], root)
    for part in range(len(consistency)):
        for at in range(32):
            altered = [bytearray(p) for p in consistency]
            altered[part][at] ^= 1
            assert not log.verify_consistency(6, 11, [bytes(p) for p in altered], log.root(entries_of(6)), root)


def test_proofs_outside_the_tree_are_an_error() -> None:
    leaves = [log.leaf_hash(e) for e in entries_of(3)]
    for index in (-1, 3):
        with pytest.raises(IndexError):
            log.inclusion_proof(leaves, index)
    for old in (0, 4):
        with pytest.raises(IndexError):
            log.consistency_proof(leaves, old)


def test_nothing_is_proved_about_an_empty_tree() -> None:
    empty = log.root([])
    assert not log.verify_consistency(0, 3, [], empty, log.root(entries_of(3)))
    assert not log.verify_inclusion(0, 0, log.leaf_hash(b""), [], empty)
    assert not log.verify_log([], signed([]), PUBLIC)


def test_an_index_that_is_negative_or_past_the_end_is_not_included() -> None:
    leaves, root = [log.leaf_hash(e) for e in entries_of(4)], log.root(entries_of(4))
    proof = log.inclusion_proof(leaves, 3)
    assert not log.verify_inclusion(-1, 4, leaves[3], proof, root)
    assert not log.verify_inclusion(4, 4, leaves[3], proof, root)
    assert not log.verify_inclusion(7, 8, leaves[3], proof, root)


@QUICK
@given(st.lists(st.binary(max_size=20), max_size=70))
def test_growing_entry_by_entry_gives_the_root_of_the_whole(entries: list[bytes]) -> None:
    peaks: list[bytes] = []
    for size, entry in enumerate(entries):
        peaks = log.grow(peaks, size, log.leaf_hash(entry))
        assert len(peaks) == (size + 1).bit_count()
    assert log.crown(peaks) == slow_root(entries)


# -------------------------------------------------------------------------------------------------- the checkpoint
def test_a_checkpoint_is_a_signed_note() -> None:
    entries = entries_of(5)
    lines = signed(entries).split("\n")
    assert lines[:2] == ["chatkit/test", "5"]
    assert base64.b64decode(lines[2]) == log.root(entries)
    assert lines[3] == ""
    assert lines[4].startswith("— chatkit/test ")
    assert lines[5:] == [""]
    mark = base64.b64decode(lines[4].split(" ")[2])
    assert mark[:4] == hashlib.sha256(b"chatkit/test\n\x01" + bytes.fromhex(PUBLIC)).digest()[:4]
    assert keys.verify(PUBLIC, "\n".join([*lines[:3], ""]).encode(), mark[4:].hex())


def test_a_checkpoint_is_read_back_whole() -> None:
    entries = entries_of(5)
    read = log.read_checkpoint(signed(entries), PUBLIC)
    assert read == log.Checkpoint(ORIGIN, 5, log.root(entries), signed(entries))


def test_a_checkpoint_of_another_key_is_not_read() -> None:
    other = keys.public_hex(keys.new_key())
    assert log.read_checkpoint(signed(entries_of(5)), other) is None


@pytest.mark.parametrize(
    "note", ["", "\n", "\n\n", "a\n1\nAA==\n\n— a AA==\n", "退款", signed([b"x"]) + signed([b"x"])]
)
def test_what_is_no_checkpoint_is_not_read(note: str) -> None:
    assert log.read_checkpoint(note, PUBLIC) is None
    assert not log.verify_log([b"x"], note, PUBLIC)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n5\n", "\n05\n"),
        ("\n5\n", "\n 5\n"),
        ("\n5\n", "\n+5\n"),
        ("\n5\n", "\n５\n"),
        ("\n5\n", "\n4\n"),
        ("\n5\n", "\n-5\n"),
        ("chatkit/test\n5", "chatkit/other\n5"),
        ("— chatkit/test", "— chatkit/other"),
        ("— ", "- "),
        ("\n\n", "\n\n\n"),
        ("\n\n", "\r\n\r\n"),
        ("\n\n— ", "\nmore\n\n— "),
    ],
)
def test_a_checkpoint_written_otherwise_is_not_read(before: str, after: str) -> None:
    note = signed(entries_of(5))
    assert before in note
    assert log.read_checkpoint(note.replace(before, after, 1), PUBLIC) is None


def test_every_altered_byte_of_the_checkpoint_is_found() -> None:
    entries = entries_of(5)
    note = signed(entries).encode()
    for at in range(len(note)):
        for bit in (1, 2, 16, 32, 128):
            altered = bytearray(note)
            altered[at] ^= bit
            try:
                text = altered.decode()
            except UnicodeDecodeError:
                continue
            assert not log.verify_log(entries, text, PUBLIC), (at, bit)


def test_every_shortened_checkpoint_is_found() -> None:
    entries = entries_of(5)
    note = signed(entries)
    assert [n for n in range(len(note)) if log.verify_log(entries, note[:n], PUBLIC)] == []


# -------------------------------------------------------------------------------------------- what verify_log finds
def test_a_log_verifies_against_its_checkpoint_and_against_every_older_one() -> None:
    entries = entries_of(12)
    assert all(log.verify_log(entries, signed(entries[:size]), PUBLIC) for size in range(1, 13))


def test_every_altered_byte_of_every_entry_is_found() -> None:
    entries = entries_of(12)
    note = signed(entries)
    for n, entry in enumerate(entries):
        for at in range(len(entry)):
            altered = bytearray(entry)
            altered[at] ^= 1
            assert not log.verify_log([*entries[:n], bytes(altered), *entries[n + 1 :]], note, PUBLIC)


logs = st.lists(st.binary(max_size=12), min_size=1, max_size=40)


@QUICK
@given(logs, st.data())
def test_any_alteration_of_any_log_is_found(entries: list[bytes], data: st.DataObject) -> None:
    note = signed(entries)
    assert log.verify_log(entries, note, PUBLIC)
    n = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(st.binary(max_size=12))
    k = data.draw(st.integers(0, len(entries) - 1))
    swapped = list(entries)
    swapped[n], swapped[k] = swapped[k], swapped[n]
    for changed in (
        [*entries[:n], other, *entries[n + 1 :]],
        [*entries[:n], other, *entries[n:]],
        [*entries[:n], *entries[n + 1 :]],
        [*entries[: n + 1], entries[n], *entries[n + 1 :]],
        entries[:n],
        swapped,
    ):
        if changed[: len(entries)] != entries:
            assert not log.verify_log(changed, note, PUBLIC)


def test_a_cut_tail_is_found() -> None:
    entries = entries_of(12)
    note = signed(entries)
    assert [size for size in range(12) if log.verify_log(entries[:size], note, PUBLIC)] == []


def test_swapped_and_doubled_entries_are_found() -> None:
    entries = entries_of(12)
    note = signed(entries)
    for n in range(11):
        swapped = [*entries[:n], entries[n + 1], entries[n], *entries[n + 2 :]]
        doubled = [*entries[:n], entries[n], *entries[n:]]
        assert not log.verify_log(swapped, note, PUBLIC)
        assert not log.verify_log(doubled, note, PUBLIC)


# ---------------------------------------------------------------------------------------------- the canonical form
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8).filter(lambda t: t.isprintable()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc退款é", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@QUICK
@given(st.dictionaries(st.text("abcd退款", max_size=3), plain_values, max_size=6), st.randoms(use_true_random=False))
def test_the_canonical_form_does_not_depend_on_the_order_of_keys(value: dict[str, object], random: object) -> None:
    items = list(value.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert canonical(dict(items)) == canonical(value)
    assert digest(dict(items)) == digest(value)


@QUICK
@given(plain_values)
def test_the_canonical_form_is_read_back_and_written_the_same(value: object) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_composed_and_decomposed_letters_are_the_same_text() -> None:
    assert canonical("cafe\u0301") == canonical("café") == '"café"'.encode()


def test_floats_have_no_canonical_form() -> None:
    for value in (1.0, [1.5], {"a": {"b": float("nan")}}):
        with pytest.raises(TypeError):
            canonical(value)
