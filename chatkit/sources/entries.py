"""Salesforce ConversationEntry: messages and events of messaging sessions, as the old object or of enhanced channels.

The file ``MessagingSession.csv`` beside it, if any, gives the customer and the channel of each conversation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering
from ..encoding import csv_rows
from ..errors import BadInput
from ..requests import fingerprint
from .text import instant, is_fictional, unix

SESSIONS = "MessagingSession.csv"
_ROLES = {
    **{"agent": "agent", "supervisor": "agent", "bot": "robot", "chatbot": "robot"},
    **{"enduser": "customer", "system": "system"},
}
_WORDS = frozenset({"text", "title", "note", "content"})  # the keys under which a payload keeps what people read
_decode = json.JSONDecoder().raw_decode
_NESTED = 8  # escapes within escapes; no payload has more than two


def knows(header: Iterable[str]) -> bool:
    """Whether the columns, or the keys, are those of ConversationEntry in either of its forms."""
    keys = set(header)
    return {"EntryType", "ConversationId"} <= keys or ("entry_type" in keys and "entry_payload" in keys)


def are_sessions(header: Iterable[str]) -> bool:
    """Whether the columns are those of MessagingSession, which holds no message."""
    return {"MessagingEndUserId", "ChannelType"} <= set(header)


def rows_of(header: list[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, Any, Any]]:
    """The rows of a table as records by column; a row whose cells are not those of the header has none."""
    for line, cells in rows:
        yield line, cells, dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None


def read(path: Path, format: str, records: Iterable[tuple[int, Any, Any]]) -> Chats:
    """ConversationEntry as chats. Events are counted and are no messages; a note is an internal note.

    Entries without words (enhanced channels leave ``Message`` blank) are counted. Without the sessions beside it the
    conversation stands for the customer. Raises BadInput where no row is an entry.
    """
    gathered, sessions = Gathering(), _sessions(path.with_name(SESSIONS))
    if not sessions:
        gathered.notes["conversation_as_customer"] += 1
    for line, raw, record in records:
        try:
            kind, name, attached, sent, values = _enhanced(record) if "entry_type" in record else _old(record)
            session = sessions.get(values["conversation_id"], {})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            gathered.aside(line, "cells" if isinstance(raw, list) else "json", raw)
            continue
        if kind not in ("text", "message", "note"):
            gathered.notes["event"] += 1
        elif not values["text"] and not attached:
            gathered.notes["no_words"] += 1
        else:
            if name and values["role"] in ("agent", "customer"):
                gathered.names.add(name)
            values["customer_id"] = session.get("MessagingEndUserId") or values["conversation_id"]
            values["channel"] = session.get("ChannelType") or "messaging"
            values["internal_note"] = kind == "note"
            values["sent_as_given"] = sent
            gathered.take(line, unix(sent) or instant(str(sent)), values, raw)
    if gathered.empty and not gathered.notes["event"] + gathered.notes["no_words"]:
        raise BadInput("empty", path)
    return gathered.chats(path.name, f"conversation_entry {format}", fingerprint(path), is_fictional(path))


Entry = tuple[str, str, bool, Any, dict[str, Any]]  # kind, name, attached, sent, values


def _old(row: Mapping[str, Any]) -> Entry:
    sent = row.get("EntryTime") or row.get("ClientTimestamp") or ""
    text, attached = str(row.get("Message") or ""), row.get("HasAttachments") in (True, "true", "TRUE", "True")
    values = {
        "message_id": row.get("Id") or row.get("MessageIdentifier") or "",
        "conversation_id": row["ConversationId"],
        "role": _ROLES.get(str(row.get("ActorType", "")).lower(), "unknown"),
        "actor": row.get("ActorId") or "",
        "text": text,
        "type": "file" if attached and not text else "text",
    }
    return row["EntryType"].lower(), str(row.get("ActorName") or ""), attached, sent, values


def _enhanced(row: Mapping[str, Any]) -> Entry:
    kind, payload = str(row["entry_type"]).lower(), _parsed(row.get("entry_payload"))
    sender = row.get("sender")
    role, actor, name = _sender_of(sender) if type(sender) is str else _sender(sender)
    values = {
        "conversation_id": row.get("conversation_identifer") or row["conversation_identifier"],  # sic
        "message_id": row["identifier"],
        "role": role,
        "actor": actor,
        "text": "\n".join(_words(payload, [])) if kind in ("message", "note") else "",
        "type": "text",
    }
    sent = row.get("transcripted_timestamp") or row.get("client_timestamp") or ""
    return kind, name, "attachments" in payload, sent, values


def _sender(value: Any) -> tuple[str, str, str]:
    """Role, id and name of a sender."""
    sender = _parsed(value)
    role = _ROLES.get(str(sender.get("role", "")).lower(), "unknown")
    actor, name = sender.get("subject") or sender.get("id"), sender.get("displayName") or sender.get("name")
    return role, str(actor or ""), str(name or "")


_sender_of = lru_cache(maxsize=65_536)(_sender)  # a conversation has few


def _parsed(value: Any) -> dict[str, Any]:
    """The object in a string, also where the string was escaped more than once. Raises ValueError where it is none."""
    for _ in range(_NESTED):
        if isinstance(value, dict):
            return value
        value, end = _decode(text := (value or "{}").strip())
        if end < len(text):
            break
    raise ValueError("no object")


def _words(node: Any, found: list[str]) -> list[str]:
    """The words that a payload shows, wherever they stand in it, behind those found before."""
    if type(node) is dict:
        for key, value in node.items():
            if type(value) is not str:
                _words(value, found)
            elif value and key in _WORDS:
                found.append(value)
    elif type(node) is list:
        for value in node:
            _words(value, found)
    return found


def _sessions(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    return {row["Id"]: row for _, row in csv_rows(path, ("Id", "MessagingEndUserId", "ChannelType"))}
