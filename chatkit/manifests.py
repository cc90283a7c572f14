"""Manifests: what an export is and who stands for it, and whether all of that still holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import log
from .casebook import Casebook
from .clocks import moment
from .errors import BadInput
from .people import Act, genuine
from .requests import digest, fingerprint, frozen
from .sentences import counted, listed, say, stamped


@dataclass(frozen=True, repr=False, kw_only=True)
class Manifest:
    """What an export is: who asked, why, who agreed, who executed, what was masked, and the hashes to prove it.

    Times are UTC. ``file_sha256`` is the file's hash, ``log_head`` the signed head of the log just before the
    export. ``measured`` says what was measured of the detector, on generated data and not on this export;
    ``spot_check`` what a person judged of rows drawn from this export (``{"n": 0}`` where nobody did). Both are
    empty in manifests made before there were such. ``path`` and ``casebook`` are not part of the record that is signed.
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
    measured: Mapping[str, str] = field(default_factory=dict, hash=False)
    spot_check: Mapping[str, Any] = field(default_factory=dict, hash=False)
    act: Act
    path: Path = field(compare=False, repr=False)
    casebook: Casebook = field(compare=False, repr=False)

    def record(self) -> dict[str, Any]:
        """The manifest as plain values, the executor's signed act included."""
        later = {n for n in ("measured", "spot_check") if not getattr(self, n)}  # not there when an old one was signed
        stated = {n: v for n, v in self.__dict__.items() if n not in {"path", "casebook", "act", *later}}
        return stated | {"act": asdict(self.act)}

    def __str__(self) -> str:
        gates = listed(person for _, person, _ in self.approved_by)
        entities = self.casebook.policy.entities
        spans = listed([counted(entities[entity], n) for entity, n in self.masked] or ["0"])
        values = {"id": self.id, "rows": self.rows, "file": self.file, "reason": self.reason, "gates": gates}
        checked = say("spot_check.manifest" if self.spot_check.get("n") else "spot_check.none", **self.spot_check)
        measured = say("measured.done" if "f1" in self.measured else "measured.none", **self.measured)
        proofs = {"detector": self.detector, "checked": checked, "measured": measured}
        text = say("manifest", **values, by=self.executor, applicant=self.applicant, spans=spans, **proofs)
        return str(stamped(text, self.roleplay))

    __repr__ = __str__

    @property
    def sidecar(self) -> Path:
        """The manifest's own file, beside the export."""
        return self.path.with_name(self.path.name + ".manifest.json")


def subject(record: Mapping[str, Any]) -> str:
    """What the executor signs: the manifest without the act."""
    return digest({n: v for n, v in record.items() if n != "act"})


def write_whole(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it: whole, or not there."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)


def put_beside(manifest: Manifest) -> None:
    """Write the manifest's own file, if it is not there."""
    if not manifest.sidecar.exists():
        write_whole(manifest.sidecar, json.dumps(manifest.record(), ensure_ascii=False, indent=1, default=list))


def _manifest(record: Mapping[str, Any], path: Path, casebook: Casebook) -> Manifest:
    """The manifest in a stored record."""
    return Manifest(**frozen(record) | {"act": Act(**record["act"])}, path=path, casebook=casebook)


def standing_records(casebook: Casebook) -> list[dict[str, Any]]:
    """The sealed records of everything that was exported and not destroyed, oldest first."""
    gone = {r.body["export"] for r in casebook.store.records("destroy")}
    return [r.body for r in casebook.store.records("export") if r.body["export"] not in gone]


def standing(casebook: Casebook) -> list[Manifest]:
    """The manifests of everything that was exported and not destroyed, oldest first."""
    return [_manifest(body["manifest"], Path(body["path"]), casebook) for body in standing_records(casebook)]


@dataclass(frozen=True, repr=False)
class Verification:
    """The checks of one manifest or casebook: name of the sentence → passed."""

    checks: tuple[tuple[str, bool], ...]

    def __bool__(self) -> bool:
        return bool(self.checks) and all(passed for _, passed in self.checks)

    def __str__(self) -> str:
        return "\n".join(f"{'✓' if ok else '✗'} {say(f'verify.{name}').line}" for name, ok in self.checks)

    __repr__ = __str__


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


def overdue(casebook: Casebook) -> list[Manifest]:
    """The exports whose permit has ended and that are not destroyed yet."""
    return [m for m in standing(casebook) if moment(m.destroy_by) <= casebook.now()]
