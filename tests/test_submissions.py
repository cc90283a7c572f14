"""Submissions: sound, altered, truncated, foreign, copied and unreadable are told apart, each made for real."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest
from playing import generate_and_score, perform

import chatkit as ck
from chatkit import keys, log
from chatkit.classroom.lessons.drills import Play, begin
from chatkit.classroom.results.submissions import MEMBERS, Enrolment, pack, read_submission, read_submissions, score

SEEDS = {"t01": 101, "t02": 102, "t03": 103}
CLASS = Enrolment("C-autumn", SEEDS)
DRILL = "keep"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[ck.Casebook, Play]:
    folder = tmp_path_factory.mktemp("t01")
    play = begin(DRILL, SEEDS["t01"], folder)
    return perform(folder / "casebook", play), play


@pytest.fixture
def handed_in(played: tuple[ck.Casebook, Play], tmp_path: Path) -> Path:
    return pack(played[0], "t01", SEEDS["t01"], "C-autumn", tmp_path / "t01.zip")


def status(path: Path, enrolment: Enrolment = CLASS, by: str = "") -> str:
    """What the file turned out to be."""
    submission = read_submission(path, enrolment, handed_in_by=by)
    assert submission.reason.zh and submission.reason.en and (submission.casebook is not None) == submission.sound
    submission.close()
    return submission.status


def members(path: Path) -> dict[str, bytes]:
    """What a submission holds."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def write(path: Path, held: dict[str, bytes]) -> Path:
    """A zip file of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in held.items():
            file.writestr(name, data)
    return path


def retell(path: Path, **changes: object) -> Path:
    """The same submission with another cover."""
    held = members(path)
    held["submission.json"] = json.dumps({**json.loads(held["submission.json"]), **changes}).encode()
    return write(path, held)


def doctor(path: Path, work: Callable[[sqlite3.Connection], object], *, cover: bool = True) -> Path:
    """The same submission after work on its casebook, its cover's fingerprint made to fit."""
    held, file = members(path), path.with_suffix(".db")
    file.write_bytes(held["casebook.db"])
    with closing(sqlite3.connect(file)) as own:
        work(own)
        own.commit()
        own.execute("PRAGMA journal_mode = DELETE")
    held["casebook.db"] = file.read_bytes()
    if cover:
        note = json.loads(held["submission.json"])
        note["sha256"]["casebook.db"] = ck.fingerprint(file)
        held["submission.json"] = json.dumps(note).encode()
    return write(path, held)


def cut(own: sqlite3.Connection) -> None:
    """Take away the last five entries, and their records."""
    for table in ("log", "records"):
        own.execute(f"DELETE FROM {table} WHERE n > (SELECT MAX(n) - 5 FROM {table})")


def sign_anew(own: sqlite3.Connection) -> str:
    """Sign the head of the log as it is now, with the key that lies in the casebook: what a trainee can do."""
    entries = [bytes(row[0]) for row in own.execute("SELECT CAST(entry AS BLOB) FROM log ORDER BY n")]
    meta = dict(own.execute("SELECT name, value FROM meta").fetchall())
    key = keys.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(meta["log_key"]))
    note = log.sign_checkpoint(meta["origin"], len(entries), log.root(entries), key).note
    own.execute("UPDATE head SET size = ?, note = ?", [len(entries), note])
    return note


def test_a_sound_submission_is_read_scored_and_says_what_it_cannot_show(handed_in: Path) -> None:
    submission = score(read_submission(handed_in, CLASS), [DRILL])
    assert (submission.status, submission.trainee, submission.seed) == ("sound", "t01", 101)
    assert [grade.score for grade in submission.grades] == [100]
    assert "无法排除" in str(submission) and "cannot be excluded" in str(submission)
    submission.close()


