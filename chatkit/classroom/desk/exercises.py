"""Drills at the desk: begin one, read its story beside every step, answer its question, see the grade."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import ipywidgets as w

from ...casebook import Casebook
from ...sentences import say
from ..lessons.drills import Play, begin, drills
from ..lessons.grading import grade
from ..lessons.items import Item
from ..lessons.progress import last_step, record_answer, record_step
from .pieces import Field, attempt, button, heading, line, paragraph, piece, stack, table
from .questions import Question
from .quizzes import DRILL
from .seats import Seat
from .sittings import Sitting
from .words import Words

NONE = "-"  # the step of somebody who plays no drill


class Exercise:
    """The panel of the drills; ``seated`` is called with the seat that has a drill, or with that without."""

    def __init__(self, sitting: Sitting, seated: Callable[[Play | None], None]) -> None:
        self._sitting, self._seated, words = sitting, seated, sitting.words
        self._say, self._graded = piece("", "ck-say"), piece()
        offered = [drill for id, drill in drills().items() if id in (sitting.seat.drills or drills())]
        titles = [(words("drill.level", title=each.title, level=each.level), each.id) for each in offered]
        self.drill = Field(w.Dropdown(options=titles), words("label.drill"), words("help.drill"))
        self.begin = button(words("drill.begin"), lambda: attempt(self._begin, self._say, words), "ck-main")
        self.stop = button(words("drill.stop"), lambda: attempt(self._stop, self._say, words))
        self.grade = button(words("drill.grade"), lambda: attempt(self._grade, self._say, words), "ck-main")
        self.question = Question(words, self._answered)
        self._playing = stack(
            piece(heading(3, words("drill.question"))),
            self.question.box,
            line(self.grade, self.stop, kind="ck-actions"),
            self._graded,
        )
        self.box = stack(
            piece(paragraph(words("drill.lead"), "ck-lead")),
            line(self.drill.box, self.begin, kind="ck-actions"),
            self._say,
            self._playing,
        )

    def show(self) -> None:
        """The drill that is being played, or the choice of one."""
        play, self._graded.value, self._say.value = self._sitting.seat.play, "", ""
        self._playing.layout.display = "" if play else "none"
        if play:
            self.drill.control.value = play.drill.id
            self.question.ask(play.key.flaw, play.seed)

    def _begin(self) -> None:
        sitting = self._sitting
        record_step(sitting.person, DRILL, self.drill.control.value)
        self._seated(resumed(sitting.seat, sitting.casebook))

    def _stop(self) -> None:
        record_step(self._sitting.person, DRILL, NONE)
        self._seated(None)

    def _answered(self, item: Item, answer: Sequence[int]) -> float:
        return record_answer(self._sitting.person, DRILL, item, answer)

    def _grade(self) -> None:
        sitting, words = self._sitting, self._sitting.words
        if sitting.seat.play:
            graded = grade(sitting.casebook, sitting.seat.play, sitting.seat.people)
            rows = [
                [words.of(say(f"grade.part.{part.name}")), f"{part.points:g} / {part.weight}", words.of(part.reason)]
                for part in graded.parts
            ]
            heads = [words(f"drill.{name}") for name in ("part", "points", "reason")]
            self._graded.value = table(heads, rows, words("drill.score", score=f"{graded.score:g}"))


def resumed(seat: Seat, casebook: Casebook) -> Play | None:
    """The drill that the people of a seat are playing, made again as it was; None where they play none."""
    step = last_step(casebook, seat.people, DRILL)
    if step is None or step.step not in (seat.drills or drills()):
        return None
    return begin(step.step, seat.seed, seat.folder.parent / "plays")


def story(play: Play, words: Words) -> str:
    """The story and the task, to be read beside every step; it folds."""
    title = html.escape(words("drill.story", title=play.drill.title))
    told = "".join(f"<p>{html.escape(part)}</p>" for part in words.of(play.story).splitlines() if part.strip())
    task = "".join(f"<p>{html.escape(part)}</p>" for part in words.of(play.task).splitlines() if part.strip())
    return (
        f'<details class="ck-story" open><summary>{title}</summary>{told}'
        f"<h3>{html.escape(words('drill.task'))}</h3>{task}</details>"
    )
