"""Salesforce ConversationEntry: messages and events of messaging sessions, as the old object or of enhanced channels.

The file ``MessagingSession.csv`` beside it, if any, gives the customer and the channel of each conversation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering, row_id
from ..encoding import csv_rows
from ..errors import BadInput
from ..requests import fingerprint
from .text import instant, is_fictional, unix

SESSIONS = "MessagingSession.csv"
_ROLES = {
    **{"agent": "agent", "supervisor": "agent", "bot": "robot", "chatbot": "robot"},
    **{"enduser": "customer", "system": "system"},
}
_WORDS = ("text", "title", "note", "content")  # the keys under which a payload keeps what people read
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
            entry = _enhanced(record) if "entry_type" in record else _old(record)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            gathered.aside(line, "cells" if isinstance(raw, list) else "json", raw)
            continue
        kind, name = entry.pop("kind"), entry.pop("name")
        if kind not in ("text", "message", "note"):
            gathered.notes["event"] += 1
        elif not entry["text"] and not entry.pop("attached"):
            gathered.notes["no_words"] += 1
        else:
            if entry["role"] in ("agent", "customer"):
                gathered.names.add(name)
            sent = entry.pop("sent")
            session = sessions.get(entry["conversation_id"], {})
            values = {
                **entry,
                "customer_id": session.get("MessagingEndUserId") or entry["conversation_id"],
                "channel": session.get("ChannelType") or "messaging",
                "internal_note": kind == "note",
                "sent_as_given": sent,
            }
            gathered.take(line, unix(sent) or instant(sent), values, raw)
    if gathered.empty and not gathered.notes["event"] + gathered.notes["no_words"]:
        raise BadInput("empty", path)
    return gathered.chats(path.name, f"conversation_entry {format}", fingerprint(path), is_fictional(path))


def _old(row: Mapping[str, Any]) -> dict[str, Any]:
    sent = str(row.get("EntryTime") or row.get("ClientTimestamp") or "")
    text, attached = str(row.get("Message") or ""), str(row.get("HasAttachments", "")).lower() == "true"
    entry = {
        "conversation_id": str(row["ConversationId"]),
        "role": _ROLES.get(str(row.get("ActorType", "")).lower(), "unknown"),
        "actor": str(row.get("ActorId") or ""),
        "text": text,
        "type": "file" if attached and not text else "text",
    }
    given = row.get("Id") or row.get("MessageIdentifier")
    entry["message_id"] = str(given or row_id(*entry.values(), sent))
    return {
        **entry,
        "kind": row["EntryType"].lower(),
        "name": str(row.get("ActorName") or ""),
        "sent": sent,
        "attached": attached,
    }


def _enhanced(row: Mapping[str, Any]) -> dict[str, Any]:
    kind, payload, sender = (
        str(row["entry_type"]).lower(),
        _parsed(row.get("entry_payload")),
        _parsed(row.get("sender")),
    )
    sent = str(row.get("transcripted_timestamp") or row.get("client_timestamp") or "")
    words = list(_words(payload)) if kind in ("message", "note") else []
    return {
        "conversation_id": str(row.get("conversation_identifer") or row["conversation_identifier"]),  # sic
        "message_id": str(row["identifier"]),
        "role": _ROLES.get(str(sender.get("role", "")).lower(), "unknown"),
        "actor": str(sender.get("subject") or sender.get("id") or ""),
        "text": "\n".join(words),
        "type": "text",
        "kind": kind,
        "name": str(sender.get("displayName") or sender.get("name") or ""),
        "sent": sent,
        "attached": "attachments" in payload,
    }


def _parsed(value: Any) -> dict[str, Any]:
    """The object in a string, also where the string was escaped more than once. Raises ValueError where it is none."""
    for _ in range(_NESTED):
        if isinstance(value, dict):
            return value
        value = json.loads(value or "{}")
    raise ValueError("no object")


def _words(node: Any) -> Iterator[str]:
    """The words that a payload shows, wherever they stand in it."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                if key in _WORDS and value:
                    yield value
            else:
                yield from _words(value)
    elif isinstance(node, list):
        for value in node:
            yield from _words(value)


def _sessions(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    return {row["Id"]: row for _, row in csv_rows(path, ("Id", "MessagingEndUserId", "ChannelType"))}
