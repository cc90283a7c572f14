"""Folding: one sign for one sign, so that every offset found is an offset of the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatkit.findings.folding import CHARACTERS, END, ROWS, Page, fold, page_of, pages

promised = settings(deadline=None, max_examples=200, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Wang.Li@example.com 0123", "Wang.Li@example.com 0123"),
        ("０１２３４５６７８９", "0123456789"),
        ("ＡＢＣａｂｃ＠．－＃（）：", "ABCabc@.-#():"),
        ("①②③④⑤⑥⑦⑧⑨⓪", "1234567890"),
        ("❶❷❸➀➁➂➊➋➌⓵⓶⓿", "123123123120"),
        ("⑴⑵⒈⒉", "1212"),
        ("⁰¹²³⁴⁹₀₁₉", "012349019"),
        ("𝟎𝟗𝟘𝟡𝟢𝟫𝟬𝟵𝟶𝟿", "0909090909"),
        ("‐‑‒–—―−", "-------"),
        ("\t\u00a0\u2003\u3000", "    "),
        ("\n\r\u2028\x0b\x85", "\n\n\n\n\n"),
        ("電話號碼車聯繫陳歐陽", "电话号码车联系陈欧阳"),
        ("幺壹贰零〇", "幺壹贰零〇"),  # numerals stay
        ("著乾", "著乾"),  # simplified text has them, too
        ("\u200b\u200d\u2060\ufeff\ufe0f\u20e3\u00ad\u202e", "\u200b" * 8),
        ("😂🙏❤⭐→☎", "\u2b50" * 6),
        ("𠮷𪚥", "\u3400" * 2),
        ("\ud800\udfff\uffff\ufffe", "\ufffd" * 4),
        ("\x00", "\x00"),
        ("", ""),
    ],
)
def test_signs_are_folded_one_for_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@promised
@given(st.text(st.characters(), max_size=60))
def test_a_folded_text_is_as_long_as_the_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@promised
@given(st.text(st.characters(), max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_code_point_is_folded_to_one_of_the_basic_plane() -> None:
    everything = "".join(map(chr, range(0x110000)))
    folded = fold(everything)
    assert len(folded) == 0x110000
    assert max(folded) <= "\ufffd"


@promised
@given(st.lists(st.text(st.characters(), max_size=20), max_size=6))
def test_every_character_of_a_page_is_found_again_in_its_text(texts: list[str]) -> None:
    page = page_of(texts, 100)
    at = np.flatnonzero(page.codes != END)
    rows, starts, ends = page.original(at, at + 1)
    assert [(row - 100, fold(texts[row - 100][start])) for row, start in zip(rows, starts, strict=True)] == [
        (row, sign) for row, text in enumerate(texts) for sign in fold(text) if sign != "\u200b"
    ]
    assert (ends - starts == 1).all()


def test_what_nobody_sees_is_left_out_of_a_page() -> None:
    page = page_of(["1\u200b2", "3"])
    assert page.text.strip("\uffff") == "12\uffff3"
    rows, starts, ends = page.original(page.starts, page.starts + np.array([2, 1]))
    assert (rows.tolist(), starts.tolist(), ends.tolist()) == ([0, 1], [0, 0], [3, 1])


def test_what_stands_before_and_after_is_of_the_same_text() -> None:
    page = page_of(["好的", "我叫陈思雨", "谢谢"])
    at = int(page.starts[1]) + 2
    assert (page.before(at, 10), page.after(at, 10)) == ("我叫", "陈思雨")
    assert (page.before(at, 1), page.after(at, 1)) == ("叫", "陈")
    assert page.row(np.array([at])).tolist() == [1]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_a_page_of_nothing_is_made_of_margins(texts: list[str]) -> None:
    page = page_of(texts)
    assert set(page.codes.tolist()) == {END}
    assert page.codes.size >= 2 * Page.MARGIN


def test_texts_are_laid_out_in_pages_that_fit_a_cache() -> None:
    texts = ["好"] * (2 * ROWS + 5)
    assert [(page.first, page.starts.size) for page in pages(texts)] == [(0, ROWS), (ROWS, ROWS), (2 * ROWS, 5)]
    long = ["好" * (CHARACTERS // 1000)] * 3_000
    assert sum(page.starts.size for page in pages(long)) == 3_000
    assert len(list(pages(long))) > 1
    assert list(pages([])) == []
