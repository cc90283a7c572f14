"""Tables: any CSV, XLSX or Parquet whose header says in usual words what its columns are."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from tqdm.auto import tqdm

from ..chats import Chats, Gathering, row_id
from ..clocks import CHINA, day_start
from ..encoding import decode
from ..errors import BadInput
from ..requests import fingerprint
from ..sentences import listed
from .text import instant, is_fictional, unescape

# The usual headers, in the words of the exports themselves; compared without blanks and in lower case.
HEADERS = {
    "message_id": "message_id msgid 消息id 消息编号 消息号",
    "conversation_id": "conversation_id dialogue_id session_id chatid 会话id 会话编号 对话id 对话编号 工单号 会话",
    "customer_id": "customer_id userid 客户编号 客户id 客户账号 顾客编号 会员编号 用户id 买家id 买家昵称",
    "sent_at": "sent_at time timestamp created_at 时间 发送时间 消息时间 创建时间",
    "role": "role sender_role 发送方 角色 发送人角色 消息方向",
    "actor": "actor sender sender_id 发送人 发送者 坐席 客服 接待客服 客服昵称 客服账号",
    "name": "name customer_name 客户姓名 顾客姓名 姓名 访客 访客名称 客服姓名",
    "channel": "channel 渠道 来源 会话渠道",
    "category": "category 类别 分类 问题类型",
    "product": "product 产品 商品",
    "region": "region 地区 省份 城市",
    "team": "team 班组 技能组",
    "type": "type msgtype 消息类型 类型",
    "text": "text content message msg 消息内容 内容 聊天内容 消息",
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
_YES = {"是", "true", "1", "yes", "y"}


class Formula(str):
    """A cell that holds a formula instead of text."""


def read(path: Path, *, dated: str | None) -> Chats:
    """A table as chats. Raises BadInput for missing or doubled columns; see ``read_chats``."""
    rows = _rows(path)
    line, header = next(rows, (0, []))
    if not any(cell.strip() for cell in header):
        raise BadInput("empty", path)
    columns = _columns(path, header)
    if "sent_at" not in columns and dated is None:
        raise BadInput("no_time", path, line, columns=listed(header))
    try:
        day = day_start(date.fromisoformat(dated)) if dated else None
    except ValueError:
        raise BadInput("dated_faulty", path) from None
    gathered = Gathering()
    if "sent_at" not in columns:
        gathered.notes["dated_by_hand"] += 1
    if "customer_id" not in columns:
        gathered.notes["conversation_as_customer"] += 1
    for line, cells in tqdm(rows, desc=path.name, unit=" rows", delay=1, leave=False):
        if not any(cells) and not any(isinstance(cell, Formula) for cell in cells):
            continue
        if len(cells) != len(header):
            gathered.aside(line, "cells", cells)
        elif any(isinstance(cell, Formula) for cell in cells):
            gathered.aside(line, "formula", cells)
        else:
            values = {column: cells[n].strip() for column, n in columns.items()}
            sent_at = instant(values["sent_at"]) if "sent_at" in values else day
            gathered.names.update({values.pop("name", "")})
            gathered.take(line, sent_at, _record(values, cells), cells)
    if gathered.empty:
        raise BadInput("empty", path)
    return gathered.chats(path.name, path.suffix.lstrip(".").lower(), fingerprint(path), is_fictional(path))


def _record(values: dict[str, str], cells: list[str]) -> dict[str, Any]:
    """The cells in the words of the record form."""
    record: dict[str, Any] = {k: v for k, v in values.items() if k != "sent_at"}
    record["text"] = unescape(values["text"])
    record["role"] = _ROLES.get(values.get("role", "").lower(), "unknown")
    for column in ("recalled", "internal_note"):
        record[column] = values.get(column, "").lower() in _YES
    kind = values.get("type", "")
    record["type"] = _TYPES.get(kind, kind.lower() or "text")
    record["internal_note"] |= kind == "内部备注"
    record.setdefault("conversation_id", record.get("customer_id", ""))
    record.setdefault("customer_id", record["conversation_id"])
    if not record.get("message_id"):
        record["message_id"] = row_id(*cells)
    return record


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    """Which column of the record form stands where. The text is needed, and somebody it belongs to."""
    found: dict[str, int] = {}
    for n, name in enumerate(header):
        column = _ALIAS.get("".join(name.split()).lower().lstrip("\ufeff"))
        if column in found:
            raise BadInput("columns_doubled", path, 1, columns=f"{header[found[column]]}、{name}")
        if column:
            found[column] = n
    missing = [c for c in ("text", "conversation_id") if c not in found]
    if "customer_id" in found and "conversation_id" in missing:
        missing.remove("conversation_id")
    if missing:
        usual = listed(alias for column in missing for alias in HEADERS[column].split())
        raise BadInput("columns_missing", path, 1, columns=listed(missing), usual=usual)
    return found


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row, the header first."""
    match path.suffix.lower():
        case ".xlsx":
            return _xlsx_rows(path)
        case ".parquet":
            return _parquet_rows(path)
        case _:
            return _csv_rows(path)


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    text, _ = decode(path)
    csv.field_size_limit(2**31 - 1)
    try:
        separator = csv.Sniffer().sniff(text[:2000].split("\n")[0], ",\t;").delimiter
    except csv.Error:
        separator = ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise BadInput("quotes", path, line) from None


def _xlsx_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The first sheet. Some writers leave out the empty cells at a row's end: they are filled up again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that no chat needs
        try:
            book = openpyxl.load_workbook(path, read_only=True)
            rows = [
                [Formula() if c.data_type == "f" else _cell(c.value) for c in row]
                for row in book.worksheets[0].iter_rows()
            ]
            book.close()
        except Exception:
            raise BadInput("workbook", path) from None
    wide = len(rows[0]) if rows else 0
    for line, cells in enumerate(rows, 1):
        while len(cells) > wide and cells[-1] == "" and not isinstance(cells[-1], Formula):
            cells.pop()
        yield line, cells + [""] * (wide - len(cells))


def _parquet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        frame = pd.read_parquet(path)
    except Exception:
        raise BadInput("parquet", path) from None
    yield 1, [str(name) for name in frame.columns]
    for line, row in enumerate(frame.itertuples(index=False), 2):
        yield line, [_cell(cell) for cell in row]


def _cell(value: Any) -> str:
    """A cell as text: nothing as the empty string, times in ISO with their zone, whole numbers without a point."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=CHINA)).isoformat(timespec="seconds")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
