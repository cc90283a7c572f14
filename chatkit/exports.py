"""Export: masked rows leave as one file, executed by data security, with a manifest that can be verified."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from . import log
from .casebook import Casebook, SignedIn, keeper, shipped_policy
from .clocks import stamp
from .errors import BadInput, refuse
from .masking import Masked, masked_id, residual
from .people import Act, genuine
from .permits import Permit
from .requests import digest, fingerprint, names, short_id
from .sentences import counted, listed, say
from .views import readable
from .writers import WRITERS

DETECTOR = "chatkit patterns 1"


@dataclass(frozen=True, repr=False)
class Manifest:
    """What an export is: who asked, why, who agreed, who executed, what was masked, and the hashes to prove it.

    Times are UTC. ``file_sha256`` is the file's hash, ``log_head`` the signed head of the log just before the
    export. ``path`` and ``casebook`` are not part of the record that is signed.
    """

    id: str
    request: str
    permit: str
    purpose: str
    reason: str
    basis: str
    mode: str
    applicant: str
    approved_by: tuple[tuple[str, str, str], ...]
    executor: str
    exported_at: str
    destroy_by: str
    file: str
    rows: int
    columns: tuple[str, ...]
    masked: tuple[tuple[str, int], ...]
    left_readable: tuple[str, ...]
    neutralised: int
    detector: str
    file_sha256: str
    policy_sha256: str
    profile: str
    log_head: str
    roleplay: bool
    fictional: bool
    act: Act
    path: Path = field(compare=False, repr=False)
    casebook: Casebook = field(compare=False, repr=False)

    def record(self) -> dict[str, Any]:
        """The manifest as plain values, the executor's signed act included."""
        return {n: v for n, v in self.__dict__.items() if n not in ("path", "casebook", "act")} | {
            "act": asdict(self.act)
        }

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        gates = listed(person for _, person, _ in self.approved_by)
        entities = self.casebook.policy.entities
        spans = listed([counted(entities[entity], n) for entity, n in self.masked] or ["0"])
        values = {"id": self.id, "rows": self.rows, "file": self.file, "reason": self.reason, "gates": gates}
        text = say("manifest", **values, by=self.executor, applicant=self.applicant, spans=spans)
        return str(say("roleplay", text=text) if self.roleplay else text)

    @property
    def sidecar(self) -> Path:
        """The manifest's own file, beside the export."""
        return self.path.with_name(self.path.name + ".manifest.json")


def subject(record: Mapping[str, Any]) -> str:
    """What the executor signs: the manifest without the act."""
    return digest({n: v for n, v in record.items() if n != "act"})


def export(masked: Masked, path: str | Path, *, by: SignedIn) -> Manifest:
    """Write masked rows to ``path`` (.csv, .xlsx, .parquet or .pdf) and its manifest beside it.

    The executor belongs to data security and had no other part in the request. What is about to be written is
    checked once more, and nothing is written where the check finds anything. Raises Refused, or BadInput for a
    file name or content that the format cannot hold. An existing file is never overwritten; exporting the same
    rows to the same name again returns the first manifest.
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
        earlier = len(casebook.store.records("destroy", permit.request.id))
        export_id = short_id("E", [permit.id, masked_id(masked), path.name, earlier])
        if path.exists():
            if made := _made_before(casebook, export_id, path):
                _put_beside(made)
                return made
            raise refuse(casebook.policy, "export.taken", file=path.name)
        return _write(masked, frame, path, export_id, casebook, by)


def _may_execute(casebook: Casebook, permit: Permit, by: SignedIn) -> None:
    """Raise Refused unless the person may execute this permit's export."""
    mode = casebook.policy.modes[permit.mode]
    casebook.must_be_executor(by, mode.executor, "export")
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
    left = residual(readable(frame), policy, masked.names, permit.request.unmask)
    if left:
        raise refuse(policy, "mask.residual", cells=left.total(), entities=names(policy.entities, sorted(left)))
    return frame


def _made_before(casebook: Casebook, export_id: str, path: Path) -> Manifest | None:
    """The manifest of this very export where the file is still the one that was written."""
    for made in manifests(casebook):
        if made.id == export_id and made.path == path and fingerprint(path) == made.file_sha256:
            return made
    return None


