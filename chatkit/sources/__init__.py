"""Sources: one module per export format, each giving the record form and nothing else."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from ..chats import Chats
from ..errors import BadInput
from . import entries, kf, livechat, mp, reading, table, tables, wecom

__all__ = ["read_chats"]

_LOOKED_AT = 1_000  # JSON values at the beginning, of which one has to be of a known form


def read_chats(
    path: str | Path, *, dated: str | None = None, mapping: str | Path | None = None, encoding: str | None = None
) -> Chats:
    """Read a chat export, recognised by its content and not by its name.

    A folder of tables; JSON of a WeCom archive, of 微信客服 sync_msg or of 公众号 getmsglist; Salesforce's
    LiveChatTranscript and ConversationEntry; any other CSV, XLSX or Parquet whose headers are usual ones or stand in a
    ``mapping`` file (TOML; without one given, the file of the same name that ends in ``.toml``, if there is one).
    ``dated`` (a day, ``2023-09-15``) is the date to give messages of a file that has no time column; without it such a
    file is refused. ``encoding`` is for a file whose bytes do not say what they are, and is then tried alone. Raises
    BadInput with file, line and remedy for a file that cannot be used; single rows that cannot be used are set aside
    and counted.
    """
    path = Path(path)
    if not path.exists():
        raise BadInput("no_file", path)
    if path.is_dir():
        return tables.read(path)
    if path.stat().st_size == 0:
        raise BadInput("empty", path)
    beside = path.with_suffix(".toml")
    file = Path(mapping) if mapping else beside if beside.exists() and beside != path else None
    words = table.wording(file) if file else table.Wording()
    kind, encoding = reading.kind_of(path, encoding or words.encoding)
    if kind == "json":
        return _json(path, encoding)
    rows = reading.rows(path, kind, encoding, words.sheet, words.skip)
    line, header = next(rows, (0, list[str]()))
    if not any(cell.strip() for cell in header):
        raise BadInput("empty", path)
    if not words.headers:
        bare = [cell.strip().lstrip("\ufeff") for cell in header]
        if livechat.knows(bare):
            return livechat.read(path, kind, bare, rows)
        if entries.knows(bare):
            return entries.read(path, kind, entries.rows_of(bare, rows))
        if entries.are_sessions(bare):
            raise BadInput("sessions_only", path, line)
    return table.read(path, kind, line, header, rows, words, dated)


def _json(path: Path, encoding: str) -> Chats:
    """JSON of the form that the first value of any known form has."""
    records = reading.records(path, encoding)
    seen = list[reading.Record]()
    for record in records:
        seen.append(record)
        value = record[2]
        if isinstance(value, dict):
            if "encrypt_chat_msg" in value or "chatdata" in value:
                raise BadInput("encrypted", path, record[0])
            for knows, read in ((wecom.knows, wecom.read), (kf.knows, kf.read), (mp.knows, mp.read)):
                if knows(value):
                    return read(path, chain(seen, records))
            if entries.knows(value):
                return entries.read(path, "json", chain(seen, records))
        if len(seen) == _LOOKED_AT:
            break
    raise BadInput("no_message", path, 1)
