"""Bytes to text: the encodings that Chinese files really come in, and never a guess."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from .errors import BadInput
from .sentences import listed

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(path: Path) -> tuple[str, str]:
    """The text of a file and its encoding: by BOM, else strict UTF-8, else strict GB18030.

    Raises BadInput where none fits, and for what is no text at all.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInput("no_file", path) from None
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            tries = [encoding]
            break
    else:
        if raw[:4096].count(0) > len(raw[:4096]) // 10:
            raise BadInput("binary", path)
        tries = ["utf-8", "gb18030"]
    farthest = 0
    for encoding in tries:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            farthest = max(farthest, error.start)
    raise BadInput("encoding", path, raw.count(b"\n", 0, farthest) + 1, tried=listed(tries))


def csv_rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells of each row of a small CSV with a header; a cell that a row lacks is empty.

    Raises BadInput where a needed column is missing.
    """
    reader = csv.DictReader(io.StringIO(decode(path)[0], newline=""), restkey="", restval="")
    if missing := [column for column in needed if column not in (reader.fieldnames or ())]:
        raise BadInput("columns_missing", path, 1, columns=listed(missing), usual=listed(needed))
    for row in reader:
        yield reader.line_num, row
