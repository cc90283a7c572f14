"""The operators: what each makes of a value, one token for one person, and nothing that would be found again."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatkit.casebook import shipped_policy
from chatkit.findings import ENTITIES, detect
from chatkit.masks import EVERYTHING, Rules
from chatkit.operators import district, masked, normal, operate, pseudonym
from chatkit.policy import Operator, Policy
from chatkit.rulebook import SHOWN_WHOLE

POLICY = shipped_policy()
KEY = bytes(32)
QUICK = settings(deadline=None, max_examples=100, derandomize=True, database=None)
MOBILE = Operator("mask", first=3, last=4)
VALUES = {
    **{"PHONE": "13800001234", "LANDLINE": "021-62345678", "ID_CARD": "11010519491231002X", "NAME": "王小明"},
    **{"BANK_CARD": "4539148803436467", "EMAIL": "wang.li@example.com", "IP": "192.168.0.1", "PLATE": "沪A12345"},
    **{"WECHAT": "zhang_san88", "QQ": "12345678", "PASSPORT": "E12345678", "ADDRESS": "上海市人民路12号3室"},
    **{"OTP": "123456", "CVV": "123", "PASSWORD": "abc12345", "LIKELY_ID": "110105194912310021"},
    **{"LIKELY_CARD": "6222020000000001", "WORD": "蓝鲸项目"},
}
CUES = {
    **{"OTP": "验证码", "CVV": "安全码", "PASSWORD": "密码：", "LIKELY_ID": "身份证", "LIKELY_CARD": "银行卡"},
    **{"WECHAT": "微信 ", "QQ": "QQ ", "PASSPORT": "护照 ", "NAME": "我叫", "ADDRESS": "地址是", "LANDLINE": "座机 "},
}


def with_operators(**changes: Operator) -> Policy:
    return replace(POLICY, operators={**POLICY.operators, **changes})


@pytest.mark.parametrize(
    ("value", "entity", "operator", "after"),
    [
        ("13800001234", "PHONE", MOBILE, "138****1234"),
        ("008613800001234", "PHONE", MOBILE, "138****1234"),
        ("+86 138-0000-1234", "PHONE", MOBILE, "138****1234"),
        ("１３８００００１２３４", "PHONE", MOBILE, "138****1234"),
        ("13800001234", "PHONE", Operator("mask", first=8), "13800001***"),
        ("138", "PHONE", MOBILE, "***"),
        ("李四", "NAME", Operator("mask", first=1, fixed=2), "李**"),
        ("欧阳", "NAME", Operator("mask", first=1, fixed=2), "**"),
        ("欧阳小明", "NAME", Operator("mask", first=1, fixed=2), "欧阳**"),
        ("a@example.com", "EMAIL", Operator("mask", first=1, fixed=3), "***@example.com"),
        ("wang.li[at]example.com", "EMAIL", Operator("mask", first=1, fixed=3), "w***@example.com"),
        ("wang.li#example.com", "EMAIL", Operator("mask", first=1, fixed=3), "w***@example.com"),
        ("wang.li at example.com", "EMAIL", Operator("mask", first=1, fixed=3), "w***@example.com"),
        ("沪A·12345", "PLATE", Operator("mask", first=2), "沪A*****"),
        ("4539 1488 0343 6467", "BANK_CARD", Operator("mask", last=4), "************6467"),
        ("11010519491231002X", "ID_CARD", Operator("mask", first=1, last=1), "1****************X"),
        ("110105491231002", "ID_CARD", Operator("mask", first=1, last=1), "1*************2"),
        ("x", "QQ", Operator("replace"), "[标签]"),
        ("x", "QQ", Operator("keep"), "x"),
        ("浙江省杭州市西湖区文三路12号", "ADDRESS", Operator("generalise"), "浙江省杭州市西湖区[标签]"),
        ("北京朝阳区建国路1号", "ADDRESS", Operator("generalise"), "北京朝阳区[标签]"),
        ("文三路12号", "ADDRESS", Operator("generalise"), "[标签]"),
        ("南京路100号", "ADDRESS", Operator("generalise"), "[标签]"),
        ("浙江省杭州市西湖区", "ADDRESS", Operator("generalise"), "浙江省杭州市西湖区"),
    ],
)
def test_an_operator_keeps_what_it_says_and_no_more(value: str, entity: str, operator: Operator, after: str) -> None:
    assert operate(value, entity, operator, "标签", KEY) == after


@QUICK
@given(st.text("0123456789", min_size=1, max_size=20), st.integers(0, 5), st.integers(0, 5))
def test_a_mask_never_shows_more_than_its_ends(value: str, first: int, last: int) -> None:
    for entity in ("BANK_CARD", "PHONE"):
        after = masked(value[:11] if entity == "PHONE" else value, entity, Operator("mask", first=first, last=last))
        size = len(after)
        assert after.count("*") == (size - first - last if size > first + last else size)


@QUICK
@given(st.text(max_size=30))
def test_what_is_kept_of_an_address_is_its_beginning(address: str) -> None:
    assert address.startswith(district(address))


# ------------------------------------------------------------------------------------------------------- pseudonyms
SPELLINGS = {
    "PHONE": (
        "13800001234",
        "138 0000 1234",
        "+86-138-0000-1234",
        "008613800001234",
        "１３８００００１２３４",
        "一三八零零零零一二三四",
    ),
    "NAME": ("王小明", "王 小明", "王·小明"),
    "EMAIL": ("Wang.Li@Example.com", "wang.li@example.com", "wang.li [at] example.com", "wang.li#example.com"),
    "ID_CARD": ("11010519491231002X", "11010519491231002x", "110105 19491231 002X"),
    "BANK_CARD": ("4539148803436467", "4539 1488 0343 6467", "4539-1488-0343-6467"),
    "LANDLINE": ("02162345678", "021-62345678", "(021)6234 5678"),
    "PLATE": ("沪A12345", "沪A·12345", "沪a 12345"),
}


@pytest.mark.parametrize("entity", SPELLINGS)
def test_one_value_has_one_token_however_it_is_written(entity: str) -> None:
    tokens = {operate(value, entity, Operator("pseudonym"), "标签", KEY) for value in SPELLINGS[entity]}
    assert len(tokens) == 1


def test_two_people_have_two_tokens() -> None:
    values = ["13800001234", "13800001235", "13900001234"]
    assert len({operate(value, "PHONE", Operator("pseudonym"), "手机号", KEY) for value in values}) == 3
    assert normal("110105491231002", "ID_CARD") != normal("11010519491231002X", "ID_CARD")


def test_a_pseudonym_is_the_same_under_one_key_and_another_under_another() -> None:
    one, other = pseudonym("A1234", "客户编号", KEY), pseudonym("A1234", "客户编号", b"1" * 32)
    assert one == pseudonym("A1234", "客户编号", KEY)
    assert one != other
    assert one != pseudonym("A1235", "客户编号", KEY)
    assert one.startswith("客户编号-")
    assert "1234" not in one
    assert pseudonym("", "客户编号", KEY) == ""


@pytest.mark.parametrize("entity", EVERYTHING)
@pytest.mark.parametrize("operator", ["pseudonym", "replace", "mask"])
def test_what_comes_out_is_not_found_again(entity: str, operator: str) -> None:
    if operator == "mask" and entity in SHOWN_WHOLE:
        return  # no policy with it loads
    policy = with_operators(**{entity: Operator(operator, first=1) if operator == "mask" else Operator(operator)})
    for key in range(20):
        cue = CUES.get(entity, "")
        after = operate(VALUES[entity], entity, policy.operators[entity], POLICY.entities[entity].zh, bytes([key]) * 32)
        for text in (after, f"{cue}{after}", f"{cue}：{after}，谢谢", f"{cue} {after}@", f"我的{cue}是{after}"):
            assert detect([text], entities=EVERYTHING).empty, text


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_token_replaces_a_value_in_a_text_and_stays_on_the_second_pass(entity: str) -> None:
    policy = with_operators(**{entity: Operator("pseudonym")})
    text = f"{CUES.get(entity, '')}{VALUES[entity]}，谢谢"
    (once,), counts = Rules.of(policy, ("王小明",), (), KEY).read([text])
    assert counts[entity] == 1
    assert VALUES[entity] not in once
    assert re.search(r"-[A-Z]{4}·[A-Z]{4}·[A-Z]{2}", once)
    assert Rules.of(policy, ("王小明",), (), KEY).read([once])[0] == [once]
