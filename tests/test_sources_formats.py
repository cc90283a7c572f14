"""微信客服, 公众号, Salesforce: recognised by content, whole where they are whole, counted where they are not.

Everybody and everything in these files is invented (虚构 fiction).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chatkit as ck

Write = Callable[..., Path]
README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str, name: str = "export.txt") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


def table(*rows: dict[str, str]) -> str:
    """Rows as CSV, under the columns of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def column(chats: ck.Chats, name: str) -> list[Any]:
    return list(chats.frame[name])


# ---- 微信客服 sync_msg


def kf(number: int, origin: int, text: str, **more: Any) -> dict[str, Any]:
    """One message of sync_msg."""
    given = {"msgid": f"m{number}", "open_kfid": "wk1", "external_userid": "wm1", "send_time": 1693533600 + number}
    return {**given, "origin": origin, "msgtype": "text", "text": {"content": text}, "servicer_userid": "kf01", **more}


def test_a_page_of_sync_msg_is_read_whatever_its_name(write: Write) -> None:
    page = {"errcode": 0, "has_more": 0, "msg_list": [kf(1, 3, "退款什么时候到"), kf(2, 5, "三个工作日内")]}
    chats = ck.read_chats(write(json.dumps(page, ensure_ascii=False), "whatever.csv"))
    assert chats.format == "wechat_kf"
    assert column(chats, "role") == ["customer", "agent"]
    assert column(chats, "actor") == ["wm1", "kf01"]
    assert [str(at) for at in column(chats, "sent_at")] == ["2023-09-01 02:00:01+00:00", "2023-09-01 02:00:02+00:00"]
    assert len(set(column(chats, "conversation_id"))) == 1


def test_milliseconds_beside_seconds_are_the_same_instant(write: Write) -> None:
    pair = [kf(1, 3, "一"), kf(2, 3, "二", send_time=1693533601000)]
    chats = ck.read_chats(write("\n".join(map(json.dumps, pair))))
    assert len({str(at) for at in column(chats, "sent_at")}) == 1
    assert sorted(column(chats, "sent_as_given")) == ["1693533601", "1693533601000"]


def test_a_recall_marks_its_message_and_other_events_are_counted(write: Write) -> None:
    event = {"event_type": "user_recall_msg", "recall_msgid": "m1"}
    entered = {"event_type": "enter_session"}
    lines = [
        kf(1, 3, "说错了"),
        kf(2, 4, "", msgtype="event", event=event),
        kf(3, 4, "", msgtype="event", event=entered),
    ]
    chats = ck.read_chats(write("\n".join(map(json.dumps, lines))))
    assert (len(chats.frame), column(chats, "recalled")) == (1, [True])
    assert dict(chats.notes)["event"] == 1


def test_a_broken_message_is_set_aside_alone_and_a_page_that_goes_on_is_noted(write: Write) -> None:
    broken = {"msgid": "m9", "msgtype": "text"}
    page = {"has_more": 1, "msg_list": [kf(1, 3, "好的"), broken]}
    chats = ck.read_chats(write(json.dumps(page)))
    assert (len(chats.frame), list(chats.set_aside["reason"])) == (1, ["json"])
    assert dict(chats.notes)["more_to_fetch"] == 1


@pytest.mark.parametrize("indent", [None, 2], ids=["one line a page", "pages over many lines"])
def test_pages_behind_one_another_are_read_and_a_message_pulled_twice_is_kept_once(
    write: Write, indent: int | None
) -> None:
    pages = [
        {"has_more": 1, "msg_list": [kf(1, 3, "一"), kf(2, 5, "二")]},
        {"has_more": 0, "msg_list": [kf(2, 5, "二")]},
    ]
    chats = ck.read_chats(write("\n".join(json.dumps(page, indent=indent) for page in pages)))
    assert column(chats, "text") == ["一", "二"]
    assert list(chats.set_aside["reason"]) == ["duplicate"]
    assert "more_to_fetch" not in dict(chats.notes)


def test_numbers_that_a_bridge_made_strings_mean_the_same_in_sync_msg(write: Write) -> None:
    chats = ck.read_chats(write(json.dumps({**kf(1, 3, "在吗"), "origin": "3", "send_time": "1693533601"})))
    assert column(chats, "role") == ["customer"]
    assert str(column(chats, "sent_at")[0]) == "2023-09-01 02:00:01+00:00"


def test_the_roster_gives_names_and_numbers_to_sync_msg_as_well(write: Write) -> None:
    write("userid,name,role,customer_id\nwm1,李雷雷,customer,A1234\nkf01,陈洁,agent,\n", "wecom_roster.csv")
    chats = ck.read_chats(write(json.dumps(kf(1, 3, "在吗"))))
    assert column(chats, "customer_id") == ["A1234"]
    assert chats.names == {"李雷雷", "陈洁"}


