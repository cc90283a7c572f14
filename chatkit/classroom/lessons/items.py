"""Quiz items: scenarios with a question, an answer that can be marked, and an explanation that cites its rows.

The items stand in ``items/*.toml``. Their texts hold no reference to a law: a slot such as ``{L25}`` (what applies
under a row), ``{L25.claim}``, ``{PIPL 47}`` or ``{limit.use_months}`` is filled from the law table or the policy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import combinations
from random import Random
from typing import Any

from ...casebook import shipped_policy
from ...errors import Refusal
from ...law import law_table
from ...policy import Policy
from ...requests import Request, problems
from ...sentences import Text, say
from .slots import filled

KINDS = ("single", "multiple", "order", "match", "form")
METHOD = tuple(f"M{n:02}" for n in range(1, 42))
STAGES = ("before", "after", "day1", "day7", "day30")
LEVELS = {1: 4, 2: 5, 3: 3}  # how many items of each level a paper holds
FORM_DAY = date(2023, 9, 20)  # the day in the generated data on which a form item is filled in
_FIELDS = {"single": "options", "multiple": "options", "order": "options", "match": "pairs", "form": "options"}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; of a form item, a rule of the policy. ``right`` tells whether it is to be chosen."""

    text: Text
    right: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that belong together."""

    left: Text
    right: Text


@dataclass(frozen=True, slots=True)
class Item:
    """One question. An answer to it is a sequence of option numbers, counted from 0 in the order of the file."""

    id: str
    kind: str
    rows: tuple[str, ...]
    rules: tuple[str, ...]
    level: int
    question: Text
    why: Text
    options: tuple[Option, ...] = ()
    pairs: tuple[Pair, ...] = ()
    form: Request | None = None

    @property
    def choices(self) -> tuple[Text, ...]:
        """What there is to choose from, in the order of the file: the options, or the right sides of the pairs."""
        return tuple(pair.right for pair in self.pairs) or tuple(option.text for option in self.options)

    @property
    def key(self) -> tuple[int, ...]:
        """The answer that gets full credit; empty where a form breaks none of the rules that are offered."""
        if self.kind in ("order", "match"):
            return tuple(range(len(self.choices)))
        return tuple(n for n, option in enumerate(self.options) if option.right)

    @property
    def explanation(self) -> Text:
        """Why, what the form's own check says, and after it the rows with the provisions that apply."""
        told = [self.why, *(r.text for r in broken(self.form, shipped_policy())), *map(_row, self.rows)]
        told += [Text(f"【{r}】{t.zh}", f"【{r}】{t.en}") for r in self.rules for t in [_rule_source(r)]]
        return Text("\n".join(t.zh for t in told), "\n".join(t.en for t in told))


def broken(form: Request | None, policy: Policy) -> tuple[Refusal, ...]:
    """What the policy refuses in a form item's form; nothing for an item without a form."""
    return problems(form, policy, FORM_DAY) if form else ()


def _row(id: str) -> Text:
    """A row as it is cited below an explanation; a law row with what applies, its kind and how surely it is known."""
    if id in METHOD:
        return say("item.method", row=id)
    row = law_table().rows[id]
    cited = Text(row.basis("zh"), row.basis("en"))
    told = say("item.law", row=id, kind=say(f"kind.{row.kind.replace(' ', '_')}"), cited=cited)
    unsure = row.certainty_note if row.certainty != "H" else None
    return say("item.unsure", told=told, note=unsure) if unsure else told


def _rule_source(id: str) -> Text:
    return shipped_policy().rules[id].source.text


@cache
def items() -> tuple[Item, ...]:
    """All items, by file and in the order of each file. Raises ValueError that names the file and the item."""
    folder = files("chatkit.classroom.lessons") / "items"
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda path: path.name)
    read = [(p.name, item) for p in paths for item in parse_items(p.name, p.read_text("utf-8"))]
    seen: set[str] = set()
    for name, item in read:
        if item.id in seen:
            raise ValueError(f"items: {name}, item {item.id}: this id stands there twice")
        seen.add(item.id)
    return tuple(item for _, item in read)


