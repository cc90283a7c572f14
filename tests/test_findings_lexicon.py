"""The lexicon: a small file of statistics, read when first asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import chatkit as ck
from chatkit.findings.lexicon import LEXICON, UNKNOWN, Table, flags, key

FOLDER = Path(ck.__file__).parent / "findings"


def test_a_word_is_a_number_and_the_number_is_of_that_word_alone() -> None:
    assert key("张") == 0x5F20
    assert key("张伟") == 0x5F20 + (0x4F1F << 16)
    assert len({key(word) for word in ("", "张", "伟", "张伟", "伟张", "张张", "张伟伟", "张伟伟伟")}) == 8


def test_a_table_gives_back_what_it_was_given() -> None:
    words = [chr(0x4E00 + n) + chr(0x5000 + n * 7 % 999) for n in range(5_000)]
    keys = np.array([key(word) for word in words], np.uint64)
    logs = -np.arange(1, 5_001, dtype=np.float32) / 100
    table = Table(keys, logs, -99.0)
    found = table.logs(keys)
    kept = found != np.float32(-99.0)
    assert (found[kept] == logs[kept]).all()
    assert kept.mean() > 0.99  # what finds its places taken stays out
    assert kept[:500].all()  # but nothing frequent
    assert table.log("张伟") == -99.0
    assert table.log("太长的一个词") == -99.0


@pytest.mark.parametrize("word", ["我们", "手机", "订单", "可以", "谢谢", "快递", "的"])
def test_common_words_are_known(word: str) -> None:
    assert LEXICON.words.log(word) > -13


@pytest.mark.parametrize("word", ["陈思雨", "欧阳予墨", "薄守田", "犇犇"])
def test_names_are_no_words(word: str) -> None:
    assert LEXICON.words.log(word) == -99.0


def test_surnames_are_shares_of_people() -> None:
    surnames = LEXICON.surnames
    assert {"王", "李", "张", "欧阳", "司马", "诸葛", "薄"} <= set(surnames)
    assert not {"的", "了", "我", "电话"} & set(surnames)
    assert surnames["王"] > surnames["薄"]
    assert 0.8 < sum(np.exp(list(surnames.values()))) < 1.2


def test_characters_of_given_names_are_shares() -> None:
    given = LEXICON.given
    assert given.shape == (0x10000,)
    assert given[ord("伟")] > given[ord("嘉")] > given[ord("的")]
    assert given[ord("a")] == UNKNOWN
    assert 0.8 < np.exp(given[given > UNKNOWN]).sum() < 1.2


@pytest.mark.parametrize(
    "name", ["浙江省", "浙江", "杭州市", "杭州", "西湖区", "内蒙古自治区", "香港特别行政区", "重庆"]
)
def test_divisions_are_known_with_and_without_their_suffix(name: str) -> None:
    assert name in LEXICON.divisions


@pytest.mark.parametrize(("traditional", "simplified"), ["電电", "話话", "號号", "陳陈", "區区", "貳贰"])
def test_traditional_characters_have_simplified_ones(traditional: str, simplified: str) -> None:
    pairs = {(int(a), int(b)) for a, b in LEXICON.folds}
    assert (ord(traditional), ord(simplified)) in pairs


@pytest.mark.parametrize("numeral", "幺零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖")
def test_no_numeral_is_folded_away(numeral: str) -> None:
    assert ord(numeral) not in {int(a) for a, _ in LEXICON.folds}


def test_flags_are_by_code_point() -> None:
    table = flags("ab")
    assert table.shape == (0x10000,)
    assert np.flatnonzero(table).tolist() == [97, 98]


def test_the_file_is_small() -> None:
    assert (FOLDER / "lexicon.npz").stat().st_size < 1_000_000
