"""Files as rows or as JSON objects, read piece by piece; what kind a file is, its first bytes say and not its name."""

from __future__ import annotations

import csv
import json
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import msgspec
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..clocks import CHINA
from ..encoding import find_encoding, lines, open_text
from ..errors import BadInput
from ..sentences import listed
from .text import encode, inner

DOCUMENT_MOST = 64_000_000  # characters of a JSON document over many lines, which has to be read as a whole
_MAGIC = {
    **{b"PK\x03\x04": "xlsx", b"PAR1": "parquet", b"\xd0\xcf\x11\xe0": "old"},
    **dict.fromkeys((b"PK\x05\x06", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zX"), "packed"),
}
_SEPARATORS = ",\t;|"
_EXACT = 10**15  # a workbook keeps fifteen digits of a number
_ROWS = 16_384  # of a Parquet file that are held at once
_quick = msgspec.json.Decoder().decode
Row = tuple[int, list[str]]
Record = tuple[int, str | bytes, Any]


class Formula(str):
    """A cell that holds a formula instead of text."""


def kind_of(path: Path, encoding: str | None) -> tuple[str, str]:
    """What a file is (xlsx, parquet, json or csv) and the encoding of its text.

    Raises BadInput for an encoding that does not fit, for old or encrypted workbooks, for web pages that call
    themselves workbooks and for what is packed.
    """
    with open(path, "rb") as file:
        start = file.read(8)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            if kind == "packed" or (kind == "xlsx" and not _is_workbook(path)):
                raise BadInput("packed", path)
            if kind == "old":
                raise BadInput("workbook", path)
            return kind, ""
    encoding = find_encoding(path, encoding)
    with open_text(path, encoding) as file:
        text = file.read(4096).lstrip()
    if text.startswith(("{", "[")):
        return "json", encoding
    if text.lower().startswith(("<html", "<!doctype", "<table", "<?xml", "<meta")):
        raise BadInput("web_page", path)
    if path.suffix.lower() in (".xlsx", ".parquet"):  # it says it is one, and it is none
        raise BadInput("workbook" if path.suffix.lower() == ".xlsx" else "parquet", path)
    return "csv", encoding


def _is_workbook(path: Path) -> bool:
    """Whether a ZIP file is laid out like a workbook; of a damaged one that is yet to be seen."""
    try:
        with zipfile.ZipFile(path) as file:
            return "[Content_Types].xml" in file.namelist()
    except zipfile.BadZipFile:
        return True


def records(path: Path, encoding: str) -> Iterator[Record]:
    """Line, text and object of each JSON value: one a line, or those of documents that stand over many lines.

    The text is the line's, in UTF-8. A line that is no whole JSON comes with None for its object. What stands in a
    list comes one by one. Raises BadInput, with the line, for a document that is cut or malformed, or too long to be
    read as a whole.
    """
    with open_text(path, encoding) as file:
        if _over_many_lines(file):
            file.seek(0)
            text = file.read(DOCUMENT_MOST + 1)
            if len(text) > DOCUMENT_MOST:
                raise BadInput("document_too_long", path, most=DOCUMENT_MOST // 1_000_000)
            yield from _of_documents(path, text)
            return
    with lines(path, encoding) as all_lines:
        for line, raw in enumerate(tqdm(all_lines, desc=path.name, unit=" lines", delay=1, leave=False), 1):
            if raw := raw.strip():
                if type(found := _value(raw)) is str:
                    found = inner(found)
                if type(found) is not list or not all(isinstance(each, dict) for each in found):
                    yield line, raw, found
                else:
                    yield from ((line, encode(each), each) for each in found)


def _value(raw: bytes | str) -> Any:
    """The JSON value of a line, or None. What the quick parser does not take (half a character), the slow one may."""
    for parse in (_quick, json.loads):
        try:
            return parse(raw)
        except (ValueError, RecursionError):
            continue
    return None


def _over_many_lines(file: TextIO) -> bool:
    """Whether the first JSON value goes on beyond its line: that line is not whole, and the next is no object either.

    Where the next is one, or there is none, a line is a message, and the first is damaged.
    """
    two = list(islice((raw.strip() for raw in file if raw.strip()), 2))
    if two[0] != "[" and (len(two) < 2 or _is_whole(two[0])):
        return False
    return two[0].startswith("[") or not _is_whole(two[1])


def _is_whole(raw: str) -> bool:
    return isinstance(_value(raw), dict | list)


def _of_documents(path: Path, text: str) -> Iterator[Record]:
    """The objects of a text that is one document, a list of them, or several behind one another."""
    between, decoder = re.compile(r"[\s,\[\]\ufeff]*"), json.JSONDecoder()
    at, line = 0, 1
    while True:
        match = between.match(text, at)
        start = match.end() if match else at
        line += text.count("\n", at, start)
        if start == len(text):
            return
        try:
            found, at = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise BadInput("json_document", path, error.lineno) from None
        except RecursionError:
            raise BadInput("json_document", path, line) from None
        yield line, text[start:at], found
        line += text.count("\n", start, at)


@contextmanager
def tables(path: Path, kind: str, encoding: str, sheet: str = "", skip: int = 0) -> Iterator[dict[str, Iterator[Row]]]:
    """The tables that a file may hold, each as line and cells of its rows behind the first ``skip`` lines.

    They are the sheets of a workbook, or the one that is named; a text file parted by each separator that there is.
    Raises BadInput, also while they are read, for a file that is damaged.
    """
    match kind:
        case "xlsx":
            with closing(_book(path)) as book:
                if sheet and sheet not in book.sheetnames:
                    raise BadInput("no_sheet", path, sheets=listed(book.sheetnames))
                pages = [page for page in book.worksheets if not sheet or page.title == sheet]
                yield {page.title: _sheet_rows(path, page, skip) for page in pages}
        case "parquet":
            yield {"": _parquet_rows(path)}
        case _:
            yield {separator: _csv_rows(path, encoding, separator, skip) for separator in _SEPARATORS}


def fitted(rows: Iterable[Row], wide: int, kind: str) -> Iterator[Row]:
    """The rows without empty cells beyond the header; those of a workbook filled up, as some leave out their last."""
    for line, cells in rows:
        if len(cells) != wide:
            while len(cells) > wide and cells[-1] == "" and not isinstance(cells[-1], Formula):
                cells.pop()
            if kind == "xlsx":
                cells = cells + [""] * (wide - len(cells))
        yield line, cells


def _csv_rows(path: Path, encoding: str, separator: str, skip: int) -> Iterator[Row]:
    csv.field_size_limit(2**31 - 1)
    with open_text(path, encoding) as file:
        for _ in islice(file, skip):
            pass
        reader = csv.reader(file, delimiter=separator, strict=True)
        line = 1 + skip
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1 + skip
        except csv.Error:
            raise BadInput("quotes", path, line) from None


def _book(path: Path) -> openpyxl.Workbook:
    try:
        with warnings.catch_warnings(action="ignore"):  # openpyxl warns of styles and extensions that no chat needs
            return openpyxl.load_workbook(path, read_only=True)
    except Exception:
        raise BadInput("workbook", path) from None


def _sheet_rows(path: Path, page: Any, skip: int) -> Iterator[Row]:
    page.reset_dimensions()  # what some writers say of a sheet's size is wrong
    read, line = page.iter_rows(), 0
    while True:
        line += 1
        try:
            with warnings.catch_warnings(action="ignore"):
                cells = [Formula() if c.data_type == "f" else _sheet_cell(c.value) for c in next(read)]
        except StopIteration:
            return
        except Exception:
            raise BadInput("workbook", path, line) from None
        if line > skip:
            yield line, cells


def _sheet_cell(value: Any) -> str:
    """A cell as text; a number that may have lost digits looks like it."""
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        return f"{value:.14E}"
    return _cell(value)


def _parquet_rows(path: Path) -> Iterator[Row]:
    try:
        with pq.ParquetFile(path) as file:
            yield 1, list(file.schema_arrow.names)
            line = 2
            for batch in file.iter_batches(_ROWS):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield line, [_cell(cell) for cell in row]
                    line += 1
    except (pa.ArrowException, OSError):
        raise BadInput("parquet", path) from None


def _cell(value: Any) -> str:
    """A cell as text: nothing as the empty string, times in ISO with their zone, whole numbers without a point."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=CHINA)).isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
