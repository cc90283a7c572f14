"""The export of an invented CRM: one table in GB18030 with Chinese headings, local times, no message ids, and traps."""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .conversations import Conversation, World
from .files import read
from .plays import Message
from .slots import CHINA
from .tables import Numbered

FILES = ("客服会话导出.csv",)
COLUMNS = ("会话ID", "发送时间", "发送方", "客户编号", "客户姓名", "坐席", "渠道", "消息类型", "消息内容", "是否撤回")
ROLES = {"customer": "顾客", "agent": "客服", "robot": "机器人", "system": "系统"}
CHANNELS = {"app": "APP", "web": "网页", "wechat": "微信", "mini_program": "小程序", "phone_text": "短信"}
TYPES = {
    "text": "文本",
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "file": "文件",
    "link": "链接",
    "location": "位置",
    "emotion": "表情",
}


def save(stream: Iterable[Numbered], world: World, paths: dict[str, Path]) -> tuple[dict[str, int], dict[str, int]]:
    """Writes the export; gives its rows (the heading is none) and the planted traps by kind.

    GB18030 because GBK has neither emoji nor 𠮷; CRLF; the planted rows stand at the end, a conversation of their own.
    """
    (name,) = FILES
    rows, traps = 0, Counter[str]()
    with open(paths[name], "w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for conversation, _ in stream:
            writer.writerows(_row(conversation, message) for message in conversation.messages)
            rows += len(conversation.messages)
        for planted in read("traps.toml")["crm"]:
            for _ in range(planted.get("times", 1)):
                writer.writerow(_planted(planted, world))
                rows += 1
            traps[planted["trap"]] += 1
    return {name: rows}, dict(traps)


def _row(conversation: Conversation, message: Message) -> tuple[str, ...]:
    customer = conversation.customer
    return (
        conversation.conversation_id,
        local_time(message.sent_at),
        ROLES[message.role],
        customer.customer_id,
        customer.name,
        conversation.agent.staff_id,
        CHANNELS[conversation.channel],
        "内部备注" if message.internal_note else TYPES[message.type],
        message.text,
        "是" if message.recalled else "否",
    )


def _planted(row: dict[str, Any], world: World) -> tuple[str, ...]:
    agent = world.staff["shop"][0].staff_id
    return ("t000001", row["time"], row.get("role", "顾客"), "C1999", "陈𠮷", agent, "网页", "文本", row["text"], "否")


def local_time(seconds: int) -> str:
    """China time as a spreadsheet shows it.

    >>> local_time(1693706711)
    '2023/9/3 10:05:11'
    """
    t = datetime.fromtimestamp(seconds + CHINA, UTC)
    return f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}:{t.second:02d}"
