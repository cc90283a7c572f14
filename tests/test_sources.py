"""Sources: good files are read whole, bad ones are refused with a remedy, bad rows are set aside and counted."""

from __future__ import annotations

import codecs
import datetime
import hashlib
import json
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import chatkit as ck
from chatkit.encoding import decode, unescape
from chatkit.sources import reading
from chatkit.sources.text import instant

HAN = re.compile(r"[\u4e00-\u9fff]")
HEADER = "消息编号,会话编号,客户编号,发送时间,发送方,消息内容"
SECRET = "机密内容13800001234"
ROWS = ("m1,c1,A1234,2023-09-01 10:00:00,客户,退款什么时候到", "m2,c1,A1234,2023-09-01 10:01:00,客服,三个工作日内")


def csv_text(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *rows, ""])


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "chats.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def texts(chats: ck.Chats) -> list[str]:
    return chats.frame["text"].tolist()


def aside(chats: ck.Chats) -> list[tuple[int, str]]:
    return list(zip(chats.set_aside["line"], chats.set_aside["reason"], strict=True))


def bad(path: Path, problem: str, line: int | None = None, **arguments: str) -> ck.BadInput:
    """The refusal of a file, which names the file and a remedy in both languages and no cell."""
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(path, **arguments)
    told = caught.value
    assert (told.problem, told.line) == (problem, line)
    assert told.file == path
    assert path.name in told.where.zh
    assert path.name in told.where.en
    assert str(told).count(path.name) == 2
    assert HAN.search(told.text.zh)
    assert told.text.en
    for text in (told.text.zh, told.text.en):
        assert len(re.findall(r"[。.]", text)) >= 2 or "请" in text or ":" in text  # what is wrong, then the remedy
    assert SECRET not in str(told)
    assert "13800001234" not in str(told)
    return told


# ------------------------------------------------------------------------------------------------------ good files
def test_a_table_is_read_into_the_record_form(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text(*ROWS)))
    first = chats.frame.iloc[0].to_dict()
    assert first == {
        "message_id": "m1",
        "conversation_id": "c1",
        "customer_id": "A1234",
        "sent_at": pd.Timestamp("2023-09-01 02:00:00", tz="UTC"),
        "role": "customer",
        "actor": "",
        "channel": "",
        "category": "",
        "product": "",
        "region": "",
        "team": "",
        "type": "text",
        "text": "退款什么时候到",
        "recalled": False,
        "internal_note": False,
        "source": "chats.csv",
        "sent_as_given": "2023-09-01 10:00:00",
        "raw_hash": hashlib.sha256("\x1f".join(ROWS[0].split(",")).encode()).hexdigest(),
    }
    assert chats.frame["role"].tolist() == ["customer", "agent"]
    assert (chats.format, chats.source, len(chats.set_aside), chats.fictional) == ("csv", "chats.csv", 0, False)


RARE = "退款给𠮷先生😀"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"], ids=["utf-8", "utf-8 bom", "gb18030", "utf-16 bom"]
)
def test_rare_characters_and_emoji_survive_every_encoding(write: Callable[..., Path], encoding: str) -> None:
    chats = ck.read_chats(write(csv_text(f"m1,c1,A1234,2023-09-01 10:00:00,客户,{RARE}").encode(encoding)))
    assert texts(chats) == [RARE]


def test_big_endian_utf_16_is_known_by_its_mark(write: Callable[..., Path]) -> None:
    path = write(codecs.BOM_UTF16_BE + csv_text(*ROWS).encode("utf-16-be"))
    assert texts(ck.read_chats(path)) == ["退款什么时候到", "三个工作日内"]


def test_chinese_in_gbk_is_never_taken_for_korean_or_big5(write: Callable[..., Path]) -> None:
    path = write("联通,订单\r\n".encode("gb18030"))
    assert decode(path) == ("联通,订单\r\n", "gb18030")


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_separator_is_found_in_the_header(write: Callable[..., Path], separator: str) -> None:
    chats = ck.read_chats(write(csv_text(*ROWS).replace(",", separator)))
    assert texts(chats) == ["退款什么时候到", "三个工作日内"]


def test_line_ends_and_separators_inside_quotes_belong_to_the_text(write: Callable[..., Path]) -> None:
    row = 'm1,c1,A1234,2023-09-01 10:00:00,客户,"第一行\n第二行，含""引号"",完"'
    assert texts(ck.read_chats(write(csv_text(row)))) == ['第一行\n第二行，含"引号",完']


def test_long_numbers_keep_all_their_digits(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(
        write(csv_text("000123456789012345678,c1,0012,2023-09-01 10:00:00,客户,单号 00012345678901234567"))
    )
    assert chats.frame.loc[0, ["message_id", "customer_id", "text"]].tolist() == [
        *("000123456789012345678", "0012", "单号 00012345678901234567")
    ]


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "N/A", "TRUE", "1e5", "007"])
def test_words_that_look_like_nothing_or_numbers_stay_text(write: Callable[..., Path], word: str) -> None:
    assert texts(ck.read_chats(write(csv_text(f"m1,c1,A1234,2023-09-01 10:00:00,客户,{word}")))) == [word]


def test_messages_stand_in_the_order_of_time(write: Callable[..., Path]) -> None:
    rows = ["m1,c1,A,2023-09-02 10:00:00,客户,后", "m2,c1,A,2023-09-01 10:00:00,客户,先"]
    assert texts(ck.read_chats(write(csv_text(*rows)))) == ["先", "后"]


def test_names_beside_the_chats_are_known_for_masking_and_no_column(write: Callable[..., Path]) -> None:
    header = "会话编号,客户姓名,发送时间,消息内容"
    chats = ck.read_chats(write(csv_text("c1,李雷雷,2023-09-01 10:00:00,你好", header=header)))
    assert chats.names == {"李雷雷"}
    assert "李雷雷" not in chats.frame.to_csv()


