"""Personal codes: what a trainee signs in with. Easy to read aloud, hard to guess, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

LETTERS = "ABCDEFGHJKMNPQRSTWXYZ"  # no I L O (digits), no U V (alike by hand): 21 letters, 52 bits in a code of twelve
LENGTH, GROUP = 12, 4


def new_code() -> str:
    """A fresh code: twelve letters in three groups, such as ``KTRB-MWXA-HDEP``."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(drawn[n : n + GROUP] for n in range(0, LENGTH, GROUP))


def plain(typed: str) -> str:
    """A code as it is hashed: small letters, blanks and hyphens make no difference. Empty where it cannot be one.

    >>> plain(" ktrb mwxa–hdep "), plain("KTRB")
    ('KTRBMWXAHDEP', '')
    """
    letters = "".join(c for c in typed.upper() if c.isalnum())
    return letters if len(letters) == LENGTH and set(letters) <= set(LETTERS) else ""


def hashed(code: str, salt: bytes) -> str:
    """The hash of a code under a class's salt: scrypt (RFC 7914) with N = 2¹⁴, r = 8, p = 1, about 40 ms."""
    return hashlib.scrypt(plain(code).encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=32).hex()


def whose(code: str, salt: bytes, hashes: Mapping[str, str]) -> str:
    """The trainee whose code it is (``hashes``: trainee → hash), or the empty string."""
    if not plain(code):
        return ""
    own, found = hashed(code, salt), ""
    for trainee, known in hashes.items():  # every hash is compared, whatever was found before
        if hmac.compare_digest(own, known):
            found = trainee
    return found


@dataclass
class Guard:
    """Counts the wrong codes from one address: each one waits longer, and after ``most`` nothing is looked at.

    ``most`` wrong codes within ``window`` seconds close the address for the rest of that window. A right code
    does not reopen it early, so that nobody resets their count with a code of their own.
    """

    most: int = 20
    window: float = 300.0
    now: Callable[[], float] = time.monotonic
    _wrong: dict[str, list[float]] = field(default_factory=dict)

    def closed(self, address: str) -> bool:
        """Whether this address has used up its attempts."""
        return len(self._recent(address)) >= self.most

    def wrong(self, address: str) -> float:
        """Note a wrong code; returns the seconds to wait before answering: 1, 2, 3 and so on up to 5."""
        recent = self._recent(address)
        recent.append(self.now())
        self._wrong[address] = recent
        return float(min(len(recent), 5))

    def _recent(self, address: str) -> list[float]:
        limit = self.now() - self.window
        for known in [a for a, times in self._wrong.items() if times[-1] <= limit]:
            del self._wrong[known]
        return [at for at in self._wrong.get(address, []) if at > limit]
