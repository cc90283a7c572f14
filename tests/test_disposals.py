"""Disposal: the file and its traces go, the record and the manifest stay, and what cannot be proved is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Desk, complaint

import chatkit as ck
from chatkit.disposals import clean_notebook
from chatkit.people import genuine
from chatkit.requests import digest


def destroyed(desk: Desk, manifest: ck.Manifest, *sweep: Path) -> ck.Disposal:
    return ck.destroy(manifest, by=desk.security, sweep=sweep)


def test_the_file_goes_and_the_manifest_stays(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    disposal = destroyed(desk, manifest)
    assert not manifest.path.exists()
    kept = [json.loads(p.read_text("utf-8"))["id"] for p in (desk.folder / "out").glob("*.json")]
    assert kept == [manifest.id]
    assert disposal.removed == (("found.csv", "file"),)
    assert (disposal.missing, disposal.late, disposal.executor, disposal.rows) == (False, False, "gao.fei", 6)
    assert disposal.searched == (str((desk.folder / "out").resolve()),)


def test_copies_and_temporary_files_go_and_other_files_stay(desk: Desk, tmp_path: Path) -> None:
    manifest = desk.export("out/found.csv")
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    shutil.copy(manifest.path, tmp_path / "elsewhere" / "deep" / "copy.csv")
    shutil.copy(manifest.path, tmp_path / "out" / "found (1).csv")
    (tmp_path / "out" / ".found.csv.E-X.tmp").write_text("half")
    (tmp_path / "elsewhere" / "other.csv").write_text("其他")
    (tmp_path / "elsewhere" / "same size.csv").write_bytes(b"x" * manifest.path.stat().st_size)
    disposal = destroyed(desk, manifest, tmp_path / "elsewhere")
    assert sorted(disposal.removed) == [
        *((".found.csv.E-X.tmp", "temporary"), ("copy.csv", "copy"), ("found (1).csv", "copy"), ("found.csv", "file"))
    ]
    assert sorted(p.name for p in (tmp_path / "elsewhere").rglob("*") if p.is_file()) == ["other.csv", "same size.csv"]


def notebook(permit: str, *, widgets: bool = False) -> str:
    shown = {"output_type": "display_data", "data": {"text/html": f"<td>{permit}</td><td>退款</td>"}, "metadata": {}}
    other = {"output_type": "stream", "name": "stdout", "text": ["no permit"]}
    cells = [
        {"cell_type": "code", "source": "masked", "outputs": [shown], "execution_count": 3, "metadata": {}},
        {"cell_type": "code", "source": "1 + 1", "outputs": [other], "execution_count": 4, "metadata": {}},
        {"cell_type": "markdown", "source": "说明", "metadata": {}},
    ]
    metadata = {"widgets": {"state": {"x": f"under {permit}"}}} if widgets else {"kernelspec": {"name": "python3"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


def test_outputs_that_name_the_permit_are_taken_out_of_notebooks_and_their_checkpoints(
    desk: Desk, tmp_path: Path
) -> None:
    manifest = desk.export("out/found.csv")
    (tmp_path / "work" / ".ipynb_checkpoints").mkdir(parents=True)
    files = [tmp_path / "work" / "a.ipynb", tmp_path / "work" / ".ipynb_checkpoints" / "a-checkpoint.ipynb"]
    for file in files:
        file.write_text(notebook(manifest.permit, widgets=True), encoding="utf-8")
    (tmp_path / "work" / "b.ipynb").write_text(notebook("P-OTHER"), encoding="utf-8")
    before = (tmp_path / "work" / "b.ipynb").read_bytes()
    disposal = destroyed(desk, manifest, tmp_path / "work")
    assert sorted(disposal.cleaned) == ["a-checkpoint.ipynb", "a.ipynb"]
    for file in files:
        text = file.read_text("utf-8")
        cells = json.loads(text)["cells"]
        assert manifest.permit not in text
        assert [len(c.get("outputs", [])) for c in cells] == [0, 1, 0]
        assert [c["source"] for c in cells] == ["masked", "1 + 1", "说明"]
        assert "widgets" not in json.loads(text)["metadata"]
    assert (tmp_path / "work" / "b.ipynb").read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"cells": null}',
        '{"cells": ["PERMIT"]}',
        '{"cells": [{"outputs": ["PERMIT"]}]}',
        '{"cells": [], "metadata": null}',
        '{"cells": [], "metadata": {"widgets": "PERMIT"}}',
        '{"cells": [{"outputs": ["PERMIT"]}], "metadata": []}',
    ],
)
def test_a_malformed_notebook_does_not_stop_a_destruction(desk: Desk, tmp_path: Path, content: str) -> None:
    manifest = desk.export("out/found.csv")
    (tmp_path / "out" / "odd.ipynb").write_text(content.replace("PERMIT", manifest.permit))
    destroyed(desk, manifest)
    assert not manifest.path.exists()
    assert desk.casebook.store.records("destroy")


def test_a_notebook_without_traces_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("P-OTHER"), encoding="utf-8")
    before = path.read_bytes()
    assert not clean_notebook(path, "P-MINE")
    assert path.read_bytes() == before


def test_a_file_that_is_already_gone_is_said_to_be_missing(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    copy = desk.folder / "out" / "copy.csv"
    shutil.copy(manifest.path, copy)
    manifest.path.unlink()
    disposal = destroyed(desk, manifest)
    assert (disposal.missing, disposal.removed) == (True, (("copy.csv", "copy"),))
    assert not copy.exists()


def test_a_disposal_after_the_end_is_late(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    assert ck.overdue(desk.casebook) == []
    desk.reopen("2023-10-20T10:00")
    due = ck.overdue(desk.casebook)
    assert [m.id for m in due] == [manifest.id]
    desk.reopen("2023-10-21T10:00")
    assert destroyed(desk, ck.overdue(desk.casebook)[0]).late
    assert ck.overdue(desk.casebook) == []


def test_the_record_is_signed_by_the_executor(desk: Desk) -> None:
    disposal = destroyed(desk, desk.export("out/found.csv"))
    record = {n: v for n, v in disposal.__dict__.items() if n != "act"}
    assert genuine(disposal.act, digest(record), desk.casebook.people())
    assert not genuine(disposal.act, digest({**record, "late": True}), desk.casebook.people())


def test_the_record_says_what_it_cannot_prove(desk: Desk) -> None:
    text = destroyed(desk, desk.export("out/found.csv")).text
    assert "不能证明别处没有副本" in text.zh
    assert "does not prove that no copy exists elsewhere" in text.en


def test_the_key_of_the_pseudonyms_goes_with_the_last_export(desk: Desk) -> None:
    permit = desk.grant()
    masked = desk.masked(permit)
    first, second = desk.export("a.csv", masked), desk.export("b.csv", masked)
    key = desk.casebook.store.secret(masked.extract_id)
    destroyed(desk, first)
    assert desk.casebook.store.secret(masked.extract_id) == key
    destroyed(desk, second)
    raw = b"".join(p.read_bytes() for p in desk.casebook.folder.iterdir() if p.is_file())
    assert key not in raw
    assert desk.casebook.store.secret(masked.extract_id) != key


def test_one_destruction_does_not_touch_another_export(desk: Desk) -> None:
    first = desk.export("out/a.csv")
    second = desk.export("out/b.csv", desk.masked(desk.grant(complaint(reason="投诉 #2023-0877"))))
    destroyed(desk, first)
    assert second.path.exists()
    assert ck.verify(second)


def test_a_destruction_is_verified_with_the_casebook(desk: Desk) -> None:
    destroyed(desk, desk.export("out/found.csv"))
    assert desk.casebook.verify() == []
