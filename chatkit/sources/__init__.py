"""Sources: one module per export format, each giving the record form and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from ..chats import Chats
from ..errors import BadInput
from ..sentences import listed
from . import entries, kf, livechat, mp, reading, table, tables, wecom

__all__ = ["read_chats"]

_ABOVE = 10  # rows at the beginning of a table, of which one has to be its header
_LOOKED_AT = 1_000  # JSON values at the beginning, of which one has to be of a known form

Found = tuple[str, int, list[str], Iterator[reading.Row]]  # which table, where its header stands, and what is below


def read_chats(
    path: str | Path, *, dated: str | None = None, mapping: str | Path | None = None, encoding: str | None = None
) -> Chats:
    """Read a chat export, recognised by its content and not by its name.

    A folder of tables; JSON of a WeCom archive, of 微信客服 sync_msg or of 公众号 getmsglist; Salesforce's
    LiveChatTranscript and ConversationEntry; any other CSV, XLSX or Parquet whose headers are usual ones or stand in a
    ``mapping`` file (TOML; without one given, the file of the same name that ends in ``.toml``, if there is one). The
    header may have a few lines above it; of a workbook the sheet that has such a header is read.
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
    return _table(path, kind, encoding, words, dated)


def _table(path: Path, kind: str, encoding: str, words: table.Wording, dated: str | None) -> Chats:
    """The one table of a file that has a known header, whatever stands above that."""
    with reading.tables(path, kind, encoding, words.sheet, words.skip) as tables:
        found, first, fault = list[Found](), list[tuple[int, list[str]]](), list[BadInput]()
        for name, rows in tables.items():
            try:
                for line, cells in islice(rows, _ABOVE):
                    header = table.trimmed(cells)
                    if any(letter.isalnum() for letter in "".join(header)):
                        first.append((line, header))
                    if _knows(header, words):
                        found.append((name, line, header, reading.fitted(rows, len(header), kind)))
                        break
            except BadInput as told:
                fault.append(told)
            if found and kind == "csv":  # its other separators are no other tables
                break
        if len(found) > 1:
            raise BadInput("several_sheets", path, sheets=listed(name for name, *_ in found))
        if not found and (fault or not first):
            raise fault[0] if fault else BadInput("empty", path)
        for _, line, header, rows in found:
            if not words.headers:
                if livechat.knows(header):
                    return livechat.read(path, kind, header, rows)
                if entries.knows(header):
                    return entries.read(path, kind, entries.rows_of(header, rows))
                if entries.are_sessions(header):
                    raise BadInput("sessions_only", path, line)
            return table.read(path, kind, line, header, rows, words, dated)
        raise table.unknown(path, *first[0], words)


def _knows(header: list[str], words: table.Wording) -> bool:
    """Whether a row is the header of a table that can be read, or at least be named."""
    known = livechat.knows(header) or entries.knows(header) or entries.are_sessions(header)
    return table.knows(header, words) or (known and not words.headers)


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
