"""Detection as a whole: what it takes and gives, what it makes of a conversation, and what it promises of any text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import bare, found_in, marked, not_yet, talked

import chatkit as ck
from chatkit.findings import ENTITIES, ON_DEMAND, VERSION, compound_surname

MOBILE = "16412345678"


def spans(texts: object, **given: object) -> list[tuple[int, int, int, str]]:
    found = ck.detect(texts, **given)
    return [(int(s.row), int(s.start), int(s.end), s.entity) for s in found.itertuples()]


# ---- what it gives


def test_finds_are_rows_of_row_start_end_and_entity() -> None:
    found = ck.detect(["好的", f"我叫陈思雨，电话{MOBILE}"])
    assert found.columns.tolist() == ["row", "start", "end", "entity"]
    assert found.values.tolist() == [[1, 2, 5, "NAME"], [1, 8, 19, "PHONE"]]
    assert found.index.tolist() == [0, 1]
    assert [found[column].dtype for column in ("row", "start", "end")] == [np.int64] * 3


@pytest.mark.parametrize("texts", [[], (), iter(()), pd.Series([], dtype=object), [""], ["", "好的"], [None]])
def test_where_nothing_is_found_the_columns_are_the_same(texts: object) -> None:
    found = ck.detect(texts)
    assert found.columns.tolist() == ["row", "start", "end", "entity"]
    assert len(found) == 0
    assert [found[column].dtype for column in ("row", "start", "end")] == [np.int64] * 3


def test_finds_stand_in_the_order_of_the_texts() -> None:
    assert spans([f"{MOBILE}，我叫陈思雨", "", "京X12345", f"陈思雨 {MOBILE}"]) == [
        (0, 0, 11, "PHONE"),
        (0, 14, 17, "NAME"),
        (2, 0, 7, "PLATE"),
        (3, 0, 3, "NAME"),
        (3, 4, 15, "PHONE"),
    ]


def test_rows_are_counted_across_pages_of_texts() -> None:
    texts = ["好的"] * 40_000
    texts[0] = texts[16_383] = texts[16_384] = texts[39_999] = MOBILE
    assert spans(texts) == [(n, 0, 11, "PHONE") for n in (0, 16_383, 16_384, 39_999)]


def test_a_text_as_long_as_many_pages_is_read_to_its_end() -> None:
    assert spans(["好" * 5_000_000 + MOBILE, MOBILE]) == [(0, 5_000_000, 5_000_011, "PHONE"), (1, 0, 11, "PHONE")]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (f"😂😂{MOBILE}", (2, 13)),  # an emoji is one code point
        (f"👨‍👩‍👧{MOBILE}", (5, 16)),  # a family is five
        (f"👍🏻{MOBILE}", (2, 13)),
        (f"𠮷{MOBILE}", (1, 12)),  # Han outside the basic plane
        (f"\ud800{MOBILE}\udfff", (1, 12)),  # halves of a surrogate pair, as broken exports have them
        (f"\x00{MOBILE}\x00", (1, 12)),
        (f"\u200b\u200b{MOBILE}", (2, 13)),  # invisible before
        (f"\ufeff{MOBILE}\ufeff", (1, 12)),
        ("164\u200b1234\u200b5678", (0, 13)),  # and inside
        ("\u200b164\u200b\u200b12345678\u200b", (1, 14)),
        ("1️⃣6️⃣4️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣好", (0, 33)),  # a keycap's two signs belong to its digit, also the last one's
        (f"e\u0301{MOBILE}", (2, 13)),
        (f"\uffff{MOBILE}", (1, 12)),  # the sign that parts texts inside
        (f"\ufffe\ufffd{MOBILE}", (2, 13)),
        (f"\r\n\t{MOBILE}", (3, 14)),
        (f"\U000e0041{MOBILE}", (1, 12)),  # a tag
        (f"\U0010ffff{MOBILE}", (1, 12)),
    ],
)
def test_offsets_count_code_points(text: str, span: tuple[int, int]) -> None:
    assert spans([text]) == [(0, *span, "PHONE")]


# ---- what it takes


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, pd.NaT, 16412345678, b"16412345678"])
def test_what_is_no_text_holds_nothing_and_keeps_its_row(nothing: object) -> None:
    assert spans([nothing, MOBILE]) == [(1, 0, 11, "PHONE")]


@pytest.mark.parametrize("dtype", [object, "string", "string[python]", "string[pyarrow]", "category"])
def test_a_series_is_read_by_place_and_not_by_index(dtype: object) -> None:
    series = pd.Series([None, MOBILE, "我叫陈思雨"], index=[7, 7, 3], dtype=dtype)
    assert spans(series) == [(1, 0, 11, "PHONE"), (2, 2, 5, "NAME")]


@pytest.mark.parametrize("texts", [(MOBILE, "好"), iter([MOBILE, "好"]), np.array([MOBILE, "好"], object), {MOBILE: 1}])
def test_texts_may_be_any_iterable(texts: object) -> None:
    assert spans(texts) == [(0, 0, 11, "PHONE")]


def test_texts_are_left_as_they_were() -> None:
    series = pd.Series(["我叫陈思雨", None], dtype="string[pyarrow]")
    ck.detect(series, ["陈思雨"], conversations=["c", "c"])
    pd.testing.assert_series_equal(series, pd.Series(["我叫陈思雨", None], dtype="string[pyarrow]"))


# ---- which entities

EVERYTHING = {
    "ID_CARD": "31991219900307001X",
    "BANK_CARD": "6299971234567898",
    "PHONE": MOBILE,
    "LANDLINE": "021-55501234",
    "EMAIL": "wang.li@example.com",
    "IP": "192.0.2.1",
    "WECHAT": "wxid_8a7b6c5d",
    "QQ": "qq8123456789",
    "PLATE": "京X12345",
    "PASSPORT": "EX0000123",
    "ADDRESS": "听雨路88号3栋501室",
    "NAME": "我叫陈思雨",
    "OTP": "验证码123456",
    "CVV": "安全码123",
    "PASSWORD": "密码Fuyu@2023",
    "LIKELY_ID": "身份证319912199003070011",
    "LIKELY_CARD": "银行卡6299971234567890",
}
LINES = list(EVERYTHING.values())


def test_twelve_entities_are_looked_for_by_default_and_the_others_on_demand() -> None:
    assert [entity for *_, entity in spans(LINES)] == list(EVERYTHING)[:12]
    assert [entity for *_, entity in spans(LINES, entities=(*ENTITIES, *ON_DEMAND))] == list(EVERYTHING)
    assert {*ENTITIES, *ON_DEMAND} == {*EVERYTHING, "WORD"}
    assert len(ENTITIES) == 12


def test_words_of_a_company_are_known_as_an_entity_and_found_by_no_recogniser() -> None:
    assert spans(LINES, entities=["WORD"]) == []


@pytest.mark.parametrize("entity", EVERYTHING)
def test_only_what_was_asked_for_is_found(entity: str) -> None:
    assert {kind for *_, kind in spans(LINES, entities=[entity])} == {entity}
    assert {kind for *_, kind in spans(LINES, entities=iter([entity]))} == {entity}
    assert {kind for *_, kind in spans(LINES, entities=[entity], conversations=["c"] * len(LINES))} == {entity}


def test_nothing_is_found_where_nothing_is_asked_for() -> None:
    assert spans(LINES, entities=[]) == []


@pytest.mark.parametrize(
    ("entities", "unknown"),
    [(["PHONES"], "PHONES"), (["phone"], "phone"), (["PHONE", "MOBILE"], "MOBILE"), (["PHONE", ""], "")],
)
def test_an_unknown_entity_is_refused_with_the_choices(entities: list[str], unknown: str) -> None:
    with pytest.raises(ValueError, match=f"unknown entity '{unknown}'; choose from ID_CARD, .*LIKELY_CARD"):
        ck.detect([MOBILE], entities=entities)


def test_one_text_in_place_of_many_is_refused() -> None:
    with pytest.raises((TypeError, ValueError)):
        ck.detect("我叫陈思雨")


@pytest.mark.parametrize("conversations", [[], ["c"], ["c", "c", "c"]])
def test_a_conversation_is_needed_for_each_text(conversations: list[str]) -> None:
    with pytest.raises(ValueError, match=f"2 texts but {len(conversations)}"):
        ck.detect(["我叫陈思雨", "好的"], conversations=conversations)


# ---- overlaps


def test_the_longer_of_two_finds_that_overlap_stays() -> None:
    assert found_in("⟦EMAIL 16412345678@example.com⟧") == "⟦EMAIL 16412345678@example.com⟧"
    assert found_in("⟦ADDRESS 听雨路88号3栋501室⟧", "听雨路") == "⟦ADDRESS 听雨路88号3栋501室⟧"
    assert found_in("⟦PHONE 16412345678⟧", MOBILE[:5]) == "⟦PHONE 16412345678⟧"


def test_a_number_is_not_cut_out_of_a_longer_one() -> None:
    assert found_in("629997164123456789012") == "629997164123456789012"


# ---- roster


def test_names_of_a_roster_are_found_longest_first() -> None:
    row = "⟦NAME 王小明明⟧来了，⟦NAME 王小明⟧没来"
    assert found_in(row, "王小明", "王小明明") == row


def test_a_roster_finds_what_nothing_around_it_tells() -> None:
    assert found_in("那天高兴来过") == "那天高兴来过"
    assert found_in("那天高兴来过", "高兴") == "那天⟦NAME 高兴⟧来过"


def test_a_roster_is_no_list_of_entities() -> None:
    assert marked(["那天高兴来过"], ["高兴"], ["PHONE"]) == ["那天高兴来过"]


@pytest.mark.parametrize("names", [[], [""], ["王"], ["**"], ["王**"], None])
def test_a_roster_without_names_changes_nothing(names: list[str] | None) -> None:
    assert marked(["那天高兴来过，王**"], names) == ["那天高兴来过，王**"]


# ---- conversations: a table of conversations, each a list of rows

CONVERSATIONS = [
    # a name alone is the answer to a question
    ["请问怎么称呼您", "⟦NAME 薄守田⟧"],
    ["收件人是哪位", "⟦NAME 高兴⟧"],
    not_yet(["收件人是哪位", "⟦NAME 于是⟧"], "nothing"),
    ["姓名报一下", "⟦NAME 陈思雨⟧ ⟦PHONE 16412345678⟧"],
    ["您贵姓？叫什么名字", "姓陈，⟦NAME 陈思雨⟧"],
    ["持卡人姓名？", "好的", "⟦NAME 薄守田⟧"],  # a turn later
    # and no name answers another question
    not_yet(["还有别的问题吗", "高兴"], "NAME 高兴, also where nothing was asked"),
    ["还有别的问题吗", "没有"],
    ["明天来方便吗", "方便"],
    ["请问您贵姓", "好的"],
    ["请问您贵姓", "谢谢"],
    ["请问怎么称呼您", "王女士"],
    # a name is known in the rest of its conversation, before and after
    ["我叫⟦NAME 薄守田⟧", "好的", "那⟦NAME 薄守田⟧的快递呢"],
    ["⟦NAME 于一⟧的快递到了吗", "请问姓名", "我叫⟦NAME 于一⟧"],
    # a number in two messages
    ["电话多少", "⟦PHONE 164⟧", "⟦PHONE 12345678⟧"],
    ["⟦PHONE 1641234⟧", "⟦PHONE 5678⟧"],
    ["⟦PHONE 1641234⟧", "嗯", "⟦PHONE 5678⟧"],  # one turn between
    ["手机前面⟦PHONE 164⟧", "后面⟦PHONE 12345678⟧"],
    ["164", "嗯", "好", "12345678"],  # two turns
    ["164", "1234567"],  # ten digits
    ["164", "123456789"],
    ["身高164", "好"],
    # WeChat and QQ in answer
    ["加您微信吧，微信号多少", "⟦WECHAT zhangsan88⟧"],
    ["你微信发我", "好的", "⟦WECHAT zhang_san88⟧"],
    ["QQ多少", "⟦QQ 8123456789⟧"],
    ["加个qq", "好", "⟦QQ 8123456789⟧"],
    ["方便加微信吗", "不用了"],
    ["型号多少", "abc_12345"],
    ["订单号多少", "8123456789"],
    # a passport, a landline in answer
    ["护照号码", "⟦PASSPORT EX0000123⟧"],
    ["座机多少", "⟦LANDLINE 55501234⟧"],
    ["订单号多少", "55501234"],
    # what nobody sees in an answer
    ["微信号多少", "\u200b⟦WECHAT zhangsan88⟧好"],
    ["微信号多少", "⟦WECHAT zhang\u200bsan88⟧，好"],
    ["\u200b\u200b⟦PHONE 1641234⟧", "⟦PHONE 5678⟧"],
    ["地址发一下", "\u200b⟦ADDRESS 3栋2单元501室⟧"],
    ["QQ多少", "⟦QQ 8123\u200b456789⟧"],
    # a mobile behind letters is no WeChat id
    ["微信多少", "tel⟦PHONE 16412345678⟧"],
    # an address goes on
    ["地址发一下", "⟦ADDRESS 杭州市听雨路88号⟧", "⟦ADDRESS 3栋2单元501室⟧"],
    ["送到哪里", "⟦ADDRESS 锦绣花园3栋⟧", "房号⟦ADDRESS 501⟧"],
    ["门牌号多少", "⟦ADDRESS 3栋501室⟧"],
    ["几件", "3件501元"],
]


@pytest.mark.parametrize("rows", CONVERSATIONS, ids=lambda rows: " | ".join(bare(row) for row in rows))
def test_a_message_is_read_with_those_around_it(rows: list[str]) -> None:
    assert talked(rows) == rows


def test_a_name_is_not_known_in_another_conversation() -> None:
    rows = ["我叫⟦NAME 方圆⟧", "⟦NAME 方圆⟧的快递", "方圆的快递"]
    assert marked([bare(row) for row in rows], conversations=["a", "a", "b"]) == rows


def test_a_question_is_not_answered_in_another_conversation() -> None:
    assert marked(["收件人是哪位", "于是"], conversations=["a", "b"]) == ["收件人是哪位", "于是"]
    assert marked(["电话多少", "1641234", "5678"], conversations=["a", "a", "b"]) == ["电话多少", "1641234", "5678"]
    assert marked(["微信号多少", "zhangsan88"], conversations=[1, 2]) == ["微信号多少", "zhangsan88"]


def test_without_conversations_no_message_answers_another() -> None:
    assert marked(["收件人是哪位", "于是", "微信号多少", "zhangsan88", "1641234", "5678"]) == [
        *("收件人是哪位", "于是", "微信号多少", "zhangsan88", "1641234", "5678")
    ]


@pytest.mark.parametrize(
    "conversations", [["a", "a"], [1, 1], [("a", 1), ("a", 1)], pd.Series(["a", "a"], index=[5, 2])]
)
def test_a_conversation_is_told_by_anything_hashable(conversations: object) -> None:
    assert marked(["微信号多少", "zhangsan88"], conversations=conversations) == ["微信号多少", "⟦WECHAT zhangsan88⟧"]


def test_conversations_without_texts() -> None:
    assert spans([], conversations=[]) == []


def test_conversations_are_read_across_pages() -> None:
    texts = ["好的"] * 40_000
    texts[0], texts[20_000], texts[39_999] = "我叫薄守田", "薄守田", "那薄守田的快递呢"
    assert spans(texts, conversations=["c"] * 40_000) == [
        (0, 2, 5, "NAME"),
        (20_000, 0, 3, "NAME"),
        (39_999, 1, 4, "NAME"),
    ]


# ---- promises

PIECES = st.sampled_from(
    [
        *LINES,
        "陈思雨",
        "王女士",
        "微信",
        "姓名？",
        "电话",
        "路",
        "号",
        "市",
        "@",
        "164",
        "5678",
        "1️⃣",
        "\u200b",
        "😂",
        "壹",
        "幺六四",
    ]
)
TEXTS = st.lists(st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=8).map("".join)), max_size=5)
promised = settings(deadline=None, max_examples=150, derandomize=True, database=None)


@promised
@given(TEXTS, st.booleans())
def test_spans_lie_inside_their_texts_in_order_and_apart(texts: list[str], together: bool) -> None:
    found = ck.detect(texts, ["陈思雨"], (*ENTITIES, *ON_DEMAND), ["c"] * len(texts) if together else None)
    at = (-1, 0)
    for span in found.itertuples():
        assert 0 <= span.start < span.end <= len(texts[span.row])
        assert (span.row, span.start) >= at
        assert span.entity in (*ENTITIES, *ON_DEMAND)
        at = (span.row, span.end)


def test_an_answer_lies_inside_its_text_whatever_is_hidden_in_it() -> None:
    """The hidden signs count in the offsets of a text, and a page has none of them."""
    rows = ["微信号多少", "\u200b" * 5 + "zhangsan88", "好的好的"]
    assert spans(rows, conversations=["c"] * 3) == [(1, 5, 15, "WECHAT")]


@promised
@given(TEXTS)
def test_texts_one_by_one_give_what_they_give_together(texts: list[str]) -> None:
    alone = [(row, start, end, entity) for row, text in enumerate(texts) for _, start, end, entity in spans([text])]
    assert spans(texts) == alone


@promised
@given(TEXTS, st.sets(st.sampled_from(sorted({*EVERYTHING} - {"NAME", "ADDRESS"})), min_size=1))
def test_fewer_entities_asked_for_are_the_same_finds(texts: list[str], entities: set[str]) -> None:
    """Texts that cannot hold a number are left out before they are read; conversations of one text are all read."""
    assert spans(texts, entities=entities) == spans(texts, entities=entities, conversations=range(len(texts)))


@promised
@given(TEXTS)
def test_the_same_texts_give_the_same(texts: list[str]) -> None:
    assert spans(texts) == spans(list(texts))


@promised
@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_nobody_sees_at_the_edges_moves_spans_and_changes_none(text: str) -> None:
    moved = [(row, start + 1, end + 1, entity) for row, start, end, entity in spans([f"好\u3002{text}"])]
    assert spans([f"\u200b好\u3002{text}"]) == moved


# ---- the other public names


@pytest.mark.parametrize(
    ("name", "compound"),
    [("欧阳小明", True), ("欧阳", True), ("司马清", True), ("王小明", False), ("", False), ("欧", False)],
)
def test_compound_surnames(name: str, compound: bool) -> None:
    assert compound_surname(name) is compound


def test_the_detector_says_its_version() -> None:
    assert VERSION == "chatkit findings 4"
