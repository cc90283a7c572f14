"""Tables of what must be found: a row is a text with its personal data marked, 我叫⟦NAME 陈思雨⟧，请退款.

Detection has the row right when marking what it finds in the bare text gives the row back. A row without marks says
that nothing must be found. A list of rows is a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

import pytest

import chatkit as ck

_MARK = re.compile(r"⟦[A-Z_]+ ([^⟦⟧]+)⟧")


def bare(row: str) -> str:
    """The text of a row, its marks left out."""
    return _MARK.sub(r"\1", row)


def marked(
    texts: Sequence[str],
    known_names: Iterable[str] | None = None,
    entities: Iterable[str] | None = None,
    conversations: Iterable[Hashable] | None = None,
) -> list[str]:
    """The texts with all that is found in them marked."""
    found = ck.detect(texts, known_names, entities, conversations)
    rows = list(texts)
    for span in found.iloc[::-1].itertuples():
        text = rows[span.row]
        rows[span.row] = f"{text[: span.start]}⟦{span.entity} {text[span.start : span.end]}⟧{text[span.end :]}"
    return rows


def found_in(row: str, *names: str, entities: Iterable[str] | None = None) -> str:
    """What a row becomes when it is bared and detection marks it again."""
    return marked([bare(row)], names or None, entities)[0]


def talked(rows: Sequence[str], *names: str) -> list[str]:
    """What the rows of one conversation become."""
    return marked([bare(row) for row in rows], names or None, conversations=["c"] * len(rows))


def not_yet(row: object, got: str) -> object:
    """A row that detection gets wrong today, with what it makes of it; the test fails when it is mended."""
    return pytest.param(row, marks=pytest.mark.xfail(strict=True, reason=f"today: {got}"))
