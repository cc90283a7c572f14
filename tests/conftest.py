"""Small real parts that many tests share: a desk with a training casebook, its people and twelve messages."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

import chatkit as ck
from chatkit import keys
from chatkit.casebook import SignedIn
from chatkit.chats import Gathering
from chatkit.clocks import CHINA
from chatkit.founding import FILE
from chatkit.requests import choose_mode

CLOCK = "2023-09-20T10:00"
KEYWORD = "发票抬头"
MESSAGES = (  # message, conversation, customer, time in China, role, text; all invented
    ("m01", "c1", "A1234", "2023-08-31 23:59:59", "customer", "发票抬头开错了，前一天说过"),
    ("m02", "c1", "A1234", "2023-09-01 00:00:00", "customer", "你好，发票抬头写错了"),
    ("m03", "c1", "A1234", "2023-09-01 00:01:00", "agent", "请告诉我您的手机号"),
    ("m04", "c1", "A1234", "2023-09-01 00:02:00", "customer", "手机13800001234，我叫王小明"),
    ("m05", "c2", "A1234", "2023-09-05 09:30:00", "customer", "发票抬头改成ＡＰＰ上的那个，邮箱 wang.li@example.com"),
    ("m06", "c2", "A1234", "2023-09-05 09:31:00", "agent", "好的，已经登记"),
    ("m07", "c3", "B5678", "2023-09-06 10:00:00", "customer", "我也要改发票抬头"),
    ("m08", "c3", "B5678", "2023-09-06 10:01:00", "agent", "可以的"),
    ("m09", "c4", "C9012", "2023-09-10 20:00:00", "customer", "退货运费谁出"),
    ("m10", "c4", "C9012", "2023-09-10 20:01:00", "robot", "运费由我们承担"),
    ("m11", "c2", "A1234", "2023-09-15 23:59:59", "customer", "发票 抬头还没有改好"),
    ("m12", "c2", "A1234", "2023-09-16 00:00:00", "customer", "发票抬头终于好了"),
)


def china(text: str) -> datetime:
    """An instant from China time."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def chats_of(
    messages: Iterable[tuple[str, str, str, str, str, str]] = MESSAGES,
    *,
    fictional: bool = True,
    names: Iterable[str] = ("王小明",),
) -> ck.Chats:
    """Hand-made chats."""
    gathered = Gathering()
    gathered.names.update(names)
    for line, (message, conversation, customer, sent, role, text) in enumerate(messages, 2):
        values = {"message_id": message, "conversation_id": conversation, "customer_id": customer, "role": role}
        gathered.take(line, china(sent), {**values, "actor": "kf01", "channel": "web", "text": text}, text)
    return gathered.chats("hand-made.csv", "csv", "0" * 64, fictional)


def complaint(**changes: object) -> ck.Request:
    """The usual request of these tests, with ``changes``."""
    usual: dict[str, object] = {
        "purpose": "complaint",
        "reason": "投诉 #2023-0876",
        "customers": ["A1234"],
        "since": "2023-09-01",
        "until": "2023-09-15",
    }
    return ck.Request(**{**usual, **changes})  # type: ignore[arg-type]


@dataclass
class Desk:
    """A casebook, its people and some chats."""

    folder: Path
    casebook: ck.Casebook
    chats: ck.Chats = field(default_factory=chats_of)

    def __getattr__(self, who: str) -> SignedIn:
        people = {
            "clerk": "liu.yang",
            "other_clerk": "wu.ting",
            "head": "zhao.wei",
            "it": "chen.jie",
            "legal": "sun.min",
            "security": "gao.fei",
            "head_and_it": "ma.li",
            "it_and_security": "he.jun",
        }
        if who not in people:
            raise AttributeError(who)
        return self.casebook.sign_in(people[who])

    def file(self, request: ck.Request | None = None, by: SignedIn | None = None) -> ck.Request:
        """A filed request."""
        request = request or complaint()
        self.casebook.apply(request, by or self.clerk)
        return request

    def grant(self, request: ck.Request | None = None, by: SignedIn | None = None) -> ck.Permit:
        """A permit with every gate's approval."""
        request = self.file(request, by)
        people = {"department_head": self.head, "it_review": self.it, "legal": self.legal}
        for gate in choose_mode(request, self.casebook.policy)[0].gates:
            self.casebook.approve(request, people[gate])
        return self.casebook.permit(request)

    def extract(self, permit: ck.Permit | None = None) -> ck.Extract:
        """What the permit finds."""
        return ck.search(self.chats, permit or self.grant())

    def masked(self, permit: ck.Permit | None = None) -> ck.Masked:
        """The same, masked."""
        return ck.mask(self.extract(permit))

    def export(self, name: str = "out/found.xlsx", masked: ck.Masked | None = None) -> ck.Manifest:
        """The same, as a file."""
        return ck.export(masked or self.masked(), self.folder / name, by=self.security)

    def reopen(self, clock: str = CLOCK) -> None:
        """Open the same casebook at another time."""
        self.casebook.close()
        self.casebook = ck.Casebook.open(self.casebook.folder, clock=clock)

    def sqlite(self, *statements: str) -> None:
        """Tamper with the casebook's file behind its back."""
        with sqlite(self.casebook, *statements):
            pass


