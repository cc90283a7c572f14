"""The law table: complete, two-language, parseable, with the Cybersecurity Law numbers in force."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from chatkit.law import CERTAINTIES, Language, citations, law_table, numeral, parse, place
from chatkit.sentences import Text

HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r"\([^()]*\)|'[^']*'|“[^”]*”|《[^》]*》")
DATA: dict[str, Any] = tomllib.loads((files("chatkit") / "law.toml").read_text("utf-8"))


def cite(ref: str, language: Language) -> str:
    """The citation of one provision."""
    return citations([ref], language)


ROWS = [f"L{n:02}" for n in range(1, 55)]
CSL_BEFORE_2026 = {  # in force: former
    *((23, 21), (24, 22), (25, 23), (27, 25), (39, 37), (40, 38), (41, 39), (42, 40), (43, 41), (44, 42)),
    *((45, 43), (46, 44), (61, 59), (71, 64), (72, 71)),
}


def texts() -> list[tuple[str, Text]]:
    """Every two-language text of the table, with its place."""
    table = law_table()
    found = [("notice", table.notice), *table.sources.items()]
    for statute in table.statutes.values():
        found += [(statute.id, statute.name), (f"{statute.id} note", statute.note)]
    found += [(provision.ref, provision.text) for provision in table.provisions.values()]
    for row in table.rows.values():
        found += [(f"{row.id} {n}", getattr(row, n)) for n in ("claim", "provides", "teach")]
        found += [(f"{row.id} note", row.certainty_note)] if row.certainty_note else []
    return found


def test_every_claim_is_checked_once_and_in_order() -> None:
    assert list(law_table().rows) == ROWS


def test_the_table_was_checked_on_the_day_it_says() -> None:
    assert law_table().checked == date(2026, 11, 23)
    assert {row.checked for row in law_table().rows.values()} == {date(2026, 11, 23)}


def test_chinese_texts_are_chinese_and_end_as_sentences_where_they_are_sentences() -> None:
    assert [where for where, text in texts() if not HAN.search(text.zh)] == []
    names, rows = ("claim", "provides", "teach"), law_table().rows.values()
    wanted = [(f"{r.id} {n}", getattr(r, n).zh) for r in rows for n in names]
    assert [where for where, zh in wanted if zh[-1] not in "。？！"] == []


def test_english_texts_are_english() -> None:
    assert [where for where, text in texts() if HAN.search(QUOTED.sub("", text.en))] == []


def test_citations_in_english_carry_no_chinese() -> None:
    assert [ref for ref in law_table().provisions if HAN.search(re.sub(r"\([^()]*\)", "", cite(ref, "en")))] == []


def test_every_instrument_has_a_provision_and_every_provision_a_place() -> None:
    assert set(law_table().statutes) == {provision.statute.id for provision in law_table().provisions.values()}
    whole = {ref for ref, provision in law_table().provisions.items() if not provision.place("zh")}
    assert whole == {
        "PIPL",
        "CSL",
        "AUCL",
        "PLACP",
        "CAM",
        "SPI",
        "CDD",
        "N2023",
        "EDU",
        "APP",
        "GB/T 37964",
        "GB/T 42460",
    }


def test_the_table_names_no_file_outside_the_kit() -> None:
    raw = (files("chatkit") / "law.toml").read_text("utf-8")
    assert re.findall(r"law\.md|method\.md|\.\./", raw) == []


def test_a_row_is_no_more_certain_than_the_provisions_it_stands_on() -> None:
    rank = CERTAINTIES.index
    for row in law_table().rows.values():
        for ref in row.cited + row.better:
            assert rank(row.certainty) <= rank(law_table().provisions[ref].certainty), (row.id, ref)


def test_a_row_below_the_highest_certainty_says_why() -> None:
    assert [row.id for row in law_table().rows.values() if row.certainty != "H" and not row.certainty_note] == []


@pytest.mark.parametrize("ref", [ref for ref in law_table().provisions if ref.startswith("CSL ")])
def test_cybersecurity_law_provisions_use_the_numbers_in_force_and_carry_the_former_ones(ref: str) -> None:
    provision = law_table().provisions[ref]
    if ref == "CSL 42.2":  # added in 2025
        assert provision.old == "" and "新增" in provision.text.zh
        return
    now, before = (int(re.split(r"\D", number)[0]) for number in (provision.article, provision.old))
    assert (now, before) in CSL_BEFORE_2026
    assert re.sub(r"^\d+", "", provision.article) == re.sub(r"^\d+", "", provision.old)


def test_only_the_renumbered_law_has_former_numbers() -> None:
    assert {p.statute.id for p in law_table().provisions.values() if p.old} == {"CSL"}


@pytest.mark.parametrize(
    ("ref", "zh", "en"),
    [
        ("PIPL 6", "《个人信息保护法》第六条", "Personal Information Protection Law art. 6"),
        (
            "PIPL 51(3)",
            "《个人信息保护法》第五十一条第（三）项",
            "Personal Information Protection Law art. 51 item (3)",
        ),
        ("PIPL 14.2", "《个人信息保护法》第十四条第二款", "Personal Information Protection Law art. 14 para. 2"),
        (
            "PIPL 13.1(2)",
            "《个人信息保护法》第十三条第一款第（二）项",
            "Personal Information Protection Law art. 13 para. 1 item (2)",
        ),
        (
            "CSL 43",
            "《网络安全法》（2025 修正）第四十三条（原第四十一条）",
            "Cybersecurity Law (as amended 2025) art. 43 (formerly 41)",
        ),
        (
            "CSL 23(3)",
            "《网络安全法》（2025 修正）第二十三条第（三）项（原第二十一条第（三）项）",
            "Cybersecurity Law (as amended 2025) art. 23 item (3) (formerly 21 item (3))",
        ),
        ("CSL", "《网络安全法》（2025 修正）", "Cybersecurity Law (as amended 2025)"),
        ("CL 253之1", "《刑法》第二百五十三条之一", "Criminal Law art. 253-1"),
        ("CC 1034", "《民法典》第一千零三十四条", "Civil Code art. 1034"),
        (
            "AML 34.3",
            "《反洗钱法》（2024 修订）第三十四条第三款",
            "Anti-Money Laundering Law (as revised 2024) art. 34 para. 3",
        ),
        (
            "GB/T 35273 7.2",
            "GB/T 35273—2020《信息安全技术 个人信息安全规范》第 7.2 条",
            "GB/T 35273-2020 Information security technology - Personal information security specification cl. 7.2",
        ),
        (
            "GB/T 45574 A",
            "GB/T 45574—2025《数据安全技术 敏感个人信息处理安全要求》附录 A",
            "GB/T 45574-2025 Data security technology - Security requirements for processing of sensitive "
            "personal information Annex A",
        ),
    ],
)
def test_a_citation_reads_as_a_lawyer_writes_it(ref: str, zh: str, en: str) -> None:
    assert (cite(ref, "zh"), cite(ref, "en")) == (zh, en)


def test_a_citation_without_an_entry_is_an_error() -> None:
    with pytest.raises(KeyError):
        cite("PIPL 99", "zh")


@pytest.mark.parametrize(("number", "zh"), [(1, "一"), (19, "十九"), (99, "九十九"), (100, "一百")])
def test_numerals_are_written_as_in_statutes(number: int, zh: str) -> None:
    assert numeral(number) == zh


@pytest.mark.parametrize("number", [0, -1, 2000])
def test_a_numeral_out_of_range_is_an_error(number: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 1999"):
        numeral(number)


def test_all_numerals_differ() -> None:
    assert len({numeral(n) for n in range(1, 2000)}) == 1999


@pytest.mark.parametrize("article", ["", "0", "51()", "51(x)", "五十一", "51.", "51(3).1", " 51", "51（3）"])
def test_a_malformed_article_is_an_error(article: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        place(article, "zh")


@pytest.mark.parametrize(
    ("row", "cited", "right", "verdict"),
    [
        ("L01", "PIPL 23", "PIPL 51(4)", "wrong article"),
        ("L11", "CSL 41", "CSL 43", "wrong article"),
        ("L25", "CL 253", "CL 253之1", "wrong article"),
        ("L26", "PIPL 17", "PIPL 51(3)", "wrong article"),
        ("L27", "CSL", "PIPL 19", "unsupported"),
        ("L28", "CC 1034", "PIPL 15", "wrong article"),
    ],
)
def test_a_wrong_citation_is_told_with_the_right_one(row: str, cited: str, right: str, verdict: str) -> None:
    found = law_table().rows[row]
    assert found.cited == (cited,)
    assert right in found.better and cited not in found.better
    assert verdict in found.verdict


def test_no_ninety_day_limit_is_taught() -> None:
    row = law_table().rows["L27"]
    assert "没有 90 天的上限" in row.provides.zh and "no 90-day ceiling" in row.provides.en


def test_the_former_article_41_on_collection_is_43_now() -> None:
    assert law_table().provisions["CSL 43"].old == "41"
    assert "第四十三条（原第四十一条）" in law_table().rows["L11"].basis("zh")
    assert "critical information infrastructure" in law_table().provisions["CSL 41"].text.en


def test_detention_days_that_were_not_verified_are_not_given() -> None:
    found = law_table().provisions["PSAPL 56"]
    assert found.certainty == "M" and "not verified" in found.text.en
    assert not re.search(r"[0-9一二三四五六七八九十]+日", found.text.zh)


def test_periods_that_were_not_verified_are_marked() -> None:
    for ref in ("APP", "GB/T 35273 8.7"):
        assert law_table().provisions[ref].certainty == "L" and "not verified" in law_table().provisions[ref].text.en


@pytest.mark.parametrize(("language", "none"), [("zh", "未找到相应条文"), ("en", "no provision was found")])
def test_a_row_without_a_better_provision_says_so(language: Language, none: str) -> None:
    rows = [row for row in law_table().rows.values() if not row.better]
    assert {row.id for row in rows} == {"L07", "L09", "L18", "L45", "L48", "L53"}
    assert {row.basis(language) for row in rows} == {none}


def test_a_basis_is_one_line_that_names_each_statute_once_for_a_run() -> None:
    row = law_table().rows["L20"]
    assert row.basis("zh") == "《个人信息保护法》第十九条、第四十七条第一款第（一）项"
    assert row.basis("en") == "Personal Information Protection Law art. 19, art. 47 para. 1 item (1)"
    assert law_table().rows["L15"].basis("en").count("; ") == 1
    assert all("\n" not in r.basis("zh") + r.basis("en") for r in law_table().rows.values())


def _set(table: str, at: int, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def damage(data: dict[str, Any]) -> None:
        if value is None:
            del data[table][at][key]
        else:
            data[table][at][key] = value

    return damage


def _twice(table: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[table].append(copy.deepcopy(data[table][0]))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(_set("provision", 3, "ref", "XYZ 3"), "'XYZ', which is unknown", id="unknown statute"),
        pytest.param(_set("provision", 3, "ref", "PIPL 5x"), "malformed article '5x'", id="malformed ref"),
        pytest.param(_set("provision", 3, "ref", "PIPL "), "malformed article ''", id="empty article"),
        pytest.param(_set("provision", 3, "old", "第5条"), "malformed article", id="malformed former number"),
        pytest.param(_set("provision", 3, "en", None), "lacks a language", id="provision without English"),
        pytest.param(_set("provision", 3, "certainty", "sure"), "'sure', which is unknown", id="unknown certainty"),
        pytest.param(_set("row", 0, "better", ["PIPL 99"]), r"L01\.better names 'PIPL 99'", id="ref without entry"),
        pytest.param(_set("row", 0, "cited", ["PIPL 99"]), r"L01\.cited names 'PIPL 99'", id="cited without entry"),
        pytest.param(_set("row", 0, "claim", {"zh": "只有中文。"}), r"L01\.claim lacks", id="claim without English"),
        pytest.param(_set("row", 0, "teach", {"zh": " ", "en": "x"}), r"L01\.teach lacks", id="blank Chinese"),
        pytest.param(_set("row", 0, "provides", None), r"L01\.provides lacks", id="no account of the provision"),
        pytest.param(_set("row", 0, "certainty_note", {"en": "x"}), "certainty_note lacks", id="note without Chinese"),
        pytest.param(_set("row", 0, "verdict", ["right"]), "'right', which is unknown", id="unknown verdict"),
        pytest.param(_set("row", 0, "verdict", []), "None, which is unknown", id="no verdict"),
        pytest.param(_set("row", 0, "kind", "custom"), "'custom', which is unknown", id="unknown kind"),
        pytest.param(_set("row", 0, "kind", None), "None, which is unknown", id="no kind"),
        pytest.param(_set("row", 0, "certainty", "X"), "'X', which is unknown", id="unknown row certainty"),
        pytest.param(_set("row", 0, "sources", ["S99"]), "'S99', which is unknown", id="unknown source"),
        pytest.param(_set("statute", 1, "note_en", None), "lacks a language", id="statute note without English"),
        pytest.param(_set("statute", 2, "edition_en", None), "lacks a language", id="edition without English"),
        pytest.param(_twice("row"), "'L01'.*twice", id="row twice"),
        pytest.param(_twice("provision"), "twice", id="provision twice"),
        pytest.param(_twice("statute"), "twice", id="statute twice"),
        pytest.param(_set("row", 0, "id", None), "has no id", id="row without id"),
        pytest.param(lambda data: data.pop("notice"), "notice lacks a language", id="no notice"),
    ],
)
def test_a_damaged_table_does_not_load(damage: Callable[[dict[str, Any]], None], message: str) -> None:
    data = copy.deepcopy(DATA)
    damage(data)
    with pytest.raises(ValueError, match=message):
        parse(data)
