"""Items as a person meets them in a notebook: a question with controls, and claims beside what the law says."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from ...law import Row, law_table
from ...people import SignedIn
from ...sentences import Text, say
from ..lessons.items import Item, find, mark, shown
from ..lessons.progress import record_answer

_WIDE = {"width": "100%"}  # a mapping, of which each control makes its own: a shared one is gone when any closes it
_WHOLE = {"description_width": "initial"}  # a description is otherwise cut after some twelve signs
_STYLE = """<style>
.ck-quiz .widget-radio, .ck-quiz .widget-dropdown { flex-direction: column; align-items: flex-start; height: auto; }
.ck-quiz .widget-radio-box { align-self: stretch; }
.ck-quiz .widget-radio-box label, .ck-quiz .widget-checkbox label { display: flex; gap: 8px; height: auto; width: 100%;
  flex-direction: row-reverse; justify-content: flex-end; white-space: normal; line-height: 1.5; margin: 3px 0; }
.ck-quiz .widget-radio-box input { flex: none; margin: 4px 0 0; }
.ck-quiz .widget-checkbox label { flex-direction: row; justify-content: flex-start; }
.ck-quiz .widget-checkbox, .ck-quiz .widget-checkbox span { height: auto; white-space: normal; line-height: 1.5; }
.ck-quiz .widget-checkbox input { flex: none; margin: 4px 0 0; }
.ck-quiz .widget-label, .ck-quiz .widget-html-content { height: auto; white-space: normal; line-height: 1.5; }
.ck-quiz .widget-dropdown select { flex: none; width: 100%; }
</style>"""  # ipywidgets keeps options and descriptions on one line of fixed height and cuts them there


def ask(item: Item | str, *, by: SignedIn | None = None, stage: str = "lesson", seed: int = 0) -> widgets.VBox:
    """The item as a quiz. With ``by`` the answer goes into that person's casebook, without it is only marked.

    Every control has a description and is reached by the keyboard. Raises KeyError for an unknown id.
    """
    chosen = find(item) if isinstance(item, str) else item

    def answered(answer: Sequence[int]) -> float:
        return record_answer(by, stage, chosen, answer) if by else mark(chosen, answer)

    return quiz(chosen, answered, seed=seed)


def quiz(item: Item, answered: Callable[[Sequence[int]], float], *, seed: int = 0) -> widgets.VBox:
    """The controls of one item; ``answered`` is called with each answer and returns its credit, which is shown."""
    controls, read = _controls(item, shown(item, seed))
    button = widgets.Button(description=say("quiz.answer").line, layout=widgets.Layout(width="auto"))
    told = widgets.HTML()

    def press(_: widgets.Button) -> None:
        answer = read()
        told.value = _asks_more() if answer is None else _verdict(item, answered(answer))

    button.on_click(press)
    box = widgets.VBox([widgets.HTML(_STYLE + _question(item)), *controls, button, told], layout=_WIDE)
    return box.add_class("ck-quiz")


def _controls(item: Item, order: Sequence[int]) -> tuple[list[widgets.Widget], Callable[[], list[int] | None]]:
    """The controls in the order shown, and what reads the answer off them (None while it is not complete)."""
    words = [(item.choices[n].line, n) for n in order]
    if item.kind == "single":
        label = say("quiz.choose").line
        radio = widgets.RadioButtons(options=words, index=None, description=label, style=_WHOLE, layout=_WIDE)
        return [radio], lambda: None if radio.index is None else [radio.value]
    if item.kind in ("multiple", "form"):
        boxes = [(widgets.Checkbox(description=w, indent=False, style=_WHOLE, layout=_WIDE), n) for w, n in words]
        return [box for box, _ in boxes], lambda: sorted(n for box, n in boxes if box.value)
    lefts = [pair.left.line for pair in item.pairs]
    labels = lefts or [say("quiz.place", n=n).line for n in range(1, len(words) + 1)]
    fixed = {"options": words, "index": None, "style": _WHOLE, "layout": _WIDE}
    drops = [widgets.Dropdown(description=label, **fixed) for label in labels]

    def read() -> list[int] | None:
        answer = [drop.value for drop in drops]
        twice = item.kind == "order" and len(set(answer)) < len(answer)
        return None if None in answer or twice else answer

    return list(drops), read


def _question(item: Item) -> str:
    form = item.form
    told = [f"<p><b>{item.id}</b> {_shown(item.question)}</p>", f"<p><small>{say('quiz.fiction').line}</small></p>"]
    if form is not None:
        asked = {k: v for k, v in form.__dict__.items() if v not in ("", ())}
        cells = ((k, "、".join(map(str, v)) if isinstance(v, tuple) else str(v)) for k, v in asked.items())
        rows = "".join(f'<tr><th scope="row">{k}</th><td>{html.escape(v)}</td></tr>' for k, v in cells)
        told.append(f"<table><caption>{say('quiz.form').line}</caption>{rows}</table>")
    return "".join(told)


def _verdict(item: Item, credit: float) -> str:
    name = "right" if credit == 1 else "partly" if credit else "wrong"
    right = say("quiz.key", key=_listed(item))
    parts = [say(f"quiz.{name}", percent=round(100 * credit)), right, item.explanation]
    return f'<div role="status">{"".join(f"<p>{_shown(part)}</p>" for part in parts)}</div>'


def _listed(item: Item) -> Text:
    lines = [item.choices[n] for n in item.key] or [say("quiz.none")]
    if item.pairs:
        lines = [Text(f"{p.left.zh} — {p.right.zh}", f"{p.left.en}: {p.right.en}") for p in item.pairs]
    return Text("；".join(line.zh for line in lines), "; ".join(line.en for line in lines))


def _asks_more() -> str:
    return f'<p role="status">{_shown(say("quiz.unfinished"))}</p>'


def _shown(text: Text) -> str:
    """Both languages, Chinese first, each told as what it is, so that a screen reader reads it with the right voice."""
    zh, en = (html.escape(t).replace("\n", "<br>") for t in (text.zh, text.en))
    return f'<span lang="zh">{zh}</span><br><span lang="en" style="opacity:.8">{en}</span>'


class Beside:
    """Claims of the teaching article beside what the law provides, with the verdict and what to teach instead."""

    def __init__(self, *rows: str) -> None:
        table = law_table()
        self.rows = tuple(table.rows[row] for row in rows)
        self.notice = table.notice

    def __str__(self) -> str:
        return "\n\n".join(f"{row.id} {row.claim}\n→ {row.teach}" for row in self.rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col" style="text-align:left">{say(f"beside.{h}").line}</th>' for h in _HEADS)
        body = "".join(self._line(row) for row in self.rows)
        caption = f'<caption style="text-align:left">{html.escape(self.notice.zh)}</caption>'
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"

    def _line(self, row: Row) -> str:
        verdicts = [say(f"verdict.{verdict.replace(' ', '_')}").line for verdict in row.verdict]
        kind = say(f"kind.{row.kind.replace(' ', '_')}").line
        basis = _shown(Text(row.basis("zh"), row.basis("en")))
        note = f"<br>{_shown(row.certainty_note)}" if row.certainty_note and row.certainty != "H" else ""
        cells = [f"<b>{row.id}</b><br>{_shown(row.claim)}", "、".join(verdicts), _shown(row.provides), basis]
        cells += [kind, _shown(row.teach) + note]
        style = "text-align:left;vertical-align:top;white-space:normal"
        return "<tr>" + "".join(f'<td style="{style}">{cell}</td>' for cell in cells) + "</tr>"


_HEADS = ("claim", "verdict", "provides", "basis", "kind", "teach")


def beside(*rows: str) -> Beside:
    """The named rows of the law table, claim beside provision. Raises KeyError for an unknown row."""
    return Beside(*rows)
