"""The scores of detection, on cases small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scoring import SPAN, only, read_marked, score, score_by, wilson

# 0123456789012345678
TEXTS = [
    "我叫王小明，电话164-1234",  # NAME 2–5, PHONE 8–16
    "好的，订单123456",  # clean, touched below
    "谢谢",  # clean
    "住和平路5号2室",  # ADDRESS 1–8
    "卡号 6299",  # BANK_CARD 3–7
]
LABELS = [
    (0, 2, 5, "NAME", "plain"),
    (0, 8, 16, "PHONE", "hyphens"),
    (3, 1, 8, "ADDRESS", "plain"),
    (4, 3, 7, "BANK_CARD", "hyphens"),
]
FOUND = [
    (0, 2, 5, "NAME"),  # exact
    (0, 8, 15, "PHONE"),  # one character short: overlaps
    (1, 5, 11, "PHONE"),  # an order number
    (3, 0, 6, "ADDRESS"),  # one character too early, two short
    (4, 3, 7, "PHONE"),  # covered, by another entity
]


def labels(rows: list[tuple[object, ...]] = LABELS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*SPAN, "spelling"])


def spans(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=SPAN)


@pytest.fixture
def scored() -> pd.DataFrame:
    return score(TEXTS, labels(), spans(FOUND), ["a", "a", "b", "b", "b"])


def test_lines_stand_in_the_order_of_the_entities_then_structured_then_all(scored):
    assert scored.index.tolist() == ["BANK_CARD", "PHONE", "ADDRESS", "NAME", "structured", "all"]


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("labels", [1, 1, 1, 1, 2, 4]),
        ("found", [0, 3, 1, 1, 3, 5]),
        ("precision", [np.nan, 0, 0, 1, 0, 1 / 5]),
        ("recall", [0, 0, 0, 1, 0, 1 / 4]),
        ("f1", [0, 0, 0, 1, 0, 2 / 9]),
        ("overlap_precision", [np.nan, 1 / 3, 1, 1, 1 / 3, 3 / 5]),
        ("overlap_recall", [0, 1, 1, 1, 1 / 2, 3 / 4]),
        ("overlap_f1", [0, 1 / 2, 1, 1, 2 / 5, 2 / 3]),
        # PHONE: seven digits, the last not covered; ADDRESS: seven characters, two not; 3 of NAME, 4 of BANK_CARD.
        ("leaked", [0, 1 / 7, 2 / 7, 0, 1 / 11, 3 / 21]),
        # Outside of labels: 5 + 11 + 2 + 1 + 3 = 22 characters; the order number has six, 住 is one.
        ("over_masked", [0, 6 / 22, 1 / 22, 0, 6 / 22, 7 / 22]),
        ("clean_touched", [0, 1 / 2, 0, 0, 1 / 2, 1 / 2]),
    ],
)
def test_each_figure_counted_by_hand(scored, figure, expected):
    assert scored[figure].tolist() == pytest.approx(expected, nan_ok=True)


def test_a_share_has_wilsons_interval(scored):
    assert (scored.loc["all", "recall_low"], scored.loc["all", "recall_high"]) == pytest.approx(
        tuple(map(float, wilson(1, 4)))
    )


def test_the_interval_of_f1_comes_from_drawing_conversations_again(scored):
    # Conversation a alone: one label of two right, one find of three; b alone: none. So F1 lies in [0, 2/5].
    assert scored.loc["all", ["f1_low", "f1_high"]].tolist() == pytest.approx([0, 2 / 5])
    assert scored.loc["BANK_CARD", ["f1_low", "f1_high"]].tolist() == [0, 0]
    again = score(TEXTS, labels(), spans(FOUND), ["a", "a", "b", "b", "b"])
    pd.testing.assert_frame_equal(scored, again)


def test_perfect_finds_score_one_and_leak_nothing():
    line = score(TEXTS, labels(), labels()[SPAN]).loc["all"]
    assert line[["precision", "recall", "f1", "overlap_f1", "f1_low", "f1_high"]].tolist() == [1] * 6
    assert line[["leaked", "over_masked", "clean_touched"]].tolist() == [0] * 3


def test_finding_nothing_leaks_everything():
    line = score(TEXTS, labels(), spans([])).loc["all"]
    assert line[["recall", "f1", "leaked", "over_masked", "clean_touched"]].tolist() == [0, 0, 1, 0, 0]
    assert np.isnan(line["precision"])


def test_without_labels_nothing_can_leak_but_clean_messages_can_be_touched():
    line = score(TEXTS[1:3], labels([]), spans([(0, 5, 11, "PHONE")])).loc["all"]
    assert line[["f1", "clean_touched"]].tolist() == [0, 1 / 2]
    assert np.isnan(line["leaked"])
    assert score([], labels([]), spans([])).loc["all", ["labels", "found"]].tolist() == [0, 0]


def test_separators_inside_a_number_give_nothing_away():
    text = "1\u200b6４-二 \U0001f600王\ufe0f\u20e3O"
    line = score([text], labels([(0, 0, len(text), "PHONE", "odd")]), spans([(0, 0, 3, "PHONE")])).loc["all"]
    assert line["leaked"] == pytest.approx(4 / 6)  # of 1 6 ４ 二 王 O the first two are covered


def test_recall_by_spelling():
    by = score_by("spelling", TEXTS, labels(), spans(FOUND))
    assert by["labels"].to_dict() == {"hyphens": 2, "plain": 2}
    assert by["recall"].to_dict() == {"hyphens": 0, "plain": 1 / 2}
    assert by["overlap_recall"].to_dict() == {"hyphens": 1 / 2, "plain": 1}
    assert by["leaked"].to_dict() == pytest.approx({"hyphens": 1 / 11, "plain": 2 / 10})


def test_labels_without_the_column_are_an_error():
    with pytest.raises(KeyError, match="spelling"):
        score_by("spelling", TEXTS, labels()[SPAN], spans(FOUND))


def test_only_some_messages_are_counted_anew():
    kept = only(labels(), [False, True, True, True, True])
    assert kept[SPAN].to_numpy().tolist() == [[2, 1, 8, "ADDRESS"], [3, 3, 7, "BANK_CARD"]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((5, 0, 1, "NAME"), "no message"),
        ((-1, 0, 1, "NAME"), "no message"),
        ((2, 0, 3, "NAME"), "leaves its message"),
        ((2, 1, 1, "NAME"), "empty"),
        ((0, 2, 5, "NAME"), "twice"),
    ],
)
def test_a_find_that_cannot_be_is_an_error(row, message):
    with pytest.raises(ValueError, match=f"found: .*{message}"):
        score(TEXTS, labels(), spans([FOUND[0], row]))


def test_each_text_needs_its_conversation():
    with pytest.raises(ValueError, match="conversation"):
        score(TEXTS, labels(), spans(FOUND), ["a"])


# Brown, Cai and DasGupta (2001); Newcombe (1998), table I, method 3; and by hand for none of ten.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 10, 0.0000, 0.2775),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_wilsons_interval(hits, of, low, high):
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_wilsons_interval_of_nothing_is_unknown():
    assert np.isnan(wilson(0, 0)).all()


def marked(tmp_path: Path, text: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    (tmp_path / "marked.txt").write_text(text, "utf-8")
    return read_marked(tmp_path / "marked.txt")


def test_a_marked_file_becomes_messages_and_labels(tmp_path):
    messages, found = marked(
        tmp_path,
        "# bank · 挂失\n客户: 我叫⟦NAME 陈思雨⟧，电话⟦PHONE 16812345678⟧\n客服: 好的\n\n"
        "# shop · 退货\n系统: 第一行\\n⟦PHONE 168\\n12345678⟧\n机器人：您好\n",
    )
    assert messages.to_numpy().tolist() == [
        ["1 bank · 挂失", "customer", "我叫陈思雨，电话16812345678"],
        ["1 bank · 挂失", "agent", "好的"],
        ["2 shop · 退货", "system", "第一行\n168\n12345678"],
        ["2 shop · 退货", "robot", "您好"],
    ]
    assert found.to_numpy().tolist() == [[0, 2, 5, "NAME"], [0, 8, 19, "PHONE"], [2, 4, 16, "PHONE"]]
    assert messages["text"][2][4:16] == "168\n12345678"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# a\n客户: 好\n客户: ⟦NAMES 陈思雨⟧", r"marked\.txt:3: unknown entity NAMES"),
        ("# a\n\n客户: ⟦NAME陈思雨⟧", r":3: a mark is not"),
        ("# a\n客户: ⟦NAME 陈思雨", r":2: a mark is not"),
        ("# a\n客户: 陈⟦NAME ⟦NAME 思雨⟧⟧", r":2: a mark is not"),
        ("# a\n顾客: 好", r":2: neither a title nor a message"),
        ("客户: 好", r":1: a message before the first title"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        marked(tmp_path, text)