def test_without_a_customer_column_the_conversation_stands_for_the_customer(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text("c1,2023-09-01 10:00:00,你好", header="会话编号,发送时间,消息内容")))
    assert chats.frame["customer_id"].tolist() == ["c1"]
    assert dict(chats.notes) == {"conversation_as_customer": 1}


def test_data_is_taken_for_real_unless_the_stamp_lies_beside_it(write: Callable[..., Path]) -> None:
    path = write(csv_text(*ROWS))
    assert not ck.read_chats(path).fictional
    write("", "FICTION.txt")
    assert ck.read_chats(path).fictional


def test_a_note_or_a_recall_is_marked(write: Callable[..., Path]) -> None:
    header = "会话编号,发送时间,消息内容,是否撤回,内部备注"
    rows = ["c1,2023-09-01 10:00:00,甲,是,否", "c1,2023-09-01 10:00:01,乙,,TRUE", "c1,2023-09-01 10:00:02,丙,0,1"]
    frame = ck.read_chats(write(csv_text(*rows, header=header))).frame
    assert frame["recalled"].tolist() == [True, False, False]
    assert frame["internal_note"].tolist() == [False, True, True]


# ------------------------------------------------------------------------------------------------------- bad files
def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    bad(tmp_path / "nothing.csv", "no_file")


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", codecs.BOM_UTF8, b" \n", b",,,\r\n"])
def test_an_empty_file_is_refused(write: Callable[..., Path], content: bytes) -> None:
    bad(write(content), "empty")


@pytest.mark.parametrize("header", [HEADER, "会话编号,发送时间,消息内容"], ids=["all columns", "no customer column"])
def test_a_header_without_rows_is_refused(write: Callable[..., Path], header: str) -> None:
    bad(write(csv_text(header=header)), "empty")


def test_a_header_without_rows_is_refused_even_where_the_day_is_given(write: Callable[..., Path]) -> None:
    bad(write(csv_text(header="会话编号,消息内容")), "empty", dated="2023-09-15")


def test_a_file_whose_every_row_is_set_aside_is_not_called_empty(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text("m1,c1,A1234,昨天,客户,退款")))
    assert (len(chats.frame), aside(chats)) == (0, [(2, "date")])


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("消息编号,发送时间,消息内容", "conversation_id"),
        ("会话编号,发送时间", "text"),
        (f"{SECRET},b,c", "conversation_id"),
        ("一列", "text"),
    ],
)
def test_missing_columns_are_named(write: Callable[..., Path], header: str, missing: str) -> None:
    told = bad(write(csv_text("a,b,c", header=header)), "columns_missing", 1)
    assert missing in told.text.en


def test_two_columns_that_mean_the_same_are_refused(write: Callable[..., Path]) -> None:
    told = bad(write(csv_text("c1,2023-09-01,x,y", header="会话编号,时间,消息内容,content")), "columns_doubled", 1)
    assert "消息内容" in told.text.zh
    assert "content" in told.text.en


def test_a_column_that_stands_there_twice_is_refused(write: Callable[..., Path]) -> None:
    bad(write(csv_text("c1,2023-09-01,x,y", header="会话编号,时间,消息内容,消息内容")), "columns_doubled", 1)


def test_bytes_that_fit_no_encoding_are_refused_with_their_line(write: Callable[..., Path]) -> None:
    half_width_katakana = "ｱ,ｲ".encode("shift_jis")
    told = bad(write(csv_text(ROWS[0]).encode("gb18030") + half_width_katakana), "encoding", 3)
    assert "gb18030" in told.text.en


def test_a_file_cut_in_the_middle_of_a_character_is_refused(write: Callable[..., Path]) -> None:
    bad(write(csv_text(*ROWS).encode()[:-3]), "encoding", 3)


def test_a_binary_file_is_refused(write: Callable[..., Path]) -> None:
    bad(write(bytes(range(256)) + b"\x00" * 4000), "binary")


def test_an_unclosed_quote_is_refused_with_the_line_where_it_begins(write: Callable[..., Path]) -> None:
    rows = [ROWS[0], f'm2,c1,A1234,2023-09-01 10:01:00,客户,"{SECRET}', *ROWS]
    bad(write(csv_text(*rows)), "quotes", 3)


@pytest.mark.parametrize("content", [b"PK\x03\x04 this is no workbook", b"", b"plain words"])
def test_a_corrupted_workbook_is_refused(write: Callable[..., Path], content: bytes) -> None:
    bad(write(content, "chats.xlsx"), "workbook" if content else "empty")


def workbook(path: Path, *rows: list[object], header: str = HEADER) -> Path:
    book = openpyxl.Workbook()
    book.active.append(header.split(","))
    for row in rows:
        book.active.append(row)
    book.save(path)
    book.close()
    return path


