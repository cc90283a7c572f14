"""A roster: names that are known are found wherever they stand, as text and no pattern."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import found_in

from chatkit.findings.folding import page_of
from chatkit.findings.roster import Roster


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (["高兴"], "那天⟦NAME 高兴⟧来过"),
        (["高兴"], "⟦NAME 高兴⟧"),
        (["高兴"], "⟦NAME 高兴⟧⟦NAME 高兴⟧"),
        (["王小明", "王小明明"], "⟦NAME 王小明明⟧和⟦NAME 王小明⟧"),
        (["陳曉雲"], "那是⟦NAME 陳曉雲⟧，也是⟦NAME 陈晓云⟧"),  # traditional and simplified alike
        (["陈晓云"], "⟦NAME 陳曉雲⟧"),
        (["高兴"], "⟦NAME 高\u200b兴⟧来过"),
        (["王𠮷"], "⟦NAME 王𠮷⟧来过"),
        (["a.b"], "⟦NAME a.b⟧ axb"),  # no pattern
        (["(("], "⟦NAME ((⟧"),
        (["Lily Chen"], "⟦NAME Lily Chen⟧说的"),
        (["王"], "王，来过"),  # one character is no name
        (["王**"], "王**来过"),  # a masked one neither
        ([""], "来过"),
    ],
)
def test_known_names_are_found(names: list[str], row: str) -> None:
    assert found_in(row, *names) == row


def test_a_name_does_not_reach_into_the_next_text() -> None:
    assert list(Roster(["高兴"]).find(page_of(["那天高", "兴来过"]))) == []


NAMES = st.lists(st.text("王小明李高兴", min_size=2, max_size=4), max_size=5)


@settings(deadline=None, max_examples=200, derandomize=True, database=None)
@given(NAMES, st.text("王小明李高兴，", max_size=30))
def test_finds_are_names_in_order_and_apart_and_none_is_left(names: list[str], text: str) -> None:
    done, rest = 0, []
    page = page_of([text])
    begin = int(page.starts[0])
    for start, end, name in Roster(names).find(page):
        assert text[start - begin : end - begin] == name
        assert name in names and start - begin >= done
        rest.append(text[done : start - begin])
        done = end - begin
    assert not [name for name in names for part in [*rest, text[done:]] if name in part]
