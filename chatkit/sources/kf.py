"""微信客服: what kf/sync_msg answers, as whole pages or as messages, one JSON value a line or a document."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering
from ..errors import BadInput
from ..requests import fingerprint
from .text import encode, is_fictional, names_of, roster, talk, unix, words

_ROLES = {3: "customer", 4: "system", 5: "agent"}
_TYPES = {"business_card": "card", "miniprogram": "weapp", "merged_msg": "chatrecord", "channels": "sphfeed"}
_RECALLS = {"user_recall_msg", "servicer_recall_msg"}


def knows(record: dict[str, Any]) -> bool:
    """Whether a JSON object is a page of sync_msg or one of its messages."""
    return "msg_list" in record or ("msgid" in record and "origin" in record and "send_time" in record)


def read(path: Path, records: Iterable[tuple[int, str | bytes, Any]]) -> Chats:
    """Pages or messages of sync_msg as chats; a conversation is one customer at one account.

    The roster beside it (``wecom_roster.csv``) gives customers' numbers and names to mask. An event is counted and is
    no message, but a recall marks the message recalled. Where the last page says that there are more, a note says so.
    Raises BadInput where there is no message.
    """
    gathered, people, more = Gathering(), roster(path), False
    gathered.names.update(names_of(people))
    for line, raw, record in records:
        try:
            if "msg_list" in record:
                more = str(record.get("has_more", 0)) == "1"
                for message in record["msg_list"]:
                    _take(gathered, line, message, encode(message), people)
            else:
                _take(gathered, line, record, raw, people)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            gathered.aside(line, "json", raw)
    if not len(gathered):
        raise BadInput("no_message", path, 1)
    if more:
        gathered.notes["more_to_fetch"] += 1
    return gathered.chats(path.name, "wechat_kf", fingerprint(path), is_fictional(path))


def _take(gathered: Gathering, line: int, message: Any, raw: str | bytes, people: dict[str, dict[str, str]]) -> None:
    """Take one message, or set it alone aside: the others of its page are whole."""
    try:
        kind = str(message["msgtype"])
        body = message.get(kind) or {}
        if kind == "event":
            if body.get("event_type") in _RECALLS:
                gathered.recall(str(body["recall_msgid"]))
            else:
                gathered.notes["send_failed" if body.get("event_type") == "msg_send_fail" else "event"] += 1
            return
        customer, sent = str(message["external_userid"]), message["send_time"]
        role = _ROLES.get(int(message["origin"]), "unknown")
        values = {
            "message_id": str(message["msgid"]),
            "conversation_id": talk(str(message["open_kfid"]), customer),
            "customer_id": people.get(customer, {}).get("customer_id") or customer,
            "role": role,
            "actor": customer if role == "customer" else str(message.get("servicer_userid", "")),
            "channel": "wechat_kf",
            "type": _TYPES.get(kind, kind),
            "text": words(body),
            "sent_as_given": str(sent),
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        gathered.aside(line, "json", raw)
    else:
        gathered.take(line, unix(sent), values, raw)
