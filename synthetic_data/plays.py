"""One conversation being played: who says which sentence when, and where in it the personal values stand."""

from typing import NamedTuple

from .identifiers import pick
from .patterns import Beat, Category, Line
from .slots import SLOTS, Scene
from .spellings import SPELLINGS

# A third person is the same within a beat; the next beat speaks of somebody else.
OTHERS = tuple(slot for slot in SLOTS if slot.endswith(".other"))
Spans = tuple[tuple[int, int, str], ...]
# Seconds between a message and the one before, at least and at most; short pauses are more frequent than long ones.
PAUSE = {"customer": (4, 55), "agent": (9, 80), "note": (5, 30), "robot": (1, 3), "system": (1, 4)}


class Message(NamedTuple):
    """One message; `sent_at` in seconds since 1970 (UTC), `spans` as (start, end, entity) in code points."""

    sent_at: int
    role: str
    sender_id: str
    type: str
    text: str
    recalled: bool
    internal_note: bool
    spans: Spans


class Play:
    """One conversation while it is being played: the clock, and what has been said."""

    def __init__(self, scene: Scene, robot_id: str, night: bool) -> None:
        self.scene, self.night = scene, night
        self.now = scene.opened_at
        self.messages: list[Message] = []
        customer, agent = scene.customer.customer_id, scene.agent.staff_id
        self.sender = {"customer": customer, "agent": agent, "note": agent, "robot": robot_id, "system": ""}

    def perform(self, category: Category) -> tuple[list[Message], bool]:
        """Plays the script of `category`; gives the messages and whether the matter was settled."""
        u, beats, resolved = self.scene.u, self.scene.customer.trade.beats, True
        for place, (name, chance) in enumerate(category.script):
            if chance < 1 and u() > chance:
                continue
            choices = beats.get(name + "@night", beats[name]) if self.night else beats[name]
            played, beat = choices[int(u() * len(choices))]
            self.act(beat)
            if place == 0 and self.scene.customer.minor and u() < 0.6:
                self.act(beats["minor"][0][1])
            resolved = resolved and not played.endswith("_open")
        return self.messages, resolved

    def act(self, beat: Beat) -> None:
        """Plays the turns of one beat; a customer may send a sentence in pieces, slip on the keys, add an emoji."""
        u, index = self.scene.u, 0
        for slot in OTHERS:
            self.scene.values.pop(slot, None)
        for turn in beat:
            if turn.chance < 1 and u() > turn.chance:
                continue
            index = index if turn.paired else int(u() * len(turn.patterns))
            pattern = turn.patterns[index]
            if turn.speaker != "customer":
                for said in pattern.whole:
                    self.say(turn.speaker, said, plain=True, recalled=turn.speaker == "agent" and u() < 0.004)
                continue
            lines = pattern.pieces if len(pattern.pieces) > 1 and u() < 0.4 else pattern.whole
            mood = u()
            if mood < 0.05 and pattern.slipped:
                lines = pattern.slipped
            for said in lines:
                self.say("customer", said, plain=False, recalled=u() < 0.012, mood=mood)

    def say(self, speaker: str, said: Line, plain: bool, recalled: bool = False, mood: float = 0.5) -> None:
        """Adds one message. `plain` values are spelled canonically; a `mood` near 1 adds a filler or an emoji."""
        u, words = self.scene.u, self.scene.pools.words
        low, high = PAUSE[speaker]
        if self.messages:
            self.now += low + int(u() ** 2 * (high - low))
        text, spans = fill(said, self.scene, plain or said.type != "text")
        if mood > 0.86 and said.type == "text" and len(text) > 3:
            if mood > 0.95:
                head = pick(u, words["prefixes"])
                text = head + text
                spans = tuple((start + len(head), end + len(head), entity) for start, end, entity in spans)
            elif text[-1] not in "？?。！" and not said.parts[-1][1] and said.parts[-1][0]:
                text += pick(u, words["suffixes"])
        role = "agent" if speaker == "note" else speaker
        self.messages.append(
            Message(self.now, role, self.sender[speaker], said.type, text, recalled, speaker == "note", spans)
        )


def fill(said: Line, scene: Scene, plain: bool) -> tuple[str, Spans]:
    """The text of `said` and the spans of its personal values."""
    if said.constant is not None:
        return said.constant, ()
    pieces: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = 0
    for literal, slot, entity in said.parts:
        pieces.append(literal)
        at += len(literal)
        if not slot:
            continue
        value = scene.value(slot)
        if entity:
            if not plain and entity in SPELLINGS and not slot.endswith((".plain", ".phone", ".head", ".tail")):
                value = SPELLINGS[entity](scene.u, value)
            spans.append((at, at + len(value), entity))
        pieces.append(value)
        at += len(value)
    return "".join(pieces), tuple(spans)
