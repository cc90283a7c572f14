"""Keys: one's own, under a passphrase, never overwritten, and signatures that hold for one message only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chatkit as ck
from chatkit import keys

KEY = keys.Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)


def test_signatures_are_those_of_rfc_8032() -> None:
    assert keys.public_hex(KEY) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert keys.sign(KEY, b"") == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_key_is_opened_by_its_passphrase_alone(tmp_path: Path) -> None:
    keys.write_key(KEY, tmp_path / "me.pem", "correct horse")
    opened = keys.read_key(tmp_path / "me.pem", "correct horse")
    assert opened is not None
    assert keys.public_hex(opened) == keys.public_hex(KEY)
    for wrong in ("", "correct", "Correct horse", "correct horse "):
        assert keys.read_key(tmp_path / "me.pem", wrong) is None


def test_a_chinese_passphrase_opens_a_key(tmp_path: Path) -> None:
    keys.write_key(KEY, tmp_path / "me.pem", "一二三四五六七八")
    assert keys.read_key(tmp_path / "me.pem", "一二三四五六七八") is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_key_file_is_readable_by_its_owner_only_and_holds_no_plain_key(tmp_path: Path) -> None:
    keys.write_key(KEY, tmp_path / "deep" / "me.pem", "correct horse")
    assert stat.S_IMODE((tmp_path / "deep" / "me.pem").stat().st_mode) == 0o600
    assert b"ENCRYPTED" in (tmp_path / "deep" / "me.pem").read_bytes()


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    keys.write_key(KEY, tmp_path / "me.pem", "correct horse")
    before = (tmp_path / "me.pem").read_bytes()
    with pytest.raises(ck.BadInput) as caught:
        keys.write_key(keys.new_key(), tmp_path / "me.pem", "correct horse")
    assert caught.value.problem == "key_exists"
    assert (tmp_path / "me.pem").read_bytes() == before


def test_a_short_passphrase_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ck.BadInput) as caught:
        keys.write_key(KEY, tmp_path / "me.pem", "1234567")
    assert caught.value.problem == "passphrase_short"
    assert "1234567" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_no_key_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(ck.BadInput) as caught:
        keys.read_key(tmp_path / "me.pem", "correct horse")
    assert caught.value.problem == "no_key"


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_does_not_open(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "me.pem").write_bytes(content)
    assert keys.read_key(tmp_path / "me.pem", "correct horse") is None


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_holds_for_its_message_and_no_other(message: bytes, other: bytes) -> None:
    signature, public = keys.sign(KEY, message), keys.public_hex(KEY)
    assert keys.verify(public, message, signature)
    assert keys.verify(public, other, signature) is (other == message)
    assert not keys.verify(keys.public_hex(keys.new_key()), message, signature)


@pytest.mark.parametrize(
    ("public", "signature"), [("", ""), ("zz", "00"), ("00" * 31, "00" * 64), ("00" * 32, "00" * 63), ("退款", "x")]
)
def test_malformed_keys_and_signatures_hold_for_nothing(public: str, signature: str) -> None:
    assert keys.verify(public, b"message", signature) is False


def test_every_altered_digit_of_a_signature_breaks_it() -> None:
    signature, public = keys.sign(KEY, b"message"), keys.public_hex(KEY)
    for at in range(len(signature)):
        other = "0" if signature[at] != "0" else "1"
        assert not keys.verify(public, b"message", signature[:at] + other + signature[at + 1 :])


def test_keys_lie_in_the_persons_own_home() -> None:
    assert keys.key_path("li.na") == Path.home() / ".chatkit" / "li.na.pem"
