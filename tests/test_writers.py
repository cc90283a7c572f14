"""Writers: files that open whole in spreadsheets, run nothing there, and lose nothing."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatkit as ck
from chatkit.writers import WRITERS, neutral, plain, write_csv, write_parquet, write_pdf, write_xlsx

HEADER = {"sent_at": "发送时间", "text": "消息内容"}
DANGEROUS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tcmd", "\rcmd", "\ncmd"),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)"),
    *("\ufeff=1", "\u200b=1", "\u200d\u200b@x", "\u2060-x", " =1", "\u3000=1", "  ＝1", "\n=1", "\u00a0=1"),
    '=HYPERLINK("http://example.com","点")',
]
HARMLESS = ["退款", "1=1", "a@example.com", "13800", "", " 空格", "'引号", "（=1）", "。-1", "a\tb", "a\nb"]


def frame_of(*texts: str) -> pd.DataFrame:
    return pd.DataFrame({"sent_at": ["2023-09-01 10:00:00"] * len(texts), "text": list(texts)})


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def cells_of(path: Path) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    try:
        return [list(row) for row in book.active.iter_rows()]
    finally:
        book.close()


# ------------------------------------------------------------------------------------------------------------- CSV
def test_a_csv_file_has_a_mark_quotes_everything_and_ends_lines_for_windows(tmp_path: Path) -> None:
    assert write_csv(frame_of("退款", '说"好"，完'), HEADER, tmp_path / "x.csv") == 0
    assert (tmp_path / "x.csv").read_bytes().decode().split("\r\n") == [
        '\ufeff"发送时间","消息内容"',
        '"2023-09-01 10:00:00","退款"',
        '"2023-09-01 10:00:00","说""好""，完"',
        "",
    ]


def test_a_csv_file_opens_with_pandas(tmp_path: Path) -> None:
    write_csv(frame_of("退款𠮷😀", "一\n二"), HEADER, tmp_path / "x.csv")
    read = pd.read_csv(tmp_path / "x.csv", dtype=str, keep_default_na=False)
    assert list(read.columns) == ["发送时间", "消息内容"]
    assert read["消息内容"].tolist() == ["退款𠮷😀", "一\n二"]


@pytest.mark.parametrize("text", DANGEROUS, ids=ascii)
def test_a_dangerous_cell_is_neutralised_in_csv(tmp_path: Path, text: str) -> None:
    assert write_csv(frame_of(text), HEADER, tmp_path / "x.csv") == 1
    assert rows_of(tmp_path / "x.csv")[1][1] == "'" + plain(text)


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_a_harmless_cell_is_left_alone_in_csv(tmp_path: Path, text: str) -> None:
    assert write_csv(frame_of(text), HEADER, tmp_path / "x.csv") == 0
    assert rows_of(tmp_path / "x.csv")[1][1] == text


def test_neutralised_cells_are_counted(tmp_path: Path) -> None:
    assert write_csv(frame_of("=1", "退款", "+2", "-3"), HEADER, tmp_path / "x.csv") == 3


def test_control_characters_are_shown_as_their_pictures() -> None:
    assert plain("a\x00b\x07c\x1bd\x7f") == "a␀b␇c␛d␡"
    assert plain("一\r\n二\r三\n四\t五") == "一\n二\n三\n四\t五"


# ------------------------------------------------------------------------------------------------------------ XLSX
def test_every_cell_of_a_workbook_is_text_under_a_frozen_chinese_header(tmp_path: Path) -> None:
    write_xlsx(frame_of("退款", "12345678901234567890", "2023-09-01", "TRUE", "1.5"), HEADER, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheet = book.active
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == ["发送时间", "消息内容"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}
    assert [sheet.cell(n, 2).value for n in range(2, 7)] == [
        "退款",
        "12345678901234567890",
        "2023-09-01",
        "TRUE",
        "1.5",
    ]
    book.close()


@pytest.mark.parametrize("text", [*DANGEROUS, "{=1}", "http://example.com", "mailto:a@b.cn", "1e5"], ids=ascii)
def test_a_dangerous_cell_is_text_in_a_workbook(tmp_path: Path, text: str) -> None:
    write_xlsx(frame_of(text), HEADER, tmp_path / "x.xlsx")
    cell = cells_of(tmp_path / "x.xlsx")[1][1]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", plain(text), None)  # type: ignore[attr-defined]


def test_no_cell_of_a_workbook_is_ever_a_formula(tmp_path: Path) -> None:
    write_xlsx(frame_of(*DANGEROUS), HEADER, tmp_path / "x.xlsx")
    assert [c for row in cells_of(tmp_path / "x.xlsx") for c in row if c.data_type == "f"] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    ["x" * 32_767, "款" * 32_767, "😀" * 16_383 + "x", "x_x0041_x", " 两头空格 ", "a\nb", "𠮷"],
    ids=lambda t: ascii(t[:9]),
)
def test_what_fits_a_cell_is_read_back_whole(tmp_path: Path, text: str) -> None:
    write_xlsx(frame_of(text), HEADER, tmp_path / "x.xlsx")
    assert cells_of(tmp_path / "x.xlsx")[1][1].value == text  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["x" * 32_768, "款" * 32_768, "😀" * 16_384], ids=["latin", "han", "emoji"])
def test_a_cell_longer_than_a_workbook_holds_is_refused_and_nothing_is_written(tmp_path: Path, text: str) -> None:
    with pytest.raises(ck.BadInput) as caught:
        write_xlsx(frame_of("短", text), HEADER, tmp_path / "x.xlsx")
    assert (caught.value.problem, caught.value.line) == ("cell_too_long", 3)
    assert list(tmp_path.iterdir()) == []
    assert text[:20] not in str(caught.value)


def test_a_sheet_longer_than_a_workbook_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ck.BadInput) as caught:
        write_xlsx(pd.DataFrame(index=range(1_048_576)), {}, tmp_path / "x.xlsx")
    assert caught.value.problem == "sheet_too_long"
    assert list(tmp_path.iterdir()) == []


anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(anything.filter(bool), min_size=1, max_size=8))
def test_any_text_is_written_to_every_table_and_read_back_as_it_was(tmp_path: Path, texts: list[str]) -> None:
    for name in ("x.csv", "x.xlsx", "x.parquet"):
        (tmp_path / name).unlink(missing_ok=True)
    write_csv(frame_of(*texts), HEADER, tmp_path / "x.csv")
    write_xlsx(frame_of(*texts), HEADER, tmp_path / "x.xlsx")
    write_parquet(frame_of(*texts), HEADER, tmp_path / "x.parquet")
    wanted = [plain(text) for text in texts]
    assert [row[1] for row in rows_of(tmp_path / "x.csv")[1:]] == [neutral(text) for text in wanted]
    cells = [row[1] for row in cells_of(tmp_path / "x.xlsx")[1:]]
    assert {cell.data_type for cell in cells} == {"s"}  # type: ignore[attr-defined]
    assert [cell.value for cell in cells] == wanted  # type: ignore[attr-defined]
    assert list(pd.read_parquet(tmp_path / "x.parquet").iloc[:, 1]) == texts


@pytest.mark.parametrize("text", ["\ufffe", "a\uffffb"], ids=ascii)
def test_what_xml_cannot_hold_does_not_break_the_workbook(tmp_path: Path, text: str) -> None:
    write_xlsx(frame_of(text, "退款"), HEADER, tmp_path / "x.xlsx")
    assert cells_of(tmp_path / "x.xlsx")[2][1].value == "退款"  # type: ignore[attr-defined]


# ----------------------------------------------------------------------------------------------------- the others
def test_a_parquet_file_opens_with_pandas(tmp_path: Path) -> None:
    write_parquet(frame_of("=1+1", "退款"), HEADER, tmp_path / "x.parquet")
    read = pd.read_parquet(tmp_path / "x.parquet")
    assert read.iloc[:, 1].tolist() == ["=1+1", "退款"]
    assert len(read.columns) == 2


def test_a_pdf_file_is_a_pdf_whatever_the_text_holds(tmp_path: Path) -> None:
    hostile = [
        "#import",
        "$x$",
        "*a* _b_ `c`",
        "\\u{1}",
        "@ref <label>",
        "退款𠮷😀",
        "[[[",
        '"',
        "\x00\x1b",
        "/* // */",
    ]
    write_pdf(frame_of(*hostile), HEADER, tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_no_writer_overwrites_or_fails_on_no_rows(tmp_path: Path, suffix: str) -> None:
    WRITERS[suffix](frame_of(), HEADER, tmp_path / f"x{suffix}")
    assert (tmp_path / f"x{suffix}").stat().st_size > 0


# ----------------------------------------------------------------------------------------------------- LibreOffice
def soffice() -> str:
    found = shutil.which("soffice")
    if not found:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice (soffice) must be installed where CI is set")
        pytest.skip("LibreOffice (soffice) is not installed")
    return found


def test_libreoffice_shows_what_looks_like_a_formula_as_text(tmp_path: Path) -> None:
    program = soffice()
    write_xlsx(frame_of("=1+1", "退款", "＝2+2", "00123456789012345678"), HEADER, tmp_path / "x.xlsx")
    done = subprocess.run(
        [
            *(program, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *("--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", str(tmp_path / "out")),
            str(tmp_path / "x.xlsx"),
        ],
        capture_output=True,
        timeout=80,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    read = list(csv.reader(io.StringIO((tmp_path / "out" / "x.csv").read_text("utf-8-sig"), newline="")))
    assert [row[1] for row in read] == ["消息内容", "=1+1", "退款", "＝2+2", "00123456789012345678"]
