"""The invented chats: reproducible, labelled to the character, nobody's, and full of what real exports get wrong."""

import ast
import csv
import hashlib
import io
import json
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import synthetic_data
from synthetic_data import patterns, slots, tables
from synthetic_data.conversations import World

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "synthetic_data"
SAMPLE = ("--conversations", "44", "--seed", "62", "--format", "csv")

# Written down here once more, so that a slip in the generator's own functions does not excuse itself.
FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘ＋－＠．", "0123456789X+-@.")
NUMERALS = str.maketrans("零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "01123456789123456789")
SHAPES = {
    "PHONE": r"(?:\(?(?:\+|00)?86\)?[ -]?)?1[3-9]\d{9}",
    "LANDLINE": r"[(（]?0\d{2,3}[)）]?[ -]?5550[ -]?\d{4}(?: ?转 ?\d+|-\d+)?|5550\d{4}|[48]00[ -]?555[ -]?\d{4}",
    "ID_CARD": r"\d{2}99\d{2} ?(?:19|20)?\d{6} ?\d{3}[\dXx]?",
    "BANK_CARD": r"62(?:9998|8888|9997)\d{10,13}",
    "EMAIL": r"[A-Za-z0-9._]+(?:@| ?\[at\] ?|#)example\.(?:com|cn|net|org)",
    "NAME": r"[\u3400-\u9fff\U00020000-\U0002ffff]{2,4}",
    "ADDRESS": r".*[\u4e00-\u9fff].*\d.*",
    "WECHAT": r"[A-Za-z][A-Za-z0-9_-]{5,19}",
    "QQ": r"[89]\d{9}",
    "PLATE": r"[琼宁青藏渝][A-Z][· ]?[A-Z0-9]{4,6}[学警挂]?",
    "PASSPORT": r"E[XYZ]\d{7}",
    "IP": r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}|2001:db8:[0-9a-f:]+",
    "OTP": r"\d{4}|\d{6}",
    "CVV": r"\d{3}",
    "PASSWORD": r"[A-Z][\w.]+[@!_]?\d{4}",
}


@pytest.fixture(scope="module")
def world() -> dict[str, pd.DataFrame]:
    """Four thousand conversations of seed 11."""
    chunks = list(synthetic_data.generate(4000, 11))
    return {name: pd.concat([chunk[name] for chunk in chunks], ignore_index=True) for name in chunks[0]}