def test_handing_in_twice_is_sound(played: tuple[ck.Casebook, Play], handed_in: Path, tmp_path: Path) -> None:
    assert status(pack(played[0], "t01", 101, "C-autumn", tmp_path / "again" / "t01.zip")) == "sound"
    assert status(handed_in) == "sound"


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_flipped_byte_of_the_casebook_is_altered(handed_in: Path, place: float) -> None:
    held = members(handed_in)
    data = bytearray(held["casebook.db"])
    data[int(len(data) * place)] ^= 1
    assert status(write(handed_in, {**held, "casebook.db": bytes(data)})) == "altered"


def test_a_flipped_byte_of_the_file_on_its_way_is_altered(handed_in: Path) -> None:
    data = bytearray(handed_in.read_bytes())
    data[len(data) // 2] ^= 1
    handed_in.write_bytes(data)
    assert status(handed_in) == "altered"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET body = replace(body, 'liu.yang', 'wu.ting') WHERE event = 'apply'",
        "UPDATE log SET entry = replace(entry, '2023', '2022') WHERE n = 12",
        "DELETE FROM records WHERE n = 12",
        "UPDATE people SET person = replace(person, 'applicant', 'legal')",
        "CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM records; END",
        "DROP TABLE seen",
        "UPDATE meta SET value = 'x' WHERE name = 'public'",
    ],
)
def test_a_casebook_that_was_worked_on_is_altered_even_with_a_fitting_cover(handed_in: Path, statement: str) -> None:
    assert status(doctor(handed_in, lambda own: own.execute(statement))) == "altered"


def test_another_policy_is_altered(handed_in: Path) -> None:
    held = members(handed_in)
    assert status(write(handed_in, {**held, "policy.toml": held["policy.toml"] + b"\n"})) == "altered"


def test_a_cut_tail_of_the_log_is_truncated(handed_in: Path) -> None:
    assert status(doctor(handed_in, cut, cover=False)) == "truncated"


def test_a_cut_tail_whose_head_was_signed_anew_is_truncated_by_the_cover(handed_in: Path) -> None:
    assert status(doctor(handed_in, lambda own: (cut(own), sign_anew(own)))) == "truncated"


def test_a_history_made_to_fit_shows_only_against_a_checkpoint_kept_elsewhere(handed_in: Path) -> None:
    kept, notes = json.loads(members(handed_in)["submission.json"])["checkpoint"], list[str]()
    retell(doctor(handed_in, lambda own: notes.append(sign_anew(own))), checkpoint=notes[-1])
    assert status(handed_in) == "sound"  # signed anew by the one who holds the key: nothing tells it apart
    retell(doctor(handed_in, lambda own: (cut(own), notes.append(sign_anew(own)))), checkpoint=notes[-1])
    assert status(handed_in, Enrolment("C-autumn", SEEDS, {"t01": kept})) == "truncated"


def test_another_classs_file_is_foreign(played: tuple[ck.Casebook, Play], handed_in: Path) -> None:
    assert status(handed_in, Enrolment("C-spring", SEEDS)) == "foreign"
    assert status(handed_in, Enrolment("C-autumn", {"t09": 101}), by="t09") == "foreign"
    assert status(handed_in, Enrolment("C-autumn", {**SEEDS, "t01": 999})) == "foreign"


def test_a_colleagues_file_under_ones_own_name_is_copied(handed_in: Path) -> None:
    assert status(handed_in.rename(handed_in.with_name("t02.zip"))) == "copied"
    assert status(handed_in.with_name("t02.zip"), by="t03") == "copied"


def test_a_colleagues_file_under_a_new_cover_is_copied_by_what_its_log_says(handed_in: Path) -> None:
    retell(handed_in, trainee="t02", seed=102)
    assert status(handed_in.rename(handed_in.with_name("t02.zip"))) == "copied"


def test_a_colleagues_seed_is_copied(handed_in: Path) -> None:
    assert status(retell(handed_in, seed=103)) == "copied"


