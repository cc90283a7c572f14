"""People: a roster is read whole, or refused with the line that is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Desk, complaint

import chatkit as ck
from chatkit.people import Person, genuine, read_people, training_people
from chatkit.requests import digest
from chatkit.rulebook import packaged, parse_policy

POLICY = parse_policy(packaged())
PUBLIC = "ab" * 32


def roster(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_roster_is_read(tmp_path: Path) -> None:
    text = f"\ufeffid,name,roles,public_key\r\nli.na,李娜, applicant ; legal ,{PUBLIC}\r\nwu,吴,data_security,\r\n"
    assert read_people(roster(tmp_path, text), POLICY) == [
        Person("li.na", "李娜", ("applicant", "legal"), PUBLIC),
        Person("wu", "吴", ("data_security",), ""),
    ]


def test_keys_may_be_made_later(tmp_path: Path) -> None:
    assert read_people(roster(tmp_path, "id,name,roles\nli.na,李娜,applicant\n"), POLICY)[0].public_key == ""


@pytest.mark.parametrize(
    ("content", "problem", "line"),
    [
        ("id,name\nli.na,李娜\n", "columns_missing", 1),
        ("", "columns_missing", 1),
        ("id,name,roles\n", "empty", None),
        ("id,name,roles\nli.na,李娜,boss\n", "role_unknown", 2),
        ("id,name,roles\nli.na,李娜,\n", "role_unknown", 2),
        ("id,name,roles\nli.na,李娜,applicant\nli.na,李娜,legal\n", "person_doubled", 3),
        ("id,name,roles\n ,李娜,applicant\n", "person_doubled", 2),
        ("id,name,roles,public_key\nli.na,李娜,applicant,abc\n", "key_malformed", 2),
        (f"id,name,roles,public_key\nli.na,李娜,applicant,{PUBLIC.upper()}\n", "key_malformed", 2),
    ],
)
def test_a_faulty_roster_is_refused_with_its_line(tmp_path: Path, content: str, problem: str, line: int | None) -> None:
    with pytest.raises(ck.BadInput) as caught:
        read_people(roster(tmp_path, content), POLICY)
    assert (caught.value.problem, caught.value.line) == (problem, line)
    assert "李娜" not in str(caught.value)


def test_a_row_that_is_cut_short_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(ck.BadInput):
        read_people(roster(tmp_path, "id,name,roles\nli.na\n"), POLICY)


def test_a_missing_roster_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(ck.BadInput):
        read_people(tmp_path / "nobody.csv", POLICY)


def test_a_roster_saved_by_a_chinese_spreadsheet_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = roster(tmp_path, "id,name,roles\nli.na,李娜,applicant\n".encode("gb18030"))
    try:
        people = read_people(path, POLICY)
    except ck.BadInput as told:
        assert told.problem == "encoding"
    else:
        assert people[0].name == "李娜"


def test_a_faulty_roster_founds_nothing(tmp_path: Path) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.found(tmp_path / "casebook", people=roster(tmp_path, "id,name,roles\nli.na,李娜,applicant\n"))
    assert caught.value.problem == "key_missing"
    assert "li.na" in caught.value.text.zh
    assert [p.name for p in tmp_path.iterdir()] == ["roster.csv"]


def test_the_people_of_a_training_casebook_are_made_up_and_fill_every_role() -> None:
    people = training_people(POLICY)
    assert all("虚构" in person.name for person in people)
    assert {role for person in people for role in person.roles} == set(POLICY.roles)


def test_an_act_is_genuine_for_its_person_subject_and_role(desk: Desk) -> None:
    request = complaint()
    act = desk.casebook.apply(request, desk.clerk)
    people, subject = desk.casebook.people(), desk.casebook.acts(request)[0].subject
    assert genuine(act, subject, people)
    assert not genuine(act, digest("something else"), people)
    assert not genuine(replace(act, person="wu.ting"), subject, people)
    assert not genuine(replace(act, person="nobody"), subject, people)
    assert not genuine(replace(act, role="legal"), subject, people)
    assert not genuine(replace(act, signature=""), subject, people)
