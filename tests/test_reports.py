"""Reports: figures with intervals, nothing about single items in a tiny class, a page that reads without a network."""

from __future__ import annotations

import csv
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from chatkit.classroom.hall.classes import TrainingClass
from chatkit.classroom.hall.collecting import collect
from chatkit.classroom.hall.rehearsals import rehearse
from chatkit.classroom.lessons.items import items, paper
from chatkit.classroom.results import outcomes, pages
from chatkit.classroom.results.measures import correlation, gain, share

BEFORE, AFTER = ([item.id for item in paper(stage, 3)] for stage in ("before", "after"))


def table(rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """Results from (trainee, kind, what, stage, credit)."""
    told = [(t, f"学员{t}", kind, what, stage, credit, "", "") for t, kind, what, stage, credit in rows]
    return pd.DataFrame(told, columns=list(outcomes.COLUMNS))


def marked(credits: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Results of two tests, right answers as a string of 1 and 0 for each person."""
    rows = []
    for trainee, given in credits.items():
        for stage, ids, marks in zip(("before", "after"), (BEFORE, AFTER), given, strict=True):
            rows += [(trainee, "answer", id, stage, float(mark)) for id, mark in zip(ids, marks, strict=False)]
    return table(rows)


SIX = {
    **{"t01": ("111111111100", "111111111111"), "t02": ("111100000000", "111111110000")},
    **{"t03": ("111111110000", "111111111100"), "t04": ("100000000000", "111110000000")},
    **{"t05": ("111111000000", "111111110000"), "t06": ("000000000001", "111111111100")},
}


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(0, 12, 0.0, 0.2425), (9, 12, 0.4677, 0.9111), (12, 12, 0.7575, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_a_share_has_wilsons_interval(right: int, n: int, low: float, high: float) -> None:
    told = share(right, n)
    assert told and (round(told.low, 4), round(told.high, 4)) == (low, high)


def test_a_correlation_has_fishers_interval_and_none_where_nothing_can_be_told() -> None:
    told = correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    assert told and round(told.value, 3) == 0.8
    half = 1.959964 / math.sqrt(2)
    assert (round(told.low, 6), round(told.high, 6)) == (
        round(math.tanh(math.atanh(0.8) - half), 6),
        round(math.tanh(math.atanh(0.8) + half), 6),
    )
    assert correlation([1, 2, 3, 4], [1, 2, 3, 4]) is None
    assert correlation([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]) is None


def test_the_gain_is_that_of_the_means_and_not_the_mean_of_ratios() -> None:
    made = gain([0.5, 0.9], [0.75, 0.8])
    assert made and made.closed
    assert round(made.closed.value, 4) == 0.25  # the group lacked 0.3 on average and lacks 0.225; ratios: 0.5 and -1.0
    assert round(made.difference.value, 4) == 0.075
    assert round(made.difference.high - made.difference.value, 3) == round(12.7062 * 0.247487 / math.sqrt(2), 3)
    assert gain([0.5], [0.9]) is None


def test_a_class_with_full_marks_before_has_no_ratio() -> None:
    made = gain([1.0, 1.0], [1.0, 0.9])
    assert made and made.closed is None and made.difference.value < 0


def test_scores_count_what_is_wholly_right() -> None:
    told = outcomes.scores(marked(SIX)).set_index("trainee")
    assert told.loc["t02", ["before_right", "before_items", "after_right"]].tolist() == [4, 12, 8]
    assert round(told.loc["t02", "before_low"], 4) == 0.1381


def test_items_are_told_by_difficulty_and_by_their_correlation_with_the_others() -> None:
    figures = {(f.id, f.stage): f for f in outcomes.item_figures(marked(SIX))}
    first, last = figures[BEFORE[0], "before"], figures[BEFORE[11], "before"]
    assert (first.people, round(first.right.value, 3)) == (6, 0.833)
    assert first.discrimination and round(first.discrimination.value, 3) == 0.445
    assert last.discrimination and last.discrimination.value < 0  # only the weakest had it right
    assert figures[AFTER[0], "after"].discrimination is None  # everybody had it right
    ordered = [f.right.value for f in outcomes.item_figures(marked(SIX))]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(("people", "told"), [(4, False), (5, True)])
def test_fewer_than_five_people_have_no_statistics_of_items(people: int, told: bool) -> None:
    results = marked(dict(list(SIX.items())[:people]))
    assert bool(outcomes.item_figures(results)) is told
    assert (outcomes.difficulty(results, "before") is not None) is told
    page = pages.report_page(results, "班")
    assert ("不足 5 人" in page) is not told


def test_what_went_wrong_first_counts_people_once() -> None:
    results = table(
        [
            ("t01", "answer", BEFORE[0], "before", 0.0),
            ("t01", "answer", BEFORE[0], "day1", 0.0),
            ("t02", "answer", BEFORE[0], "before", 0.5),
            ("t02", "answer", BEFORE[1], "before", 0.0),
            ("t01", "refusal", "request.reason", "", 0.0),
            ("t01", "refusal", "request.reason", "", 0.0),
            ("t02", "refusal", "mask.required", "", 0.0),
        ]
    )
    assert outcomes.wrong_first(results) == {BEFORE[0]: 2, BEFORE[1]: 1}
    assert outcomes.refused_most(results) == {"request.reason": 1, "mask.required": 1}
    told = outcomes.debrief(results)
    assert told.iloc[0].tolist()[1:3] == [BEFORE[0], 2] and len(told) == 4


class Reader(HTMLParser):
    """What a page holds: tags, alternative texts, table heads, addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.alts, self.addresses = list[str](), list[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        self.tags.append(tag)
        self.addresses += [str(told[name]) for name in ("src", "href") if name in told]
        self.alts += [str(told.get("alt", ""))] if tag == "img" else []


def test_the_page_has_a_table_and_words_beside_every_picture_and_asks_nothing_of_the_network() -> None:
    page = pages.report_page(marked(SIX), "班 <script>alert(1)</script>")
    read = Reader(page)
    assert "script" not in read.tags and '<html lang="zh-CN">' in page
    assert read.tags.count("img") == 3 and read.tags.count("figcaption") == 3
    assert all(len(alt) > 40 and "%" in alt for alt in read.alts)
    assert all(address.startswith("data:image/png;base64,") for address in read.addresses)
    assert not re.search(r"https?://", re.sub(r"base64,[^\"]*", "", page))
    assert read.tags.count("table") == read.tags.count("caption") >= 6


def test_no_share_stands_without_its_interval() -> None:
    cells = re.findall(r"<td>([^<]*)</td>", pages.report_page(marked(SIX), "班"))
    shares = [cell for cell in cells if re.match(r"\d+(/\d+|%)", cell)]
    assert len(shares) == 12 + 24 + 12 + 24
    assert [cell for cell in shares if not re.search(r"\[\d+%, \d+%\]$", cell)] == []


def test_tables_are_written_as_csv_and_xapi(tmp_path: Path) -> None:
    results = marked(SIX)
    results.loc[results["trainee"] == "t01", "name"] = "=HYPERLINK(1)"
    made = outcomes.write_tables(results, tmp_path, class_id="C-TEST")
    with open(made["scores.csv"], encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["trainee"] for row in rows] == sorted(SIX)
    assert rows[0]["name"] == "'=HYPERLINK(1)"  # no spreadsheet runs it
    lines = [json.loads(line) for line in made["statements.jsonl"].read_text("utf-8").splitlines()]
    assert len(lines) == 6 * 24 and len({line["id"] for line in lines}) == 6 * 24
    for line in lines:
        assert set(line) == {"id", "actor", "verb", "object", "result", "context"}
        assert -1 <= line["result"]["score"]["scaled"] <= 1
        assert line["verb"]["id"].startswith("http") and line["object"]["id"].startswith("http")
    assert "学员" not in json.dumps([line["actor"] for line in lines], ensure_ascii=False)


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> TrainingClass:
    return rehearse(tmp_path_factory.mktemp("rehearsal") / "class", people=6, seed=7)


def test_a_rehearsal_is_a_real_casebook_of_made_up_people(rehearsed: TrainingClass) -> None:
    casebook = rehearsed.casebook()
    events = {record.event for record in casebook.store.records()}
    assert casebook.verify() == []
    casebook.close()
    assert {"seat", "answer", "apply", "approve", "permit", "search", "mask", "export", "refused"} <= events


def test_a_rehearsal_is_the_same_for_the_same_seed(rehearsed: TrainingClass, tmp_path: Path) -> None:
    again = rehearse(tmp_path / "again", people=6, seed=7)
    pd.testing.assert_frame_equal(collect(rehearsed), collect(again))


def test_a_rehearsed_class_is_collected_scored_and_reported(rehearsed: TrainingClass) -> None:
    results = collect(rehearsed)
    kinds = results["kind"].value_counts()
    assert kinds["answer"] == 6 * 24 and kinds["drill"] == 6 and kinds["part"] == 36
    assert set(results.loc[results["kind"] == "answer", "what"]) <= {item.id for item in items()}
    told = outcomes.group_gain(results)
    assert told and told.people == 6 and told.difference.value > 0
    assert 0 < results.loc[results["kind"] == "drill", "credit"].mean() < 1
    assert "没有计分的" in pages.report_page(results, "预演")
