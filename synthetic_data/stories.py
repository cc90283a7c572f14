"""Stories: what happens to a firm at known times: extra conversations, late answers, and the labels that say which.

A world with stories says the same usual things as the world of the same seed without; what is extra stands between.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from .conversations import BLOCK, DAYS, FIRST_DAY, WIDTH, Conversation, World
from .files import read
from .identifiers import Uniform, pick
from .patterns import Category, beats, script
from .plays import Message, Play
from .slots import Customer, Scene

NAMES = ("faulty_batch", "courier_breakdown", "refund_rule", "late_team")
FIRST, LAST = date(2023, 7, 1), date(2023, 7, 1) + timedelta(days=DAYS - 1)
BACK = 86400 * 5  # seconds in which somebody writes again


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it happens in one world. `since` and `until` are its first and last day in China.

    "" where it holds for all: a courier breaks down for every product and region.
    """

    name: str
    since: date
    until: date
    trade: str
    category: str
    product: str
    region: str
    team: str
    words: tuple[str, ...]
    raw: dict[str, Any] = field(repr=False)
    met: list[tuple[Customer, int]] = field(default_factory=list, repr=False)

    @property
    def days(self) -> int:
        """How many days it lasts, both ends counted."""
        return (self.until - self.since).days + 1

    def holds(self, moment: int) -> bool:
        """Whether the moment (seconds since 1970) lies in its days."""
        return 0 <= (moment - FIRST_DAY) // 86400 - (self.since - FIRST).days < self.days


class Told(World):
    """The world of a seed in which the named stories happen. Raises ValueError for a name that is none."""

    def __init__(self, seed: int, odd: float, names: Sequence[str]) -> None:
        super().__init__(seed, odd)
        if wrong := set(names) - set(NAMES):
            raise ValueError(f"stories must be of {', '.join(NAMES)}, not {', '.join(sorted(wrong))}")
        self._raw = read("trades/stories.toml")
        beat = {name: ((name, made),) for name, made in beats(self._raw["beats"]).items()}
        self.trades = {n: replace(trade, beats=trade.beats | beat) for n, trade in self.trades.items()}
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 3])))
        drawn = [self._planned(raw, iter(rng.random(8).tolist()).__next__) for raw in self._raw["story"]]
        self.stories = tuple(story for story in drawn if story.name in names)

    def _planned(self, raw: dict[str, Any], u: Uniform) -> Story:
        """When and where it happens in this world: drawn for all four, so that leaving one out moves no other."""
        low, high = map(date.fromisoformat, raw["between"])
        since = low + timedelta(days=int(u() * ((high - low).days + 1)))
        until = since + timedelta(days=raw["days"] - 1) if raw["days"] else LAST
        trade, fixed = self.trades[raw["trade"]], raw["fixed"]
        places = {"product": trade.products, "region": [c.name for c in self.pools.cities], "team": trade.teams[:2]}
        where = {name: pick(u, places[name]) if name in fixed else "" for name in places}
        return Story(
            raw["name"], since, until, trade.name, raw["category"], words=tuple(raw["words"]), raw=raw, **where
        )

    def _rows(self, stream: int) -> Iterator[list[float]]:
        for block in itertools.count():
            rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, stream, block])))
            yield from rng.random((BLOCK, WIDTH)).tolist()

    def _after(self, numbers: Iterator[int]) -> Iterator[Conversation]:
        """The usual conversations, late where a team is; after some of them one of a story."""
        chance, extra = self._rows(4), self._rows(5)
        for usual in self._usual(numbers):
            row = next(chance)
            yield self._late(usual, row)
            for story, x in zip(self.stories, row, strict=False):
                if x < story.raw["rate"] / 100 * story.days / DAYS:
                    yield self._late(self._one(story, next(numbers), next(extra)), row)

    def _one(self, story: Story, number: int, row: list[float]) -> Conversation:
        """One more conversation of the story, by somebody new or by somebody who comes back."""
        u: Uniform = itertools.cycle(row).__next__
        back = u() < story.raw["again"] and bool(story.met)
        day, hour = (story.since - FIRST).days + int(u() * story.days), min(21, max(8, int(self.hour(u))))
        if back:
            customer, before = pick(u, story.met)
            opened_at = before + 43200 + int(u() * BACK)
            back = story.holds(opened_at)
        if not back:
            customer, opened_at = self._customer(u, number), FIRST_DAY + day * 86400 + hour * 3600 + int(u() * 3600)
            trade = self.trades[story.trade]
            customer.trade, customer.customer_id = trade, f"{trade.letter}{2000 + number}"
            customer.city = next((c for c in self.pools.cities if c.name == story.region), customer.city)
            story.met.append((customer, opened_at))
        people = self.staff[story.trade]
        agent = people[int(u() * 9)]
        values = {"product": story.product} if story.product else {}
        scene = Scene(u, self.pools, customer, agent, people[:9], opened_at, values)
        category = Category(story.category, (story.raw["purpose"],), 0, script(story.raw["script"]))
        messages, resolved = Play(scene, people[9].staff_id, night=False, odd=self.odd).perform(category)
        told = (self.channel(u), category.name, scene.value("product"), story.raw["purpose"], resolved, messages)
        return Conversation(f"c{number:06d}", customer, not back, agent, *told, (story.name,))

    def _late(self, conversation: Conversation, row: list[float]) -> Conversation:
        """The conversation with a late first answer, where a story says so."""
        for story in self.stories:
            low, high = story.raw.get("late", (0, 0))
            first = conversation.messages[0].sent_at
            if high and conversation.agent.team == story.team and story.holds(first) and row[-1] < story.raw["share"]:
                messages = delayed(conversation.messages, low + int(row[-2] * (high - low)))
                told = (*conversation.stories, story.name)
                conversation = replace(conversation, messages=messages, stories=told)
        return conversation


def delayed(messages: list[Message], seconds: int) -> list[Message]:
    """The messages with everything from the agent's first answer to the customer on so much later."""
    asked = next((n for n, m in enumerate(messages) if m.role == "customer"), 0)
    start = next((n for n, m in enumerate(messages) if n > asked and m.role == "agent"), len(messages))
    return [m if n < start else m._replace(sent_at=m.sent_at + seconds) for n, m in enumerate(messages)]
