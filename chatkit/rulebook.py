"""The rulebook: a policy file read, with every fault told by its place.

Loading fails where a value has no source, a name points nowhere, a sentence lacks its other language, or a rule of
the kit is missing.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from .law import law_table
from .policy import Column, Limit, Mode, Operator, Policy, Purpose, Retention, Rule, Source, Trigger, Words
from .sentences import Text

KINDS = ("law", "standard", "company policy", "fiction")
OPERATORS = ("keep", "replace", "mask", "pseudonym", "generalise")
SHOWN_WHOLE = {"PASSWORD"}  # stars are signs of a password too
GENERALISED = {"ADDRESS"}  # entities that have something broader
COLUMN_OPERATORS = {  # what can be done to a column; the others hold ids and may become pseudonyms
    **{"sent_at": ("keep", "generalise"), "recalled": ("keep",), "internal_note": ("keep",), "permit_id": ("keep",)},
    **{"text": ("mask", "replace")},
}
TRIGGERS = ("recipient", "unmask", "columns", "keywords", "purposes")


def packaged(profile: str = "recommended") -> bytes:
    """The policy file that ships with the kit, with ``profile`` chosen in it."""
    raw = (files("chatkit") / "policy.toml").read_bytes()
    return re.sub(rb'^use = "\w+"', f'use = "{profile}"'.encode(), raw, count=1, flags=re.MULTILINE)


def parse_policy(raw: bytes) -> Policy:
    """The policy in ``raw`` (UTF-8 TOML), in the profile that it chooses.

    Raises ValueError with the place of the fault: an unknown profile, entity, operator, column, role, law row or
    kind, a value without its source, a sentence without its other language.
    """
    data = tomllib.loads(raw.decode("utf-8"))
    use, profiles = data["use"], data["profile"]
    _known("use", [use], profiles)
    profile = _merge(profiles["recommended"], profiles[use])
    sources: dict[str, Source] = {}
    values = {key: _values(node, key, sources) for key, node in profile.items() if isinstance(node, dict)}
    names = {
        table: {key: _text(node, f"{table}.{key}") for key, node in data[table].items()}
        for table in ("role", "basis", "proof", "entity", "column")
    }
    columns = {key: Column(names["column"][key], node["operator"]) for key, node in data["column"].items()}
    policy = Policy(
        profile=use,
        name=_text(profile, f"profile.{use}"),
        sha256=hashlib.sha256(raw).hexdigest(),
        limit=Limit(**values["limit"]),
        holidays=tuple(values["calendar"]["holidays"]),
        workdays=tuple(values["calendar"]["workdays"]),
        purposes=_nouns(Purpose, values["purpose"], profile["purpose"]),
        modes=_nouns(Mode, values["mode"], profile["mode"]),
        triggers=tuple(
            Trigger(
                t["mode"], t["when"], tuple(t.get("proofs", ())), _text(t, f"trigger {n}"), _source(t, f"trigger {n}")
            )
            for n, t in enumerate(profile["trigger"])
        ),
        operators={entity: _operator(entity, node) for entity, node in values["operator"].items()},
        words=Words(**{key: tuple(words) for key, words in values["words"].items()}),
        retention=_nouns(Retention, values["retention"], profile["retention"]),
        columns=columns,
        rules={
            key: Rule(key, _text(node, f"rule {key}"), _source(node, f"rule {key}"))
            for key, node in data["rule"].items()
        },
        roles=names["role"],
        bases=names["basis"],
        proofs=names["proof"],
        entities=names["entity"],
        sources=sources,
    )
    _check(policy)
    return policy


def _nouns(kind: type[Any], values: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """One ``kind`` per key, its name and risk taken from the sentences beside the values."""
    nouns = {}
    for key, node in values.items():
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in node.items()}
        if "risk" in raw[key]:
            fields["risk"] = _text(raw[key]["risk"], f"{key}.risk")
        nouns[key] = kind(id=key, name=_text(raw[key], key), **fields)
    return nouns


def _operator(entity: str, node: dict[str, Any]) -> Operator:
    _known(f"operator.{entity}", node, Operator.__slots__)
    operator = Operator(**node)
    numbers = (operator.first, operator.last, operator.fixed)
    if operator.operator == "generalise" and entity not in GENERALISED:
        raise ValueError(f"policy: operator.{entity} cannot be generalised: there is nothing broader to say")
    if operator.operator == "mask" and entity in SHOWN_WHOLE:
        raise ValueError(f"policy: operator.{entity} cannot be mask: whatever is left of it is one again")
    if any(not isinstance(n, int) or n < 0 for n in numbers) or (any(numbers) and operator.operator != "mask"):
        raise ValueError(f"policy: operator.{entity}: first, last and fixed are whole numbers and belong to mask")
    return operator


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """``base`` with what ``over`` says otherwise; a sourced value is replaced whole."""
    merged = dict(base)
    for key, node in over.items():
        inner = isinstance(node, dict) and "value" not in node and isinstance(base.get(key), dict)
        merged[key] = _merge(base[key], node) if inner else node
    return merged


def _values(node: dict[str, Any], where: str, sources: dict[str, Source]) -> Any:
    """The plain values below ``node``; each one's source goes into ``sources`` under its dotted name."""
    if "value" in node:
        sources[where] = _source(node, where)
        return node["value"]
    plain = {}
    for key, child in node.items():
        if key in ("zh", "en", "risk"):
            continue
        if not isinstance(child, dict):
            raise ValueError(f"policy: {where}.{key} is a bare value: it needs value, method, kind and law")
        plain[key] = _values(child, f"{where}.{key}", sources)
    return plain


