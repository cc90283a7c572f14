"""The bank of quiz items: what loads and what does not, how every kind is marked, and what papers draw."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import date
from importlib.resources import files

import pytest

from chatkit.casebook import shipped_policy
from chatkit.classroom.lessons.items import (
    FORM_DAY,
    KINDS,
    METHOD,
    STAGES,
    Item,
    find,
    items,
    mark,
    paper,
    parse_items,
    shown,
)
from chatkit.classroom.lessons.slots import filled
from chatkit.clocks import due
from chatkit.law import law_table
from chatkit.requests import Request, problems

HAN = re.compile(r"[\u4e00-\u9fff]")
RAW = {
    node["id"]: node
    for path in (files("chatkit.classroom.lessons") / "items").iterdir()
    for node in tomllib.loads(path.read_text("utf-8"))["item"]
}
every_item = pytest.mark.parametrize("item", items(), ids=lambda item: item.id)

ITEM = """
[[item]]
id = "X-1"
kind = "single"
rows = ["M13", "L14"]
rules = ["scope.dates"]
level = 2
question = { zh = "问", en = "question" }
options = [{ zh = "对", en = "right", right = true }, { zh = "错", en = "wrong" }]
why = { zh = "因为", en = "because" }
"""
MULTIPLE = ITEM.replace('"single"', '"multiple"')
THREE = 'options = [{ zh = "一", en = "1" }, { zh = "二", en = "2" }, { zh = "三", en = "3" }]'
OPTIONS = 'options = [{ zh = "对", en = "right", right = true }, { zh = "错", en = "wrong" }]'
ORDER = ITEM.replace('"single"', '"order"').replace(OPTIONS, THREE)
PAIRS = (
    "pairs = ["
    + ", ".join(
        f'{{ left = {{ zh = "左{n}", en = "left {n}" }}, right = {{ zh = "右{n}", en = "right {n}" }} }}'
        for n in range(4)
    )
    + "]"
)
MATCH = ITEM.replace('"single"', '"match"').replace(OPTIONS, PAIRS)
FORM_FIELDS = 'purpose = "complaint", reason = "。", customers = ["A1"], since = "2023-09-01", until = "2023-09-02"'
RULES = 'options = [{ rule = "request.reason" }, { rule = "request.range" }, { rule = "request.customers" }]'
FORM = ITEM.replace('"single"', '"form"').replace(OPTIONS, f"form = {{ {FORM_FIELDS} }}\n{RULES}")


def item_of(text: str) -> Item:
    """The one item in a TOML text."""
    (item,) = parse_items("made-up.toml", text)
    return item


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ITEM.replace(', en = "question"', ""), "a text lacks a language"),
        (ITEM.replace(', en = "wrong"', ""), "a text lacks a language"),
        (ITEM.replace('why = { zh = "因为", en = "because" }', ""), "a text lacks a language"),
        (ITEM.replace("M13", "M42"), "unknown row M42"),
        (ITEM.replace("L14", "L99"), "unknown row L99"),
        (ITEM.replace("scope.dates", "scope.moon"), "unknown rule scope.moon"),
        (ITEM.replace("level = 2", "level = 4"), "unknown level 4"),
        (ITEM.replace('"single"', '"essay"'), "unknown kind essay"),
        (ITEM.replace("why =", "because ="), "unknown field because"),
        (ITEM.replace(", right = true", ""), "single has one right option"),
        (ITEM.replace('en = "wrong"', 'en = "wrong", right = true'), "single has one right option"),
        (ITEM.replace('{ zh = "错", en = "wrong" }', ""), "at least two choices, each different"),
        (ITEM.replace('zh = "错", en = "wrong"', 'zh = "对", en = "right"'), "at least two choices, each different"),
        (ITEM.replace('rows = ["M13", "L14"]', "rows = []"), "at least one row"),
        (ITEM.replace('id = "X-1"\n', ""), "item number 1: an item has an id"),
        (ITEM.replace("问", "{L99}"), "unknown slot L99"),
        (ITEM.replace("问", "{limit.moons}"), "unknown slot limit.moons"),
        (ITEM.replace("问", "{}"), "unknown slot"),
        (ITEM + ITEM, "this id stands there twice"),
        (MULTIPLE, "multiple has two or more right options and a wrong one"),
        (ORDER.replace('zh = "一"', 'right = true, zh = "一"'), "none is right by itself"),
        (MATCH.replace("pairs", "options"), "match needs pairs"),
        (ITEM.replace("options", "pairs"), "single needs options"),
        (FORM.replace('"form"\n', '"multiple"\n'), "only a form item has a form"),
        (FORM.replace('{ rule = "request.reason" }, ', ""), "no option offers: request.reason"),
        (FORM.replace('rule = "request.range"', 'rule = "request.moon"'), "unknown rule request.moon"),
        (FORM.replace("purpose =", "aim ="), "unexpected keyword argument 'aim'"),
        (ITEM.replace('{ zh = "错", en = "wrong" }', '{ rule = "request.range" }'), "only the options of a form"),
    ],
)
def test_a_fault_is_told_with_its_file_and_item(text: str, fault: str) -> None:
    assert text not in (ITEM, MULTIPLE.replace("multiple", "single"))
    with pytest.raises(ValueError, match=re.escape(fault)) as told:
        parse_items("made-up.toml", text)
    assert str(told.value).startswith("items: made-up.toml, item ")


@pytest.mark.parametrize("text", [ITEM, ORDER, MATCH, FORM])
def test_the_texts_that_the_faults_are_made_from_are_sound(text: str) -> None:
    assert item_of(text).id == "X-1"


FOUR = "[" + ", ".join(f'{{ zh = "{n}", en = "{n}"{", right = true" if n < 2 else ""} }}' for n in range(4)) + "]"


@pytest.mark.parametrize(
    ("text", "answer", "credit"),
    [
        (ITEM, [0], 1.0),
        (ITEM, [1], 0.0),
        (ITEM, [], 0.0),
        (ITEM, [0, 1], 0.0),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [0, 1], 1.0),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [1, 0], 1.0),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [0], 0.5),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [0, 1, 2], 0.5),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [0, 2], 0.0),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [0, 1, 2, 3], 0.0),
        (MULTIPLE.replace(OPTIONS, f"options = {FOUR}"), [], 0.0),
        (ORDER, [0, 1, 2], 1.0),
        (ORDER, [0, 2, 1], 1 / 3),
        (ORDER, [2, 1, 0], 0.0),
        (ORDER, [], 0.0),
        (ORDER, [0, 1], 0.0),
        (MATCH, [0, 1, 2, 3], 1.0),
        (MATCH, [0, 1, 3, 2], 0.5),
        (MATCH, [0, -1, -1, -1], 0.25),
        (MATCH, [1, 1, 1, 1], 0.25),
        (MATCH, [1, 0, 3, 2], 0.0),
        (FORM, [0], 1.0),
        (FORM, [0, 1], 0.5),
        (FORM, [1, 2], 0.0),
        (FORM.replace("。", "投诉 #1"), [], 1.0),
        (FORM.replace("。", "投诉 #1"), [1], 0.0),
    ],
)
def test_every_kind_is_marked(text: str, answer: list[int], credit: float) -> None:
    assert mark(item_of(text), answer) == pytest.approx(credit)


@pytest.mark.parametrize(
    ("text", "answer"),
    [(ITEM, [2]), (ITEM, [-1]), (ITEM, [0, 0]), (ORDER, [0, 0, 1]), (MATCH, [4]), (MATCH, [0, 1, 2, 3, 0])],
)
def test_what_is_no_answer_is_an_error(text: str, answer: list[int]) -> None:
    with pytest.raises(ValueError, match="is no answer to it"):
        mark(item_of(text), answer)


@every_item
def test_the_key_gets_full_credit_and_all_or_nothing_none(item: Item) -> None:
    everything = range(len(item.choices))
    assert mark(item, item.key) == 1
    assert mark(item, []) == 0
    if item.kind not in ("order", "match"):
        assert mark(item, list(everything)) == 0
    assert mark(item, list(everything)[::-1]) < 1


@pytest.mark.parametrize("item", [i for i in items() if i.kind == "form"], ids=lambda item: item.id)
def test_the_key_of_a_form_is_what_the_policy_refuses(item: Item) -> None:
    request = Request(**RAW[item.id]["form"])
    refused = {refusal.rule.id for refusal in problems(request, shipped_policy(), FORM_DAY)}
    assert {item.options[n].rule for n in item.key} == refused and refused
    assert not any("right" in option for option in RAW[item.id]["options"])
    assert set(item.rules) <= refused


def test_the_bank_is_large_enough_and_uses_every_kind() -> None:
    kinds = Counter(item.kind for item in items())
    assert len(items()) >= 130 and set(kinds) == set(KINDS)
    assert kinds["multiple"] >= 12 and kinds["order"] >= 10 and kinds["match"] >= 10 and kinds["form"] >= 12


@pytest.mark.parametrize("row", METHOD)
def test_every_row_of_the_method_has_two_items(row: str) -> None:
    assert sum(row in item.rows for item in items()) >= 2


@pytest.mark.parametrize("row", [r.id for r in law_table().rows.values() if r.verdict != ("accurate",)])
def test_every_doubtful_row_of_the_law_table_has_an_item(row: str) -> None:
    assert any(row in item.rows for item in items())


def texts(node: object) -> list[dict[str, str]]:
    """Every pair of languages below a node."""
    if isinstance(node, dict):
        own = [node] if "zh" in node else []
        return own + [text for child in node.values() for text in texts(child)]
    return [text for child in node for text in texts(child)] if isinstance(node, list) else []


@every_item
def test_an_item_names_no_statute_and_no_article_but_by_slot(item: Item) -> None:
    names = [name for s in law_table().statutes.values() for name in (f"{s.name.zh}", s.name.en)]
    for text in texts(RAW[item.id]):
        both = text["zh"] + text["en"]
        assert not re.search(r"第[一二三四五六七八九十百0-9]+条|\b(art|article|cl)\b\.? ?\d|《[^》]*法》", both, re.I)
        assert [name for name in names if name in both] == []
        assert set(re.findall(r"{[^}]*}", text["zh"])) == set(re.findall(r"{[^}]*}", text["en"]))
        assert not re.search("以上都|以上全|all of the above|none of the above", both, re.I)


@every_item
def test_an_explanation_cites_its_rows_and_says_what_kind_of_rule_it_is(item: Item) -> None:
    raw, kinds = RAW[item.id]["why"], ("法律", "标准", "公司制度", "虚构", "业内做法")
    assert all(row in raw["zh"] and row in raw["en"] for row in item.rows)
    assert any(kind in raw["zh"] for kind in kinds)
    assert re.search(r"\blaws?\b|standard|company policy|fiction|practice", raw["en"])
    for row in item.rows:
        assert row in item.explanation.zh and row in item.explanation.en
    for row in set(item.rows) - set(METHOD):
        assert law_table().rows[row].basis("zh") in item.explanation.zh


@every_item
def test_an_item_stands_in_both_languages(item: Item) -> None:
    sentences = [item.question, item.why, *(pair.left for pair in item.pairs)]
    sentences += [] if item.kind == "form" else item.choices
    for text in sentences:
        assert HAN.search(text.zh) or re.fullmatch(r"[\W\d]+个?|PDF|XLSX|Parquet", text.zh)
        assert not HAN.search(re.sub(r"“[^”]*”", "", text.en)), text.en


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_right_option_is_not_known_by_its_length(language: str) -> None:
    lengths = [([len(getattr(c, language)) for c in i.choices], i.key[0]) for i in items() if i.kind == "single"]
    longest = sum(own[key] == max(own) for own, key in lengths) / len(lengths)
    shortest = sum(own[key] == min(own) for own, key in lengths) / len(lengths)
    assert longest < 0.4 and shortest < 0.4  # by chance a quarter, a third where there are three options


def test_a_slot_is_filled_from_the_law_table_and_the_policy() -> None:
    assert filled("{L06.claim}", "en") == law_table().rows["L06"].claim.en
    assert filled("{mode.permission.cap_rows}", "zh") == "10,000"
    assert (
        filled("{PIPL 6}、{CSL 43}", "zh")
        == "《个人信息保护法》第六条、《网络安全法》（2025 修正）第四十三条（原第四十一条）"
    )


def test_the_working_days_of_an_item_are_those_of_the_calendar() -> None:
    policy = shipped_policy()
    by = due(date(2023, 9, 28), policy.modes["permission"].answer_days, policy)
    assert (by.day, by.certain) == (date(2023, 10, 8), True)
    assert find("M04-1").choices[find("M04-1").key[0]].en == "8 October"


def test_the_explanation_of_a_form_tells_what_the_form_is_refused_for() -> None:
    assert "不是有效日期" not in find("M02-3").explanation.zh
    assert "使用期限 365 天无效" in find("M02-3").explanation.zh


@every_item
def test_the_order_shown_is_the_same_for_a_seed_and_never_gives_the_key_away(item: Item) -> None:
    orders = [shown(item, seed) for seed in range(30)]
    assert orders == [shown(item, seed) for seed in range(30)]
    assert len(set(orders)) > 1
    if item.kind in ("order", "match"):
        assert tuple(range(len(item.choices))) not in orders
    assert all(sorted(order) == list(range(len(item.choices))) for order in orders)


SEEDS = range(200)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_papers_before_and_after_are_parallel_and_share_no_item(seed: int) -> None:
    before, after = paper("before", seed), paper("after", seed)
    assert len(before) == len(after) == 12
    assert len({item.id for item in (*before, *after)}) == 24
    assert Counter((i.rows, i.level) for i in before) == Counter((i.rows, i.level) for i in after)
    assert Counter(i.level for i in before) == {1: 4, 2: 5, 3: 3}
    assert before == paper("before", seed)


def test_papers_of_other_seeds_differ_and_together_reach_most_of_the_bank() -> None:
    papers = [paper(stage, seed) for stage in ("before", "after") for seed in SEEDS]
    assert len({tuple(item.id for item in drawn) for drawn in papers}) == len(papers)
    assert len({item.id for drawn in papers for item in drawn}) > 100


@pytest.mark.parametrize("stage", ["day1", "day7", "day30"])
def test_a_retest_draws_what_was_missed_then_its_rows_then_others(stage: str) -> None:
    missed = ("M13-1", "M28-2", "L25-1")
    drawn = paper(stage, 7, missed)
    assert {item.id for item in drawn[:3]} == set(missed)
    rows = [item.rows[0] for item in drawn[3:]]
    near = sum(i.rows[0] in ("M13", "M28", "L25") for i in items()) - 3
    assert near >= 4 and set(rows[:near]) == {"M13", "M28", "L25"} and not set(rows[near:]) & {"M13", "M28", "L25"}
    assert len(drawn) == 12 == len({item.id for item in drawn})


def test_a_retest_holds_twelve_items_even_where_more_or_nothing_was_missed() -> None:
    many = [item.id for item in items()[:40]]
    assert len(paper("day1", 1)) == 12
    assert {item.id for item in paper("day1", 1, many)} <= set(many)
    assert len({tuple(i.id for i in paper(stage, 1)) for stage in STAGES}) == 5


def test_an_unknown_stage_or_item_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown stage day2"):
        paper("day2", 1)
    with pytest.raises(ValueError, match="unknown item X-9"):
        paper("day1", 1, ["X-9"])
    with pytest.raises(KeyError):
        find("X-9")
