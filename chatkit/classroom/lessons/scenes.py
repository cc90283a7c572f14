"""Scenes: who a drill is about in one generated world, and whom one might take for that customer instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import pandas as pd

from ...clocks import CHINA
from ...sentences import listed
from .items import FORM_DAY

FIRST, LAST = date(2023, 7, 8), date(2023, 9, 15)  # days from which a case is taken: before the day it is played on
EVERYWHERE = ("A1234", "A1235")  # the customers with whom every world begins: about them all seeds would tell the same
TEMPTING_DAYS = 75  # how far back the range reaches that somebody in the story would rather ask for
CAST = ("trade", "purpose", "category", "consent", "vip", "recalled", "card")  # columns; and how many of:
BESIDE = ("earlier", "namesakes", "refuser")


@dataclass(frozen=True)
class Scene:
    """What a drill is about: its conversation, whom one might take for its customer, and what fills the story.

    ``labels`` and ``cards`` are the generator's, with the text and the conversation each stands in.
    """

    talk: Mapping[str, Any]
    others: list[dict[str, Any]]
    labels: pd.DataFrame = field(repr=False)
    cards: pd.DataFrame = field(repr=False)
    slots: Mapping[str, Any] = field(repr=False)
    chance: Random = field(repr=False)


def draw(cast: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], days: int, chance: Random) -> Scene | None:
    """A scene, drawn from those conversations that fit the cast; None where this world has none.

    ``days`` is how long the story's range is; 0 where it ends with the conversation.
    """
    people = tables["customers"][["customer_id", "name", "phone", "vip", "consent"]]
    talks = tables["conversations"].merge(people, on="customer_id")
    for name, column in (("since", "opened_at"), ("until", "closed_at")):
        talks[name] = talks[column].dt.tz_convert(CHINA).dt.date
    talks["recalled"] = talks["conversation_id"].isin(tables["messages"].query("recalled")["conversation_id"])
    labels = tables["labels"].merge(tables["messages"][["message_id", "conversation_id", "text"]], on="message_id")
    cards = labels[(labels["entity"] == "BANK_CARD") & labels["spelling"].isin(["plain", "grouped"])]
    talks["card"] = talks["conversation_id"].isin(cards["conversation_id"])
    talks = talks[(talks["since"] >= FIRST) & (talks["until"] <= LAST) & ~talks["customer_id"].isin(EVERYWHERE)]
    fitting = talks
    for column in set(CAST) & set(cast):
        fitting = fitting[fitting[column].isin(cast[column])]
    candidates = _rows(fitting)
    for talk in chance.sample(candidates, len(candidates)):
        if beside := _beside(talk, talks, cast, chance):
            others = [row for row in beside if row["customer_id"] != talk["customer_id"]]
            return Scene(talk, others, labels, cards, _slots(talk, beside, days, chance), chance)
    return None


def _rows(talks: pd.DataFrame) -> list[dict[str, Any]]:
    """Conversations as plain rows, in an order that depends on nothing else."""
    return [{str(k): v for k, v in row.items()} for row in talks.sort_values("conversation_id").to_dict("records")]


def _beside(
    talk: Mapping[str, Any], talks: pd.DataFrame, cast: Mapping[str, Any], chance: Random
) -> list[dict[str, Any]]:
    """The ledger: this customer among whom somebody hasty might look up instead; empty where the case does not fit."""
    own = talks[talks["customer_id"] == talk["customer_id"]]
    same_days = own[(own["since"] <= talk["until"]) & (own["until"] >= talk["since"])]
    if len(same_days) > 1 or (own["until"] < talk["since"]).sum() < cast.get("earlier", 0):
        return []
    rest = talks[talks["customer_id"] != talk["customer_id"]].drop_duplicates("customer_id")
    if "refuser" in cast:
        rest = rest[rest["consent"] == "refused"]
    else:
        alike = rest["name"].str[0] == talk["name"][0]
        rest = rest[alike & ~((rest["region"] == talk["region"]) & (rest["since"] == talk["since"]))]
        if "refused" in cast.get("consent", ()):  # one alone refused, or the question would have no wrong option
            rest = rest[rest["consent"] != "refused"]
    wanted = cast.get("namesakes", cast.get("refuser", 0))
    if len(rest) < wanted:
        return []
    return sorted([dict(talk), *chance.sample(_rows(rest), wanted)], key=lambda row: str(row["customer_id"]))


def _slots(talk: Mapping[str, Any], beside: list[dict[str, Any]], days: int, chance: Random) -> dict[str, Any]:
    """What fills the slots of the story."""
    until = talk["since"] + timedelta(days=days - 1) if days else talk["until"]
    lines = "\n".join(f"  {r['customer_id']}  {r['name'][0]}**  {r['region']}  {r['since']}" for r in beside)
    refusers = listed(r["customer_id"] for r in beside if r["customer_id"] != talk["customer_id"])
    return {
        "case": f"#2023-{chance.randrange(1000, 10000)}",
        "customer": talk["customer_id"],
        "name": talk["name"],
        "surname": talk["name"][0],
        "phone": talk["phone"],
        "city": talk["region"],
        "since": talk["since"],
        "until": until,
        "days": (until - talk["since"]).days + 1,
        "wide_since": talk["since"] - timedelta(days=TEMPTING_DAYS),
        "today": FORM_DAY,
        "use_days": chance.randrange(4, 15),
        "ledger": lines,
        "refusers": refusers,
        "old_day": FORM_DAY - timedelta(days=chance.randrange(20, 40)),
        "old_days": chance.randrange(10, 19),
    }
