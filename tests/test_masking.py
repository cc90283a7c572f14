"""Masking: what is found is operated on, what is not found stays to the letter, and a second pass changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Desk, chats_of, complaint
from hypothesis import given, settings
from hypothesis import strategies as st

import chatkit as ck
from chatkit.casebook import shipped_policy
from chatkit.findings import ENTITIES, ON_DEMAND, detect
from chatkit.masking import residual
from chatkit.masks import EVERYTHING, Rules
from chatkit.operators import operate

POLICY = shipped_policy()
KEY = bytes(32)
QUICK = settings(deadline=None, max_examples=150, derandomize=True, database=None)
LINES = ("m1", "c1", "A1234", "2023-09-02 10:00:00", "customer")


def hidden(text: str, names: tuple[str, ...] = ()) -> str:
    return Rules.of(POLICY, names, (), KEY).read([text])[0][0]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("手机13800001234，谢谢", "手机138****1234，谢谢"),
        ("手机１３８００００１２３４，谢谢", "手机138****1234，谢谢"),
        ("+86 138 0000 1234", "138****1234"),
        ("身份证11010519491231002X", "身份证1****************X"),
        ("卡号 4539 1488 0343 6467 已付", "卡号 ************6467 已付"),
        ("座机 021-62345678", "座机 021******78"),
        ("邮箱 wang.li@example.com", "邮箱 w***@example.com"),
        ("邮箱 13800001234@example.com", "邮箱 ***@example.com"),
        ("我叫张伟。", "我叫张**。"),
        ("我叫欧阳伟，你好", "我叫欧阳**，你好"),
        ("微信 zhang_san88", "微信 [微信号]"),
        ("QQ 12345678", "QQ [QQ号]"),
        ("车牌沪A12345", "车牌沪A*****"),
        ("护照 E12345678", "护照 [护照号]"),
        ("验证码 123456", "验证码 [验证码]"),
        ("密码：abc12345", "密码：[密码]"),
        ("地址是上海市人民路12号3室", "地址是上海市[地址]"),
        ("IP 192.168.0.1 登录", "IP [IP地址] 登录"),
        ("订单 20230901，共 1,234.00 元", "订单 20230901，共 1,234.00 元"),
        ("没有什么", "没有什么"),
        ("", ""),
    ],
)
def test_each_kind_of_data_is_masked_as_the_policy_says(text: str, after: str) -> None:
    assert hidden(text) == after


def test_names_that_the_source_gives_are_masked_wherever_they_stand() -> None:
    assert hidden("给王小明和小明退款", ("王小明",)) == "给王**和小明退款"
    assert hidden("王小明明", ("王小明", "王小明明")) == "王**"


# --------------------------------------------------------------------------------------------------- the properties
PLANTED = [
    *("13800001234", "＋86 138 0000 1234", "11010519491231002X", "4539148803436467", "021-62345678", "400-800-8888"),
    *("wang.li@example.com", "192.168.0.1", "沪A12345", "E12345678", "王小明", "QQ 12345678", "微信 zhang_san88"),
    *("验证码 123456", "密码：abc12345", "卡号 6222020000000001", "身份证 110105194912310021", "人民路12号3室"),
]
filler = st.text("退款发票你好谢 ，。！?abcXYZ\n😀𠮷０「」（）", max_size=12)
mixed = st.lists(st.tuples(filler, st.sampled_from(PLANTED)), max_size=5).flatmap(
    lambda parts: filler.map(lambda end: "".join(f"{a}，{b}，" for a, b in parts) + end)
)
dense = st.lists(
    st.one_of(st.sampled_from(PLANTED), st.sampled_from(["电话", "号", "，", " ", "-", "1", "@", "我叫", "卡号", "."])),
    max_size=8,
).map("".join)
NAMES = ("王小明",)


@QUICK
@given(st.lists(mixed, max_size=4))
def test_outside_what_is_found_not_one_sign_changes(texts: list[str]) -> None:
    found = detect(texts, NAMES, EVERYTHING)
    wanted = []
    for row, text in enumerate(texts):
        at, parts = 0, []
        for span in found[found["row"] == row].itertuples():
            value = text[span.start : span.end]
            label = POLICY.entities[span.entity].zh
            parts += [text[at : span.start], operate(value, span.entity, POLICY.operators[span.entity], label, KEY)]
            at = span.end
        wanted.append("".join([*parts, text[at:]]))
    after, counts = Rules.of(POLICY, NAMES, (), KEY).read(texts)
    assert after == wanted
    assert counts.total() == len(found)


@QUICK
@given(st.lists(st.one_of(mixed, dense, st.text(max_size=20)), max_size=4))
def test_masking_what_is_masked_changes_nothing(texts: list[str]) -> None:
    once, _ = Rules.of(POLICY, NAMES, (), KEY).read(texts)
    twice, counts = Rules.of(POLICY, NAMES, (), KEY).read(once)
    assert twice == once
    assert counts.total() == 0
    assert detect(once, NAMES, EVERYTHING).empty


@pytest.mark.parametrize("times", [1, 3, 5, 9])
def test_a_row_of_numbers_after_one_word_is_masked_to_its_end(times: int) -> None:
    text = "银行卡" + "、".join(["6222020000000001"] * times)
    after = hidden(text)
    assert "6222020000000001" not in after
    assert hidden(after) == after


@QUICK
@given(st.lists(dense, max_size=4), st.sampled_from(ENTITIES))
def test_what_may_stay_readable_stays(texts: list[str], kept: str) -> None:
    after, counts = Rules.of(POLICY, (), (kept,), KEY).read(texts)
    assert kept not in counts
    assert detect(after, (), [e for e in EVERYTHING if e != kept]).empty


def test_a_long_text_is_masked_in_little_time() -> None:
    texts = ["电话" + "1" * 100_000, "a" * 100_000, "@" * 100_000, "1-" * 50_000, "路1号" * 20_000, "我叫" * 50_000]
    began = time.monotonic()
    for text in texts:
        hidden(text)
    assert time.monotonic() - began < 10


# ------------------------------------------------------------------------------------------------------ the verb
def test_accounts_become_pseudonyms_and_text_is_masked(desk: Desk) -> None:
    masked_rows = desk.masked(desk.grant(complaint(columns=["customer_id", "conversation_id", "text"])))
    frame = masked_rows.frame
    assert frame["customer_id"].nunique() == 1
    assert frame["customer_id"].str.fullmatch(r"客户\w*-[A-Z]+").all()
    assert frame["conversation_id"].nunique() == 2
    assert frame["text"].tolist()[2] == "手机138****1234，我叫王**"
    assert masked_rows.counts == (("EMAIL", 1), ("NAME", 1), ("PHONE", 1))


def test_the_same_extract_has_the_same_pseudonyms_and_another_has_others(desk: Desk) -> None:
    first, other = desk.grant(), desk.grant(complaint(reason="投诉 #2023-0877"))
    column = "conversation_id"
    one, again = ck.mask(desk.extract(first)).frame[column], ck.mask(desk.extract(first)).frame[column]
    assert one.tolist() == again.tolist()
    assert set(one) & set(ck.mask(desk.extract(other)).frame[column]) == set()


def test_an_extract_is_not_changed_by_masking(desk: Desk) -> None:
    extract = desk.extract()
    before = extract.frame.copy()
    ck.mask(extract)
    assert extract.frame.equals(before)


def test_a_masked_frame_is_still_under_its_permit(desk: Desk) -> None:
    permit = desk.grant()
    assert desk.masked(permit).permit is permit


@pytest.mark.parametrize("thing", [None, "text", 3, chats_of().frame])
def test_only_an_extract_can_be_masked(thing: object) -> None:
    with pytest.raises(ck.Refused, match=r"permit\.none"):
        ck.mask(thing)  # type: ignore[arg-type]


def test_residual_data_is_counted_by_cells(desk: Desk) -> None:
    frame = desk.masked().frame
    frame.loc[0, "text"] = "13800001234 和 13900001234"
    frame.loc[1, "text"] = "王小明 13800001234"
    assert dict(residual(frame, POLICY, ("王小明",), ())) == {"PHONE": 2, "NAME": 1}
    assert dict(residual(frame, POLICY, ("王小明",), ("PHONE",))) == {"NAME": 1}


def test_the_article_hides_the_last_three_digits_and_the_recommended_policy_the_middle_four(edited: object) -> None:
    desk = edited(profile="article")  # type: ignore[operator]
    assert desk.masked().frame["text"].tolist()[2] == "手机13800001***，我叫王**"


def test_every_kind_that_is_looked_for_has_an_operator_and_a_name() -> None:
    assert set(POLICY.operators) == set(POLICY.entities) == {*ENTITIES, *ON_DEMAND}


def test_what_is_masked_and_shown_in_a_notebook_holds_no_personal_data(desk: Desk) -> None:
    shown = desk.masked()._repr_html_()
    assert "138****1234" in shown
    assert "13800001234" not in shown
    assert "王小明" not in shown
    assert "13800001234" not in repr(desk.extract())


def test_markup_in_a_chat_is_shown_as_text(desk: Desk) -> None:
    desk.chats = chats_of([(*LINES, "<script>alert(1)</script>")])
    extract = desk.extract()
    for shown in (extract._repr_html_(), ck.mask(extract)._repr_html_()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


# ------------------------------------------------------------------------------------- what text bodies hold besides
def wecom(folder: Path, *bodies: tuple[str, object]) -> ck.Chats:
    """An archive of one message for each type and body."""
    lines = []
    for n, (kind, body) in enumerate(bodies):
        head = {"msgid": f"m{n}", "action": "send", "from": "wmA1234", "tolist": ["kf01"], "roomid": ""}
        lines.append(
            json.dumps({**head, "msgtime": 1693620000000 + n, "msgtype": kind, kind: body}, ensure_ascii=False)
        )
    path = folder / "archive.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return ck.read_chats(path)


def nested(text: str) -> dict[str, object]:
    """A forwarded record in a forwarded record."""
    inner = {"title": "记录", "item": [{"type": "ChatRecordText", "content": json.dumps({"content": text})}]}
    return {"title": "记录", "item": [{"type": "chatrecord", "content": json.dumps(inner)}]}


BODIES = (
    ("file", {"filename": "张伟-身份证正面.jpg", "fileext": "jpg", "filesize": 3, "sdkfileid": "x"}, "张伟"),
    ("file", {"filename": "合同_李晓雯_2023.pdf", "fileext": "pdf"}, "李晓雯"),
    ("file", {"filename": "13800001234.vcf"}, "13800001234"),
    ("location", {"address": "浙江省杭州市西湖区文三路12号3室", "title": "家", "longitude": 1.5}, "文三路12号"),
    (
        "link",
        {"title": "我的名片", "description": "电话 13800001234", "link_url": "https://example.com"},
        "13800001234",
    ),
    ("link", {"title": "登记", "link_url": "https://example.com/?tel=13800001234"}, "13800001234"),
    ("chatrecord", nested("我叫张伟，手机13800001234"), "13800001234"),
    ("mixed", {"item": [{"type": "text", "content": '{"content": "11010519491231002X"}'}]}, "11010519491231002X"),
)


@pytest.mark.parametrize(("kind", "body", "value"), BODIES, ids=[f"{kind} {value}" for kind, _, value in BODIES])
def test_what_files_places_links_and_forwarded_records_tell_is_masked(
    kind: str, body: object, value: str, tmp_path: Path
) -> None:
    (text,) = wecom(tmp_path, (kind, body)).frame["text"]
    assert value in text
    assert value not in hidden(text)


# ------------------------------------------------------------------------------------------ conversations and columns
def talk(*said: tuple[str, str, str]) -> ck.Chats:
    """Messages one minute apart: conversation, role, text."""
    rows = [(f"m{n}", c, "A1234", f"2023-09-02 10:{n:02}:00", role, text) for n, (c, role, text) in enumerate(said)]
    return chats_of(rows, names=())


def test_a_number_split_over_two_messages_is_masked_in_both_whatever_stands_between(desk: Desk) -> None:
    other = ("c2", "customer", "好的")
    desk.chats = talk(("c1", "customer", "138000"), other, ("c1", "agent", "嗯"), other, ("c1", "customer", "01234"))
    assert [t for t in desk.masked().frame["text"] if "*" in t] == ["******", "*****"]


def test_pieces_of_two_senders_are_no_number(desk: Desk) -> None:
    desk.chats = talk(("c1", "customer", "138000"), ("c1", "agent", "01234"))
    assert desk.masked().frame["text"].tolist() == ["138000", "01234"]


def test_an_answer_is_known_by_its_question(desk: Desk) -> None:
    desk.chats = talk(("c1", "agent", "请问您贵姓"), ("c2", "customer", "在吗"), ("c1", "customer", "陈雨桐"))
    assert desk.masked().frame["text"].tolist()[2] == "陈**"


def test_times_may_be_told_by_their_month_in_china(edited: Callable[..., Desk]) -> None:
    desk = edited((r'^(sent_at = \{.*)operator = "keep"', r'\1operator = "generalise"'))
    assert set(desk.masked().frame["sent_at"]) == {"2023-09"}


def test_a_companys_own_words_are_obeyed_in_an_extract(edited: Callable[..., Desk]) -> None:
    desk = edited(
        (r"^allow = \{ value = \[\]", 'allow = { value = ["王小明"]'),
        (r"^deny = \{ value = \[\]", 'deny = { value = ["发票抬头"]'),
    )
    masked = desk.masked()
    assert "我叫王小明" in masked.frame["text"].tolist()[2]
    assert "[敏感词]" in masked.frame["text"].tolist()[0]
    assert dict(masked.counts)["WORD"] == 2
    assert residual(masked.frame, desk.casebook.policy, masked.names, ()).total() == 0