@contextmanager
def sqlite(casebook: ck.Casebook, *statements: str) -> Iterator[sqlite3.Connection]:
    """A connection of one's own to a casebook's file, with ``statements`` run and committed."""
    own = sqlite3.connect(casebook.folder / FILE, isolation_level=None, timeout=30)
    try:
        for statement in statements:
            own.execute(statement)
        yield own
    finally:
        own.close()


def refused_rules(casebook: ck.Casebook) -> list[str]:
    """The rules of every refusal in the casebook's records, in order."""
    return [rule for record in casebook.store.records("refused") for rule in record.body["rules"]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, ck.Casebook.open(tmp_path / "casebook", clock=CLOCK))
    yield made
    made.casebook.close()


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a desk whose casebook has the packaged policy with edits (pattern, replacement)."""
    made: list[Desk] = []

    def make(*edits: tuple[str, str], profile: str = "recommended", name: str = "edited") -> Desk:
        folder = tmp_path / name
        ck.found(folder, profile=profile)
        edit_policy(folder, *edits)
        made.append(Desk(tmp_path, ck.Casebook.open(folder, clock=CLOCK)))
        return made[-1]

    yield make
    for each in made:
        each.casebook.close()


def edit_policy(folder: Path, *edits: tuple[str, str]) -> None:
    """Replace what a pattern finds in a casebook's policy. It must find something."""
    text = (folder / "policy.toml").read_text("utf-8")
    for before, after in edits:
        text, found = re.subn(before, after, text, count=1, flags=re.MULTILINE)
        assert found, before
    (folder / "policy.toml").write_bytes(text.encode())


def cap(rows: int) -> tuple[str, str]:
    """The edit that sets the cap of permission requests."""
    return r"(mode\.permission\]\n(?:.+\n)*?cap_rows = \{ value = )\d+", rf"\g<1>{rows}"


SHORTER_USE = (r"use_months = \{ value = 3,", "use_months = { value = 2,")


PASSPHRASE = "eight or more"
REAL_PEOPLE = {
    "li.na": "applicant",
    "wang.fang": "department_head",
    "liu.qiang": "it_review",
    "chen.gang": "legal",
    "yang.bo": "data_security",
}


@dataclass
class RealDesk:
    """A real casebook, with the key files of its people."""

    folder: Path
    roster: Path
    casebook: ck.Casebook

    def key(self, person: str) -> Path:
        return self.folder / "keys" / f"{person}.pem"

    def sign_in(self, person: str) -> SignedIn:
        return self.casebook.sign_in(person, key=self.key(person), passphrase=PASSPHRASE)

    def write_roster(self, rows: Iterable[tuple[str, str, str]], name: str = "roster.csv") -> Path:
        path = self.folder / name
        lines = [f"{person},{person.title()},{roles},{public}" for person, roles, public in rows]
        path.write_text("\n".join(["id,name,roles,public_key", *lines, ""]), encoding="utf-8")
        return path


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealDesk]:
    made = RealDesk(tmp_path, tmp_path / "roster.csv", None)  # type: ignore[arg-type]
    rows = []
    for person, roles in REAL_PEOPLE.items():
        key = keys.new_key()
        keys.write_key(key, made.key(person), PASSPHRASE)
        rows.append((person, roles, keys.public_hex(key)))
    ck.found(tmp_path / "real", people=made.write_roster(rows))
    made.casebook = ck.Casebook.open(tmp_path / "real")
    yield made
    made.casebook.close()
