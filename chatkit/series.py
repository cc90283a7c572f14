"""Series: columns of texts, masked and given back as they came: Series, Arrow or list."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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
        rows, after = _changes(cells, rules, talk)
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


def _changes(
    values: Sequence[Any] | NDArray[np.object_], rules: Rules, conversations: Sequence[Hashable] | None
) -> tuple[list[int], list[str]]:
    """The places of the texts that change, and what becomes of them; where many are equal, each is read once."""
    if conversations is None and (encoded := _encoded(values)):
        changed = rules.masked(encoded.dictionary.to_pylist())[0]
        after = np.full(len(encoded.dictionary), None, object)
        after[list(changed)] = list(changed.values())
        codes = encoded.indices.fill_null(len(after)).to_numpy()  # what is missing is not changed
        places = np.flatnonzero(_marked(len(after) + 1, list(changed))[codes])
        return places.tolist(), after[codes[places]].tolist()
    spoken = [n for n, value in enumerate(values) if isinstance(value, str)]
    texts = [values[n] for n in spoken]
    if len(texts) < len(values):
        for value in values:
            if not (isinstance(value, str) or value is None or value is pd.NA or value != value):
                raise TypeError(f"a text is needed, not {type(value).__name__}")
    if conversations is not None:
        if len(conversations) != len(values):
            raise ValueError(f"{len(values)} texts but {len(conversations)} conversation ids")
        masked = rules.read(texts, [conversations[n] for n in spoken])[0]
        changed = {n: after for n, (text, after) in enumerate(zip(texts, masked, strict=True)) if text is not after}
    else:
        changed = rules.masked(texts)[0]
    return [spoken[n] for n in changed], list(changed.values())


def _encoded(values: Sequence[Any] | NDArray[np.object_]) -> pa.DictionaryArray | None:
    """Each different text once, and which stands where; None where few are equal or Arrow holds no such values."""
    if not _repeats([value for value in values[:: len(values) // SAMPLE + 1] if isinstance(value, str)]):
        return None
    if not {bytes, bytearray, memoryview}.isdisjoint(map(type, values)):  # Arrow would take them for texts
        return None
    try:
        return pa.array(values, pa.large_string(), from_pandas=True).dictionary_encode()
    except (pa.ArrowException, UnicodeEncodeError):  # no text, or half a surrogate pair
        return None


def _repeats(sample: Sequence[Any]) -> bool:
    """Whether texts drawn from a column are often equal."""
    return len(set(sample)) < 0.9 * len(sample)


def _arrow(cells: pa.ChunkedArray, rules: Rules, conversations: Sequence[Hashable] | None) -> pa.ChunkedArray:
    """The cells masked: each different one once where many are equal, a slice at a time where they are not."""
    if conversations is not None:
        return pa.chunked_array([pa.array(_listed(cells.to_pylist(), rules, conversations), cells.type)], cells.type)
    drawn = np.arange(0, len(cells), len(cells) // SAMPLE + 1)
    if _repeats(cells.take(pa.array(drawn)).to_pylist()):
        encoded = cells.dictionary_encode().chunks
        masked = _replaced(encoded[0].dictionary, rules)
        return pa.chunked_array([masked.take(chunk.indices) for chunk in encoded], cells.type)
    slices = [chunk.slice(at, SLICE) for chunk in cells.chunks for at in range(0, len(chunk), SLICE)]
    return pa.chunked_array([_replaced(part, rules) for part in slices], cells.type)


def _replaced(part: pa.Array, rules: Rules) -> pa.Array:
    """An array of texts that are no conversation, masked."""
    if part.null_count:
        rows, after = _changes(part.to_pylist(), rules, None)
    else:
        changed = rules.masked(part.to_pylist())[0]
        rows, after = list(changed), list(changed.values())
    if not rows:
        return part
    return pc.replace_with_mask(part, pa.array(_marked(len(part), rows)), pa.array(_in_order(rows, after), part.type))


def _marked(size: int, rows: list[int]) -> NDArray[np.bool_]:
    """Which of so many places are among these."""
    marked = np.zeros(size, np.bool_)
    marked[rows] = True
    return marked


def _in_order(rows: list[int], after: list[str]) -> list[str]:
    """The texts in the order of their places."""
    return [after[n] for n in np.argsort(rows).tolist()]
