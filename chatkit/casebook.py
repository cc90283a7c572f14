"""The casebook: one folder with the policy, the people, the sealed records and the log.

It keeps and answers: apply, approve, reject, permit. Every step, taken or refused, is in the log before it
is answered, and a step already taken is returned rather than repeated.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd

from . import keys
from .clocks import china_day, china_time, moment, stamp
from .errors import BadInput, Refused, refuse
from .founding import FILE, found
from .people import Act, Person, SignedIn
from .permits import Permit, check, grant
from .policy import Policy
from .requests import Request, canonical, choose_mode, digest, names, problems
from .rulebook import packaged, parse_policy
from .sentences import say
from .store import Record, Store


@cache
def shipped_policy() -> Policy:
    """The policy that ships with the kit, for refusals where no casebook is at hand."""
    return parse_policy(packaged())


class Casebook:
    """Use ``Casebook.open(folder)``; ``found`` makes a real one."""

    def __init__(self, folder: Path, clock: datetime | None) -> None:
        self.folder = folder
        self.policy = _policy_in(folder)
        self.store = Store(folder / FILE)
        self.training = self.store.meta("kind") == "training"
        self._clock = clock if self.training else None
        self._note_policy()
        if clock is not None and not self.training:
            with closing(self.store), self.witness("", "open"):
                raise refuse(self.policy, "casebook.clock")

    @classmethod
    def open(cls, folder: str | Path, *, clock: str | datetime | None = None) -> Casebook:
        """Open a casebook; where there is none, a training casebook is made, with made-up people.

        ``clock`` sets the time of a training casebook (``"2023-09-20"``, China time), so that lessons never
        expire. A real casebook refuses it. Raises BadInput for a folder that holds something else.
        """
        folder = Path(folder)
        if not (folder / FILE).exists():
            found(folder)
        return cls(folder, moment(str(clock)) if clock else None)

    def __repr__(self) -> str:
        kind = "演练 · training" if self.training else "正式 · real"
        return f"Casebook({self.folder.name!r}, {kind}, {self.policy.name.line})"

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def now(self) -> datetime:
        """The casebook's time. It never runs backwards in a real one, even if the system's clock does."""
        if self._clock is not None:
            return self._clock
        wall, last = datetime.now(UTC), self.store.last_time()
        return max(wall, moment(last)) if last and not self.training else wall

    def people(self) -> Mapping[str, Person]:
        """The roster, by id."""
        return self.store.people()

    def sign_in(self, person: str, *, key: str | Path | None = None, passphrase: str | None = None) -> SignedIn:
        """Sign in as ``person``.

        A training casebook plays any role and stamps every act as role-play. A real one opens the person's own
        key file (``~/.chatkit/ID.pem`` unless given) with a passphrase, asked for at a prompt.
        """
        with self.witness(person, "sign_in"):
            known = self.people().get(person)
            if known is None or not known.active:
                raise refuse(self.policy, "person.unknown", person=person)
            if self.training:
                own = keys.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.store.meta(f"roleplay.{person}")))
            else:
                path = key or keys.key_path(person)
                opened = keys.read_key(path, passphrase if passphrase is not None else getpass.getpass(f"{person}: "))
                if opened is None or keys.public_hex(opened) != known.public_key:
                    raise refuse(self.policy, "person.key", person=person)
                own = opened
            return SignedIn(known, self.training, self, own)

    def check(self, request: Request) -> None:
        """Raise Refused with every fault of the form, or nothing. Filing does the same; this only looks."""
        if found := problems(request, self.policy, china_day(self.now())):
            raise Refused(*found)

    def apply(self, request: Request, by: SignedIn) -> Act:
        """File a request. Raises Refused with every fault of the form at once."""
        with self.witness(by, "apply"):
            self.own(by)
            self.check(request)
            with self.store.transaction():
                if filed := self.store.records("apply", request.id):
                    act = Act(**filed[0].body["act"])
                    if act.person != by.id:
                        raise refuse(self.policy, "request.duplicate")
                    return act
                act = by.sign("apply", digest(asdict(request)), "applicant", stamp(self.now()))
                self.append("apply", request.id, {"request": asdict(request), "act": asdict(act)})
                return act

    def approve(self, request: Request, by: SignedIn, *, role: str = "") -> Act:
        """Let a request pass the gate that ``by`` stands at (the first open one of their roles)."""
        return self._answer("approve", request, by, role, "")

    def reject(self, request: Request, by: SignedIn, *, why: str, role: str = "") -> Act:
        """Send a request back, with the reason. It cannot be granted any more."""
        return self._answer("reject", request, by, role, why)

    def _answer(self, kind: str, request: Request, by: SignedIn, role: str, why: str) -> Act:
        with self.witness(by, kind), self.store.transaction():
            self.own(by)
            application, answers = self.acts(request)
            mode, _ = choose_mode(request, self.policy)
            if mine := [a for a in answers if a.person == by.id and a.kind == kind and role in ("", a.role)]:
                return mine[0]
            open_gates = [g for g in mode.gates if g not in {a.role for a in answers}]
            held = [g for g in mode.gates if g in by.person.roles and role in ("", g)]
            if not held:
                gates = names(self.policy.roles, mode.gates)
                raise refuse(self.policy, "gate.role", person=by.id, mode=mode.name, gates=gates)
            if application.person == by.id:
                raise refuse(self.policy, "gate.own_request")
            if any(a.person == by.id for a in answers):
                raise refuse(self.policy, "gate.twice")
            back = [a.role for a in answers if a.kind == "reject"]
            if back or not set(held) & set(open_gates):
                raise refuse(self.policy, "gate.closed", gate=self.policy.roles[(back or held)[0]])
            chosen = next(g for g in held if g in open_gates)
            act = by.sign(kind, digest(asdict(request)), chosen, stamp(self.now()), why)
            self.append(kind, request.id, {"act": asdict(act)})
            return act

    def permit(self, request: Request) -> Permit:
        """The permit for a request whose gates have all approved; else Refused with the gates still open."""
        with self.witness("", "permit"), self.store.transaction():
            application, answers = self.acts(request)
            mode, _ = choose_mode(request, self.policy)
            if back := [a for a in answers if a.kind == "reject"]:
                raise refuse(self.policy, "permit.rejected", gate=self.policy.roles[back[0].role])
            if waiting := [g for g in mode.gates if g not in {a.role for a in answers}]:
                raise refuse(self.policy, "permit.open_gates", gates=names(self.policy.roles, waiting))
            approvals = tuple(sorted(answers, key=lambda a: mode.gates.index(a.role)))
            given = self.store.records("permit", request.id)
            if self.store.records("policy")[-1].n > self.store.records("apply", request.id)[0].n:
                raise refuse(self.policy, "permit.policy")
            permit = grant(request, mode, application, approvals, self.policy, self)
            check(permit, self.policy, self.people(), self.now())
            if not given:
                self.append("permit", request.id, permit.record())
            return permit

    def request(self, id: str) -> Request:
        """The filed request of this id."""
        filed = self.store.records("apply", id)
        if not filed:
            with self.witness("", "request"):
                raise refuse(self.policy, "request.none")
        return Request(**filed[0].body["request"])

    def acts(self, request: Request) -> tuple[Act, list[Act]]:
        """The application and the answers of the gates so far."""
        filed = self.store.records("apply", request.id)
        if not filed:
            raise refuse(self.policy, "request.none")
        answers = [Act(**r.body["act"]) for kind in ("approve", "reject") for r in self.store.records(kind, request.id)]
        return Act(**filed[0].body["act"]), answers

    def holds(self, permit: Permit) -> None:
        """Raise Refused unless this casebook gave the permit, and it is genuine and live."""
        check(permit, self.policy, self.people(), self.now())
        given = self.store.records("permit", permit.request.id)
        if not given or digest(given[0].body) != digest(permit.record()):
            raise refuse(self.policy, "permit.none")

    def own(self, person: SignedIn) -> None:
        """Raise Refused unless the person signed in to this casebook and is on its roster as they were then."""
        if not isinstance(person, SignedIn) or person.casebook is not self:
            raise refuse(self.policy, "person.elsewhere")
        known = self.people().get(person.id)
        if known is None or not known.active or known != person.person:
            raise refuse(self.policy, "person.unknown", person=person.id)

    def must_execute(self, person: SignedIn, role: str, act: str) -> None:
        """Raise Refused unless the person is of this casebook and holds the executing role."""
        self.own(person)
        if role not in person.person.roles:
            names = {"act": say(f"act.{act}"), "role": self.policy.roles[role], "person": person.id}
            raise refuse(self.policy, "export.executor", **names)

    def append(self, event: str, ref: str, body: Mapping[str, object]) -> Record:
        """Seal and log, inside a transaction of the store."""
        return self.store.append(event, ref, body, stamp(self.now()))

    @contextmanager
    def witness(self, by: SignedIn | Permit | str, attempt: str) -> Iterator[None]:
        """Log what is refused inside: who, or under whose request, tried what, and which rules said no."""
        if isinstance(by, Permit):
            filed = self.store.records("apply", by.request.id)
            name = self.person(filed[0]) if filed else ""
        else:
            name = by if isinstance(by, str) else str(getattr(by, "id", ""))
        try:
            yield
        except Refused as refused:
            with self.store.transaction():
                self.append("refused", attempt, {"person": name, "rules": list(refused.rules)})
            raise

    def checkpoint(self) -> str:
        """The signed head of the log, to be kept elsewhere."""
        return self.store.head()

    def person(self, record: Record) -> str:
        """Who signed a record, or was signed in; for what a permit allows, whose request it was; else empty."""
        named = record.body.get("person") or record.body.get("act", {}).get("person", "")
        if named or record.event in ("apply", "enrol"):
            return str(named)
        filed = self.store.records("apply", record.ref)
        return self.person(filed[0]) if filed else ""

    def log(self) -> pd.DataFrame:
        """The log as a table: number, time in China, event, what it was about, who, and the rules of a refusal.

        Time and event stand in the log itself; the other columns come from the sealed records it commits to.
        """
        rows = []
        for entry, record in zip(map(json.loads, self.store.entries()), self.store.records(), strict=True):
            time = china_time(entry["at"], "%Y-%m-%d %H:%M:%S")
            rules = "、".join(record.body.get("rules", []))
            rows.append((record.n, time, say(f"event.{record.event}").line, record.ref, self.person(record), rules))
        return pd.DataFrame(rows, columns=["n", "at", "event", "about", "person", "rules"]).set_index("n")

    def verify(self, checkpoint: str = "") -> list[str]:
        """What is wrong with the log and the records, as names of sentences; empty when all agree."""
        faults = self.store.verify(checkpoint)
        enrolled = {r.ref: {k: v for k, v in r.body.items() if k != "act"} for r in self.store.records("enrol")}
        if enrolled != {id: json.loads(canonical(asdict(person))) for id, person in self.people().items()}:
            faults.append("roster_altered")
        started = {r.body["export"] for r in self.store.records("export_started")}
        ended = {r.body["export"] for e in ("export", "export_failed") for r in self.store.records(e)}
        return faults + (["export_unfinished"] if started - ended else [])

    def _note_policy(self) -> None:
        """Log a policy that differs from the last one used here."""
        with self.store.transaction():
            before = self.store.records("policy")
            if not before or before[-1].body["sha256"] != self.policy.sha256:
                self.append("policy", "policy", {"sha256": self.policy.sha256, "profile": self.policy.profile})


def _policy_in(folder: Path) -> Policy:
    """The policy that the casebook's folder holds. Raises BadInput with the place of a fault."""
    path = folder / "policy.toml"
    try:
        return parse_policy(path.read_bytes())
    except FileNotFoundError:
        raise BadInput("no_policy", path) from None
    except (ValueError, KeyError, TypeError) as fault:
        raise BadInput("policy_faulty", path, fault=str(fault)) from None


def keeper(permit: object) -> Casebook:
    """The casebook that stands behind a permit. Refused for whatever is not a permit of a casebook."""
    if not isinstance(permit, Permit) or not isinstance(permit.casebook, Casebook):
        raise refuse(shipped_policy(), "permit.none")
    return permit.casebook


def signed_in(person: object) -> Casebook:
    """The casebook that somebody signed in to. Refused for whatever is nobody who signed in."""
    if not isinstance(person, SignedIn) or not isinstance(person.casebook, Casebook):
        raise refuse(shipped_policy(), "person.elsewhere")
    return person.casebook
