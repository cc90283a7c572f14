"""The lessons: each runs from top to bottom on a fresh kernel, refuses where it says so, and stays readable."""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from chatkit.rulebook import packaged, parse_policy

ROOT = Path(__file__).parents[1]
NAMES = [
    "00_start",
    "01_request",
    "02_search",
    "03_mask",
    "04_export",
    "05_destroy",
    "07_trends",
    "08_find_the_flaw",
    "09_drills",
]
HAN, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{3}")
DRILLS = ["import chatkit as ck", "from chatkit import classroom"]
every_lesson = pytest.mark.parametrize("name", NAMES)


def lesson(name: str) -> NotebookNode:
    """The lesson as it is committed."""
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def code(notebook: NotebookNode) -> list[NotebookNode]:
    """Its code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def width(line: str) -> int:
    """Columns that a line takes: a Chinese character takes two."""
    return len(line) + len(re.findall(r"[^\x00-\x7f]", line))


def refuses(cell: NotebookNode) -> bool:
    """Whether the lesson says that this cell is a violation made on purpose."""
    return "raises-exception" in cell.metadata.get("tags", [])


def errors(cell: NotebookNode) -> list[NotebookNode]:
    """The errors among a cell's outputs."""
    return [output for output in cell.outputs if output.output_type == "error"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lessons and their data, so that what they write does not land in the tree."""
    ignored = shutil.ignore_patterns("out", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=ignored)
    shutil.copytree(ROOT / "synthetic_data" / "sample", tmp_path / "synthetic_data" / "sample")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))  # nobody's own start-up files
    return tmp_path / "notebooks"


def run(desk: Path, name: str) -> NotebookNode:
    """The lesson with its outputs, after a fresh kernel ran it. Fails at a cell that raises untagged."""
    notebook = lesson(name)
    with tempfile.TemporaryDirectory(prefix="nb") as sockets:  # a socket's path may have 107 characters, tmp_path more
        manager = AsyncKernelManager(
            kernel_name="python3", transport="ipc", connection_file=f"{sockets}/kernel.json"
        )  # over TCP, ipykernel warns that the connection is not encrypted
        NotebookClient(notebook, km=manager, timeout=60, resources={"metadata": {"path": str(desk)}}).execute(
            cleanup_kc=True  # a manager that was passed in is otherwise left running
        )
    return notebook


def shown(notebook: NotebookNode) -> list[tuple[str, ...]]:
    """The rules that each refusal named, cell by cell."""
    told = [str(error.evalue) for cell in code(notebook) for error in errors(cell)]
    return [tuple(re.findall(r"【([^】]+)】", text)) for text in told]


# Which rules say no, refusal by refusal: a lesson that comes to be refused for another reason teaches something else.
REFUSALS = {
    "00_start": [("permit.none",), ("mask.required",)],
    "01_request": [
        (
            "request.reason_personal",
            "request.customers",
            "request.keywords",
            "request.columns",
            "request.range",
            "request.use_period",
        ),
        ("permit.open_gates",),
        ("gate.own_request",),
    ],
    "02_search": [("scope.customer", "scope.dates"), ("scope.column",), ("permit.forged",) * 2],
    "03_mask": [("request.columns",), ("request.proofs",)],
    "04_export": [("mask.required",), ("export.executor_was_gate",), ("mask.residual",)],
    "05_destroy": [("export.executor",), ("permit.expired",)],
    "07_trends": [("mask.required",), ("trends.purpose",)],
    "08_find_the_flaw": [("permit.none",), ("request.range",), ("request.use_period",)],
    "09_drills": [("permit.open_gates",), ("export.executor",), ("request.proofs",)],
}


@every_lesson
def test_lesson_runs_on_a_fresh_kernel_and_is_refused_where_it_says_so(name: str, desk: Path) -> None:
    rules = parse_policy(packaged()).rules
    for _ in range(2 if name == "05_destroy" else 1):  # the casebook stays; a second run must show the same
        ran = run(desk, name)
        for cell in code(ran):
            assert [error.ename in ("Refused", "BadInput") for error in errors(cell)] == [True] * refuses(cell)
            assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.source
        assert shown(ran) == REFUSALS[name]
        assert set().union(*shown(ran)) <= set(rules)


def test_lessons_share_one_casebook_in_any_order(desk: Path) -> None:
    for name in ("05_destroy", "00_start", "00_start"):
        assert shown(run(desk, name)) == REFUSALS[name]


def test_the_lesson_of_drills_shows_grades_and_what_the_wrong_exporter_cost(desk: Path) -> None:
    outputs = [output for cell in code(run(desk, "09_drills")) for output in cell.outputs]
    grades = [text for o in outputs if (text := o.get("data", {}).get("text/plain", "")).startswith("得分")]
    assert [re.findall(r"得分 (\S+)/100", grade) for grade in grades] == [["100"], ["90"], ["100"]]
    assert "0 / 10" in grades[1]


def test_every_notebook_is_tested() -> None:
    lessons = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} - {"desk"}  # a page: test_desk holds it
    assert sorted(lessons) == NAMES


@every_lesson
def test_lesson_is_committed_without_outputs_counts_and_widget_state(name: str) -> None:
    notebook = lesson(name)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    for cell in code(notebook):
        assert cell.outputs == [] and cell.execution_count is None
        assert set(cell.metadata) <= {"tags", "nbgrader"}
    numbers = range(1, len(notebook.cells) + 1)
    assert [cell.id for cell in notebook.cells] == [f"{name[3:]}-{n:02d}" for n in numbers]


@every_lesson
def test_code_cells_are_short_and_hold_no_logic(name: str) -> None:
    sources = [cell.source for cell in code(lesson(name))]
    lengths = [len(source.splitlines()) for source in sources]
    assert statistics.median(lengths) <= 3 and max(lengths) <= 12
    for source in sources:
        assert not re.search(r"\b(def|for|while|class|lambda|if|try|with)\b", re.sub(r'"[^"]*"', '""', source))
        imports = re.findall(r"^.*\bimport\b.*$", source, re.MULTILINE)
        assert imports in (
            [],
            ["import chatkit as ck"],
            ["import pandas as pd"],
            DRILLS,
        )  # pandas: the analysts' exercises
        assert max(map(width, source.splitlines())) <= 100, source  # longer lines are cut off at 1280 pixels


@every_lesson
def test_prose_stands_before_every_code_cell_in_both_languages(name: str) -> None:
    cells = lesson(name).cells
    assert cells[0].cell_type == "markdown" and cells[-1].cell_type == "markdown"
    for before, cell in pairwise(cells):
        assert cell.cell_type == "markdown" or before.cell_type == "markdown", cell.id
    for cell in cells:
        if cell.cell_type == "markdown":
            quoted = [line[2:] for line in cell.source.splitlines() if line.startswith("> ")]
            assert HAN.search(cell.source) and any(LATIN.search(line) for line in quoted), cell.id
            for heading in re.findall(r"^#+ .*$", cell.source, re.MULTILINE):
                assert re.fullmatch(r"#{1,2} \d.* · [A-Z].*|## 小结 · Summary", heading), heading


@every_lesson
def test_lesson_asks_for_a_prediction_and_closes_with_what_was_learnt(name: str) -> None:
    cells = lesson(name).cells
    assert "学完这一课" in cells[0].source
    assert any("猜一猜" in cell.source for cell in cells)
    assert cells[-1].source.count("- 你已经") == 3 and "**没有**替你挡住" in cells[-1].source
    assert 2 <= sum(refuses(cell) for cell in code(lesson(name))) <= 3


@every_lesson
def test_law_is_cited_by_the_refusals_alone(name: str) -> None:
    prose = "\n".join(cell.source for cell in lesson(name).cells)
    assert not re.search(
        r"第[一二三四五六七八九十百0-9]+条|\b(art|article|cl)\b\.? ?\d|《[^》]*法》", prose, re.IGNORECASE
    )
    cases = re.findall(r"\*\*案例.{0,14}", prose)
    assert cases and all(case.startswith("**案例（虚构 fiction）**") for case in cases)


def test_numbers_that_the_lessons_state_are_those_of_the_policy() -> None:
    policy = parse_policy(packaged())
    assert (policy.limit.suppress_below, policy.limit.keyword_characters, policy.limit.use_months) == (5, 2, 3)
    assert policy.modes["permission"].answer_days == 2
    assert (policy.operators["PHONE"].first, policy.operators["PHONE"].last) == (3, 4)
