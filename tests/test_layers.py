"""The shape of the code: one straight order of modules, small files, docstrings, no trace of a machine."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from pathlib import Path

import pytest

import chatkit as ck

ROOT = Path(__file__).parent.parent
KIT = ROOT / "chatkit"

# A module imports only from those before it.
ORDER = """
    sentences law policy rulebook errors findings requests clocks keys encoding people permits log store founding
    casebook enrolment chats sources views postings matches seals indexes extracts ranks operators masks series examples
    canaries masking risks spotchecks typeset suppression cases scans changes aggregates trends plots reports
    writers manifests exports disposals routes charts forms demo lab __main__
""".split()
# So it is inside findings, which uses nothing of the kit.
FINDINGS_ORDER = """
    lexicon folding spans roster checksums digits beside documents landlines numbers pieces sieve mails networks papers
    ids handles places addresses readings contexts hints shapes names turns __init__
""".split()
# The classroom stands above everything else; of the kit only the command line knows it. It has four rooms in a row,
# and so it is inside each of them.
CLASSROOM_ORDER = {
    "lessons": "slots claims items progress scenes flaws drills grading",
    "results": "submissions measures figures outcomes pages certificates",
    "desk": """
        words pieces drawings seats sittings drafts applications approvals logbooks previews releases questions quizzes
        exercises desk
    """,
    "hall": """
        codes classes collecting handouts rehearsals tls forks entrances hosting serving wheels commands
    """,
}
PLACES = [f"{room}.{name}" for room, names in CLASSROOM_ORDER.items() for name in ["__init__", *names.split()]]
# Modules of sources share nothing but these.
SHARED = {"chats", "encoding", "errors", "requests", "clocks", "sentences", "sources.text"}
MODULES = sorted(KIT.glob("*.py"))
SOURCES = sorted((KIT / "sources").glob("*.py"))
FINDINGS = sorted((KIT / "findings").glob("*.py"))
CLASSROOM = sorted((KIT / "classroom").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules of the kit that a file imports, as dotted names below chatkit."""
    inside = path.parent.relative_to(KIT).parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = inside[: len(inside) + 1 - node.level]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {".".join([*base, name]) for name in names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chatkit"):
            found.add((node.module or "").removeprefix("chatkit").removeprefix("."))
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("chatkit.") for a in node.names if a.name.split(".")[0] == "chatkit"}
    return found


def test_every_module_has_its_place_in_the_order() -> None:
    assert {path.stem for path in MODULES} - {"__init__"} | {"sources", "findings"} == set(ORDER)


@pytest.mark.parametrize("path", [p for p in MODULES if p.stem != "__init__"], ids=lambda p: p.stem)
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    before = set(ORDER[: ORDER.index(path.stem)]) | ({"classroom"} if path.stem == "__main__" else set())
    assert {name.split(".")[0] for name in imported(path)} <= before


def test_every_module_of_findings_has_its_place_in_the_order() -> None:
    assert {path.stem for path in FINDINGS} == set(FINDINGS_ORDER)


@pytest.mark.parametrize("path", FINDINGS, ids=lambda p: p.stem)
def test_a_module_of_findings_imports_only_what_stands_before_it(path: Path) -> None:
    before = FINDINGS_ORDER[: FINDINGS_ORDER.index(path.stem)]
    assert imported(path) <= {f"findings.{name}" for name in before}


def place(path: Path) -> str:
    """The place of a module in the classroom, such as ``desk.words``."""
    return ".".join(path.relative_to(KIT / "classroom").with_suffix("").parts)


def test_every_module_of_the_classroom_has_its_place_in_the_order() -> None:
    assert {place(path) for path in CLASSROOM} == {*PLACES, "__init__"}


