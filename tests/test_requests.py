"""Requests: one form of every request, and months and days as the rules count them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import pytest
from conftest import complaint

import chatkit as ck
from chatkit.requests import Request, add_months, choose_mode, day, problems, short_id
from chatkit.rulebook import packaged, parse_policy

POLICY = parse_policy(packaged())
TODAY = date(2023, 9, 20)


def rules(request: ck.Request) -> list[str]:
    return [refusal.rule.id for refusal in problems(request, POLICY, TODAY)]


def test_a_good_request_has_no_fault() -> None:
    assert rules(complaint()) == []


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"customers": "A1234"}, "customers", ("A1234",)),
        ({"customers": [" A1234 "]}, "customers", ("A1234",)),
        ({"customers": 7}, "customers", ()),
        ({"customers": None}, "customers", ()),
        ({"since": date(2023, 9, 1)}, "since", "2023-09-01"),
        ({"since": datetime(2023, 9, 1, 10, 0)}, "since", "2023-09-01"),
        ({"since": None}, "since", ""),
        ({"use_days": "14"}, "use_days", 14),
        ({"use_days": "two weeks"}, "use_days", 0),
        ({"use_days": None}, "use_days", 0),
        ({"use_days": "99999999999"}, "use_days", 0),
        ({"use_days": 1.5}, "use_days", 0),
        ({"reason": None}, "reason", ""),
        ({"evidence": {"b": "2", "a": "1"}}, "evidence", (("a", "1"), ("b", "2"))),
    ],
)
def test_what_is_written_in_a_field_is_put_in_one_form(changes: dict, field: str, value: object) -> None:
    if field == "customers" and value == () and changes["customers"] == 7:
        value = ("7",)
    assert getattr(complaint(**changes), field) == value


def test_a_request_is_the_same_after_it_was_stored() -> None:
    request = complaint(keywords=["退款"], evidence={"outside_contract": "a" * 64}, unmask=["PHONE"])
    assert Request(**asdict(request)) == request
    assert Request(**asdict(request)).id == request.id


def test_every_field_changes_the_id() -> None:
    changes = {
        **{
            "purpose": "other",
            "reason": "另一个原因",
            "customers": ["B"],
            "since": "2023-09-02",
            "until": "2023-09-14",
        },
        **{"keywords": ["退款"], "match": "all", "without": ["运费"], "columns": ["text"], "basis": "consent"},
        **{"use_days": 29, "recipient": "auditor", "unmask": ["PHONE"], "evidence": {"a": "b"}},
    }
    assert set(changes) == set(asdict(complaint()))
    ids = {complaint(**{name: value}).id for name, value in changes.items()}
    assert len(ids | {complaint().id}) == len(changes) + 1


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2023, 9, 20), 3, date(2023, 12, 20)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2022, 11, 30), 3, date(2023, 2, 28)),
        (date(2023, 12, 31), 1, date(2024, 1, 31)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2023, 1, 15), 12, date(2024, 1, 15)),
        (date(2023, 1, 15), 0, date(2023, 1, 15)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_one(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2023-09-01", date(2023, 9, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("2023-9-1", None),
        ("20230901", None),
        ("2023/09/01", None),
        ("２０２３-０９-０１", None),
        ("", None),
    ],
)
def test_a_day_is_written_in_one_way(text: str, read: date | None) -> None:
    assert day(text) == read


@pytest.mark.parametrize(
    ("today", "most"),
    [(date(2023, 9, 20), 91), (date(2023, 11, 30), 91), (date(2023, 12, 1), 91), (date(2024, 1, 31), 90)],
)
def test_three_months_are_counted_from_the_day_of_filing(today: date, most: int) -> None:
    assert problems(complaint(use_days=most), POLICY, today) == ()
    assert [r.rule.id for r in problems(complaint(use_days=most + 1), POLICY, today)] == ["request.use_period"]


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({}, "permission"),
        ({"columns": ["sent_at"]}, "self_service"),
        ({"columns": ["sent_at"], "recipient": "auditor"}, "expert"),
        ({"purpose": "abnormal_funds", "columns": ["sent_at"]}, "permission"),
        ({"purpose": "decision_support", "customers": ["*"]}, "self_service"),
        ({"purpose": "decision_support", "customers": ["*"], "columns": ["text"]}, "permission"),
        ({"purpose": "decision_support", "customers": ["*"], "keywords": ["退款"]}, "permission"),
    ],
)
def test_the_mode_follows_from_the_content(changes: dict, mode: str) -> None:
    assert choose_mode(complaint(**changes), POLICY)[0].id == mode


def test_columns_and_basis_come_from_the_purpose_unless_stated() -> None:
    assert complaint().columns_under(POLICY) == ("conversation_id", "sent_at", "role", "text", "recalled")
    assert complaint(columns=["text"]).columns_under(POLICY) == ("text",)
    assert (complaint().basis_under(POLICY), complaint(basis="consent").basis_under(POLICY)) == ("contract", "consent")


def test_an_id_is_made_of_consonants_and_looks_like_no_number() -> None:
    for n in range(200):
        letter, _, rest = short_id("R", n).partition("-")
        assert letter == "R"
        assert len(rest) == 12
        assert not set(rest) & set("0123456789AEIOU")
        assert ck.detect([f"申请 {letter}-{rest} 已提交"]).empty


def test_a_fingerprint_is_the_hash_of_the_files_bytes(tmp_path: Path) -> None:
    (tmp_path / "proof.pdf").write_bytes(b"%PDF-")
    assert ck.fingerprint(tmp_path / "proof.pdf") == hashlib.sha256(b"%PDF-").hexdigest()


def test_a_message_for_a_form_names_the_choices() -> None:
    (fault,) = problems(complaint(purpose="curiosity"), POLICY, TODAY)
    for purpose in ("complaint", "abnormal_funds", "decision_support", "other"):
        assert purpose in fault.text.en
        assert purpose in fault.text.zh
    assert "投诉处理" in fault.text.zh
