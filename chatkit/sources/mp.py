"""公众号客服: what getmsglist answers, one page a line or a document, or its records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering
from ..errors import BadInput
from ..requests import fingerprint
from .text import encode, is_fictional, talk, unix

PAGE_MOST = 10_000  # records of one answer; so many mean that there may be more
_ROLES = {2002: "agent", 2003: "customer"}
_MEDIA = {"[image]": "image", "[voice]": "voice", "[video]": "video"}


def knows(record: dict[str, Any]) -> bool:
    """Whether a JSON object is a page of getmsglist or one of its records."""
    return "recordlist" in record or ("openid" in record and "opercode" in record)


def read(path: Path, records: Iterable[tuple[int, str | bytes, Any]]) -> Chats:
    """Pages or records of getmsglist as chats; a conversation is one customer at one account.

    The account is what stands behind the @ of ``worker``, so that another worker goes on in the same conversation.
    Records have no ids: one that stands there twice is one message. A page as long as the interface allows is noted.
    Raises BadInput where there is no message.
    """
    gathered = Gathering()
    for line, raw, record in records:
        if isinstance(record, dict) and isinstance(record.get("recordlist"), list):
            for each in record["recordlist"]:
                _take(gathered, line, each, encode(each))
            if len(record["recordlist"]) >= PAGE_MOST:
                gathered.notes["more_to_fetch"] += 1
        else:
            _take(gathered, line, record, raw)
    if not len(gathered):
        raise BadInput("no_message", path, 1)
    return gathered.chats(path.name, "wechat_mp", fingerprint(path), is_fictional(path))


def _take(gathered: Gathering, line: int, record: Any, raw: str | bytes) -> None:
    try:
        customer, worker, text, sent = str(record["openid"]), record["worker"], str(record["text"]), record["time"]
        role = _ROLES.get(int(record["opercode"]), "unknown")
        values = {
            "conversation_id": talk(customer, worker.rpartition("@")[2]),
            "customer_id": customer,
            "role": role,
            "actor": customer if role == "customer" else worker,
            "channel": "wechat_mp",
            "type": _MEDIA.get(text, "text"),
            "text": text,
            "sent_as_given": str(sent),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        gathered.aside(line, "json", raw)
    else:
        gathered.take(line, unix(sent), values, raw)
