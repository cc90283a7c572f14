"""The demonstration: the whole method on three made-up exports, or on a file of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

import synthetic_data

from .casebook import Casebook
from .chats import Chats
from .clocks import CHINA, china_day
from .disposals import destroy
from .errors import BadInput, Refused
from .exports import export
from .extracts import estimate, search
from .manifests import Manifest, verify
from .masking import mask
from .requests import ALL_CUSTOMERS, Request
from .routes import route
from .sentences import counted, listed, say
from .sources import read_chats

CONVERSATIONS, SEED = 90, 20230901
LESSON_TIME = "2023-09-20T10:00"  # the generated chats are of 2023


def demo(folder: str | Path, file: str | Path | None = None) -> list[Path]:
    """Carry out the method and print a short account of each step; returns the paths of what was made.

    Without ``file`` on three generated inputs; with it on that file, whose approvals are then role-play, as in
    every training casebook. Raises BadInput for a file that cannot be used.
    """
    folder = Path(folder)
    _say("notice")
    made = list(_own_file(folder, Path(file)) if file else _three_inputs(folder))
    _heading("end")
    for path in made:
        _tell(path)
    return made


def _three_inputs(folder: Path) -> Iterator[Path]:
    _heading("generate", n=CONVERSATIONS, seed=SEED)
    data = folder / "data"
    for name in ("csv", "wecom", "crm"):
        synthetic_data.write(data / name, conversations=CONVERSATIONS, seed=SEED, format=name)
    casebook = Casebook.open(folder / "casebook", clock=LESSON_TIME)
    crm = next((data / "crm").glob("*.csv"))
    archive = data / "wecom" / "wecom.jsonl"
    inputs = ((data / "csv", "xlsx", ("退款",)), (archive, "csv", ()), (crm, "pdf", ("退款", "课程 顾问")))
    for n, (source, suffix, keywords) in enumerate(inputs, 1):
        chats = _read(read_chats(source))
        reason, scope = f"投诉 #2023-0876（{chats.format}）", ("2023-09-01", "2023-09-15", keywords)
        request = Request("complaint", reason, ("A1234",), *scope)
        path = folder / "exports" / f"{n}-{chats.format}.{suffix}"
        manifest = _carry_out(casebook, chats, request, path, lesson=n == 1)
        yield from (manifest.path, manifest.sidecar)
    _life_cycle(casebook, folder, read_chats(data / "csv"))
    yield casebook.folder.absolute()
    casebook.close()


def _own_file(folder: Path, file: Path) -> Iterator[Path]:
    """The same on somebody's own file: everything in it is asked for, and the caps say how much that may be."""
    try:
        chats = read_chats(file)
    except BadInput as bad:
        if bad.problem != "no_time":
            raise
        changed = china_day(datetime.fromtimestamp(file.stat().st_mtime, UTC))
        _say("demo.dated", day=changed)
        chats = read_chats(file, dated=changed.isoformat())
    if _read(chats).frame.empty:
        raise BadInput("all_aside", file)
    _say("demo.rehearsal")
    casebook = Casebook.open(folder / "casebook")
    days = chats.frame["sent_at"].dt.tz_convert(CHINA).dt.date
    everything = _decision(ALL_CUSTOMERS, days.min(), days.max())
    request = _within_caps(casebook, chats.frame, days)
    if request != everything:
        try:
            casebook.check(everything)
        except Refused as refused:
            _tell(refused)
        whom = "demo.everybody" if request.customers == ALL_CUSTOMERS else "demo.some"
        _say("demo.narrowed", since=request.since, until=request.until, n=say(whom, n=len(request.customers)))
    manifest = _carry_out(casebook, chats, request, folder / "exports" / f"{file.stem}.xlsx", lesson=True)
    yield from (manifest.path, manifest.sidecar, casebook.folder.absolute())
    casebook.close()


def _decision(customers: tuple[str, ...], since: date, until: date) -> Request:
    columns = ("conversation_id", "sent_at", "role", "text")
    days = (since.isoformat(), until.isoformat())
    return Request("decision_support", "演练：了解本文件中的服务问题", customers, *days, columns=columns)