@pytest.fixture(scope="module")
def labelled(world: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Labels with the text they stand in and the value they mark."""
    frame = world["labels"].merge(world["messages"], on="message_id", validate="many_to_one")
    frame["value"] = [text[start:end] for text, start, end in zip(frame.text, frame.start, frame.end, strict=True)]
    return frame


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def luhn(number: str) -> bool:
    values = [int(c) * (1 + i % 2) for i, c in enumerate(reversed(number))]
    return sum(v // 10 + v % 10 for v in values) % 10 == 0


def id_valid(number: str) -> bool:
    return sum(int("10" if c in "Xx" else c) * pow(2, 17 - i) for i, c in enumerate(number)) % 11 == 1


def plain(value: str) -> str:
    """The value with its digits as ASCII and without separators inside."""
    value = value.translate(FULL_WIDTH).replace("\u200b", "").replace("\ufe0f\u20e3", "")
    return re.sub(r"(?<=\d)[ ./-](?=\d)", "", value)


# Reproducible


@pytest.mark.parametrize("format", synthetic_data.FORMATS)
def test_same_seed_gives_the_same_bytes(tmp_path: Path, format: str) -> None:
    for name in ("a", "b"):
        synthetic_data.write(tmp_path / name, conversations=60, seed=3, format=format)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    synthetic_data.write(tmp_path / "c", conversations=60, seed=4, format=format)
    assert digests(tmp_path / "a") != digests(tmp_path / "c")


def test_the_command_writes_what_the_function_writes(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "synthetic_data",
        "--conversations",
        "30",
        "--seed",
        "9",
        "--out",
        str(tmp_path / "a"),
    ]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    synthetic_data.write(tmp_path / "b", conversations=30, seed=9)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_the_committed_sample_is_what_its_command_makes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "synthetic_data", *SAMPLE, "--out", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    committed = digests(PACKAGE / "sample")
    committed.pop("README.md")
    assert digests(tmp_path) == committed
    assert " ".join(SAMPLE) in (PACKAGE / "sample" / "README.md").read_text(encoding="utf-8")


def test_the_first_conversations_do_not_depend_on_how_many_are_asked_for() -> None:
    few, many = next(synthetic_data.generate(50, 5)), next(synthetic_data.generate(700, 5))
    for name in ("messages", "conversations", "customers", "labels"):
        pd.testing.assert_frame_equal(few[name], many[name].head(len(few[name])))


def test_chance_comes_from_the_seed_alone() -> None:
    random.seed(1)
    np.random.seed(1)
    before = (random.getstate(), np.random.get_state()[1].tolist())
    next(synthetic_data.generate(20, 5))
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_chunks_are_bounded_and_their_size_changes_no_row() -> None:
    small = list(synthetic_data.generate(330, 5, chunk=100))
    assert [len(chunk["conversations"]) for chunk in small] == [100, 100, 100, 30]
    (whole,) = synthetic_data.generate(330, 5)
    for name, table in whole.items():
        pd.testing.assert_frame_equal(pd.concat([chunk[name] for chunk in small], ignore_index=True), table)


def test_chunks_are_made_one_at_a_time() -> None:
    chunk = next(synthetic_data.generate(10**9, 5, chunk=10))
    assert len(chunk["conversations"]) == 10


def test_nothing_stays_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(batch: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(tables, "_labels", broken)
    with pytest.raises(OSError, match="disk full"):
        synthetic_data.write(tmp_path, conversations=5, seed=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"conversations": 0, "seed": 1}, "1 or more"),
        ({"conversations": 1, "seed": -1}, "0 or more"),
        ({"conversations": 1, "seed": 1, "format": "xml"}, "parquet, csv, wecom, crm"),
    ],
)
def test_arguments_out_of_range_are_refused(tmp_path: Path, arguments: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        synthetic_data.write(tmp_path, **arguments)  # type: ignore[arg-type]


# Tables


def test_the_tables_have_their_columns(tmp_path: Path) -> None:
    written = synthetic_data.write(tmp_path, conversations=20, seed=1)
    columns = {name: pq.read_schema(path).names for name, path in written.files.items()}
    assert columns == {
        "messages": [
            "message_id",
            "conversation_id",
            "sent_at",
            "role",
            "sender_id",
            "type",
            "text",
            "recalled",
            "internal_note",
        ],
        "conversations": [
            "conversation_id",
            "customer_id",
            "staff_id",
            "channel",
            "trade",
            "category",
            "product",
            "region",
            "team",
            "purpose",
            "opened_at",
            "closed_at",
            "resolved",
        ],
        "customers": ["customer_id", "name", "phone", "region", "id_card", "vip", "minor", "consent", "trade"],
        "staff": ["staff_id", "name", "role", "team"],
        "labels": ["message_id", "start", "end", "entity"],
    }
    schema = pq.read_schema(written.files["messages"])
    assert str(schema.field("sent_at").type) == "timestamp[ms, tz=UTC]"
    assert schema.metadata[b"fiction"].decode().startswith("FICTION 虚构")
    assert {name: pq.read_metadata(path).num_rows for name, path in written.files.items()} == written.rows
    assert "虚构数据" in (tmp_path / "FICTION.txt").read_text(encoding="utf-8")


def test_csv_says_times_in_utc(tmp_path: Path) -> None:
    written = synthetic_data.write(tmp_path, conversations=5, seed=1, format="csv")
    with open(written.files["messages"], encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert first == {
        "message_id": "m0000001",
        "conversation_id": "c000001",
        "sent_at": "2023-09-03T02:05:11Z",
        "role": "system",
        "sender_id": "",
        "type": "text",
        "text": "会话开始",
        "recalled": "false",
        "internal_note": "false",
    }


def test_ids_are_unique_and_refer_to_rows_that_exist(world: dict[str, pd.DataFrame]) -> None:
    messages, conversations = world["messages"], world["conversations"]
    assert messages.message_id.is_unique
    assert conversations.conversation_id.is_unique
    assert world["customers"].customer_id.is_unique
    assert world["staff"].staff_id.is_unique
    assert set(messages.conversation_id) == set(conversations.conversation_id)
    assert set(conversations.customer_id) == set(world["customers"].customer_id)
    people = set(world["customers"].customer_id) | set(world["staff"].staff_id) | {""}
    assert set(messages.sender_id) <= people
    assert world["customers"].customer_id.str.fullmatch(r"[A-Z]\d{4,}").all()


def test_senders_fit_their_roles(world: dict[str, pd.DataFrame]) -> None:
    messages = world["messages"].merge(world["conversations"], on="conversation_id")
    by_role = {role: rows for role, rows in messages.groupby("role")}
    assert sorted(by_role) == ["agent", "customer", "robot", "system"]
    assert (by_role["customer"].sender_id == by_role["customer"].customer_id).all()
    assert (by_role["agent"].sender_id == by_role["agent"].staff_id).all()
    assert (by_role["system"].sender_id == "").all()
    assert set(messages[messages.internal_note].role) == {"agent"}
    assert set(messages.type) == {"text", "image", "voice", "video", "file", "link", "location", "emotion"}


def test_all_times_are_in_the_second_half_of_2023(world: dict[str, pd.DataFrame]) -> None:
    times = world["messages"].sent_at
    assert times.min() >= pd.Timestamp("2023-07-01", tz="UTC")
    assert times.max() < pd.Timestamp("2023-12-31 16:00", tz="UTC")  # midnight in China
    hours = world["conversations"].opened_at.dt.tz_convert("Asia/Shanghai").dt.hour
    assert 0.9 < hours.between(8, 21).mean() < 0.99
    assert (hours < 6).any()
    order = world["messages"].groupby("conversation_id").sent_at.is_monotonic_increasing
    assert order.all()


def test_purposes_are_mixed_as_asked(world: dict[str, pd.DataFrame]) -> None:
    shares = world["conversations"].purpose.value_counts(normalize=True)
    for purpose, share in {"complaint": 0.35, "abnormal_funds": 0.28, "decision_support": 0.22, "other": 0.15}.items():
        assert shares[purpose] == pytest.approx(share, abs=0.025)


def test_some_customers_need_care(world: dict[str, pd.DataFrame]) -> None:
    customers = world["customers"]
    assert customers.vip.mean() == pytest.approx(0.03, abs=0.015)
    assert customers.minor.mean() == pytest.approx(0.02, abs=0.012)
    assert (customers.consent == "refused").mean() == pytest.approx(0.05, abs=0.02)
    assert set(customers.consent) == {"given", "refused", "not_asked"}
    born = customers.id_card.str[6:10].astype(int)
    assert (born[customers.minor] >= 2008).all()
    assert (born[~customers.minor] <= 2004).all()


def test_a_thousand_sentences_and_four_trades(world: dict[str, pd.DataFrame]) -> None:
    assert patterns.count() >= 1000
    assert set(world["conversations"].trade) == {"shop", "course", "bank", "telecom"}
    assert world["conversations"].category.nunique() >= 20


def test_every_slot_of_every_pattern_has_a_value() -> None:
    used = {
        slot
        for trade in patterns.trades()
        for members in trade.beats.values()
        for _, beat in members
        for turn in beat
        for pattern in turn.patterns
        for line in (*pattern.whole, *pattern.pieces, *pattern.slipped)
        for _, slot, _ in line.parts
        if slot
    }
    assert used <= set(slots.SLOTS) | set(slots.KEPT)
    assert set(slots.SLOTS) | set(slots.KEPT) <= used | {"LANDLINE", "PHONE.spaced"}


# Labels


def test_every_label_marks_a_value_of_its_shape(labelled: pd.DataFrame) -> None:
    assert set(labelled.entity) == set(SHAPES)
    assert (labelled.start < labelled.end).all()
    assert (labelled.end <= labelled.text.str.len()).all()
    for entity, rows in labelled.groupby("entity"):
        for value in rows.value.unique():
            seen = plain(value) if entity in ("PHONE", "BANK_CARD") else value.translate(FULL_WIDTH)
            if entity == "PHONE":
                seen = seen.translate(NUMERALS)
                seen = seen.replace("O", "0").replace("l", "1")
                if re.fullmatch(r"1\d{4}|\d{6}", seen):  # one half of a number in two messages
                    continue
            assert re.fullmatch(SHAPES[str(entity)], seen), (entity, value)


def test_labels_do_not_overlap(world: dict[str, pd.DataFrame]) -> None:
    labels = world["labels"].sort_values(["message_id", "start"])
    before = labels.groupby("message_id").end.shift(fill_value=0)
    assert (labels.start >= before).all()


def test_a_name_is_never_a_public_figure_or_a_brand(labelled: pd.DataFrame) -> None:
    names = set(labelled[labelled.entity == "NAME"].value)
    assert names & {"李宁", "鲁迅", "司马迁", "李白", "马云", "赵云"} == set()
    assert len(names) > 900
    assert any(len(name) == 4 for name in names)
    assert {"白雪", "方圆", "安然", "高峰", "石磊"} & names


def test_no_identifier_stands_outside_a_label(world: dict[str, pd.DataFrame], labelled: pd.DataFrame) -> None:
    marked: dict[str, list[tuple[int, int]]] = {}
    for row in labelled.itertuples():
        marked.setdefault(row.message_id, []).append((row.start, row.end))
    phone = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
    runs = re.compile(r"(?<![0-9A-Za-z])[0-9]{15,19}[Xx]?(?![0-9A-Za-z])")
    mail = re.compile(r"[A-Za-z0-9.]+@[a-z]")
    for row in world["messages"].itertuples():
        rest = list(row.text.translate(FULL_WIDTH))
        for start, end in marked.get(row.message_id, ()):
            rest[start:end] = "□" * (end - start)
        text = "".join(rest)
        assert not phone.search(text), row.text
        assert not mail.search(text), row.text
        for run in runs.findall(text):
            assert not (len(run) == 18 and id_valid(run)), row.text
            assert not (16 <= len(run) <= 19 and run.isdigit() and luhn(run)), row.text
            assert not (len(run) == 15 and 1 <= int(run[8:10]) <= 12), row.text


def test_identity_numbers_carry_a_code_that_was_never_issued(
    world: dict[str, pd.DataFrame], labelled: pd.DataFrame
) -> None:
    said = labelled[labelled.entity == "ID_CARD"].value.map(plain)
    for number in {*said, *world["customers"].id_card}:
        assert number[2:4] == "99", number
        assert len(number) == 15 or (len(number) == 18 and id_valid(number)), number


def test_cards_are_luhn_valid_and_no_birth_dates(labelled: pd.DataFrame) -> None:
    cards = set(labelled[labelled.entity == "BANK_CARD"].value.map(plain))
    assert {len(card) for card in cards} == {16, 17, 18, 19}
    assert all(luhn(card) for card in cards)
    assert all(card[6] in "3456789" or card in ("6299983105550207708", "6288885005500123") for card in cards)


def test_mobiles_are_on_segments_without_subscribers(world: dict[str, pd.DataFrame]) -> None:
    segments = set(world["customers"].phone.str[:3])
    assert segments <= {"142", "143", "154", "160", "161", "163", "164", "168", "169", "179", "194"}


def test_numbers_are_also_spelled_oddly(labelled: pd.DataFrame) -> None:
    phones = labelled[labelled.entity == "PHONE"].value
    odd = {
        "space": r"1\d\d \d{4} \d{4}",
        "hyphen": r"1\d\d-\d{4}-\d{4}",
        "prefix": r".*86.?1\d{10}",
        "full width": r"[０-９]{11}",
        "numerals": r"[零幺一二三四五六七八九]{11}",
        "formal numerals": r"[零壹贰叁肆伍陆柒捌玖]{11}",
        "keycaps": "(?:\\d\ufe0f\u20e3){11}",
        "zero width": ".*\u200b.*",
        "letters": r"1[\dOl]*[Ol][\dOl]*",
    }
    for kind, shape in odd.items():
        assert phones.str.fullmatch(shape).any(), kind
    assert 0.6 < phones.str.fullmatch(r"1\d{10}").mean() < 0.9
    glued = [
        row
        for row in labelled.itertuples()
        if row.entity == "PHONE" and row.start and "一" <= row.text[row.start - 1] <= "龥"
    ]
    bracketed = [row for row in labelled.itertuples() if row.entity == "PHONE" and row.text[row.start - 1] == "（"]
    assert len(glued) > 100
    assert len(bracketed) > 20


def test_a_number_may_be_split_over_two_messages_and_both_parts_are_labelled(labelled: pd.DataFrame) -> None:
    phones = labelled[labelled.entity == "PHONE"]
    heads = phones[phones.value.str.fullmatch(r"1\d{4}")]
    tails = phones[phones.value.str.fullmatch(r"\d{6}")]
    assert len(heads) == len(tails) > 50
    assert set(heads.conversation_id) == set(tails.conversation_id)


@pytest.mark.parametrize(
    "trap",
    [
        r"QZ2023\d+",
        r"SF\d{13}",
        r"(?<!\d)\d{18}(?!\d)",
        r"1[4-9]\d\*{4}\d{4}",
        r"(?:女士|先生)",
        r"\w总",
        r"12315",
        r"96110",
        r"10086",
        r"李宁",
        r"鲁迅",
        r"司马迁",
        r"版本\d+\.\d+\.\d+\.\d+",
        r"(?:MATH|ENG)-2023-\d\d",
        r"尾号\d{4}",
        r"690\d{10}",
        r"ICCID 8986\d{16}",
        r"串号86\d{13}",
        r"\d+月\d+号",
        r"\d,\d{3}",
        r"税号9199",
        r"云杉银行\w+支行",
        r"小陈|小李",
        r"[😂🙏😭]",
        r"(?:以经|怎摸|神马)",
        r"emmm",
    ],
)
def test_hard_negatives_are_there_and_unlabelled(
    world: dict[str, pd.DataFrame], labelled: pd.DataFrame, trap: str
) -> None:
    assert world["messages"].text.str.contains(trap).sum() >= 3
    assert (
        not labelled[~labelled.entity.isin(["NAME", "PASSWORD", "ADDRESS", "ID_CARD", "BANK_CARD"])]
        .value.str.fullmatch(trap)
        .any()
    )


def test_recalled_messages_and_notes_hold_personal_data(labelled: pd.DataFrame, world: dict[str, pd.DataFrame]) -> None:
    assert 0.002 < world["messages"].recalled.mean() < 0.02
    assert labelled.recalled.sum() > 20
    notes = labelled[labelled.internal_note]
    assert {"NAME", "PHONE", "ID_CARD", "ADDRESS", "LANDLINE"} <= set(notes.entity)


# The story of A1234


@pytest.mark.parametrize("seed", [0, 7, 2023])
def test_every_world_begins_with_the_case_of_a1234(seed: int) -> None:
    chunk = next(synthetic_data.generate(40, seed))
    opened = chunk["conversations"].head(4)
    assert opened.customer_id.tolist() == ["A1234", "A1234", "A1234", "A1235"]
    days = opened.opened_at.dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2023-09-03", "2023-09-11", "2023-10-19", "2023-09-08"]
    assert opened.purpose.tolist()[:2] == ["complaint", "complaint"]
    messages = chunk["messages"]
    about = messages[messages.text.str.contains("退款")].conversation_id.value_counts()
    assert [about[f"c00000{n}"] >= least for n, least in [(1, 3), (2, 3), (3, 1), (4, 1)]] == [True] * 4
    case = chunk["customers"].set_index("customer_id").loc["A1234"]
    assert (case["name"], case.consent, case.minor, case.trade) == ("林晚秋", "given", False, "course")
    assert "A1234" not in set(chunk["conversations"].customer_id[4:])


# Fixture exports


def test_the_wecom_export_has_its_traps(tmp_path: Path) -> None:
    written = synthetic_data.write(tmp_path, conversations=60, seed=7, format="wecom")
    lines = [json.loads(line) for line in (tmp_path / "wecom.jsonl").read_text(encoding="utf-8").splitlines()]
    assert written.rows["wecom.jsonl"] == len(lines)
    ids = Counter(line["msgid"] for line in lines)
    assert [count for count in ids.values() if count > 1] == [2]
    revokes = [line for line in lines if line.get("msgtype") == "revoke"]
    assert len(revokes) == written.traps["revoke"] + 1
    assert sum(line["revoke"]["pre_msgid"] in ids for line in revokes) == written.traps["revoke"] >= 2
    sent = [line for line in lines if line["action"] != "switch"]
    assert sum("roomid" not in line for line in sent) == written.traps["missing_roomid"] > 20
    assert sum(isinstance(line["msgtime"], str) for line in sent) == written.traps["string_fields"] > 20
    assert any(line["roomid"].startswith("wr") for line in sent if line.get("roomid"))
    once = {
        kind: written.traps[kind]
        for kind in (
            "chatrecord",
            "nested_chatrecord",
            "object_content",
            "mixed",
            "switch",
            "voiptext",
            "unknown_msgtype",
            "duplicate_msgid",
            "recalled_before_archive",
        )
    }
    assert set(once.values()) == {1}
    records = [line["chatrecord"]["item"] for line in sent if line["msgtype"] == "chatrecord"]
    assert all(
        item["msgtime"] < 2_000_000_000 < line["msgtime"]
        for line in sent
        if line["msgtype"] == "chatrecord"
        for item in line["chatrecord"]["item"]
    )
    inner = json.loads(records[1][0]["content"])["item"][0]["content"]
    assert json.loads(inner)["content"] == '卡号6288885005500123，户名陈𠮷，他说"今天一定退"'
    assert {line["msgtype"] for line in sent if "info" in line} == {"voiptext", "markdown"}
    assert all("会话开始" not in line.get("text", {}).get("content", "") for line in sent)


def test_the_wecom_roster_finds_a1234(tmp_path: Path) -> None:
    synthetic_data.write(tmp_path, conversations=10, seed=7, format="wecom")
    roster = pd.read_csv(tmp_path / "wecom_roster.csv", dtype=str, keep_default_na=False)
    assert roster.columns.tolist() == ["userid", "name", "role", "customer_id"]
    case = roster[roster.customer_id == "A1234"].iloc[0]
    assert (case.userid, case.role) == ("wmZdr3PpvBXqcQAbOHOzl9K26xgP7KAb", "customer")
    assert roster.userid.is_unique
    text = (tmp_path / "wecom.jsonl").read_text(encoding="utf-8")
    assert case.userid in text
    assert "A1234" not in text


def test_the_crm_export_has_its_traps(tmp_path: Path) -> None:
    written = synthetic_data.write(tmp_path, conversations=60, seed=7, format="crm")
    raw = (tmp_path / "客服会话导出.csv").read_bytes()
    text = raw.decode("gb18030")
    assert raw.count(b"\r\n") == written.rows["客服会话导出.csv"] + 1
    with pytest.raises(UnicodeEncodeError):
        text.encode("gbk")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == [
        "会话ID",
        "发送时间",
        "发送方",
        "客户编号",
        "客户姓名",
        "坐席",
        "渠道",
        "消息类型",
        "消息内容",
        "是否撤回",
    ]
    assert len(rows) == written.rows["客服会话导出.csv"]
    assert rows[0][:4] == ["c000001", "2023/9/3 10:05:11", "系统", "A1234"]
    assert {row[2] for row in rows} == {"顾客", "客服", "机器人", "系统"}
    assert {"文本", "图片", "内部备注"} <= {row[7] for row in rows}
    assert {row[9] for row in rows} == {"是", "否"}
    planted = [row[8] for row in rows if row[0] == "t000001"]
    assert [cell[0] for cell in planted if cell[:1] in set("=+-@＝")] == ["=", "=", "+", "-", "@", "＝"]
    assert sum(row[1] == "昨天下午" for row in rows) == 1
    assert planted.count("") == 1
    assert any("\n" in cell for cell in planted)
    assert [cell for cell, count in Counter(planted).items() if count > 1] == ["发了两遍不好意思"]
    assert any("𠮷" in cell for cell in planted)
    assert any("１６８１２３４５５５０" in cell for cell in planted)
    assert written.traps == {
        "line_break": 1,
        "formula_equals": 2,
        "formula_plus": 1,
        "formula_minus": 1,
        "formula_at": 1,
        "formula_full_width": 1,
        "emoji": 1,
        "rare_character": 1,
        "full_width_digits": 1,
        "duplicate_row": 1,
        "not_a_date": 1,
        "empty_message": 1,
        "quotes_and_commas": 1,
        "long_digits": 1,
    }


# Its place


def test_the_generator_does_not_import_the_kit() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "chatkit" for name in names), path


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert max(lengths.values()) <= 300, lengths


def test_a_long_conversation_does_not_run_out_of_chance() -> None:
    stream = World(1).stream()
    assert max(len(next(stream).messages) for _ in range(2000)) < 90
