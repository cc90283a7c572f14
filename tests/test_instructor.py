"""What instructors get: a notebook that runs on a made-up class, a plan whose minutes add up, commands that exist."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from test_notebooks import HAN, LATIN, code, errors, refuses, run, width

from chatkit.classroom.hall.commands import VERBS

ROOT = Path(__file__).parents[1]
NAME = "instructor/report"


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{NAME}.ipynb", as_version=4)


def test_the_report_notebook_runs_on_a_fresh_kernel_twice_and_fails_where_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "instructor").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    for _ in range(2):  # the class stays; a second run must show the same
        ran = run(tmp_path / "instructor", NAME)
        for cell in code(ran):
            assert [error.ename == "BadInput" for error in errors(cell)] == [True] * refuses(cell), cell.source
            assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.source
    shown = "\n".join(str(output.get("data", output.get("text", ""))) for cell in code(ran) for output in cell.outputs)
    assert "95% 区间" in shown and "<img alt=" in shown and "还没学完" not in shown
    shutil.rmtree(tmp_path / "instructor")


def test_the_report_notebook_is_committed_without_outputs_and_reads_like_a_lesson(notebook: NotebookNode) -> None:
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert [cell.id for cell in notebook.cells] == [f"report-{n:02d}" for n in range(1, len(notebook.cells) + 1)]
    for cell in code(notebook):
        assert cell.outputs == [] and cell.execution_count is None and set(cell.metadata) <= {"tags"}
        assert len(cell.source.splitlines()) <= 4
        assert not re.search(r"\b(def|for|while|class|lambda|if|try|with)\b", re.sub(r'"[^"]*"', '""', cell.source))
        assert max(map(width, cell.source.splitlines())) <= 100
    for before, cell in pairwise(notebook.cells):
        assert cell.cell_type == "markdown" or before.cell_type == "markdown", cell.id
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            quoted = [line[2:] for line in cell.source.splitlines() if line.startswith("> ")]
            assert HAN.search(cell.source) and any(LATIN.search(line) for line in quoted), cell.id
    assert notebook.cells[-1].source.count("- 你已经") == 3 and "**没有**替你挡住" in notebook.cells[-1].source


def test_the_minutes_of_the_plan_follow_each_other_and_end_at_120() -> None:
    plan = (ROOT / "notebooks" / "instructor" / "plan.md").read_text("utf-8")
    spans = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+)–(\d+) \|", plan, re.MULTILINE)]
    assert spans[0][0] == 0 and spans[-1][1] == 120
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert spans == [(int(a), int(b)) for a, b in re.findall(r"(\d+)–(\d+) [a-z]", plan)]


@pytest.mark.parametrize("file", ["notebooks/instructor/plan.md", "README.md", "chatkit/classroom/hall/own_laptop.txt"])
def test_every_command_that_is_written_down_exists(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    verbs = re.findall(r"(?:chatkit |`)class ([a-z]+)", text)
    assert verbs and set(verbs) <= set(VERBS)
