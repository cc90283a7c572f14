"""The three places that say what is needed say the same."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def name(requirement: str) -> str:
    return re.split(r"[<>=!~;\[ ]", requirement.strip())[0].lower().replace("_", "-")


def conda_names() -> set[str]:
    """Every package of environment.yml, those below ``pip:`` too; read by hand, the file is that plain."""
    text = (ROOT / "environment.yml").read_text("utf-8").split("dependencies:")[1]
    items = re.findall(r"^ +- ([^#\n]+)", text, re.MULTILINE)
    return {name(item) for item in items if not item.startswith(("pip:", "--editable"))} - {"python", "pip"}


def test_environment_yml_lists_every_dependency_of_pyproject():
    assert {name(d) for d in PROJECT["dependencies"]} - conda_names() == set()


def test_pyproject_lists_every_package_of_environment_yml():
    assert conda_names() - {name(d) for d in PROJECT["dependencies"]} == set()


def test_environment_is_called_chatkit_and_asks_for_the_same_python():
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert "name: chatkit" in text
    assert "- conda-forge" in text
    assert f"python{PROJECT['requires-python']}" in text


def test_every_dependency_is_imported_somewhere():
    imported = {
        "chinesecalendar": "chinese_calendar",
        "faker": "faker",
        "fonttools": "fontTools",
        "pylopdf-fonts-zh-cn": "pylopdf_fonts_zh_cn",
    }
    run_not_imported = {"jupyterlab", "jupyterlab-language-pack-zh-cn", "ipywidgets"}  # tqdm's bars in notebooks
    sources = "\n".join(p.read_text("utf-8") for d in ("chatkit", "synthetic_data") for p in (ROOT / d).rglob("*.py"))
    for dependency in {name(d) for d in PROJECT["dependencies"]} - run_not_imported:
        module = imported.get(dependency, dependency)
        assert re.search(rf"^\s*(?:import|from) {module}\b", sources, re.MULTILINE), dependency


def test_makefile_has_at_most_thirty_lines():
    assert len((ROOT / "Makefile").read_text("utf-8").splitlines()) <= 30


def test_a_missing_venv_is_named_with_what_to_install(tmp_path):
    python = tmp_path / "python-without-venv"
    python.write_text(f'#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"), "utf-8")
    (tmp_path / "pyproject.toml").touch()
    run = subprocess.run(["make", "demo", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    assert "python3-venv" in run.stdout


def test_the_readmes_test_command_is_what_ci_runs():
    assert "make test" in (ROOT / "README.md").read_text("utf-8")
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_no_tracked_file_names_a_machine_or_a_package_index():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    here = "|".join(re.escape(f"{place}/") for place in (ROOT, Path.home()))
    forbidden = re.compile(here + r"|pypi\.org|pythonhosted\.org|registry\.npmjs|conda\.anaconda")
    for file in filter(None, listed.split("\0")):
        path = ROOT / file
        if path.suffix not in (".png", ".npz") and path.exists() and path != Path(__file__):
            assert not forbidden.search(path.read_text("utf-8")), file
