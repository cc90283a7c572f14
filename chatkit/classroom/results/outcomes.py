"""Outcomes: what a class knew before and after, which items were hard and told people apart, what went wrong first.

Everything is computed from one table (``COLUMNS``), one line for each answer, drill, part of a drill, refusal and bad
submission. Classes are small: shares come with intervals, and with fewer than five people single items are not
judged at all.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...casebook import shipped_policy
from ...sentences import Text, say
from ...writers import neutral
from ..lessons.items import STAGES, find
from .figures import ORANGE, Figure, draw
from .measures import LEAST, Gain, Interval, correlation, gain, share

COLUMNS = ("trainee", "name", "kind", "what", "stage", "credit", "zh", "en")
IRI = "https://chatkit.invalid"  # xAPI wants an address as a name; .invalid belongs to nobody (RFC 2606)


@dataclass(frozen=True, slots=True)
class ItemFigure:
    """One item in one stage: who got it wholly right, and how well it tells good from weak (None: cannot be told)."""

    id: str
    stage: str
    people: int
    right: Interval
    discrimination: Interval | None


def scores(results: pd.DataFrame) -> pd.DataFrame:
    """One row a person: right answers of those given, before and after, with Wilson's interval, and drills' means."""
    rows = []
    for (trainee, name), own in results.groupby(["trainee", "name"], sort=True):
        answers, drills = own[own["kind"] == "answer"], own[own["kind"] == "drill"]
        row: dict[str, Any] = {"trainee": trainee, "name": name}
        for stage in STAGES:
            credits = answers.loc[answers["stage"] == stage, "credit"]
            told = share(int((credits == 1).sum()), len(credits))
            row |= {f"{stage}_right": int((credits == 1).sum()), f"{stage}_items": len(credits)}
            row |= {f"{stage}_low": told.low if told else None, f"{stage}_high": told.high if told else None}
        row |= {"drills": len(drills), "drill_mean": drills["credit"].mean() if len(drills) else None}
        rows.append({**row, "refusals": int((own["kind"] == "refusal").sum())})
    return pd.DataFrame(rows)


def item_figures(results: pd.DataFrame) -> list[ItemFigure]:
    """Difficulty and discrimination of every item that at least five people answered, hardest first.

    Difficulty is the share who got it wholly right. Discrimination is the correlation of an item's credit with the
    mean credit of the *other* items of that stage (corrected item-total correlation).
    """
    answers, made = results[results["kind"] == "answer"], []
    for stage, given in answers.groupby("stage"):
        wide = given.pivot_table(index="trainee", columns="what", values="credit", aggfunc="first")
        for item in wide.columns:
            credits = wide[item].dropna()
            rest = wide.loc[credits.index].drop(columns=item).mean(axis=1)
            whole = share(int((credits == 1).sum()), len(credits))
            if len(credits) < LEAST or whole is None:
                continue
            told = rest.notna()
            made.append(
                ItemFigure(str(item), str(stage), len(credits), whole, correlation([*credits[told]], [*rest[told]]))
            )
    return sorted(made, key=lambda figure: (figure.right.value, figure.id))


def item_table(results: pd.DataFrame) -> pd.DataFrame:
    """The same as a table: shares and correlations with both ends of their intervals, empty where none can be told."""
    rows = [(f.id, f.stage, f.people, *_three(f.right), *_three(f.discrimination)) for f in item_figures(results)]
    measured = ("right", "right_low", "right_high", "discrimination", "discrimination_low", "discrimination_high")
    return pd.DataFrame(rows, columns=["item", "stage", "people", *measured])


def group_gain(results: pd.DataFrame) -> Gain | None:
    """The gain of those who took both tests; None for fewer than two."""
    answers = results[results["kind"] == "answer"]
    means = answers.pivot_table(index="trainee", columns="stage", values="credit", aggfunc="mean")
    if not {"before", "after"} <= set(means.columns):
        return None
    both = means[["before", "after"]].dropna()
    return gain([*both["before"]], [*both["after"]])


def gain_text(results: pd.DataFrame) -> Text:
    """The group's gain in words, with its intervals, or that none can be told."""
    made = group_gain(results)
    if made is None:
        return say("report.no_gain")
    means = {"people": made.people, "before": f"{made.before:.0%}", "after": f"{made.after:.0%}"}
    closed = made.closed.text() if made.closed else "—"
    return say("report.gain", **means, difference=made.difference.text("+.0%"), closed=closed)


def wrong_first(results: pd.DataFrame) -> dict[str, int]:
    """How many people got each item wrong in the first test they took it in, most first.

    What people get wrong before they are taught is what a debrief is about.
    """
    answers = results[(results["kind"] == "answer") & (results["credit"] < 1)]
    first = answers.drop_duplicates(["trainee", "what"])
    return dict(Counter(first["what"]).most_common())


