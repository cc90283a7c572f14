"""The instructor's command line: ``python -m chatkit class VERB``. It calls the same functions as a notebook."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ...errors import BadInput
from ...sentences import say
from ..desk.seats import own_seat
from ..lessons.drills import drills
from ..results import certificates, outcomes
from ..results.pages import report_page
from ..results.submissions import pack
from . import handouts, tls
from .classes import MODES, TrainingClass, create_class, open_class, read_trainees, recode, reset, seat_of
from .collecting import chosen, collect
from .rehearsals import rehearse
from .serving import serve_class
from .wheels import PLATFORMS, wheelhouse

PORT = 8866


def run(arguments: Sequence[str]) -> int:
    """Run one verb. Returns 0, or 4 for a certificate that does not verify. Raises BadInput and Refused."""
    parser = argparse.ArgumentParser(prog="python -m chatkit class", description=say("cli.class").line)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, (function, wanted) in VERBS.items():
        text = say(f"cli.class_verb.{name}").line
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(run=function)
        for argument in wanted.split():
            verb.add_argument(argument.rstrip("?"), **ARGUMENTS[argument])
    given = parser.parse_args(arguments)
    return int(given.run(given) or 0)


def _create(given: argparse.Namespace) -> None:
    names = (
        read_trainees(given.people)
        if given.people
        else [say("class.number", n=n).zh for n in range(1, given.number + 1)]
    )
    if unknown := [drill for drill in given.drill if drill not in drills()]:
        raise BadInput("no_drill", given.folder, drills="、".join(unknown), choices="、".join(drills()))
    options = {"title": given.title, "mode": given.mode, "drills": given.drill, "seed": given.seed}
    group, codes = create_class(given.folder, names, **options)
    slips = group.folder / "handout.pdf"
    if group.mode == "hosted":
        addresses = [*given.address, *tls.own_names()]
        mark = tls.make_certificate(group.folder, dict.fromkeys(addresses))
        handouts.print_slips(group, codes, slips, address=f"https://{_best(addresses)}:{given.port}/", fingerprint=mark)
        with closing(group.casebook()) as casebook:
            for trainee in group.trainees:
                seat_of(group, trainee.id, casebook)  # the data is made now, not while 25 people wait for it
    else:
        handouts.print_slips(group, codes, slips)
        handouts.write_packs(group, group.folder / "packs")
    print(say("class.made", id=group.id, trainees=len(names), folder=group.folder, handout=slips))
    print(say("class.public", public=group.public))


def _best(addresses: Sequence[str]) -> str:
    """The address to print: the first that was asked for, or that other machines can reach."""
    return next((a for a in addresses if a not in ("localhost", "127.0.0.1") and "." in a), addresses[0])


def _host(given: argparse.Namespace) -> None:
    serve_class(given.folder, port=given.port, address=given.listen)


def _who(group: TrainingClass, who: str) -> str:
    """A trainee by id, or by personal code."""
    return group.whose(who) or group.trainee(who).id


def _reset(given: argparse.Namespace) -> None:
    group = open_class(given.folder)
    trainee = _who(group, given.who)
    with closing(group.casebook()) as casebook:
        print(say("class.reset", trainee=trainee, round=reset(group, trainee, casebook)))


def _recode(given: argparse.Namespace) -> None:
    group = open_class(given.folder)
    trainee = _who(group, given.who)
    print(say("class.recoded", trainee=trainee, code=recode(group, trainee)))


def _collected(given: argparse.Namespace) -> tuple[TrainingClass, pd.DataFrame]:
    group = open_class(given.folder)
    results = collect(group, given.submissions)
    kinds = results["kind"].value_counts()
    counts = {"answers": kinds.get("answer", 0), "drills": kinds.get("drill", 0), "faults": kinds.get("fault", 0)}
    whole = results[results["kind"] != "fault"]
    print(say("class.collected", people=whole["trainee"].nunique(), **counts))
    return group, results


def _collect(given: argparse.Namespace) -> None:
    group, results = _collected(given)
    for path in outcomes.write_tables(results, given.out or group.folder / "results", class_id=group.id).values():
        print(path)


def _score(given: argparse.Namespace) -> None:
    _, results = _collected(given)
    told = outcomes.scores(results)
    shown = ["trainee", "name", "before_right", "before_items", "after_right", "after_items", "drills", "drill_mean"]
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.float_format", "{:.2f}".format):
        print(told[[column for column in shown if column in told]].to_string(index=False))
    for fault in results[results["kind"] == "fault"].to_dict("records"):
        print(f"✗ {fault['trainee']} {fault['name']}（{fault['what']}）{fault['zh']} {fault['en']}")


def _report(given: argparse.Namespace) -> None:
    group, results = _collected(given)
    folder = given.out or group.folder / "report"
    outcomes.write_tables(results, folder, class_id=group.id)
    page = folder / "report.html"
    page.write_text(report_page(results, f"{group.title}（{group.id}）"), "utf-8")
    print(say("class.reported").line, page, sep="\n")


def _certificate(given: argparse.Namespace) -> None:
    group = open_class(given.folder)
    trainee, results = _who(group, given.who), collect(group, given.submissions)
    told = {"class_id": group.id, "title": group.title, "mode": group.mode, "day": f"{datetime.now():%Y-%m-%d}"}
    made = certificates.certify(results, trainee, drills=chosen(group), **told)
    code = certificates.sign(made, group.key())
    path = given.out or group.folder / "certificates" / f"{trainee}.pdf"
    print(certificates.print_certificate(made, code, group.public, path), code, sep="\n")


def _verify(given: argparse.Namespace) -> int:
    certificate = certificates.verify(given.code, given.public)
    print(say("certificate.valid" if certificate else "certificate.invalid"))
    if certificate:
        print(certificate.text, certificate.limits, sep="\n")
    return 0 if certificate else 4


def _rehearse(given: argparse.Namespace) -> None:
    group = rehearse(given.folder, people=given.number, seed=7 if given.seed is None else given.seed)
    print(say("class.rehearsed", folder=group.folder, trainees=len(group.trainees)))


def _join(given: argparse.Namespace) -> None:
    code = given.code or input(f"{say('host.code').line}: ")
    joined = handouts.join(given.pack, code, given.desk)
    print(say("class.joined", name=joined.name, trainee=joined.trainee, id=joined.group))


def _submit(given: argparse.Namespace) -> None:
    told = handouts.enrolled(given.desk)
    with closing(own_seat(given.desk).casebook) as casebook:
        path = pack(
            casebook, told["trainee"], told["seed"], told["class"], given.out or f"{told['trainee']}.chatkit.zip"
        )
    print(say("class.submitted", path=path))


def _wheelhouse(given: argparse.Namespace) -> None:
    for path in wheelhouse(given.out or Path("wheelhouse"), given.platform, given.python):
        print(path.name)


_PATH: dict[str, Any] = {"type": Path}
_MANY: dict[str, Any] = {"action": "append", "default": []}
_NUMBER: dict[str, Any] = {"type": int, "metavar": "N"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("folder", "pack"), _PATH),
    "who": {},
    "code": {},
    **dict.fromkeys(("--out", "--submissions", "--people"), _PATH),
    **{"--number": {**_NUMBER, "default": 25}, "--seed": _NUMBER, "--port": {**_NUMBER, "default": PORT}},
    **{"--title": {"default": ""}, "--mode": {"choices": MODES, "default": MODES[0]}, "--code?": {"default": ""}},
    **dict.fromkeys(("--drill", "--address"), _MANY),
    "--listen": {"default": "0.0.0.0", "metavar": "ADDRESS"},
    "--public": {"required": True, "metavar": "KEY"},
    "--desk": {**_PATH, "default": handouts.PLACE, "metavar": "FOLDER"},
    "--platform": {"choices": tuple(PLATFORMS), "default": "win_amd64"},
    "--python": {"default": f"{sys.version_info.major}.{sys.version_info.minor}", "metavar": "VERSION"},
}
VERBS: dict[str, tuple[Callable[[argparse.Namespace], int | None], str]] = {
    "create": (_create, "folder --people --number --title --mode --drill --seed --address --port"),
    "host": (_host, "folder --port --listen"),
    "reset": (_reset, "folder who"),
    "recode": (_recode, "folder who"),
    "collect": (_collect, "folder --submissions --out"),
    "score": (_score, "folder --submissions"),
    "report": (_report, "folder --submissions --out"),
    "certificate": (_certificate, "folder who --submissions --out"),
    "verify": (_verify, "code --public"),
    "rehearse": (_rehearse, "folder --number --seed"),
    "join": (_join, "pack --code? --desk"),
    "submit": (_submit, "--desk --out"),
    "wheelhouse": (_wheelhouse, "--platform --python --out"),
}
