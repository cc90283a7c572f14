"""The pieces a page of the desk is made of: headings, notices, refusals, tables, buttons and fields."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import ipywidgets as w

from ...errors import BadInput, Refusal, Refused
from ...sentences import Text
from .words import Words

ROWS_SHOWN = 20
ID = re.compile(r"（\w+）| \(\w+\)")  # beside a name, what is written in Python
LONG = ' class="ck-long"'  # a cell that may be broken into lines
MASK = re.compile(
    r"[0-9A-Za-z@.]*[*＊]{2,}[0-9A-Za-z@.]*|\[[^\[\]\s]{1,12}\]"
)  # what masking leaves: set off by weight


def piece(markup: str = "", *classes: str) -> w.HTML:
    """A piece of the page; ``markup`` must be escaped already."""
    made = w.HTML(markup)
    for name in ("ck-piece", *classes):
        made.add_class(name)
    return made


def stack(*children: w.Widget, kind: str = "ck-stack") -> w.VBox:
    """Things one below the other."""
    return _classed(w.VBox(children), kind)


def framed(*children: w.Widget) -> w.VBox:
    """Things in the desk's style."""
    style = (files("chatkit.classroom.desk") / "desk.css").read_text("utf-8")
    return stack(w.HTML(f"<style>{style}</style>"), *children, kind="ck-desk")


def line(*children: w.Widget, kind: str = "ck-line") -> w.HBox:
    """Things beside each other, broken where the page is narrow."""
    return _classed(w.HBox(children), kind)


def button(text: str, do: Callable[[], None], kind: str = "ck-quiet") -> w.Button:
    """A button that calls ``do``; kinds are ck-main, ck-quiet and ck-grave."""
    made = _classed(w.Button(description=text, tooltip=text), kind)
    made.on_click(lambda _: do())
    return made


def heading(level: int, text: str) -> str:
    """A real heading."""
    return f"<h{level}>{html.escape(text)}</h{level}>"


def notice(text: str, kind: str = "good") -> str:
    """A notice that is read out: good and plain ones politely, a fault at once."""
    role = "alert" if kind == "fault" else "status"
    return f'<div class="ck-notice ck-{kind}" role="{role}">{html.escape(text)}</div>'


def paragraph(text: str, kind: str = "ck-help") -> str:
    """A paragraph."""
    return f'<p class="{kind}">{html.escape(text)}</p>'


def paragraphs(text: Text, words: Words, kind: str) -> str:
    """Each line of a text as a paragraph; in both languages each is told as what it is, for the voice of a reader."""
    told = {"zh": text.zh, "en": text.en}
    return "".join(
        f'<p class="{kind}" lang="{language}">{html.escape(part)}</p>'
        for language in ([words.language] if words.language else told)
        for part in told[language].splitlines()
        if part
    )


def told(refusal: Refusal, words: Words) -> str:
    """One refusal: its sentence, and below it the rule, its kind and what it rests on."""
    rule, values = refusal.rule, refusal.values
    named = {"day": words(f"label.{values['field']}")} if "field" in values else {}  # as the form calls it
    if "person" in values:
        named["person"] = words.called(values["person"])
    if "choices" in values:
        named["choices"] = ID.sub("", words.of(values["choices"]))
    return (
        f'<p class="ck-what">{html.escape(words.of(rule.text.format(**values | named)))}</p>'
        f'<p class="ck-why"><code>{html.escape(rule.id)}</code> {html.escape(words.of(rule.source.text))}</p>'
    )


def refused(refusals: Sequence[Refusal], words: Words) -> str:
    """All that was refused, read out at once."""
    listed = "".join(f"<li>{told(each, words)}</li>" for each in refusals)
    title = html.escape(words("desk.refused", n=len(refusals)))
    return f'<div class="ck-notice ck-fault" role="alert"><strong>{title}</strong><ul>{listed}</ul></div>'


def attempt(do: Callable[[], None], say: w.HTML, words: Words) -> None:
    """Do something a person asked for, and tell in ``say`` why it was not done, if it was not."""
    say.value = ""
    try:
        do()
    except Refused as no:
        say.value = refused(no.refusals, words)
    except BadInput as bad:
        say.value = notice(f"{words.of(bad.where)}　{words.of(bad.text)}", "fault")
    except Exception as fault:  # a page shows no traceback, so a person would wait for ever
        say.value = notice(words("desk.broken", kind=type(fault).__name__), "fault")
        raise