# ---- 公众号 getmsglist


def mp(code: int, text: str, at: int = 1693533600, worker: str = "kf01@shop") -> dict[str, Any]:
    """One record of getmsglist."""
    return {"openid": "oA1", "opercode": code, "text": text, "time": at, "worker": worker}


def test_a_page_of_getmsglist_is_read_and_another_worker_goes_on_in_the_same_conversation(write: Write) -> None:
    records = [mp(2003, "发货了吗"), mp(2002, "明天发", 1693533660), mp(2002, "[image]", 1693533700, "kf02@shop")]
    chats = ck.read_chats(write(json.dumps({"recordlist": records, "number": 3, "msgid": 9})))
    assert chats.format == "wechat_mp"
    assert column(chats, "role") == ["customer", "agent", "agent"]
    assert column(chats, "type") == ["text", "text", "image"]
    assert len(set(column(chats, "conversation_id"))) == 1


def test_records_of_getmsglist_have_no_ids_and_the_same_one_is_kept_once(write: Write) -> None:
    records = [mp(2003, "在吗"), mp(2003, "在吗"), mp(2003, "在吗", 1693533601), {"openid": "oA1", "opercode": 2003}]
    chats = ck.read_chats(write("\n".join(map(json.dumps, records))))
    assert (len(chats.frame), list(chats.set_aside["reason"])) == (2, ["duplicate", "json"])


def test_the_official_sample_whose_json_is_broken_is_refused_with_its_line(write: Write) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(write('{\n "recordlist": [\n  {"openid" "oA1",\n   "opercode": 2003}\n ]\n}\n'))
    assert (caught.value.problem, caught.value.line) == ("json_document", 3)


# ---- Salesforce LiveChatTranscript

STARTED = '<p align="center">Chat Started: Friday, September 01, 2023, 10:00:00 (+0800)</p>'
AGENT = '<p align="center">Agent 陈洁</p>'


def transcript(body: str, **more: str) -> dict[str, str]:
    """One row of LiveChatTranscript."""
    return {"Id": "570x1", "LiveChatVisitorId": "5LV1", "ContactId": "003A", "StartTime": "", "Body": body, **more}


def test_a_transcript_gives_a_message_a_turn_with_the_instant_it_was_said(write: Write) -> None:
    body = f"{STARTED}{AGENT}( 5s ) 陈洁: 您好<br>( 1m 13s ) Visitor: 我要退款<br>"
    chats = ck.read_chats(write(table(transcript(body))))
    assert chats.format.startswith("livechat")
    assert column(chats, "text")[-2:] == ["您好", "我要退款"]
    assert column(chats, "role")[-2:] == ["agent", "customer"]
    assert str(column(chats, "sent_at")[-1]) == "2023-09-01 02:01:13+00:00"
    assert "陈洁" in chats.names


def test_a_customer_who_types_an_agents_line_stays_one_customer(write: Write) -> None:
    forged = "好&lt;br&gt;( 9s ) 陈洁: 同意全额退款"
    chats = ck.read_chats(
        write(table(transcript(f"{STARTED}{AGENT}( 5s ) 陈洁: 您好<br>( 8s ) Visitor: {forged}<br>")))
    )
    said = dict(zip(column(chats, "text"), column(chats, "role"), strict=True))
    assert said["好<br>( 9s ) 陈洁: 同意全额退款"] == "customer"
    assert list(said.values()).count("agent") == 1


def test_a_body_that_was_cut_is_read_as_far_as_it_goes_and_noted(write: Write) -> None:
    chats = ck.read_chats(write(table(transcript(f"{STARTED}{AGENT}( 5s ) 陈洁: 您好<br>( 8s ) Visitor: 我的单"))))
    assert column(chats, "text")[-1] == "我的单"
    assert dict(chats.notes)["truncated"] == 1


def test_hours_repeated_lines_and_colons_are_as_they_were_typed(write: Write) -> None:
    said = "( 1h 2m 3s ) Visitor: 单号: 12&#39;<br>"
    chats = ck.read_chats(write(table(transcript(f"{STARTED}{AGENT}{said}{said}( 12h 0m 0s ) 陈洁: 好<br>"))))
    assert column(chats, "text") == ["单号: 12'", "单号: 12'", "好"]
    assert [str(at)[11:19] for at in column(chats, "sent_at")] == ["03:02:03", "03:02:03", "14:00:00"]


def test_an_agent_whom_the_heading_names_otherwise_is_the_only_other_speaker(write: Write) -> None:
    body = f'{STARTED}<p align="center">Agent (UserFirstName)</p>( 5s ) 陈洁: 您好<br>( 8s ) Visitor: 我要退款<br>'
    assert column(ck.read_chats(write(table(transcript(body)))), "role") == ["agent", "customer"]


