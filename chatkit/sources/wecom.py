"""WeCom archives: decrypted messages of 会话内容存档, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering, row_id
from ..errors import BadInput
from ..requests import fingerprint
from .text import is_fictional, names_of, roster, unix, words

# Where the body stands when it is not under the name of its type.
_BODY = {
    **{"docmsg": "doc", "markdown": "info", "news": "info", "voiptext": "info", "qydiskfile": "info"},
    "disagree": "agree",
}
_ENVELOPE = ("msgid", "action", "from", "tolist", "roomid", "msgtime", "msgtype")


def knows(record: dict[str, Any]) -> bool:
    """Whether a JSON object is a message of an archive."""
    return "msgid" in record and (("msgtype" in record and "from" in record) or record.get("action") == "switch")


def read(path: Path, records: Iterable[tuple[int, str | bytes, Any]]) -> Chats:
    """A WeCom archive as chats, with the roster that lies beside it (``wecom_roster.csv``), if any.

    ``records`` are line, text and object of each. A recalled message stays and is marked; a line that is no whole
    JSON object is set aside; an unknown type is kept with all its text; the room of a talk of two, which may be absent,
    is the two. Raises BadInput where no line is a message.
    """
    gathered, people = Gathering(), roster(path)
    gathered.names.update(names_of(people))
    customers = {userid: person["customer_id"] for userid, person in people.items() if person["customer_id"]}
    for line, raw, record in records:
        try:
            values = _values(gathered, record, customers)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            gathered.aside(line, "json", raw)
        else:
            if values:
                gathered.take(line, unix(record["msgtime"]), values, raw)
    if not len(gathered):
        raise BadInput("no_message", path, 1)
    return gathered.chats(path.name, "wecom", fingerprint(path), is_fictional(path))


def _values(gathered: Gathering, message: dict[str, Any], customers: dict[str, str]) -> dict[str, Any]:
    """A message in the words of the record form; nothing for what is none."""
    if message.get("action") == "switch":
        gathered.notes["switch"] += 1
        return {}
    kind = str(message["msgtype"])
    if kind == "revoke":
        gathered.recall(str(message["revoke"]["pre_msgid"]))
        return {}
    sender, receivers = str(message["from"]), message.get("tolist")
    if not isinstance(receivers, list):
        receivers = _listed(receivers)
    talk, customer, role = _parties(str(message.get("roomid") or ""), sender, *receivers)
    body = message.get(kind)
    if body is None and kind in _BODY:
        body = message.get(_BODY[kind])
    if body is None:  # votes and types to come keep their fields at the top level
        body = {k: v for k, v in message.items() if k not in _ENVELOPE}
    return {
        "message_id": message["msgid"],
        "conversation_id": talk,
        "customer_id": customers.get(customer, customer),
        "role": role,
        "actor": sender,
        "channel": "wecom",
        "type": kind,
        "text": words(body),
        "sent_as_given": message["msgtime"],
    }


@lru_cache(maxsize=65_536)
def _parties(room: str, sender: str, *receivers: str) -> tuple[str, str, str]:
    """The conversation, its customer and the sender's role, by the beginnings of their ids."""
    everybody = (sender, *receivers)
    customer = next((person for person in everybody if person.startswith(("wm", "wo"))), "")
    role = "customer" if sender.startswith(("wm", "wo")) else "robot" if sender.startswith("wb") else "agent"
    return row_id(room or "|".join(sorted(set(everybody)))), customer, role


def _listed(value: Any) -> list[str]:
    """The receivers, where a bridge made one string of the list, or where there is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = value.strip("[]").replace("'", "").replace('"', "").split(",")
    return [str(v).strip() for v in value or []]
