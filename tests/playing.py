"""Somebody who plays drills: the narrowest correct run, and the same with one thing done wrong."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import chatkit as ck
from chatkit.classroom.lessons.drills import Play, begin
from chatkit.classroom.results.submissions import Enrolment, Submission, pack, read_submissions, score
from chatkit.extracts import within
from chatkit.requests import choose_mode

CLOCK = "2023-09-20T10:00"
CAST = ("liu.yang", "zhao.wei", "chen.jie", "sun.min", "gao.fei")
GATES = {"department_head": "zhao.wei", "it_review": "chen.jie", "legal": "sun.min"}


def answer(casebook: ck.Casebook, play: Play, chosen: Sequence[int]) -> None:
    """Answer the drill's question, as the desk does."""
    body = {"person": CAST[0], "stage": "drill", "item": play.key.flaw.id, "answer": list(chosen)}
    with casebook.store.transaction():
        casebook.append("answer", play.key.flaw.id, body)


def perform(folder: Path, play: Play, fault: str = "") -> ck.Casebook:
    """Play a drill to its end in a training casebook, rightly but for ``fault``; gives the casebook."""
    casebook = ck.Casebook.open(folder, clock=CLOCK)
    request, right = _asked(play, fault), play.key.flaw.key
    casebook.apply(request, casebook.sign_in(CAST[0]))
    if fault == "asks_early":
        with suppress(ck.Refused):
            casebook.approve(request, casebook.sign_in("gao.fei"))
    if fault == "own_gate":
        casebook.approve(request, casebook.sign_in("ma.li"))
        with suppress(ck.Refused):
            casebook.approve(request, casebook.sign_in("ma.li"), role="it_review")
    if play.key.narrowest or fault == "read":
        _use(casebook, play, request, fault)
    else:
        casebook.reject(request, casebook.sign_in("zhao.wei"), why="客户拒绝")
    if fault != "no_answer":
        wrong = [n for n in range(len(play.key.flaw.choices)) if n not in right]
        answer(casebook, play, wrong[: len(right)] if fault == "wrong_answer" else right)
    return casebook


def _asked(play: Play, fault: str) -> ck.Request:
    """The narrowest request, or one with a fault."""
    request = play.key.narrowest or play.draft
    assert request is not None
    given = {"conversation_id", "sent_at", "role", "text", "recalled"}
    changes: dict[str, dict[str, object]] = {
        "wide": {"since": "2023-06-25"},
        "keyword": {"keywords": ["您好"]},
        "customer": {"customers": [_another(play, request)]},
        "extra_column": {"columns": sorted({*given, "actor", "channel"})},
        "text_column": {"columns": ["sent_at", "role", "text"]},
    }
    return replace(request, **changes.get(fault, {}))  # type: ignore[arg-type]


def _another(play: Play, request: ck.Request) -> str:
    """Somebody else who wrote on these days."""
    everybody = replace(request, customers=("*",))
    found = play.chats.frame[within(play.chats.frame, everybody)]["customer_id"]
    return next((c for c in sorted(set(found)) if c not in request.customers), "A1234")


def _use(casebook: ck.Casebook, play: Play, request: ck.Request, fault: str) -> None:
    """From the gates to the destruction."""
    clerk, security = casebook.sign_in(CAST[0]), casebook.sign_in("gao.fei")
    answered = {act.role for act in casebook.acts(request)[1]}
    for gate in choose_mode(request, casebook.policy)[0].gates:
        if gate not in answered:
            casebook.approve(request, casebook.sign_in(GATES[gate]))
    extract = ck.search(play.chats, casebook.permit(request))
    path = casebook.folder.parent / "exports" / f"{casebook.folder.name}-{play.drill.id}.csv"
    if fault == "unmasked":
        with suppress(ck.Refused):
            ck.export(extract, path, by=security)  # type: ignore[arg-type]
    masked = ck.mask(extract)
    checked = None if fault == "no_spot_check" else ck.spot_check(masked, n=20).judge([], by=clerk)
    if fault == "wrong_executor":
        with suppress(ck.Refused):
            ck.export(masked, path, by=clerk, spot_check=checked)
    manifest = ck.export(masked, path, by=security, spot_check=checked)
    if fault == "moved":
        path.rename(path.with_suffix(".old"))
    if fault == "late":
        later = ck.Casebook.open(casebook.folder, clock="2023-12-25T10:00")
        ck.destroy(ck.read_manifest(path, later), by=later.sign_in("gao.fei"), sweep=())
        later.close()
    elif fault != "standing":
        ck.destroy(manifest, by=security, sweep=())


def generate_and_score(folder: Path, trainees: int, drill: str) -> tuple[float, float, list[Submission]]:
    """Seconds to play and pack that many submissions, and to read and score them: ``make bench`` prints both."""
    seeds = {f"t{n:02}": 200 + n for n in range(trainees)}
    started = time.perf_counter()
    for trainee, seed in seeds.items():
        book = perform(folder / trainee, begin(drill, seed, folder / "plays"))
        pack(book, trainee, seed, "C-bench", folder / f"{trainee}.zip")
        book.close()
    between = time.perf_counter()
    read = read_submissions([folder / f"{trainee}.zip" for trainee in seeds], Enrolment("C-bench", seeds))
    scored = [score(submission, [drill]) for submission in read]
    for submission in scored:
        submission.close()
    return between - started, time.perf_counter() - between, scored
