"""Canaries: made-up customers who prove, in every masking run and every written file, that nothing stays readable."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pandas as pd

from .errors import BadInput
from .findings import ENTITIES
from .policy import Policy

FILE = "canaries.toml"  # in the package, and in a casebook's folder where a company plants canaries of its own


def read_canaries(path: Path | Traversable) -> tuple[Mapping[str, str], ...]:
    """The canaries of a file: one mapping entity → value each. Raises BadInput for what is no such file."""
    try:
        canaries = tomllib.loads(path.read_text("utf-8"))["canary"]
        if canaries and all(e in ENTITIES and len(squeezed(v)) > 1 for c in canaries for e, v in c.items()):
            return tuple(canaries)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise BadInput("canaries_faulty", path.name)


@cache
def shipped() -> tuple[Mapping[str, str], ...]:
    """The canaries that every masking run is proved on."""
    return read_canaries(files("chatkit") / FILE)


@cache
def texts() -> tuple[str, ...]:
    """What is planted: every sentence about every shipped canary."""
    patterns = tomllib.loads((files("chatkit") / FILE).read_text("utf-8"))["sentences"]
    return tuple(pattern.format(**canary) for canary in shipped() for pattern in patterns)


def known_names() -> frozenset[str]:
    """The shipped canaries' names: known to a masking run like those that a source gives."""
    return frozenset(canary["NAME"] for canary in shipped())


def plant(frame: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The frame with a row for each of ``texts`` below it: every text column that is not kept holds the text."""
    rows = {}
    for column, dtype in frame.dtypes.items():
        blank = {"b": False, "M": pd.Timestamp(0, tz="UTC")}.get(dtype.kind, "")
        rows[column] = [blank if blank != "" or _kept(str(column), policy) else text for text in texts()]
    return pd.concat([frame, pd.DataFrame(rows).astype(frame.dtypes.to_dict())], ignore_index=True)


def lift(frame: pd.DataFrame, policy: Policy, unmasked: Iterable[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame without the rows that ``plant`` added, and the entities whose planted values are still readable."""
    rows = len(frame) - len(texts())
    masked = frame[[column for column in frame.columns if not _kept(column, policy)]].iloc[rows:]
    return frame.iloc[:rows], surviving(masked, shipped(), policy, unmasked)


def surviving(
    frame: pd.DataFrame, canaries: Iterable[Mapping[str, str]], policy: Policy, unmasked: Iterable[str]
) -> tuple[str, ...]:
    """The entities of canaries' values that the cells hold, however spaced, wide or cased.

    What policy (operator ``keep``) or permit (``unmasked``) lets stay readable is not looked for.
    """
    text = squeezed("\n".join(map(str, frame.to_numpy().ravel())))
    alive = {entity for canary in canaries for entity, value in canary.items() if squeezed(value) in text}
    return tuple(sorted(e for e in alive - set(unmasked) if policy.operators[e].operator != "keep"))


def squeezed(text: str) -> str:
    """Text as it is compared, not as the detector folds it: NFKC, lower case, letters and digits only, line by line.

    >>> squeezed("１６４ 0001-2345")
    '16400012345'
    """
    return re.sub(r"(?:[^\w\n]|_)+", "", unicodedata.normalize("NFKC", text).casefold())


def _kept(column: str, policy: Policy) -> bool:
    return policy.columns[column].operator == "keep"
