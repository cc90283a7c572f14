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
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import synthetic_data
from synthetic_data import decoys, patterns, slots, spellings, tables
from synthetic_data.conversations import World

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "synthetic_data"
SAMPLE = ("--conversations", "44", "--seed", "62", "--format", "csv")

# Written down here once more, so that a slip in the generator's own functions does not excuse itself.
NUMERALS = str.maketrans("零〇幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789" + "123456789")
LETTERS = str.maketrans("OolI", "0011")
JOINTS = r"[\s_·./～、—。~，…😂🙏😊🌹🐶🔥💰🍎👌😭-]"
SHAPES = {
    "PHONE": r"(?:(?:\+|00)?86)?1[3-9]\d{9}",
    "LANDLINE": r"0\d{2,3}5550\d{4}(?:转?\d{1,4})?|5550\d{4}|[48]00555\d{4}",
    "ID_CARD": r"\d{2}99\d{2}(?:19|20)?\d{9}[\dXx]?",
    "BANK_CARD": r"62(?:9998|8888|9997)\d{10,13}",
    "EMAIL": r"(?i)[a-z0-9._]+@example\.(?:com|cn|net|org)",
    "NAME": r"[\u3400-\u9fff\U00020000-\U0002ffff]{2,4}",
    "ADDRESS": r"(?s).*[\u4e00-\u9fff].*\d.*",
    "WECHAT": r"[A-Za-z][A-Za-z0-9_-]{5,19}",
    "QQ": r"[89]\d{9}",
    "PLATE": r"[琼宁青藏渝][A-Z][A-Z0-9]{4,6}[学警挂]?",
    "PASSPORT": r"E[XYZ]\d{7}",
    "IP": r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}|2001:db8:[0-9a-f:]+",
    "OTP": r"\d{4}|\d{6}",
    "CVV": r"\d{3}",
    "PASSWORD": r"[A-Z][\w.]+[@!_]?\d{4}",
}
PIECES = {"two_pieces", "split_messages"}
# What tells a spelling by itself, whatever the number is.
LOOKS = {
    "fullwidth": "[！-～]",
    "chinese_numerals": "^[零〇幺一二三四五六七八九X ]+$",
    "formal_numerals": "^[零壹贰叁肆伍陆柒捌玖X]+$",
    "circled": "[⓪①-⑨]",
    "zero_width": "[\u200b-\u200d\u2060\ufeff]",
    "two_lines": r"\n",
    "emoji_between": "[😂🙏😊🌹🐶🔥💰🍎👌😭]",
    "keycap": "\ufe0f\u20e3",
    "dots": r"[_·./～、—。~，…,]",
    "letters_for_digits": "[OolI]",
    "mail_at": r"\[at\]|\(at\)|（at）|【at】|#|＠| @ | at ",
    "prefixed": r"^\(?(?:\+|00)?86",
    "bracketed": "^[（(]",
    "extension": "-801|转",
}


@pytest.fixture(scope="module")
def world() -> dict[str, pd.DataFrame]:
    """Four thousand conversations of seed 11."""
    chunks = list(synthetic_data.generate(4000, 11))
    return {name: pd.concat([chunk[name] for chunk in chunks], ignore_index=True) for name in chunks[0]}


@pytest.fixture(scope="module")
def odd_world() -> dict[str, pd.DataFrame]:
    """Four thousand conversations in which every number is spelled oddly."""
    chunks = list(synthetic_data.generate(4000, 12, odd=1.0))
    return {name: pd.concat([chunk[name] for chunk in chunks], ignore_index=True) for name in chunks[0]}


