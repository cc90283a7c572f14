"""Salesforce LiveChatTranscript: one chat a row of a table, its turns in an HTML body.

A body reads ``<p align="center">Chat Started: …</p>``, ``<p align="center">Agent First L</p>`` and then, turn by turn,
``( 1m 13s ) Speaker: text<br>``. What people type is escaped, so only the body's own tags are tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..chats import Chats, Gathering
from ..encoding import CELL_MOST
from ..errors import BadInput
from ..requests import fingerprint
from .text import instant, is_fictional

_PIECE = re.compile(r'<p align="?center"?>(.*?)</p>|(.*?)(<br\s*/?>|(?=<p align="?center"?>)|\Z)', re.DOTALL | re.I)
_TURN = re.compile(r"\s*\( (?:(\d{1,3})h )?(?:(\d{1,4})m )?(\d{1,6})s \) (.{1,120}?): ?(.*)", re.DOTALL)
_CUT_TURN = re.compile(r"\s*\((?: [\dhms ]*(?:\)[^:]*)?)?")  # the beginning of a turn, without its text
_STARTED = re.compile(r"[A-Z][a-z]+day, ([A-Z][a-z]+) (\d{1,2}), (\d{4}), (\d{1,2}:\d{2}:\d{2}) \(([+-]\d{4})\)")
_CUT_MARK = re.compile(r"(?:<[^<>]*|&#?\w{0,8})\Z")
_MONTHS = "January February March April May June July August September October November December".split()
_CUSTOMER = ("ContactId", "LeadId", "AccountId", "LiveChatVisitorId", "Id")


@dataclass(frozen=True)
class Turn:
    """One thing said: seconds since the start, speaker ("" for the system's own lines) and text as it was typed."""

    seconds: int
    speaker: str
    text: str


@dataclass(frozen=True)
class Body:
    """A body taken apart: how its start is written, the agents it announces, its turns, and whether it was cut."""

    started: str
    agents: tuple[str, ...]
    turns: tuple[Turn, ...]
    cut: bool


def knows(header: Sequence[str]) -> bool:
    """Whether the columns are those of LiveChatTranscript."""
    return "Body" in header and bool({"LiveChatVisitorId", "ChatKey", "LiveChatButtonId"} & set(header))


def read(path: Path, format: str, header: list[str], rows: Iterable[tuple[int, list[str]]]) -> Chats:
    """The transcripts as chats, one message a turn; the speakers' names are known for masking.

    Who is an agent the body's own headings say, never the turn. Where that leaves a doubt (an unknown speaker, a
    customer who bears an agent's name, more agents' turns than the transcript counts) the role is unknown. Raises
    BadInput where there is no row.
    """
    gathered = Gathering()
    for line, cells in rows:
        if len(cells) != len(header):
            gathered.aside(line, "cells", cells)
            continue
        row = dict(zip(header, cells, strict=True))
        if not row["Body"].strip():
            gathered.notes["no_body"] += 1
        elif len(row["Body"]) > CELL_MOST:
            gathered.aside(line, "cell_too_long", cells)
        else:
            _take(gathered, line, row, parse(row["Body"]))
    if gathered.empty:
        raise BadInput("empty", path)
    return gathered.chats(path.name, f"livechat {format}", fingerprint(path), is_fictional(path))


def _take(gathered: Gathering, line: int, row: dict[str, str], body: Body) -> None:
    start = _moment(body.started) or instant(row.get("StartTime", "")) or instant(row.get("RequestTime", ""))
    written = body.started or row.get("StartTime", "")
    chat = row.get("Id") or row.get("ChatKey") or row.get("Name", "")
    if not body.turns or not chat:
        gathered.aside(line, "no_turn", list(row.values()))
        return
    if body.cut:
        gathered.notes["truncated"] += 1
    roles = _roles(gathered, row, body)
    customer = next((row[c] for c in _CUSTOMER if row.get(c)), chat)
    for n, turn in enumerate(body.turns, 1):
        if roles.get(turn.speaker) != "robot" and turn.speaker not in ("", "Visitor"):
            gathered.names.add(turn.speaker)
        values = {
            "message_id": f"{chat}-{n}",
            "conversation_id": chat,
            "customer_id": customer,
            "role": roles.get(turn.speaker, "unknown"),
            "actor": turn.speaker,
            "channel": "livechat",
            "type": "text" if turn.speaker else "system",
            "text": turn.text,
            "sent_as_given": f"{written} + {turn.seconds}s",
        }
        sent = start + 1000 * turn.seconds if start else None
        gathered.take(line, sent, values, [chat, str(n), str(turn.seconds), turn.speaker, turn.text])


def _roles(gathered: Gathering, row: dict[str, str], body: Body) -> dict[str, str]:
    """Speaker → role."""
    speakers = {turn.speaker for turn in body.turns} - {""}
    agents = speakers & set(body.agents)
    customers = speakers & {"Visitor"}
    doubtful = speakers - agents - customers
    if len(doubtful) == 1 and bool(agents) != bool(customers):  # one known side: the only other speaker is the other
        agents, customers = (agents, doubtful) if agents else (doubtful, customers)
    told = {side: row.get(f"{side}MessageCount", "") for side in ("Operator", "Visitor")}
    said = {"Operator": sum(t.speaker in agents for t in body.turns)}
    said["Visitor"] = sum(t.speaker in customers for t in body.turns)
    more = told["Operator"].isdecimal() and said["Operator"] > int(told["Operator"])
    none = told["Visitor"].isdecimal() and int(told["Visitor"]) > 0 and not said["Visitor"] and not body.cut
    if more or none or (agents & customers):
        gathered.notes["turns_disagree"] += 1
        agents, customers = set(), customers - agents
    robot = row.get("IsChatbotSession", "").lower() == "true" and len(body.agents) < 2
    return {
        "": "system",
        **dict.fromkeys(customers, "customer"),
        **dict.fromkeys(agents, "robot" if robot else "agent"),
    }


def parse(body: str) -> Body:
    """A body taken apart; text is unescaped once, and never looked at for tags or turns after that.

    A line inside the body that is no turn, or whose time goes back, belongs to the text of the turn before it.

    >>> parse('<p align="center">Agent Amy L</p>( 5s ) Visitor: 1 &lt; 2&lt;br&gt;( 6s ) Amy L: yes<br>').turns[0].text
    '1 < 2<br>( 6s ) Amy L: yes'
    """
    started, agents, turns, last = "", list[str](), list[Turn](), ""
    for heading, text, end in _pieces(body):
        last = end
        if heading:
            if _STARTED.search(heading):
                started = started or heading.partition(": ")[2]
            elif heading.startswith("Agent "):
                agents.append(heading.removeprefix("Agent "))
            elif turns:
                turns.append(Turn(turns[-1].seconds, "", heading))
        elif match := _TURN.fullmatch(text):
            hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
            offset = hours * 3600 + minutes * 60 + seconds
            if turns and offset < turns[-1].seconds:
                turns[-1] = replace(turns[-1], text=f"{turns[-1].text}\n{_typed(text)}")
            else:
                turns.append(Turn(offset, _typed(match[4]), _typed(match[5])))
        elif turns and text.strip() and not (end == "" and _CUT_TURN.fullmatch(text)):
            turns[-1] = replace(turns[-1], text=f"{turns[-1].text}\n{_typed(text)}")
    return Body(started, tuple(agents), tuple(turns), cut=last == "")


def _pieces(body: str) -> Iterator[tuple[str, str, str]]:
    """Heading or text, and the tag that ends it ("" at an end that no tag marks), in order."""
    body = body.strip()
    whole = _CUT_MARK.sub("", body) if not body.endswith(">") else body
    for match in _PIECE.finditer(whole):
        if match[1] is not None:
            yield _typed(match[1]).strip(), "", "</p>"
        elif match[2].strip() or match[3]:
            yield "", match[2], match[3] or ("" if match.end() == len(whole) else "<p>")


def _typed(text: str) -> str:
    """What was typed: the body's own tags away, and what was escaped once back as it was."""
    return html.unescape(re.sub(r"<[^<>]*>", "", text))


def _moment(started: str) -> int | None:
    """The instant that the heading of an English body gives."""
    if not (match := _STARTED.search(started)) or match[1] not in _MONTHS:
        return None
    return instant(f"{match[3]}-{_MONTHS.index(match[1]) + 1}-{match[2]} {match[4]} {match[5]}")