def refused_most(results: pd.DataFrame) -> dict[str, int]:
    """How many people met each rule that said no, most first; a rule counts once for each person."""
    met = results[results["kind"] == "refusal"].drop_duplicates(["trainee", "what"])
    return dict(Counter(met["what"]).most_common())


def lost_parts(results: pd.DataFrame) -> dict[str, Interval]:
    """For each part of the drills, the share of plays that got it wholly right, weakest first."""
    parts = results[results["kind"] == "part"]
    told = {
        str(part): share(int((own["credit"] == 1).sum()), len(own)) for part, own in parts.groupby("what", sort=True)
    }
    return dict(sorted(((p, s) for p, s in told.items() if s), key=lambda pair: pair[1].value))


def difficulty(results: pd.DataFrame, stage: str) -> Figure | None:
    """The figure of how hard the items of a stage were; None where fewer than five people took it."""
    told = [(f.id, f.right) for f in item_figures(results) if f.stage == stage]
    heads = (say("report.item"), say("report.right"))
    return draw(say("report.difficulty", stage=say(f"report.stage.{stage}")), heads, told) if told else None


def progress_figure(results: pd.DataFrame) -> Figure | None:
    """The figure of each person's right answers before and after; None where nobody took a test."""
    told = []
    for row in scores(results).to_dict("records"):
        for stage in ("before", "after"):
            if whole := share(row[f"{stage}_right"], row[f"{stage}_items"]):
                told.append((f"{row['trainee']} {say(f'report.stage.{stage}').zh}", whole))
    heads = (say("report.person"), say("report.right"))
    return draw(say("report.people"), heads, told, colour=ORANGE) if told else None


def parts_figure(results: pd.DataFrame) -> Figure | None:
    """The figure of the parts of the drills; None where no drill was graded."""
    told = [(f"{what.partition('/')[0]} {part_name(what)}", part) for what, part in lost_parts(results).items()]
    return draw(say("report.parts"), (say("report.part"), say("report.right")), told) if told else None


def debrief(results: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """The class's own mistakes, for the discussion: item or rule, how many people, what it says, and why."""
    rows = [(say("report.item").line, id, n, find(id).question, find(id).why) for id, n in wrong_first(results).items()]
    rules = shipped_policy().rules
    met = [
        (say("report.rule").line, id, n, rules[id].text, rules[id].source.text)
        for id, n in refused_most(results).items()
    ]
    chosen = sorted(rows, key=lambda r: -r[2])[:most] + sorted(met, key=lambda r: -r[2])[:most]
    heads = [say(f"report.{head}").line for head in ("kind", "id", "people_n", "says", "why")]
    return pd.DataFrame([(*r[:3], str(r[3]), str(r[4])) for r in chosen], columns=heads)


def statements(results: pd.DataFrame, class_id: str) -> list[dict[str, Any]]:
    """xAPI statements (IEEE 9274.1.1) of answers and drills. A trainee appears as an account, without a name."""
    made = []
    for n, row in enumerate(results[results["kind"].isin(["answer", "drill"])].to_dict("records")):
        answered = row["kind"] == "answer"
        activity = f"{IRI}/{'item' if answered else 'drill'}/{row['what']}"
        text = find(row["what"]).question if answered else Text(row["what"], row["what"])
        verb = "answered" if answered else "completed"
        key = "/".join(map(str, (class_id, row["trainee"], row["kind"], row["what"], row["stage"], n)))
        made.append(
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{IRI}/{key}")),
                "actor": {"account": {"homePage": f"{IRI}/class/{class_id}", "name": row["trainee"]}},
                "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}", "display": {"en": verb}},
                "object": {"id": activity, "definition": {"name": {"zh-CN": text.zh, "en": text.en}}},
                "result": {"score": {"scaled": round(row["credit"], 4)}, "success": row["credit"] == 1},
                "context": {"extensions": {f"{IRI}/stage": row["stage"]}},
            }
        )
    return made


def write_tables(results: pd.DataFrame, folder: str | Path, *, class_id: str) -> Mapping[str, Path]:
    """Write scores.csv, items.csv, results.csv and statements.jsonl over earlier ones; returns them by name."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in {"scores": scores(results), "items": item_table(results), "results": results}.items():
        frame = frame.map(lambda cell: neutral(cell) if isinstance(cell, str) else cell)  # names come from others
        frame.to_csv(
            folder / f"{name}.csv", index=False, encoding="utf-8-sig", float_format="%.4f", lineterminator="\n"
        )
    lines = [json.dumps(s, ensure_ascii=False, sort_keys=True) for s in statements(results, class_id)]
    (folder / "statements.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    names = ("scores.csv", "items.csv", "results.csv", "statements.jsonl")
    return {name: folder / name for name in names}


def part_name(what: str) -> str:
    """The part of ``drill/part`` as people read it."""
    return say(f"grade.part.{what.partition('/')[2]}").zh


def _three(told: Interval | None) -> tuple[float | None, float | None, float | None]:
    return (told.value, told.low, told.high) if told else (None, None, None)
