"""Plots: the figures of trends as pictures with words and the numbers beside; what is withheld is a gap in both."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass

import ipywidgets
import matplotlib
import matplotlib.font_manager
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator, StrMethodFormatter

from .aggregates import ALL, OTHERS, Table
from .changes import Change
from .sentences import Text, listed, say
from .trends import Trends, named, place
from .typeset import FONT

# Okabe and Ito's colours, told apart by everybody; each line has its own sign as well.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
SIGNS = ("o", "s", "^", "D", "v", "P")
GREY, SHADE = "#595959", "#f0e442"
LINES, DOTS = 5, 14  # so many of each a person can follow
MEASURES = ("counts", "first", "length")


@dataclass(frozen=True, repr=False)
class Plot:
    """A picture (SVG), its title, what it shows in words, and the numbers as a table of text."""

    title: Text
    words: Text
    svg: str
    table: pd.DataFrame

    @property
    def alt(self) -> str:
        """The picture in words, for those who do not see it."""
        return f"{self.title.line}：{self.words.line}"

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self.svg.encode()).decode()
        numbers = self.table.to_html(index=False, border=0, classes="numbers")
        return (
            f"<figure><figcaption><b>{html.escape(self.title.line)}</b></figcaption>"
            f'<img alt="{html.escape(self.alt)}" src="data:image/svg+xml;base64,{picture}" style="max-width:100%">'
            f"<details><summary>{html.escape(say('plot.numbers').line)}</summary>{numbers}</details></figure>"
        )


def plots(trends: Trends) -> Iterator[Plot]:
    """Every plot of a report: the volume, what rose, the words, each dimension, how soon people are answered."""
    yield lines(trends, "", "counts")
    for kinds, name in ((("share", "volume", "again"), "rose"), (("word",), "words"), (("first", "length"), "slower")):
        if found := [c for c in trends.changes if c.measure in kinds]:
            yield ratios(trends, found, say(f"plot.{name}"))
    for dimension in list(trends.tables)[1:]:
        yield lines(trends, dimension, "counts")
    for dimension, measure in (("", "first"), ("team", "first"), ("", "length")):
        if dimension in trends.tables and getattr(trends.tables[dimension], measure).notna().any(axis=None):
            yield lines(trends, dimension, measure)


def lines(trends: Trends, dimension: str, measure: str = "counts", rows: tuple[str, ...] = ()) -> Plot:
    """Values of a dimension period by period, the flagged periods ringed; bars, where there is one period.

    ``measure``: counts (conversations), first or length (medians in minutes). ``rows``: which values; otherwise the
    flagged and the largest, five in all. The table beside has all rows. Raises KeyError for what the trends lack.
    """
    table = trends.tables[dimension]
    frame: pd.DataFrame = getattr(table, measure)
    scale = 1 if measure == "counts" else 60
    rest = [row for row in frame.index if row not in (ALL, OTHERS)]
    several = len(table.days) > 1
    kinds = ("share", "volume") if measure == "counts" else (measure,)
    own = [c for c in trends.changes if c.measure in kinds and c.dimension == ((dimension,) if dimension else ())]
    rose = {c.value[0] for c in own if c.value}
    first = sorted(rest, key=lambda row: row not in rose)[: LINES if several else DOTS]
    chosen = list(rows) or [row for row in rest if row in first] or [ALL]
    heading = say(f"plot.{measure}", what=_dimension(trends, dimension))
    figure, axes, font = _canvas(4.0 if several else 1.4 + 0.32 * len(chosen))
    labels = {row: named(row).zh for row in frame.index}
    if several:
        middles = [a + (b - a) / 2 for a, b in table.days]
        for n, row in enumerate(chosen):
            values = [float(str(v)) / scale if v is not pd.NA else float("nan") for v in frame.loc[row].iloc[:-1]]
            style = {"color": COLOURS[n % 6], "marker": SIGNS[n % 6], "linewidth": 1.8, "markersize": 5}
            axes.plot(middles, values, label=labels[row], **style)  # type: ignore[arg-type]  # dates are fine
            for c in own:
                if not c.value or c.value[0] == row:
                    flagged = [n for n, (a, b) in enumerate(table.days) if c.since <= b and a <= c.until]
                    marked = [middles[n] for n in flagged], [values[n] for n in flagged]
                    axes.plot(*marked, "o", color=SHADE, markersize=15, zorder=1)  # type: ignore[arg-type]
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(DateFormatter("%m-%d"))  # type: ignore[no-untyped-call]
        axes.set_ylabel(say(f"plot.unit_{measure}").zh, fontproperties=font)
        if dimension:
            axes.legend(prop=font, frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0, -0.1))
    else:
        values = [float(v) / scale if v is not pd.NA else 0.0 for v in frame.loc[chosen, "total"]]
        drawn = axes.barh(range(len(chosen)), values, color=COLOURS[0])
        axes.bar_label(drawn, fmt="%g" if scale == 1 else "%.1f", padding=3)
        axes.set_yticks(range(len(chosen)), [labels[row] for row in chosen], fontproperties=font)
        axes.invert_yaxis()
    axes.set_title(heading.zh, fontproperties=font, loc="left")
    words = listed(_told(labels[row], list(frame.loc[row]), scale) for row in chosen)
    return Plot(heading, words, _svg(figure), _numbers(trends, table, frame, scale))


def ratios(trends: Trends, found: list[Change], title: Text) -> Plot:
    """What rose, as dots with their 95 % intervals: how many times the other days."""
    shown = [c for c in found if c.low is not None][:DOTS]
    figure, axes, font = _canvas(1.5 + 0.42 * max(1, len(shown)))
    for n, c in enumerate(shown):
        assert c.low is not None
        axes.plot([c.low, c.high or c.low * 2], [n, n], color=COLOURS[0], linewidth=2, linestyle="-" if c.high else ":")
        axes.plot(c.size or c.low, n, marker="o" if c.size else ">", color=COLOURS[0], markersize=7)
    axes.axvline(1, color=GREY, linewidth=1, linestyle="--")
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    labels = [f"{_where(trends, c).zh}  {c.since:%m-%d} – {c.until:%m-%d}" for c in shown]
    axes.set_yticks(range(len(shown)), labels, fontproperties=font)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel(say("plot.times").zh, fontproperties=font)
    axes.set_title(title.zh, fontproperties=font, loc="left")
    words = listed(
        Text(*(f"{w} {' '.join(_span(c))}" for w in (_where(trends, c).zh, _where(trends, c).en))) for c in shown
    )
    heads = [say(f"plot.{name}").line for name in ("where", "days", "ratio", "interval", "more", "chance")]
    rows = [(_where(trends, c).zh, f"{c.since} – {c.until}", *_span(c), _extra(c), f"{c.p:.3f}") for c in found]
    return Plot(title, words, _svg(figure), pd.DataFrame(rows, columns=heads))


def explore(trends: Trends) -> ipywidgets.Widget:
    """Menus for dimension, measure and values, and the plot that belongs to them; they reach what is told already."""
    columns = trends.policy.columns
    dimension = ipywidgets.Dropdown(
        options=[(columns[d].name.line if d else say("value.all").line, d) for d in trends.tables],
        description=say("plot.dimension").zh,
    )
    measure = ipywidgets.Dropdown(
        options=[(say(f"plot.{m}", what="").zh.lstrip("："), m) for m in MEASURES], description=say("plot.measure").zh
    )
    value = ipywidgets.SelectMultiple(options=[], description=say("plot.values").zh, rows=5)
    picture = ipywidgets.HTML()

    def choose(_: object = None) -> None:
        rows = trends.tables[dimension.value].counts.index
        value.options = [(_label(str(row)), row) for row in rows if row != ALL or not dimension.value]
        draw()

    def draw(_: object = None) -> None:
        picture.value = lines(trends, dimension.value, measure.value, tuple(value.value))._repr_html_()

    for menu, change in ((dimension, choose), (measure, draw), (value, draw)):
        menu.observe(change, names="value")
    choose()
    return ipywidgets.VBox([ipywidgets.HBox([dimension, measure, value]), picture])


def _canvas(height: float) -> tuple[Figure, Axes, matplotlib.font_manager.FontProperties]:
    font = matplotlib.font_manager.FontProperties(fname=str(FONT))
    figure = Figure(figsize=(8, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="both", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    return figure, axes, font


def _svg(figure: Figure) -> str:
    """The picture with its letters drawn as shapes: it needs no typeface where it is shown."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "chatkit"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _dimension(trends: Trends, dimension: str) -> Text:
    return trends.policy.columns[dimension].name if dimension else say("value.all")