def find(id: str) -> Item:
    """The item of this id. Raises KeyError where there is none."""
    return {item.id: item for item in items()}[id]


def parse_items(name: str, text: str) -> tuple[Item, ...]:
    """The items in a TOML text. Raises ValueError that names the file, the item and what is wrong with it."""
    found, ids = [], set[str]()
    for n, node in enumerate(tomllib.loads(text).get("item", []), 1):
        id = str(node.get("id", f"number {n}"))
        try:
            found.append(_item(node))
            if id in ids:
                raise ValueError("this id stands there twice")
        except (ValueError, TypeError, AttributeError) as fault:
            raise ValueError(f"items: {name}, item {id}: {fault}") from None
        ids.add(id)
    return tuple(found)


def _item(node: Mapping[str, Any]) -> Item:
    policy = shipped_policy()
    kind, rows, rules = str(node.get("kind", "")), tuple(node.get("rows", ())), tuple(node.get("rules", ()))
    _known("field", node, ("id", "kind", "rows", "rules", "level", "question", "why", "options", "pairs", "form"))
    _known("kind", [kind], KINDS)
    _known("row", rows, (*METHOD, *law_table().rows))
    _known("rule", rules, policy.rules)
    _known("level", [node.get("level")], LEVELS)
    if not node.get("id") or not rows:
        raise ValueError("an item has an id and at least one row")
    if set(node) & {"options", "pairs"} != {_FIELDS[kind]} or ("form" in node) != (kind == "form"):
        raise ValueError(f"{kind} needs {_FIELDS[kind]}, and only a form item has a form")
    form = Request(**node["form"]) if kind == "form" else None
    refused = {refusal.rule.id for refusal in broken(form, policy)}
    options = tuple(_option(option, refused) for option in node.get("options", ()))
    pairs = tuple(Pair(_text(pair.get("left")), _text(pair.get("right"))) for pair in node.get("pairs", ()))
    question, why = _text(node.get("question")), _text(node.get("why"))
    item = Item(node["id"], kind, rows, rules, node["level"], question, why, options, pairs, form)
    _sound(item, refused)
    return item


def _option(node: Mapping[str, Any], refused: Collection[str]) -> Option:
    if rule := node.get("rule"):
        _known("rule", [rule], shipped_policy().rules)
        blank = shipped_policy().rules[rule].text
        zh, en = (re.sub(r"\{\w+\}", "…", text) for text in (blank.zh, blank.en))
        return Option(Text(zh, en), rule in refused, rule)
    _known("field", node, ("zh", "en", "right"))
    return Option(_text(node), bool(node.get("right")))


def _sound(item: Item, refused: Collection[str]) -> None:
    """Raise ValueError where the item cannot be answered, or its key would be a giveaway."""
    offered = [option.rule for option in item.options if option.rule]
    wrong = len(item.options) - sum(option.right for option in item.options)
    if len(item.choices) < 2 or len(set(item.choices)) < len(item.choices):
        raise ValueError("at least two choices, each different")
    if item.kind == "single" and len(item.key) != 1:
        raise ValueError("single has one right option")
    if item.kind == "multiple" and (len(item.key) < 2 or not wrong):
        raise ValueError("multiple has two or more right options and a wrong one")
    if item.kind == "order" and any(option.right for option in item.options):
        raise ValueError("the options of order stand in the right order; none is right by itself")
    if item.kind == "form" and (len(offered) < len(item.options) or not wrong):
        raise ValueError("the options of a form are rules, one of them not broken")
    if item.kind != "form" and offered:
        raise ValueError("only the options of a form are rules")
    if item.kind == "form":
        _known("rule that the form breaks and no option offers:", refused, offered)


def _known(what: str, given: Iterable[Any], choices: Collection[Any]) -> None:
    if unknown := [str(value) for value in given if value not in choices]:
        raise ValueError(f"unknown {what} {', '.join(sorted(unknown))}")


