"""Folders of tables: messages beside conversations, customers and staff, as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ..chats import Chats, Gathering
from ..encoding import find_encoding
from ..errors import BadInput
from ..requests import digest, fingerprint
from ..sentences import listed
from .text import instant, is_fictional

_NEEDED = {
    "messages": ("message_id", "conversation_id", "sent_at", "role", "sender_id", "type", "text"),
    "conversations": ("conversation_id", "customer_id"),
}
_RENAMED = {"sender_id": "actor"}
_BLOCK = 16_384  # so many rows are Python objects at a time


def read(folder: Path) -> Chats:
    """A folder of tables as chats; the people of ``customers`` and ``staff`` become the names known for masking.

    Raises BadInput where ``messages`` or ``conversations`` is missing or lacks a column.
    """
    files = {name: _file(folder, name) for name in ("messages", "conversations", "customers", "staff")}
    for name in _NEEDED:
        if files[name] is None:
            raise BadInput("table_missing", folder, table=name)
    tables = {name: _table(path) for name, path in files.items() if path}
    for name, needed in _NEEDED.items():
        if missing := [c for c in needed if c not in tables[name].columns]:
            raise BadInput("table_columns", folder, table=name, columns=listed(missing))
    gathered = Gathering()
    for people in (tables[name] for name in ("customers", "staff") if name in tables and "name" in tables[name]):
        robots = people["role"] == "robot" if "role" in people else False
        gathered.names.update(people["name"][~pd.Series(robots, index=people.index)])
    shared = [
        c for c in ("customer_id", "channel", "category", "product", "region", "team") if c in tables["conversations"]
    ]
    joined = tables["messages"].merge(tables["conversations"][["conversation_id", *shared]], how="left").fillna("")
    names = [_RENAMED.get(name, name) for name in map(str, joined)]
    for line, cells in enumerate(_rows(joined), 2):
        values: dict[str, Any] = dict(zip(names, cells, strict=True))
        for flag in ("recalled", "internal_note"):
            values[flag] = values.get(flag, "").lower() in ("true", "1")
        gathered.take(line, instant(values["sent_at"]), values, cells)
    hashes = digest(sorted(fingerprint(path) for path in files.values() if path))
    return gathered.chats(folder.name, "tables", hashes, is_fictional(folder))


def _file(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / f"{name}.parquet", folder / f"{name}.csv") if p.exists()), None)


def _rows(table: pd.DataFrame) -> Iterator[list[str]]:
    """The rows of a table, as the lists of their cells."""
    for start in range(0, len(table), _BLOCK):
        block = table.iloc[start : start + _BLOCK]
        yield from map(list, zip(*(block[name].tolist() for name in block), strict=True))


def _table(path: Path) -> pd.DataFrame:
    """The table with every cell as text."""
    encoding = find_encoding(path) if path.suffix == ".csv" else ""
    try:
        if encoding:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        frame = pd.read_parquet(path)
    except Exception:
        raise BadInput("table_unreadable", path) from None
    for column in frame.select_dtypes("datetimetz"):
        frame[column] = frame[column].dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return frame.astype(str)
