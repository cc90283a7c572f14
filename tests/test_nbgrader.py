"""The exercises of 03_mask and 07_trends under nbgrader: the student edition, and the points of what is handed in.

Autograding runs the students' code. Here it runs the code of answers.py alone.
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
from answers import EXERCISES, STUB, Answers, Exercises
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
# Seconds for a cell, as an instructor may set them; nbgrader's own 30 for all would make the endless loop burn 30.
CONFIG = "c = get_config()\nc.Execute.timeout_func = lambda cell: 3 if 'while True' in cell.source else 60\n"


every_lesson = pytest.mark.parametrize("exercises", EXERCISES, ids=[e.name for e in EXERCISES])


# ---------------------------------------------------------------------------------------- the lesson as it is committed
def lesson(exercises: Exercises) -> NotebookNode:
    return nbformat.read(exercises.lesson, as_version=4)


def marks(cell: NotebookNode) -> dict[str, object]:
    """What nbgrader knows of a cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that nbgrader knows, by their grade id."""
    return {str(marks(cell)["grade_id"]): cell for cell in notebook.cells if marks(cell)}


@every_lesson
def test_the_marks_are_of_the_current_schema_and_no_grade_id_stands_twice(exercises: Exercises) -> None:
    cells = [cell for cell in lesson(exercises).cells if marks(cell)]
    assert {marks(cell)["schema_version"] for cell in cells} == {3}  # generate_assignment refuses an older and a newer
    assert len(graded(lesson(exercises))) == len(cells)


@every_lesson
def test_the_grade_ids_and_their_points_stay(exercises: Exercises) -> None:
    cells = graded(lesson(exercises)).items()
    assert {key: marks(cell)["points"] for key, cell in cells if marks(cell)["grade"]} == exercises.points


@every_lesson
def test_solutions_stand_in_solution_cells_and_hidden_tests_in_graded_ones(exercises: Exercises) -> None:
    for cell in lesson(exercises).cells:
        assert ("### BEGIN SOLUTION" in cell.source) == bool(marks(cell).get("solution")), cell.id
        assert ("### BEGIN HIDDEN TESTS" in cell.source) == bool(marks(cell).get("grade")), cell.id
        assert marks(cell).get("locked", True) is not marks(cell).get("solution", False), cell.id


# ------------------------------------------------------------------------------- the tests alone, without a kernel
def points_without_nbgrader(exercises: Exercises, answers: Answers) -> dict[str, float]:
    """1 for each test cell that passes and 0 for the others, where ``answers`` stand for the solutions."""
    there: dict[str, object] = {}
    exec("import chatkit as ck, pandas as pd", there)
    passed = {}
    for key, cell in graded(lesson(exercises)).items():
        if cell.cell_type != "code":
            continue
        solved = re.sub(r"(?s)### BEGIN SOLUTION.*### END SOLUTION", lambda _, k=key: answers.get(k, STUB), cell.source)
        try:
            exec(solved if key in answers else cell.source, there)
        except Exception:
            passed[key] = 0.0
        else:
            passed[key] = 1.0
    return {key: passed[key] for key in exercises.points}


RIGHT = [pytest.param(e, answers, id=f"{e.name}: {name}") for e in EXERCISES for name, answers in e.right.items()]
WRONG = [pytest.param(e, *answers, id=f"{e.name}: {name}") for e in EXERCISES for name, answers in e.wrong.items()]


@pytest.mark.parametrize(("exercises", "answers"), RIGHT)
def test_a_right_answer_that_is_not_the_solution_passes(exercises: Exercises, answers: Answers) -> None:
    assert points_without_nbgrader(exercises, answers) == exercises.full


@pytest.mark.parametrize(("exercises", "answers", "lost"), WRONG)
def test_a_wrong_answer_fails_where_it_is_wrong_and_nowhere_else(
    exercises: Exercises, answers: Answers, lost: set[str]
) -> None:
    assert points_without_nbgrader(exercises, answers) == exercises.full | dict.fromkeys(lost, 0.0)


# ------------------------------------------------------------------------------------------------- a course of nbgrader
class Course:
    """A course with one assignment in a folder, driven by the commands that an instructor types."""

    def __init__(self, folder: Path, exercises: Exercises) -> None:
        self.folder, self.exercises = folder, exercises
        (folder / "source" / exercises.name).mkdir(parents=True)
        shutil.copy(exercises.lesson, folder / "source" / exercises.name)
        places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8")
        (folder / ".jupyter").mkdir()
        self.environment = {
            **os.environ,
            **{place: str(folder / ".jupyter" / place) for place in places},
            "PYTHONPATH": str(ROOT),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # it calls alembic
        }

    def nbgrader(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", command, self.exercises.name, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def notebook(self, step: str) -> NotebookNode:
        """The notebook in the folder of a step: release is the student edition."""
        return nbformat.read(self.folder / step / self.exercises.name / self.exercises.lesson.name, as_version=4)

    def submit(self, student: str, notebook: NotebookNode | str) -> None:
        """Lay a notebook where nbgrader looks for what a student handed in."""
        place = self.folder / "submitted" / student / self.exercises.name
        place.mkdir(parents=True)
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        (place / self.exercises.lesson.name).write_text(text, "utf-8")

    def edition(self, answers: Answers) -> NotebookNode:
        """A copy of the student edition in which somebody wrote the solutions, or these answers."""
        return answered(self.notebook("release"), {**solution(self.exercises), **answers})

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


def answered(release: NotebookNode, answers: Answers) -> NotebookNode:
    """The student edition with these answers in place of the stubs; the stub stays where there is none."""
    for key, cell in graded(release).items():
        if key in answers:
            assert STUB in cell.source, key
            cell.source = cell.source.replace(STUB, answers[key])
    return release


def solution(exercises: Exercises) -> dict[str, str]:
    """What stands between the marks, by grade id."""
    found = re.compile(r"(?s)### BEGIN SOLUTION\n(.*)\n### END SOLUTION").search
    return {key: hit[1] for key, cell in graded(lesson(exercises)).items() if (hit := found(cell.source))}


def shortened(notebook: NotebookNode) -> NotebookNode:
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
    for cell in notebook.cells:
        if marks(cell).get("grade"):
            cell.source = "pass"
    return notebook


@pytest.fixture(scope="module", params=EXERCISES, ids=[e.name for e in EXERCISES])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose student edition has been generated."""
    made = Course(tmp_path_factory.mktemp("course"), request.param)
    run = made.nbgrader("generate_assignment")
    assert run.returncode == 0, run.stderr
    return made