@pytest.mark.parametrize("path", CLASSROOM, ids=place)
def test_a_module_of_the_classroom_imports_the_kit_and_what_stands_before_it(path: Path) -> None:
    before = PLACES if place(path) == "__init__" else PLACES[: PLACES.index(place(path))]
    inside = {name for name in imported(path) if name.split(".")[0] == "classroom"}
    assert inside <= {f"classroom.{name.removesuffix('.__init__')}" for name in before}
    assert {name.split(".")[0] for name in imported(path) - inside} <= set(ORDER) - {"__main__"}


@pytest.mark.parametrize("path", [p for p in SOURCES if p.stem != "__init__"], ids=lambda p: p.stem)
def test_a_source_shares_nothing_with_another_source(path: Path) -> None:
    assert imported(path) <= SHARED


def test_the_readme_tells_the_order_as_it_is() -> None:
    (told,) = re.findall(r"`(sentences law [^`]*)`", (ROOT / "README.md").read_text("utf-8"))
    assert [*told.split(), "__main__"] == ORDER


def test_only_the_demonstration_the_classroom_and_the_command_line_know_of_generated_data() -> None:
    knowing = {
        path.stem
        for path in [*MODULES, *SOURCES, *FINDINGS, *CLASSROOM]
        if re.search(r"^\s*(?:import|from) synthetic_data", path.read_text("utf-8"), re.MULTILINE)
    }
    assert knowing <= {"demo", "__main__", "drills", "seats", "classes"}


def test_generated_data_knows_nothing_of_the_kit() -> None:
    for path in sorted((ROOT / "synthetic_data").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "chatkit"], path.name


@pytest.mark.parametrize("path", [*MODULES, *SOURCES, *FINDINGS, *CLASSROOM], ids=lambda p: p.stem)
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


def lines(paths: list[Path]) -> int:
    """How many lines these files have together."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


def test_detection_is_small() -> None:
    """Much is told by whole pages of signs instead of one text at a time, which takes more lines."""
    assert lines(FINDINGS) < 4_000


def test_the_kit_is_small() -> None:
    """Detection is counted apart: it has one door (detect). So are the formats: a reader needs one to know them all."""
    assert lines(MODULES) < 8_000
    assert lines(SOURCES) < 1_500


def test_the_classroom_is_small() -> None:
    """It is counted apart: the method can be read, and carried out, without it."""
    assert lines(CLASSROOM) < 5_850


def files_of_the_project() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = re.compile(rb"(?<![\w.])(?:/wor" rb"k/|/hom" rb"e/\w|/roo" rb"t/|\bshare" rb"d/)")
    looks_for_them_itself = {"test_law.py"}
    files = [path for path in files_of_the_project() if path.name not in looks_for_them_itself]
    assert [str(path.relative_to(ROOT)) for path in files if places.search(path.read_bytes())] == []


@pytest.mark.parametrize("name", ck.__all__)
def test_a_public_name_says_what_it_is(name: str) -> None:
    thing = getattr(ck, name)
    own = thing.__doc__ or ""
    assert len(own) > 20
    assert not own.startswith(f"{name}(")  # what a dataclass writes by itself


def documented(path: Path) -> list[str]:
    """Public functions, classes and methods without a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    lacking = [] if ast.get_docstring(tree) else [path.stem]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            lacking += [] if ast.get_docstring(node) else [node.name]
            if isinstance(node, ast.ClassDef):
                lacking += [
                    f"{node.name}.{inner.name}"
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_")
                    if not ast.get_docstring(inner)
                ]
    return lacking


@pytest.mark.parametrize("path", [*MODULES, *SOURCES, *FINDINGS, *CLASSROOM], ids=lambda p: p.stem)
def test_everything_public_has_a_docstring(path: Path) -> None:
    exempt = {"Statute.title"}  # the title says it
    assert [name for name in documented(path) if name not in exempt] == []


def test_what_is_exported_is_what_the_package_lists() -> None:
    assert sorted(ck.__all__) == list(ck.__all__)
    assert inspect.getdoc(ck)
