"""Drills: scenarios that are played on generated data, each with a key that follows from its seed and the policy.

What a drill tells stands in ``drills.toml``. The same drill and seed give the same story, data and key; another seed
gives another customer, other dates, other numbers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import synthetic_data

from ...casebook import shipped_policy
from ...chats import Chats
from ...extracts import record_keys, within
from ...policy import Policy
from ...requests import Request, choose_mode, fingerprint
from ...sentences import Text, listed
from ...sources import read_chats
from .flaws import flaw
from .items import METHOD, Item
from .scenes import BESIDE, CAST, Scene, draw

CASES = ("M36", "M37", "M41")
NOTHING, EVERYBODY = "nothing", "everybody"  # how far an ask reaches that is not about one customer
WORLDS = 100  # of which the first or second holds what a drill needs
WEEK = 7  # days that are asked for of everybody


@dataclass(frozen=True)
class Drill:
    """A scenario before it has data. ``case`` is the method row it is taken from, ``level`` 1 to 3.

    ``story`` and ``task`` have slots; ``cast`` says what the data must hold, ``ask`` what is to be asked for, ``draft``
    what a colleague wrote differently, ``flaw`` what is to be found.
    """

    id: str
    case: str
    level: int
    rows: tuple[str, ...]
    title: Text
    story: Text
    task: Text
    cast: Mapping[str, Any] = field(repr=False)
    ask: Mapping[str, Any] = field(repr=False)
    draft: Mapping[str, Any] = field(repr=False)
    flaw: Mapping[str, Any] = field(repr=False)
    conversations: int = 300
    odd: float = 0.06
    format: str = "csv"


@dataclass(frozen=True, repr=False)
class Key:
    """What is right in one play; it is never shown. ``narrowest`` is None where nothing may be read.

    ``needed`` are the keys of the needed records (as ``record_keys`` makes them), ``personal`` counts what is personal
    in them by the generator's labels, ``use_days`` runs from the last signature, ``flaw`` is the question.
    """

    narrowest: Request | None
    needed: frozenset[str]
    mode: str
    unmask: tuple[str, ...]
    personal: int
    use_days: int
    flaw: Item


@dataclass(frozen=True, repr=False)
class Play:
    """A drill with its data. ``case`` is the number that the reason of every request has to name.

    ``papers`` are the files that may serve as proofs (proof → path), ``draft`` a colleague's form, ``folder`` where
    all of it lies. ``key`` is for grading alone.
    """

    drill: Drill
    seed: int
    case: str
    story: Text
    task: Text
    chats: Chats
    draft: Request | None
    papers: Mapping[str, Path]
    folder: Path
    key: Key

    @property
    def question(self) -> Item:
        """The question of the drill, to be asked; an answer is recorded under the stage ``drill``."""
        return self.key.flaw

    def __str__(self) -> str:
        told = Text(f"{self.drill.title.zh}\n{self.story.zh}\n{self.task.zh}", f"{self.story.en}\n{self.task.en}")
        return f"{told.zh}\n\n{self.drill.title.en}\n{told.en}"

    __repr__ = __str__


@cache
def drills() -> Mapping[str, Drill]:
    """All drills by id. Raises ValueError that names the drill and what is wrong with it."""
    raw = tomllib.loads((files("chatkit.classroom.lessons") / "drills.toml").read_text("utf-8"))
    found: dict[str, Drill] = {}
    for node in raw["drill"]:
        try:
            drill = _drill(node, raw["rubric"]["stop" if node["ask"].get("reach") == NOTHING else "usual"])
            if drill.id in found:
                raise ValueError("this id stands there twice")
        except (ValueError, KeyError, TypeError) as fault:
            raise ValueError(f"drills: {node.get('id', '?')}: {fault!r}") from None
        found[drill.id] = drill
    return found


def _drill(node: Mapping[str, Any], rubric: Mapping[str, str]) -> Drill:
    texts = {name: Text(node[name]["zh"], node[name]["en"]) for name in ("title", "story", "task")}
    texts["task"] = Text(f"{texts['task'].zh}\n{rubric['zh']}", f"{texts['task'].en}\n{rubric['en']}")
    drill = Drill(**{"draft": {}, **node, **texts, "rows": tuple(node["rows"])})
    if drill.case not in CASES or drill.level not in (1, 2, 3) or not set(drill.rows) <= set(METHOD):
        raise ValueError("case, level and rows are those of the method")
    if drill.ask["purpose"] not in shipped_policy().purposes or not set(drill.cast) <= {*CAST, *BESIDE}:
        raise ValueError("unknown purpose, or unknown cast")
    return drill


def begin(drill: str, seed: int, folder: str | Path) -> Play:
    """Make the data, the story and the key of a drill in a folder of its own below ``folder``.

    Raises KeyError for a drill that does not exist. Beginning again gives the same, whatever was done meanwhile.
    """
    scenario, policy = drills()[drill], shipped_policy()
    room = Path(folder).absolute() / f"{drill}-{seed}"
    world, scene = next(_scenes(scenario, seed))
    chats = _chats(scenario, world, room / "chats")
    papers = _papers(scenario, scene, room / "papers")
    narrowest = _request(scenario, scene, papers)
    draft = replace(narrowest, **_changes(scenario, scene)) if scenario.draft else None
    slots = {**scene.slots, "form": _told(draft, policy) if draft else Text("", "")}
    forbidden = scenario.ask.get("reach") == NOTHING
    found = chats.frame[within(chats.frame, narrowest) & (not forbidden)]
    key = Key(
        narrowest=None if forbidden else narrowest,
        needed=frozenset(record_keys(found)),
        mode=choose_mode(narrowest, policy)[0].id,
        unmask=narrowest.unmask,
        personal=int(scene.labels["conversation_id"].isin(found["conversation_id"]).sum()),
        use_days=narrowest.use_days,
        flaw=flaw(scenario.id, seed, scenario.level, scenario.rows, scenario.flaw, scene, draft, room),
    )
    story, task = scenario.story.format(**slots), scenario.task.format(**slots)
    return Play(scenario, seed, str(slots["case"]), story, task, chats, draft, papers, room, key)


def _scenes(drill: Drill, seed: int) -> Iterator[tuple[int, Scene]]:
    """The worlds of this seed that hold what the drill needs, with who and what it is about in each."""
    for attempt in range(WORLDS):
        world = int.from_bytes(sha256(f"{drill.id}/{seed}/{attempt}".encode()).digest()[:4], "big")
        tables = next(synthetic_data.generate(drill.conversations, world, odd=drill.odd))
        if scene := draw(drill.cast, tables, WEEK if drill.ask.get("reach") == EVERYBODY else 0, Random(world)):
            yield world, scene
    raise ValueError(f"drills: {drill.id}: no world of seed {seed} holds what its cast asks for")


def _chats(drill: Drill, world: int, folder: Path) -> Chats:
    """The generated export, written and read like any other."""
    make = {"conversations": drill.conversations, "seed": world, "odd": drill.odd}
    written = synthetic_data.write(folder, format=drill.format, **make)
    return read_chats(folder if drill.format == "csv" else next(iter(written.files.values())))


def _papers(drill: Drill, scene: Scene, folder: Path) -> dict[str, Path]:
    """The proofs that lie at hand, made up: one short text file each."""
    made = {}
    for proof in drill.ask.get("papers", ()):
        folder.mkdir(parents=True, exist_ok=True)
        made[proof] = folder / f"{proof}.txt"
        name = shipped_policy().proofs[proof]
        made[proof].write_text(f"虚构 · fiction\n{name.line}\n{scene.slots['case']}\n", encoding="utf-8", newline="\n")
    return made


def _request(drill: Drill, scene: Scene, papers: Mapping[str, Path]) -> Request:
    """The narrowest request that answers the case."""
    ask, slots = drill.ask, scene.slots
    return Request(
        purpose=ask["purpose"],
        reason=ask.get("reason", "{case}").format(**slots),
        customers=("*",) if ask.get("reach") == EVERYBODY else (scene.talk["customer_id"],),
        since=str(slots["since"]),
        until=str(slots["until"]),
        recipient=ask.get("recipient", ""),
        use_days=slots["use_days"],
        evidence=tuple((proof, fingerprint(path)) for proof, path in papers.items()),
    )


def _changes(drill: Drill, scene: Scene) -> dict[str, Any]:
    """What a colleague's form says differently, with its slots filled."""

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return tuple(map(filled, value))
        return value.format(**scene.slots) if isinstance(value, str) else value

    return {name: filled(value) for name, value in drill.draft.items()}


def _told(form: Request, policy: Policy) -> Text:
    """A form as it is read: field by field, only those filled in."""
    proofs = [policy.proofs[name] for name, _ in form.evidence]
    fields = {name: value for name, value in asdict(form).items() if value and name not in ("match", "evidence")}
    shown = {n: listed(map(str, v)) if isinstance(v, tuple | list) else Text(str(v), str(v)) for n, v in fields.items()}
    shown |= {"evidence": listed(proofs)} if proofs else {}
    return Text(*("\n".join(f"  {n}: {getattr(v, language)}" for n, v in shown.items()) for language in ("zh", "en")))