def _write(
    masked: Masked, frame: pd.DataFrame, path: Path, export_id: str, casebook: Casebook, by: SignedIn
) -> Manifest:
    """Intent into the log, file under a temporary name, rename, result into the log, manifest beside it."""
    policy, permit, request = casebook.policy, masked.permit, masked.permit.request
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
        "detector": DETECTOR,
        "file_sha256": file_hash,
        "policy_sha256": policy.sha256,
        "profile": policy.profile,
        "log_head": casebook.checkpoint(),
        "roleplay": permit.roleplay,
        "fictional": masked.fictional,
    }
    act = by.sign("export", subject(record), policy.modes[permit.mode].executor, record["exported_at"])
    manifest = Manifest(**record, act=act, path=path, casebook=casebook)
    with casebook.store.transaction():
        casebook.append("export", request.id, {**intent, "secret": masked.extract_id, "manifest": manifest.record()})
    _put_beside(manifest)
    return manifest


def _put_beside(manifest: Manifest) -> None:
    """Write the manifest's own file, if it is not there."""
    if not manifest.sidecar.exists():
        write_whole(manifest.sidecar, json.dumps(manifest.record(), ensure_ascii=False, indent=1, default=list))


def write_whole(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it: whole, or not there."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)


def _manifest(record: Mapping[str, Any], path: Path, casebook: Casebook) -> Manifest:
    """The manifest in a stored record."""
    fields = dict(record)
    for name in ("approved_by", "masked"):
        fields[name] = tuple(tuple(item) for item in fields[name])
    for name in ("columns", "left_readable"):
        fields[name] = tuple(fields[name])
    return Manifest(**{**fields, "act": Act(**fields["act"])}, path=path, casebook=casebook)


def manifests(casebook: Casebook) -> list[Manifest]:
    """The manifests of everything that was exported and not destroyed, oldest first."""
    gone = {r.body["export"] for r in casebook.store.records("destroy")}
    made = [r.body for r in casebook.store.records("export") if r.body["export"] not in gone]
    return [_manifest(b["manifest"], Path(b["path"]), casebook) for b in made]


@dataclass(frozen=True, repr=False)
class Verification:
    """The checks of one manifest or casebook: name of the sentence → passed."""

    checks: tuple[tuple[str, bool], ...]

    def __bool__(self) -> bool:
        return bool(self.checks) and all(passed for _, passed in self.checks)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return "\n".join(f"{'✓' if ok else '✗'} {say(f'verify.{name}').line}" for name, ok in self.checks)


def verify(thing: Manifest | Casebook, *, checkpoint: str = "") -> Verification:
    """Check an export, or a whole casebook.

    An export: its file's bytes, the executor's signature, those of the request; the log must verify, hold this very
    manifest, and contain the head that the manifest carries. A casebook: its log and records agree, and agree with
    a ``checkpoint`` that was kept elsewhere, if one is given.
    """
    if isinstance(thing, Casebook):
        faults = thing.verify(checkpoint)
        return Verification(tuple((fault, False) for fault in faults) or (("sound", True),))
    manifest = thing
    casebook, record = manifest.casebook, manifest.record()
    people = casebook.people()
    held = [r.body["manifest"] for r in casebook.store.records("export", manifest.request)]
    permits = [r.body for r in casebook.store.records("permit", manifest.request)]
    acts = [Act(**a) for p in permits for a in (p["application"], *p["approvals"])]
    asked = digest(permits[0]["request"]) if permits else ""
    stated = [(a.role, a.person, a.at) for a in acts if a.kind == "approve"]
    entries, public = casebook.store.entries(), casebook.store.meta("public")
    return Verification(
        (
            ("file", manifest.path.exists() and fingerprint(manifest.path) == manifest.file_sha256),
            ("executor", genuine(manifest.act, subject(record), people)),
            ("approvals", bool(acts) and all(genuine(a, asked, people) for a in acts)),
            ("gates", sorted(stated) == sorted(manifest.approved_by)),
            ("held", any(digest(h) == digest(record) for h in held)),
            ("head", log.verify_log(entries, manifest.log_head, public)),
            ("log", not casebook.verify()),
        )
    )


def read_manifest(path: str | Path, casebook: Casebook) -> Manifest:
    """The manifest beside an exported file (or the manifest file itself). Raises BadInput where it is none."""
    path = Path(path)
    sidecar = path if path.name.endswith(".manifest.json") else path.with_name(path.name + ".manifest.json")
    try:
        record = json.loads(sidecar.read_text("utf-8"))
        return _manifest(record, sidecar.with_name(record["file"]).absolute(), casebook)
    except FileNotFoundError:
        raise BadInput("no_manifest", sidecar) from None
    except (ValueError, KeyError, TypeError):
        raise BadInput("manifest_faulty", sidecar) from None
