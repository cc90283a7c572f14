"""Destroy: the file, its traces, the key of its pseudonyms; and a signed record of what was checked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .clocks import moment, stamp
from .errors import refuse
from .manifests import Manifest, standing_records, write_whole
from .people import Act, SignedIn
from .requests import digest, fingerprint, frozen, short_id
from .sentences import Text, say, stamped


@dataclass(frozen=True, repr=False)
class Disposal:
    """The record of a destruction: what was removed and what was found on the way.

    ``removed`` are files that are gone (name, kind). ``cleaned`` are notebooks whose outputs named the permit and
    were taken out. ``searched`` are the folders looked through. It says that this was checked and recorded; it
    cannot say that no copy exists elsewhere.
    """

    id: str
    export: str
    request: str
    file_sha256: str
    rows: int
    removed: tuple[tuple[str, str], ...]
    cleaned: tuple[str, ...]
    searched: tuple[str, ...]
    missing: bool
    executor: str
    destroyed_at: str
    late: bool
    act: Act

    @property
    def text(self) -> Text:
        """What was done and what it does not prove, in both languages."""
        values = {"export": self.export, "removed": len(self.removed), "cleaned": len(self.cleaned)}
        return say("disposal", **values, folders=len(self.searched))

    def __str__(self) -> str:
        return str(stamped(self.text, self.act.roleplay))

    __repr__ = __str__


def destroy(manifest: Manifest, *, by: SignedIn, sweep: Iterable[str | Path] = (".",)) -> Disposal:
    """Destroy an export and sweep its folder, and the folders of ``sweep``, for what it left behind.

    Removed: the file, its temporary files, exact copies, the key of its pseudonyms. Cleaned: outputs and widget
    state of notebooks (and their checkpoints) that name the permit. The manifest stays, as evidence. Destroying
    again returns the same record. Raises Refused where somebody else than data security tries.
    """
    casebook = manifest.casebook
    with casebook.witness(by, "destroy"):
        casebook.must_execute(by, casebook.policy.modes[manifest.mode].executor, "destroy")
        if done := [r for r in casebook.store.records("destroy", manifest.request) if r.body["export"] == manifest.id]:
            before = done[0].body["disposal"]
            return Disposal(**frozen(before) | {"act": Act(**before["act"])})
        held = [r.body for r in casebook.store.records("export", manifest.request) if r.body["export"] == manifest.id]
        if not held or digest(held[0]["manifest"]) != digest(manifest.record()):
            raise refuse(casebook.policy, "disposal.none")
        done_by = {"export": manifest.id, "person": by.id}
        with casebook.store.transaction():
            casebook.append("destroy_started", manifest.request, done_by)
        path = Path(held[0]["path"])
        missing = not path.exists()
        folders = sorted({path.parent.resolve(), *(Path(folder).resolve() for folder in sweep)})
        removed, cleaned = _sweep(manifest, path, folders)
        record: dict[str, Any] = {
            "id": short_id("D", [manifest.id, manifest.file_sha256]),
            "export": manifest.id,
            "request": manifest.request,
            "file_sha256": manifest.file_sha256,
            "rows": manifest.rows,
            "removed": tuple(removed),
            "cleaned": tuple(cleaned),
            "searched": tuple(map(str, folders)),
            "missing": missing,
            "executor": by.id,
            "destroyed_at": stamp(casebook.now()),
            "late": casebook.now() > moment(manifest.destroy_by),
        }
        act = by.sign("destroy", digest(record), casebook.policy.modes[manifest.mode].executor, record["destroyed_at"])
        disposal = Disposal(**record, act=act)
        if manifest.sidecar.exists():  # kept as evidence, out of the way of the next export of that name
            manifest.sidecar.rename(path.with_name(f"{path.name}.{manifest.id}.manifest.json"))
        with casebook.store.transaction():
            casebook.append("destroy", manifest.request, {**done_by, "disposal": asdict(disposal)})
        if held[0]["secret"] not in {body["secret"] for body in standing_records(casebook)}:
            casebook.store.forget(held[0]["secret"])
        return disposal


def _sweep(manifest: Manifest, path: Path, folders: list[Path]) -> tuple[list[tuple[str, str]], list[str]]:
    """Remove the file and what is left of it; clean notebooks. Returns what was removed and what was cleaned."""
    removed, cleaned = [], []
    size = path.stat().st_size if path.exists() else -1
    for found in _files(folders):
        if found == path or found == path.resolve():
            kind = "file"
        elif found.name.startswith(f".{path.name}.") and found.suffix == ".tmp":
            kind = "temporary"
        elif found.suffix == path.suffix and _same(found, size, manifest.file_sha256):
            kind = "copy"
        elif found.suffix == ".ipynb":
            if clean_notebook(found, manifest.permit):
                cleaned.append(found.name)
            continue
        else:
            continue
        found.unlink()
        removed.append((found.name, kind))
    return removed, cleaned


def _files(folders: list[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in folders:
        for parent, below, files in os.walk(folder):
            below[:] = [b for b in below if b == ".ipynb_checkpoints" or not b.startswith(".")]
            fresh = [Path(parent, name) for name in sorted(files)]
            yield from (p for p in fresh if p not in seen)
            seen.update(fresh)


def _same(path: Path, size: int, file_sha256: str) -> bool:
    """Whether a file is a copy: by hash, where its size does not already say no."""
    return path.is_file() and (size < 0 or path.stat().st_size == size) and fingerprint(path) == file_sha256


def clean_notebook(path: Path, permit_id: str) -> bool:
    """Take out the outputs that name a permit, and the widget state of such a notebook. True where there was any.

    A notebook that is open in a browser holds its own copy: close it, or run it again, after this.
    """
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = [c for c in notebook["cells"] if permit_id in json.dumps(c.get("outputs", []), ensure_ascii=False)]
        widgets = notebook["metadata"].get("widgets", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    if not cells and permit_id not in json.dumps(widgets, ensure_ascii=False):
        return False
    for cell in cells:
        cell["outputs"], cell["execution_count"] = [], None
    notebook["metadata"].pop("widgets", None)
    write_whole(path, json.dumps(notebook, ensure_ascii=False, indent=1))
    return True
