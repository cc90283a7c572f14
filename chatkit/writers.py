"""Writers: a frame as CSV, XLSX, Parquet or PDF, safe to open in a spreadsheet.

Each writes to a temporary name beside its target; the caller renames it when it is whole.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import xlsxwriter

from .errors import BadInput
from .typeset import typeset
from .views import readable

# A spreadsheet takes a cell that begins with one of these for a formula, also behind blanks and invisible signs.
_FORMULA = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]")
_CONTROLS = {c: 0x2400 + c for c in range(32) if chr(c) not in "\t\n"} | {0x7F: 0x2421}
_CELL_MOST, _ROWS_MOST = 32_767, 1_048_575


def plain(text: str) -> str:
    """Text without control characters (shown as their pictures, U+2400 on) and with ``\\n`` for line ends.

    >>> plain("一\\r\\n二\\x00")
    '一\\n二␀'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def neutral(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before what looks like a formula. Taking it off gives it back.

    >>> neutral("=1+1"), neutral("＝cmd"), neutral("退款"), neutral("\\u200b@SUM(A1)")
    ("'=1+1", "'＝cmd", '退款', "'\\u200b@SUM(A1)")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _cells(frame: pd.DataFrame) -> list[list[str]]:
    """Every cell as a person reads it, without control characters."""
    return [[plain(cell) for cell in row] for row in readable(frame).itertuples(index=False)]


def write_csv(frame: pd.DataFrame, header: Mapping[str, str], path: Path) -> int:
    """UTF-8 with BOM, every cell quoted, CRLF. Returns how many cells were neutralised."""
    touched = 0
    with open(path, "x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([header[c] for c in frame.columns])
        for cells in _cells(frame):
            safe = [neutral(cell) for cell in cells]
            touched += sum(a != b for a, b in zip(safe, cells, strict=True))
            writer.writerow(safe)
    return touched


def write_xlsx(frame: pd.DataFrame, header: Mapping[str, str], path: Path) -> int:
    """One sheet of text cells under a frozen Chinese header. Returns 0: text cells need no neutralising.

    Raises BadInput where a cell or the sheet is larger than the format allows: nothing is ever cut.
    """
    if len(frame) > _ROWS_MOST:
        raise BadInput("sheet_too_long", path, rows=len(frame), most=_ROWS_MOST)
    cells = _cells(frame)
    for n, row in enumerate(cells, 2):
        if any(len(cell.encode("utf-16-le", "surrogatepass")) // 2 > _CELL_MOST for cell in row):
            raise BadInput("cell_too_long", path, n, most=_CELL_MOST)
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("导出")
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "num_format": "@", "bg_color": "#e8eef6", "bottom": 1})
    widths = []
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, header[name], bold)
        longest = max((_width(line) for row in cells for line in row[column].split("\n")), default=0)
        widths.append(min(64, max(12, longest + 2)))
        sheet.set_column(column, column, widths[-1])
    for n, row in enumerate(cells, 1):
        folds = (
            sum((_width(line) + 2) // (wide + 1) + 1 for line in cell.split("\n"))
            for cell, wide in zip(row, widths, strict=True)
        )
        sheet.set_row(n, min(409, 15 * max(folds)))  # not every program finds the height of folded text by itself
        for column, cell in enumerate(row):
            if sheet.write_string(n, column, cell, text):
                raise BadInput("cell_too_long", path, n + 1, most=_CELL_MOST)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return 0


def _width(line: str) -> int:
    """How many digits wide a line is: a Han character is as wide as two."""
    return len(line) + sum(not sign.isascii() for sign in line)


def write_parquet(frame: pd.DataFrame, header: Mapping[str, str], path: Path) -> int:
    """Parquet with the record form's own column names and types, for analysts. Returns 0: nothing runs there."""
    frame.to_parquet(path, index=False)
    return 0


def write_pdf(frame: pd.DataFrame, header: Mapping[str, str], path: Path) -> int:
    """A4 landscape, the header on every page. Returns 0: nothing runs in a PDF."""
    cells = _cells(frame)
    longest = [max((len(row[n]) for row in cells), default=1) for n in range(len(frame.columns))]
    permits = "、".join(sorted(set(frame["permit_id"]))) if "permit_id" in frame else ""
    values = {
        "foot": f"{header.get('permit_id', '')} {permits}",
        "widths": [max(10, min(60, length)) for length in longest],
        "header": [header[c] for c in frame.columns],
        "rows": cells,
    }
    typeset("export.typ", values, path)
    return 0


WRITERS: dict[str, Callable[[pd.DataFrame, Mapping[str, str], Path], int]] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
    ".pdf": write_pdf,
}
