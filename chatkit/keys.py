"""Keys: each person signs acts with an Ed25519 key of their own, kept in a file under a passphrase."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import BadInput

__all__ = ["Ed25519PrivateKey", "key_path", "new_key", "public_hex", "read_key", "sign", "verify", "write_key"]


def new_key() -> Ed25519PrivateKey:
    """A fresh signing key."""
    return Ed25519PrivateKey.generate()


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half, 32 bytes in hexadecimal: what stands in the roster."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    """The signature over ``message``, 64 bytes in hexadecimal (RFC 8032: the same message, the same signature)."""
    return key.sign(message).hex()


def verify(public: str, message: bytes, signature: str) -> bool:
    """Whether ``signature`` is that key's over exactly this message. Malformed keys and signatures are not."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def write_key(key: Ed25519PrivateKey, path: str | Path, passphrase: str) -> None:
    """Write the key as encrypted PKCS#8 PEM, readable by its owner only. An existing file is never overwritten."""
    if len(passphrase) < 8:
        raise BadInput("passphrase_short", path, least=8)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode("utf-8")),
    )
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput("key_exists", path) from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)


def read_key(path: str | Path, passphrase: str) -> Ed25519PrivateKey | None:
    """The key in ``path``, or None where the passphrase does not open it. Raises BadInput where there is no key."""
    try:
        pem = Path(path).read_bytes()
    except FileNotFoundError:
        raise BadInput("no_key", path) from None
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode("utf-8"))
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def key_path(person: str) -> Path:
    """Where a person's own key is kept unless said otherwise: in their home folder."""
    return Path.home() / ".chatkit" / f"{person}.pem"
