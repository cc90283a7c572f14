"""Figures of a report: a picture with Chinese type, the same in words, and the numbers as a table beside it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.font_manager
from matplotlib.figure import Figure as Picture

from ...sentences import Text
from ...typeset import FONT
from .measures import Interval

BLUE, ORANGE = "#0072b2", "#d55e00"  # Okabe and Ito's palette, told apart by everybody


@dataclass(frozen=True, repr=False)
class Figure:
    """Shares with their intervals, one a row. In a notebook and in the report it shows picture, words and table."""

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[str, ...], ...]
    png: bytes

    @property
    def alt(self) -> str:
        """The figure in words."""
        return f"{self.title.line}：" + "；".join(" ".join(row) for row in self.rows)

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self.png).decode()
        return (
            f'<figure><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{picture}" style="max-width:100%">'
            f"<figcaption>{table(self.title, self.heads, self.rows)}</figcaption></figure>"
        )


def table(title: Text, heads: Sequence[Text], rows: Sequence[Sequence[str]]) -> str:
    """A table in HTML with its caption and headings, everything escaped."""
    head = "".join(f'<th scope="col">{html.escape(h.line)}</th>' for h in heads)
    body = "".join(
        "<tr>"
        + f'<th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{html.escape(title.line)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def draw(title: Text, heads: tuple[Text, ...], shares: Sequence[tuple[str, Interval]], *, colour: str = BLUE) -> Figure:
    """Shares as dots with their 95 % intervals, in the order given, the first on top."""
    font = matplotlib.font_manager.FontProperties(fname=str(FONT))
    picture = Picture(figsize=(7.5, 1.1 + 0.3 * max(1, len(shares))), layout="constrained", dpi=110)
    axes = picture.subplots()
    for y, (_, share) in enumerate(shares):
        axes.plot([share.low, share.high], [y, y], color=colour, linewidth=2)
        axes.plot([share.value], [y], "o", color=colour)
    axes.set_yticks(range(len(shares)), [name for name, _ in shares], fontproperties=font)
    axes.set_ylim(len(shares) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_title(title.line, fontproperties=font, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#dddddd")
    drawn = io.BytesIO()
    picture.savefig(drawn, format="png")
    return Figure(title, heads, tuple((name, share.text()) for name, share in shares), drawn.getvalue())
