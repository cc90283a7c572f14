"""Trends on made-up worlds: are the stories found, how large, and how often is something flagged where nothing is.

``python tests/trending.py stories 20`` or ``python tests/trending.py quiet 200``; six seconds each. The first goes the
whole way from a request to the trends; both have 1,700 conversations in half a year, of which 13 weeks are seen.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from conftest import edit_policy
from scipy.stats import binomtest

import chatkit as ck
import synthetic_data
from chatkit import changes
from chatkit.cases import Cases, gather
from chatkit.requests import choose_mode

CONVERSATIONS, SINCE, UNTIL = 1_700, "2023-08-07", "2023-11-05"
COLUMNS = (
    *("conversation_id", "customer_id", "sent_at", "role", "text"),
    *("channel", "category", "product", "region", "team"),
)
CAP = r"(mode\.permission\]\n(?:.+\n)*?cap_rows = \{ value = )\d+", r"\g<1>1000000"
PLACES = {"faulty_batch": "quality", "courier_breakdown": "delivery", "refund_rule": "refund"}


@dataclass(frozen=True)
class World:
    """A world as tables, and its messages as the permit's days hold them, not masked."""

    tables: dict[str, pd.DataFrame]
    masked: Any


def world(seed: int, stories: Iterable[str] = (), conversations: int = CONVERSATIONS) -> World:
    """The world of a seed; ``masked`` stands in for the real thing where text plays no part in what is asked."""
    chunks = list(synthetic_data.generate(conversations, seed, stories=stories))
    tables = {name: pd.concat([c[name] for c in chunks], ignore_index=True) for name in chunks[0]}
    about = tables["conversations"][[c for c in COLUMNS if c in tables["conversations"]]]
    frame = tables["messages"].merge(about, on="conversation_id")
    days = frame["sent_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    permit = SimpleNamespace(request=SimpleNamespace(since=SINCE, until=UNTIL))
    return World(tables, SimpleNamespace(frame=frame[days.between(SINCE, UNTIL)][list(COLUMNS)], permit=permit))


@contextmanager
def masked_world(seed: int, stories: Iterable[str], columns: Iterable[str] = COLUMNS) -> Iterator[ck.Masked]:
    """The same, asked for, approved, searched and masked in a casebook whose cap is high enough."""
    with tempfile.TemporaryDirectory() as folder:
        data, book = Path(folder) / "data", Path(folder) / "casebook"
        synthetic_data.write(data, conversations=CONVERSATIONS, seed=seed, stories=stories)
        ck.found(book)
        edit_policy(book, CAP)
        casebook = ck.Casebook.open(book, clock="2023-12-01T10:00")
        request = ck.Request("decision_support", "季度投诉趋势", ["*"], SINCE, UNTIL, columns=columns)  # type: ignore[arg-type]
        casebook.apply(request, casebook.sign_in("liu.yang"))
        people = {"department_head": "zhao.wei", "it_review": "chen.jie", "legal": "sun.min"}
        for gate in choose_mode(request, casebook.policy)[0].gates:
            casebook.approve(request, casebook.sign_in(people[gate]))
        yield ck.mask(ck.search(ck.read_chats(data), casebook.permit(request)))
        casebook.close()


def quiet(seed: int) -> tuple[float, list[str]]:
    """The smallest p over its limit, and what was flagged, in a world where nothing happens."""
    cases = gather(world(seed).masked, 5)
    looks = list(changes._looks(cases, 5))
    limit = changes.ALPHA / len(looks)
    least = min((w.p for _, _, windows in looks for w in windows), default=1.0)
    return least / limit, [f"{m} {keys[w.cell]}" for m, keys, windows in looks for w in windows if w.p <= limit]


def told(tables: dict[str, pd.DataFrame], story: str, cases: Cases) -> tuple[date, date]:
    """The days of a story that the trends can see."""
    row = tables["stories"].set_index("story").loc[story]
    return max(row["since"], cases.edges[0]), min(row["until"], date.fromisoformat(UNTIL))


def overlap(change: changes.Change, days: tuple[date, date]) -> float:
    """Shared days over all days of both (Jaccard)."""
    both = (min(change.until, days[1]) - max(change.since, days[0])).days + 1
    every = (max(change.until, days[1]) - min(change.since, days[0])).days + 1
    return max(0, both) / every


def stories(seed: int) -> list[dict[str, object]]:
    """For each story: what found it, how well the days fit, the size with its interval, and the truth."""
    truth = world(seed, synthetic_data.STORIES)
    cases = gather(truth.masked, 5)
    with masked_world(seed, synthetic_data.STORIES) as masked:
        trends = ck.aggregate(masked)
    rows = []
    for story in synthetic_data.STORIES:
        plan, days = truth.tables["stories"].set_index("story").loc[story], told(truth.tables, story, cases)
        key = (("team",), (plan["team"],)) if story == "late_team" else (("category",), (PLACES[story],))
        kind = "first" if story == "late_team" else "share"
        hits = [c for c in trends.changes if (c.measure, c.dimension, c.value) == (kind, *key)]
        pairs = [c for c in trends.changes if c.value == (plan["product"], plan["region"])] if plan["product"] else []
        words = {c.value[0] for c in trends.changes if c.measure == "word"} & set(plan["words"].split())
        row: dict[str, object] = {
            "seed": seed,
            "story": story,
            "found": bool(hits),
            "pair": bool(pairs),
            "words": len(words),
        }
        row["any"] = bool(hits or pairs or words)
        mine = {
            *plan["words"].split(),
            *filter(None, (plan["product"], plan["region"], plan["team"])),
            PLACES.get(story),
        }
        row["bounded"] = any(c.low is not None and c.value and set(c.value) <= mine for c in trends.changes)
        if hits and hits[0].size is not None:
            row |= {"overlap": overlap(hits[0], days), "size": hits[0].size, "low": hits[0].low, "high": hits[0].high}
            row |= size_in_truth(truth, story, plan, hits[0], cases)
        rows.append(row)
    return rows


def size_in_truth(world_: World, story: str, plan: Any, change: changes.Change, cases: Cases) -> dict[str, object]:
    """What the change would have measured of the planted alone, in the days that it names."""
    frame = world_.masked.frame
    opened = frame.groupby("conversation_id")["sent_at"].first().dt.tz_convert("Asia/Shanghai").dt.date
    inside = set(opened[(opened >= change.since) & (opened <= change.until)].index)
    mine = world_.tables["told"]
    mine = set(mine[mine["story"] == story]["conversation_id"])
    if story == "late_team":
        low, high = change.low or 0, change.high or 0
        late = [*mine & inside]
        return {
            "planted": len(late),
            "covered": None if not late else bool(low <= true_ratio(world_, plan, change) <= high),
        }
    ids = frame.groupby("conversation_id").first()
    order = gather_ids(world_.masked)
    fresh = set(order[cases.fresh.index]) if len(order) == len(cases.frame) else set(order)
    planted = len(mine & inside & fresh & set(ids.index))
    extra = change.extra
    return {"planted": planted, "extra": extra, "covered": bool(extra and extra[1] <= planted <= extra[2])}


def gather_ids(masked: Any) -> np.ndarray:
    """The conversations in the order of the cases."""
    rows = masked.frame.sort_values("sent_at", kind="stable")
    return rows["conversation_id"].drop_duplicates().to_numpy()


def true_ratio(world_: World, plan: Any, change: changes.Change) -> float:
    """The median first answer of the team in the days of the change, over the same conversations without the delay."""
    frame = world_.masked.frame
    team = frame[frame["team"] == plan["team"]].sort_values("sent_at", kind="stable")
    asked = team[team["role"] == "customer"].groupby("conversation_id")["sent_at"].first()
    answers = team[(team["role"] == "agent") & (team["sent_at"] >= team["conversation_id"].map(asked))]
    wait = (answers.groupby("conversation_id")["sent_at"].first() - asked).dt.total_seconds().dropna()
    opened = team.groupby("conversation_id")["sent_at"].first().dt.tz_convert("Asia/Shanghai").dt.date
    inside = opened[(opened >= change.since) & (opened <= change.until)].index
    late = set(world_.tables["told"].query("story == 'late_team'")["conversation_id"])
    usual = wait[[c for c in wait.index if c not in late]]
    return float(wait[wait.index.isin(inside)].median() / usual.median())


def main(what: str, count: int) -> None:
    """Prints a line for each world, and what all of them say together."""
    if what == "quiet":
        flagged = 0
        for seed in range(1000, 1000 + count):
            least, found = quiet(seed)
            flagged += bool(found)
            print(seed, f"{least:.2f}", found, flush=True)
        bounds = binomtest(flagged, count).proportion_ci(0.95, "exact")
        print(
            f"{flagged} of {count} quiet worlds flagged: {flagged / count:.1%} ({bounds.low:.1%} to {bounds.high:.1%})"
        )
        return
    rows = [row for seed in range(count) for row in show(stories(seed))]
    frame = pd.DataFrame(rows)
    by = frame.groupby("story", sort=False)
    together = (
        by[["found", "pair", "any", "bounded"]].sum().assign(overlap=by["overlap"].median(), size=by["size"].median())
    )
    print(together.assign(covered=by["covered"].sum(), sized=by["covered"].count()).to_string())


def show(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Prints rows as they come."""
    for row in rows:
        print(*(f"{k}={v:.2f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items()), flush=True)
    return rows


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main(sys.argv[1], int(sys.argv[2]))
