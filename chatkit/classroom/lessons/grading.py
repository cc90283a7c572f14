"""Grading: what a trainee decided, read from the casebook's sealed records, with a reason for every part.

No code of a trainee is run, and nothing is asked of the notebook. Verify the casebook first: a grade that is drawn
from altered records is worth nothing.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ...casebook import Casebook
from ...clocks import china_time, moment, stamp
from ...errors import Refused
from ...extracts import record_keys, within
from ...manifests import subject
from ...people import Act, genuine
from ...permits import Permit, check
from ...requests import Request, names
from ...sentences import Text, listed, say
from ...store import Record
from .drills import Play
from .items import mark

WEIGHTS = {"narrowness": 30, "gates": 15, "masking": 15, "export": 10, "destruction": 15, "flaw": 15}
STOP_WEIGHTS = {"narrowness": 40, "gates": 40, "flaw": 20}  # of a drill in which nothing may be read
SPOT_ROWS = 20  # at least so many rows of text are to be judged, or all
TWO_GATES = {"gate.own_request", "gate.twice"}
WRONG_HANDS = {"export.executor", "export.executor_was_gate"}


@dataclass(frozen=True)
class Part:
    """One part of a grade: its weight, the credit (0 to 1), why, and the numbers of the records it is drawn from."""

    name: str
    weight: int
    credit: float
    reason: Text
    drawn: tuple[int, ...]

    @property
    def points(self) -> float:
        """What this part adds to the score."""
        return self.weight * self.credit


@dataclass(frozen=True, repr=False)
class Grade:
    """The parts of a grade, and which rules said no on the way: a refusal by itself costs nothing."""

    drill: str
    seed: int
    parts: tuple[Part, ...]
    refusals: tuple[str, ...]

    @property
    def score(self) -> float:
        """0 to 100."""
        return round(100 * sum(part.points for part in self.parts) / sum(part.weight for part in self.parts), 1)

    def part(self, name: str) -> Part:
        """The part of that name. Raises KeyError where this drill is not graded by it."""
        return {part.name: part for part in self.parts}[name]

    def __str__(self) -> str:
        lines = [say("grade.score", score=f"{self.score:g}", drill=self.drill, seed=self.seed).line]
        lines += [
            f"{'✓' if p.credit == 1 else '✗'} {_told(p)}\n    {p.reason.zh}\n    {p.reason.en}" for p in self.parts
        ]
        return "\n".join([*lines, say("grade.refusals", rules=listed(self.refusals or ["0"])).line])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{say(f"grade.head.{h}").line}</th>' for h in ("part", "reason", "drawn"))
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(_told(p))}</th><td style="text-align:left">'
            f"{html.escape(p.reason.zh)}<br>{html.escape(p.reason.en)}</td>"
            f"<td>{', '.join(map(str, p.drawn)) or '—'}</td></tr>"
            for p in self.parts
        )
        title, *_, refusals = str(self).splitlines()
        return f"<table><caption>{title}</caption><thead><tr>{heads}</tr></thead>{rows}</table><p>{refusals}</p>"


def _told(part: Part) -> str:
    return f"{say(f'grade.part.{part.name}').line}：{part.points:g} / {part.weight}"


@dataclass(frozen=True)
class _Trail:
    """The records of one play: those of its requests, and what its people were refused or answered meanwhile."""

    play: Play
    casebook: Casebook
    people: Collection[str]
    requests: dict[str, Request]
    records: tuple[Record, ...]

    def of(self, *events: str) -> list[Record]:
        """The records of these events about the play's requests."""
        return [r for r in self.records if r.event in events and r.ref in self.requests]

    def searched(self) -> list[Record]:
        """The searches on the play's own data."""
        return [r for r in self.of("search") if r.body["source"] == self.play.chats.sha256]

    def refused(self, rules: Collection[str]) -> list[Record]:
        """What the play's people tried and one of these rules refused."""
        return [r for r in self.refusals() if set(r.body["rules"]) & set(rules)]

    def refusals(self) -> list[Record]:
        """What the play's people were refused while they worked on its requests."""
        return [r for r in self.records if r.event == "refused" and r.body["person"] in self.people]


