"""Who talks to whom about what, and what they say: the endless stream of conversations of one seed.

Conversation number i is the same whoever asks for however many: its random numbers come from row i of a table that
is drawn in blocks, and customers return only from among those who came before.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from . import identifiers as ids
from .files import read
from .identifiers import Choice, Uniform, pick
from .patterns import Trade, line, trades
from .plays import Message, Play
from .pools import Pools, draw
from .slots import Agent, Customer, Scene

BLOCK = 256
WIDTH = 256
# The share of the numbers customers type that are spelled oddly. Agents type plainly, some words do the same to any
# number (打15412345678找我): together that makes one number in eleven.
ODD = 0.06
PURPOSES = {"complaint": 0.35, "abnormal_funds": 0.28, "decision_support": 0.22, "other": 0.15}
CHANNELS = {"app": 0.4, "wechat": 0.28, "web": 0.17, "mini_program": 0.1, "phone_text": 0.05}
CONSENTS = {"given": 0.68, "not_asked": 0.27, "refused": 0.05}
# Conversations that begin in each hour of a day in China, per cent or so: two working peaks, an evening, few at night.
HOURS = (.6, .3, .2, .1, .1, .2, .4, 1.2, 4, 9, 10, 9, 6, 6, 9, 9.5, 8.5, 6.5, 4.5, 5, 5, 4, 2, 1)  # fmt: skip
FIRST_DAY = int(datetime.fromisoformat("2023-07-01T00:00:00+08:00").timestamp())
DAYS = 184


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; `fresh` where its customer has not been seen before; the `stories` that it tells."""

    conversation_id: str
    customer: Customer
    fresh: bool
    agent: Agent
    channel: str
    category: str
    product: str
    purpose: str
    resolved: bool
    messages: list[Message]
    stories: tuple[str, ...] = ()


