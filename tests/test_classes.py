"""A class: its codes, seats and resets, the slips and packs that are handed out, and what is collected of it."""

from __future__ import annotations

import json
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from pypdf import PdfReader

from chatkit import BadInput, Refused, Request
from chatkit.__main__ import main
from chatkit.classroom.desk.seats import own_seat
from chatkit.classroom.hall import handouts, tls, wheels
from chatkit.classroom.hall.classes import (
    TrainingClass,
    create_class,
    hosted_seat,
    open_class,
    read_trainees,
    recode,
    reset,
    safe_name,
    seat_of,
)
from chatkit.classroom.hall.codes import LETTERS, Guard, new_code
from chatkit.classroom.hall.collecting import collect
from chatkit.classroom.lessons.items import paper
from chatkit.classroom.lessons.progress import record_answer
from chatkit.classroom.results.submissions import pack

REQUEST = {"purpose": "complaint", "customers": ["A1234"], "since": "2023-09-01", "until": "2023-09-10"}


@pytest.fixture
def made(tmp_path: Path) -> tuple[TrainingClass, dict[str, str]]:
    """A hosted class of three, and its codes."""
    group, codes = create_class(tmp_path / "class", ["甲", "乙", "丙"], seed=3)
    return group, dict(codes)


def test_a_code_is_twelve_letters_that_nobody_mistakes() -> None:
    code = new_code()
    assert len(code) == 14 and code[4] == code[9] == "-"
    assert not set("ILOUV01") & set(LETTERS)
    assert len(LETTERS) ** 12 > 2**52


def test_codes_are_kept_as_hashes_alone(made: tuple[TrainingClass, dict[str, str]]) -> None:
    group, codes = made
    for file in group.folder.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            assert not [c for c in codes.values() if c.encode() in raw or c.replace("-", "").encode() in raw], file
    assert stat.S_IMODE((group.folder / "class.key").stat().st_mode) == 0o600


def test_a_code_opens_its_own_seat_however_it_is_typed(made: tuple[TrainingClass, dict[str, str]]) -> None:
    group, codes = made
    seat = hosted_seat(group.folder, f" {codes['t02'].lower().replace('-', ' ')} ")
    with closing(seat.casebook):
        assert (seat.trainee, seat.name) == ("t02", "乙")
        assert seat.people == {f"t02.{role}" for role in seat.cast}
        assert len(seat.chats.frame) > 200 and seat.chats.fictional
    with pytest.raises(BadInput, match="没有这个个人代码"):
        hosted_seat(group.folder, "AAAA-AAAA-AAAA")


def test_each_seat_has_other_data_and_the_same_data_again(made: tuple[TrainingClass, dict[str, str]]) -> None:
    group, _ = made
    with closing(group.casebook()) as casebook:
        one, two = (seat_of(group, id, casebook) for id in ("t01", "t02"))
        assert one.chats.sha256 != two.chats.sha256
        assert seat_of(group, "t01", casebook).chats.sha256 == one.chats.sha256


def test_one_class_has_one_casebook_in_which_nobody_plays_for_another(
    made: tuple[TrainingClass, dict[str, str]],
) -> None:
    group, _ = made
    with closing(group.casebook()) as casebook:
        one, two = (seat_of(group, id, casebook) for id in ("t01", "t02"))
        request = Request(reason="投诉 #1", **REQUEST)
        casebook.apply(request, one.sign_in("applicant"))
        with pytest.raises(Refused, match=r"request\.duplicate"):
            casebook.apply(request, two.sign_in("applicant"))
        with pytest.raises(KeyError):
            two.sign_in("t01.applicant")
        assert casebook.verify() == []


def test_a_reset_gives_new_cast_seed_and_folder_and_keeps_what_was(made: tuple[TrainingClass, dict[str, str]]) -> None:
    group, _ = made
    with closing(group.casebook()) as casebook:
        before = seat_of(group, "t03", casebook)
        record_answer(before.sign_in("applicant"), "before", paper("before", 3)[0], paper("before", 3)[0].key)
        logged = len(casebook.store.entries())
        assert reset(group, "t03", casebook) == 2
        after = seat_of(group, "t03", casebook)
        assert not before.people & after.people
        assert (before.seed, before.folder) != (after.seed, after.folder)
        assert len(casebook.store.records("answer")) == 1
        assert len(casebook.store.entries()) == logged + 7  # six people and the seat
        assert casebook.verify() == []
    assert collect(group).empty


