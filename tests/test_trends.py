"""Trends: from a permit to figures and a report: planted stories are found, small groups and names never come out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Desk, chats_of, complaint
from pypdf import PdfReader
from trending import COLUMNS, masked_world, quiet

import chatkit as ck
import synthetic_data
from chatkit.aggregates import ALL, OTHERS
from chatkit.cases import gather
from chatkit.changes import Change, words
from chatkit.plots import lines, plots
from chatkit.trends import findings

SEED = 2


@pytest.fixture(scope="module")
def masked() -> Iterator[ck.Masked]:
    """A world with every story, masked."""
    with masked_world(SEED, synthetic_data.STORIES) as made:
        yield made


@pytest.fixture(scope="module")
def trends(masked: ck.Masked) -> ck.Trends:
    return ck.aggregate(masked)


def found(trends: ck.Trends, measure: str) -> dict[tuple[str, ...], tuple[date, date]]:
    return {c.value: (c.since, c.until) for c in trends.changes if c.measure == measure}


# ----------------------------------------------------------------------------------------------------- what is found
def test_the_planted_stories_of_one_world_are_found_in_their_days(trends: ck.Trends) -> None:
    plans = next(synthetic_data.generate(1, SEED, stories=synthetic_data.STORIES))["stories"].set_index("story")
    shares, firsts, said = (found(trends, m) for m in ("share", "first", "word"))
    batch, late = plans.loc["faulty_batch"], plans.loc["late_team"]
    planted = {
        "faulty_batch": shares[batch["product"], batch["region"]],
        "courier_breakdown": shares[("delivery",)],
        "refund_rule": shares[("refund",)],
        "late_team": firsts[(late["team"],)],
    }
    for story, (since, until) in planted.items():
        assert abs((since - plans.loc[story, "since"]).days) <= 14, story
        assert abs((until - min(plans.loc[story, "until"], trends.until)).days) <= 14, story
    for story in ("faulty_batch", "courier_breakdown", "refund_rule"):
        assert {(word,) for word in plans.loc[story, "words"].split()} & set(said), story


def test_a_quiet_world_is_quiet() -> None:
    assert quiet(1003)[1] == []


def test_sizes_have_their_intervals_around_them(trends: ck.Trends) -> None:
    sized = [c for c in trends.changes if c.size is not None]
    assert len(sized) >= 4
    for change in sized:
        assert change.low is not None and change.size is not None
        assert 1 < change.low < change.size < (change.high or np.inf)
        assert change.p <= change.limit == trends.alpha / 6


def test_the_same_rows_give_the_same_trends(masked: ck.Masked, trends: ck.Trends) -> None:
    assert ck.aggregate(masked).id == trends.id


def test_without_text_and_customers_there_are_no_words_and_no_repeats() -> None:
    with masked_world(3, (), [c for c in COLUMNS if c not in ("text", "customer_id", "region")]) as few:
        made = ck.aggregate(few)
    assert list(made.tables) == ["", "category", "product", "channel", "team"]
    assert not made.people
    assert all(table.again.isna().all() for table in made.tables.values())


def test_somebodys_second_contact_is_no_new_case_and_counts_as_again() -> None:
    rows = [
        (f"m{n}", f"c{n}", customer, f"2023-09-{day:02d} 10:00:00", "customer", "退款")
        for n, (customer, day) in enumerate([("A", 1), ("A", 3), ("A", 20), ("B", 20)])
    ]
    frame = chats_of(rows).frame
    frame["region"] = "杭州"

    class Stand:
        permit = type("P", (), {"request": complaint(since="2023-09-01", until="2023-09-28")})()

    stand = Stand()
    stand.frame = frame  # type: ignore[attr-defined]
    cases = gather(stand, 1)  # type: ignore[arg-type]
    assert cases.frame["again"].tolist() == [0, 1, 0, 0]
    assert cases.fresh["period"].tolist() == [0, 2, 2]


def test_messages_without_hours_and_without_known_speakers_have_counts_and_no_times(desk: Desk, tmp_path: Path) -> None:
    lines = [
        "dialogue_id,turn,text",
        *(f"c{n},{turn},{text}" for n in range(12) for turn, text in enumerate("请问 在吗".split())),
    ]
    (tmp_path / "typed.csv").write_text("\n".join(lines), encoding="utf-8")
    chats = ck.read_chats(tmp_path / "typed.csv", dated="2023-09-04")
    columns = ("conversation_id", "sent_at", "role")
    asked = complaint(purpose="decision_support", customers=["*"], columns=columns)
    made = ck.aggregate(ck.mask(ck.search(chats, desk.grant(asked))))
    table = made.tables[""]
    assert table.counts.loc[ALL].tolist()[-1] == 12
    assert table.first.isna().all(axis=None) and table.length.isna().all(axis=None)
    assert [plot.title.zh for plot in plots(made)] == ["合计：会话数"]


def test_less_than_two_weeks_are_said_to_be_untested(desk: Desk, tmp_path: Path) -> None:
    rows = [(f"m{n}", f"c{n}", f"A{n}", f"2023-09-04 10:{n:02d}:00", "customer", "退款") for n in range(12)]
    columns = ("conversation_id", "sent_at", "role")
    asked = complaint(purpose="decision_support", customers=["*"], columns=columns, until="2023-09-10")
    made = ck.aggregate(ck.mask(ck.search(chats_of(rows), desk.grant(asked))))
    assert made.changes == () and not made.tested
    assert "不足两周" in str(made) and "误报" not in str(made)
    page = ck.write_report(made, tmp_path / "week").html.read_text("utf-8")
    assert "不足两周" in page and "偶然" not in page


def test_what_rose_everywhere_is_told_once_and_what_stands_out_in_it_first(trends: ck.Trends) -> None:
    def rose(dimension: tuple[str, ...], value: tuple[str, ...], size: float | None, low: float, high: float) -> Change:
        days = (date(2023, 9, 4), date(2023, 9, 17))
        return Change("share", dimension, value, *days, 0.001, 0.01, size, low, high)

    pair = ("category", "region")
    made = replace(
        trends,
        changes=(
            rose(("category",), ("delivery",), 5.0, 4.0, 6.0),
            rose(pair, ("delivery", "杭州"), 4.5, 3.0, 7.0),
            rose(pair, ("delivery", "沈阳"), 5.5, 3.5, 8.0),
            rose(pair, ("delivery", "成都"), 20.0, 12.0, 30.0),
            rose(pair, ("refund", "杭州"), 4.5, 3.0, 7.0),
        ),
    )
    told = [text.zh for text in findings(made)]
    assert ["成都" in told[0], "2 个细分" in told[1], "退款" in told[2], len(told)] == [True, True, True, 3]


def test_no_more_is_told_than_a_person_reads(trends: ck.Trends) -> None:
    one = next(c for c in trends.changes if c.measure == "share")
    many = replace(trends, changes=tuple(replace(one, value=(f"v{n}",), dimension=("team",)) for n in range(40)))
    told = findings(many)
    assert len(told) == 13 and told[-1].zh.startswith("另有 28 处")


# --------------------------------------------------------------------------------------------------- what stays inside
def test_no_count_below_k_is_shown(masked: ck.Masked, trends: ck.Trends) -> None:
    for table in trends.tables.values():
        shown = table.counts.to_numpy(na_value=0)
        assert not ((shown > 0) & (shown < trends.k)).any()
        for change in trends.changes:
            assert change.extra is None or min(change.extra) >= 0


def test_rows_others_and_all_add_up(trends: ck.Trends) -> None:
    for name, table in trends.tables.items():
        parts = table.counts.drop(index=ALL)["total"]
        assert name == "" or parts.sum() == table.counts.loc[ALL, "total"]
        if OTHERS in table.counts.index:
            assert parts[OTHERS] >= trends.k


def test_names_and_rare_words_are_no_keywords() -> None:
    texts = ["王小明说快递爆仓了"] * 12 + ["独此一家"] * 3
    assert words(texts, 5)[0] == ["快递", "爆仓"]
    assert words(["退款退款"] * 10, 5) == (["退款"], [0] * 10, list(range(10)))


def test_a_name_that_masking_missed_stops_the_report(trends: ck.Trends, tmp_path: Path) -> None:
    change = replace(next(c for c in trends.changes if c.measure == "word"), value=("王晓梅",))
    with pytest.raises(ck.Refused, match=r"mask\.residual"):
        ck.write_report(replace(trends, changes=(change,), names=frozenset(["王晓梅"])), tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


def test_trends_are_logged_without_a_figure(masked: ck.Masked, trends: ck.Trends) -> None:
    record = trends.casebook.store.records("trends")[-1]
    assert set(record.body) == {"permit", "dimensions", "alpha"}
    assert trends.casebook.verify() == []


def test_an_ended_permit_makes_no_trends(desk: Desk) -> None:
    columns = ("conversation_id", "sent_at", "role")
    masked = desk.masked(desk.grant(complaint(purpose="decision_support", customers=["*"], columns=columns)))
    desk.reopen("2024-01-20T10:00")
    late = replace(masked, permit=replace(masked.permit, casebook=desk.casebook))
    with pytest.raises(ck.Refused, match=r"permit\.expired"):
        ck.aggregate(late)


# ---------------------------------------------------------------------------------------------- pictures and reports
def test_every_plot_has_words_and_numbers_and_no_missing_sign(trends: ck.Trends) -> None:
    made = list(plots(trends))
    assert len(made) >= 8
    for plot in made:
        assert plot.svg.startswith("<?xml") and "<text" not in plot.svg  # letters are shapes
        assert plot.title.zh in plot.alt and len(plot.words.zh) > 10
        shown = plot._repr_html_()
        assert 'alt="' + plot.title.zh in shown and "<table" in shown
        assert len(plot.table) > 0


def test_the_numbers_tell_how_many_wrote_again(trends: ck.Trends) -> None:
    told = lines(trends, "channel").table
    assert told.columns[-1] == "七天再来 · again within 7 days"
    assert re.fullmatch(r"\d{1,2}%", told.iloc[-1, -1])


def test_a_withheld_cell_is_a_dash_in_the_table_beside(trends: ck.Trends) -> None:
    table = trends.tables["channel"]
    holed = replace(table, counts=table.counts.copy())
    holed.counts.iloc[0, 0] = pd.NA
    plot = lines(replace(trends, tables={**trends.tables, "channel": holed}), "channel")
    assert plot.table.iloc[0, 1] == "—"
    assert " — " in plot.words.zh


def test_the_menus_reach_what_is_told_and_nothing_else(trends: ck.Trends) -> None:
    box = ck.explore(trends)
    dimension, measure, value = box.children[0].children
    picture = box.children[1]
    assert "会话数" in picture.value
    dimension.value = "team"
    measure.value = "first"
    value.value = (OTHERS,)
    assert "其他（合并）" in picture.value and "首次应答时间" in picture.value
    assert {v for _, v in value.options} <= set(trends.tables["team"].counts.index)


def test_one_call_writes_the_page_and_the_pdf(trends: ck.Trends, tmp_path: Path) -> None:
    report = ck.write_report(trends, tmp_path / "out" / "report")
    page = report.html.read_text("utf-8")
    assert page.startswith("<!doctype html>") and '<html lang="zh-CN">' in page
    assert page.count("<img alt=") == len(report.plots) == page.count("<table")
    assert not re.search(r'(?:src|href)="(?!data:)', page)  # nothing is fetched
    for text in findings(trends):
        assert text.zh in page
    pdf = "".join(p.extract_text() for p in PdfReader(report.pdf).pages)
    assert "客服会话趋势报告" in pdf and "虚构数据" in pdf and "首次应答时间" in pdf
    assert ck.write_report(trends, tmp_path / "out" / "report").id == report.id
    logged = trends.casebook.store.records("trend_report")
    assert logged[-1].body["html"] == ck.fingerprint(report.html)
    assert json.dumps(logged[-1].body)


def test_somebody_elses_file_is_not_overwritten(trends: ck.Trends, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("mine")
    with pytest.raises(ck.BadInput):
        ck.write_report(trends, tmp_path / "report")
    assert [f.name for f in tmp_path.iterdir()] == ["report.html"]


def test_nothing_personal_of_the_rows_is_in_the_report(masked: ck.Masked, trends: ck.Trends, tmp_path: Path) -> None:
    page = ck.write_report(trends, tmp_path / "report").html.read_text("utf-8")
    page = re.sub(r"data:image/svg\+xml;base64,[^\"]*", "", page)
    for column in ("customer_id", "conversation_id"):
        assert not [v for v in masked.frame[column].unique() if v in page]
    assert not [name for name in masked.names if len(name) > 2 and name in page]