@pytest.fixture(scope="module")
def labelled(world: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Labels with the text they stand in and the value they mark."""
    return marked(world)


@pytest.fixture(scope="module")
def odd_labelled(odd_world: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return marked(odd_world)


def marked(world: dict[str, pd.DataFrame]) -> pd.DataFrame:
    frame = world["labels"].merge(world["messages"], on="message_id", validate="many_to_one")
    frame["value"] = [text[start:end] for text, start, end in zip(frame.text, frame.start, frame.end, strict=True)]
    return frame


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def luhn(number: str) -> bool:
    values = [int(c) * (1 + i % 2) for i, c in enumerate(reversed(number))]
    return sum(v // 10 + v % 10 for v in values) % 10 == 0


def id_valid(number: str) -> bool:
    """Right check character and a date that exists."""
    if sum(int("10" if c in "Xx" else c) * pow(2, 17 - i) for i, c in enumerate(number)) % 11 != 1:
        return False
    try:
        return date.fromisoformat(number[6:14]).year >= 1900
    except ValueError:
        return False


def plain(value: str, entity: str) -> str:
    """The value as its owner would write it on a form."""
    value = re.sub("[\ufe0f\u20e3\u200b-\u200d\u2060\ufeff]", "", value)
    if entity == "ADDRESS":
        return unicodedata.normalize("NFKC", value)
    if entity == "EMAIL":
        value = re.sub(r"\s*(?:[\[(（【]at[\])）】]|#|＠|@| at )\s*", "@", value, count=1)
        return unicodedata.normalize("NFKC", value)
    if entity == "IP":
        return unicodedata.normalize("NFKC", re.sub("[。,·，]", ".", value))
    if entity in ("WECHAT", "PASSWORD"):
        value = re.sub(r"[\n😂🙏😊🌹🐶🔥💰🍎👌😭]", "", value)
        return unicodedata.normalize("NFKC", value)
    value = unicodedata.normalize("NFKC", re.sub(JOINTS, "", value))
    value = re.sub(rf"{JOINTS}|[()（）]", "", value)
    if entity == "NAME":
        return value
    if entity in ("PLATE", "PASSPORT"):
        value = value[:2].upper() + (value[2:].translate(LETTERS) if entity == "PASSPORT" else value[2:].upper())
        return value
    return value.translate(NUMERALS).translate(LETTERS)


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
        ({"conversations": 1, "seed": 1, "odd": 1.5}, "between 0 and 1"),
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
            "held_back",
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
        "labels": ["message_id", "start", "end", "entity", "spelling"],
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
        "held_back": "false",
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


def test_nineteen_hundred_sentences_and_four_trades(world: dict[str, pd.DataFrame]) -> None:
    assert len(patterns.sentences()) >= 1900
    assert set(world["conversations"].trade) == {"shop", "course", "bank", "telecom"}
    assert world["conversations"].category.nunique() >= 20


def test_every_slot_of_every_pattern_has_a_value() -> None:
    used = {slot for text in patterns.sentences() for slot in re.findall(r"\{([\w.]+)\}", text)}
    assert used <= set(slots.SLOTS) | set(slots.KEPT)
    assert set(slots.SLOTS) | set(slots.KEPT) <= used


# Labels


@pytest.mark.parametrize("share", ["usual", "all odd"])
def test_every_label_marks_a_value_of_its_shape(share: str, request: pytest.FixtureRequest) -> None:
    labelled = request.getfixturevalue("labelled" if share == "usual" else "odd_labelled")
    assert set(labelled.entity) == set(SHAPES)
    assert (labelled.start < labelled.end).all()
    assert (labelled.end <= labelled.text.str.len()).all()
    whole = labelled[~labelled.spelling.isin(PIECES)].drop_duplicates(["entity", "value"])
    for row in whole.itertuples():
        assert re.fullmatch(SHAPES[row.entity], plain(row.value, row.entity)), (row.entity, row.spelling, row.value)
    for value in labelled[labelled.spelling.isin(PIECES)].value:
        assert re.fullmatch(r"\d{3,17}[\dX]?|\d{4} \d{4}", value)


@pytest.mark.parametrize("share", ["usual", "all odd"])
def test_no_label_begins_or_ends_with_what_does_not_belong_to_it(share: str, request: pytest.FixtureRequest) -> None:
    values = request.getfixturevalue("labelled" if share == "usual" else "odd_labelled").value
    assert (values.str.strip() == values).all()
    assert not values.str.contains(r"^[，。、：/]|[，。、：/]$").any()


@pytest.mark.parametrize("share", ["usual", "all odd"])
def test_labels_do_not_overlap_however_numbers_are_spelled(share: str, request: pytest.FixtureRequest) -> None:
    labels = request.getfixturevalue("world" if share == "usual" else "odd_world")["labels"]
    labels = labels.sort_values(["message_id", "start"])
    assert (labels.start >= labels.groupby("message_id").end.shift(fill_value=0)).all()


def test_a_name_is_never_a_public_figure_or_a_brand(labelled: pd.DataFrame) -> None:
    names = set(labelled[labelled.entity == "NAME"].value)
    known = "李宁 鲁迅 司马迁 李白 马云 赵云 周大福 叶问 杨国福 高兴 安排 何时 方便".split()
    assert names.isdisjoint(known)
    assert len(names) > 900
    assert any(len(name) == 4 for name in names)
    assert {"白雪", "方圆", "安然", "高峰", "石磊"} & names


def test_no_identifier_stands_outside_a_label(world: dict[str, pd.DataFrame], labelled: pd.DataFrame) -> None:
    marked: dict[str, list[tuple[int, int]]] = {}
    for row in labelled.itertuples():
        marked.setdefault(row.message_id, []).append((row.start, row.end))
    # A waybill of eleven digits is told by the word right before it, and by nothing else.
    phone = re.compile(r"(?<!运单号)(?<!快递单号)(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
    runs = re.compile(r"(?<![0-9A-Za-z])[0-9]{15,19}[Xx]?(?![0-9A-Za-z])")
    mail = re.compile(r"[A-Za-z0-9.]+@[a-z]")
    for row in world["messages"].itertuples():
        rest = list(row.text)
        for start, end in marked.get(row.message_id, ()):
            rest[start:end] = "□" * (end - start)
        text = unicodedata.normalize("NFKC", "".join(rest))
        assert not phone.search(text), row.text
        assert not mail.search(text), row.text
        for run in runs.findall(text):
            assert not (len(run) == 18 and id_valid(run)), row.text
            assert not (16 <= len(run) <= 19 and run.isdigit() and luhn(run)), row.text
            assert not (len(run) == 15 and 1 <= int(run[8:10]) <= 12), row.text


def whole_numbers(labelled: pd.DataFrame, entity: str) -> list[str]:
    rows = labelled[(labelled.entity == entity) & ~labelled.spelling.isin(PIECES)]
    return [plain(value, entity) for value in rows.value]


def test_identity_numbers_and_cards_keep_their_checksums_in_every_odd_spelling(odd_labelled: pd.DataFrame) -> None:
    ids, cards = whole_numbers(odd_labelled, "ID_CARD"), whole_numbers(odd_labelled, "BANK_CARD")
    assert all(len(number) == 15 or id_valid(number) for number in ids)
    assert all(luhn(number) for number in cards)
    assert min(len(ids), len(cards)) > 400


def test_identity_numbers_carry_a_code_that_was_never_issued(
    world: dict[str, pd.DataFrame], labelled: pd.DataFrame
) -> None:
    said = whole_numbers(labelled, "ID_CARD")
    for number in {*said, *world["customers"].id_card}:
        assert number[2:4] == "99", number
        assert len(number) == 15 or (len(number) == 18 and id_valid(number)), number


def test_cards_are_luhn_valid_and_no_birth_dates(labelled: pd.DataFrame) -> None:
    cards = set(whole_numbers(labelled, "BANK_CARD"))
    assert {len(card) for card in cards} == {16, 17, 18, 19}
    assert all(luhn(card) for card in cards)
    assert all(card[6] in "3456789" or card in ("6299983105550207708", "6288885005500123") for card in cards)


def test_mobiles_are_on_segments_without_subscribers(world: dict[str, pd.DataFrame]) -> None:
    segments = set(world["customers"].phone.str[:3])
    assert segments <= {"142", "143", "154", "160", "161", "163", "164", "168", "169", "179", "194"}


# Spellings


def test_one_number_in_eleven_is_spelled_oddly(labelled: pd.DataFrame) -> None:
    numbers = labelled[labelled.entity.isin(spellings.NUMBERS)]
    assert 0.08 <= numbers.spelling.isin(spellings.ODD).mean() <= 0.10
    phones = numbers[numbers.entity == "PHONE"]
    assert 0.7 < (phones.spelling == "plain").mean() < 0.9


def test_every_number_of_a_customer_is_odd_where_all_are_to_be(odd_labelled: pd.DataFrame) -> None:
    typed = odd_labelled[(odd_labelled.role == "customer") & (odd_labelled.type == "text")]
    typed = typed[typed.entity.isin(spellings.NUMBERS) & (typed.conversation_id > "c000004")]
    assert typed.spelling.isin(spellings.ODD).all()


def test_every_category_occurs(labelled: pd.DataFrame, odd_labelled: pd.DataFrame) -> None:
    usual = {kind for kinds in spellings.USUAL.values() for kind in kinds}
    others = {"alone", "no_division", "typos", "commas"}
    assert set(labelled.spelling) >= usual | spellings.ODD | others
    odd = odd_labelled.groupby("entity").spelling.unique().map(set)
    for entity in ("PHONE", "LANDLINE", "ID_CARD", "BANK_CARD", "QQ"):
        expected = spellings.ODD - {"mail_at"} - ({"two_pieces", "split_messages"} if entity == "LANDLINE" else set())
        assert odd[entity] >= expected, (entity, expected - odd[entity])
    for entity, kinds in spellings.UNUSUAL.items():
        assert odd[entity] >= set(kinds), (entity, set(kinds) - odd[entity])


def test_agents_type_plainly(odd_labelled: pd.DataFrame) -> None:
    said = odd_labelled[odd_labelled.role.isin(["agent", "system"])]
    assert set(said.spelling) <= {"plain", "glued_han"}


@pytest.mark.parametrize("kind", LOOKS)
def test_a_category_says_how_its_values_look(odd_labelled: pd.DataFrame, labelled: pd.DataFrame, kind: str) -> None:
    both = pd.concat([odd_labelled, labelled])
    both = both[both.entity.isin(["PHONE"] if kind == "prefixed" else spellings.NUMBERS)]
    assert both[both.spelling == kind].value.str.contains(LOOKS[kind]).all()
    if kind not in ("dots", "letters_for_digits"):  # e-mail addresses and passwords have these by nature
        assert not both[both.spelling == "plain"].value.str.contains(LOOKS[kind]).any()


def test_a_plain_number_is_written_as_its_owner_would(labelled: pd.DataFrame) -> None:
    rows = labelled[(labelled.spelling == "plain") & labelled.entity.isin(spellings.NUMBERS)]
    for row in rows[rows.entity != "LANDLINE"].itertuples():
        assert row.value == plain(row.value, row.entity), row.value


def test_categories_of_surroundings_say_what_stands_beside_the_value(odd_labelled: pd.DataFrame) -> None:
    beside = {
        "glued_han": (r"[一-龥]$", r"^[一-龥]"),
        "in_url": (r"(?:https?:/|example\.com)\S*$", r""),
        "slashes": (r"/$", r"^/"),
        "glued_letters": (r"[A-Za-z]$", r"^[A-Za-z]"),
    }
    for kind, (before, after) in beside.items():
        for row in odd_labelled[odd_labelled.spelling == kind].itertuples():
            sides = bool(re.search(before, row.text[: row.start])), bool(re.search(after, row.text[row.end :]))
            assert all(sides) if kind in ("glued_han", "in_url") else any(sides), (kind, row.text)
    old = odd_labelled[odd_labelled.spelling == "traditional"]
    assert old.text.map(lambda text: not spellings.OLD.isdisjoint(text)).all()


def test_names_stand_alone_with_spaces_and_in_traditional_characters(odd_labelled: pd.DataFrame) -> None:
    names = odd_labelled[odd_labelled.entity == "NAME"]
    fillers = r"(?:emmm |[一-龥]{1,4}[，、 ])?"
    alone = names[names.spelling == "alone"]
    assert all(re.fullmatch(rf"{fillers}{re.escape(v)}", t) for v, t in zip(alone.value, alone.text, strict=True))
    assert names[names.spelling == "spaced"].value.str.fullmatch(r"\S(?: \S){1,3}").all()
    assert len(names[names.spelling == "traditional"]) > 50


def test_a_number_in_two_pieces_is_labelled_on_both_and_they_make_the_whole(odd_world: dict[str, pd.DataFrame]) -> None:
    labelled = marked(odd_world).sort_values(["message_id", "start"])
    people = odd_world["conversations"].merge(odd_world["customers"], on="customer_id").set_index("conversation_id")
    for kind, key in (("two_pieces", "message_id"), ("split_messages", "conversation_id")):
        for entity, column in (("PHONE", "phone"), ("ID_CARD", "id_card")):
            rows = labelled[(labelled.spelling == kind) & (labelled.entity == entity)]
            assert len(rows) > 20
            for _, pieces in rows.groupby(key):
                whole = "".join(pieces.value).replace(" ", "")
                number = people.loc[pieces.conversation_id.iloc[0], column]
                assert whole == number * (len(whole) // len(number))


# Held-back sentences


def test_a_quarter_of_the_sentences_is_held_back_with_and_without_personal_values() -> None:
    sentences = patterns.sentences()
    personal = [text for text in sentences if re.search(r"\{[A-Z]", text)]
    others = [text for text in sentences if not re.search(r"\{[A-Z]", text)]
    for group in (personal, others):
        assert len(group) > 400
        assert sum(map(patterns.held_back, group)) / len(group) == pytest.approx(0.25, abs=0.03)


def test_whether_a_sentence_is_held_back_depends_on_its_text_alone() -> None:
    told = {p.whole: p.held_back for trade in patterns.trades() for p in said(trade)}
    for text in patterns.sentences():
        compiled = patterns.pattern(text, {}, {})
        assert told.get(compiled.whole, compiled.held_back) == patterns.held_back(text)
    assert patterns.held_back("{NAME}，{PHONE}") is False
    assert patterns.held_back("{ADDRESS}") is True


def said(trade: patterns.Trade) -> list[patterns.Pattern]:
    beats = [beat for members in trade.beats.values() for _, beat in members]
    return [pattern for beat in beats for turn in beat for pattern in turn.patterns]


def test_messages_tell_whether_they_are_held_back(world: dict[str, pd.DataFrame], labelled: pd.DataFrame) -> None:
    messages = world["messages"]
    assert messages.held_back.mean() == pytest.approx(0.25, abs=0.05)
    assert labelled.drop_duplicates("message_id").held_back.mean() == pytest.approx(0.25, abs=0.06)
    assert not messages[messages.conversation_id <= "c000004"].held_back.any()
    constant = {
        p.whole[0].constant: p.held_back
        for trade in patterns.trades()
        for p in said(trade)
        if len(p.whole) == len(p.pieces) == 1 and p.whole[0].constant
    }
    seen = messages[messages.text.isin(constant) & (messages.conversation_id > "c000004")]
    agents = seen[seen.role == "agent"]
    assert (agents.held_back == agents.text.map(constant)).all()
    assert set(labelled[~labelled.held_back].entity) == set(labelled[labelled.held_back].entity) == set(SHAPES)


# Decoys


def chance(seed: int) -> slots.Uniform:
    return iter(np.random.default_rng(seed).random(200_000).tolist()).__next__


def test_what_is_nearly_an_identity_number_or_a_card_is_none() -> None:
    u = chance(1)
    for number in (decoys.near_id(u) for _ in range(500)):
        assert len(number) == 18
        assert not id_valid(number)
        assert not luhn(number)
    for number in (decoys.near_card(u) for _ in range(500)):
        assert len(number) in (16, 19)
        assert not luhn(number)


def test_article_and_book_numbers_have_their_check_digit() -> None:
    u = chance(2)
    for number in (decoys.isbn(u).replace("-", "") for _ in range(200)):
        assert len(number) == 13
        assert sum(int(c) * (1, 3)[i % 2] for i, c in enumerate(number)) % 10 == 0


def test_short_orders_are_eleven_digits_and_no_mobile() -> None:
    u = chance(3)
    orders = [decoys.short_order(u) for _ in range(500)]
    assert all(re.fullmatch(r"\d{11}", order) for order in orders)
    assert not any(re.match(r"1[3-9]", order) for order in orders)


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
        r"\d{1,3},\d{3}\.\d\d",
        r"\d+月\d+号扣了\d+,\d{3}\.\d\d",
        r"订单号：?(?:1[012]|[258])\d{9,10}(?!\d)",
        r"(?:运单号|快递单号)1[3-9]\d{9}(?!\d)",
        r"(?:错误码|时间戳|写着|流水)16\d{11}(?!\d)",
        r"ts=16\d{8}(?!\d)",
        r"978-7-|ISBN 9787",
        r"IMEI是86\d{13}",
        r"\d{4}\*{10}\d{3}[\dX]",
        r"6299 \*{4} \*{4} \d{4}",
        r"[一-龥]\*{1,3}",
        r"\w\*{3}@example",
        r"(?:何时|安排|方便|于是|时间|高兴|程序|余额|成功)",
        r"杨国福|老娘舅|胡桃里|张亮麻辣烫",
        r"白玉兰酒店|全季|汉庭",
        r"你好，李焕英|叶问|霍元甲",
        r"周大福|王老吉|李锦记|张小泉",
        r"[小老阿大][一-龥]，帮个忙|请[小老阿大][一-龥]跟进",
        r"\w(?:医生|律师|师傅|主任)",
        r"第三中学|实验小学|育才幼儿园",
        r"(?:云桥|青杉|望溪)(?:路|街|巷|大道)(?:那边|附近|上)",
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


# Stories


@pytest.fixture(scope="module")
def told() -> dict[str, pd.DataFrame]:
    """The world of seed 11 with every story."""
    chunks = list(synthetic_data.generate(3000, 11, stories=synthetic_data.STORIES))
    return {name: pd.concat([chunk[name] for chunk in chunks], ignore_index=True) for name in chunks[0]}


def test_a_world_with_stories_says_the_usual_things_too(
    world: dict[str, pd.DataFrame], told: dict[str, pd.DataFrame]
) -> None:
    extra = set(told["told"][told["told"].story != "late_team"].conversation_id)
    usual = told["messages"][~told["messages"].conversation_id.isin(extra)].text.tolist()
    assert 0.1 < len(extra) / 3000 < 0.25
    assert usual == world["messages"].text.tolist()[: len(usual)]
    assert told["messages"].message_id.is_unique and told["customers"].customer_id.is_unique
    assert set(told["messages"].conversation_id) == set(told["conversations"].conversation_id)


def test_each_story_is_told_when_and_where_it_was_planted(told: dict[str, pd.DataFrame]) -> None:
    plans = told["stories"].set_index("story")
    assert tuple(plans.index) == synthetic_data.STORIES
    rows = told["told"].merge(told["conversations"], on="conversation_id")
    days = rows.opened_at.dt.tz_convert("Asia/Shanghai").dt.date
    for story, plan in plans.iterrows():
        mine = rows[rows.story == story]
        assert len(mine) > 25
        assert days[mine.index].between(plan.since, plan.until).all()
        for column in ("trade", "category", "product", "region", "team"):
            assert not plan[column] or set(mine[column]) == {plan[column]}, (story, column)
        said = told["messages"][told["messages"].conversation_id.isin(mine.conversation_id)].text
        for word in plan.words.split():
            assert said.str.contains(word).any(), (story, word)


def test_a_late_team_answers_minutes_later_and_nobody_else_does(
    told: dict[str, pd.DataFrame], world: dict[str, pd.DataFrame]
) -> None:
    late = set(told["told"][told["told"].story == "late_team"].conversation_id)

    def first_answer(tables: dict[str, pd.DataFrame], ids: set[str] | None) -> pd.Series:
        frame = tables["messages"]
        frame = frame if ids is None else frame[frame.conversation_id.isin(ids)]
        asked = frame[frame.role == "customer"].groupby("conversation_id").sent_at.first()
        answers = frame[(frame.role == "agent") & (frame.sent_at >= frame.conversation_id.map(asked))]
        return (answers.groupby("conversation_id").sent_at.first() - asked).dt.total_seconds().dropna()

    assert first_answer(told, late).min() > 240
    assert (
        first_answer(told, set(told["conversations"].conversation_id) - late).max() <= first_answer(world, None).max()
    )
    assert told["messages"].groupby("conversation_id").sent_at.is_monotonic_increasing.all()


def test_labels_of_stories_mark_values_too(told: dict[str, pd.DataFrame]) -> None:
    frame = marked({"labels": told["labels"], "messages": told["messages"]})
    mine = frame[frame.conversation_id.isin(told["told"].conversation_id) & ~frame.spelling.isin(PIECES)]
    assert mine.entity.nunique() > 3
    for row in mine.itertuples():
        assert re.fullmatch(SHAPES[row.entity], plain(row.value, row.entity)), (row.entity, row.value)


def test_leaving_a_story_out_moves_no_other(told: dict[str, pd.DataFrame]) -> None:
    some = next(synthetic_data.generate(20, 11, stories=["late_team", "faulty_batch"]))["stories"]
    assert some.story.tolist() == ["faulty_batch", "late_team"]
    assert some.since.tolist() == told["stories"][told["stories"].story.isin(some.story)].since.tolist()


def test_without_stories_there_are_none(world: dict[str, pd.DataFrame]) -> None:
    assert set(world) == {"messages", "conversations", "customers", "staff", "labels"}
    with pytest.raises(ValueError, match="stories must be of faulty_batch"):
        synthetic_data.generate(1, 1, stories=["a flood"])


def test_stories_are_written_with_their_labels(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "synthetic_data", "--conversations", "40", "--seed", "9", "--stories", "all"]
    subprocess.run(
        [*command, "--format", "csv", "--out", str(tmp_path / "a")], check=True, cwd=ROOT, capture_output=True
    )
    synthetic_data.write(tmp_path / "b", conversations=40, seed=9, format="csv", stories=synthetic_data.STORIES)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert {"stories.csv", "told.csv"} <= set(digests(tmp_path / "a"))
    assert f"--stories {','.join(synthetic_data.STORIES)}" in (tmp_path / "a" / "FICTION.txt").read_text("utf-8")
    for format in ("wecom", "crm"):
        written = synthetic_data.write(
            tmp_path / format, conversations=40, seed=9, format=format, stories=["late_team"]
        )
        assert all(written.rows.values())
