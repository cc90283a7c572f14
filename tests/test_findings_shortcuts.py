"""What most numbers and ids look like is told for a whole page at once; the patterns beside it must say the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scoring import read_marked

import chatkit as ck
import synthetic_data
from chatkit.findings import handles, landlines
from chatkit.findings.spans import listed


@cache
def texts() -> Sequence[str]:
    """Generated messages, plain and of odd spellings, and the hand-written ones."""
    chunks = [
        chunk["messages"]["text"]
        for odd in (None, 1.0)
        for chunk in synthetic_data.generate(conversations=400, seed=77, **({} if odd is None else {"odd": odd}))
    ]
    written = [read_marked(path)[0]["text"] for path in sorted((Path(__file__).parent / "handwritten").glob("*.txt"))]
    return pd.concat([*chunks, *written]).tolist()


def kinds(found: pd.DataFrame, *entities: str) -> pd.DataFrame:
    """The finds of these entities."""
    return found[found["entity"].isin(entities)].reset_index(drop=True)


def test_the_patterns_find_the_landlines_that_the_shortcut_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = kinds(ck.detect(texts()), "LANDLINE")
    monkeypatch.setattr(landlines, "_usual_landlines", lambda window, wide: np.zeros(window.index.size, np.bool_))
    slow = kinds(ck.detect(texts()), "LANDLINE")
    assert len(fast) > 100
    pd.testing.assert_frame_equal(fast, slow)


def test_the_patterns_find_the_ids_that_the_shortcut_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = kinds(ck.detect(texts()), "WECHAT", "QQ")
    monkeypatch.setattr(handles, "plain_ids", lambda page, at, wanted: (listed([]), at))
    slow = kinds(ck.detect(texts()), "WECHAT", "QQ")
    assert len(fast) > 100
    pd.testing.assert_frame_equal(fast, slow)