def test_a_new_code_makes_the_old_one_void(made: tuple[TrainingClass, dict[str, str]]) -> None:
    group, codes = made
    fresh = recode(group, "t01")
    again = open_class(group.folder)
    assert again.whose(fresh) == "t01"
    assert again.whose(codes["t01"]) == ""
    assert again.whose(codes["t02"]) == "t02"


def test_wrong_codes_wait_longer_and_longer_and_then_close_the_address() -> None:
    clock = [0.0]
    guard = Guard(most=4, window=60.0, now=lambda: clock[0])
    assert [guard.wrong("a") for _ in range(3)] == [1.0, 2.0, 3.0]
    assert not guard.closed("a")
    guard.wrong("a")
    assert guard.closed("a") and not guard.closed("b")
    clock[0] = 61.0
    assert not guard.closed("a")


@pytest.mark.parametrize("damage", ["{", "[]", '{"id": 1}', '{"trainees": [{}]}'])
def test_a_damaged_class_file_is_told(made: tuple[TrainingClass, dict[str, str]], damage: str) -> None:
    (made[0].folder / "class.json").write_text(damage, "utf-8")
    with pytest.raises(BadInput, match="课堂文件读不出来"):
        open_class(made[0].folder)


def test_a_list_of_trainees_needs_names_that_differ(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("姓名,部门\n甲,一\n乙,二\n".encode("utf-8-sig"))
    assert read_trainees(tmp_path / "list.csv") == ["甲", "乙"]
    (tmp_path / "list.csv").write_text("name\n甲\n甲\n", "utf-8")
    with pytest.raises(BadInput, match="第 3 行"):
        read_trainees(tmp_path / "list.csv")


def test_create_prints_slips_with_code_address_and_fingerprint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.csv").write_text("name\n甲\n乙\n", "utf-8")
    folder = tmp_path / "class"
    arguments = ["--people", str(tmp_path / "list.csv"), "--address", "192.0.2.9", "--drill", "student"]
    assert main(["class", "create", str(folder), *arguments]) == 0
    group, slips = open_class(folder), folder / "handout.pdf"
    assert group.drills == ("student",)
    assert stat.S_IMODE(slips.stat().st_mode) == 0o600
    text = "".join(PdfReader(slips).pages[0].extract_text().split())
    assert "https://192.0.2.9:8866/" in text
    assert tls.fingerprint(folder).replace("\n", "") in text
    codes = [text[at : at + 14] for at in range(len(text)) if group.whose(text[at : at + 14])]
    assert [group.whose(code) for code in codes] == ["t01", "t02"]
    assert main(["class", "create", str(folder)]) == 2
    assert main(["class", "create", str(tmp_path / "other"), "--drill", "nothing"]) == 2
    assert "student" in capsys.readouterr().err


def test_on_own_laptops_a_pack_is_joined_with_the_code_and_work_is_handed_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group, codes = create_class(tmp_path / "class", ["甲", "乙", "丙"], mode="own-laptop", drills=["student"], seed=3)
    packs = handouts.write_packs(group, tmp_path / "packs")
    with pytest.raises(BadInput, match="没有这个个人代码"):
        handouts.join(packs[0], codes["t02"], tmp_path / "desk")
    join = ["class", "join", str(packs[0]), "--code", codes["t01"], "--desk", str(tmp_path / "desk")]
    assert main(join) == 0
    seat = own_seat(tmp_path / "desk")
    item = paper("before", seat.papers)[0]
    record_answer(seat.sign_in("applicant"), "before", item, item.key)
    assert (seat.trainee, seat.name, seat.papers, seat.drills) == ("t01", "甲", 3, ("student",))
    folder = tmp_path / "in"
    folder.mkdir()
    submit = ["class", "submit", "--desk", str(tmp_path / "desk"), "--out", str(folder / "t01.zip")]
    assert main(submit) == 0
    stranger = own_seat(tmp_path / "elsewhere")
    pack(stranger.casebook, "t99", 5, "C-OTHER", folder / "x.zip")
    (folder / "t02.zip").write_bytes(b"nothing of the kind")
    results = collect(group, folder)
    told = {(r["trainee"], r["kind"], r["what"]) for r in results.to_dict("records")}
    assert ("t01", "answer", item.id) in told
    assert {(t, w) for t, kind, w in told if kind == "fault"} >= {("t99", "foreign"), ("t03", "missing")}
    assert {w for _, kind, w in told if kind == "fault"} == {"foreign", "missing", "unreadable"}
    capsys.readouterr()
    assert main(["class", "score", str(group.folder), "--submissions", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "t01" in said and said.count("✗") == 4
    stranger.casebook.close()
    seat.casebook.close()


def test_a_class_whose_casebook_was_altered_is_not_scored(made: tuple[TrainingClass, dict[str, str]]) -> None:
    group, _ = made
    with closing(group.casebook()) as casebook:
        casebook.store._db.execute("UPDATE records SET body = replace(body, 't01', 't02') WHERE event = 'seat'")
    with pytest.raises(BadInput, match="record_altered"):
        collect(group)


def test_only_a_plain_name_is_a_name_of_an_export() -> None:
    names = (
        "R-X.csv",
        "R-X.csv.manifest.json",
        "..",
        ".",
        ".hidden",
        "a/b",
        "a\\b",
        "",
        "a\x00b",
        "../x",
        "/etc/passwd",
    )
    assert [name for name in names if safe_name(name)] == ["R-X.csv", "R-X.csv.manifest.json"]


def wheel(folder: Path, name: str, version: str, *requires: str) -> None:
    """A wheel that holds nothing but what it needs."""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in requires)]
        file.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(["Metadata-Version: 2.1", *lines, ""]))