def _within_caps(casebook: Casebook, frame: pd.DataFrame, days: pd.Series[date]) -> Request:
    """The latest days, and then the first customers, that stay under the policy's caps of days and rows."""
    mode = casebook.policy.modes["permission"]
    latest, first, rows = days.max(), None, 0
    for day in sorted(set(days), reverse=True):
        rows += int((days == day).sum())
        if rows > mode.cap_rows or (latest - day).days >= mode.range_days:
            break
        first = day
    if first:
        return _decision(ALL_CUSTOMERS, first, latest)
    on_the_day = frame[days == latest].groupby("customer_id", sort=False).size().cumsum()
    return _decision(tuple(on_the_day[on_the_day <= mode.cap_rows].index), latest, latest)


def _read(chats: Chats) -> Chats:
    _heading("read")
    _tell(chats)
    if len(chats.set_aside):
        reasons = chats.set_aside["reason"].value_counts()
        reasons_given = listed(counted(say(f"aside.{reason}"), n) for reason, n in reasons.items())
        _say("demo.set_aside", n=len(chats.set_aside), why=reasons_given)
    for note, n in chats.notes:
        _tell(counted(say(f"note.{note}"), n).line)
    return chats


def _carry_out(casebook: Casebook, chats: Chats, request: Request, path: Path, *, lesson: bool) -> Manifest:
    """Apply, approve, search, mask, export, verify; with ``lesson``, also the two wrong turns people take first."""
    clerk, security = casebook.sign_in("liu.yang"), casebook.sign_in("gao.fei")
    _heading("apply", reason=request.reason, id=request.id)
    casebook.apply(request, clerk)
    _tell(estimate(chats, request, by=clerk))
    if lesson:
        _wrong_turn(lambda: casebook.permit(request))
    for gate in map(casebook.sign_in, ("zhao.wei", "chen.jie", "sun.min")):
        casebook.approve(request, gate)
    _tell(route(request, casebook))
    permit = casebook.permit(request)
    _heading("search", permit=permit.id)
    extract = search(chats, permit)
    _say("demo.found", rows=len(extract.frame), of=len(chats.frame))
    if lesson:
        _wrong_turn(lambda: export(extract, path, by=security))  # type: ignore[arg-type]  # an extract is not masked
    _heading("mask")
    masked = mask(extract)
    entities = casebook.policy.entities
    _say("demo.masked", spans=listed(counted(entities[e], n) for e, n in masked.counts) if masked.counts else "0")
    _heading("export", by=security.id)
    manifest = export(masked, path, by=security)
    _tell(manifest)
    checks = verify(manifest)
    _tell(checks)
    if not checks:
        raise SystemExit(1)
    return manifest


def _life_cycle(casebook: Casebook, folder: Path, chats: Chats) -> None:
    """A second, temporary copy of the first export, destroyed; and the log verified."""
    _heading("destroy")
    request = casebook.request(casebook.store.records("export")[0].ref)
    masked = mask(search(chats, casebook.permit(request)))
    security = casebook.sign_in("gao.fei")
    copy = export(masked, folder / "exports" / "temporary.csv", by=security)
    _tell(destroy(copy, by=security, sweep=()))
    if faults := casebook.verify():
        raise SystemExit("\n".join(say(f"verify.{fault}").line for fault in faults))
    _say("demo.log", n=len(casebook.store.entries()))
    _tell(casebook.checkpoint())


def _wrong_turn(step: Callable[[], object]) -> None:
    """Take a step that the policy refuses, and show the refusal."""
    try:
        step()
    except Refused as refused:
        _tell(refused)
    else:
        raise SystemExit("the policy let a wrong turn pass")


def _heading(name: str, **values: object) -> None:
    print(f"\n■ {say(f'demo.{name}', **values).line}")


def _say(name: str, **values: object) -> None:
    _tell(say(name, **values))


def _tell(thing: object) -> None:
    """Print something in its own words, set in under its heading."""
    print("\n".join(f"   {line}" for line in str(thing).strip().splitlines()))