def _text(node: Mapping[str, Any] | None) -> Text:
    if not (node and node.get("zh") and node.get("en")):
        raise ValueError("a text lacks a language")
    return Text(filled(node["zh"], "zh"), filled(node["en"], "en"))


def shown(item: Item, seed: int) -> tuple[int, ...]:
    """In which order the choices are shown: the same seed, the same order; never the file's own where that is the key.

    >>> sorted(shown(find("M01-1"), 7)) == list(range(len(find("M01-1").choices)))
    True
    """
    chance, order = Random(f"{seed}/{item.id}"), list(range(len(item.choices)))
    chance.shuffle(order)
    while item.kind in ("order", "match") and order == sorted(order):
        chance.shuffle(order)
    return tuple(order)


def mark(item: Item, answer: Sequence[int]) -> float:
    """The credit for an answer, 0 to 1. Guessing everything or nothing earns nothing.

    single: right or not. multiple and form: the share of what was to be chosen less the share of the rest. order: the
    pairs of steps in the right order less those in the wrong one, over all pairs. match: the share of the left sides
    that have their right one (-1 for none). Raises ValueError for a number that is no choice or stands there twice.
    """
    numbers = range(-1 if item.kind == "match" else 0, len(item.choices))
    doubled = item.kind != "match" and len(set(answer)) < len(answer)
    if doubled or any(n not in numbers for n in answer) or len(answer) > len(item.choices):
        raise ValueError(f"item {item.id}: {list(answer)} is no answer to it")
    if item.kind == "single":
        return float(tuple(answer) == item.key)
    if item.kind == "match":
        return sum(given == n for n, given in enumerate(answer)) / len(item.pairs)
    if item.kind == "order":
        pairs = len(item.options) * (len(item.options) - 1) // 2
        return max(0.0, (2 * sum(a < b for a, b in combinations(answer, 2)) - pairs) / pairs)
    rest, chosen = len(item.options) - len(item.key), set(answer)
    if not item.key:
        return float(not chosen)
    return max(0.0, len(chosen & set(item.key)) / len(item.key) - len(chosen - set(item.key)) / rest)


def paper(stage: str, seed: int, missed: Collection[str] = ()) -> tuple[Item, ...]:
    """The items of a test. Raises ValueError for an unknown stage or a missed id that no item has.

    ``before`` and ``after`` of one seed are parallel: twelve items each, none in both, and to each item of one an item
    of the other with the same rows and level. A retest takes what was missed first, then its rows, then others.
    """
    _known("stage", [stage], STAGES)
    _known("item", missed, [item.id for item in items()])
    if stage in ("before", "after"):
        twins = [_twin(cell, seed)[stage == "after"] for cell in _cells(seed)]
        return tuple(Random(f"{seed}/{stage}").sample(twins, len(twins)))
    mixed = Random(f"{seed}/{stage}").sample(items(), len(items()))
    rows = {item.rows[0] for item in items() if item.id in missed}
    nearest = sorted(mixed, key=lambda item: (item.id not in missed, item.rows[0] not in rows))
    return tuple(nearest[: sum(LEVELS.values())])


def _cells(seed: int) -> list[list[Item]]:
    """Items that can stand for each other, as many groups of each level as a paper holds, no first row twice."""
    groups: dict[tuple[int, tuple[str, ...]], list[Item]] = {}
    for item in items():
        groups.setdefault((item.level, item.rows), []).append(item)
    chance, chosen, rows = Random(f"{seed}/paper"), list[list[Item]](), set[str]()
    for level, wanted in LEVELS.items():
        pool = [group for (own, _), group in groups.items() if own == level and len(group) > 1]
        fresh = [group for group in chance.sample(pool, len(pool)) if group[0].rows[0] not in rows]
        firsts = {group[0].rows[0]: group for group in fresh}
        chosen += list(firsts.values())[:wanted]
        rows |= {group[0].rows[0] for group in chosen}
    return chosen


def _twin(cell: list[Item], seed: int) -> list[Item]:
    return Random(f"{seed}/{cell[0].id}").sample(cell, 2)
