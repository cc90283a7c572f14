"""Sentences: each in both languages, with the same slots."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import chatkit
from chatkit.sentences import Text, say, sentences

HAN = re.compile(r"[\u4e00-\u9fff]")
NAMES = sorted(sentences())


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_stands_in_both_languages_with_the_same_slots(name: str) -> None:
    text = sentences()[name]
    assert HAN.search(text.zh) or re.fullmatch(r"[\W\d{}a-zA-Z_]+", text.zh)
    assert not HAN.search(re.sub(r"《[^》]*》|“[^”]*”|\([^)]*\)|（[^）]*）", "", text.en))
    slots = [sorted(re.findall(r"\{(\w+)", language)) for language in (text.zh, text.en)]
    assert set(slots[0]) == set(slots[1])


def test_a_slot_that_holds_two_languages_is_filled_by_language() -> None:
    assert Text("共 {n}", "{n} in all").format(n=Text("三", "three")) == Text("共 三", "three in all")


def test_braces_in_a_value_are_left_alone() -> None:
    assert Text("{n}", "{n}").format(n="{x}") == Text("{x}", "{x}")


def test_both_languages_on_one_line() -> None:
    assert Text("脱敏", "mask").line == "脱敏 · mask"
    assert str(Text("脱敏", "mask")) == "脱敏\nmask"


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no.such.sentence")


def test_every_sentence_that_the_kit_asks_for_is_there() -> None:
    source = "\n".join(p.read_text("utf-8") for p in Path(chatkit.__file__).parent.rglob("*.py"))
    asked = set(re.findall(r'say\("([\w.]+)"', source)) | {
        f"bad_input.{name}" for name in re.findall(r'BadInput\(\s*"(\w+)"', source)
    }
    assert len(asked) > 40
    assert asked - set(sentences()) == set()
