"""Questions: one item with its controls, marked at once, at the desk in one language and in a notebook in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import ipywidgets as w

from ...casebook import shipped_policy
from ...people import SignedIn
from ...sentences import Text, say
from ..lessons.items import Item, find, mark, shown
from ..lessons.progress import record_answer
from .pieces import Field, Ticks, attempt, button, details, framed, line, notice, paragraphs, piece, stack
from .words import Words


class Question:
    """One item with its controls; ``answered`` marks an answer, of which there is one unless ``again``."""

    def __init__(self, words: Words, answered: Callable[[Item, Sequence[int]], float], *, again: bool = False) -> None:
        self._words, self._answered, self._again = words, answered, again
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
        told = paragraphs(item.question, words, "ck-question") + paragraphs(say("quiz.fiction"), words, "ck-help")
        self._asked.value = told + (details(form) if form else "")
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
        told, key = say(f"quiz.{name}", percent=round(100 * credit)), say("quiz.key", key=key_of(self._item))
        both = words.of(Text(f"{told.zh} {key.zh}", f"{told.en} {key.en}"))
        why = paragraphs(self._item.explanation, words, "ck-why")
        self._verdict.value = notice(both, "good" if credit == 1 else "plain") + why
        self.answer.disabled = not self._again


def ask(item: Item | str, *, by: SignedIn | None = None, stage: str = "lesson", seed: int = 0) -> w.VBox:
    """The item as a question in a notebook, in both languages, to be answered as often as one likes.

    With ``by`` the answer goes into that person's casebook, without it is only marked. Raises KeyError for an unknown
    id.
    """

    def answered(item: Item, answer: Sequence[int]) -> float:
        return record_answer(by, stage, item, answer) if by else mark(item, answer)

    made = Question(Words(None), answered, again=True)
    made.ask(find(item) if isinstance(item, str) else item, seed)
    return framed(made.box)


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
