"""Charts: pictures with Chinese type, words for those who do not see them, and the numbers beside."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib.font_manager
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .casebook import keeper
from .masking import Masked
from .sentences import Text, say
from .typeset import FONT

BLUE = "#0072b2"  # from the Okabe-Ito palette, told apart by everybody


@dataclass(frozen=True, repr=False)
class Chart:
    """A bar chart: in a notebook a picture with alternative text and the numbers as a table."""

    title: Text
    counts: Mapping[str, int]
    png: bytes

    @property
    def alt(self) -> str:
        """The chart in words."""
        return f"{self.title.line}：" + "，".join(f"{name} {n}" for name, n in self.counts.items())

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self.png).decode()
        rows = "".join(
            f'<tr><td style="text-align:left">{html.escape(name)}</td><td>{n}</td></tr>'
            for name, n in self.counts.items()
        )
        return (
            f'<figure><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{picture}" style="max-width:100%">'
            f"<figcaption><table><caption>{html.escape(self.title.line)}</caption>{rows}</table></figcaption></figure>"
        )


def bars(counts: Mapping[str, int], title: Text) -> Chart:
    """Horizontal bars, the largest on top, each with its number."""
    ordered = dict(sorted(counts.items(), key=lambda item: -item[1]))
    font = matplotlib.font_manager.FontProperties(fname=str(FONT))
    figure = Figure(figsize=(7, 0.9 + 0.36 * max(1, len(ordered))), layout="constrained", dpi=110)
    axes = figure.subplots()
    drawn = axes.barh(range(len(ordered)), list(ordered.values()), color=BLUE)
    axes.bar_label(drawn, padding=3)
    axes.set_yticks(range(len(ordered)), list(ordered), fontproperties=font)
    axes.invert_yaxis()
    axes.set_title(title.line, fontproperties=font, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return Chart(title, ordered, picture.getvalue())


def chart(masked: Masked) -> Chart:
    """What was masked, entity by entity."""
    entities = keeper(masked.permit).policy.entities
    counts = {entities[entity].line: n for entity, n in masked.counts}
    return bars(counts, say("chart.masked", rows=len(masked.frame)))
