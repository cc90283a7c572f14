"""Items in a notebook: every control has a description, an answer is marked and told, claims stand beside the law."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from test_browser import copy_of_the_project, lab, need_chromium, page

import chatkit as ck
from chatkit.classroom import answers, ask, beside, find
from chatkit.classroom.desk.questions import Question
from chatkit.classroom.desk.words import Words
from chatkit.classroom.lessons.items import Item, items, mark, shown
from chatkit.law import law_table


def controls(quiz: widgets.VBox) -> list[Any]:
    """What can be reached by the keyboard, in its order."""
    if not hasattr(quiz, "children"):
        return [] if isinstance(quiz, widgets.HTML) else [quiz]
    return [control for child in quiz.children for control in controls(child)]


def pieces(quiz: widgets.VBox) -> str:
    """What can be read, in its order."""
    if not hasattr(quiz, "children"):
        return str(quiz.value) if isinstance(quiz, widgets.HTML) else ""
    return "".join(pieces(child) for child in quiz.children)


def press(quiz: widgets.VBox) -> str:
    """Give the answer as it stands; what is told then."""
    before = pieces(quiz)
    controls(quiz)[-1].click()
    return html.unescape(re.sub("<[^>]+>", "\n", pieces(quiz).removeprefix(before)))


def choose(quiz: widgets.VBox, item: Item, answer: tuple[int, ...]) -> None:
    """Choose an answer by the words that a person sees."""
    words = [choice.line for choice in item.choices]
    if item.kind == "single":
        controls(quiz)[0].index = [label for label, _ in controls(quiz)[0].options].index(words[answer[0]])
    elif item.kind in ("multiple", "form"):
        for box in controls(quiz)[:-1]:
            box.value = words.index(box.description) in answer
    else:
        for drop, number in zip(controls(quiz)[:-1], answer, strict=True):
            drop.index = [label for label, _ in drop.options].index(words[number])


@pytest.mark.parametrize("item", items(), ids=lambda item: item.id)
def test_every_item_is_asked_answered_and_explained(item: Item) -> None:
    quiz = ask(item)
    for control in controls(quiz):
        assert len(control.description) > 2
    choose(quiz, item, item.key)
    told = press(quiz)
    assert "✓ 全对" in told
    assert all(row in told for row in item.rows)
    assert item.why.zh in told


def test_a_wrong_answer_is_told_with_the_right_one() -> None:
    item = find("M13-1")
    quiz = ask(item)
    choose(quiz, item, (2,))
    told = press(quiz)
    assert "✗" in told and item.choices[0].zh in told


def test_what_is_half_right_is_told_as_such() -> None:
    item = find("M35-2")
    quiz = ask(item)
    choose(quiz, item, (0, 1))
    assert "◐ 得 67%" in press(quiz)


@pytest.mark.parametrize("id", ["M13-1", "M03-3", "M05-1"])
def test_what_is_not_finished_is_not_marked(id: str) -> None:
    assert "还没有答完" in press(ask(id))


def test_an_order_with_a_step_twice_is_not_finished() -> None:
    quiz = ask("M24-3")
    for drop in controls(quiz)[:-1]:
        drop.index = 0
    assert "还没有答完" in press(quiz)


def test_the_order_on_the_screen_is_not_the_order_of_the_file() -> None:
    quiz = ask("M03-3")
    assert [label for label, _ in controls(quiz)[0].options] != [choice.line for choice in find("M03-3").choices]


def test_a_form_is_shown_with_its_fields() -> None:
    shown = pieces(ask("M02-3"))
    assert "<dt>使用天数 · Days of use</dt><dd>365</dd>" in shown and "接收方" not in shown


@pytest.fixture
def casebook(tmp_path: Path) -> Iterator[ck.Casebook]:
    made = ck.Casebook.open(tmp_path / "casebook", clock="2023-09-20T10:00")
    yield made
    made.close()


def test_with_a_person_the_answer_goes_into_the_casebook(casebook: ck.Casebook) -> None:
    item = find("M13-1")
    quiz = ask(item, by=casebook.sign_in("liu.yang"), stage="day1")
    press(quiz)
    choose(quiz, item, (1,))
    press(quiz)
    choose(quiz, item, (0,))
    press(quiz)
    given = answers(casebook, ["liu.yang"])
    assert list(given["stage"]) == ["day1"] * 2 and list(given["credit"]) == [0.0, 1.0]


def test_a_notebook_asks_as_the_desk_does_in_both_languages_instead_of_one() -> None:
    item, desk = find("M13-1"), Question(Words("zh"), mark)
    desk.ask(item, 0)
    notebook = ask(item)
    assert [type(c) for c in controls(desk.box)] == [type(c) for c in controls(notebook)]
    assert controls(desk.box)[0].options[0][0] == item.choices[shown(item, 0)[0]].zh
    assert controls(notebook)[0].options[0][0] == item.choices[shown(item, 0)[0]].line
    assert html.escape(item.question.en) in pieces(notebook) and html.escape(item.question.en) not in pieces(desk.box)


def test_an_unknown_item_is_an_error() -> None:
    with pytest.raises(KeyError):
        ask("M99-1")


@pytest.mark.parametrize("row", law_table().rows.values(), ids=lambda row: row.id)
def test_a_claim_stands_beside_its_verdict_basis_kind_and_teaching(row: Any) -> None:
    shown = beside(row.id)._repr_html_()
    for text in (row.claim, row.provides, row.teach):
        assert html.escape(text.zh) in shown and html.escape(text.en) in shown
    assert html.escape(row.basis("zh")) in shown and law_table().notice.zh in shown
    if row.certainty != "H" and row.certainty_note:
        assert html.escape(row.certainty_note.zh) in shown


def test_claims_read_without_a_browser_too() -> None:
    assert str(beside("L14")).startswith("L14 选择时间范围时")
    with pytest.raises(KeyError):
        beside("L99")


QUIZZES = """from chatkit import classroom
from IPython.display import display
display(classroom.ask("M13-1"), classroom.ask("M24-3"))"""


def test_a_quiz_is_done_by_keyboard_alone_in_jupyterlab_and_its_state_is_not_saved(tmp_path: Path) -> None:
    """JupyterLab takes the arrow keys away from radio buttons, so each has to be reached by Tab and chosen by Space."""
    need_chromium()
    file = copy_of_the_project(tmp_path) / "notebooks" / "quiz.ipynb"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(new_notebook(cells=[new_code_cell(QUIZZES)], metadata={"kernelspec": kernel}), file)
    with lab(tmp_path) as address, page(f"{address}/lab/tree/notebooks/quiz.ipynb", height=1400) as (view, elsewhere):
        view.set_default_timeout(120_000)
        view.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        for _ in range(20):  # what is asked for before the notebook listens is lost, and the prompt stays empty
            view.locator(".jp-Cell .cm-content").first.click()
            view.keyboard.press("Shift+Enter")
            view.wait_for_timeout(2000)
            if view.locator(".jp-InputPrompt").first.inner_text().strip() != "[ ]:":
                break
        view.locator(".ck-desk select").last.wait_for()
        choose, sort = view.locator(".ck-desk").all()
        choose.locator("input").first.focus()
        for key in ("Tab", "Tab", "Tab", "Space", "Tab", "Enter"):
            view.keyboard.press(key, delay=50)
        told = choose.get_by_role("status")
        told.wait_for()
        assert choose.locator("input").nth(3).is_checked() and "答案：" in told.inner_text()
        for drop in sort.locator("select").all():
            drop.focus()
            for key in ("Space", "ArrowDown", "Enter"):
                view.keyboard.press(key, delay=50)
                view.wait_for_timeout(200)  # the list opens in a window of its own
            assert drop.input_value()
        view.keyboard.press("Tab")
        view.keyboard.press("Enter")
        sort.get_by_role("status").wait_for()
        view.keyboard.press("Control+s")
        for _ in range(60):
            if (saved := nbformat.read(file, as_version=4)).cells[0].outputs:
                break
            view.wait_for_timeout(500)
        assert elsewhere == []
    assert saved.cells[0].outputs and "widgets" not in saved.metadata
