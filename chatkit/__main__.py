"""The command line: ``python -m chatkit VERB``. It calls the same verbs as a notebook and holds no rule."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

import pandas as pd

from . import keys, lab
from .casebook import Casebook
from .demo import demo
from .disposals import destroy
from .enrolment import enrol
from .errors import BadInput, Refused
from .exports import export
from .extracts import estimate, search
from .forms import print_form
from .founding import FILE, found
from .manifests import read_manifest, verify
from .masking import mask
from .people import SignedIn
from .requests import Request, fingerprint
from .routes import draw_mode, route
from .sentences import say
from .sources import read_chats


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns 0, 2 for input that cannot be used, 3 for a refusal, 4 for a failed verification."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that cannot show a sign shows “?” and goes on
    parser = _parser()
    given, options = parser.parse_known_args(arguments)
    given.options = options
    if options and given.run is not _lab:
        parser.error(f"? {' '.join(options)}")
    try:
        return int(given.run(given) or 0)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chatkit", description=str(say("notice")))
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: object, *, casebook: bool = True, person: bool = False) -> argparse.ArgumentParser:
        text = say(f"cli.{name}").line
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        if casebook:
            sub.add_argument("--casebook", default="casebook", metavar="FOLDER")
            sub.add_argument("--clock", metavar="TIME", help=say("cli.clock").line)
        if person:
            sub.add_argument("--as", dest="person", required=True, metavar="PERSON")
            sub.add_argument("--key", type=Path, metavar="FILE")
        return sub

    sub = verb("init", _init, casebook=False)
    sub.add_argument("folder", type=Path)
    sub.add_argument("--people", type=Path, metavar="CSV", help=say("cli.people").line)
    sub.add_argument("--profile", choices=("recommended", "article"), default="recommended")
    sub = verb("key", _key, casebook=False)
    sub.add_argument("person")
    sub.add_argument("--out", type=Path, metavar="FILE")
    sub = verb("enrol", _enrol, person=True)
    sub.add_argument("people", type=Path)
    sub = verb("demo", _demo, casebook=False)
    sub.add_argument("file", nargs="?", type=Path)
    sub.add_argument("--out", type=Path, metavar="FOLDER")
    verb("lab", _lab, casebook=False)

    sub = verb("apply", _apply, person=True)
    for name in ("purpose", "reason", "since", "until"):
        sub.add_argument(f"--{name}", required=True)
    for name in ("customer", "keyword", "without", "column", "unmask"):
        sub.add_argument(f"--{name}", action="append", default=[])
    for name in ("match", "basis", "recipient"):
        sub.add_argument(f"--{name}", default="any" if name == "match" else "")
    sub.add_argument("--use-days", type=int, default=30)
    sub.add_argument("--proof", action="append", default=[], metavar="NAME=FILE")
    sub.add_argument("--chats", type=Path, help=say("cli.estimate").line)
    for name, run in (("approve", _approve), ("reject", _reject)):
        sub = verb(name, run, person=True)
        sub.add_argument("request")
        sub.add_argument("--role", default="")
        if name == "reject":
            sub.add_argument("--why", required=True)
    verb("route", _route).add_argument("request", nargs="?")
    sub = verb("form", _form)
    sub.add_argument("request")
    sub.add_argument("--out", type=Path, required=True)
    sub = verb("search", _search)
    sub.add_argument("request")
    sub.add_argument("--chats", type=Path, required=True)
    sub = verb("export", _export, person=True)
    sub.add_argument("request")
    sub.add_argument("--chats", type=Path, required=True)
    sub.add_argument("--out", type=Path, required=True)
    sub = verb("destroy", _destroy, person=True)
    sub.add_argument("file", type=Path)
    sub.add_argument("--sweep", action="append", type=Path, default=[], metavar="FOLDER")
    sub = verb("verify", _verify)
    sub.add_argument("file", type=Path, nargs="?")
    sub.add_argument("--checkpoint", type=Path, metavar="FILE")
    verb("checkpoint", _checkpoint)
    return parser


def _open(given: argparse.Namespace) -> Casebook:
    if not (Path(given.casebook) / FILE).exists():
        raise BadInput("no_casebook", given.casebook)
    return Casebook.open(given.casebook, clock=given.clock)


def _person(given: argparse.Namespace) -> SignedIn:
    return _open(given).sign_in(given.person, key=given.key)


def _init(given: argparse.Namespace) -> None:
    found(given.folder, people=given.people, profile=given.profile)
    print(Casebook.open(given.folder))


def _key(given: argparse.Namespace) -> int:
    passphrase = getpass.getpass(f"{say('cli.passphrase').line}: ")
    if getpass.getpass(f"{say('cli.again').line}: ") != passphrase:
        print(say("cli.differ"), file=sys.stderr)
        return 2
    key, path = keys.new_key(), given.out or keys.key_path(given.person)
    keys.write_key(key, path, passphrase)
    print(say("cli.key_made", path=path, public=keys.public_hex(key)))
    return 0


def _enrol(given: argparse.Namespace) -> None:
    enrol(given.people, by=_person(given))


def _demo(given: argparse.Namespace) -> None:
    demo(given.out or Path("out") / f"demo-{datetime.now():%Y%m%d-%H%M%S}", given.file)


def _lab(given: argparse.Namespace) -> int:
    return lab.run(given.options)


def _apply(given: argparse.Namespace) -> None:
    clerk = _person(given)
    request = Request(
        purpose=given.purpose,
        reason=given.reason,
        customers=tuple(given.customer),
        since=given.since,
        until=given.until,
        keywords=tuple(given.keyword),
        match=given.match,
        without=tuple(given.without),
        columns=tuple(given.column),
        basis=given.basis,
        use_days=given.use_days,
        recipient=given.recipient,
        unmask=tuple(given.unmask),
        evidence=tuple((name, fingerprint(path)) for name, _, path in (p.partition("=") for p in given.proof)),
    )
    clerk.casebook.apply(request, clerk)
    print(route(request, clerk.casebook))
    if given.chats:
        print(estimate(read_chats(given.chats), request, by=clerk))
    print(request.id)


def _approve(given: argparse.Namespace) -> None:
    gate = _person(given)
    request = gate.casebook.request(given.request)
    gate.casebook.approve(request, gate, role=given.role)
    print(route(request, gate.casebook))


def _reject(given: argparse.Namespace) -> None:
    gate = _person(given)
    request = gate.casebook.request(given.request)
    gate.casebook.reject(request, gate, why=given.why, role=given.role)
    print(route(request, gate.casebook))


def _route(given: argparse.Namespace) -> None:
    casebook = _open(given)
    if given.request:
        print(route(casebook.request(given.request), casebook))
    else:
        print("\n".join(str(draw_mode(mode, casebook.policy)) for mode in casebook.policy.modes.values()))


def _form(given: argparse.Namespace) -> None:
    casebook = _open(given)
    print(print_form(casebook.permit(casebook.request(given.request)), given.out))


def _search(given: argparse.Namespace) -> None:
    casebook = _open(given)
    extract = search(read_chats(given.chats), casebook.permit(casebook.request(given.request)))
    masked = mask(extract)
    print(masked)
    with pd.option_context("display.max_colwidth", 60, "display.width", 200, "display.max_columns", None):
        print(masked.frame.drop(columns="message_id").to_string(index=False))


def _export(given: argparse.Namespace) -> None:
    security = _person(given)
    casebook = security.casebook
    masked = mask(search(read_chats(given.chats), casebook.permit(casebook.request(given.request))))
    manifest = export(masked, given.out, by=security)
    print(manifest)
    print(manifest.path, manifest.sidecar, sep="\n")


def _destroy(given: argparse.Namespace) -> None:
    security = _person(given)
    print(destroy(read_manifest(given.file, security.casebook), by=security, sweep=given.sweep))


def _verify(given: argparse.Namespace) -> int:
    casebook = _open(given)
    if given.file:
        checks = verify(read_manifest(given.file, casebook))
        print(checks)
        return 0 if checks else 4
    faults = casebook.verify(given.checkpoint.read_text("utf-8") if given.checkpoint else "")
    print("\n".join(say(f"verify.{fault}").line for fault in faults or ["sound"]))
    return 4 if faults else 0


def _checkpoint(given: argparse.Namespace) -> None:
    print(_open(given).checkpoint(), end="")


if __name__ == "__main__":
    sys.exit(main())