def _source(node: dict[str, Any], where: str) -> Source:
    if not re.fullmatch(r"M\d\d", node.get("method", "")) or not node.get("law"):
        raise ValueError(f"policy: {where} has no source (method row and law rows)")
    _known(where, [node.get("kind", "")], KINDS)
    _known(where, node["law"], law_table().rows)
    provisions = [ref for row in node["law"] for ref in law_table().rows[row].better]
    _known(f"{where}.basis", node.get("basis", ()), provisions)
    return Source(node["method"], node["kind"], tuple(node["law"]), tuple(node.get("basis", dict.fromkeys(provisions))))


def _text(node: dict[str, Any], where: str) -> Text:
    if not (node.get("zh") and node.get("en")):
        raise ValueError(f"policy: {where} lacks its sentence in one of the two languages")
    slots = [set(re.findall(r"{(\w+)}", node[language])) for language in ("zh", "en")]
    if slots[0] != slots[1]:
        raise ValueError(f"policy: {where} has different slots in its two languages")
    return Text(node["zh"], node["en"])


def _known(where: str, given: Any, choices: Any) -> None:
    unknown = sorted(set(given) - set(choices))
    if unknown:
        raise ValueError(f"policy: {where} names {', '.join(unknown)}, which is unknown")


@cache
def _shipped_rules() -> dict[str, Any]:
    """The rules that the kit's own code refuses by."""
    return dict(tomllib.loads(packaged().decode("utf-8"))["rule"])


def _check(policy: Policy) -> None:
    """Every name in the policy points at something that exists."""
    for purpose in policy.purposes.values():
        _known(f"purpose.{purpose.id}.basis", [purpose.basis], policy.bases)
        _known(f"purpose.{purpose.id}.columns", purpose.columns, policy.columns)
        _known(f"purpose.{purpose.id}.given", purpose.given, purpose.columns)
    for mode in policy.modes.values():
        _known(f"mode.{mode.id}.gates", (*mode.gates, mode.executor), policy.roles)
        _known(f"mode.{mode.id}.proofs", mode.proofs, policy.proofs)
        if mode.executor in mode.gates:
            raise ValueError(f"policy: mode.{mode.id}: its executor is also one of its gates")
    for trigger in policy.triggers:
        _known("trigger", [trigger.mode], policy.modes)
        _known("trigger.when", trigger.when, TRIGGERS)
        _known("trigger.proofs", trigger.proofs, policy.proofs)
        _known("trigger.when.columns", trigger.when.get("columns", ()), policy.columns)
        _known("trigger.when.purposes", trigger.when.get("purposes", ()), policy.purposes)
    if not policy.triggers or policy.triggers[-1].when:
        raise ValueError("policy: the last trigger must have no condition, so that every request has a mode")
    _known("operator", policy.operators, policy.entities)
    _known("operator", policy.entities, policy.operators)
    _known("operator", (o.operator for o in policy.operators.values()), OPERATORS)
    for key, column in policy.columns.items():
        choices = COLUMN_OPERATORS.get(key, ("keep", "replace", "mask", "pseudonym"))
        _known(f"column.{key}.operator", [column.operator], choices)
    told = "".join(text.zh for text in policy.entities.values())
    for word in (*policy.words.allow, *policy.words.deny):
        if len(word) < 2 or "*" in word or word in told:
            raise ValueError(f"policy: words: “{word}” is too short, has a star, or is a label of the kit")
    shipped = _shipped_rules()
    _known("the kit, in a rule that the file lacks,", shipped, policy.rules)
    for key, node in shipped.items():
        _known(
            f"rule {key}, in a slot,",
            re.findall(r"{(\w+)}", policy.rules[key].text.zh),
            re.findall(r"{(\w+)}", node["zh"]),
        )
    for name in Limit.__slots__:
        if getattr(policy.limit, name) < 1:
            raise ValueError(f"policy: limit.{name} must be 1 or more")
    for kept in policy.retention.values():
        if kept.ceiling_days and kept.ceiling_days < kept.floor_days:
            raise ValueError(f"policy: retention.{kept.id}: its ceiling lies below its floor")