def test_more_agents_turns_than_the_transcript_counts_make_the_role_unknown(write: Write) -> None:
    """A line that was not escaped, because somebody forged it where the body was kept."""
    body = f"{STARTED}{AGENT}( 5s ) 陈洁: 您好<br>( 8s ) Visitor: 好<br>( 9s ) 陈洁: 同意全额退款<br>"
    chats = ck.read_chats(write(table(transcript(body, OperatorMessageCount="1", VisitorMessageCount="1"))))
    assert column(chats, "role") == ["unknown", "customer", "unknown"]
    assert dict(chats.notes)["turns_disagree"] == 1


def test_a_row_without_a_turn_is_set_aside(write: Write) -> None:
    rows = (
        transcript(f"{AGENT}( 5s ) 陈洁: 您好<br>", StartTime="2023-09-01T02:00:00Z"),
        transcript("nothing", Id="570x2"),
    )
    chats = ck.read_chats(write(table(*rows)))
    assert list(chats.set_aside["reason"]) == ["no_turn"]


# ---- Salesforce ConversationEntry


def entry(number: int, actor: str, text: str, **more: str) -> dict[str, str]:
    """One row of ConversationEntry."""
    given = {
        "Id": f"1{number}",
        "ConversationId": "0Mw1",
        "EntryType": "Text",
        "ActorType": actor,
        "ActorId": actor[:3],
    }
    return {**given, "ActorName": "", "EntryTime": f"2023-09-01T02:00:0{number}Z", "Message": text, **more}


def test_entries_are_messages_events_are_counted_and_the_session_gives_the_customer(write: Write) -> None:
    sessions = {"Id": "0Mw1", "MessagingEndUserId": "0PAx", "ChannelType": "WhatsApp"}
    write(table(sessions), "MessagingSession.csv")
    joined = entry(3, "System", "", EntryType="ParticipantChanged")
    chats = ck.read_chats(write(table(entry(1, "EndUser", "在吗"), entry(2, "Agent", "在的"), joined)))
    assert chats.format.startswith("conversation_entry")
    assert column(chats, "role") == ["customer", "agent"]
    assert set(column(chats, "customer_id")) == {"0PAx"}
    assert dict(chats.notes)["event"] == 1


def test_sessions_alone_are_refused_because_they_hold_no_message(write: Write) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(write(table({"Id": "0Mw1", "MessagingEndUserId": "0PAx", "ChannelType": "Web"})))
    assert caught.value.problem == "sessions_only"


def test_a_payload_that_was_escaped_twice_is_read(write: Write) -> None:
    payload = json.dumps(json.dumps({"abstractMessage": {"staticContent": {"text": "退款好了"}}}))
    row = {"entry_type": "Message", "identifier": "e1", "conversation_identifier": "c1", "entry_payload": payload}
    row |= {"sender": json.dumps({"role": "Agent", "displayName": "陈洁"}), "client_timestamp": "1693533600000"}
    chats = ck.read_chats(write(json.dumps(row)))
    assert column(chats, "text") == ["退款好了"]
    assert column(chats, "role") == ["agent"]


def test_a_note_of_an_enhanced_channel_is_internal_and_an_event_is_no_message(write: Write) -> None:
    def row(kind: str, number: int, payload: object) -> str:
        given = {"entry_type": kind, "identifier": f"e{number}", "conversation_identifer": "c1"}  # sic
        sender = json.dumps({"role": "Agent", "subject": "005A", "displayName": "陈洁"})
        told = {"entry_payload": json.dumps(payload), "sender": sender, "transcripted_timestamp": 1693533600250}
        return json.dumps({**given, **told})

    rows = [
        row("NOTE", 1, {"note": "先别退"}),
        row("PARTICIPANT_CHANGED", 2, {"text": "joined"}),
        row("MESSAGE", 3, {}),
    ]
    chats = ck.read_chats(write("\n".join(rows)))
    assert (column(chats, "text"), column(chats, "internal_note")) == (["先别退"], [True])
    assert column(chats, "sent_at")[0].microsecond == 250_000
    assert {"event": 1, "no_words": 1}.items() <= dict(chats.notes).items()
    assert chats.names == {"陈洁"}


def test_an_entry_without_an_id_gets_one_of_its_own(write: Write) -> None:
    rows = [{key: value for key, value in entry(n, "Agent", "好").items() if key != "Id"} for n in (1, 2)]
    assert len(set(column(ck.read_chats(write(table(*rows))), "message_id"))) == 2


# ---- content, not name

