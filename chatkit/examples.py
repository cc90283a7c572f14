"""Examples: lines in which a person has labelled what is personal, and how much of that is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd
import scipy

from .casebook import shipped_policy
from .errors import Told
from .masks import Rules
from .policy import Policy
from .sentences import say


@dataclass(frozen=True, repr=False)
class Examination:
    """How many ``labelled`` values were ``found``, wholly and wherever they stand; ``frame`` tells it line by line."""

    frame: pd.DataFrame = field(compare=False)
    found: int
    labelled: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % bounds of the share found (0 to 1), as if the lines were drawn by chance (Wilson, JASA 22, 1927)."""
        if not self.labelled:
            return 0.0, 1.0
        found = scipy.stats.binomtest(self.found, self.labelled).proportion_ci(0.95, "wilson")
        return float(found.low), float(found.high)

    def __repr__(self) -> str:
        share, low, high = (f"{part:.0%}" for part in (self.found / max(1, self.labelled), *self.interval))
        return str(say("examine.score", found=self.found, labelled=self.labelled, share=share, low=low, high=high))

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            rows = re.sub("<(t[dh])>", r'<\1 style="text-align:left">', self.frame.to_html())
        return f"<p>{' · '.join(repr(self).splitlines())}</p>{rows}"


def examine(
    examples: Mapping[str, str | Iterable[str]], *, known_names: Iterable[str] = (), policy: Policy | None = None
) -> Examination:
    """Score what is found in ``examples``: line → what is personal in it (a value, several, or none: ``[]``).

    ``known_names`` and the words of ``policy`` (default: the recommended one) count as in masking; each line is read
    by itself. Raises Told for a value that does not stand in its line.
    """
    spans = Rules.of(policy or shipped_policy(), known_names).find(list(examples), None, None)
    rows, labelled, hits = [], 0, 0
    for row, (line, values) in enumerate(examples.items()):
        found = [range(start, end) for n, start, end, _ in spans if n == row]
        covered, own, missed = {n for span in found for n in span}, set[int](), list[str]()
        labels = dict.fromkeys([values] if isinstance(values, str) else values)
        for value in labels:
            places = {n + k for n in range(len(line)) if line.startswith(value, n) for k in range(len(value))}
            if not places:
                raise Told(str(say("examine.absent", row=row)))
            own |= places
            missed += [] if places <= covered else [value]
        labelled, hits = labelled + len(labels), hits + len(labels) - len(missed)
        beside = [line[span.start : span.stop] for span in found if own.isdisjoint(span)]
        rows.append([line, *map("、".join, (labels, missed, beside))])
    heads = [say(f"examine.{head}").line for head in ("line", "personal", "missed", "beside")]
    return Examination(pd.DataFrame(rows, columns=heads), hits, labelled)
