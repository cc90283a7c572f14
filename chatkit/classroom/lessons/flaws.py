"""Flaws: the question of a drill, its options and its right answer made from the seed's data or from the policy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

from ...casebook import Casebook, shipped_policy
from ...errors import Refused
from ...exports import export
from ...requests import Request, choose_mode, problems
from ...sentences import Text
from .items import FORM_DAY, Item, Option
from .scenes import Scene

SUSPECTS = ("liu.yang", "wu.ting", "zhao.wei", "chen.jie", "gao.fei")


def flaw(
    drill: str,
    seed: int,
    level: int,
    rows: tuple[str, ...],
    told: Mapping[str, Any],
    scene: Scene,
    draft: Request | None,
    room: Path,
) -> Item:
    """The question of a drill as an item. Raises ValueError where no option or every one is right."""
    options, form = _options(told, scene, draft, room), draft if told["kind"] == "form" else None
    right = sum(option.right for option in options)
    if not 0 < right < len(options):
        raise ValueError(f"{drill}: {right} of {len(options)} options are right")
    kind = told["kind"] if form else "single" if right == 1 else "multiple"
    question = Text(told["question"]["zh"], told["question"]["en"]).format(**scene.slots)
    why = Text(told["why"]["zh"], told["why"]["en"])
    return Item(f"{drill}-{seed}", kind, rows, (), level, question, why, tuple(options), (), form)


def _options(told: Mapping[str, Any], scene: Scene, draft: Request | None, room: Path) -> list[Option]:
    policy, slots = shipped_policy(), scene.slots
    match told["kind"]:
        case "form":  # which rules the colleague's form breaks: the policy's own check says it
            assert draft is not None, "a form is what a colleague wrote"
            refused = {refusal.rule.id for refusal in problems(draft, policy, FORM_DAY)}
            return [_rule(rule, rule in refused) for rule in told["rules"]]
        case "gates":  # who has to sign, in the mode that this form calls for
            assert draft is not None, "the gates are those of a form"
            gates = choose_mode(draft, policy)[0].gates
            return [Option(name, role in gates) for role, name in policy.roles.items() if role != "applicant"]
        case "card":
            return _cards(scene)
        case "account":
            accounts = sorted(row["customer_id"] for row in (scene.talk, *scene.others))
            return _choices(accounts, scene.talk["customer_id"])
        case "refused":
            people = sorted((scene.talk, *scene.others), key=lambda row: str(row["customer_id"]))
            return [Option(_same(row["customer_id"]), row["consent"] == "refused") for row in people]
        case "destroy_by":
            days = sorted({int(slots["use_days"]), 30, policy.retention["working_copy"].ceiling_days, 184})
            return _choices([FORM_DAY + timedelta(days=d) for d in days], FORM_DAY + timedelta(days=slots["use_days"]))
        case "ended":
            end = slots["old_day"] + timedelta(days=slots["old_days"])
            return _choices([end + timedelta(days=d) for d in (-7, 0, 3, 14)], end)
        case "kept":
            return [Option(Text(r.name.zh, r.name.en), r.floor_days > 0) for r in policy.retention.values()]
        case "ceiling":
            most = policy.retention[told["class"]].ceiling_days
            return _choices(sorted({r.ceiling_days for r in policy.retention.values()}), most)
        case "encoding":
            data = next((room / "chats").glob("*.csv")).read_bytes()
            return [Option(_same(name), _decodes(data, name)) for name in ("utf-8", "gb18030", "ascii")]
        case "intruder":
            return _suspects(scene, room / "found")
    raise ValueError(f"unknown flaw {told['kind']}")


def _same(value: object) -> Text:
    return Text(str(value), str(value))


def _choices(values: Iterable[object], right: object) -> list[Option]:
    return [Option(_same(value), value == right) for value in values]


def _rule(rule: str, right: bool) -> Option:
    """A rule to choose, in the policy's words, with its values left out."""
    blank = shipped_policy().rules[rule].text
    return Option(Text(re.sub(r"\{\w+\}", "…", blank.zh), re.sub(r"\{\w+\}", "…", blank.en)), right, rule)


def _decodes(data: bytes, encoding: str) -> bool:
    with suppress(UnicodeDecodeError):
        data.decode(encoding)
        return True
    return False


def _cards(scene: Scene) -> list[Option]:
    """Endings of cards: one from the conversation, three from others, all of them from the labels."""
    marked = zip(
        scene.cards["conversation_id"], scene.cards["text"], scene.cards["start"], scene.cards["end"], strict=True
    )
    tails = [(talk, re.sub(r"\D", "", text[start:end])[-4:]) for talk, text, start, end in marked]
    own = [tail for talk, tail in tails if talk == scene.talk["conversation_id"]]
    foreign = sorted({tail for _, tail in tails} - set(own))
    return _choices(sorted([own[0], *scene.chance.sample(foreign, 3)]), own[0])


def _suspects(scene: Scene, folder: Path) -> list[Option]:
    """Make the casebook that somebody left behind, and read from its log who was refused most often."""
    chosen = scene.chance.choice(SUSPECTS)
    if not folder.exists():
        building = folder.with_name(f"{folder.name}.part")  # whole, or not there
        rmtree(building, ignore_errors=True)
        casebook = Casebook.open(building, clock=f"{FORM_DAY - timedelta(days=1)}T21:40")
        for person in SUSPECTS:
            for _ in range(4 if person == chosen else 1):
                with suppress(Refused):  # an export of what was never searched or masked
                    export(None, building / "all.csv", by=casebook.sign_in(person))  # type: ignore[arg-type]
        casebook.close()
        building.rename(folder)
    left = Casebook.open(folder)
    refused = Counter(record.body["person"] for record in left.store.records("refused"))
    left.close()
    most = max(refused.values())
    return [Option(_same(person), refused[person] == most) for person in SUSPECTS]