def test_one_casebook_under_two_names_is_copied_twice(tmp_path: Path) -> None:
    book = ck.Casebook.open(tmp_path / "shared", clock="2023-09-20")
    book.close()
    (tmp_path / "other").mkdir()
    for name in ("casebook.db", "policy.toml"):
        (tmp_path / "other" / name).write_bytes((tmp_path / "shared" / name).read_bytes())
    paths = []
    for trainee, folder in (("t01", "shared"), ("t02", "other")):
        own = ck.Casebook.open(tmp_path / folder, clock="2023-09-20")
        paths.append(pack(own, trainee, SEEDS[trainee], "C-autumn", tmp_path / f"{trainee}.zip"))
        own.close()
    assert [status(path) for path in paths] == ["sound", "sound"]
    assert [submission.status for submission in read_submissions(paths, CLASS)] == ["copied", "copied"]


def hostile(folder: Path, good: Path) -> Iterable[Path]:
    """Files that are no submission, each in another way."""
    held = members(good)
    made = {"not_zip.zip": b"PK\x03\x04 and then nothing of the kind", "empty.zip": b""}
    made["half.zip"] = good.read_bytes()[: good.stat().st_size // 2]
    for name, data in made.items():
        (folder / name).write_bytes(data)
        yield folder / name
    yield folder / "not_there.zip"
    yield folder
    yield write(folder / "bomb.zip", {**held, "casebook.db": bytes(200 * 2**20)})
    yield write(folder / "climbs.zip", {**held, "../../climbed.txt": b"out"})
    yield write(folder / "climbs_instead.zip", {**dict(list(held.items())[:2]), "../casebook.db": b"out"})
    yield write(folder / "lacking.zip", {name: held[name] for name in MEMBERS[:2]})
    for n, cover in enumerate([b"", b"[]", b"{}", b"[" * 100_000, b'{"trainee": 1}', b"\xff\xfe"]):
        yield write(folder / f"cover{n}.zip", {**held, "submission.json": cover})


def test_whatever_is_no_submission_is_unreadable_and_the_others_are_read(handed_in: Path, tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "deep"
    folder.mkdir(parents=True)
    bad = list(hostile(folder, handed_in))
    found = read_submissions([*bad[:5], handed_in, *bad[5:]], CLASS)
    assert [s.status for s in found] == ["unreadable"] * 5 + ["sound"] + ["unreadable"] * (len(bad) - 5)
    assert not list(tmp_path.rglob("climbed.txt")) and not (folder.parent / "casebook.db").exists()
    for submission in found:
        submission.close()


def test_records_that_cannot_be_graded_make_one_submission_unreadable_and_raise_nothing(tmp_path: Path) -> None:
    book = ck.Casebook.open(tmp_path / "casebook", clock="2023-09-20")
    with book.store.transaction():
        book.append("search", "R-X", {"no": "source"})
    path = pack(book, "t01", 101, "C-autumn", tmp_path / "t01.zip")
    assert score(read_submission(path, CLASS), [DRILL]).status == "unreadable"


def test_only_a_sound_submission_is_scored(handed_in: Path) -> None:
    bad = read_submission(handed_in, Enrolment("C-spring", SEEDS))
    assert score(bad, [DRILL]) is bad


def test_a_real_casebook_and_one_handed_in_by_another_cannot_be_packed(
    real: object, played: tuple[ck.Casebook, Play], handed_in: Path, tmp_path: Path
) -> None:
    with pytest.raises(ck.BadInput):
        pack(real.casebook, "t01", 101, "C-autumn", tmp_path / "real.zip")  # type: ignore[attr-defined]
    with pytest.raises(ck.BadInput):
        pack(played[0], "t02", 102, "C-autumn", tmp_path / "t02.zip")
    assert not (tmp_path / "real.zip").exists() and not (tmp_path / "t02.zip").exists()


def test_a_class_is_scored_in_one_go(tmp_path: Path) -> None:
    _, _, scored = generate_and_score(tmp_path, 3, DRILL)
    assert [[grade.score for grade in submission.grades] for submission in scored] == [[100]] * 3
