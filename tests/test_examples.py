"""Examples that a person labelled: covered or missed, the share, its interval."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from scoring import wilson

import chatkit as ck
from chatkit.errors import Told
from chatkit.examples import Examination

ROOT = Path(__file__).parent.parent
PHONE = "16400001234"


def table(examination: Examination) -> list[list[str]]:
    return [list(map(str, row)) for row in examination.frame.to_numpy()]


def test_each_line_tells_what_was_missed_and_what_was_found_beside() -> None:
    told = ck.examine({f"王小明，手机{PHONE}": "王小明", "找老瘸子，他也叫铁拐": ["老瘸子", "铁拐"], "订单号 88": []})
    assert table(told) == [
        [f"王小明，手机{PHONE}", "王小明", "", PHONE],
        ["找老瘸子，他也叫铁拐", "老瘸子、铁拐", "老瘸子、铁拐", ""],
        ["订单号 88", "", "", ""],
    ]
    assert (told.found, told.labelled) == (1, 3)


def test_a_value_is_found_only_where_it_is_covered_wholly_and_at_every_place() -> None:
    assert ck.examine({f"手机{PHONE}": f"手机{PHONE}"}).found == 0
    line = f"手机{PHONE}，订单号 X{PHONE}9"
    assert ck.examine({line: PHONE}).found == 0
    assert ck.examine({f"手机{PHONE}，还是{PHONE}": PHONE}).found == 1


def test_the_same_label_twice_counts_once() -> None:
    assert ck.examine({f"手机{PHONE}": [PHONE, PHONE]}).labelled == 1


def test_a_known_name_and_a_denied_word_raise_the_score() -> None:
    lines = {"小豆角签收就行": "小豆角", "就找老瘸子": "老瘸子"}
    policy = ck.parse_policy(
        ck.packaged().decode().replace("deny = { value = []", 'deny = { value = ["老瘸子"]').encode()
    )
    scores = [ck.examine(lines), ck.examine(lines, known_names=["小豆角"]), ck.examine(lines, policy=policy)]
    assert [score.found for score in scores] == [0, 1, 1]
    assert ck.examine(lines, known_names=["小豆角"], policy=policy).found == 2


@pytest.mark.parametrize("values", ["李雷", ["王小明", "李雷"], "", ["王小明", ""], "王 小明"])
def test_a_value_that_does_not_stand_in_its_line_is_an_error_that_names_the_row_alone(values: object) -> None:
    with pytest.raises(Told, match="第 1 行") as caught:
        ck.examine({"订单": [], "收件人王小明": values})  # type: ignore[dict-item]
    assert not re.search("李雷|王|小明", str(caught.value))


@pytest.mark.parametrize("hits, of", [(0, 4), (1, 4), (4, 4), (17, 20)])
def test_the_interval_is_wilsons(hits: int, of: int) -> None:
    examination = Examination(ck.examine({}).frame, hits, of)
    assert examination.interval == pytest.approx(tuple(map(float, wilson(hits, of))), abs=1e-6)


def test_of_nothing_labelled_nothing_is_known() -> None:
    assert ck.examine({}).interval == ck.examine({"订单": []}).interval == (0.0, 1.0)
    assert "0%" in str(ck.examine({}))


def test_it_shows_the_score_and_the_whole_line_and_no_markup_of_the_line() -> None:
    line = f"<b>打{PHONE}</b>" + "长" * 80
    shown = ck.examine({line: PHONE})._repr_html_()
    assert "100%" in shown and "Wilson" in shown and "长" * 80 in shown and "<b>" not in shown


def test_in_the_lesson_the_score_falls_with_the_failing_row_and_rises_when_mended() -> None:
    lesson = nbformat.read(ROOT / "notebooks" / "03_mask.ipynb", as_version=4)
    sources = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    first = next(n for n, source in enumerate(sources) if source.startswith("examples = "))
    last = max(n for n, source in enumerate(sources) if "ck.examine(" in source)
    there, shares = {"ck": ck}, []
    for source in sources[first : last + 1]:
        *body, value = source.splitlines()
        if "ck.examine(" in value:
            exec("\n".join([*body, f"score = {value.removeprefix('print')}"]), there)
            shares.append(there["score"].found / there["score"].labelled)  # type: ignore[attr-defined]
        else:
            exec(source, there)
    before, fallen, named, denied = shares
    assert 0.5 < before < 1 and fallen < before and fallen < named < denied


def test_the_row_that_the_lesson_judges_is_still_one_that_slips_through() -> None:
    messages = pd.read_csv(ROOT / "synthetic_data" / "sample" / "messages.csv", dtype=str, keep_default_na=False)
    talk = messages.loc[messages["conversation_id"] == "c000008", "text"].tolist()
    assert "9961554857也行" in ck.mask_text(talk, conversations=[1] * len(talk))