def test_a_workbook_whose_sheet_is_cut_short_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", *([f"m{n}", "c1", "A", "2023-09-01", "客户", SECRET] for n in range(9)))
    cut = tmp_path / "cut.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(cut, "w") as new:
        for item in old.namelist():
            content = old.read(item)
            new.writestr(item, content[: len(content) // 2] if item.endswith("sheet1.xml") else content)
    bad(cut, "workbook", 5)


def test_a_corrupted_parquet_file_is_refused(write: Callable[..., Path]) -> None:
    bad(write(b"PAR1 cut short", "chats.parquet"), "parquet")


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    told = bad(tmp_path, "table_missing")
    assert "messages" in told.text.en


def test_without_a_time_column_the_day_must_be_given(write: Callable[..., Path]) -> None:
    path = write(csv_text("c1,你好", header="会话编号,消息内容"))
    bad(path, "no_time", 1)
    chats = ck.read_chats(path, dated="2023-09-15")
    assert chats.frame["sent_at"].tolist() == [pd.Timestamp("2023-09-14 16:00:00", tz="UTC")]
    assert dict(chats.notes)["dated_by_hand"] == 1


def test_a_day_given_by_hand_that_is_no_day_is_bad_input(write: Callable[..., Path]) -> None:
    with pytest.raises(ck.BadInput):
        ck.read_chats(write(csv_text("c1,你好", header="会话编号,消息内容")), dated="last Friday")


# -------------------------------------------------------------------------------------------------- rows set aside
def one(text: str = "你好", message: str = "m9", sent: str = "2023-09-01 10:00:00") -> str:
    return f"{message},c1,A1234,{sent},客户,{text}"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (one(sent="昨天下午"), "date"),
        (one(sent=""), "date"),
        (one(sent="2023-09-31 10:00:00"), "date"),
        (one(sent="2023-09-01 25:00:00"), "date"),
        (one(sent="99999999999999999999"), "date"),
        (one(text="退\x00款"), "nul"),
        (one(text="退\ufffd款"), "damaged"),
        (one(message="m1"), "duplicate"),
        (one() + ",多了一格", "cells"),
        ("m9,c1,A1234", "cells"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_line_and_the_others_are_kept(
    write: Callable[..., Path], row: str, reason: str
) -> None:
    chats = ck.read_chats(write(csv_text(ROWS[0], row, ROWS[1])))
    assert texts(chats) == ["退款什么时候到", "三个工作日内"]
    assert aside(chats) == [(3, reason)]


@pytest.mark.parametrize("fill", ["长", "a", "9", "\\u9000", "1,"], ids=["han", "latin", "digits", "escapes", "commas"])
def test_a_cell_of_forty_megabytes_is_set_aside_in_little_time(write: Callable[..., Path], fill: str) -> None:
    huge = fill * (40_000_000 // len(fill.encode()))
    path = write(csv_text(ROWS[0], one(f'"{huge}"'), ROWS[1]))
    began = time.monotonic()
    chats = ck.read_chats(path)
    assert time.monotonic() - began < 5
    assert aside(chats) == [(3, "cell_too_long")]
    assert len(chats.set_aside.loc[0, "raw"]) <= 1_000_000
    assert len(chats.frame) == 2


def test_blank_lines_are_nothing(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text(ROWS[0], "", ",,,,,", ROWS[1])))
    assert (len(chats.frame), len(chats.set_aside)) == (2, 0)


def test_an_unknown_message_type_is_kept_and_counted(write: Callable[..., Path]) -> None:
    header = HEADER + ",消息类型"
    chats = ck.read_chats(write(csv_text(one() + ",hologram", header=header)))
    assert chats.frame["type"].tolist() == ["hologram"]
    assert dict(chats.notes) == {"unknown_type": 1}


def test_what_was_set_aside_is_told_as_counts_and_not_shown(write: Callable[..., Path]) -> None:
    shown = repr(ck.read_chats(write(csv_text(*ROWS, one(SECRET, sent="?")))))
    assert "1 rows set aside" in shown
    assert SECRET not in shown


# ------------------------------------------------------------------------------------------------- workbook, parquet
def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    sent = datetime.datetime(2023, 9, 1, 10, 0, 0)
    path = workbook(
        tmp_path / "chats.xlsx", ["m1", 7, 12345, sent, "客户", "退款"], ["m2", 7.0, "A", sent, "客服", "好"]
    )
    frame = ck.read_chats(path).frame
    assert frame["sent_at"].tolist() == [pd.Timestamp("2023-09-01 02:00:00", tz="UTC")] * 2
    assert frame[["conversation_id", "customer_id"]].to_numpy().tolist() == [["7", "12345"], ["7", "A"]]


def test_a_row_with_a_formula_is_set_aside(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "chats.xlsx",
        ["m1", "c1", "A", "2023-09-01 10:00:00", "客户", "=1+1"],
        ["m2", "c1", "A", "2023-09-01 10:00:00", "客户", "好"],
    )
    chats = ck.read_chats(path)
    assert (texts(chats), aside(chats)) == (["好"], [(2, "formula")])


def test_rows_whose_last_cells_are_empty_are_whole_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)  # such a file does not say how wide its rows are
    sheet = book.create_sheet()
    sheet.append([*HEADER.split(","), "渠道"])
    sheet.append(["m1", "c1", "A", "2023-09-01 10:00:00", "客户", "有渠道", "web"])
    sheet.append(["m2", "c1", "A", "2023-09-01 10:00:01", "客户", "没有渠道"])
    book.save(tmp_path / "chats.xlsx")
    chats = ck.read_chats(tmp_path / "chats.xlsx")
    assert (texts(chats), len(chats.set_aside)) == (["有渠道", "没有渠道"], 0)


def test_a_parquet_table_is_read_with_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "message_id": [1, 2],
            "conversation_id": ["c1", "c1"],
            "customer_id": pd.array([12, None], dtype="Int64"),
            "sent_at": pd.to_datetime(["2023-09-01 10:00", "2023-09-01 10:01"]).tz_localize("Asia/Shanghai"),
            "channel": ["web", None],
            "text": ["退款", "好"],
        }
    )
    frame.to_parquet(tmp_path / "chats.parquet")
    read = ck.read_chats(tmp_path / "chats.parquet").frame
    assert read["sent_at"].tolist() == [
        pd.Timestamp("2023-09-01 02:00:00", tz="UTC"),
        pd.Timestamp("2023-09-01 02:01:00", tz="UTC"),
    ]
    assert read["customer_id"].tolist() == ["12", ""]
    assert read["channel"].tolist() == ["web", ""]
    assert read["message_id"].tolist() == ["1", "2"]


