"""The law table ``law.toml``: the only home of references, ``STATUTE [ARTICLE[之N][.PARAGRAPH][(ITEM)]]``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Literal

from .sentences import Text

Language = Literal["zh", "en"]
VERDICTS = ("accurate", "imprecise", "wrong article", "wrong", "unsupported", "internal policy", "illustrative")
KINDS = ("law", "standard", "company policy", "fiction", "practice")
CERTAINTIES = ("L", "M", "H")  # lowest first
_ARTICLE = re.compile(r"([1-9]\d*)(?:之([1-9]\d*))?(?:\.([1-9]\d*))?(?:\(([1-9]\d*)\))?")
_CLAUSE = re.compile(r"(?:[A-Z]|\d+)(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Statute:
    """A law, regulation, interpretation or standard, with what was read of it."""

    id: str
    name: Text
    edition: Text
    level: str
    note: Text

    def title(self, language: Language) -> str:
        name, edition = (getattr(text, language) for text in (self.name, self.edition))
        if self.level == "standard":
            return f"{self.id}—{edition}《{name}》" if language == "zh" else f"{self.id}-{edition} {name}"
        shown = ("（{}）" if language == "zh" else " ({})").format(edition) if edition else ""
        return (f"《{name}》" if language == "zh" else f"{name}") + shown


@dataclass(frozen=True, slots=True)
class Provision:
    """What one article, paragraph, item or clause provides, and how surely that is known."""

    ref: str
    statute: Statute
    article: str
    old: str
    text: Text
    certainty: str

    def place(self, language: Language) -> str:
        """The citation without the statute, preceded by a blank in English; empty for a whole instrument."""
        if self.ref == self.statute.id:
            return ""
        former = self.old and place(self.old, language).removeprefix("art. ")
        before, after = ("", f"（原{former}）") if language == "zh" else (" ", f" (formerly {former})")
        where = place(self.article, language, clause=self.statute.level == "standard")
        return before + where + (former and after)


@dataclass(frozen=True, slots=True)
class Row:
    """One claim of the teaching article, checked."""

    id: str
    claim: Text
    cited: tuple[str, ...]
    provides: Text
    verdict: tuple[str, ...]
    better: tuple[str, ...]
    teach: Text
    kind: str
    certainty: str
    sources: tuple[str, ...]
    checked: date
    certainty_note: Text | None = None

    def basis(self, language: Language) -> str:
        """The provisions that really apply, on one line."""
        return citations(self.better, language)


@dataclass(frozen=True, slots=True)
class Law:
    """The whole table; ``checked`` is the day on which its rows were checked, unless a row says another."""

    checked: date
    notice: Text
    sources: Mapping[str, Text]
    statutes: Mapping[str, Statute]
    provisions: Mapping[str, Provision]
    rows: Mapping[str, Row]


def numeral(number: int) -> str:
    """A Chinese numeral as statutes write it.

    >>> " ".join(numeral(n) for n in (3, 10, 17, 20, 101, 110, 253, 1000, 1034, 1260))
    '三 十 十七 二十 一百零一 一百一十 二百五十三 一千 一千零三十四 一千二百六十'
    """
    if not 1 <= number <= 1999:
        raise ValueError(f"{number} is not between 1 and 1999")
    pairs = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    long = "".join("零" if d == "0" else "零一二三四五六七八九"[int(d)] + unit for d, unit in pairs)
    short = re.sub("零+", "零", long).strip("零")
    return short[1:] if short.startswith("一十") else short


def place(article: str, language: Language, *, clause: bool = False) -> str:
    """An article in words, or a clause of a standard. Raises ValueError where it is malformed.

    >>> place("253之1.2", "zh"), place("13.1(2)", "en"), place("A", "en", clause=True)
    ('第二百五十三条之一第二款', 'art. 13 para. 1 item (2)', 'Annex A')
    """
    zh, match = language == "zh", (_CLAUSE if clause else _ARTICLE).fullmatch(article)
    if not match:
        raise ValueError(f"law: malformed article {article!r}")
    if clause:
        annex = ("附录 {}", "Annex {}") if article[0].isalpha() else ("第 {} 条", "cl. {}")
        return annex[not zh].format(article)
    forms = "第{}条|之{}|第{}款|第（{}）项" if zh else "art. {}|-{}| para. {}| item ({})"
    parts = zip(forms.split("|"), match.groups(), strict=True)
    return "".join(form.format(numeral(int(n)) if zh else n) for form, n in parts if n)


def citations(refs: Iterable[str], language: Language) -> str:
    """The citations on one line; a run of articles names its statute once. Says so where there are none.

    >>> citations(["PIPL 6", "PIPL 51(3)"], "zh"), citations(["CSL 43"], "en")
    ('《个人信息保护法》第六条、第五十一条第（三）项', 'Cybersecurity Law (as amended 2025) art. 43 (formerly 41)')
    """
    inner, outer = ("、", "，") if language == "zh" else (",", "; ")
    runs = groupby((law_table().provisions[ref] for ref in refs), key=lambda found: found.statute)
    line = outer.join(s.title(language) + inner.join(p.place(language) for p in run) for s, run in runs)
    return line or ("未找到相应条文" if language == "zh" else "no provision was found")


def parse(data: Mapping[str, Any]) -> Law:
    """Read the parsed TOML. Raises ValueError that names the entry and what is wrong with it."""
    sources = {key: _text(node, key) for key, node in _entries(data, "source")}
    statutes, provisions, rows = dict[str, Statute](), dict[str, Provision](), dict[str, Row]()
    for key, node in _entries(data, "statute"):
        edition = _text(node, key, "edition_") if {"edition_zh", "edition_en"} & set(node) else Text("", "")
        statutes[key] = Statute(key, _text(node, key), edition, str(node.get("level")), _text(node, key, "note_"))
    for ref, node in _entries(data, "provision", "ref"):
        name, _, article = (ref, "", "") if ref in statutes else ref.rpartition(" ")
        statute, certainty = _known(ref, statutes, name), _known(ref, CERTAINTIES, node.get("certainty"))
        old, text = node.get("old", ""), _text(node, ref)
        provisions[ref] = Provision(ref, statutes[statute], article, old, text, certainty)
        provisions[ref].place("zh")  # a malformed article fails here
    for key, node in _entries(data, "row"):
        lists = {"verdict": VERDICTS, "cited": provisions, "better": provisions, "sources": sources}
        words = "claim", "provides", "teach", *({"certainty_note"} & set(node))
        fields: dict[str, Any] = {n: _text(node.get(n, {}), f"{key}.{n}") for n in words}
        for name, allowed in lists.items():
            fields[name] = tuple(_known(f"{key}.{name}", allowed, value) for value in node.get(name, [None]))
        for name, allowed in (("kind", KINDS), ("certainty", CERTAINTIES)):
            fields[name] = _known(key, allowed, node.get(name))
        rows[key] = Row(id=key, checked=node.get("checked", data["checked"]), **fields)
        _known(f"{key}.verdict", VERDICTS, next(iter(rows[key].verdict), None))
    return Law(data["checked"], _text(data.get("notice", {}), "notice"), sources, statutes, provisions, rows)


@cache
def law_table() -> Law:
    """The law table of the kit."""
    return parse(tomllib.loads((files("chatkit") / "law.toml").read_text("utf-8")))


def _text(node: Mapping[str, Any], where: str, prefix: str = "") -> Text:
    zh, en = str(node.get(f"{prefix}zh", "")).strip(), str(node.get(f"{prefix}en", "")).strip()
    if not (zh and en):
        raise ValueError(f"law: {where} lacks a language")
    return Text(zh, en)


def _entries(data: Mapping[str, Any], table: str, key: str = "id") -> list[tuple[str, Mapping[str, Any]]]:
    names = [str(node.get(key)) for node in data[table]]
    if twice := {name for name in names if names.count(name) > 1 or name == "None"}:
        raise ValueError(f"law: {table} {sorted(twice)} stands there twice or has no {key}")
    return list(zip(names, data[table], strict=True))


def _known(where: str, allowed: Collection[str], value: Any) -> str:
    if value not in allowed:
        raise ValueError(f"law: {where} names {value!r}, which is unknown")
    return str(value)
