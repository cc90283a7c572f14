"""Quizzes: a paper at the desk, one question at a time, gone on with after an interruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as w

from ...clocks import china_day
from ..lessons.items import STAGES, Item, paper
from ..lessons.progress import answers, due_retests, last_step, record_answer, record_step
from .pieces import Field, attempt, button, heading, line, notice, paragraph, piece, stack
from .questions import Question
from .sittings import Sitting

PLACE, DRILL = "quiz", "drill"  # where one is, and the stage of the questions of drills


class Quiz:
    """The panel of the papers."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, words = sitting, sitting.words
        self._say, self._at = piece("", "ck-say"), piece()
        stages = [(words(f"paper.{stage}"), stage) for stage in STAGES]
        self.stage = Field(w.Dropdown(options=stages), words("label.stage"), words("help.stage"))
        self.begin = button(words("quiz.begin"), lambda: attempt(self._next, self._say, words), "ck-main")
        self.question = Question(words, self._answered)
        self.next = button(words("quiz.next"), lambda: attempt(self._next, self._say, words))
        self._asking = stack(self._at, self.question.box, line(self.next, kind="ck-actions"))
        self.box = stack(
            piece(paragraph(words("quiz.lead"), "ck-lead")),
            line(self.stage.box, self.begin, kind="ck-actions"),
            self._say,
            self._asking,
        )

    def show(self) -> None:
        """What is due, and the paper that was begun last."""
        sitting, words = self._sitting, self._sitting.words
        due = due_retests(sitting.casebook, sitting.seat.people, china_day(sitting.casebook.now()))
        stages = "、".join(words(f"paper.{retest.stage}") for retest in due)
        self._say.value = notice(words("quiz.due", stages=stages), "plain") if due else ""
        self._asking.layout.display = "none"
        if begun := last_step(sitting.casebook, sitting.seat.people, PLACE):
            self.stage.control.value = begun.step
            attempt(self._next, self._say, words)

    def _answered(self, item: Item, answer: Sequence[int]) -> float:
        self.next.layout.display = ""
        return record_answer(self._sitting.person, self.stage.control.value, item, answer)

    def _next(self) -> None:
        """The first item of the paper that was not answered yet, or the result."""
        sitting, words, stage = self._sitting, self._sitting.words, self.stage.control.value
        record_step(sitting.person, PLACE, stage)
        given = answers(sitting.casebook, sitting.seat.people)
        earlier = given[~given["stage"].isin([stage, DRILL])].drop_duplicates("item", keep="last")
        asked = paper(stage, sitting.seat.papers, tuple(earlier["item"][earlier["credit"] < 1]))
        now = given[given["stage"] == stage].drop_duplicates("item").set_index("item")["credit"]
        open_items = [item for item in asked if item.id not in now]
        self._asking.layout.display = "" if open_items else "none"
        if not open_items:
            percent = round(100 * sum(now[item.id] for item in asked) / len(asked))
            self._say.value = notice(words("quiz.over", of=len(asked), percent=percent))
            return
        at = {"n": len(asked) - len(open_items) + 1, "of": len(asked)}
        self._at.value = heading(3, words("quiz.at", stage=words(f"paper.{stage}"), **at))
        self.next.layout.display = "none"
        self.question.ask(open_items[0], sitting.seat.seed)
