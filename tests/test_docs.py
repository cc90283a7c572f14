"""What the README and the lessons say is so."""

import json
import re
import shutil
from pathlib import Path

import pytest

import chatkit as ck
from chatkit.__main__ import VERBS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def lessons() -> str:
    cells = (json.loads(p.read_text("utf-8"))["cells"] for p in sorted((ROOT / "notebooks").glob("*.ipynb")))
    return "\n".join("".join(cell["source"]) for notebook in cells for cell in notebook)


def test_the_readmes_example_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "synthetic_data" / "sample", tmp_path / "synthetic_data" / "sample")
    example, masking = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    said: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), said)
    assert isinstance(said["manifest"], ck.Manifest)
    assert said["manifest"].rows >= 6
    assert isinstance(said["disposal"], ck.Disposal)
    assert not (tmp_path / "refunds.xlsx").exists()
    exec(compile(masking, "README.md", "exec"), said)
    found = ck.detect(said["lines"], conversations=[1, 1, 2])
    assert found["entity"].tolist() == ["NAME", "PHONE", "ADDRESS"]
    assert ck.mask_text(said["lines"]).tolist() == ["请问您贵姓", "陈**，手机一六四****1234", "寄到杭州市西湖区[地址]"]


def test_every_public_name_is_mentioned_in_the_readme_or_a_lesson():
    told = README + lessons()
    assert [name for name in ck.__all__ if not re.search(rf"\b{name}\b", told)] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_of_the_command_line_is_in_the_readme(verb):
    assert re.search(rf"chatkit {verb}\b", README)


def test_every_notebook_is_in_the_readmes_table_and_every_link_leads_somewhere():
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"(notebooks/{notebook.name})" in README
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_pictures_have_words_in_both_languages():
    for words in re.findall(r"!\[([^\]]*)\]", README):
        assert re.search("[\u4e00-\u9fff]", words)
        assert re.search("[A-Za-z]{3}", words)


def test_the_readme_gives_the_commands_for_windows_and_conda():
    for command in ("py -m venv", "python -m chatkit demo", "conda env create -f environment.yml"):
        assert command in README
