"""A request: who may be looked up, when, for what, for how long. The first noun of the workflow.

A Request is what was asked, nothing more: it can be written down wrongly, and ``problems`` then says what is
wrong with it, field by field.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import re
import unicodedata
from binascii import hexlify
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .errors import Refusal, refusal
from .findings import detect
from .policy import Mode, Policy, Purpose, Trigger
from .sentences import Text, listed, say

ALL_CUSTOMERS = ("*",)
_CONSONANTS = bytes.maketrans(b"0123456789abcdef", b"BCDFGHJKLMNPRSTZ")


def canonical(value: object) -> bytes:
    """The one byte form of a JSON value: sorted keys, no spaces, NFC, UTF-8; floats are refused.

    >>> canonical({"b": 1, "a": "退款"})
    b'{"a":"\\xe9\\x80\\x80\\xe6\\xac\\xbe","b":1}'
    """

    def plain(node: object) -> object:
        if isinstance(node, float):
            raise TypeError("no floats in a canonical record")
        if isinstance(node, str):
            return unicodedata.normalize("NFC", node)
        if isinstance(node, Mapping):
            return {str(plain(k)): plain(v) for k, v in node.items()}
        if isinstance(node, list | tuple):
            return [plain(v) for v in node]
        return node

    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def frozen(value: Any) -> Any:
    """A value as it was before it was written as JSON: tuples for its lists, all the way down."""
    if isinstance(value, Mapping):
        return {key: frozen(item) for key, item in value.items()}
    return tuple(frozen(item) for item in value) if isinstance(value, list | tuple) else value


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hexadecimal (64 characters)."""
    return hashlib.sha256(canonical(value)).hexdigest()


def letters(hashed: bytes, length: int) -> str:
    """The first bits of a hash in sixteen consonants: no digit and no word, so that it never looks like somebody's
    number or account (base32 gave ``VX`` and letters, which reads as a WeChat id). Four bits a letter.

    >>> letters(bytes.fromhex("0123456789abcdef"), 16)
    'BCDFGHJKLMNPRSTZ'
    """
    return hexlify(hashed).translate(_CONSONANTS)[:length].decode()


def short_id(letter: str, value: object) -> str:
    """A short id of a value: the same value, the same id.

    >>> short_id("R", {"a": 1})
    'R-BCHNPSKZHRRH'
    """
    return f"{letter}-{letters(hashlib.sha256(canonical(value)).digest(), 12)}"