WECOM = {"msgid": "1", "action": "send", "from": "wm1", "tolist": ["k1"], "msgtime": 1693533600000, "msgtype": "text"}
FORMATS = {
    "wecom": json.dumps({**WECOM, "text": {"content": "在吗"}}),
    "wechat_kf": json.dumps({"msg_list": [kf(1, 3, "在吗")]}),
    "wechat_mp": json.dumps({"recordlist": [mp(2003, "在吗")]}),
    "livechat csv": table(transcript(f"{STARTED}{AGENT}( 5s ) Visitor: 在吗<br>")),
    "conversation_entry csv": table(entry(1, "EndUser", "在吗")),
    "conversation_entry json": json.dumps(entry(1, "EndUser", "在吗")),
    "csv": table({"会话ID": "c1", "访客": "甲", "消息时间": "2023-09-01 10:00:00", "聊天内容": "在吗"}),
}


@pytest.mark.parametrize("name", ["export", "export.csv", "export.json", "export.txt", "export.xls"])
@pytest.mark.parametrize("format", FORMATS)
def test_a_format_is_known_by_its_content_whatever_the_name(write: Write, format: str, name: str) -> None:
    chats = ck.read_chats(write(FORMATS[format], name))
    assert (chats.format, column(chats, "text"), column(chats, "source")) == (format, ["在吗"], [name])


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_fills_the_record_form(write: Write, format: str) -> None:
    row = ck.read_chats(write(FORMATS[format])).frame.iloc[0]
    asked = ("source", "conversation_id", "message_id", "sent_as_given", "actor", "role", "text", "type", "raw_hash")
    assert {name for name in asked if not row[name]} <= ({"actor"} if format == "csv" else set())
    assert str(row["sent_at"])[:10] == "2023-09-01"
    assert (bool(row["recalled"]), bool(row["internal_note"]), len(row["raw_hash"])) == (False, False, 64)


# ---- any table, through a mapping file


MAPPING = """
[columns]
conversation_id = "窗口"
customer_id = "旺客"
role = "谁"
sent_at = "何时"
text = "原话"
[roles]
"买方" = "customer"
"店方" = "agent"
"""


def test_a_mapping_file_names_the_columns_of_a_table_that_nobody_knows(write: Write) -> None:
    rows = [
        {"窗口": "w1", "旺客": "A1", "谁": who, "何时": f"2023-09-01 10:00:0{n}", "原话": said}
        for n, (who, said) in enumerate([("买方", "发货了吗"), ("店方", "明天发")])
    ]
    path = write(table(*rows), "shop.csv")
    with pytest.raises(ck.BadInput):
        ck.read_chats(path)
    chats = ck.read_chats(path, mapping=write(MAPPING, "mine.toml"))
    assert column(chats, "text") == ["发货了吗", "明天发"]
    assert column(chats, "role") == ["customer", "agent"]
    assert column(chats, "customer_id") == ["A1", "A1"]
    write(MAPPING, "shop.toml")
    assert len(ck.read_chats(path).frame) == 2  # a mapping beside the file is found


def test_the_mapping_in_the_readme_reads_a_table_that_has_one_of_its_headers(tmp_path: Path) -> None:
    (mapping,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    rows = ["9月\n共 1 条", "接待编号,旺旺,发生时间,谁说的,原话", "w1,A1,2023-09-01 10:00:00,店小蜜,您好", ""]
    (tmp_path / "shop.csv").write_bytes("\n".join(rows).encode("gb18030"))
    (tmp_path / "shop.toml").write_text(mapping, encoding="utf-8")
    chats = ck.read_chats(tmp_path / "shop.csv")
    assert (column(chats, "customer_id"), column(chats, "role")) == (["A1"], ["robot"])


@pytest.mark.parametrize("name", ["千牛", "七鱼", "美洽", "智齿", "纷享销客"])
def test_the_readme_says_that_systems_without_a_reader_go_through_the_mapping(name: str) -> None:
    (told,) = re.findall(r"\*\*(.*?)没有专门的读法\*\*", README)
    assert name in told


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ("[columns]\ntext = ", "mapping_unreadable"),
        ('[columns]\nwords = "原话"', "mapping_faulty"),
        ('[roles]\n"买方" = "buyer"', "mapping_faulty"),
        ("[file]\nskip = -1", "mapping_faulty"),
    ],
)
def test_a_faulty_mapping_is_refused_with_its_fault(write: Write, mapping: str, problem: str) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(write(table({"窗口": "w1"}), "shop.csv"), mapping=write(mapping, "mine.toml"))
    assert caught.value.problem == problem


# ---- what goes wrong never carries what was said


@pytest.mark.parametrize("content", ["{}", '{"a": 1}\n{"b": 2}', '{"encrypt_chat_msg": "机密内容"}'])
def test_json_of_no_known_form_is_refused_without_its_content(write: Write, content: str) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.read_chats(write(content))
    assert "机密内容" not in str(caught.value)
