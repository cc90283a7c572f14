"""Findings: which characters of a text are personal data, and of what kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence, Set

import numpy as np
import pandas as pd

from . import addresses, handles, names, numbers, pieces, sieve, turns
from .digits import STRICT, runs_of
from .folding import Page, fold, pages
from .lexicon import LEXICON
from .roster import Roster
from .spans import ENTITIES, KINDS, ON_DEMAND, Spans, apart, joined, listed

__all__ = ["ENTITIES", "ON_DEMAND", "VERSION", "compound_surname", "detect", "fold"]
VERSION = "chatkit findings 4"


def compound_surname(name: str) -> bool:
    """Whether a name begins with a surname of two characters.

    >>> compound_surname("欧阳小明"), compound_surname("王小明")
    (True, False)
    """
    return len(name) > 1 and name[:2] in LEXICON.surnames


def detect(
    texts: Iterable[str],
    known_names: Iterable[str] | None = None,
    entities: Iterable[str] | None = None,
    conversations: Iterable[Hashable] | None = None,
) -> pd.DataFrame:
    """Find personal data in ``texts``.

    Returns a frame ``row, start, end, entity``: position of the text, code-point offsets (end exclusive), sorted,
    without overlaps. By default the twelve entities of ENTITIES; those of ON_DEMAND must be asked for. What is no
    string counts as empty. ``known_names`` are found wherever they stand. ``conversations`` gives one id a text, the
    texts of a conversation in the order of time: then the turns before are read too, and a name found once is known
    in the rest of its conversation. Raises ValueError for an unknown entity, or ids of another number than texts,
    or one string for many.

    >>> detect(["您好，请问您贵姓", "陈雨桐，手机１６４００００１２３４"], conversations=[1, 1])
       row  start  end entity
    0    1      0    3   NAME
    1    1      6   17  PHONE
    """
    if isinstance(texts, str):
        raise ValueError("texts must be several texts, not one string")
    said = [text if isinstance(text, str) else "" for text in texts]
    wanted = frozenset(entities if entities is not None else ENTITIES)
    if unknown := sorted(wanted - set(KINDS)):
        raise ValueError(f"unknown entity {unknown[0]!r}; choose from {', '.join(KINDS)}")
    sifted = None
    if conversations is None and sieve.applies(wanted):
        sifted = sieve.candidates(said, wanted)
        said = [said[row] for row in sifted.tolist()]
    talk = turns.Talk(said, list(conversations), wanted) if conversations is not None else None
    roster = Roster(known_names) if known_names is not None and "NAME" in wanted else None
    read, doubts = [], []
    for page in pages(said):
        found, doubtful = _found(page, wanted, roster, talk)
        read.append((page, apart(found)))
        doubts.append(doubtful)
    if talk and "NAME" in wanted:
        read = talk.named(read, doubts)
    at = [page.original(found.starts, found.ends) for page, found in read]
    none = [np.empty(0, np.int64)]
    row, start, end = (np.concatenate([part[n] for part in at] or none) for n in range(3))
    row = row if sifted is None else sifted[row]
    entity = np.array(KINDS, object)[np.concatenate([found.kinds for _, found in read] or none)]
    return pd.DataFrame({"row": row, "start": start, "end": end, "entity": entity})


def search(texts: Sequence[str], wanted: Set[str], known_names: Iterable[str]) -> Iterator[tuple[Page, Spans]]:
    """What ``detect`` finds in texts that are no conversation, page by page, for whoever builds other texts of them."""
    roster = Roster(known_names) if "NAME" in wanted else None
    for page in pages(texts):
        yield page, apart(_found(page, wanted, roster, None)[0])


def _found(page: Page, wanted: Set[str], roster: Roster | None, talk: turns.Talk | None) -> tuple[Spans, Spans]:
    """Everything that the recognisers find in a page, overlaps included, and what may be a name."""
    doubtful = listed([])
    digits = runs_of(page, STRICT)
    parts = [
        numbers.find(page, digits, wanted),
        pieces.within(page, digits, wanted),
        handles.find(page, digits, wanted),
    ]
    if "ADDRESS" in wanted:
        parts.append(addresses.find(page))
    if "NAME" in wanted:
        named, doubtful = names.find(page, talk.asked_for_name(page) if talk else None)
        parts.append(named)
    if roster:
        parts.append(listed((start, end, "NAME") for start, end, _ in roster.find(page)))
    if talk:
        parts.append(talk.answers(page))
    return joined(parts), doubtful
