"""mask_text: every kind of column comes back as it came, and only what is personal has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chatkit as ck
import synthetic_data
from chatkit import series
from chatkit.casebook import shipped_policy
from chatkit.findings import ENTITIES, detect
from chatkit.masks import EVERYTHING
from chatkit.policy import Operator, Words

QUICK = settings(deadline=None, max_examples=100, derandomize=True, database=None)
STRUCTURED = [entity for entity in ENTITIES if entity not in ("NAME", "ADDRESS")]
TEXTS = [
    "我叫王小明",
    None,
    "手机13800001234，谢谢",
    "",
    "没有什么",
    "邮箱 wang.li@example.com",
    "😀１３８００００１２３４",
]
AFTER = ["我叫王**", None, "手机138****1234，谢谢", "", "没有什么", "邮箱 w***@example.com", "😀138****1234"]
COLUMNS: dict[str, Callable[[list[Any]], pd.Series]] = {
    "object": lambda texts: pd.Series(texts, dtype=object),
    "str": lambda texts: pd.Series(texts, dtype="str"),
    "string[python]": lambda texts: pd.Series(texts, dtype="string[python]"),
    "string[pyarrow]": lambda texts: pd.Series(texts, dtype="string[pyarrow]"),
    "Arrow string": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
    "Arrow large_string": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.large_string())),
}


@pytest.fixture(scope="module")
def generated() -> list[str]:
    (tables,) = synthetic_data.generate(60, 12)
    return tables["messages"]["text"].tolist()


def same(one: pd.Series, other: pd.Series) -> None:
    pd.testing.assert_series_equal(one, other)


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_keeps_index_name_and_dtype_and_what_is_missing(kind: str) -> None:
    column, wanted = COLUMNS[kind](TEXTS), COLUMNS[kind](AFTER)
    for each in (column, wanted):
        each.index, each.name = [3, 3, 1, 0, -1, 7, 8], "text"
    before = column.copy()
    same(ck.mask_text(column), wanted)
    same(column, before)


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("entities", [None, STRUCTURED])
def test_a_part_of_a_column_is_masked_like_the_whole(kind: str, entities: list[str] | None) -> None:
    column = COLUMNS[kind](TEXTS * 3)
    whole = ck.mask_text(column, entities)
    for part in (slice(1, 4), slice(2, 15, 3), slice(0, 0), slice(5, None)):
        same(ck.mask_text(column.iloc[part], entities), whole.iloc[part])


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_chunks_and_offsets_of_an_arrow_column_do_not_matter(kind: pa.DataType) -> None:
    pieces = [pa.array(["x", *TEXTS, "y"], kind).slice(1, len(TEXTS)), pa.array([], kind), pa.array(TEXTS, kind)]
    column = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(pieces)))
    assert ck.mask_text(column).tolist() == COLUMNS["Arrow string"](AFTER * 2).tolist()
    nothing = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([], kind)))
    same(ck.mask_text(nothing), nothing)


def test_slices_and_batches_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "SLICE", 3)
    for kind in COLUMNS:
        same(ck.mask_text(COLUMNS[kind](TEXTS * 4)), COLUMNS[kind](AFTER * 4))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_what_is_missing_in_an_object_column_stays_the_same_object(missing: object) -> None:
    masked = ck.mask_text(pd.Series([missing, "13800001234"], dtype=object))
    assert masked.iloc[0] is missing
    assert masked.iloc[1] == "138****1234"


def test_a_list_gives_a_list() -> None:
    given = list(TEXTS)
    assert ck.mask_text(given) == AFTER
    assert given == TEXTS
    assert ck.mask_text([]) == []


@pytest.mark.parametrize("odd", [0, 13800001234, b"13800001234", ["13800001234"]])
def test_what_is_no_text_is_refused_and_not_let_through(odd: object) -> None:
    with pytest.raises(TypeError, match=type(odd).__name__):
        ck.mask_text(["你好", odd])


@pytest.mark.parametrize("odd", [pd.Series([13800001234]), pd.Series(["13800001234"], dtype="category"), "13800001234"])
def test_only_columns_and_lists_of_texts_are_taken(odd: Any) -> None:
    with pytest.raises(TypeError):
        ck.mask_text(odd)


def test_an_unknown_entity_and_conversations_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="HAIR"):
        ck.mask_text(["你好"], ["HAIR"])
    for column in (["你好"], COLUMNS["string[pyarrow]"](["你好"])):
        with pytest.raises(ValueError, match="1 texts but 2"):
            ck.mask_text(column, conversations=[1, 2])


def test_only_what_is_asked_for_is_masked() -> None:
    assert ck.mask_text(["王小明 13800001234"], ["NAME"], known_names=["王小明"]) == ["王** 13800001234"]
    assert ck.mask_text(["王小明 13800001234"], STRUCTURED, known_names=["王小明"]) == ["王小明 138****1234"]


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_conversation_is_read_in_its_order_whatever_stands_between(kind: str) -> None:
    column = COLUMNS[kind](["号码138000", None, "请问您贵姓", "还有01234", "陈雨桐"])
    masked = ck.mask_text(column, conversations=["a", "a", "b", "a", "b"]).tolist()
    assert (masked[0], masked[3], masked[4]) == ("号码******", "还有*****", "陈**")
    assert ck.mask_text(column).tolist()[0] == "号码138000"


def test_a_key_makes_the_same_tokens_and_no_key_others_every_time() -> None:
    policy = shipped_policy()
    policy = replace(policy, operators={**policy.operators, "PHONE": Operator("pseudonym")})
    texts = ["13800001234", "+86 138 0000 1234"]
    one, again = (ck.mask_text(texts, policy=policy, key=b"k" * 32) for _ in range(2))
    assert one == again
    assert one[0] == one[1]
    assert one != ck.mask_text(texts, policy=policy) != ck.mask_text(texts, policy=policy)


# ------------------------------------------------------------------------------------------------ a company's words
def worded(allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> ck.Policy:
    return replace(shipped_policy(), words=Words(allow, deny))


def test_an_allowed_word_is_never_masked_and_a_denied_one_always() -> None:
    texts = ["我叫王小明", "蓝鲸项目的预算给王小明", "蓝鲸​项目"]
    policy = worded(("王小明",), ("蓝鲸项目",))
    for known in (None, ["王小明"]):
        assert ck.mask_text(texts[:2], known_names=known, policy=policy) == ["我叫王小明", "[敏感词]的预算给王小明"]
    assert ck.mask_text(texts[2:], policy=policy) == ["[敏感词]"]
    assert ck.mask_text(texts[:2], ["NAME"], policy=worded((), ("蓝鲸项目",)))[1].startswith("蓝鲸项目")


def test_a_find_that_a_denied_word_cuts_into_is_masked_to_its_end() -> None:
    assert ck.mask_text(["我叫王小明星计划"], known_names=["王小明"], policy=worded((), ("明星计划",))) == [
        "我叫王**[敏感词]"
    ]


def test_denied_words_are_found_where_the_sieve_would_let_nothing_pass() -> None:
    assert ck.mask_text(["蓝鲸项目"], ["PHONE", "WORD"], policy=worded((), ("蓝鲸项目",))) == ["[敏感词]"]


# --------------------------------------------------------------------------------------------------- the properties
ODD = st.text(st.characters(), max_size=40)  # every code point: surrogates, NUL, pictures
DIGITS = (
    "0123456789０１２３①②③❶⑴𝟎𝟏𝟛壹贰叁一二三八零〇幺"
    "OlI￼-. ·，：@#:[]at微信QVXqE电话前后转+86\u200b\ufe0f\u20e3\x00\ud800"
)
DENSE = st.text(DIGITS, max_size=40)


@QUICK
@given(st.lists(st.one_of(ODD, DENSE), max_size=6))
def test_any_string_is_taken_and_masking_twice_is_masking_once(texts: list[str]) -> None:
    once = ck.mask_text(texts)
    assert ck.mask_text(once) == once
    assert ck.mask_text(pd.Series(texts, dtype=object)).tolist() == once


@QUICK
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=8))
def test_list_object_and_arrow_give_the_same(texts: list[str]) -> None:
    masked = ck.mask_text(texts)
    for kind in COLUMNS:
        assert ck.mask_text(COLUMNS[kind](texts)).tolist() == masked


@pytest.mark.parametrize("entities", [None, STRUCTURED])
def test_generated_messages_masked_twice_are_masked_once(generated: list[str], entities: list[str] | None) -> None:
    once = ck.mask_text(generated, entities)
    assert once != generated
    assert ck.mask_text(once, entities) == once
    assert detect(once, entities=entities or EVERYTHING).query("entity != 'ADDRESS'").empty


def test_outside_what_is_found_a_generated_message_is_as_it_was(generated: list[str]) -> None:
    found = detect(generated, entities=STRUCTURED)
    masked = ck.mask_text(generated, STRUCTURED)
    touched = set(found["row"])
    assert all(
        (text == after) == (row not in touched) for row, (text, after) in enumerate(zip(generated, masked, strict=True))
    )
    for row, spans in found.groupby("row"):
        text, after = generated[row], masked[row]
        assert after.startswith(text[: spans["start"].iloc[0]])
        assert after.endswith(text[spans["end"].iloc[-1] :])


def test_the_order_and_the_company_of_rows_do_not_matter(generated: list[str]) -> None:
    assert ck.mask_text(generated[::-1])[::-1] == ck.mask_text(generated)
    assert ck.mask_text([generated[5], *generated[:50]])[0] == ck.mask_text([generated[5]])[0]


@pytest.mark.parametrize(
    "unit", ["1", "138 ", "1-", "@", "a@a.", "路1号", "我叫", "微信a", "\x00", "\ud800", "①", "一"]
)
def test_a_long_string_made_to_be_slow_is_masked_and_no_call_repeats_it(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0
    before = series.Rules.find

    def counted(self: series.Rules, texts: list[str], *rest: Any) -> Any:
        nonlocal read
        read += sum(map(len, texts))
        return before(self, texts, *rest)

    monkeypatch.setattr(series.Rules, "find", counted)
    text = unit * (100_000 // len(unit))
    once = ck.mask_text([text])[0]
    assert read <= 4 * len(text)  # characters read in all passes
    assert ck.mask_text([once])[0] == once
