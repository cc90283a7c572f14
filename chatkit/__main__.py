"""The command line: ``python -m chatkit VERB``. It calls the same verbs as a notebook and holds no rule."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

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
    if options and given.run not in (_lab, _desk):
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
    for name, (run, arguments) in VERBS.items():
        text = say(f"cli.{name}").line
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(run=run)
        for argument in arguments.split():
            verb.add_argument(argument.removesuffix("?"), **ARGUMENTS[argument])
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


def _desk(given: argparse.Namespace) -> None:
    from .classroom.hall.serving import serve  # the classroom takes a second to load, and no other verb needs it

    serve(port=given.port, options=given.options)


def _class(given: argparse.Namespace) -> int:
    from .classroom.hall.commands import run

    return run(given.arguments or ["--help"])


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


_PLAIN: dict[str, Any] = {}
_BLANK: dict[str, Any] = {"default": ""}
_PATH: dict[str, Any] = {"type": Path}
_MANY: dict[str, Any] = {"action": "append", "default": []}
_NEEDED: dict[str, Any] = {"required": True}
ARGUMENTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("folder", "file", "people"), _PATH),
    **dict.fromkeys(("person", "request"), _PLAIN),
    **{"file?": {**_PATH, "nargs": "?"}, "request?": {"nargs": "?"}},
    **dict.fromkeys(("--chats", "--out"), _PATH | _NEEDED),
    **dict.fromkeys(("--chats?", "--out?", "--key", "--checkpoint"), _PATH),
    **dict.fromkeys(("--purpose", "--reason", "--since", "--until", "--why"), _NEEDED),
    **dict.fromkeys(("--customer", "--keyword", "--without", "--column", "--unmask"), _MANY),
    **dict.fromkeys(("--basis", "--recipient", "--role"), _BLANK),
    "arguments": {"nargs": argparse.REMAINDER, "metavar": "…"},
    "--match": {"default": "any"},
    "--use-days": {"type": int, "default": 30},
    "--port": {"type": int, "default": 0, "help": say("cli.port").line},
    "--proof": {**_MANY, "metavar": "NAME=FILE"},
    "--sweep": {**_MANY, **_PATH, "metavar": "FOLDER"},
    "--people": {**_PATH, "help": say("cli.people").line},
    "--profile": {"choices": ("recommended", "article"), "default": "recommended"},
    "--as": {**_NEEDED, "dest": "person", "metavar": "PERSON"},
    "--casebook": {"default": "casebook", "metavar": "FOLDER"},
    "--clock": {"metavar": "TIME", "help": say("cli.clock").line},
}
_BOOK = " --casebook --clock"
_SIGNED = f"{_BOOK} --as --key"
_FORM = (
    "--purpose --reason --customer --since --until --keyword --match --without --column --use-days --basis --recipient"
    " --unmask --proof --chats?"
)
VERBS: dict[str, tuple[Callable[[argparse.Namespace], int | None], str]] = {
    "init": (_init, "folder --people --profile"),
    "key": (_key, "person --out?"),
    "enrol": (_enrol, "people" + _SIGNED),
    "demo": (_demo, "file? --out?"),
    "lab": (_lab, ""),
    "desk": (_desk, "--port"),
    "class": (_class, "arguments"),
    "apply": (_apply, _FORM + _SIGNED),
    "approve": (_approve, "request --role" + _SIGNED),
    "reject": (_reject, "request --role --why" + _SIGNED),
    "route": (_route, "request?" + _BOOK),
    "form": (_form, "request --out" + _BOOK),
    "search": (_search, "request --chats" + _BOOK),
    "export": (_export, "request --chats --out" + _SIGNED),
    "destroy": (_destroy, "file --sweep" + _SIGNED),
    "verify": (_verify, "file? --checkpoint" + _BOOK),
    "checkpoint": (_checkpoint, _BOOK),
}

if __name__ == "__main__":
    sys.exit(main())
