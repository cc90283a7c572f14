"""Series: columns of texts, masked and given back as they came: Series, Arrow or list."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .casebook import shipped_policy
from .masks import EVERYTHING, Rules
from .policy import Policy

SLICE = 1 << 14  # cells of an Arrow column that are worked on together
SAMPLE = 512  # texts that tell whether a column repeats itself

Texts = TypeVar("Texts", "pd.Series[Any]", list[Any])


def mask_text(
    texts: Texts,
    entities: Iterable[str] | None = None,
    *,
    known_names: Iterable[str] | None = None,
    conversations: Iterable[Hashable] | None = None,
    policy: Policy | None = None,
    key: bytes | None = None,
) -> Texts:
    """``texts`` with every piece of personal data in them masked; a Series gives a Series, anything else a list.

    Index, name and dtype stay, missing values stay missing, and outside what is found not one sign changes; masking
    what is masked changes nothing. ``entities`` are those of ``detect`` and the ones on demand (default: all of
    them), ``policy`` says what becomes of each (default: the recommended one), ``key`` makes pseudonyms (default: a
    random one, so that two calls give different tokens). ``conversations`` names the conversation of each text, in
    the order in which they were said. Raises TypeError for what is neither a text nor missing, ValueError for an
    unknown entity or conversations of another length.

    >>> mask_text(["我叫王小明，手机13800001234", None])
    ['我叫王**，手机138****1234', None]
    """
    wanted = tuple(EVERYTHING if entities is None else entities)
    rules = Rules.of(policy or shipped_policy(), known_names or (), (), key or secrets.token_bytes(32), wanted)
    talk = None if conversations is None else list(conversations)
    if isinstance(texts, str):
        raise TypeError("a list or a column of texts is needed, not one text")
    if not isinstance(texts, pd.Series):
        return _listed(list(texts), rules, talk)
    dtype: Any = texts.dtype
    if isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow":
        column = pa.chunked_array(texts.array.__arrow_array__())
        if not (any(test(column.type) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_null))):
            raise TypeError(f"a column of texts is needed, not {dtype}")
        values: Any = dtype.__from_arrow__(_arrow(column, rules, talk))
    else:
        if not (isinstance(dtype, pd.StringDtype) or pd.api.types.is_object_dtype(dtype)):
            raise TypeError(f"a column of texts is needed, not {dtype}")
        cells = texts.to_numpy(object)
        values = cells.copy()
        rows, after = _changes(cells.tolist(), rules, talk)
        values[rows] = after
        values = values if pd.api.types.is_object_dtype(dtype) else pd.array(values, dtype=dtype)
    masked: pd.Series[Any] = pd.Series(values, index=texts.index, name=texts.name, dtype=dtype)
    return masked


def _listed(values: list[Any], rules: Rules, conversations: Sequence[Hashable] | None) -> list[Any]:
    """The texts of a list masked; what is missing stays."""
    masked = list(values)
    for n, after in zip(*_changes(values, rules, conversations), strict=True):
        masked[n] = after
    return masked


def _changes(values: list[Any], rules: Rules, conversations: Sequence[Hashable] | None) -> tuple[list[int], list[str]]:
    """The places of the texts that change, and what becomes of them."""
    try:
        "".join(values)
        spoken, texts = None, values
    except TypeError:
        spoken = [n for n, value in enumerate(values) if isinstance(value, str)]
        texts = [values[n] for n in spoken]
        for value in values:
            if not (isinstance(value, str) or value is None or value is pd.NA or value != value):
                raise TypeError(f"a text is needed, not {type(value).__name__}") from None
    if conversations is not None:
        if len(conversations) != len(values):
            raise ValueError(f"{len(values)} texts but {len(conversations)} conversation ids")
        said = conversations if spoken is None else [conversations[n] for n in spoken]
        after = rules.read(texts, said)[0]
        rows = [n for n, (one, other) in enumerate(zip(texts, after, strict=True)) if one is not other]
        changed = [after[n] for n in rows]
    else:
        rows, changed = _alone(texts, rules)
    return (rows if spoken is None else [spoken[n] for n in rows]), changed


def _alone(texts: list[str], rules: Rules) -> tuple[list[int], list[str]]:
    """The same for texts that are no conversation; where many are equal, each is read once."""
    sample = texts[:: len(texts) // SAMPLE + 1]
    once = list(dict.fromkeys(texts)) if len(set(sample)) < 0.9 * len(sample) else texts
    changed = rules.masked(once)[0]
    if once is texts:
        return list(changed), list(changed.values())
    told = {once[n]: after for n, after in changed.items()}
    rows = [n for n, text in enumerate(texts) if text in told]
    return rows, [told[texts[n]] for n in rows]


def _arrow(cells: pa.ChunkedArray, rules: Rules, conversations: Sequence[Hashable] | None) -> pa.ChunkedArray:
    """The cells masked, a slice at a time."""
    if conversations is not None:
        return pa.chunked_array([pa.array(_listed(cells.to_pylist(), rules, conversations), cells.type)], cells.type)
    parts = []
    for chunk in cells.chunks:
        for at in range(0, len(chunk), SLICE):
            part = chunk.slice(at, SLICE)
            rows, after = _changes(part.to_pylist(), rules, None)
            if rows:
                there = np.zeros(len(part), np.bool_)
                there[rows] = True
                part = pc.replace_with_mask(part, pa.array(there), pa.array(_in_order(rows, after), cells.type))
            parts.append(part)
    return pa.chunked_array(parts, cells.type)


def _in_order(rows: list[int], after: list[str]) -> list[str]:
    """The texts in the order of their places."""
    return [after[n] for n in np.argsort(rows).tolist()]
