"""Export: masked rows leave as one file, executed by data security, with a manifest that can be verified."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from pypdf import PdfReader

from . import canaries
from .casebook import Casebook, keeper, shipped_policy
from .clocks import stamp
from .errors import BadInput, refuse
from .findings import VERSION
from .manifests import Manifest, put_beside, standing, subject
from .masking import Masked, masked_id, residual
from .people import SignedIn
from .permits import Permit
from .requests import fingerprint, names, short_id
from .sentences import listed, say
from .spotchecks import SpotCheck
from .views import readable
from .writers import WRITERS, plain


def export(masked: Masked, path: str | Path, *, by: SignedIn, spot_check: SpotCheck | None = None) -> Manifest:
    """Write masked rows to ``path`` (.csv, .xlsx, .parquet or .pdf) and its manifest beside it.

    The executor belongs to data security and had no other part in the request. What is about to be written is
    checked once more, and again what is really in the file before it gets its name: where a check finds anything,
    no file is left. A judged ``spot_check`` of these rows goes into the manifest. Raises Refused, or BadInput for a
    file name or content that the format cannot hold. An existing file is never overwritten; exporting the same
    rows with the same check to the same name again returns the first manifest.
    """
    if not isinstance(masked, Masked):
        book = getattr(getattr(masked, "permit", by), "casebook", None)
        if not isinstance(book, Casebook):
            raise refuse(shipped_policy(), "mask.required")
        with book.witness(by, "export"):
            raise refuse(book.policy, "mask.required")
    path, casebook, permit = Path(path).absolute(), keeper(masked.permit), masked.permit
    with casebook.witness(by, "export"):
        casebook.own(by)
        casebook.holds(permit)
        _may_execute(casebook, permit, by)
        frame = _leaving(masked, casebook)
        if path.suffix not in WRITERS:
            raise BadInput("format_unknown", path, choices=listed(WRITERS))
        checked = _judged(spot_check, masked, casebook)
        earlier = len(casebook.store.records("destroy", permit.request.id))
        export_id = short_id("E", [permit.id, masked_id(masked), path.name, earlier, *filter(None, [checked])])
        if path.exists():
            if made := _made_before(casebook, export_id, path):
                put_beside(made)
                return made
            raise refuse(casebook.policy, "export.taken", file=path.name)
        return _write(masked, frame, path, export_id, by, checked)


def _may_execute(casebook: Casebook, permit: Permit, by: SignedIn) -> None:
    """Raise Refused unless the person may execute this permit's export."""
    mode = casebook.policy.modes[permit.mode]
    casebook.must_execute(by, mode.executor, "export")
    if by.id in {permit.application.person, *(act.person for act in permit.approvals)}:
        raise refuse(casebook.policy, "export.executor_was_gate")


def _leaving(masked: Masked, casebook: Casebook) -> pd.DataFrame:
    """The cells that will be written, checked: rows of this permit, permitted columns, nothing personal left."""
    policy, permit = casebook.policy, masked.permit
    if policy.profile == "article" and not masked.fictional:
        raise refuse(policy, "export.article_profile")
    strangers = len(set(masked.records) - casebook.store.seen_under(permit.id))
    if strangers or len(masked.records) != len(masked.frame):
        raise refuse(policy, "export.rows", count=strangers or abs(len(masked.frame) - len(masked.records)))
    allowed = permit.request.columns_under(policy)
    if extra := [c for c in masked.frame.columns if c not in (*allowed, "permit_id", "message_id")]:
        raise refuse(policy, "scope.column", columns=listed(extra))
    frame = masked.frame.drop(columns=[c for c in ("message_id",) if c not in allowed])
    _prove(readable(frame), masked, casebook)
    return frame


def _prove(cells: pd.DataFrame, masked: Masked, casebook: Casebook) -> None:
    """Raise Refused where cells still hold personal data, a known name, or a value of a canary, shipped or planted."""
    policy, kept, own = casebook.policy, masked.permit.request.unmask, casebook.folder / canaries.FILE
    watched = canaries.shipped() + (canaries.read_canaries(own) if own.exists() else ())
    if left := residual(cells, policy, masked.names, kept):
        raise refuse(policy, "mask.residual", cells=left.total(), entities=names(policy.entities, sorted(left)))
    if alive := canaries.surviving(cells, watched, policy, kept):
        raise refuse(policy, "mask.canary", entities=names(policy.entities, alive))


def _judged(check: SpotCheck | None, masked: Masked, casebook: Casebook) -> Mapping[str, Any]:
    """What a manifest says of a spot check. Raises Refused for one of other rows, or that nobody has judged."""
    if check is None:
        return {}
    if not isinstance(check, SpotCheck) or check.masked != masked_id(masked) or not check.logged:
        raise refuse(casebook.policy, "export.spot_check")
    return check.record()


