"""Tables: any CSV, XLSX or Parquet whose header says in usual words, or in a mapping file, what its columns are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering
from ..clocks import day_start
from ..encoding import decode
from ..errors import BadInput
from ..requests import fingerprint
from ..sentences import listed
from .text import instant, is_fictional

# The usual headers, in the words of the exports themselves; compared without blanks and in lower case. Beside the
# columns of the record form: name is somebody's name, for masking only; agent and customer tell who a sender is; date
# is a day whose time stands in sent_at.
HEADERS = {
    "message_id": "message_id msgid 消息id 消息编号 消息号",
    "conversation_id": "conversation_id dialogue_id session_id chatid 会话id 会话编号 对话id 对话编号 工单号 会话",
    "customer_id": "customer_id userid 客户编号 客户id 客户账号 顾客编号 顾客id 会员编号 用户id 买家id 买家昵称 访客id",
    "sent_at": "sent_at time timestamp created_at 时间 发送时间 消息时间 创建时间 聊天时间 消息发送时间",
    "role": "role sender_role 发送方 角色 发送人角色 发送者类型 发送者角色 消息方向",
    "date": "date 日期 发送日期 消息日期 聊天日期",
    "actor": "actor sender sender_id 发送人 发送者 发言人",
    "agent": "坐席 客服 接待客服 客服昵称 客服账号 客服名称 接待人",
    "customer": "顾客 客户 访客 客户昵称 访客昵称 用户昵称 顾客昵称",
    "name": "name customer_name 客户姓名 顾客姓名 姓名 访客名称 客服姓名",
    "channel": "channel 渠道 来源 会话渠道 渠道来源",
    "category": "category 类别 分类 问题类型 咨询分类",
    "product": "product 产品 商品",
    "region": "region 地区 省份 城市",
    "team": "team 班组 技能组",
    "type": "type msgtype 消息类型 类型",
    "text": "text content message msg 消息内容 内容 聊天内容 消息 聊天记录",
    "recalled": "recalled 是否撤回 撤回",
    "internal_note": "internal_note 是否内部备注 内部备注",
}
_ALIAS = {alias: column for column, aliases in HEADERS.items() for alias in aliases.split()}
_ROLES = {
    **dict.fromkeys("customer visitor user buyer 顾客 客户 访客 买家 用户 会员".split(), "customer"),
    **dict.fromkeys(
        "agent staff seller 客服 坐席 人工 人工客服 卖家 商家 店铺 客服人员 坐席人员 员工".split(), "agent"
    ),
    **dict.fromkeys("robot bot chatbot 机器人 智能客服 智能机器人 机器人客服 自动回复".split(), "robot"),
    **dict.fromkeys("system 系统 系统消息 系统提示 系统通知".split(), "system"),
}
_TYPES = {
    **dict.fromkeys(("文本", "文字", "内部备注"), "text"),
    **{"图片": "image", "语音": "voice", "视频": "video", "文件": "file"},
    **{
        "链接": "link",
        "位置": "location",
        "表情": "emotion",
        "系统": "system",
        "系统消息": "system",
        "系统提示": "system",
    },
}
_NICKNAMES = {"客服昵称", "客服名称", "接待客服", "接待人"}  # what stands there is a name and no account
_IDS = ("message_id", "conversation_id", "customer_id")
_SPARED = re.compile(r"""="(.*)"|'(.*)""")  # how people keep a spreadsheet from making a number of an id
_ROUNDED = re.compile(r"-?\d(?:\.\d+)?E\+\d+")
_YES = {"是", "true", "1", "yes", "y"}
_TABLES = {"file": {"sheet", "skip", "encoding"}, "columns": set(HEADERS), "constants": {"channel", "product", "team"}}


@dataclass(frozen=True)
class Wording:
    """What an export calls things: header → column, cell → role and type, what every row has, and how to open it."""

    headers: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    skip: int = 0
    encoding: str | None = None


