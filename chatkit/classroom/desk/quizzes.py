"""Quizzes at the desk: one question at a time in one language, marked at once, gone on with after an interruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import ipywidgets as w

from ...casebook import shipped_policy
from ...clocks import china_day
from ...sentences import Text, say
from ..lessons.items import STAGES, Item, paper, shown
from ..lessons.progress import answers, due_retests, last_step, record_answer, record_step
from .pieces import Field, Ticks, attempt, button, details, heading, line, notice, paragraph, piece, stack
from .sittings import Sitting
from .words import Words

PLACE, DRILL = "quiz", "drill"  # where one is, and the stage of the questions of drills


class Question:
    """One item with its controls; ``answered`` marks an answer, ``onward`` is called to go on, if there is more."""

    def __init__(self, words: Words, answered: Callable[[Item, Sequence[int]], float]) -> None:
        self._words, self._answered = words, answered
        self._asked, self._verdict, self._say = piece(), piece("", "ck-say"), piece("", "ck-say")
        self._controls = stack(kind="ck-answer")
        self._read: Callable[[], list[int] | None] = lambda: None
        self.answer = button(words("quiz.answer"), lambda: attempt(self._mark, self._say, words), "ck-main")
        self.box = stack(self._asked, self._controls, line(self.answer, kind="ck-actions"), self._say, self._verdict)

    def ask(self, item: Item, seed: int) -> None:
        """Show the item, not answered yet."""
        words, old = self._words, self._controls.children
        self._item, self._verdict.value, self._say.value = item, "", ""
        form = [(words(f"label.{k}"), v) for k, v in written(item, words).items() if v]
        told = [paragraph(part, "ck-question") for part in words.of(item.question).splitlines() if part]
        self._asked.value = "".join(told) + (details(form) if form else "")
        self._controls.children, self._read = self._offer(item, shown(item, seed))
        for control in old:
            control.close()
        self.answer.disabled = False

    def _offer(self, item: Item, order: Sequence[int]) -> tuple[list[w.Widget], Callable[[], list[int] | None]]:
        """The controls in the order shown, and what reads the answer off them: None while it is not complete."""
        words, choices = self._words, [(self._words.of(item.choices[n]), n) for n in order]
        if item.kind == "single":
            radio = w.RadioButtons(options=choices, index=None, description=words("quiz.choose"))
            return [radio], lambda: None if radio.value is None else [radio.value]
        if item.kind in ("multiple", "form"):
            ticks = Ticks(words("quiz.choose_all"), "", lambda: None)
            ticks.offer({str(n): text for text, n in choices}, ())
            ticks.box.add_class("ck-choices")
            return [ticks.box], lambda: sorted(map(int, ticks.value))
        labels = [words.of(pair.left) for pair in item.pairs]
        labels = labels or [words.of(say("quiz.place", n=n)) for n in range(1, len(choices) + 1)]
        drops = [Field(w.Dropdown(options=choices, index=None), label) for label in labels]

        def read() -> list[int] | None:
            given = [drop.control.value for drop in drops]
            twice = item.kind == "order" and len(set(given)) < len(given)
            return None if None in given or twice else given

        return [drop.box for drop in drops], read

    def _mark(self) -> None:
        words, given = self._words, self._read()
        if given is None:
            self._say.value = notice(words.of(say("quiz.unfinished")), "plain")
            return
        credit = self._answered(self._item, given)
        name = "right" if credit == 1 else "partly" if credit else "wrong"
        told = words.of(say(f"quiz.{name}", percent=round(100 * credit)))
        key = words.of(say("quiz.key", key=key_of(self._item)))
        why = [paragraph(part, "ck-why") for part in words.of(self._item.explanation).splitlines() if part]
        self._verdict.value = notice(told, "good" if credit == 1 else "plain") + paragraph(key, "ck-key") + "".join(why)
        self.answer.disabled = True


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


def key_of(item: Item) -> Text:
    """The right answer in words."""
    lines = [item.choices[n] for n in item.key] or [say("quiz.none")]
    if item.pairs:
        lines = [Text(f"{p.left.zh} — {p.right.zh}", f"{p.left.en}: {p.right.en}") for p in item.pairs]
    return Text("；".join(each.zh for each in lines), "; ".join(each.en for each in lines))


def written(item: Item, words: Words) -> dict[str, str]:
    """The fields of a form item's form as somebody filled them in, wrong ones too; nothing for another item."""
    if item.form is None:
        return {}
    fields = {name: _plain(value) for name, value in asdict(item.form).items()}
    purposes = shipped_policy().purposes
    if item.form.purpose in purposes:
        fields["purpose"] = words.of(purposes[item.form.purpose].name)
    if item.form.match in ("any", "all"):
        fields["match"] = words(f"form.{item.form.match}") if item.form.keywords else ""
    return fields


def _plain(value: object) -> str:
    """A field of a form as it was written."""
    if isinstance(value, list | tuple):
        return "、".join(each[0] if isinstance(each, list | tuple) else str(each) for each in value)
    return str(value)
