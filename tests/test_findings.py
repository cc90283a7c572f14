"""Findings: each kind of data in the forms that people write it, and the look-alikes that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatkit.findings import ENTITIES, ON_DEMAND, detect, identity_checksum, known, luhn

CARD = "4539148803436467"


def found(text: str, *names: str, entities: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
    frame = detect([text], names, entities)
    return [(text[row.start : row.end], row.entity) for row in frame.itertuples()]


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("手机13800001234，谢谢", "13800001234", "PHONE"),
        ("手机号是138-0000-1234", "138-0000-1234", "PHONE"),
        ("打138 0000 1234", "138 0000 1234", "PHONE"),
        ("打1380 000 1234", "1380 000 1234", "PHONE"),
        ("+8613800001234", "+8613800001234", "PHONE"),
        ("138\u200b0000\u200b1234", "138\u200b0000\u200b1234", "PHONE"),
        ("１３８００００１２３４", "１３８００００１２３４", "PHONE"),
        ("座机021-62345678", "021-62345678", "LANDLINE"),
        ("（021）62345678转123", "（021）62345678转123", "LANDLINE"),
        ("客服 400-800-8888", "400-800-8888", "LANDLINE"),
        ("证号11010519491231002X。", "11010519491231002X", "ID_CARD"),
        ("证号11010519491231002x。", "11010519491231002x", "ID_CARD"),
        ("证号110105 19491231 002X", "110105 19491231 002X", "ID_CARD"),
        ("旧证110105491231002", "110105491231002", "ID_CARD"),
        (f"卡{CARD}", CARD, "BANK_CARD"),
        ("卡4539 1488 0343 6467", "4539 1488 0343 6467", "BANK_CARD"),
        ("发到wang.li@example.com吧", "wang.li@example.com", "EMAIL"),
        ("从10.0.0.1登录", "10.0.0.1", "IP"),
        ("微信号：zhang_san88", "zhang_san88", "WECHAT"),
        ("加vx zhangsan88", "zhangsan88", "WECHAT"),
        ("qq：12345678", "12345678", "QQ"),
        ("沪A12345开来", "沪A12345", "PLATE"),
        ("粤B·D12345", "粤B·D12345", "PLATE"),
        ("护照E12345678", "E12345678", "PASSPORT"),
        ("地址是上海市人民路12号3室", "上海市人民路12号3室", "ADDRESS"),
        ("我叫张伟，", "张伟", "NAME"),
        ("收件人：欧阳伟", "欧阳伟", "NAME"),
    ],
)
def test_personal_data_is_found_where_it_stands(text: str, value: str, entity: str) -> None:
    assert found(text) == [(value, entity)]


@pytest.mark.parametrize(
    "text",
    [
        "订单20230901123456",
        "共140,000,000.00元",
        "123800001234",
        "138000012345",
        "12800001234",
        "110105194912310021",  # wrong last character
        "110105194913310020",  # no thirteenth month
        "4539148803436468",  # wrong checksum
        "版本1.2.3.4",
        "999.999.999.999",
        "10:05:11",
        "我叫号了",
        "user@localhost",
        "第12号路",
        "",
    ],
)
def test_look_alikes_are_not_found(text: str) -> None:
    assert [entity for _, entity in found(text) if entity not in ("LANDLINE",)] == []


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("验证码123456", "123456", "OTP"),
        ("安全码 123", "123", "CVV"),
        ("密码是abc123!", "abc123!", "PASSWORD"),
        ("身份证110105194912310021", "110105194912310021", "LIKELY_ID"),
        ("银行卡1234567812345678", "1234567812345678", "LIKELY_CARD"),
    ],
)
def test_five_kinds_are_looked_for_only_on_demand(text: str, value: str, entity: str) -> None:
    assert entity in ON_DEMAND
    assert entity not in [e for _, e in found(text)]
    assert (value, entity) in found(text, entities=(*ENTITIES, *ON_DEMAND))


def test_a_card_number_is_not_cut_into_a_phone_number() -> None:
    assert found("6222138000012345678") in ([], [("6222138000012345678", "BANK_CARD")])


def test_names_of_a_roster_are_found_longest_first() -> None:
    assert found("王小明明来了，王小明没来", "王小明", "王小明明") == [("王小明明", "NAME"), ("王小明", "NAME")]


def test_a_roster_is_text_and_no_pattern() -> None:
    assert found("a.b axb", "a.b") == [("a.b", "NAME")]
    assert known([]) is None
    assert known(["王"]) is None


def test_the_longer_of_two_overlapping_finds_stays() -> None:
    assert found("13800001234@example.com") == [("13800001234@example.com", "EMAIL")]


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_spans_lie_inside_their_texts_in_order_and_apart(texts: list[str]) -> None:
    frame = detect(texts, ["王小明"], (*ENTITIES, *ON_DEMAND))
    at = (-1, 0)
    for span in frame.itertuples():
        assert 0 <= span.start < span.end <= len(texts[span.row])
        assert (span.row, span.start) >= at
        at = (span.row, span.end)


@pytest.mark.parametrize(("digits", "good"), [("0", True), ("79927398713", True), ("79927398710", False), (CARD, True)])
def test_luhn(digits: str, good: bool) -> None:
    assert luhn(digits) is good


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        ("110105194912310020", False),
        ("11010519490231002X", False),
        ("11010517991231002X", False),
    ],
)
def test_the_checksum_of_identity_numbers(number: str, good: bool) -> None:
    assert identity_checksum(number) is good
