"""Tables: any CSV, XLSX or Parquet whose header says in usual words, or in a mapping file, what its columns are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..chats import Chats, Gathering
from ..clocks import day_start
from ..encoding import decode
from ..errors import BadInput
from ..requests import fingerprint
from ..sentences import listed
from .text import instant, is_fictional, unescape

# The usual headers, in the words of the exports themselves; compared without blanks and in lower case. Beside the
# columns of the record form: name is somebody's name, for masking only; agent and customer tell who a sender is.
HEADERS = {
    "message_id": "message_id msgid 消息id 消息编号 消息号",
    "conversation_id": "conversation_id dialogue_id session_id chatid 会话id 会话编号 对话id 对话编号 工单号 会话",
    "customer_id": "customer_id userid 客户编号 客户id 客户账号 顾客编号 顾客id 会员编号 用户id 买家id 买家昵称 访客id",
    "sent_at": "sent_at time timestamp created_at 时间 发送时间 消息时间 创建时间 聊天时间 消息发送时间",
    "role": "role sender_role 发送方 角色 发送人角色 发送者类型 发送者角色 消息方向",
    "actor": "actor sender sender_id 发送人 发送者 发言人",
    "agent": "坐席 客服 接待客服 客服昵称 客服账号 客服名称 接待人",
    "customer": "顾客 客户 客户昵称 访客昵称 用户昵称 顾客昵称",
    "name": "name customer_name 客户姓名 顾客姓名 姓名 访客 访客名称 客服姓名",
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
    **dict.fromkeys(("customer", "visitor", "user", "顾客", "客户", "访客", "买家", "用户"), "customer"),
    **dict.fromkeys(("agent", "staff", "客服", "坐席", "人工", "人工客服"), "agent"),
    **dict.fromkeys(("robot", "bot", "机器人", "智能客服"), "robot"),
    **dict.fromkeys(("system", "系统", "系统消息"), "system"),
}
_TYPES = {
    **dict.fromkeys(("文本", "文字", "内部备注"), "text"),
    **{"图片": "image", "语音": "voice", "视频": "video", "文件": "file"},
    **{"链接": "link", "位置": "location", "表情": "emotion", "系统": "system", "系统消息": "system"},
}
_NICKNAMES = {"客服昵称", "客服名称", "接待客服", "接待人"}  # what stands there is a name and no account
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

    ``[columns]`` gives to a column of the record form (or ``agent``, ``customer``, ``name``) the header, or headers,
    that the export has for it; the usual headers stay known. Raises BadInput for what is no such file.
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
    if "sent_at" not in columns and dated is None:
        raise BadInput("no_time", path, line, columns=listed(header))
    try:
        day = int(day_start(date.fromisoformat(dated)).timestamp()) * 1000 if dated else None
    except ValueError:
        raise BadInput("dated_faulty", path) from None
    gathered = Gathering()
    if "sent_at" not in columns:
        gathered.notes["dated_by_hand"] += 1
    if "customer_id" not in columns and "customer" not in columns:
        gathered.notes["conversation_as_customer"] += 1
    named = [n for n, c in _all(header, words) if c in ("name", "customer") or _bare(header[n]) in _NICKNAMES]
    for number, cells in rows:
        formula = any(type(cell) is not str for cell in cells)  # the reader's own mark
        if not formula and not any(cells):
            continue
        if len(cells) != len(header):
            gathered.aside(number, "cells", cells)
        elif formula:
            gathered.aside(number, "formula", cells)
        else:
            values = {column: cells[n].strip() for column, n in columns.items()}
            gathered.names.update(cells[n].strip() for n in named)
            sent_at = instant(values["sent_at"]) if "sent_at" in values else day
            gathered.take(number, sent_at, _record(values, cells, words), cells)
    if gathered.empty:
        raise BadInput("empty", path)
    gathered.names -= set(_ROLES)  # where a system writes 客服 for its people, the word is no name
    return gathered.chats(path.name, format, fingerprint(path), is_fictional(path))


def _record(values: dict[str, str], cells: list[str], words: Wording) -> dict[str, Any]:
    """The cells in the words of the record form."""
    record: dict[str, Any] = {**words.constants, **values, "sent_as_given": values.get("sent_at", "")}
    agent, customer, sender = (values.get(key, "") for key in ("agent", "customer", "actor"))
    record["text"] = unescape(values["text"])
    if "role" in values:
        said = values["role"].lower()
        record["role"] = words.roles.get(said) or _ROLES.get(said, "unknown")
    else:  # a customer who takes the agent's name is nobody that can be told
        record["role"] = {(True, False): "agent", (False, True): "customer"}.get(
            (bool(sender) and sender == agent, bool(sender) and sender == customer), "unknown"
        )
    for column in ("recalled", "internal_note"):
        record[column] = values.get(column, "").lower() in _YES
    kind = values.get("type", "")
    record["type"] = words.types.get(kind) or _TYPES.get(kind, kind.lower() or "text")
    record["internal_note"] |= kind == "内部备注"
    record["actor"] = sender or agent
    if customer:
        record.setdefault("customer_id", customer)
    record.setdefault("conversation_id", record.get("customer_id", ""))
    record.setdefault("customer_id", record["conversation_id"])
    return record


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
    """Which column of the record form stands where. The text is needed, and somebody it belongs to."""
    found: dict[str, int] = {}
    if absent := sorted(set(words.headers) - set(map(_bare, header))):
        raise BadInput("mapped_missing", path, line, columns=listed(absent))
    for n, column in _all(header, words):
        if column in found and column != "name":
            raise BadInput("columns_doubled", path, line, columns=f"{header[found[column]]}、{header[n]}")
        found.setdefault(column, n)
    missing = [c for c in ("text", "conversation_id") if c not in found]
    if {"customer_id", "customer"} & set(found) and "conversation_id" in missing:
        missing.remove("conversation_id")
    if missing:
        usual = listed(alias for column in missing for alias in HEADERS[column].split())
        raise BadInput("columns_missing", path, line, columns=listed(missing), usual=usual)
    return found
