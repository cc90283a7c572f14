"""Findings: which characters of a text are personal data, and of what kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd

from . import handles, names, numbers, turns
from .folding import fold, pages
from .lexicon import LEXICON
from .spans import ENTITIES, KINDS, ON_DEMAND, Spans, apart, joined, listed

__all__ = ["ENTITIES", "ON_DEMAND", "VERSION", "compound_surname", "detect", "fold"]
VERSION = "chatkit findings 2"


def compound_surname(name: str) -> bool:
    """Whether a name begins with a surname of two characters.

    >>> compound_surname("欧阳小明"), compound_surname("王小明")
    (True, False)
    """
    return name[:2] in LEXICON.surnames


def detect(
    texts: Iterable[str],
    known_names: Iterable[str] | None = None,
    entities: Iterable[str] | None = None,
    conversations: Iterable[Hashable] | None = None,
) -> pd.DataFrame:
    said = [text if isinstance(text, str) else "" for text in texts]
    wanted = set(entities if entities is not None else ENTITIES)
    answers = None
    extra: dict[int, list] = {}
    if conversations is not None:
        same = turns.same_conversation(list(conversations))
        answers = turns.asked(said, same, "NAME")
        turned = [*turns.answers(said, same, wanted), *(turns.split_numbers(said, same) if "PHONE" in wanted else ())]
        for row, *span in turned:
            extra.setdefault(row, []).append(span)
    rows, starts, ends, kinds = [], [], [], []
    for page in pages(said):
        more = [(page.starts[r - page.first] + s, page.starts[r - page.first] + e, k) for r in extra if 0 <= r - page.first < page.starts.size for s, e, k in extra[r]]
        parts = [listed(more)]
        parts += [numbers.find(page, wanted), handles.find(page, wanted)]
        if "NAME" in wanted:
            size = page.starts.size
            parts.append(names.find(page, answers[page.first : page.first + size] if answers is not None else None))
        found = apart(joined(parts))
        row = page.row(found.starts)
        rows.append(row + page.first)
        starts.append(found.starts - page.starts[row])
        ends.append(found.ends - page.starts[row])
        kinds.append(found.kinds)
    kind = np.concatenate(kinds) if kinds else np.empty(0, np.int64)
    return pd.DataFrame({
        "row": np.concatenate(rows) if rows else [], "start": np.concatenate(starts) if rows else [], "end": np.concatenate(ends) if rows else [],
        "entity": np.array(KINDS, object)[kind],
    })