class World:
    """The pools, the staff and the conversations of one seed (an int ≥ 0) where customers write a share `odd` oddly."""

    def __init__(self, seed: int, odd: float = ODD) -> None:
        if seed < 0:
            raise ValueError(f"seed must be 0 or more, not {seed}")
        if not 0 <= odd <= 1:
            raise ValueError(f"odd must be between 0 and 1, not {odd}")
        self.seed, self.odd = seed, odd
        self.stories: tuple[Any, ...] = ()
        self.pools: Pools = draw(seed)
        self.trades: dict[str, Trade] = {trade.name: trade for trade in trades()}
        self.trade = Choice({trade.name: trade.weight for trade in trades()})
        self.purpose, self.channel, self.consent = Choice(PURPOSES), Choice(CHANNELS), Choice(CONSENTS)
        self.hour = Choice({str(hour): weight for hour, weight in enumerate(HOURS)})
        self.categories = {
            (t.name, p): [c for c in t.categories if p in c.purposes] for t in trades() for p in PURPOSES
        }
        self.category = {
            key: Choice({str(i): c.weight for i, c in enumerate(found)}) for key, found in self.categories.items()
        }
        self.staff = self._staff()

    def _uniforms(self, block: int) -> list[list[float]]:
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, 1, block])))
        table: list[list[float]] = rng.random((BLOCK, WIDTH)).tolist()
        return table

    def _staff(self) -> dict[str, list[Agent]]:
        """By trade: eight agents, a team lead, and last the robot."""
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, 2])))
        u: Uniform = iter(rng.random(400).tolist()).__next__
        staff: dict[str, list[Agent]] = {}
        for number, trade in enumerate(self.trades.values(), start=1):
            people = []
            for i in range(9):
                name, surname, _ = pick(u, self.pools.names)
                role = "agent" if i < 8 else "team_lead"
                people.append(Agent(f"k{number}{i + 1:03d}", name, surname, role, trade.teams[i % len(trade.teams)]))
            staff[trade.name] = [*people, Agent(f"bot{number}", "智能助手小禾", "", "robot", "智能服务")]
        return staff

    def stream(self) -> Iterator[Conversation]:
        """Conversations without end, the fixed ones first."""
        fixed = list(self._story())
        yield from fixed
        yield from self._after(itertools.count(len(fixed) + 1))

    def _after(self, numbers: Iterator[int]) -> Iterator[Conversation]:
        """What follows the fixed ones."""
        return self._usual(numbers)

    def _usual(self, numbers: Iterator[int]) -> Iterator[Conversation]:
        recent: list[Customer] = []
        for block in itertools.count():
            for row in self._uniforms(block):
                number = next(numbers)
                # A conversation takes some 110 numbers of its row; a very long one goes round, which nobody can see.
                u: Uniform = itertools.cycle(row).__next__
                # Grows over the first fifty customers, or the first few would come back all the time.
                fresh = u() >= 0.25 * min(1.0, len(recent) / 50)
                customer = self._customer(u, number) if fresh else pick(u, recent)
                yield self._conversation(u, number, customer, fresh)
                if fresh:
                    recent.append(customer)
                    del recent[:-200]

    def _customer(self, u: Uniform, number: int) -> Customer:
        trade = self.trades[self.trade(u)]
        name, surname, female = pick(u, self.pools.names)
        # Minors (2 % of all) are pupils, shoppers and holders of school cards; banks have none.
        minor = trade.name != "bank" and u() < 0.025
        return Customer(
            customer_id=f"{trade.letter}{2000 + number}",
            name=name,
            surname=surname,
            female=female,
            phone=ids.mobile(u),
            city=pick(u, self.pools.cities),
            id_card=ids.id_card(u, minor, female),
            vip=u() < 0.03,
            minor=minor,
            consent=self.consent(u),
            trade=trade,
        )

    def _conversation(self, u: Uniform, number: int, customer: Customer, fresh: bool) -> Conversation:
        purpose, trade = self.purpose(u), customer.trade
        category = self.categories[trade.name, purpose][int(self.category[trade.name, purpose](u))]
        hour, day = int(self.hour(u)), int(u() * DAYS)
        hour = max(hour, 8) if day == 0 else min(hour, 21) if day == DAYS - 1 else hour
        opened_at = FIRST_DAY + day * 86400 + hour * 3600 + int(u() * 3600)
        people = self.staff[trade.name]
        agent = people[int(u() * 9)]
        scene = Scene(u, self.pools, customer, agent, people[:9], opened_at)
        messages, resolved = Play(scene, people[9].staff_id, not 6 < hour < 23, self.odd).perform(category)
        return Conversation(
            f"c{number:06d}",
            customer,
            fresh,
            agent,
            self.channel(u),
            category.name,
            scene.value("product"),
            purpose,
            resolved,
            messages,
        )

    def _story(self) -> Iterator[Conversation]:
        """The fixed conversations of A1234 and A1235; only the staff's names depend on the seed."""
        story, trade = read("trades/story.toml"), self.trades["course"]
        people, met = self.staff[trade.name], set()
        customers = {raw["id"]: self._known(raw, trade) for raw in story["customer"]}
        for number, raw in enumerate(story["conversation"], start=1):
            customer, agent = customers[raw["customer"]], people[number % 3]
            opened = int(datetime.fromisoformat(raw["opened"] + "+08:00").timestamp())
            u: Uniform = itertools.cycle([0.31, 0.72, 0.12, 0.55, 0.43]).__next__
            scene = Scene(u, self.pools, customer, agent, people[:9], opened, dict(raw.get("values", {})))
            play = Play(scene, people[9].staff_id, night=False, odd=self.odd)
            for speaker, text, *flags in raw["lines"]:
                for piece in text.split("|"):
                    play.say(speaker, line(piece), recalled="recalled" in flags)
            fresh = raw["customer"] not in met
            met.add(raw["customer"])
            yield Conversation(
                f"c{number:06d}",
                customer,
                fresh,
                agent,
                raw["channel"],
                raw["category"],
                raw["product"],
                raw["purpose"],
                raw["resolved"],
                play.messages,
            )

    def _known(self, raw: dict[str, Any], trade: Trade) -> Customer:
        city = next(city for city in self.pools.cities if city.name == raw["city"])
        body = raw["id_body"]
        return Customer(
            raw["id"],
            raw["name"],
            raw["surname"],
            raw["female"],
            raw["phone"],
            city,
            body + ids.id_check(body),
            vip=False,
            minor=False,
            consent=raw["consent"],
            trade=trade,
            kept=dict(raw["kept"]),
        )
