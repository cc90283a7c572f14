"""The exercises of 03_mask under nbgrader: the student edition, and the points of right, wrong and broken submissions.

Autograding runs the students' code. Here it runs the code of this file alone.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "notebooks" / "03_mask.ipynb"
POINTS = {
    "own-column-masked": 2,
    "own-column-untouched": 1,
    "two-copies-whole": 2,
    "two-copies-tries": 1,
    "find-the-miss-falls": 2,
    "mend-the-miss": 2,
}
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
FULL = dict.fromkeys(POINTS, 1.0)
NONE = dict.fromkeys(POINTS, 0.0)

# What somebody writes instead of the solution; where it is wrong, the tests that it does not pass. All is invented.
RIGHT = {
    "spelt otherwise": {
        "own-column": 'known = sheet["备注"].dropna()\ntalk = sheet.loc[known.index, "会话"]\n'
        "sheet = sheet.assign(脱敏=pd.Series(ck.mask_text(list(known), conversations=talk), known.index))",
        "two-copies": "whole = tuple(b[:8] + a[8:] for a, b in zip(ours, neighbours))\n"
        "tries = [10 ** ours[0].count('*'), 10 ** neighbours[0].count('*'), 1]",
        "find-the-miss": 'examples = {**examples, "找小豆角或者铁拐": ["小豆角", "铁拐"]}',
        "mend-roster": 'roster = ("小豆角", "铁拐")',
        "mend-denied": "denied = []",
    },
    "the denied words alone": {
        "find-the-miss": 'examples["就找老瘸子"] = ["老瘸子"]',
        "mend-roster": "roster = []",
        "mend-denied": "denied = ['老瘸子']",
    },
}
WRONG: dict[str, tuple[dict[str, str], set[str]]] = {
    "line by line": ({"own-column": 'sheet["脱敏"] = ck.mask_text(sheet["备注"])'}, {"own-column-masked"}),
    "mobiles alone": (
        {"own-column": r'sheet["脱敏"] = sheet["备注"].str.replace(r"(1\d\d)\d{4}(?=\d{4})", r"\1****", regex=True)'},
        {"own-column-masked"},
    ),
    "every digit": (
        {"own-column": r'sheet["脱敏"] = sheet["备注"].str.replace(r"\d", "*", regex=True)'},
        {"own-column-masked"},
    ),
    "the empty cell filled": (
        {"own-column": 'sheet["脱敏"] = ck.mask_text(sheet["备注"].fillna(""), conversations=sheet["会话"])'},
        {"own-column-untouched"},
    ),
    "the row labels lost": (
        {
            "own-column": "sheet = sheet.reset_index(drop=True)\n"
            'sheet["脱敏"] = ck.mask_text(sheet["备注"], conversations=sheet["会话"])'
        },
        {"own-column-untouched"},
    ),
    "the notes overwritten": (
        {
            "own-column": 'sheet["备注"] = ck.mask_text(sheet["备注"], conversations=sheet["会话"])\n'
            'sheet["脱敏"] = sheet["备注"]'
        },
        {"own-column-untouched"},
    ),
    "one number for all": (
        {"two-copies": "whole = [ck.risks.combine(ours[0], neighbours[0])] * 3\ntries = [10_000, 1_000, 1]"},
        {"two-copies-whole"},
    ),
    "one copy for two": ({"two-copies": "whole = neighbours\ntries = [10_000, 1_000, 1]"}, {"two-copies-whole"}),
    "counts guessed": (
        {"two-copies": "whole = list(map(ck.risks.combine, ours, neighbours))\ntries = [1000, 100, 1]"},
        {"two-copies-tries"},
    ),
    "a line that is found": (
        {
            "find-the-miss": 'examples["打 16400001235"] = "16400001235"',
            "mend-roster": "roster = []",
            "mend-denied": "denied = []",
        },
        {"find-the-miss-falls", "mend-the-miss"},
    ),
    "an old line relabelled": (
        {
            "find-the-miss": 'examples["周末找我先生高远山就行"] = "周末"\nexamples["让多吉签收就行"] = "多吉"',
            "mend-denied": "denied = []",
        },
        {"find-the-miss-falls"},
    ),
    "nothing mended": ({"mend-roster": "roster = []", "mend-denied": "denied = []"}, {"mend-the-miss"}),
    "half of it mended": ({"mend-denied": "denied = []"}, {"mend-the-miss"}),
    "the line denied": ({"mend-denied": "denied = ['放门口，修鞋的老船长会收']"}, {"mend-the-miss"}),
    "too wide": ({"mend-denied": "denied = ['老船长', '门口', '签收']"}, {"mend-the-miss"}),
}
NOT_PYTHON = "sheet[ = 脱敏"
ENDLESS = "while True:\n    pass"
# Seconds for a cell, as an instructor may set them; nbgrader's own 30 for all would make the endless loop burn 30.
CONFIG = "c = get_config()\nc.Execute.timeout_func = lambda cell: 3 if 'while True' in cell.source else 60\n"


# ---------------------------------------------------------------------------------------- the lesson as it is committed
def lesson() -> NotebookNode:
    return nbformat.read(LESSON, as_version=4)


def marks(cell: NotebookNode) -> dict[str, object]:
    """What nbgrader knows of a cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that nbgrader knows, by their grade id."""
    return {str(marks(cell)["grade_id"]): cell for cell in notebook.cells if marks(cell)}


def test_the_marks_are_of_the_current_schema_and_no_grade_id_stands_twice() -> None:
    cells = [cell for cell in lesson().cells if marks(cell)]
    assert {marks(cell)["schema_version"] for cell in cells} == {3}  # generate_assignment refuses an older and a newer
    assert len(graded(lesson())) == len(cells)


def test_the_grade_ids_and_their_points_stay() -> None:
    assert {key: marks(cell)["points"] for key, cell in graded(lesson()).items() if marks(cell)["grade"]} == POINTS


def test_solutions_stand_in_solution_cells_and_hidden_tests_in_graded_ones() -> None:
    for cell in lesson().cells:
        assert ("### BEGIN SOLUTION" in cell.source) == bool(marks(cell).get("solution")), cell.id
        assert ("### BEGIN HIDDEN TESTS" in cell.source) == bool(marks(cell).get("grade")), cell.id
        assert marks(cell).get("locked", True) is not marks(cell).get("solution", False), cell.id


# ------------------------------------------------------------------------------- the tests alone, without a kernel
def points_without_nbgrader(answers: dict[str, str]) -> dict[str, float]:
    """1 for each test cell that passes and 0 for the others, where ``answers`` stand for the solutions."""
    there: dict[str, object] = {}
    exec("import chatkit as ck, pandas as pd", there)
    passed = {}
    for key, cell in graded(lesson()).items():
        if cell.cell_type != "code":
            continue
        solved = re.sub(r"(?s)### BEGIN SOLUTION.*### END SOLUTION", lambda _, k=key: answers.get(k, STUB), cell.source)
        try:
            exec(solved if key in answers else cell.source, there)
        except Exception:
            passed[key] = 0.0
        else:
            passed[key] = 1.0
    return {key: passed[key] for key in POINTS}


@pytest.mark.parametrize("answers", RIGHT.values(), ids=RIGHT)
def test_a_right_answer_that_is_not_the_solution_passes(answers: dict[str, str]) -> None:
    assert points_without_nbgrader(answers) == FULL


@pytest.mark.parametrize(("answers", "lost"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_fails_where_it_is_wrong_and_nowhere_else(answers: dict[str, str], lost: set[str]) -> None:
    assert points_without_nbgrader(answers) == FULL | dict.fromkeys(lost, 0.0)


# ------------------------------------------------------------------------------------------------- a course of nbgrader
class Course:
    """A course in a folder, driven by the commands that an instructor types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "source" / "mask").mkdir(parents=True)
        shutil.copy(LESSON, folder / "source" / "mask")
        places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8")
        (folder / ".jupyter").mkdir()
        self.environment = {
            **os.environ,
            **{place: str(folder / ".jupyter" / place) for place in places},
            "PYTHONPATH": str(ROOT),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # it calls alembic
        }

    def nbgrader(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    @property
    def release(self) -> NotebookNode:
        """The student edition."""
        return nbformat.read(self.folder / "release" / "mask" / LESSON.name, as_version=4)

    def submit(self, student: str, notebook: NotebookNode | str) -> None:
        """Lay a notebook where nbgrader looks for what a student handed in."""
        place = self.folder / "submitted" / student / "mask"
        place.mkdir(parents=True)
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        (place / LESSON.name).write_text(text, "utf-8")

    def share(self, student: str) -> dict[str, float]:
        """The share of its points that each test cell gave a student, from the gradebook."""
        query = (
            "SELECT base_cell.name, grade.auto_score / grade_cells.max_score FROM grade "
            "JOIN base_cell ON base_cell.id = grade.cell_id JOIN grade_cells ON grade_cells.id = grade.cell_id "
            "JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id "
            "JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id "
            "WHERE submitted_assignment.student_id = ?"
        )
        with closing(sqlite3.connect(self.folder / "gradebook.db")) as gradebook:
            return {name: share or 0.0 for name, share in gradebook.execute(query, [student])}


def answered(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The student edition with these answers in place of the stubs; the stub stays where there is none."""
    for key, cell in graded(release).items():
        if key in answers:
            assert STUB in cell.source, key
            cell.source = cell.source.replace(STUB, answers[key])
    return release


def solution() -> dict[str, str]:
    """What stands between the marks, by grade id."""
    found = re.compile(r"(?s)### BEGIN SOLUTION\n(.*)\n### END SOLUTION").search
    return {key: hit[1] for key, cell in graded(lesson()).items() if (hit := found(cell.source))}


def edition(course: Course, answers: dict[str, str]) -> NotebookNode:
    """A copy of the student edition in which somebody wrote these answers."""
    return answered(course.release, solution() | answers)


def exercises(notebook: NotebookNode) -> NotebookNode:
    """The notebook after somebody kept only its first code cell and the exercises: nothing else takes part in them."""
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [cell for cell in notebook.cells if cell is first or marks(cell)]
    return notebook


def without(notebook: NotebookNode, key: str) -> NotebookNode:
    """The notebook after somebody deleted a cell."""
    notebook.cells.remove(graded(notebook)[key])
    return notebook


def doubled(notebook: NotebookNode, key: str) -> NotebookNode:
    """The notebook after somebody pasted a cell a second time."""
    at = notebook.cells.index(graded(notebook)[key])
    notebook.cells.insert(at, NotebookNode({**notebook.cells[at], "id": "pasted"}))
    return notebook


def easier(notebook: NotebookNode) -> NotebookNode:
    """The notebook after somebody emptied all its tests."""
    for key in POINTS:
        graded(notebook)[key].source = "pass"
    return notebook


def worth(*lost: str) -> dict[str, float]:
    return FULL | dict.fromkeys(lost, 0.0)


SHARES = {
    "right": FULL,
    "wrong": worth("own-column-masked", "two-copies-tries", "mend-the-miss"),
    "unanswered": NONE,
    "emptied": worth("two-copies-whole", "two-copies-tries", "find-the-miss-falls", "mend-the-miss"),
    "broken": NONE | {"find-the-miss-falls": 1.0},
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose student edition has been generated."""
    made = Course(tmp_path_factory.mktemp("course"))
    run = made.nbgrader("generate_assignment", "mask")
    assert run.returncode == 0, run.stderr
    return made


@pytest.fixture(scope="module")
def autograded(course: Course) -> subprocess.CompletedProcess[str]:
    """One command over all that was handed in, the broken ones first; it takes about twenty seconds."""
    wrong = [WRONG[name][0] for name in ("line by line", "counts guessed", "too wide")]
    broken = {"own-column": NOT_PYTHON, "two-copies": ENDLESS}
    course.submit("a_cut_off", nbformat.writes(edition(course, {}))[:5000])
    course.submit("broken", without(exercises(edition(course, broken)), "mend-the-miss"))
    course.submit("emptied", easier(exercises(edition(course, {"find-the-miss": STUB, "two-copies": STUB}))))
    course.submit("right", edition(course, {}))
    course.submit("unanswered", course.release)
    course.submit("wrong", exercises(edition(course, {key: text for each in wrong for key, text in each.items()})))
    sample = Path("synthetic_data", "sample")
    shutil.copytree(ROOT / sample, course.folder / "autograded" / "right" / sample)
    return course.nbgrader("autograde", "mask")


def test_the_student_edition_lacks_the_solutions_and_the_hidden_tests_and_nothing_else(course: Course) -> None:
    marked = re.compile(r"(?s)### BEGIN SOLUTION.*### END SOLUTION|\n### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS")
    wanted = [marked.sub(lambda hit: STUB if "SOLUTION" in hit[0] else "", cell.source) for cell in lesson().cells]
    assert [cell.source for cell in course.release.cells] == wanted
    assert sum(STUB in source for source in wanted) == len(solution()) == 5


@pytest.mark.parametrize("student", SHARES)
def test_each_submission_gets_the_points_of_what_is_right_in_it(
    student: str, course: Course, autograded: subprocess.CompletedProcess[str]
) -> None:
    assert course.share(student) == SHARES[student], autograded.stderr


def test_a_file_that_is_cut_off_is_named_and_nothing_else_fails(
    course: Course, autograded: subprocess.CompletedProcess[str]
) -> None:
    failed = re.findall(r"error processing assignment: .*submitted.(\w+)", autograded.stderr)
    assert (autograded.returncode, failed) == (1, ["a_cut_off"]), autograded.stderr
    assert set(course.share("a_cut_off").values()) <= {0.0}


def test_a_graded_cell_pasted_twice_ends_the_command_so_each_student_gets_a_command_of_their_own(
    course: Course, autograded: subprocess.CompletedProcess[str]
) -> None:
    """A fault of nbgrader 0.9.6: over all students the command would stop here. The README's line goes one by one."""
    course.submit("doubled", doubled(edition(course, {}), "own-column-masked"))
    alone = course.nbgrader("autograde", "mask", "--student=doubled")
    assert alone.returncode == 1 and "exists multiple times" in alone.stderr
    assert {student: course.share(student) for student in SHARES} == SHARES
    assert "--student" in (ROOT / "README.md").read_text("utf-8")


def test_the_right_submission_runs_through_where_its_data_lies_beside_it(
    course: Course, autograded: subprocess.CompletedProcess[str]
) -> None:
    ran = nbformat.read(course.folder / "autograded" / "right" / "mask" / LESSON.name, as_version=4)
    for cell in ran.cells:
        kinds = [output.output_type for output in cell.get("outputs", [])]
        assert ("error" in kinds) == ("raises-exception" in cell.metadata.get("tags", [])), cell.source