def _label(row: str) -> str:
    name = named(row)
    return name.zh if name.zh == name.en else name.line


def _cell(value: object, scale: int) -> str:
    return "—" if value is pd.NA else f"{value}" if scale == 1 else f"{float(value) / scale:.1f}"  # type: ignore[arg-type]


def _told(label: str, row: list[object], scale: int) -> str:
    """A row in words: its periods, or its total where there is but one."""
    return f"{label} {' '.join(_cell(value, scale) for value in (row[:-1] if len(row) > 2 else row[-1:]))}"


def _numbers(trends: Trends, table: Table, frame: pd.DataFrame, scale: int) -> pd.DataFrame:
    heads = [f"{a:%m-%d}\u00a0–" for a, _ in table.days] if len(table.days) > 1 else []
    told = frame if heads else frame[["total"]]
    rows = [[_label(str(row)), *(_cell(v, scale) for v in told.loc[row])] for row in told.index]
    last = [say("value.all").line]
    if frame is table.counts and table.again.notna().any():
        last.append(say("plot.again").line)
        for row, share in zip(rows, table.again.reindex(told.index), strict=True):
            row.append("—" if pd.isna(share) else f"{share:.0%}")
    return pd.DataFrame(rows, columns=[_dimension(trends, table.dimension).line, *heads, *last])


def _where(trends: Trends, change: Change) -> Text:
    """Where it is; of times, which."""
    where, what = place(trends, change), say(f"trends.{change.measure}")
    return Text(f"{where.zh}{what.zh}", f"{where.en}: {what.en}") if change.measure in MEASURES else where


def _span(change: Change) -> tuple[str, str]:
    """The ratio and its interval."""
    if change.low is None:
        return "—", "—"
    size = "—" if change.size is None else f"×{change.size:.1f}"
    return size, f"≥ {change.low:.1f}" if change.high is None else f"{change.low:.1f} – {change.high:.1f}"


def _extra(change: Change) -> str:
    return "—" if change.extra is None else "{} ({} – {})".format(*change.extra)
