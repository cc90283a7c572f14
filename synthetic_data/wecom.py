"""An archive of decrypted WeCom messages, one JSON object a line, with a roster of ids, and real traps."""

import base64
import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from .conversations import Conversation, World
from .files import read
from .plays import Message
from .tables import Numbered

FILES = ("wecom.jsonl", "wecom_roster.csv")
Json = dict[str, Any]


def save(stream: Iterable[Numbered], world: World, paths: dict[str, Path]) -> tuple[dict[str, int], dict[str, int]]:
    """Writes archive and roster; gives the rows of both and the planted traps by kind.

    The archive knows neither system messages nor internal notes. Every seventh conversation lacks the key roomid, every
    ninth is a group, in every eleventh a bridge has turned tolist and msgtime into strings; the other traps stand once
    each at the end.
    """
    archive, roster = FILES
    lines, people, traps = 0, 0, Counter[str]()
    with (
        open(paths[archive], "w", encoding="utf-8", newline="\n") as out,
        open(paths[roster], "w", encoding="utf-8", newline="") as ids,
    ):
        writer = csv.writer(ids, lineterminator="\n")
        writer.writerow(("userid", "name", "role", "customer_id"))
        for person in (person for staff in world.staff.values() for person in staff):
            writer.writerow((user_id(person.staff_id), person.name, person.role, ""))
            people += 1
        repeated = ""
        for conversation, first in stream:
            customer = conversation.customer
            if conversation.fresh:
                writer.writerow((external_id(customer.customer_id), customer.name, "customer", customer.customer_id))
                people += 1
            for made in _conversation(conversation, first, world, traps):
                text = _dump(made)
                repeated = repeated or text
                out.write(text)
                lines += 1
        for text in [*_planted(world, traps), repeated]:
            out.write(text)
            lines += 1
        traps["duplicate_msgid"] += 1
        writer.writerow((external_id("C1999"), "陈𠮷", "customer", "C1999"))
        people += 1
    return {archive: lines, roster: people}, dict(traps)


def external_id(customer_id: str) -> str:
    """The id under which the archive knows a customer.

    >>> external_id("A1234")
    'wmZdr3PpvBXqcQAbOHOzl9K26xgP7KAb'
    """
    return "wm" + _hash(customer_id, 30)


def user_id(staff_id: str) -> str:
    """Staff keep their short ids, robots get one that begins with wb."""
    return "wb" + _hash(staff_id, 14) if staff_id.startswith("bot") else staff_id


def _hash(text: str, size: int) -> str:
    letters = base64.b64encode(hashlib.sha256(text.encode()).digest(), altchars=b"AA").decode()
    return letters[:size]


def _dump(record: Json) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def _conversation(conversation: Conversation, first: int, world: World, traps: Counter[str]) -> Iterator[Json]:
    """The archive's records of one conversation, a recall directly behind what it recalls."""
    number = int(conversation.conversation_id[1:])
    customer, agent = external_id(conversation.customer.customer_id), conversation.agent.staff_id
    lead = world.staff[conversation.customer.trade.name][8].staff_id
    group = number % 9 == 0
    for place, message in enumerate(conversation.messages, start=first):
        if message.role == "system" or message.internal_note:
            continue
        sender = customer if message.role == "customer" else user_id(message.sender_id)
        others = [agent if sender == customer else customer]
        if group and lead not in (sender, *others):
            others.append(lead)
        moment = message.sent_at * 1000 + place * 137 % 1000
        record: Json = {
            "msgid": f"{7000000 + place}_{moment}_external",
            "action": "send",
            "from": sender,
            "tolist": others,
            "roomid": "wr" + _hash(conversation.conversation_id, 30) if group else "",
            "msgtime": moment,
            "msgtype": message.type,
            message.type: _body(message, place),
        }
        yield _bridged(record, number, traps)
        if message.recalled:
            traps["revoke"] += 1
            yield _bridged(
                {
                    "msgid": f"{9000000 + place}_{moment + 2500}_external",
                    "action": "recall",
                    "from": sender,
                    "tolist": others,
                    "roomid": record["roomid"],
                    "msgtime": moment + 2500,
                    "msgtype": "revoke",
                    "revoke": {"pre_msgid": record["msgid"]},
                },
                number,
                traps,
            )


def _bridged(record: Json, number: int, traps: Counter[str]) -> Json:
    """The record as a bridge hands it on, in some conversations: a key lost, or lists and numbers as text."""
    record = dict(record)
    if number % 7 == 3 and record["roomid"] == "":
        del record["roomid"]
        traps["missing_roomid"] += 1
    if number % 11 == 5:
        together = json.dumps(record["tolist"]) if number % 2 else ",".join(record["tolist"])
        record |= {"tolist": together, "msgtime": str(record["msgtime"])}
        traps["string_fields"] += 1
    return record


def _body(message: Message, number: int) -> Json:
    md5 = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    media: Json = {"md5sum": md5, "filesize": 20000 + number * 7919 % 400000, "sdkfileid": "CtYB" + _hash(md5, 40)}
    match message.type:
        case "text":
            return {"content": message.text}
        case "image":
            return media
        case "voice":
            return {
                "md5sum": md5,
                "voice_size": media["filesize"],
                "play_length": 2 + number % 50,
                "sdkfileid": media["sdkfileid"],
            }
        case "video":
            return media | {"play_length": 3 + number % 28}
        case "emotion":
            return {
                "type": 1,
                "width": 240,
                "height": 240,
                "imagesize": media["filesize"],
                "md5sum": md5,
                "sdkfileid": media["sdkfileid"],
            }
        case "file":
            return media | {"filename": message.text, "fileext": message.text.rpartition(".")[2]}
        case "link":
            title, _, url = message.text.rpartition(" ")
            return {"title": title, "description": "", "link_url": url, "image_url": ""}
        case _:
            return {"longitude": 0.0, "latitude": 0.0, "address": message.text, "title": "位置", "zoom": 15}


def _planted(world: World, traps: Counter[str]) -> Iterator[str]:
    """The lines of ``traps.toml``, fifteen seconds apart; what an item holds becomes a JSON string."""
    start = int(datetime.fromisoformat("2023-12-05T14:10:00+08:00").timestamp()) * 1000
    customer, agent = external_id("C1999"), world.staff["shop"][0].staff_id
    for place, planted in enumerate(read("traps.toml")["wecom"]):
        moment = start + place * 15000 + 41
        traps[planted["trap"]] += 1
        msgid = f"{9900000 + place}_{moment}_external"
        if planted["trap"] == "switch":
            yield _dump({"msgid": msgid, "action": "switch", "time": moment, "user": agent})
            continue
        body = _stringed(planted["body"], planted["trap"] == "object_content")
        yield _dump(
            {
                "msgid": msgid,
                "action": "send",
                "from": customer if planted["by"] == "customer" else agent,
                "tolist": [agent if planted["by"] == "customer" else customer],
                "roomid": "",
                "msgtime": moment,
                "msgtype": planted["msgtype"],
                planted.get("key", planted["msgtype"]): body,
            }
        )


def _stringed(body: Json, keep: bool) -> Json:
    """`body` with the content of its items, and of theirs, turned into JSON strings (unless `keep`)."""
    if "item" not in body or keep:
        return body
    items = []
    for item in body["item"]:
        content = item["content"]
        items.append(item | {"content": json.dumps(_stringed(content, keep), ensure_ascii=False)})
    return body | {"item": items}