def grade(casebook: Casebook, play: Play, people: Collection[str]) -> Grade:
    """Grade one play from the records of ``casebook`` that ``people`` (ids of one trainee's cast) left.

    A request belongs to the play where its reason names the play's case, or where the play's data was searched under
    it. What was seen is what the requests reach on the play's own data: the log holds a fingerprint of the scope of
    a search and not the scope, and a narrower search under a wide permit leaves the permit wide. The first answer to
    the question counts. Doing nothing gets 0.
    """
    trail = _trail(casebook, play, people)
    weights = WEIGHTS if play.key.narrowest else STOP_WEIGHTS
    judges = _PARTS if play.key.narrowest else _STOP_PARTS
    parts = []
    for name, judge in judges.items():
        credit, reason, drawn = judge(trail)
        parts.append(Part(name, weights[name], credit, reason, tuple(sorted({record.n for record in drawn}))))
    met = dict.fromkeys(rule for record in trail.refusals() for rule in record.body["rules"])
    return Grade(play.drill.id, play.seed, tuple(parts), tuple(met))


def _trail(casebook: Casebook, play: Play, people: Collection[str]) -> _Trail:
    records = casebook.store.records()
    own = [r for r in records if r.event == "apply" and r.body["act"]["person"] in people]
    on_it = {r.ref for r in records if r.event == "search" and r.body["source"] == play.chats.sha256}
    about = {r.ref for r in own if r.ref in on_it or play.case in r.body["request"]["reason"]}
    requests = {r.ref: Request(**r.body["request"]) for r in own if r.ref in about}
    numbers = [r.n for r in records if r.ref in about]
    if not numbers:
        return _Trail(play, casebook, people, {}, tuple(r for r in records if r.event == "answer"))
    after = [r.n for r in own if r.ref not in about and r.n > numbers[-1]]
    span = range(numbers[0], after[0] if after else len(records))
    # a refusal is about no request: it counts from the play's first record to the next matter
    kept = (r for r in records if r.ref in about or r.event == "answer" or (r.event == "refused" and r.n in span))
    return _Trail(play, casebook, people, requests, tuple(kept))


_Verdict = tuple[float, Text, Iterable[Record]]


def _narrowness(trail: _Trail) -> _Verdict:
    """The share of needed records among all that were needed or could be seen."""
    searched, needed = trail.searched(), trail.play.key.needed
    frame, seen = trail.play.chats.frame, set[str]()
    for ref in {record.ref for record in searched}:
        seen |= set(record_keys(frame[within(frame, trail.requests[ref])]))
    if not searched:
        return 0.0, say("grade.narrowness.none"), ()
    counts = {"seen": len(seen), "needed": len(needed), "missing": len(needed - seen), "over": len(seen - needed)}
    name = "exact" if seen == needed else "short" if needed - seen else "wide"
    return len(needed & seen) / len(needed | seen), say(f"grade.narrowness.{name}", **counts), searched


def _gates(trail: _Trail) -> _Verdict:
    key, policy = trail.play.key, trail.casebook.policy
    refs = {record.ref for record in trail.searched()}
    granted = [r for r in trail.of("permit") if r.ref in refs]
    if tried := trail.refused(TWO_GATES):
        return 0.0, say("grade.gates.tried", n=len(tried)), tried
    if not granted:
        return 0.0, say("grade.gates.none"), ()
    for record in granted:
        if not _genuine(record, trail.casebook):
            return 0.0, say("grade.gates.forged"), [record]
        mode, purpose = record.body["mode"], record.body["request"]["purpose"]
        if key.narrowest is None or (mode, purpose) != (key.mode, key.narrowest.purpose):
            named = {"mode": policy.modes[mode].name, "right": policy.modes[key.mode].name}
            return 0.0, say("grade.gates.mode", **named), [record]
    return 1.0, say("grade.gates.right", mode=policy.modes[key.mode].name), granted


def _genuine(record: Record, casebook: Casebook) -> bool:
    """Whether the signatures of a permit's record are its people's own, one for each gate."""
    body = record.body
    application, approvals = Act(**body["application"]), tuple(Act(**act) for act in body["approvals"])
    plain = {"mode": body["mode"], "policy_sha256": body["policy_sha256"], "expires_at": body["expires_at"]}
    permit = Permit(Request(**body["request"]), application=application, approvals=approvals, **plain)
    try:
        check(permit, casebook.policy, casebook.people(), max(moment(act.at) for act in approvals))
    except Refused:
        return False
    return True


def _exports(trail: _Trail) -> list[tuple[Record, dict[str, Any]]]:
    refs = {record.ref for record in trail.searched()}
    return [(r, r.body["manifest"]) for r in trail.of("export") if r.ref in refs]


