"""The desk: a page on which a clerk carries out the whole method. It calls chatkit's verbs and holds no rule."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import ipywidgets as w

from ...law import Language
from ...requests import Request
from ...routes import route
from ..lessons.drills import Play
from . import drafts
from .applications import Application
from .approvals import Approval
from .exercises import Exercise, resumed, story
from .logbooks import Logbook
from .pieces import attempt, button, clear, framed, heading, line, notice, paragraph, piece, stack
from .previews import Preview, Search
from .quizzes import Quiz
from .releases import Destruction, Release
from .seats import Seat, own_seat
from .sittings import STEPS, Sitting, awaits, states, where
from .words import Words

PLACE = "CHATKIT_DESK"  # where the desk keeps its casebook and exports, if not in out/desk
MARKS = {"done": "✓", "rejected": "✗"}
BESIDE = ("quiz", "drill", "log")


class Panel(Protocol):
    """What the desk asks of a panel: a box, and to show how things stand now."""

    box: Any

    def show(self) -> None:
        """Show how things stand now."""


class Panels(dict[str, Panel]):
    """Panels, each made when it is first opened: all of them at once are some 600 widgets, too much for 25 people."""

    def __init__(self, **makers: Callable[[], Panel]) -> None:
        super().__init__()
        self._makers = makers

    def __missing__(self, step: str) -> Panel:
        made = self[step] = self._makers[step]()
        return made


class Desk:
    """The page. ``box`` is the widget; everything else is derived from the casebook when somebody signs in."""

    def __init__(self, seat: Seat, language: Language = "zh") -> None:
        self._own, self.sitting, self.panels = seat, None, Panels()  # type: tuple[Seat, Sitting | None, Panels]
        play = resumed(seat, seat.casebook)
        self.seat = seat.playing(play) if play else seat
        self._page, self._heading = stack(kind="ck-page"), piece("", "ck-title")
        self._language: Language = language
        self._request: Request | None = None
        self.box = framed(self._page)
        self.entrance()

    def entrance(self) -> None:
        """The sign-in: a language and a role."""
        words, policy, self.sitting = self._words(), self.seat.casebook.policy, None
        names = {r: words.of(policy.roles[r]) if r in policy.roles else words(f"role.{r}") for r in self.seat.cast}
        roles = [(f"{names[r]} · {words.called(person)}", r) for r, person in self.seat.cast.items()]
        self.language = w.RadioButtons(
            options=[("中文", "zh"), ("English", "en")], value=self._language, description=words("label.language")
        )
        self.language.add_class("ck-flat")
        self.role = w.RadioButtons(options=roles, value=roles[0][1], description=words("label.role"))
        self.enter = button(words("entrance.enter"), self._enter, "ck-main")
        self.language.observe(self._translate, "value")
        self._say = piece("", "ck-say")
        self._heading.value = heading(2, words("entrance.title"))
        card = stack(
            self._heading,
            piece(paragraph(words("entrance.lead"), "ck-lead")),
            self._say,
            self.language,
            self.role,
            piece(paragraph(words("entrance.roles"))),
            line(self.enter, kind="ck-actions"),
            kind="ck-card",
        )
        card.add_class("ck-entrance")
        self._turn([piece(_banner(words)), card, piece(_footer(words), "ck-footer")])

    def _words(self) -> Words:
        return Words(self._language, self.seat.casebook.people())

    def _turn(self, parts: list[Any]) -> None:
        """Show another page; what was on the one before is closed, but for the heading, which stands on both."""
        old, self._page.children = [*self._page.children, *(panel.box for panel in self.panels.values())], parts
        for part in old:
            clear(part, self._heading)
        self.panels = Panels()

    def _translate(self, change: dict[str, Any]) -> None:
        self._language = change["new"]
        self.entrance()
        self.language.focus()

    def _enter(self) -> None:
        attempt(lambda: self.sign_in(self.role.value), self._say, self._words())

    def sign_in(self, role: str) -> None:
        """Sit down as ``role`` of the cast, where that person has something to do."""
        sitting = Sitting(self.seat, self._words(), role, self.seat.sign_in(role), self._request)
        panels = Panels(
            apply=lambda: Application(sitting, self.moved),
            approve=lambda: Approval(sitting, self.moved),
            search=lambda: Search(sitting, self.moved),
            mask=lambda: Preview(sitting, self.moved),
            export=lambda: Release(sitting, self.moved),
            destroy=lambda: Destruction(sitting, self.moved),
            log=lambda: Logbook(sitting, self.moved),
            quiz=lambda: Quiz(sitting, self.moved),
            drill=lambda: Exercise(sitting, self._play),
        )
        self._furnish(sitting)
        self.sitting, self.panels = sitting, panels
        requests = [*filter(None, [self._request]), *sitting.requests()]
        waiting = next((request for request in requests if awaits(request, sitting)), None)
        if "applicant" in sitting.person.person.roles and (drafts.kept(sitting.person) or not waiting):
            self.choose(None)
        elif requests:
            self.choose(waiting or requests[0])
        else:
            self.moved("approve")

    def _furnish(self, sitting: Sitting) -> None:
        """The page around the panels."""
        words = sitting.words
        self.steps = {step: button(words(f"step.{step}"), partial(self._step, step), "ck-step") for step in STEPS}
        self.beside = {name: button(words(f"title.{name}"), partial(self.moved, name)) for name in BESIDE}
        self.leave = button(words("desk.leave"), self._leave)
        self.new = button(words("desk.new"), lambda: self.choose(None))
        self.list, self._card, self._status = stack(kind="ck-list"), stack(kind="ck-card"), piece("", "ck-status")
        role = self.seat.casebook.policy.roles.get(sitting.role)
        named = words.of(role) if role else words(f"role.{sitting.role}")
        who = words("desk.who", name=words.called(sitting.person.id), role=named)
        aside = stack(piece(heading(2, words("desk.requests"))), self.new, self.list, kind="ck-aside")
        self._turn(
            [
                line(
                    piece(_banner(words, who)), line(*self.beside.values(), self.leave, kind="ck-menu"), kind="ck-head"
                ),
                line(*self.steps.values(), kind="ck-steps"),
                self._status,
                *([piece(story(self.seat.play, words), "ck-told")] if self.seat.play else []),
                line(aside, self._card, kind="ck-body"),
                piece(_footer(words), "ck-footer"),
            ]
        )

    def _play(self, play: Play | None) -> None:
        """Work on a drill's data from now on, or on the sample again."""
        assert self.sitting
        self.seat, self._request = self._own.playing(play) if play else self._own, None
        self.sign_in(self.sitting.role)
        self.moved("drill")

    def _leave(self) -> None:
        self._request = self.sitting.request if self.sitting else None
        self.entrance()

    def _step(self, step: str) -> None:
        if step == "apply":
            self.choose(None)
        else:
            self.moved(step)

    def choose(self, request: Request | None) -> None:
        """Take up a request where it stands; None for a new form."""
        assert self.sitting
        self.sitting.request = request
        self.moved(where(request, self.seat.casebook))

    def moved(self, step: str) -> None:
        """Show how far the request has come; open the panel of ``step``, unless it is empty."""
        assert self.sitting
        if step:
            self.open = step
            self._heading.value = heading(2, self.sitting.words(f"title.{step}"))
            self.panels[step].show()
            self._card.children = [self._heading, self.panels[step].box]
        self._tell(self.sitting)

    def _tell(self, sitting: Sitting) -> None:
        """The stepper, the line below it, and the list of requests."""
        words, request, casebook = sitting.words, sitting.request, self.seat.casebook
        for n, (step, state) in enumerate(states(request, casebook).items(), 1):
            made = self.steps[step]
            made.description = f"{MARKS.get(state, n)} {words(f'step.{step}')}"
            made.tooltip = words(f"state.{state}")
            for kind in ("done", "next", "rejected", "waiting", "open"):
                (made.add_class if kind in (state, "open" if step == self.open else "") else made.remove_class)(
                    f"ck-{kind}"
                )
        stands = words("desk.nothing")
        if request:
            title = words.of(route(request, casebook).title)
            stands = words("desk.stands", id=request.id, reason=request.reason, title=title)
        self._status.value = f'<p role="status">{html.escape(stands)}</p>'
        old = self.list.children
        self.list.children = [self._entry(each, sitting) for each in sitting.requests()] or [
            piece(paragraph(words("desk.no_requests")))
        ]
        for entry in old:
            entry.close()

    def _entry(self, request: Request, sitting: Sitting) -> Any:
        words, stage = sitting.words, route(request, self.seat.casebook).stage
        mark = words("desk.yours") if awaits(request, sitting) else ""
        text = f"{request.reason}\n{words('stage.' + stage)}{mark}\n{request.id}"
        made = button(text, lambda: self.choose(request), "ck-request")
        if request == sitting.request:
            made.add_class("ck-open")
        return made


def open_desk(folder: str | Path | None = None, *, language: Language = "zh") -> Any:
    """The desk for one person on their own machine, as a widget; its casebook is in ``folder``.

    Without a folder the environment's CHATKIT_DESK, else ``out/desk``.
    """
    return Desk(own_seat(folder or os.environ.get(PLACE) or Path("out") / "desk"), language).box


def _banner(words: Words, who: str = "") -> str:
    told = f'<p class="ck-who">{html.escape(who)}</p>' if who else f'<p class="ck-who">{words("desk.for")}</p>'
    return (
        f'<div class="ck-banner" data-language="{words.language}"><h1>{html.escape(words("desk.name"))}'
        f' <span class="ck-badge">{html.escape(words("desk.roleplay"))}</span></h1>{told}</div>'
    )


def _footer(words: Words) -> str:
    return notice(words("desk.notice"), "foot").replace(' role="status"', "")