def test_a_wheelhouse_lacks_what_only_the_other_system_needs_until_it_is_fetched(tmp_path: Path) -> None:
    wheel(tmp_path, "top", "1.0", 'colorama; sys_platform == "win32"', "below[fast]>=2", 'old; python_version < "3.10"')
    wheel(tmp_path, "below", "2.1", 'quick; extra == "fast"', 'slow; extra == "slow"')
    assert sorted(wheels.missing(tmp_path, "win_amd64", "3.12", ["top"])) == ["colorama", "quick"]
    assert sorted(wheels.missing(tmp_path, "manylinux", "3.12", ["top"])) == ["quick"]
    wheel(tmp_path, "quick", "1")
    assert wheels.missing(tmp_path, "manylinux", "3.12", ["top>=1"]) == []
    assert wheels.missing(tmp_path, "manylinux", "3.12", ["top>=2"]) == ["top>=2"]


def test_the_wheelhouse_command_takes_wheels_only_from_pips_own_index_for_the_names_of_pyproject() -> None:
    told = wheels.command(wheels.wanted(), Path("wheelhouse"), "win_amd64", "3.12")
    assert told[1:5] == ["-m", "pip", "download", "--only-binary=:all:"]
    assert told[told.index("--platform") + 1] == "win_amd64"
    assert told[told.index("--python-version") + 1] == "3.12"
    assert not [part for part in told if "index" in part or "://" in part or "find-links" in part]
    assert {"pandas", "jupyterlab", "voila", "faker==40.54.0", "setuptools>=77"} <= set(told)


def test_the_instructions_for_an_own_laptop_ask_nothing_of_a_network() -> None:
    text = (Path(handouts.__file__).parent / "own_laptop.txt").read_text("utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert len(installs) == 2 and all("--no-index --find-links wheelhouse" in line for line in installs)
    assert "make" not in text.replace("makes", "").split()


def test_class_json_holds_no_secret_but_hashes(made: tuple[TrainingClass, dict[str, str]]) -> None:
    told = json.loads((made[0].folder / "class.json").read_text("utf-8"))
    assert set(told) == {"id", "title", "mode", "made_at", "drills", "seed", "salt", "public", "trainees"}
