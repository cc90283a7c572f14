"""Claims of the teaching article beside what the law says, as a table for a notebook."""

from __future__ import annotations

import html

from ...law import Row, law_table
from ...sentences import Text, say

HEADS = ("claim", "verdict", "provides", "basis", "kind", "teach")


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
        heads = "".join(f'<th scope="col" style="text-align:left">{say(f"beside.{h}").line}</th>' for h in HEADS)
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


def beside(*rows: str) -> Beside:
    """The named rows of the law table, claim beside provision. Raises KeyError for an unknown row."""
    return Beside(*rows)


def _shown(text: Text) -> str:
    """Both languages, Chinese first, each told as what it is, so that a screen reader reads it with the right voice."""
    zh, en = (html.escape(t).replace("\n", "<br>") for t in (text.zh, text.en))
    return f'<span lang="zh">{zh}</span><br><span lang="en" style="opacity:.8">{en}</span>'