# --------------------------------------------------------------------------------------------------------- folders
MESSAGES = (
    "message_id,conversation_id,sent_at,role,sender_id,type,text\nm1,c1,2023-09-01T02:00:00Z,customer,A1,text,退款\n"
)


def folder_of(tmp_path: Path, **tables: str) -> Path:
    for name, content in {
        "messages": MESSAGES,
        "conversations": "conversation_id,customer_id\nc1,A1\n",
        **tables,
    }.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    return tmp_path


def test_a_folder_of_tables_is_joined_and_its_people_are_known(tmp_path: Path) -> None:
    chats = ck.read_chats(folder_of(tmp_path, customers="customer_id,name\nA1,李雷雷\n"))
    assert chats.frame[["customer_id", "actor", "text"]].to_numpy().tolist() == [["A1", "A1", "退款"]]
    assert chats.names == {"李雷雷"}


def test_a_table_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    told = bad(folder_of(tmp_path, messages="message_id,text\nm1,退款\n"), "table_columns")
    assert "conversation_id" in told.text.en


def test_a_table_of_customers_without_names_is_refused_or_read(tmp_path: Path) -> None:
    try:
        chats = ck.read_chats(folder_of(tmp_path, customers="customer_id,tier\nA1,3\n"))
    except ck.BadInput as told:
        assert told.problem == "table_columns"
    else:
        assert chats.names == frozenset()


@pytest.mark.parametrize("content", ["a,b\n1,2,3\n", "", '"a'])
def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(folder_of(tmp_path, messages=content))
    assert caught.value.problem in ("table_unreadable", "table_columns")


def test_a_conversation_listed_twice_does_not_double_its_messages(tmp_path: Path) -> None:
    chats = ck.read_chats(folder_of(tmp_path, conversations="conversation_id,customer_id\nc1,A1\nc1,A1\n"))
    assert len(chats.frame) == 1


def test_times_in_a_parquet_table_keep_their_zone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    table = pd.read_csv(folder / "messages.csv", dtype=str)
    table["sent_at"] = pd.to_datetime(["2023-09-01 10:00"]).tz_localize("Asia/Shanghai")
    (folder / "messages.csv").unlink()
    table.to_parquet(folder / "messages.parquet")
    assert ck.read_chats(folder).frame["sent_at"].tolist() == [pd.Timestamp("2023-09-01 02:00:00", tz="UTC")]


