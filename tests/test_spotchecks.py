"""Spot checks: a draw that can be repeated, a judgement that is logged, an interval that can be recounted."""

from __future__ import annotations

import re
from dataclasses import replace
from math import comb

import pytest
from conftest import Desk, refused_rules

import chatkit as ck
from chatkit.spotchecks import bounds


def test_the_same_seed_draws_the_same_rows_and_another_draws_others(desk: Desk) -> None:
    masked = desk.masked()
    one, again, other = ck.spot_check(masked, 3), ck.spot_check(masked, 3), ck.spot_check(masked, 3, seed=2)
    assert list(one.frame.index) == list(again.frame.index)
    assert list(one.frame.index) != list(other.frame.index)
    assert one.frame.equals(masked.frame.loc[one.frame.index])
    assert len(one.frame) == 3


def test_no_more_rows_are_drawn_than_there_are(desk: Desk) -> None:
    check = ck.spot_check(desk.masked())
    assert (len(check.frame), check.population) == (6, 6)


def test_before_judging_there_is_no_interval(desk: Desk) -> None:
    check = ck.spot_check(desk.masked(), 3)
    with pytest.raises(ValueError, match="Not judged yet"):
        _ = check.interval
    assert check.record() == {}
    assert str(check).startswith("随机抽出 3 行（共 6 行，种子 0）")


def test_when_every_row_was_judged_the_interval_is_one_point(desk: Desk) -> None:
    judged = ck.spot_check(desk.masked()).judge([4], by=desk.security)
    assert judged.interval == (pytest.approx(1 / 6), pytest.approx(1 / 6))


def test_a_judgement_says_who_how_many_and_what_it_does_not_cover(desk: Desk) -> None:
    check = ck.spot_check(desk.masked(), 3)
    judged = check.judge([check.frame.index[0]] * 2, by=desk.security)
    assert (judged.leaks, judged.judged_by) == (1, "gao.fei")
    assert judged.record() == {
        **{"masked": check.masked, "rows": 6, "n": 3, "leaks": 1},
        **{"low": "16.667%", "high": "66.667%", "seed": 0, "judged_by": "gao.fei"},
    }
    assert judged.text.zh.startswith("gao.fei 看了随机抽出的 3 行（共 6 行），判定其中 1 行还看得出个人信息")
    assert (
        "看漏的、几行合起来才认得出的，都没有算进去" in judged.text.zh and "nor does it tell of any" in judged.text.en
    )


def test_a_judgement_explains_its_interval_in_plain_words_before_the_learned_ones(desk: Desk) -> None:
    check = ck.spot_check(desk.masked(), 3)
    told = check.judge([check.frame.index[0]], by=desk.security).text
    plain, learned = told.zh.split("（95% 区间")
    assert "整份导出里这样的行占 16.667% 到 66.667%：同样的抽查做 100 次，大约有 95 次或更多" in plain
    assert not re.search("区间|Clopper|分布|种子", plain) and "超几何分布，Clopper–Pearson；种子 0" in learned
    plain, learned = told.en.split(" (95 % interval")
    assert "about 95 or more of the ranges" in plain and not re.search("interval|Clopper|seed", plain)


def test_a_row_that_was_not_drawn_cannot_be_judged(desk: Desk) -> None:
    with pytest.raises(ValueError, match="not drawn"):
        ck.spot_check(desk.masked(), 3).judge([99], by=desk.security)
    assert desk.casebook.store.records("spot_check") == []


def test_a_judgement_is_logged_once_and_holds_no_row(desk: Desk) -> None:
    check = ck.spot_check(desk.masked(), 6)
    assert check.judge([0], by=desk.security) == check.judge([0], by=desk.security)
    (record,) = desk.casebook.store.records("spot_check")
    assert record.body["person"] == "gao.fei"
    assert "发票" not in str(record.body)
    assert "spot check judged" in desk.casebook.log()["event"].iloc[-1]
    assert desk.casebook.verify() == []


def test_judging_again_with_another_result_leaves_both_in_the_log(desk: Desk) -> None:
    check = ck.spot_check(desk.masked(), 6)
    check.judge([0], by=desk.security)
    check.judge([], by=desk.security)
    assert [r.body["check"]["leaks"] for r in desk.casebook.store.records("spot_check")] == [1, 0]


def test_somebody_who_is_not_of_this_casebook_cannot_judge(desk: Desk) -> None:
    with pytest.raises(ck.Refused, match=r"person\.elsewhere"):
        ck.spot_check(desk.masked(), 3).judge([], by="gao.fei")  # type: ignore[arg-type]
    assert refused_rules(desk.casebook) == ["person.elsewhere"]


def test_the_drawn_rows_are_shown_whole_with_their_numbers_and_escaped(desk: Desk) -> None:
    masked = desk.masked()
    frame = masked.frame.assign(text="<script>" + "长" * 200)
    shown = ck.spot_check(replace(masked, frame=frame), 2)._repr_html_()
    assert "<script>" not in shown
    assert "长" * 200 in shown
    assert "消息内容" in shown
    assert "长" not in repr(ck.spot_check(replace(masked, frame=frame), 2))


def test_only_masked_rows_are_drawn_and_at_least_one(desk: Desk) -> None:
    with pytest.raises(ck.Refused, match=r"mask\.required"):
        ck.spot_check(desk.extract())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one"):
        ck.spot_check(desk.masked(), 0)


def test_an_empty_export_can_be_checked(desk: Desk) -> None:
    masked = desk.masked()
    judged = ck.spot_check(replace(masked, frame=masked.frame.iloc[:0])).judge([], by=desk.security)
    assert judged.interval == (0.0, 0.0)


# ----------------------------------------------------------------------------------------------------- the interval
@pytest.mark.parametrize(
    ("leaks", "drawn", "population", "least", "most"),
    [
        (0, 100, 10_000_000, 0, 362_165),  # Clopper-Pearson for 0 of 100: 0 to 3.6217 %
        (5, 100, 10_000_000, 164_320, 1_128_348),  # 1.6432 % to 11.2835 %
        (0, 1, 1, 0, 0),
        (1, 1, 1, 1, 1),
        (0, 0, 0, 0, 0),
    ],
)
def test_a_large_population_gives_the_interval_of_clopper_and_pearson(
    leaks: int, drawn: int, population: int, least: int, most: int
) -> None:
    assert bounds(leaks, drawn, population) == (pytest.approx(least, abs=20), pytest.approx(most, abs=20))


@pytest.mark.parametrize(("drawn", "population"), [(1, 9), (4, 20), (10, 25), (24, 25), (25, 25)])
def test_the_interval_covers_every_number_of_leaks_in_at_least_95_of_100_draws(drawn: int, population: int) -> None:
    for leaking in range(population + 1):
        covered = 0.0
        for leaks in range(max(0, drawn - population + leaking), min(drawn, leaking) + 1):
            least, most = bounds(leaks, drawn, population)
            chance = comb(leaking, leaks) * comb(population - leaking, drawn - leaks) / comb(population, drawn)
            covered += chance * (least <= leaking <= most)
        assert covered >= 0.95 - 1e-12, leaking
