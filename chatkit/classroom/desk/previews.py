"""Previews: the search, the masked preview with what was found, and the spot check that a person judges.

What a search finds is not shown before it is masked: neither the page nor a widget ever holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import ipywidgets as w
import pandas as pd

from ...extracts import Extract
from ...masking import Masked
from ...sentences import listed, say, sentences
from ...spotchecks import SpotCheck, spot_check
from ...views import readable
from .drawings import bars
from .pieces import ROWS_SHOWN, Field, attempt, button, cards, heading, line, notice, paragraph, piece, stack, table
from .sittings import Sitting
from .words import Words

DRAWN = (8, 20, 50)  # rows a person judges in one spot check


class Search:
    """The panel of the search: how much the permit reaches."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, self._moved, words = sitting, moved, sitting.words
        self._say, self._found = piece("", "ck-say"), piece()
        self.search = button(words("search.do"), lambda: attempt(self._search, self._say, words), "ck-main")
        self.onward = button(words("search.onward"), lambda: moved("mask"))
        self.box = stack(
            piece(paragraph(words("search.lead"), "ck-lead")),
            self._say,
            line(self.search, self.onward, kind="ck-actions"),
            self._found,
        )
        self.show()

    def show(self) -> None:
        """Nothing found yet."""
        self._say.value = self._found.value = ""
        self.onward.layout.display = "none"

    def _search(self) -> None:
        extract = self._sitting.search()
        self._moved("")
        self._found.value = found(extract, self._sitting)
        self.onward.layout.display = ""


def found(extract: Extract, sitting: Sitting) -> str:
    """What a search found, in numbers."""
    words, policy = sitting.words, sitting.casebook.policy
    frame, permit = extract.frame, extract.permit
    counts = [(str(len(frame)), words("form.messages"))]
    if "conversation_id" in frame:
        counts.append((str(frame["conversation_id"].nunique()), words("form.conversations")))
    counts.append((str(len(sitting.seat.chats.frame)), words("search.of")))
    columns = words.of(listed(policy.columns[column].name for column in frame.columns if column != "message_id"))
    return "".join(
        (
            notice(words("search.found", n=len(frame), permit=permit.id)),
            cards(counts),
            paragraph(words("search.columns", columns=columns), "ck-plain"),
            paragraph(words("search.hidden")),
        )
    )


class Preview:
    """The panel of the masked rows."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, self._moved, words = sitting, moved, sitting.words
        self._say, self._preview, self._judged = piece("", "ck-say"), piece(), piece()
        self._check: SpotCheck | None = None
        self.mask = button(words("mask.do"), lambda: attempt(self._mask, self._say, words), "ck-main")
        self.rows = Field(w.Dropdown(options=[(words("check.rows", n=n), n) for n in DRAWN]), words("label.rows"))
        self.draw = button(words("check.draw"), lambda: attempt(self._draw, self._say, words))
        self.judge = button(words("check.judge"), lambda: attempt(self._judge, self._say, words), "ck-main")
        self.onward = button(words("mask.onward"), lambda: moved("export"))
        self.drawn = stack(kind="ck-rows")
        self._spot = stack(
            piece(heading(3, words("check.title")) + paragraph(words("check.lead"))),
            line(self.rows.box, self.draw, kind="ck-actions"),
            self.drawn,
            line(self.judge, kind="ck-actions"),
            self._judged,
            line(self.onward, kind="ck-actions"),
        )
        self.box = stack(
            piece(paragraph(words("mask.lead"), "ck-lead")),
            self._say,
            line(self.mask, kind="ck-actions"),
            self._preview,
            self._spot,
        )
        self.show()

    def show(self) -> None:
        """The masked rows of this sitting, if they are of the request chosen now."""
        request = self._sitting.request
        masked = self._sitting.masked.get(request.id) if request else None
        self._say.value = ""
        self._shown(masked)

    def _shown(self, masked: Masked | None) -> None:
        sitting = self._sitting
        self._preview.value = preview(masked, sitting) if masked else ""
        self._spot.layout.display = "" if masked else "none"
        self.mask.layout.display = "none" if masked else ""
        self._offer(None)
        judged = sitting.judged(masked) if masked else None
        self._judged.value = notice(verdict(judged, sitting), "plain") if judged else ""

    def _mask(self) -> None:
        masked = self._sitting.mask()
        self._moved("")
        self._shown(masked)

    def _draw(self) -> None:
        """Other rows each time: the seed counts the checks that were judged."""
        sitting = self._sitting
        before = sitting.casebook.store.records("spot_check", sitting.chosen.id)
        self._offer(spot_check(sitting.masked[sitting.chosen.id], self.rows.control.value, len(before)))

    def _offer(self, check: SpotCheck | None) -> None:
        """One box to tick for every row drawn."""
        self._check = check
        old, self.drawn.children = self.drawn.children, ()
        for tick in old:
            tick.close()
        if check:
            rows = texts(check.frame, self._sitting.words)
            told = rows[["role", "text"]] if "text" in rows else rows  # who said what, or all there is
            lines = (" · ".join(cells) for cells in told.itertuples(index=False))
            self.drawn.children = [w.Checkbox(False, description=text, indent=False) for text in lines]
        self.judge.layout.display = "" if check else "none"

    def _judge(self) -> None:
        if self._check:
            rows = zip(self._check.frame.index, self.drawn.children, strict=True)
            judged = self._check.judge((n for n, tick in rows if tick.value), by=self._sitting.person)
            self._offer(None)
            self._judged.value = notice(verdict(judged, self._sitting))


def verdict(judged: SpotCheck, sitting: Sitting) -> str:
    """What a spot check found, and who judged it."""
    return sitting.words.of(replace(judged, judged_by=sitting.words.called(judged.judged_by)).text)


def texts(frame: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The rows as texts in the desk's language."""
    shown = readable(frame.drop(columns=["message_id", "permit_id"], errors="ignore"))
    if "role" in frame:
        known = {role: f"speaker.{role}" for role in frame["role"].unique() if f"speaker.{role}" in sentences()}
        shown["role"] = [words.of(say(known[role])) if role in known else str(role) for role in frame["role"]]
    return shown


def preview(masked: Masked, sitting: Sitting) -> str:
    """What was masked, counted and drawn, and the rows as they would leave."""
    words, policy = sitting.words, sitting.casebook.policy
    rows, n = texts(masked.frame, words), len(masked.frame)
    counts = {words.of(policy.entities[entity]): count for entity, count in masked.counts}
    heads = [words.of(policy.columns[column].name) for column in rows.columns]
    caption = words("mask.rows", n=n) + (words("mask.first", n=ROWS_SHOWN) if n > ROWS_SHOWN else "")
    return "".join(
        (
            notice(words("mask.done", n=sum(counts.values()), rows=n)),
            heading(3, words("mask.counts")) if counts else "",
            bars(counts, words("mask.by_kind")) if counts else "",
            heading(3, words("mask.preview")),
            table(heads, rows.to_numpy().tolist(), caption),
            paragraph(words("mask.still")),
        )
    )