def wording(path: Path) -> Wording:
    """A mapping file (TOML): ``[columns]``, ``[roles]``, ``[types]``, ``[constants]`` and ``[file]``, none needed.

    ``[columns]`` gives to a column of the record form (or ``agent``, ``customer``, ``name``, ``date``) the header that
    the export has for it, or several of which it has one; the usual headers stay known. Raises BadInput for what is no
    such file.
    """
    try:
        text, _ = decode(path)
        given = tomllib.loads(text.lstrip("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadInput("mapping_unreadable", path, int(line[1]) if line else None) from None
    allowed = {**_TABLES, "roles": None, "types": None}
    for name, table in given.items():
        known = allowed.get(name, set())
        if name not in allowed or not isinstance(table, dict):
            raise BadInput("mapping_faulty", path, key=name, choices=listed(allowed))
        if known is not None and (wrong := [key for key in table if key not in known]):
            raise BadInput("mapping_faulty", path, key=f"{name}.{wrong[0]}", choices=listed(sorted(known)))
    headers = {}
    for column, named in given.get("columns", {}).items():
        for header in named if isinstance(named, list) else [named]:
            headers[_bare(str(header))] = column
    roles = {str(k).lower(): str(v) for k, v in given.get("roles", {}).items()}
    if wrong := [k for k, v in roles.items() if v not in _ROLES.values()]:
        raise BadInput("mapping_faulty", path, key=f"roles.{wrong[0]}", choices=listed(sorted(set(_ROLES.values()))))
    types = {str(k): str(v) for k, v in given.get("types", {}).items()}
    constants = {str(k): str(v) for k, v in given.get("constants", {}).items()}
    opened = given.get("file", {})
    skip = opened.get("skip", 0)
    if not isinstance(skip, int) or skip < 0:
        raise BadInput("mapping_faulty", path, key="file.skip", choices="0, 1, 2 …")
    return Wording(headers, roles, types, constants, str(opened.get("sheet", "")), skip, opened.get("encoding"))


def read(
    path: Path,
    format: str,
    line: int,
    header: list[str],
    rows: Iterable[tuple[int, list[str]]],
    words: Wording,
    dated: str | None,
) -> Chats:
    """A table as chats; ``line`` is where its header stands. Raises BadInput for missing or doubled columns."""
    columns = _columns(path, line, header, words)
    timed = {"sent_at", "date"} & set(columns)
    if not timed and dated is None:
        raise BadInput("no_time", path, line, columns=listed(header))
    try:
        day = int(day_start(date.fromisoformat(dated)).timestamp()) * 1000 if dated else None
    except ValueError:
        raise BadInput("dated_faulty", path) from None
    gathered = Gathering()
    if not timed:
        gathered.notes["dated_by_hand"] += 1
    if "customer_id" not in columns and "customer" not in columns:
        gathered.notes["conversation_as_customer"] += 1
    named = [n for n, c in _all(header, words) if c in ("name", "customer") or _bare(header[n]) in _NICKNAMES]
    words = replace(words, roles={**_ROLES, **words.roles}, types={**_TYPES, **words.types})
    for number, cells in rows:
        formula = set(map(type, cells)) > {str}  # the reader's own mark
        if not formula and not any(cells):
            continue
        if len(cells) != len(header):
            gathered.aside(number, "cells", cells)
        elif formula:
            gathered.aside(number, "formula", cells)
        else:
            values = {column: cells[n].strip() for column, n in columns.items()}
            if named:
                gathered.names.update(cells[n].strip() for n in named)
            record = _record(values, words)
            if any("E+" in record[c] and _ROUNDED.fullmatch(record[c]) for c in _IDS):
                gathered.aside(number, "rounded", cells)
            elif not record["conversation_id"] and not record["customer_id"]:
                gathered.aside(number, "whose", cells)
            else:
                gathered.take(number, _sent(values) if timed else day, record, cells)
    if gathered.empty:
        raise BadInput("empty", path)
    gathered.names -= set(_ROLES)  # where a system writes 客服 for its people, the word is no name
    return gathered.chats(path.name, format, fingerprint(path), is_fictional(path))


def _record(values: dict[str, str], words: Wording) -> dict[str, Any]:
    """The cells in the words of the record form."""
    given = values.get
    agent, customer, sender, kind = given("agent", ""), given("customer", ""), given("actor", ""), given("type", "")
    if (said := given("role")) is not None:
        role = words.roles.get(said.lower(), "unknown")
    elif not sender or (sender == agent) == (sender == customer):  # who takes the agent's name cannot be told
        role = "unknown"
    else:
        role = "agent" if sender == agent else "customer"
    record: dict[str, Any] = {
        **words.constants,
        **values,
        "role": role,
        "actor": sender or agent,
        "type": words.types.get(kind) or kind.lower() or "text",
        "recalled": given("recalled", "").lower() in _YES,
        "internal_note": kind == "内部备注" or given("internal_note", "").lower() in _YES,
        "sent_as_given": f"{given('date', '')} {given('sent_at', '')}".strip(),
    }
    if customer:
        record.setdefault("customer_id", customer)
    record.setdefault("conversation_id", record.get("customer_id", ""))
    record.setdefault("customer_id", record["conversation_id"])
    record.setdefault("message_id", "")
    for column in _IDS:
        if record[column][:1] in ("=", "'") and (spared := _SPARED.fullmatch(record[column])):
            record[column] = spared[1] or spared[2] or ""
    return record


def _sent(values: dict[str, str]) -> int | None:
    """The instant that a row gives: in one cell, or the day in one and the time in another."""
    day, time = values.get("date", ""), values.get("sent_at", "")
    return instant(time or day) or (instant(f"{re.split('[T ]', day)[0]} {time}") if day and time else None)


def trimmed(cells: list[str]) -> list[str]:
    """A header without what spreadsheets leave around it: blanks, a BOM, empty cells behind its last."""
    bare = [cell.strip().lstrip("\ufeff") for cell in cells]
    while bare and not bare[-1]:
        bare.pop()
    return bare


def knows(header: list[str], words: Wording) -> bool:
    """Whether a row is a header: it names a text, whose it is, and everything that the mapping names."""
    return not _missing(header, words) and not _absent(header, words)


def _absent(header: list[str], words: Wording) -> list[str]:
    """What the mapping names for columns that none of its headers gives."""
    there = {words.headers.get(_bare(name)) for name in header}
    return sorted(name for name, column in words.headers.items() if column not in there)


def _missing(header: list[str], words: Wording) -> list[str]:
    found = {column for _, column in _all(header, words)}
    whose = {"conversation_id", "customer_id", "customer"} & found
    return [*(() if "text" in found else ("text",)), *(() if whose else ("conversation_id",))]


def unknown(path: Path, line: int, header: list[str], words: Wording) -> BadInput:
    """What to say of a table without a known header: what the mapping names in vain, or which columns are missing."""
    if absent := _absent(header, words):
        return BadInput("mapped_missing", path, line, columns=listed(absent))
    missing = _missing(header, words)
    usual = listed(alias for column in missing for alias in HEADERS[column].split())
    return BadInput("columns_missing", path, line, columns=listed(missing), usual=usual)


def _bare(header: str) -> str:
    return "".join(header.split()).lower().lstrip("\ufeff")


def _all(header: list[str], words: Wording) -> list[tuple[int, str]]:
    """Every column that is known, by its place; what the mapping names, no usual header may be as well."""
    found = []
    for n, name in enumerate(header):
        bare = _bare(name)
        usual = _ALIAS.get(bare, "")
        if column := words.headers.get(bare) or ("" if usual in words.headers.values() else usual):
            found.append((n, column))
    return found


def _columns(path: Path, line: int, header: list[str], words: Wording) -> dict[str, int]:
    """Which column of the record form stands where."""
    found: dict[str, int] = {}
    for n, column in _all(header, words):
        if column in found and column != "name":
            raise BadInput("columns_doubled", path, line, columns=f"{header[found[column]]}、{header[n]}")
        found.setdefault(column, n)
    return found