def fingerprint(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal: how a proof is attached to a request."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Request:
    """What somebody asks to read, as on the form.

    ``since`` and ``until`` are days in China, both included. ``keywords`` are joined by ``match`` (``any`` or
    ``all``) and ``without`` lists words a message must not hold; a keyword with spaces is a phrase. ``customers``
    is a list of accounts, or ``["*"]`` where the purpose reaches all. ``columns`` and ``basis`` default to what
    the purpose gives. ``use_days`` counts from the day the permit is complete. ``recipient`` names an outside
    party, ``unmask`` the entities that are to stay readable, ``evidence`` the proofs (name → fingerprint).
    """

    purpose: str
    reason: str
    customers: tuple[str, ...]
    since: str
    until: str
    keywords: tuple[str, ...] = ()
    match: str = "any"
    without: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    basis: str = ""
    use_days: int = 30
    recipient: str = ""
    unmask: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name in ("customers", "keywords", "without", "columns", "unmask"):
            object.__setattr__(self, name, _strings(getattr(self, name)))
        for name in ("since", "until"):
            object.__setattr__(self, name, _day_text(getattr(self, name)))
        proofs = dict(self.evidence)
        object.__setattr__(self, "evidence", tuple(sorted((str(k), str(v)) for k, v in proofs.items())))
        object.__setattr__(self, "use_days", _days(self.use_days))
        for name in ("purpose", "reason", "match", "basis", "recipient"):
            object.__setattr__(self, name, str(getattr(self, name) or "").strip())

    @property
    def id(self) -> str:
        """The same request has the same id, whenever and wherever it is written."""
        return short_id("R", asdict(self))

    def columns_under(self, policy: Policy) -> tuple[str, ...]:
        """The columns asked for, or those that the purpose gives."""
        purpose = policy.purposes.get(self.purpose)
        return self.columns or (purpose.given if purpose else ())

    def basis_under(self, policy: Policy) -> str:
        """The legal basis stated, or the one the purpose usually rests on."""
        purpose = policy.purposes.get(self.purpose)
        return self.basis or (purpose.basis if purpose else "")


def choose_mode(request: Request, policy: Policy) -> tuple[Mode, Trigger]:
    """The mode that the request's content calls for, and the trigger that says why.

    Triggers are tried in the policy's order, highest risk first; the last one always fires.
    """
    columns = set(request.columns_under(policy))
    for trigger in policy.triggers:
        when = trigger.when
        if (
            (not when)
            or (when.get("recipient") and request.recipient)
            or (when.get("unmask") and request.unmask)
            or (when.get("keywords") and (request.keywords or request.without))
            or (columns & set(when.get("columns", ())))
            or (request.purpose in when.get("purposes", ()))
        ):
            return policy.modes[trigger.mode], trigger
    raise AssertionError("a loaded policy ends with a trigger that always fires")


def add_months(day: date, months: int) -> date:
    """The same day of the month, ``months`` later, or that month's last day.

    >>> add_months(date(2023, 11, 30), 3)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day(text: str) -> date | None:
    """The date in ``text``, or None where it is none: only ``2023-09-01``, other ISO forms do not sort as text."""
    if not re.fullmatch(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def problems(request: Request, policy: Policy, today: date) -> tuple[Refusal, ...]:
    """Everything that keeps ``request`` from being filed, field by field; empty when it may be filed."""
    found = [*_matter(request, policy), *_scope(request, policy), *_period(request, policy, today)]
    mode, trigger = choose_mode(request, policy)
    missing = [
        proof for proof in (*trigger.proofs, *mode.proofs) if not is_hex32(dict(request.evidence).get(proof, ""))
    ]
    if missing:
        found.append(refusal(policy, "request.proofs", mode=mode.name, missing=names(policy.proofs, missing)))
    return tuple(found)


def _matter(request: Request, policy: Policy) -> Iterable[Refusal]:
    if request.purpose not in policy.purposes:
        known = {purpose.id: purpose.name for purpose in policy.purposes.values()}
        yield refusal(policy, "request.purpose", given=_short(request.purpose), choices=choices(known))
    elif request.basis_under(policy) not in policy.bases:
        yield refusal(policy, "request.basis", given=_short(request.basis), choices=choices(policy.bases))
    if len(re.findall(r"\w", request.reason)) < 2:
        yield refusal(policy, "request.reason")
    personal = sorted(set(detect([request.reason])["entity"]))
    if personal:
        yield refusal(policy, "request.reason_personal", entities=names(policy.entities, personal))
    unknown = sorted(set(request.unmask) - set(policy.entities))
    if unknown:
        yield refusal(policy, "request.unmask", entities=listed(unknown))


def _scope(request: Request, policy: Policy) -> Iterable[Refusal]:
    purpose = policy.purposes.get(request.purpose)
    everybody = request.customers == ALL_CUSTOMERS and purpose is not None and purpose.all_customers
    if not everybody and (not request.customers or "*" in request.customers or "" in request.customers):
        yield refusal(policy, "request.customers", purpose=_name(purpose, request.purpose))
    if request.match not in ("any", "all"):
        yield refusal(policy, "request.match")
    least = policy.limit.keyword_characters
    if any(len(re.findall(r"\w", word)) < least for word in (*request.keywords, *request.without)):
        yield refusal(policy, "request.keywords", least=least)
    if purpose:
        extra = [column for column in request.columns if column not in purpose.columns]
        if extra:
            yield refusal(
                policy,
                "request.columns",
                columns=listed(extra),
                purpose=purpose.name,
                choices=choices({c: policy.columns[c].name for c in purpose.columns}),
            )


def _period(request: Request, policy: Policy, today: date) -> Iterable[Refusal]:
    since, until = day(request.since), day(request.until)
    for name, value in (("since", since), ("until", until)):
        if value is None:
            yield no_date(policy, name, _short(getattr(request, name)))
    if since and until:
        mode, _ = choose_mode(request, policy)
        days = (until - since).days + 1
        if days < 1:
            yield refusal(policy, "request.dates_order", since=since, until=until)
        elif days > mode.range_days:
            yield refusal(policy, "request.range", days=days, mode=mode.name, most=mode.range_days)
    most = (add_months(today, policy.limit.use_months) - today).days
    if not 1 <= request.use_days <= most:
        months = policy.limit.use_months
        yield refusal(policy, "request.use_period", days=request.use_days, most=most, months=months)


def names(table: Mapping[str, Text], keys: Iterable[str]) -> Text:
    """The names of ``keys`` in both languages, joined."""
    return listed(table[key] for key in keys)


def no_date(policy: Policy, field: str, given: str) -> Refusal:
    """The refusal of a day in ``since`` or ``until`` that is none."""
    return refusal(policy, "request.dates", field=field, day=say(f"request.{field}"), given=given)


def choices(table: Mapping[str, Text]) -> Text:
    """What there is to choose: each name in both languages, and in brackets the id that is written in Python."""
    return listed(Text(f"{name.zh}（{key}）", f"{name.en} ({key})") for key, name in table.items())


def _name(purpose: Purpose | None, given: str) -> Text:
    return purpose.name if purpose else Text(given, given)


def is_hex32(value: str) -> bool:
    """Whether a text is 32 bytes in hexadecimal: a fingerprint, or a public key."""
    return bool(re.fullmatch(r"[0-9a-f]{64}", value))


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        value = [value] if value else []
    return tuple(str(v).strip() for v in value)


def _day_text(value: object) -> str:
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value or "").strip()


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


def _days(value: object) -> int:
    """A whole number of days; what is none counts as 0, which no policy grants."""
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 6 else 0
