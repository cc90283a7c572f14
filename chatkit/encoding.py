"""Bytes to text: the encodings that Chinese files really come in, and never a guess."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import BadInput
from .sentences import listed

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PIECE = 1 << 14  # bytes that are looked at in one go: what the processor keeps at hand
_HAN = re.compile("[\u4e00-\u9fff]")
_ESCAPED = re.compile(r'(?:\\u[0-9a-fA-F]{4}|[^\\"\x00-\x1f\u0100-\U0010ffff])++')
CELL_MOST = 1_000_000  # characters; a longer cell is no chat message and is set aside
_ENOUGH = 30  # Han characters; fewer say nothing about an encoding
# What no longer piece of written Chinese does without, simplified and traditional: a third of its characters or more.
_COMMON = frozenset(
    "的一是不了在人有我他这个们来到时大地为子中你说年着就那和要出也得里后自以会家可下而过天去能对小多然心么之都好看起发当没成只如事把"
    "还用样想作开从无面最但现前些所同日手又行意动方它头经长回位分因很给名法间知什两次使被高已其进此话与正您请问吗呢吧啊谢谁单款货"
    "這個們來時為說著裡後會過對麼發當沒還樣開從無現動頭經長給間兩進話與請問嗎謝誰單貨客服消息内容時间"
)


def find_encoding(path: Path, stated: str | None = None) -> str:
    """The encoding of a file: by BOM, else strict UTF-8, else strict GB18030; ``stated`` is tried alone.

    The file is read piece by piece. Raises BadInput, with the line, where none fits; for what is no text at all; where
    lines of both stand in one file; and where the bytes fit but the text can hardly be meant: UTF-8 that was once read
    as GBK and is lost, or another encoding whose bytes happen to be GB18030. Then a person has to say which it is.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise BadInput("no_file", path) from None
    tries = [encoding for bom, encoding in _BOMS if start.startswith(bom)][:1]
    if not tries and start.count(0) > len(start) // 10:
        raise BadInput("binary", path)
    tries = [_known(path, stated)] if stated else tries or ["utf-8", "gb18030"]
    farthest = 1
    for encoding in tries:
        if (line := _first_fault(path, encoding)) is None:
            if not stated:
                _same_throughout(path, encoding)
                _plausible(path, encoding)
            return encoding
        farthest = max(farthest, line)
    raise BadInput("encoding", path, farthest, tried=listed(tries))


def unescape(text: str) -> str:
    r"""The text of a field that is, as a whole, written in ``\uXXXX`` escapes; any other text as it is.

    >>> unescape("\\u9000\\u6b3e"), unescape("路径 C:\\users\\u1")
    ('退款', '路径 C:\\users\\u1')
    """
    if "\\u" not in text or len(text) > 6 * CELL_MOST or not _ESCAPED.fullmatch(text):
        return text
    return str(json.loads(f'"{text}"'))


def decode(path: Path) -> tuple[str, str]:
    """The whole text of a small file and its encoding. Raises BadInput like ``find_encoding``."""
    encoding = find_encoding(path)
    return path.read_bytes().decode(encoding), encoding


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file as text, read as it is needed; its line ends stay as they are."""
    return open(path, encoding=encoding, newline="")


@contextmanager
def lines(path: Path, encoding: str) -> Iterator[Iterator[bytes]]:
    """The lines of a file in UTF-8, read as they are needed and parted by line feeds only."""
    if encoding in ("utf-8", "utf-8-sig"):
        with open(path, "rb") as raw:
            raw.seek(len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
            yield iter(raw)
    else:
        with open(path, encoding=encoding, newline="\n") as text:
            yield (line.encode() for line in text)


def csv_rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells of each row of a small CSV with a header; a cell that a row lacks is empty.

    Raises BadInput where a needed column is missing.
    """
    reader = csv.DictReader(io.StringIO(decode(path)[0], newline=""), restkey="", restval="")
    if missing := [column for column in needed if column not in (reader.fieldnames or ())]:
        raise BadInput("columns_missing", path, 1, columns=listed(missing), usual=listed(needed))
    for row in reader:
        yield reader.line_num, row


def _known(path: Path, encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise BadInput("encoding_unknown", path) from None


def _first_fault(path: Path, encoding: str) -> int | None:
    """The line of the first byte that does not fit the encoding, or None where all fit."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with open(path, "rb") as file:
        while True:
            piece = file.read(_PIECE)
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:  # the object may begin with bytes of the piece before, never a line end
                return line + error.object.count(b"\n", 0, error.start)
            if not piece:
                return None
            line += piece.count(b"\n")


def _same_throughout(path: Path, encoding: str) -> None:
    """Raises BadInput where a line of a file in GB18030 is Chinese in UTF-8: files were put together that differ."""
    if encoding != "gb18030":
        return
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.isascii():
                try:
                    han = len(_HAN.findall(line.decode("utf-8")))
                except UnicodeDecodeError:
                    continue
                if han > 1:
                    raise BadInput("encoding_mixed", path, number)


def _plausible(path: Path, encoding: str) -> None:
    """Raises BadInput where the beginning of a file is no text that somebody wrote."""
    with open_text(path, encoding) as file:
        han = _HAN.findall(file.read(4 * _PIECE))
    if len(han) < _ENOUGH:
        return
    before = _HAN.findall("".join(han).encode("gb18030").decode("utf-8", "ignore"))
    if len(before) > len(han) // 4 and _everyday(before) > 0.1 > 2 * _everyday(han):
        raise BadInput("mojibake", path)
    if encoding == "gb18030" and _everyday(han) < 0.12:
        raise BadInput("encoding_doubtful", path)


def _everyday(han: Sequence[str]) -> float:
    """The share of Han characters that are among the commonest."""
    return sum(c in _COMMON for c in han) / len(han)
