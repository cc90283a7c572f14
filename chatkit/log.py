"""The log's mathematics: a Merkle tree over the entries (RFC 9162) and signed checkpoints (C2SP form).

Entries are raw bytes. Any altered byte changes the root; a cut tail shows against any checkpoint kept elsewhere.
All hashes are raw 32-byte values.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import keys

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry: SHA-256 over 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(peaks: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """The peaks (roots of the perfect subtrees, largest first) of a tree of ``size`` leaves, one leaf later."""
    grown = list(peaks)
    while size & 1:
        leaf = node_hash(grown.pop(), leaf)
        size >>= 1
    return [*grown, leaf]


def crown(peaks: Sequence[bytes]) -> bytes:
    """The root that a tree with these peaks has."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def root(entries: Sequence[bytes]) -> bytes:
    """The root of the tree over ``entries``.

    >>> root([]).hex()[:16], root([b""]).hex()[:16]
    ('e3b0c44298fc1c14', '6e340b9cffb37a98')
    """
    peaks: list[bytes] = []
    for size, entry in enumerate(entries):
        peaks = grow(peaks, size, leaf_hash(entry))
    return crown(peaks)


def _subtree(leaves: Sequence[bytes]) -> bytes:
    peaks: list[bytes] = []
    for size, leaf in enumerate(leaves):
        peaks = grow(peaks, size, leaf)
    return crown(peaks)


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf ``index`` (RFC 9162, 2.1.3.1). Raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    path: list[bytes] = []
    while len(leaves) > 1:
        k = _split(len(leaves))
        if index < k:
            path.append(_subtree(leaves[k:]))
            leaves = leaves[:k]
        else:
            path.append(_subtree(leaves[:k]))
            leaves, index = leaves[k:], index - k
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``leaf`` is number ``index`` of the tree of ``size`` leaves with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != 32 or len(root) != 32:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0 or len(p) != 32:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """What shows that the first ``old_size`` leaves are still the beginning (RFC 9162, 2.1.4.1)."""
    if not 0 < old_size <= len(leaves):
        raise IndexError(f"no tree of {old_size} inside one of {len(leaves)}")

    def sub(m: int, part: Sequence[bytes], whole: bool) -> list[bytes]:
        if m == len(part):
            return [] if whole else [_subtree(part)]
        k = _split(len(part))
        if m <= k:
            return [*sub(m, part[:k], whole), _subtree(part[k:])]
        return [*sub(m - k, part[k:], False), _subtree(part[:k])]

    return sub(old_size, leaves, True)


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether the old tree is the beginning of the new one (RFC 9162, 2.1.4.2). An empty old tree proves nothing."""
    if not 0 < old_size <= size or len(old_root) != 32 or len(root) != 32 or any(len(p) != 32 for p in proof):
        return False
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == root


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head of the log: its origin, size and root. ``note`` is the text to keep elsewhere."""

    origin: str
    size: int
    root: bytes
    note: str


def _key_id(origin: str, public: str) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n\x01" + bytes.fromhex(public)).digest()[:4]


def sign_checkpoint(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> Checkpoint:
    """A checkpoint in the signed-note form: origin, size, root in base64, an empty line, the signature."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    mark = _key_id(origin, keys.public_hex(key)) + bytes.fromhex(keys.sign(key, body.encode()))
    note = f"{body}\n— {origin} {base64.b64encode(mark).decode()}\n"
    return Checkpoint(origin, size, root, note)


def read_checkpoint(note: str, public: str) -> Checkpoint | None:
    """The checkpoint in ``note``, or None where it is malformed or not signed by this log's key."""
    try:
        body, signature = note.split("\n\n")
        origin, size, encoded = body.split("\n")
        dash, name, mark = signature.removesuffix("\n").split(" ")
        root, signed = base64.b64decode(encoded, validate=True), base64.b64decode(mark, validate=True)
        canonical = f"{origin}\n{int(size)}\n{base64.b64encode(root).decode()}\n"
    except ValueError:
        return None
    rebuilt = f"{canonical}\n— {origin} {base64.b64encode(signed).decode()}\n"
    sound = rebuilt == note and dash == "—" and name == origin and len(root) == 32 and int(size) >= 0
    known = signed[:4] == _key_id(origin, public)
    if sound and known and keys.verify(public, canonical.encode(), signed[4:].hex()):
        return Checkpoint(origin, int(size), root, note)
    return None


def verify_log(entries: Sequence[bytes], note: str, public: str) -> bool:
    """Whether these entries are, to the byte, the log that the checkpoint ``note`` was signed over.

    More entries than the checkpoint knows are allowed (it may be an old one); fewer are a cut tail. An empty log
    proves nothing and never verifies.
    """
    head = read_checkpoint(note, public)
    if head is None or not 0 < head.size <= len(entries):
        return False
    return root(entries[: head.size]) == head.root
