"""The sieve lets nothing fall: whatever is found without it is found with it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synthetic_data
from chatkit.findings import detect, sieve

QUICK = settings(deadline=None, max_examples=60, derandomize=True, database=None)
KINDS = (sieve.SIFTED, sieve.SIFTED | sieve.SHORT, {"PHONE"}, {"IP"}, {"EMAIL"}, {"QQ", "CVV"})
SIGNS = (
    "0123456789０５９①⑨⓪❶⑴𝟎𝟗𝟠壹贰叁肆伍陆柒捌玖一二三四五六七八九零〇幺两"
    "OolI²₃ -./·:@#()[]aAtTbcn微信扣QVXqEGMK沪A电话座机号码安全码验证转+,，\u200b\ufe0f\u20e3\x00"
)
PIECES = [
    *("1.1.1.1", "::1", "fe80::1", "a@b.cn", "a#b.cn", "a[at]b.cn", "a at b.cn", "a艾特b.cn", "微信abc123", "QQ12345"),
    *("沪A12345", "E12345678", "电话2345678", "一三八零零零零一二三四", "1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣", "①③⑧⓪⓪⓪⓪①②③④", "𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒"),
    *("安全码123", "验证码1234", "前138后00001234", "您好", "，"),
]


def both(
    texts: list[str], entities: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sifted = detect(texts, entities=entities)
    with monkeypatch.context() as patch:
        patch.setattr(sieve, "applies", lambda _: False)
        return sifted, detect(texts, entities=entities)


@pytest.mark.parametrize("entities", KINDS)
def test_nothing_is_lost_on_texts_made_of_digits_of_all_kinds(entities: frozenset[str]) -> None:
    @QUICK
    @given(
        st.lists(
            st.one_of(st.text(SIGNS, max_size=30), st.lists(st.sampled_from(PIECES), max_size=3).map("".join)),
            max_size=6,
        )
    )
    def holds(texts: list[str]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            pd.testing.assert_frame_equal(*both(texts, entities, patch))

    holds()


@pytest.mark.parametrize("entities", KINDS)
@pytest.mark.parametrize("odd", [0.05, 1.0])
def test_nothing_is_lost_on_generated_messages(
    entities: frozenset[str], odd: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tables,) = synthetic_data.generate(150, 3, odd=odd)
    one, other = both(tables["messages"]["text"].tolist(), entities, monkeypatch)
    pd.testing.assert_frame_equal(one, other)


def test_most_of_what_people_say_does_not_pass() -> None:
    said = [
        "您好，请问有什么可以帮您",
        "退款什么时候到账",
        "好的，谢谢",
        "要 2 件，一共 38 元",
        "",
        "\x00",
        "手机号是13800001234",
    ]
    assert sieve.candidates(said, sieve.SIFTED).tolist() == [6]


def test_texts_that_hold_the_separator_are_counted_each_by_itself() -> None:
    assert sieve.candidates(["1\x0023", "12345", "", "\x00"], sieve.SIFTED).tolist() == [1]


def test_names_and_addresses_are_not_sifted() -> None:
    assert not sieve.applies({"NAME"})
    assert not sieve.applies({"PHONE", "ADDRESS"})
    assert sieve.applies(frozenset({"PHONE"}))
