"""Sources: one module per export format, each giving the record form and nothing else."""

from __future__ import annotations

from pathlib import Path

from ..chats import Chats
from ..errors import BadInput
from . import table, tables, wecom

__all__ = ["read_chats"]


def read_chats(path: str | Path, *, dated: str | None = None) -> Chats:
    """Read a chat export, recognised by its content: a folder of tables, a WeCom archive, CSV, XLSX or Parquet.

    ``dated`` (a day, ``2023-09-15``) is the date to give messages of a file that has no time column; without it
    such a file is refused. Raises BadInput with file, line and remedy for a file that cannot be used; single rows
    that cannot be used are set aside and counted.
    """
    path = Path(path)
    if not path.exists():
        raise BadInput("no_file", path)
    if path.is_dir():
        return tables.read(path)
    if path.stat().st_size == 0:
        raise BadInput("empty", path)
    with open(path, "rb") as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return wecom.read(path)
    return table.read(path, dated=dated)
