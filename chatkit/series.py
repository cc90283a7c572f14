"""Series: columns of texts, masked and given back as they came: Series, Arrow or list."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from .casebook import shipped_policy
from .findings.sieve import applies, candidates
from .masks import EVERYTHING, Rules
from .policy import Policy

BATCH = 65_536  # texts that are read together where no conversation holds them together
SLICE = 1 << 18  # cells of an Arrow column that are worked on together

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
        cells = pa.chunked_array(texts.array.__arrow_array__())
        if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type) or pa.types.is_null(cells.type)):
            raise TypeError(f"a column of texts is needed, not {dtype}")
        values: Any = dtype.__from_arrow__(_arrow(cells, rules, talk))
    else:
        if not (isinstance(dtype, pd.StringDtype) or pd.api.types.is_object_dtype(dtype)):
            raise TypeError(f"a column of texts is needed, not {dtype}")
        values = pd.array(_listed(texts.tolist(), rules, talk), dtype=dtype)
    masked: pd.Series[Any] = pd.Series(values, index=texts.index, name=texts.name, dtype=dtype)
    return masked


def _listed(values: list[Any], rules: Rules, conversations: Sequence[Hashable] | None) -> list[Any]:
    """The texts of a list masked; what is missing stays."""
    if set(map(type, values)) <= {str}:
        spoken: Sequence[int] = range(len(values))
    else:
        spoken = [n for n, value in enumerate(values) if isinstance(value, str)]
        for value in values:
            if not (isinstance(value, str) or value is None or value is pd.NA or value != value):
                raise TypeError(f"a text is needed, not {type(value).__name__}")
    texts = values if len(spoken) == len(values) else [values[n] for n in spoken]
    if conversations is not None and len(conversations) != len(values):
        raise ValueError(f"{len(values)} texts but {len(conversations)} conversation ids")
    masked = list(values)
    if conversations is not None:
        for n, text in zip(spoken, rules.read(texts, [conversations[n] for n in spoken])[0], strict=True):
            masked[n] = text
        return masked
    if applies(rules.wanted) and not rules.policy.words.deny:
        places = candidates(texts, rules.wanted).tolist()
        texts = [texts[n] for n in places]
    else:
        places = range(len(texts))
    changed = _changed(list(dict.fromkeys(texts)), rules)
    for n, text in zip(places, texts, strict=True):
        if (after := changed.get(text)) is not None:
            masked[spoken[n]] = after
    return masked


def _changed(texts: list[str], rules: Rules) -> dict[str, str]:
    """What becomes of each of these different texts that changes."""
    changed: dict[str, str] = {}
    for at in range(0, len(texts), BATCH):
        batch = texts[at : at + BATCH]
        changed |= {batch[n]: after for n, after in rules.masked(batch)[0].items()}
    return changed


def _arrow(cells: pa.ChunkedArray, rules: Rules, conversations: Sequence[Hashable] | None) -> pa.ChunkedArray:
    """The cells masked; each different text of a slice is read once."""
    if conversations is not None:
        return pa.chunked_array([pa.array(_listed(cells.to_pylist(), rules, conversations), cells.type)], cells.type)
    parts = []
    for chunk in cells.chunks:
        for at in range(0, len(chunk), SLICE):
            coded = chunk.slice(at, SLICE).dictionary_encode()
            texts = coded.dictionary.to_pylist()
            after = _listed(texts, rules, None)
            changed = [n for n, (a, b) in enumerate(zip(texts, after, strict=True)) if a is not b]
            parts.append(pa.array(after, cells.type).take(coded.indices) if changed else chunk.slice(at, SLICE))
    return pa.chunked_array(parts, cells.type)