def details(pairs: Iterable[tuple[str, str]]) -> str:
    """What things are called, and what they are."""
    rows = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="ck-details">{rows}</dl>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, *, most: int = ROWS_SHOWN) -> str:
    """A table of plain texts with a caption; a wide one scrolls by itself, by keyboard too."""
    shown = [[MASK.sub(r"<b>\g<0></b>", html.escape(cell)) for cell in row] for row in rows[:most]]
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td{LONG * (len(cell) > 24)}>{cell}</td>" for cell in row) + "</tr>" for row in shown
    )
    label = html.escape(caption, quote=True)
    return (
        f'<div class="ck-scroll" tabindex="0" role="region" aria-label="{label}"><table class="ck-table">'
        f"<caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def cards(figures: Iterable[tuple[str, str]]) -> str:
    """A few numbers, large, each with what it counts."""
    made = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(n)}</dd></div>" for n, name in figures)
    return f'<dl class="ck-cards">{made}</dl>'


def bar(done: int, of: int, doing: str) -> str:
    """A progress bar, and in words what is being done."""
    text = html.escape(doing, quote=True)
    return (
        f'<div class="ck-progress" role="status"><progress value="{done}" max="{of}" aria-label="{text}">'
        f"</progress><span>{text}</span></div>"
    )


class Field:
    """A control with its label above, its help below, and what is wrong with it below that."""

    def __init__(self, control: Any, label: str, help: str = "") -> None:
        self.control, self._fault = control, piece("", "ck-faults")
        control.description = label
        control.style.description_width = "auto"
        parts = [control, piece(paragraph(help), "ck-helps")] if help else [control]
        self.box = stack(*parts, self._fault, kind="ck-field")

    def blame(self, refusals: Iterable[Refusal], words: Words) -> None:
        """Show the rules that this field breaks; none takes them away."""
        self._fault.value = "".join(told(refusal, words) for refusal in refusals)

    @property
    def blamed(self) -> bool:
        """Whether something is wrong with it."""
        return bool(self._fault.value)


class Ticks:
    """A group of boxes to tick under one label; ``control`` is the first box."""

    def __init__(self, label: str, help: str, changed: Callable[[], None]) -> None:
        self._legend, self._fault, self._boxes = piece(paragraph(label, "ck-legend")), piece("", "ck-faults"), w.Box()
        self._ticks: dict[str, w.Checkbox] = {}
        self._changed = changed
        self.box = stack(self._legend, _classed(self._boxes, "ck-ticks"), piece(paragraph(help)), self._fault)
        for name in ("ck-field", "ck-group"):
            self.box.add_class(name)

    def offer(self, choices: Mapping[str, str], ticked: Iterable[str]) -> None:
        """Offer these (id → name), with some ticked; what was offered before is gone."""
        chosen, old = set(ticked), list(self._ticks.values())
        self._ticks = {id: w.Checkbox(id in chosen, description=name, indent=False) for id, name in choices.items()}
        for tick in self._ticks.values():
            tick.observe(lambda _: self._changed(), "value")
        self._boxes.children = list(self._ticks.values())
        for tick in old:
            tick.close()

    @property
    def value(self) -> tuple[str, ...]:
        """The ids that are ticked, in the order offered."""
        return tuple(id for id, tick in self._ticks.items() if tick.value)

    @property
    def control(self) -> Any:
        """What takes the focus."""
        return next(iter(self._ticks.values()))

    def blame(self, refusals: Iterable[Refusal], words: Words) -> None:
        """As Field.blame."""
        self._fault.value = "".join(told(refusal, words) for refusal in refusals)

    @property
    def blamed(self) -> bool:
        """As Field.blamed."""
        return bool(self._fault.value)


def clear(box: Any, but: Any = None) -> None:
    """Close a widget and all that is in it ``but`` one, so that a page that is gone leaves nothing in the kernel."""
    for child in getattr(box, "children", ()):
        clear(child, but)
    if box is not but:
        box.close()


def _classed(made: Any, *names: str) -> Any:
    for name in names:
        made.add_class(name)
    return made
