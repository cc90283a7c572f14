"""WeCom archives: decrypted messages of 会话内容存档, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from ..chats import Chats, Gathering, row_id
from ..encoding import csv_rows, decode
from ..errors import BadInput
from ..requests import fingerprint
from .text import is_fictional

ROSTER = "wecom_roster.csv"
# Where the body stands when it is not under the name of its type.
_BODY = {"docmsg": "doc", "markdown": "info", "news": "info", "voiptext": "info", "qydiskfile": "info"}
# What in a body is no text for people: keys of files, kinds, measures.
_SILENT = {
    "md5sum",
    "sdkfileid",
    "fileext",
    "type",
    "userid",
    "username",
    "image_url",
    "voiceid",
    "voipid",
    "meetingid",
}


def read(path: Path) -> Chats:
    """A WeCom archive as chats, with the roster that lies beside it (``wecom_roster.csv``), if any.

    A recalled message stays and is marked; a line that is no whole JSON object is set aside; an unknown type is
    kept with all its text. Raises BadInput where no line is a message.
    """
    text, _ = decode(path)
    gathered, roster = Gathering(), _roster(path.with_name(ROSTER))
    gathered.names.update(person["name"] for person in roster.values() if person["role"] != "robot")
    lines = text.split("\n")
    for line, raw in enumerate(tqdm(lines, desc=path.name, unit=" lines", delay=1, leave=False), 1):
        if raw.strip():
            try:
                _take(gathered, line, json.loads(raw), raw, roster)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, OSError):
                gathered.aside(line, "json", raw)
    if not len(gathered):
        raise BadInput("no_message", path, 1)
    return gathered.chats(path.name, "wecom", fingerprint(path), is_fictional(path))


def _take(gathered: Gathering, line: int, message: dict[str, Any], raw: str, roster: dict[str, Any]) -> None:
    if message.get("action") == "switch":
        gathered.notes["switch"] += 1
        return
    kind = str(message["msgtype"])
    body = message.get(kind, message.get(_BODY.get(kind, "")))
    if kind == "revoke":
        gathered.recall(str(message["revoke"]["pre_msgid"]))
        return
    sender, everybody = str(message["from"]), [str(message["from"]), *_listed(message.get("tolist"))]
    outside = [p for p in everybody if p.startswith(("wm", "wo"))]
    customer = outside[0] if outside else ""
    role = "customer" if sender.startswith(("wm", "wo")) else "robot" if sender.startswith("wb") else "agent"
    if body is None:  # votes and types to come keep their fields at the top level
        body = {k: v for k, v in message.items() if k not in ("msgid", "action", "from", "tolist", "roomid", "msgtype")}
    room = str(message.get("roomid") or "") or "|".join(sorted(set(everybody)))
    values = {
        "message_id": str(message["msgid"]),
        "conversation_id": row_id(room),
        "customer_id": roster.get(customer, {}).get("customer_id") or customer,
        "role": role,
        "actor": sender,
        "channel": "wecom",
        "type": kind,
        "text": "\n".join(spoken(body)),
    }
    milliseconds = int(message["msgtime"])
    seconds = milliseconds / 1000 if milliseconds > 10**11 else milliseconds
    gathered.take(line, datetime.fromtimestamp(seconds, UTC), values, raw)


def spoken(node: Any) -> Iterator[str]:
    """Every text in a message body that a person could read, nested records included.

    Only the items of a record carry their content as a JSON string; what a customer typed in brackets stays as typed.
    """
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "content" and "type" in node and isinstance(value, str):
                yield from spoken(_item(value))
            elif key not in _SILENT:
                yield from spoken(value)
    elif isinstance(node, list):
        for value in node:
            yield from spoken(value)
    elif isinstance(node, str) and node:
        yield node


def _item(content: str) -> Any:
    """The content of a record's item: the object in the string, or the string."""
    try:
        parsed = json.loads(content)
    except ValueError:
        return content
    return parsed if isinstance(parsed, dict) else content


def _listed(value: Any) -> list[str]:
    """The receivers, also where a bridge made one string of the list."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = value.strip("[]").replace("'", "").replace('"', "").split(",")
    return [str(v).strip() for v in value or []]


def _roster(path: Path) -> dict[str, dict[str, str]]:
    """User id → row of the roster file; empty without one. Raises BadInput where it lacks a column."""
    if not path.exists():
        return {}
    return {row["userid"]: row for _, row in csv_rows(path, ("userid", "name", "role", "customer_id"))}
