"""How much work hostile texts make: steps are counted, not seconds, so that nothing here depends on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest

from chatkit.findings import addresses, names, spans
from chatkit.findings.folding import page_of


def steps(work: Callable[[], object]) -> int:
    """The lines of Python that run."""
    count = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def settle(size: int) -> Callable[[], object]:
    starts = np.repeat(np.arange(size), 2)
    scores = np.sin(np.arange(2 * size)).astype(np.float32)
    return lambda: names._likeliest(starts, starts + np.tile([2, 3], size), scores)


def part(size: int) -> Callable[[], object]:
    starts = np.arange(size)
    chain = spans.Spans(starts, starts + 2 + starts % 5, np.zeros(size, np.int64))
    return lambda: spans.apart(chain)


@pytest.mark.parametrize("work", [settle, part])
def test_a_chain_of_overlaps_is_settled_in_steps_that_grow_with_its_length(
    work: Callable[[int], Callable[[], object]],
) -> None:
    work(100)()
    assert steps(work(20_000)) <= 11 * steps(work(2_000))


@pytest.mark.parametrize(
    "unit", ["1-", "路1", "小区1", "区县镇村", "地址1路", "市平路往", "3-2-1 ", "区1路1", "和平路", "朝阳区1期"]
)
def test_an_address_is_looked_for_in_steps_that_grow_with_the_text(unit: str) -> None:
    addresses.find(page_of([unit * 50]))
    few, many = (steps(lambda size=size: addresses.find(page_of([unit * size]))) for size in (500, 5_000))  # type: ignore[misc]
    assert many <= 12 * few


@pytest.mark.parametrize("unit", ["王", "陈晨", "李小王", "张 ", "阿依"])
def test_a_name_is_looked_for_in_steps_that_grow_with_the_text(unit: str) -> None:
    names.find(page_of([unit * 50]))
    few, many = (steps(lambda size=size: names.find(page_of([unit * size]))) for size in (500, 5_000))  # type: ignore[misc]
    assert many <= 12 * few


def test_overlaps_are_settled_for_the_better_score_and_the_earlier_of_two() -> None:
    starts, ends = np.array([4, 0, 1, 2, 9]), np.array([6, 2, 4, 4, 11])
    kept = names._likeliest(starts, ends, np.array([1, 2, 1, 2, 0], np.float32))
    assert kept.tolist() == [0, 1, 3, 4]
