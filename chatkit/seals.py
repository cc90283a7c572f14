"""Sealed files: parts encrypted one by one (AES-256-GCM), which open only all together, in order, under their name."""

from __future__ import annotations

import os
import secrets
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import BadInput

MAGIC = b"chatkit sealed 1\n"
_NONCE, _LENGTH = 12, struct.Struct("<I")
_DEAD = 3_600  # seconds after which nobody writes to a temporary file any more


def seal(path: Path, key: bytes, parts: Iterable[bytes]) -> None:
    """Write the parts to ``path``, each encrypted with the 32 bytes of ``key``, readable by its owner only.

    The file gets its name when it is whole and on the disk: whoever stops before leaves a temporary file, encrypted
    like the other, which a later call takes away.
    """
    _sweep(path.parent)
    building = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with os.fdopen(os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(MAGIC)
            for number, (part, last) in enumerate(_with_last(parts)):
                nonce = os.urandom(_NONCE)
                sealed = AESGCM(key).encrypt(nonce, part, _place(path, number, last))
                file.write(_LENGTH.pack(len(sealed)) + nonce + sealed)
            file.flush()
            os.fsync(file.fileno())
        building.replace(path)
    except BaseException:
        with suppress(OSError):
            building.unlink()
        raise
    if os.name == "posix":  # the name, too, is on the disk
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def unseal(path: Path, key: bytes) -> Iterator[bytes]:
    """The parts of a sealed file, in order.

    Raises BadInput where it is missing, cut, altered, renamed, or the key another. A part is genuine when it is given,
    but only the end tells that the file was whole.
    """
    try:
        with open(path, "rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise BadInput("seal_broken", path)
            number, head = 0, file.read(_LENGTH.size)
            while head:
                size = _LENGTH.unpack(head)[0]
                nonce, sealed, head = file.read(_NONCE), file.read(size), file.read(_LENGTH.size)
                yield AESGCM(key).decrypt(nonce, sealed, _place(path, number, not head))
                number += 1
            if not number:
                raise BadInput("seal_broken", path)
    except FileNotFoundError:
        raise BadInput("no_file", path) from None
    except (InvalidTag, struct.error, ValueError) as fault:
        if isinstance(fault, BadInput):
            raise
        raise BadInput("seal_broken", path) from None


def _place(path: Path, number: int, last: bool) -> bytes:
    """What a part is sealed to: the name of its file, its number, and whether it is the last one."""
    return f"{path.name}\x1f{number}\x1f{int(last)}".encode()


def _with_last(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each part, and whether it is the last."""
    held = None
    for part in parts:
        if held is not None:
            yield held, False
        held = part
    yield held or b"", True


def _sweep(folder: Path) -> None:
    """Take away what writers left that stopped half-way."""
    for left in folder.glob(".*.sealed.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _DEAD:
                left.unlink()