def _masking(trail: _Trail) -> _Verdict:
    key, policy, made = trail.play.key, trail.casebook.policy, _exports(trail)
    if tried := trail.refused({"mask.required"}):
        return 0.0, say("grade.masking.tried"), tried
    if not made:
        return 0.0, say("grade.masking.none"), ()
    drawn = [record for record, _ in made]
    assert key.narrowest is not None, "nothing is exported in a drill in which nothing may be read"
    needed = {*key.narrowest.columns_under(policy), "permit_id"}
    for record, manifest in made:
        if readable := sorted(set(manifest["left_readable"]) - set(key.unmask)):
            return 0.0, say("grade.masking.readable", entities=names(policy.entities, readable)), [record]
        if extra := sorted(set(manifest["columns"]) - needed):
            return 0.0, say("grade.masking.columns", columns=listed(policy.columns[c].name for c in extra)), [record]
        least, judged = min(SPOT_ROWS, manifest["rows"]), manifest["spot_check"].get("n", 0)
        if "text" in manifest["columns"] and judged < least:
            return 0.0, say("grade.masking.unchecked", judged=judged, least=least), [record]
    return 1.0, say("grade.masking.right", personal=key.personal), [*drawn, *trail.of("mask", "spot_check")]


def _export(trail: _Trail) -> _Verdict:
    made = _exports(trail)
    if tried := [r for r in trail.refused(WRONG_HANDS) if r.ref == "export"]:
        return 0.0, say("grade.export.tried", people=listed(sorted({r.body["person"] for r in tried}))), tried
    if not made:
        return 0.0, say("grade.export.none"), ()
    people = trail.casebook.people()
    drawn = [record for record, _ in made]
    if not all(genuine(Act(**manifest["act"]), subject(manifest), people) for _, manifest in made):
        return 0.0, say("grade.export.forged"), drawn
    return 1.0, say("grade.export.right", people=listed(sorted({m["executor"] for _, m in made}))), drawn


def _destruction(trail: _Trail) -> _Verdict:
    made, gone = _exports(trail), {r.body["export"]: r for r in trail.of("destroy")}
    if not made:
        return 0.0, say("grade.destruction.none"), ()
    drawn = []
    for record, manifest in made:
        signed = max(moment(at) for _, _, at in manifest["approved_by"])
        last = min(manifest["destroy_by"], stamp(signed + timedelta(days=trail.play.key.use_days)))
        drawn += [record, *filter(None, [gone.get(manifest["id"])])]
        if manifest["id"] not in gone:
            return 0.0, say("grade.destruction.standing", file=manifest["file"], until=china_time(last)), [record]
        disposal = gone[manifest["id"]].body["disposal"]
        if disposal["missing"]:
            return 0.0, say("grade.destruction.missing", file=manifest["file"]), drawn
        if disposal["destroyed_at"] > last:
            at = china_time(disposal["destroyed_at"])
            return 0.0, say("grade.destruction.late", at=at, until=china_time(last)), drawn
    return 1.0, say("grade.destruction.right", n=len(made)), drawn


def _flaw(trail: _Trail) -> _Verdict:
    item = trail.play.key.flaw
    given = [r for r in trail.records if r.event == "answer" and r.body["item"] == item.id]
    given = [r for r in given if r.body["person"] in trail.people]
    if not given:
        return 0.0, say("grade.flaw.none"), ()
    credit, named = mark(item, given[0].body["answer"]), listed(item.choices[n] for n in item.key)
    return credit, say("grade.flaw.right" if credit == 1 else "grade.flaw.wrong", right=named, why=item.why), given[:1]


def _left_alone(trail: _Trail) -> _Verdict:
    """Nothing may be read: whether a request was sent back, and none was searched under."""
    searched, back = trail.searched(), trail.of("reject")
    if searched:
        return 0.0, say("grade.stop.read"), searched
    return (1.0, say("grade.stop.unread"), back) if back else (0.0, say("grade.stop.open"), ())


def _sent_back(trail: _Trail) -> _Verdict:
    back = [record for record in trail.of("reject") if record.body["act"]["note"].strip()]
    if tried := trail.refused(TWO_GATES):
        return 0.0, say("grade.gates.tried", n=len(tried)), tried
    return (1.0, say("grade.stop.reason"), back) if back else (0.0, say("grade.stop.no_reason"), ())


_PARTS = {
    "narrowness": _narrowness,
    "gates": _gates,
    "masking": _masking,
    "export": _export,
    "destruction": _destruction,
    "flaw": _flaw,
}
_STOP_PARTS = {"narrowness": _left_alone, "gates": _sent_back, "flaw": _flaw}