@pytest.fixture(scope="module")
def autograded(course: Course) -> subprocess.CompletedProcess[str]:
    """One command over all that was handed in, the broken ones first; it takes about twenty seconds."""
    given = course.exercises
    slips = {key: text for slip in given.slips for key, text in given.wrong[slip][0].items()}
    course.submit("a_cut_off", nbformat.writes(course.edition({}))[:5000])
    course.submit("broken", without(shortened(course.edition(given.broken)), given.lost))
    course.submit("emptied", easier(shortened(course.edition(given.emptied))))
    course.submit("right", course.edition({}))
    course.submit("unanswered", shortened(course.notebook("release")))
    course.submit("wrong", shortened(course.edition(slips)))
    sample = Path("synthetic_data", "sample")
    shutil.copytree(ROOT / sample, course.folder / "autograded" / "right" / sample)
    return course.nbgrader("autograde")


def test_the_student_edition_lacks_the_solutions_and_the_hidden_tests_and_nothing_else(course: Course) -> None:
    marked = re.compile(r"(?s)### BEGIN SOLUTION.*### END SOLUTION|\n### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS")
    cells = lesson(course.exercises).cells
    wanted = [marked.sub(lambda hit: STUB if "SOLUTION" in hit[0] else "", cell.source) for cell in cells]
    assert [cell.source for cell in course.notebook("release").cells] == wanted
    assert sum(STUB in source for source in wanted) == len(solution(course.exercises)) >= 3


@pytest.mark.parametrize("student", ["right", "wrong", "unanswered", "emptied", "broken"])
def test_each_submission_gets_the_points_of_what_is_right_in_it(
    student: str, course: Course, autograded: subprocess.CompletedProcess[str]
) -> None:
    assert course.share(student) == course.exercises.shares[student], autograded.stderr


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
    course.submit("doubled", doubled(shortened(course.edition({})), next(iter(course.exercises.points))))
    alone = course.nbgrader("autograde", "--student=doubled")
    assert alone.returncode == 1 and "exists multiple times" in alone.stderr
    shares = course.exercises.shares
    assert {student: course.share(student) for student in shares} == shares
    assert "--student" in (ROOT / "README.md").read_text("utf-8")


def test_the_right_submission_runs_through_where_its_data_lies_beside_it(
    course: Course, autograded: subprocess.CompletedProcess[str]
) -> None:
    for cell in course.notebook("autograded/right").cells:
        kinds = [output.output_type for output in cell.get("outputs", [])]
        assert ("error" in kinds) == ("raises-exception" in cell.metadata.get("tags", [])), cell.source