def read_back(path: Path, suffix: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The cells that are really in a written file, as text, its header among them (Parquet: without).

    Of a PDF: its lines that are not, blanks aside, a piece of the cells that were checked before: the header and the
    page numbers, if all is well.
    """
    match suffix:
        case ".csv":
            return pd.read_csv(path, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        case ".xlsx":
            with open(path, "rb") as file:  # by its bytes: the temporary name has another ending
                return pd.DataFrame(openpyxl.load_workbook(file, read_only=True).worksheets[0].values).fillna("")
        case ".parquet":
            return readable(pd.read_parquet(path))
        case _:
            with open(path, "rb") as file:
                lines = "\n".join(page.extract_text() for page in PdfReader(file).pages).splitlines()
            return pd.DataFrame(_unknown(lines, readable(frame).map(plain)))


def _unknown(lines: Iterable[str], cells: pd.DataFrame) -> list[str]:
    """The lines that do not stand, blanks aside, in the cells laid end to end."""
    told, at, unknown = "".join("".join(map(str, cells.to_numpy().ravel())).split()), 0, []
    for line in lines:
        said = "".join(line.split())
        place = told.find(said, at)
        if place < 0:
            place = told.find(said)
        if place < 0:
            unknown.append(line)
        else:
            at = place
    return unknown


def _measured() -> dict[str, str]:
    """What `make bench` measured of this very detector on generated data, or that it has not been measured."""
    measured = tomllib.loads((files("chatkit") / "measured.toml").read_text("utf-8"))
    if measured.get("detector") != VERSION:
        return {"on": say("measured.none").line}
    shares = {name: f"{measured[name]:.4f}" for name in ("f1", "leaked", "over_masked")}
    return {"on": say("measured.on").line, "at": str(measured["measured_on"]), **shares}


def _made_before(casebook: Casebook, export_id: str, path: Path) -> Manifest | None:
    """The manifest of this very export where the file is still the one that was written."""
    made = (m for m in standing(casebook) if m.id == export_id and m.path == path)
    return next((m for m in made if fingerprint(path) == m.file_sha256), None)


def _write(
    masked: Masked, frame: pd.DataFrame, path: Path, export_id: str, by: SignedIn, checked: Mapping[str, Any]
) -> Manifest:
    """Intent into the log, file under a temporary name, proof, rename, result into the log, manifest beside it."""
    casebook, permit, request = keeper(masked.permit), masked.permit, masked.permit.request
    policy = casebook.policy
    header = {c: policy.columns[c].name.zh for c in frame.columns}
    if permit.roleplay:
        header["permit_id"] += "（演练）"
    with casebook.store.transaction():
        intent = {"export": export_id, "permit": permit.id, "path": str(path), "person": by.id}
        casebook.append("export_started", request.id, intent)
    temporary = path.with_name(f".{path.name}.{export_id}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        neutralised = WRITERS[path.suffix](frame, header, temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        written = {str(c) for c in read_back(temporary, path.suffix, frame).to_numpy().ravel()}
        unproved = sorted(written.difference(readable(frame).to_numpy().ravel()))  # the rest was proved as it is
        _prove(pd.DataFrame({"cell": unproved}, dtype=str), masked, casebook)
        file_hash = fingerprint(temporary)
        temporary.rename(path)
    except BaseException as fault:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        with casebook.store.transaction():
            casebook.append("export_failed", request.id, intent)
        if isinstance(fault, BadInput):  # said of the file that was wanted, not of the temporary one
            raise BadInput(fault.problem, path, fault.line, **fault.values) from None
        raise
    record: dict[str, Any] = {
        "id": export_id,
        "request": request.id,
        "permit": permit.id,
        "purpose": request.purpose,
        "reason": request.reason,
        "basis": request.basis_under(policy),
        "mode": permit.mode,
        "applicant": permit.application.person,
        "approved_by": tuple((act.role, act.person, act.at) for act in permit.approvals),
        "executor": by.id,
        "exported_at": stamp(casebook.now()),
        "destroy_by": permit.expires_at,
        "file": path.name,
        "rows": len(frame),
        "columns": tuple(frame.columns),
        "masked": masked.counts,
        "left_readable": request.unmask,
        "neutralised": neutralised,
        "detector": VERSION,
        "file_sha256": file_hash,
        "policy_sha256": policy.sha256,
        "profile": policy.profile,
        "log_head": casebook.checkpoint(),
        "roleplay": permit.roleplay,
        "fictional": masked.fictional,
        "measured": _measured(),
        "spot_check": checked or {"n": 0},
    }
    act = by.sign("export", subject(record), policy.modes[permit.mode].executor, record["exported_at"])
    manifest = Manifest(**record, act=act, path=path, casebook=casebook)
    with casebook.store.transaction():
        casebook.append("export", request.id, {**intent, "secret": masked.extract_id, "manifest": manifest.record()})
    put_beside(manifest)
    return manifest
