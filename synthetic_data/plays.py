"""One conversation being played: who says which sentence when, and where in it the personal values stand."""

from typing import NamedTuple

from .identifiers import pick
from .patterns import Beat, Category, Line
from .slots import Scene
from .spellings import TRADITIONAL, spell

Spans = tuple[tuple[int, int, str, str], ...]
# Seconds between a message and the one before, at least and at most; short pauses are more frequent than long ones.
PAUSE = {"customer": (4, 55), "agent": (9, 80), "note": (5, 30), "robot": (1, 3), "system": (1, 4)}


class Message(NamedTuple):
    """One message; `sent_at` in seconds since 1970 (UTC), `spans` as (start, end, entity, spelling) in code points."""

    sent_at: int
    role: str
    sender_id: str
    type: str
    text: str
    recalled: bool
    internal_note: bool
    held_back: bool
    spans: Spans


class Play:
    """One conversation while it is being played: the clock, and what has been said."""

    def __init__(self, scene: Scene, robot_id: str, night: bool, odd: float) -> None:
        self.scene, self.u, self.night, self.odd = scene, scene.u, night, odd
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
        u, index = self.u, 0
        self.scene.part_with_others()
        for turn in beat:
            if turn.chance < 1 and u() > turn.chance:
                continue
            if not turn.paired:
                index = int(u() * len(turn.patterns))
            pattern = turn.patterns[index]
            if turn.speaker != "customer":
                for said in pattern.whole:
                    self.say(turn.speaker, said, pattern.held_back, turn.speaker == "agent" and u() < 0.004)
                continue
            if pattern.odd and u() < 0.7 * self.odd:
                pattern = pick(u, pattern.odd)
            lines = pattern.pieces if len(pattern.pieces) > 1 and u() < 0.4 else pattern.whole
            mood = u()
            if mood < 0.05 and pattern.slipped:
                lines = pattern.slipped
            for said in lines:
                self.say("customer", said, pattern.held_back, u() < 0.012, mood)

    def say(
        self, speaker: str, said: Line, held_back: bool = False, recalled: bool = False, mood: float | None = None
    ) -> None:
        """Adds one message. Without a `mood` values are spelled canonically; one near 1 adds a filler or an emoji."""
        u = self.u
        if self.messages:
            low, high = PAUSE[speaker]
            x = u()
            self.now += low + int(x * x * (high - low))
        text, spans = said.constant, ()
        if text is None:
            text, spans = fill(said, self.scene, self.odd if mood is not None and said.type == "text" else None)
        if mood is not None and mood > 0.86 and said.type == "text" and len(text) > 3:
            words = self.scene.pools.words
            if mood > 0.95:
                head = pick(u, words["prefixes"])
                text, shift = head + text, len(head)
                spans = tuple((start + shift, end + shift, entity, spelling) for start, end, entity, spelling in spans)
            elif text[-1] not in "？?。！" and not said.parts[-1][1] and said.parts[-1][0]:
                text += pick(u, words["suffixes"])
        note, sender = speaker == "note", self.sender[speaker]
        role = "agent" if note else speaker
        self.messages.append(Message(self.now, role, sender, said.type, text, recalled, note, held_back, spans))


def fill(said: Line, scene: Scene, odd: float | None) -> tuple[str, Spans]:
    """The text of `said` and the spans of its personal values, spelled as agents do unless there is a chance `odd`."""
    pieces: list[str] = []
    spans: list[tuple[int, int, str, str]] = []
    at = 0
    for literal, slot, entity, around in said.parts:
        pieces.append(literal)
        at += len(literal)
        if not slot:
            continue
        value, spelling = scene.value(slot), around or "plain"
        if entity:
            if odd is not None and not around:
                value, spelling = spell(scene.u, entity, value, odd)
            elif spelling == "traditional" and entity in ("NAME", "ADDRESS"):
                value = value.translate(TRADITIONAL)
            spans.append((at, at + len(value), entity, spelling))
        pieces.append(value)
        at += len(value)
    return "".join(pieces), tuple(spans)
