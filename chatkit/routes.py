"""Routes: the stations of a request, drawn from the policy, with where it stands and what is due."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

from .casebook import Casebook
from .clocks import Due, china_day, due, moment
from .people import Act
from .policy import Mode, Policy, Trigger
from .requests import Request, choose_mode
from .sentences import Text, say

_COLOURS = {"done": "#1b7837", "next": "#b35806", "rejected": "#a50026", "waiting": "#8c8c8c"}
_WIDE, _HIGH, _GAP = 128, 56, 26


@dataclass(frozen=True, slots=True)
class Station:
    """One box of a route: ``state`` is done, next, rejected or waiting; ``due`` only while it is next."""

    name: Text
    state: str
    person: str = ""
    due: Due | None = None
    late: bool = False
    escalated: bool = False

    @property
    def remark(self) -> Text:
        """What stands under the name."""
        if self.state == "next" and self.escalated:
            return say("route.escalated")
        if self.state == "next" and self.late:
            return say("route.late")
        if self.state == "next" and self.due:
            return say("route.due" if self.due.certain else "route.due_uncertain", day=self.due.day)
        state = say(f"route.{self.state}")
        return Text(f"{state.zh} {self.person}".strip(), f"{state.en} {self.person}".strip())


@dataclass(frozen=True, repr=False)
class Route:
    """A mode's stations in order. In a notebook it is a picture, in a terminal a line of boxes."""

    mode: Mode
    trigger: Trigger | None
    stage: str
    stations: tuple[Station, ...]
    due: Due | None = None

    @property
    def title(self) -> Text:
        """The mode, its risk, and the stage."""
        named = say("route.title", mode=self.mode.name, risk=self.mode.risk)
        stage = say(f"stage.{self.stage}")
        return Text(f"{named.zh}：{stage.zh}", f"{named.en}: {stage.en}")

    def __str__(self) -> str:
        marks = {"done": "✓", "next": "▶", "rejected": "✗", "waiting": "·"}
        boxes = " → ".join(f"[{marks[s.state]} {s.name.zh}]" for s in self.stations)
        lines = [self.title.line, boxes]
        lines += [f"    ▶ {s.name.line}：{s.remark.line}" for s in self.stations if s.state == "next"]
        if self.due and self.stage == "filed":
            lines.append(f"    {say('route.whole', day=self.due.day).line}")
        if self.trigger:
            lines.append(f"    {say('route.why', reason=self.trigger.reason).line}")
        return "\n".join(lines)

    __repr__ = __str__

    def svg(self) -> str:
        """The drawing as SVG, with a title and a description for people who do not see it."""
        parts, step = [], _WIDE + _GAP
        for n, station in enumerate(self.stations):
            x, colour, strong = 8 + n * step, _COLOURS[station.state], station.state == "next"
            parts.append(
                f'<rect x="{x}" y="38" width="{_WIDE}" height="{_HIGH}" rx="8" fill="{colour if strong else "#ffffff"}"'
                f' stroke="{colour}" stroke-width="2"/>'
            )
            ink = "#ffffff" if strong else "#1a1a1a"
            lines = (station.name.zh, 58, 15, 600), (station.name.en, 73, 10, 400), (station.remark.zh, 88, 10, 400)
            parts += [
                f'<text x="{x + _WIDE / 2:g}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{ink}"'
                f' text-anchor="middle">{html.escape(text)}</text>'
                for text, y, size, weight in lines
            ]
            if n:
                parts.append(
                    f'<path d="M{x - _GAP + 3} {38 + _HIGH / 2:g} h{_GAP - 10} m-5 -4 l6 4 l-6 4" fill="none"'
                    ' stroke="#555555" stroke-width="2"/>'
                )
        wide = 16 + len(self.stations) * step - _GAP
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} 104" role="img"'
            f' aria-label="{html.escape(str(self))}"'
            f' style="max-width:{wide}px;width:100%;background:#ffffff" font-family="\'Noto Sans CJK SC\','
            " 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif\">"
            f"<title>{html.escape(self.title.line)}</title><desc>{html.escape(str(self))}</desc>"
            f'<text x="8" y="22" font-size="14" font-weight="600" fill="#1a1a1a">{html.escape(self.title.line)}</text>'
            + "".join(parts)
            + "</svg>"
        )

    def _repr_html_(self) -> str:
        why = f"<p>{html.escape(say('route.why', reason=self.trigger.reason).line)}</p>" if self.trigger else ""
        return self.svg() + why


def draw_mode(mode: Mode, policy: Policy) -> Route:
    """The route of a mode as the policy has it, with nobody on it."""
    return Route(mode, None, "unfiled", tuple(Station(name, "waiting") for name in _names(mode, policy)))


def route(request: Request, casebook: Casebook) -> Route:
    """Where a request stands on its route: who has answered, what is next, what is due and what is late."""
    policy, store = casebook.policy, casebook.store
    mode, trigger = choose_mode(request, policy)
    filed = store.records("apply", request.id)
    made, gone = store.records("export", request.id), store.records("destroy", request.id)
    granted = store.records("permit", request.id)
    if not filed:
        return replace(draw_mode(mode, policy), trigger=trigger)
    application, given = casebook.acts(request)
    answers = {act.role: act for act in given}
    states = ["done", *(_state(answers.get(gate)) for gate in mode.gates)]
    searched = bool(store.records("search", request.id))
    destroyed = bool(made) and len(gone) >= len(made)
    states += ["done" if done else "waiting" for done in (searched, bool(made), destroyed)]
    rejected = "rejected" in states
    ended = bool(granted) and casebook.now() >= moment(granted[0].body["expires_at"])
    if rejected:
        stage = "rejected"
    elif made:
        stage = "destroyed" if destroyed else "exported"
    else:
        stage = "expired" if ended else "granted" if granted else "filed"
    if "waiting" in states and not rejected and not (ended and not made):
        states[states.index("waiting")] = "next"
    last = max(act.at for act in (application, *given))
    people = [application.person, *(answers[g].person if g in answers else "" for g in mode.gates), "", "", ""]
    stations = []
    for n, (name, state, person) in enumerate(zip(_names(mode, policy), states, people, strict=True)):
        if state == "next" and 0 < n <= len(mode.gates):
            stations.append(_pending(name, due(china_day(moment(last)), mode.answer_days, policy), casebook))
        else:
            stations.append(Station(name, state, person))
    whole = due(china_day(moment(application.at)), mode.done_days, policy)
    return Route(mode, trigger, stage, tuple(stations), whole)


def _names(mode: Mode, policy: Policy) -> list[Text]:
    executor = policy.roles[mode.executor]
    export = Text(f"{executor.zh}：{say('route.export').zh}", f"{executor.en}: {say('route.export').en}")
    gates = [policy.roles[gate] for gate in mode.gates]
    return [say("route.apply"), *gates, say("route.search"), export, say("route.destroy")]


def _state(act: Act | None) -> str:
    return "waiting" if act is None else "done" if act.kind == "approve" else "rejected"


def _pending(name: Text, by: Due, casebook: Casebook) -> Station:
    """The gate whose turn it is; escalated when it is late by more than the policy bears."""
    today, policy = china_day(casebook.now()), casebook.policy
    limit = due(by.day, policy.limit.escalate_after_days, policy)
    return Station(name, "next", due=by, late=today > by.day, escalated=today > limit.day)