def test_nothing_in_a_parquet_table_is_nothing_and_not_the_word(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    table = pd.read_csv(folder / "messages.csv", dtype=str).assign(text=None)
    (folder / "messages.csv").unlink()
    table.to_parquet(folder / "messages.parquet")
    assert texts(ck.read_chats(folder)) == [""]


# ----------------------------------------------------------------------------------------------- escapes and times
@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\\u9000\\u6b3e", "退款"),
        ("\\u9000\\u6b3e 123", "退款 123"),
        ("\\ud842\\udfb7", "𠮷"),
        ("退款\\u9000", "退款\\u9000"),
        ("C:\\users\\u1", "C:\\users\\u1"),
        ("\\u12", "\\u12"),
        ("\\u9000\\n", "\\u9000\\n"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_only_a_field_that_is_wholly_escaped_is_decoded(text: str, read: str) -> None:
    assert unescape(text) == read


def test_a_field_of_escapes_is_decoded_in_a_file(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text(one("\\u9000\\u6b3e"), one("退\\u6b3e", "m8"))))
    assert texts(chats) == ["退款", "退\\u6b3e"]


def test_a_field_that_escapes_to_half_a_character_is_set_aside(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text(ROWS[0], one("\\ud842"))))
    assert aside(chats) == [(3, "damaged")]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-09-03 10:05:11", "2023-09-03T02:05:11+00:00"),
        ("2023-09-03T10:05:11", "2023-09-03T02:05:11+00:00"),
        ("2023-09-03T10:05:11Z", "2023-09-03T10:05:11+00:00"),
        ("2023-09-03T10:05:11.123+08:00", "2023-09-03T02:05:11.123+00:00"),
        ("2023/9/3 10:05:11.5", "2023-09-03T02:05:11.5+00:00"),
        ("2023/9/1 8:05", "2023-09-01T00:05:00+00:00"),
        ("2023/9/1 下午 3:05", "2023-09-01T07:05:00+00:00"),
        ("2023年9月1日 星期五 上午12:05", "2023-08-31T16:05:00+00:00"),
        ("2023-09-03 10:05:11 -0500", "2023-09-03T15:05:11+00:00"),
        ("2023/9/3 10:05", "2023-09-03T02:05:00+00:00"),
        ("2023.9.3", "2023-09-02T16:00:00+00:00"),
        ("2023年9月3日 10时5分11秒", "2023-09-03T02:05:11+00:00"),
        ("2023年9月3日", "2023-09-02T16:00:00+00:00"),
        (" 1693706711 ", "2023-09-03T02:05:11+00:00"),
        ("1693706711000", "2023-09-03T02:05:11+00:00"),
        ("03/09/2023", None),
        ("9/3/2023 10:05", None),
        ("2023-02-29", None),
        ("2023-9", None),
        ("169370671", None),
        ("now", None),
        ("", None),
        ("0000-01-01", None),
        ("0001-01-01", None),
        ("45170.3368", None),
    ],
)
def test_a_time_is_read_in_its_usual_forms_or_not_at_all(text: str, utc: str | None) -> None:
    read = instant(text)
    assert read == (pd.Timestamp(utc).value // 1_000_000 if utc else None)


# ----------------------------------------------------------------------------------------------------------- WeCom
def said(content: str = "退款", **fields: object) -> dict[str, object]:
    usual = {
        "msgid": "1_external",
        "action": "send",
        "from": "wmCustomer01",
        "tolist": ["LiWen"],
        "roomid": "",
        "msgtime": 1693706711123,
        "msgtype": "text",
        "text": {"content": content},
    }
    return {**usual, **fields}


def archive(tmp_path: Path, *messages: object, roster: str = "") -> ck.Chats:
    lines = [m if isinstance(m, str) else json.dumps(m, ensure_ascii=False) for m in messages]
    (tmp_path / "archive.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if roster:
        (tmp_path / "wecom_roster.csv").write_text(roster, encoding="utf-8")
    return ck.read_chats(tmp_path / "archive.jsonl")


def test_an_archive_is_read_into_the_record_form(tmp_path: Path) -> None:
    chats = archive(tmp_path, said(), said("好的", msgid="2", **{"from": "LiWen", "tolist": ["wmCustomer01"]}))
    assert chats.format == "wecom"
    assert chats.frame["role"].tolist() == ["customer", "agent"]
    assert chats.frame["customer_id"].tolist() == ["wmCustomer01"] * 2
    assert chats.frame["conversation_id"].nunique() == 1
    assert chats.frame["sent_at"].tolist()[0] == pd.Timestamp("2023-09-03 02:05:11.123", tz="UTC")


def test_a_missing_room_is_a_talk_of_two(tmp_path: Path) -> None:
    message = said()
    del message["roomid"]
    chats = archive(tmp_path, message, said(msgid="2"))
    assert (len(chats.frame), chats.frame["conversation_id"].nunique()) == (2, 1)


def test_a_recalled_message_is_kept_and_marked(tmp_path: Path) -> None:
    revoke = {**said(msgid="2", action="recall", msgtype="revoke"), "revoke": {"pre_msgid": "1_external"}}
    chats = archive(tmp_path, said("说错了"), said("没撤回", msgid="3"), revoke)
    assert chats.frame[["text", "recalled"]].to_numpy().tolist() == [["说错了", True], ["没撤回", False]]
    assert dict(chats.notes) == {"recalled": 1}


def nested(depth: int) -> dict[str, object]:
    inner = {
        "title": "里面的记录",
        "item": [{"type": "ChatRecordText", "content": json.dumps({"content": "最里面的话"})}],
    }
    for _ in range(depth):
        inner = {
            "title": "外面",
            "item": [{"type": "ChatRecordMixed", "content": json.dumps(inner, ensure_ascii=False)}],
        }
    return inner


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_words_of_nested_records_are_in_the_text(tmp_path: Path, depth: int) -> None:
    chats = archive(tmp_path, said(msgtype="chatrecord", chatrecord=nested(depth)))
    assert "最里面的话" in texts(chats)[0]


def test_the_time_of_a_nested_record_is_not_the_messages(tmp_path: Path) -> None:
    item = {"type": "ChatRecordText", "msgtime": 1603875610, "content": '{"content":"旧话"}', "from_chatroom": False}
    chats = archive(tmp_path, said(msgtype="chatrecord", chatrecord={"title": "记录", "item": [item]}))
    assert chats.frame["sent_at"][0].year == 2023
    assert texts(chats) == ["记录\n旧话"]


def test_what_a_bridge_made_of_lists_and_numbers_is_understood(tmp_path: Path) -> None:
    chats = archive(
        tmp_path,
        said(**{"from": "LiWen"}, tolist='["wmCustomer01"]', msgtime="1693706711123"),
        said(msgid="2", **{"from": "LiWen"}, tolist="['wmCustomer01', 'ZhaoMin']"),
        said(msgid="3", **{"from": "LiWen"}, tolist="wmCustomer01"),
    )
    assert chats.frame["customer_id"].tolist() == ["wmCustomer01"] * 3
    assert chats.frame["sent_at"][0] == pd.Timestamp("2023-09-03 02:05:11.123", tz="UTC")


def test_seconds_are_not_taken_for_milliseconds(tmp_path: Path) -> None:
    assert archive(tmp_path, said(msgtime=1693706711)).frame["sent_at"][0] == pd.Timestamp(
        "2023-09-03 02:05:11", tz="UTC"
    )


def test_a_message_pulled_twice_is_kept_once(tmp_path: Path) -> None:
    chats = archive(tmp_path, said(), said())
    assert (len(chats.frame), aside(chats)) == (1, [(2, "duplicate")])


def test_switch_lines_are_no_messages(tmp_path: Path) -> None:
    chats = archive(tmp_path, {"msgid": "9", "action": "switch", "time": 1693706711000, "user": "LiWen"}, said())
    assert (len(chats.frame), len(chats.set_aside), dict(chats.notes)) == (1, 0, {"switch": 1})


def test_a_type_to_come_is_kept_with_its_words(tmp_path: Path) -> None:
    chats = archive(
        tmp_path,
        said(msgtype="hologram", hologram={"caption": "全息图"}),
        said(msgid="2", msgtype="vote", votetitle="去哪里", voteitem=["北京", "上海"]),
    )
    assert texts(chats)[0] == "全息图"
    assert set(texts(chats)[1].split("\n")) >= {"去哪里", "北京", "上海"}
    assert dict(chats.notes) == {"unknown_type": 1}


@pytest.mark.parametrize(
    ("kind", "key", "body", "words"),
    [
        ("link", "link", {"title": "标题", "description": "说明", "link_url": "https://example.com"}, "标题"),
        ("location", "location", {"longitude": 1.5, "address": "人民路1号", "title": "家"}, "人民路1号"),
        ("markdown", "info", {"content": "**粗**"}, "**粗**"),
        ("docmsg", "doc", {"title": "合同", "doc_creator": "LiWen"}, "合同"),
        ("mixed", "mixed", {"item": [{"type": "text", "content": '{"content":"混合"}'}]}, "混合"),
        ("mixed", "mixed", {"item": [{"type": "text", "content": {"content": "已是对象"}}]}, "已是对象"),
        ("meeting", "meeting", {"topic": "议题", "starttime": 1603875610}, "议题"),
    ],
)
def test_the_words_of_every_type_are_found(tmp_path: Path, kind: str, key: str, body: dict, words: str) -> None:
    assert words in texts(archive(tmp_path, said(msgtype=kind, **{key: body})))[0].split("\n")


@pytest.mark.parametrize("text", ["[13800001234]", "{}", "[]", '{"a": 1}', "[微笑]", '["甲","乙"]', "[1] 退款"])
def test_what_a_customer_wrote_in_brackets_is_kept_as_written(tmp_path: Path, text: str) -> None:
    assert texts(archive(tmp_path, said(text))) == [text]


def test_the_roster_gives_the_customers_number_and_names_to_mask(tmp_path: Path) -> None:
    roster = (
        "userid,name,role,customer_id\nwmCustomer01,李雷雷,customer,A1234\nLiWen,李文文,agent,\nwbHelp,小助手,robot,\n"
    )
    chats = archive(tmp_path, said(), roster=roster)
    assert chats.frame["customer_id"].tolist() == ["A1234"]
    assert chats.names == {"李雷雷", "李文文"}


@pytest.mark.parametrize("roster", ["a,b\n1,2\n", "userid\nLiWen\n"])
def test_a_roster_without_its_columns_is_bad_input(tmp_path: Path, roster: str) -> None:
    with pytest.raises(ck.BadInput):
        archive(tmp_path, said(), roster=roster)


def test_a_roster_saved_by_a_chinese_spreadsheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "wecom_roster.csv").write_bytes(
        "userid,name,role,customer_id\nwmCustomer01,李雷雷,customer,A1234\n".encode("gb18030")
    )
    assert archive(tmp_path, said()).names == {"李雷雷"}


@pytest.mark.parametrize(
    "line",
    [
        '{"msgid": "2", "from": "wm',
        "no json",
        '"a string"',
        "[1, 2]",
        "null",
        "{}",
        '{"msgid":"2","msgtype":"text"}',
        json.dumps(said(msgid="2", msgtime="soon")),
        json.dumps(said(msgid="2", msgtime=10**30)),
        json.dumps(said(msgid="2", msgtime=None)),
        json.dumps(said(msgid="2")).replace("1693706711123", "Infinity"),
        json.dumps(said(msgid="2", msgtype="revoke")),
        json.dumps(said(msgid="2")).replace('"tolist": ["LiWen"]', '"tolist": 7'),
        "[" * 100_000,
    ],
    ids=lambda line: line[:30],
)
def test_a_line_that_is_no_whole_message_is_set_aside(tmp_path: Path, line: str) -> None:
    chats = archive(tmp_path, said(), line)
    assert (len(chats.frame), [n for n, _ in aside(chats)]) == (1, [2])


@pytest.mark.parametrize("field", ["msgid", "from", "msgtype", "text"])
def test_half_a_character_anywhere_in_a_message_sets_it_aside(tmp_path: Path, field: str) -> None:
    broken = json.dumps(said("X" if field == "text" else "你好", **({} if field == "text" else {field: "X"})))
    chats = archive(tmp_path, said(msgid="0"), broken.replace('"X"', '"\\ud842"'))
    assert [n for n, _ in aside(chats)] == [2]


def test_an_archive_without_a_message_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive.jsonl").write_text('{"msgid": "1", "te\n')
    bad(tmp_path / "archive.jsonl", "no_message", 1)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_was_escaped_more_than_once_is_read_as_it_was_said(tmp_path: Path, times: int) -> None:
    item, line, text = (
        json.dumps({"content": "旧话"}),
        json.dumps(said("新话", msgid="2")),
        json.dumps({"content": "体"}),
    )
    for _ in range(times):
        item, line, text = json.dumps(item), json.dumps(line), json.dumps(text)
    record = {"title": "记录", "item": [{"type": "ChatRecordText", "msgtime": 1603875610, "content": item}]}
    chats = archive(tmp_path, said(msgtype="chatrecord", chatrecord=record), line, said(msgid="3", text=text))
    assert texts(chats) == ["记录\n旧话", "新话", "体"]


def test_a_text_of_escapes_is_decoded_in_an_archive_as_in_a_table(tmp_path: Path) -> None:
    assert texts(archive(tmp_path, said("\\u9000\\u6b3e"), said("退\\u6b3e", msgid="2"))) == ["退款", "退\\u6b3e"]


def test_a_text_that_a_bridge_made_a_number_or_nothing_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    chats = archive(tmp_path, said(text={"content": 114}), said(msgid="2", text={"content": None}))
    assert texts(chats) == ["114", ""]


@pytest.mark.parametrize("room", ["", None, "absent"])
def test_a_talk_is_one_conversation_whoever_speaks_and_a_room_is_another(tmp_path: Path, room: str | None) -> None:
    pair = [
        said("问", roomid=room),
        said("答", msgid="2", roomid=room, **{"from": "LiWen", "tolist": ["wmCustomer01"]}),
    ]
    if room == "absent":
        for message in pair:
            del message["roomid"]
    frame = archive(tmp_path, *pair, said("群", msgid="3", roomid="wrRoom01")).frame
    assert frame["conversation_id"].nunique() == 2
    assert frame["conversation_id"][0] == frame["conversation_id"][1]


def test_the_hash_of_a_message_is_that_of_its_line(tmp_path: Path) -> None:
    line = json.dumps(said(), ensure_ascii=False)
    assert archive(tmp_path, line).frame["raw_hash"][0] == hashlib.sha256(line.encode()).hexdigest()


def test_a_message_without_an_id_gets_one_that_is_the_same_every_time(tmp_path: Path) -> None:
    first, again = (archive(tmp_path, said(msgid=""), said("好", msgid="")).frame["message_id"] for _ in range(2))
    assert first.tolist() == again.tolist()
    assert first.nunique() == 2


def test_an_archive_is_read_line_by_line_and_never_held_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    path.write_text("".join(json.dumps(said("话" * 500, msgid=str(n))) + "\n" for n in range(4_000)), encoding="utf-8")
    tracemalloc.start()
    try:
        count = sum(1 for _ in reading.records(path, "utf-8"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 4_000
    assert peak < path.stat().st_size / 10


# ------------------------------------------------------------------------------------- tables as companies have them
def test_a_spreadsheets_csv_in_gbk_is_read_with_its_roles_and_line_ends(write: Callable[..., Path]) -> None:
    said = {"买家": "customer", "卖家": "agent", "机器人": "robot", "系统提示": "system", "路人": "unknown"}
    rows = [f'm{n},c1,A1,2023/9/1 8:05,{who},"第一行\r\n第二行"' for n, who in enumerate(said)]
    frame = ck.read_chats(write(csv_text(*rows).encode("gbk"))).frame
    assert frame["role"].tolist() == list(said.values())
    assert set(frame["text"]) == {"第一行\r\n第二行"}
    assert set(frame["sent_at"]) == {pd.Timestamp("2023-09-01 00:05", tz="UTC")}


@pytest.mark.parametrize("number", ["1.38E+10", "1E+15", "1.69353E+12"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_whose_id_became_scientific_notation_is_set_aside(
    write: Callable[..., Path], number: str, place: int
) -> None:
    row = ROWS[1].split(",")
    row[place] = number
    chats = ck.read_chats(write(csv_text(ROWS[0], ",".join(row))))
    assert aside(chats) == [(3, "rounded")]


def test_a_number_in_a_workbook_that_has_more_digits_than_it_keeps_is_no_id(tmp_path: Path) -> None:
    rows = [
        ["m1", "c1", 33990619870914102, "2023-09-01", "客户", "一"],
        ["m2", "c1", 13800001234, "2023-09-01", "客户", "二"],
    ]
    chats = ck.read_chats(workbook(tmp_path / "chats.xlsx", *rows))
    assert (aside(chats), chats.frame["customer_id"].tolist()) == ([(2, "rounded")], ["13800001234"])


@pytest.mark.parametrize("given", ['"=""0123"""', "'0123", "\t0123", " 0123 "])
def test_an_id_is_read_without_what_kept_a_spreadsheet_from_making_a_number_of_it(
    write: Callable[..., Path], given: str
) -> None:
    frame = ck.read_chats(write(csv_text(f"{given},c1,A1,2023-09-01 10:00:00,客户,'好"))).frame
    assert frame[["message_id", "text"]].to_numpy().tolist() == [["0123", "'好"]]


def test_empty_cells_beyond_the_header_are_nothing_and_full_ones_set_the_row_aside(write: Callable[..., Path]) -> None:
    chats = ck.read_chats(write(csv_text(f"{ROWS[0]},,", f"{ROWS[1]},", f"{one()},多", header=f"{HEADER},,")))
    assert (len(chats.frame), aside(chats)) == (2, [(4, "cells")])


@pytest.mark.parametrize(
    "above",
    ["9月份聊天记录\r\n\r\n", "导出：2023-10-01,,,,,\r\n共 2 条，单位：条,,,,,\r\n", "sep=,\r\n", "基本,,,消息,,\r\n"],
)
def test_the_header_is_found_below_titles_and_lines_are_counted_from_the_top(
    write: Callable[..., Path], above: str
) -> None:
    chats = ck.read_chats(write(above + csv_text(*ROWS, "m9,c1")))
    assert texts(chats) == ["退款什么时候到", "三个工作日内"]
    assert aside(chats) == [(above.count("\n") + 4, "cells")]


@pytest.mark.parametrize("separator", ["\t", ";", "|"])
def test_commas_in_a_title_or_in_quotes_do_not_part_a_table_of_another_separator(
    write: Callable[..., Path], separator: str
) -> None:
    table = csv_text(one('"一,二,三,四,五,六,七,八"').replace(",", separator, 5), header=HEADER.replace(",", separator))
    assert texts(ck.read_chats(write(f"导出,2023-10-01\r\n{table}"))) == ["一,二,三,四,五,六,七,八"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_text_that_calls_itself_a_workbook_is_read(write: Callable[..., Path], encoding: str) -> None:
    chats = ck.read_chats(write(csv_text(*ROWS).replace(",", "\t").encode(encoding), "chats.xls"))
    assert len(chats.frame) == 2


@pytest.mark.parametrize("notes", [[], ["本文件由系统导出", "共 1 条"]], ids=["empty", "words"])
def test_a_workbook_whose_first_sheet_holds_no_chats_is_read_from_the_one_that_does(
    tmp_path: Path, notes: list[str]
) -> None:
    book = openpyxl.Workbook()
    for note in notes:
        book.active.append([note])
    sheet = book.create_sheet("聊天")
    sheet.append(["9月聊天记录"])
    sheet.merge_cells("A1:F1")
    sheet.append(HEADER.split(","))
    sheet.append(ROWS[0].split(","))
    book.save(tmp_path / "chats.xlsx")
    assert texts(ck.read_chats(tmp_path / "chats.xlsx")) == ["退款什么时候到"]


def test_of_several_sheets_that_fit_none_is_chosen_for_you(tmp_path: Path, write: Callable[..., Path]) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("十月")):
        sheet.append(HEADER.split(","))
        sheet.append(ROWS[0].split(","))
    book.save(tmp_path / "chats.xlsx")
    told = bad(tmp_path / "chats.xlsx", "several_sheets")
    assert "十月" in told.text.zh
    mapping = write('[file]\nsheet = "十月"\n', "mine.toml")
    assert len(ck.read_chats(tmp_path / "chats.xlsx", mapping=mapping).frame) == 1


def test_a_day_in_one_column_and_the_time_in_another_are_one_instant(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    header = "会话编号,日期,时间,消息内容"
    rows = ["c1,2023/9/1,8:05:06,一", "c1,2023年9月1日,下午3:05,二", "c1,2023-09-01,2023-09-01 20:00:00,三"]
    frame = ck.read_chats(write(csv_text(*rows, header=header))).frame
    assert frame["sent_at"].dt.strftime("%H:%M:%S").tolist() == ["00:05:06", "07:05:00", "12:00:00"]
    assert frame["sent_as_given"][0] == "2023/9/1 8:05:06"
    cells = ["c1", datetime.datetime(2023, 9, 1), datetime.time(8, 5, 6), "一"]
    sheet = ck.read_chats(workbook(tmp_path / "chats.xlsx", cells, header=header)).frame
    assert sheet["sent_at"][0] == pd.Timestamp("2023-09-01 00:05:06", tz="UTC")


def test_a_row_that_belongs_to_nobody_is_set_aside(tmp_path: Path) -> None:
    """Merged cells leave their value in the first row only."""
    rows = [ROWS[0].split(","), ["m2", None, None, "2023-09-01 10:01:00", "客服", "三个工作日内"]]
    chats = ck.read_chats(workbook(tmp_path / "chats.xlsx", *rows))
    assert (len(chats.frame), aside(chats)) == (1, [(3, "whose")])


@pytest.mark.parametrize("name", ["chats.zip", "chats.json", "chats.xlsx"])
def test_an_archive_of_files_is_told_as_such(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as packed:
        packed.writestr("chats.json", json.dumps(said()))
    bad(tmp_path / name, "packed")


def test_fractions_of_a_second_are_kept(tmp_path: Path) -> None:
    sent = pd.to_datetime(["2023-09-01 10:00:00.250"]).tz_localize("Asia/Shanghai")
    pd.DataFrame({"会话编号": ["c1"], "时间": sent, "内容": ["好"]}).to_parquet(tmp_path / "chats.parquet")
    assert ck.read_chats(tmp_path / "chats.parquet").frame["sent_at"][0].microsecond == 250_000


# ------------------------------------------------------------------------------------------------- encodings, again
CHINESE = [f"m{n},c1,A1,2023-09-01 10:00:{n},客户,请问我的退款什么时候可以到账" for n in range(10, 60)]


@pytest.mark.parametrize("order", [("gb18030", "utf-8"), ("utf-8", "gb18030")], ids=" then ".join)
@pytest.mark.parametrize("many", [1, 60], ids=["short", "long"])
def test_a_file_put_together_of_two_encodings_is_refused_at_its_first_line_in_utf_8(
    write: Callable[..., Path], order: tuple[str, str], many: int
) -> None:
    """All its bytes are GB18030; read as such, the lines in UTF-8 would be other words, and nobody would notice."""
    rows = [one("订单到了", f"m{n}") for n in range(50 * many)]
    parts = zip((rows, [one("订单到了")]), order, strict=True)
    joined = b"".join("\n".join([*lines, ""]).encode(encoding) for lines, encoding in parts)
    assert joined.decode("gb18030")
    bad(write(joined), "encoding_mixed", len(rows) + 1 if order[1] == "utf-8" else 1)


def test_the_shortest_chinese_of_gbk_that_is_utf_8_as_well_is_no_mixture(write: Callable[..., Path]) -> None:
    assert len(ck.read_chats(write(csv_text(*CHINESE, one("移动")).encode("gbk"))).frame) == 51


def test_an_encoding_that_the_bytes_cannot_tell_is_asked_for_and_then_used(write: Callable[..., Path]) -> None:
    rows = [f"m{n},c1,2023-09-01 10:00:{n},請問我的退款什麼時候可以到賬" for n in range(10, 60)]
    path = write(csv_text(*rows, header="message_id,conversation_id,sent_at,text").encode("big5"))
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(path)
    assert caught.value.problem in ("encoding", "encoding_doubtful")
    assert "請問我的退款" in texts(ck.read_chats(path, encoding="big5"))[0]


def test_words_lost_before_the_export_are_refused_and_not_guessed(write: Callable[..., Path]) -> None:
    lost = csv_text(*CHINESE).encode().decode("gb18030", "replace")
    assert "\ufffd" in lost
    bad(write(lost), "mojibake")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_json_is_read_in_every_encoding(write: Callable[..., Path], encoding: str) -> None:
    lines = [
        json.dumps(said(f"{RARE}请问我的退款什么时候可以到账", msgid=str(n)), ensure_ascii=False) for n in range(40)
    ]
    chats = ck.read_chats(write("\n".join(lines).encode(encoding), "archive.jsonl"))
    assert (len(chats.frame), chats.frame["text"][0][: len(RARE)]) == (40, RARE)


def test_a_folder_of_tables_may_be_in_gbk(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "messages.csv").write_bytes(MESSAGES.encode("gbk"))
    assert texts(ck.read_chats(folder)) == ["退款"]


# --------------------------------------------------------------------------------------------- every sentence of it
def test_every_bad_input_has_a_sentence_in_both_languages() -> None:
    from chatkit.sentences import sentences

    told = {name: text for name, text in sentences().items() if name.startswith("bad_input.")}
    assert len(told) > 20
    for text in told.values():
        assert HAN.search(text.zh)
        assert not HAN.search(text.en)
