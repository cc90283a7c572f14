"""The casebook: steps taken once, logged or not taken at all, and whatever is altered is found."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from conftest import CLOCK, KEYWORD, PASSPHRASE, SHORTER_USE, Desk, RealDesk, chats_of, complaint, edit_policy, sqlite

import chatkit as ck
from chatkit import keys

TEXTS = chats_of().frame["text"].tolist()


def events(casebook: ck.Casebook) -> list[str]:
    return [record.event for record in casebook.store.records()]


# ---------------------------------------------------------------------------------------------------- once, not twice
def test_the_same_request_filed_twice_is_one_record(desk: Desk) -> None:
    first = desk.casebook.apply(complaint(), desk.clerk)
    assert desk.casebook.apply(complaint(), desk.clerk) == first
    assert events(desk.casebook).count("apply") == 1


def test_the_same_request_has_the_same_id_however_it_is_written() -> None:
    one = complaint(customers=["A1234"], keywords=["退款"])
    other = complaint(customers="A1234", keywords=(" 退款 ",), reason=" 投诉 #2023-0876 ")
    assert one.id == other.id
    assert one.id != complaint(customers=["A1234"], keywords=["退货"]).id


def test_every_step_run_twice_returns_the_first_result(desk: Desk) -> None:
    request, book = desk.file(), desk.casebook
    for gate in (desk.head, desk.it, desk.legal):
        assert book.approve(request, gate) == book.approve(request, gate)
    permit = book.permit(request)
    assert book.permit(request) == permit
    masked = desk.masked(permit)
    manifest = desk.export("found.csv", masked)
    assert desk.export("found.csv", masked) == manifest
    disposal = ck.destroy(manifest, by=desk.security, sweep=[])
    assert ck.destroy(manifest, by=desk.security, sweep=[]) == disposal
    counts = {event: events(book).count(event) for event in ("apply", "approve", "permit", "export", "destroy")}
    assert counts == {"apply": 1, "approve": 3, "permit": 1, "export": 1, "destroy": 1}


def test_a_request_sent_back_twice_keeps_the_first_reason(desk: Desk) -> None:
    request = desk.file()
    first = desk.casebook.reject(request, desk.head, why="范围太大")
    assert desk.casebook.reject(request, desk.head, why="另一个理由") == first
    assert first.note == "范围太大"


def test_a_permit_is_the_same_when_it_is_fetched_on_another_day(desk: Desk) -> None:
    permit = desk.grant()
    desk.reopen("2023-10-01T10:00")
    again = desk.casebook.permit(permit.request)
    assert (again.id, again.expires_at) == (permit.id, "2023-10-20T02:00:00Z")


def test_a_filed_request_is_found_by_its_id(desk: Desk) -> None:
    request = desk.file(complaint(keywords=[KEYWORD], evidence={"outside_contract": "a" * 64}))
    assert desk.casebook.request(request.id) == request


def test_gates_may_answer_in_any_order_and_stand_in_the_order_of_the_policy(desk: Desk) -> None:
    request = desk.file()
    for gate in (desk.legal, desk.head, desk.it):
        desk.casebook.approve(request, gate)
    roles = [act.role for act in desk.casebook.permit(request).approvals]
    assert roles == ["department_head", "it_review", "legal"]


# ------------------------------------------------------------------------------------------------- no log, no action
def stop(desk: Desk, event: str) -> None:
    desk.sqlite(
        f"CREATE TRIGGER stop BEFORE INSERT ON records WHEN NEW.event = '{event}' "
        "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )


def go(desk: Desk) -> None:
    desk.sqlite("DROP TRIGGER stop")


def test_what_cannot_be_logged_is_not_filed(desk: Desk) -> None:
    stop(desk, "apply")
    before = desk.casebook.store.entries()
    with pytest.raises(sqlite3.IntegrityError, match="the disk is full"):
        desk.casebook.apply(complaint(), desk.clerk)
    assert desk.casebook.store.entries() == before
    assert desk.casebook.store.records("apply") == []
    go(desk)
    desk.casebook.apply(complaint(), desk.clerk)
    assert desk.casebook.verify() == []


def test_what_cannot_be_logged_is_not_approved_or_permitted(desk: Desk) -> None:
    request = desk.file()
    stop(desk, "approve")
    with pytest.raises(sqlite3.IntegrityError):
        desk.casebook.approve(request, desk.head)
    assert desk.casebook.acts(request)[1] == []
    go(desk)
    for gate in (desk.head, desk.it, desk.legal):
        desk.casebook.approve(request, gate)
    stop(desk, "permit")
    with pytest.raises(sqlite3.IntegrityError):
        desk.casebook.permit(request)
    assert desk.casebook.store.records("permit") == []


def test_a_search_that_cannot_be_logged_shows_and_counts_nothing(desk: Desk) -> None:
    permit = desk.grant()
    stop(desk, "search")
    with pytest.raises(sqlite3.IntegrityError):
        ck.search(desk.chats, permit)
    assert desk.casebook.store.seen_under(permit.id) == set()


@pytest.mark.parametrize("event", ["estimate", "mask"])
def test_an_estimate_or_a_mask_that_cannot_be_logged_is_not_given(desk: Desk, event: str) -> None:
    extract = desk.extract()
    stop(desk, event)
    with pytest.raises(sqlite3.IntegrityError):
        ck.mask(extract) if event == "mask" else ck.estimate(desk.chats, complaint(), by=desk.clerk)


def test_an_export_whose_beginning_cannot_be_logged_writes_nothing(desk: Desk) -> None:
    masked = desk.masked()
    stop(desk, "export_started")
    with pytest.raises(sqlite3.IntegrityError):
        ck.export(masked, desk.folder / "out" / "found.csv", by=desk.security)
    assert not (desk.folder / "out").exists()


def test_a_file_is_not_destroyed_unless_that_is_logged_first(desk: Desk) -> None:
    manifest = desk.export()
    stop(desk, "destroy_started")
    with pytest.raises(sqlite3.IntegrityError):
        ck.destroy(manifest, by=desk.security, sweep=[])
    assert manifest.path.exists()


def test_a_refusal_that_cannot_be_logged_is_still_no_permission(desk: Desk) -> None:
    request = desk.file(by=desk.head)
    stop(desk, "refused")
    with pytest.raises((sqlite3.IntegrityError, ck.Refused)):
        desk.casebook.approve(request, desk.head)
    assert desk.casebook.acts(request)[1] == []


# ----------------------------------------------------------------------------------------------------- two at a time
def append_fifty(folder: str, who: str, start: object) -> None:
    book = ck.Casebook.open(folder, clock=CLOCK)
    start.wait()  # type: ignore[attr-defined]
    for n in range(50):
        with book.store.transaction():
            book.append("estimate", f"R-{who}", {"person": who, "n": n})
    book.close()


def test_two_processes_that_write_at_once_lose_no_entry(desk: Desk) -> None:
    context = multiprocessing.get_context("spawn")
    start, before = context.Barrier(2), len(desk.casebook.store.entries())
    both = [context.Process(target=append_fifty, args=(str(desk.casebook.folder), who, start)) for who in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert len(desk.casebook.store.entries()) == before + 100
    for who in ("a", "b"):
        assert [r.body["n"] for r in desk.casebook.store.records("estimate", f"R-{who}")] == list(range(50))
    assert desk.casebook.verify() == []


def test_two_casebooks_open_at_once_see_each_others_steps(desk: Desk) -> None:
    other = ck.Casebook.open(desk.casebook.folder, clock=CLOCK)
    request = desk.file()
    assert other.request(request.id) == request
    other.approve(request, other.sign_in("zhao.wei"))
    assert len(desk.casebook.acts(request)[1]) == 1
    other.close()


# ---------------------------------------------------------------------------------------------------- interrupted
CRASH = """
    import os, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from conftest import Desk, CLOCK
    import chatkit as ck
    from chatkit import exports, writers
    desk = Desk(Path({folder!r}), ck.Casebook.open({casebook!r}, clock=CLOCK))
    masked = desk.masked()
    def dies(frame, header, path):
        path.write_text("half a fi")
        os._exit(9)
    writers.WRITERS[".csv"] = dies
    ck.export(masked, desk.folder / "out" / "found.csv", by=desk.security)
"""


def test_an_export_that_was_killed_in_the_middle_is_told(desk: Desk) -> None:
    code = CRASH.format(tests=str(Path(__file__).parent), folder=str(desk.folder), casebook=str(desk.casebook.folder))
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, timeout=60, check=False)
    assert done.returncode == 9, done.stderr.decode()
    assert desk.casebook.verify() == ["export_unfinished"]
    assert not ck.verify(desk.casebook)
    assert not (desk.folder / "out" / "found.csv").exists()
    manifest = desk.export("out/found.csv")  # the same rows to the same name: it is made up for
    assert desk.casebook.verify() == []
    assert ck.verify(manifest)
    assert sorted(p.name for p in (desk.folder / "out").iterdir()) == ["found.csv", "found.csv.manifest.json"]


def test_an_intent_without_a_result_is_told(desk: Desk) -> None:
    with desk.casebook.store.transaction():
        desk.casebook.append(
            "export_started", "R-X", {"export": "E-X", "permit": "P-X", "path": "x", "person": "gao.fei"}
        )
    assert desk.casebook.verify() == ["export_unfinished"]


# -------------------------------------------------------------------------------------------------------- tampering
@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE records SET body = replace(body, '0876', '9999') WHERE event = 'apply'", "record_altered"),
        ("UPDATE records SET event = 'approve' WHERE event = 'apply'", "record_altered"),
        ("UPDATE records SET ref = 'R-X' WHERE event = 'apply'", "record_altered"),
        ("UPDATE records SET salt = x'00' WHERE event = 'apply'", "record_altered"),
        ("DELETE FROM records WHERE event = 'approve'", "record_missing"),
        ("UPDATE records SET n = n + 1000 WHERE event = 'apply'", "record_missing"),
        ("UPDATE log SET entry = CAST(replace(entry, 'apply', 'appl0') AS BLOB)", "log_altered"),
        ("UPDATE log SET entry = replace(entry, 'apply', 'appl0')", "log_altered"),
        ("UPDATE log SET entry = x'' WHERE n = 2", "log_altered"),
        ("DELETE FROM log WHERE n = (SELECT max(n) FROM log)", "log_altered"),
        ("DELETE FROM log WHERE n = 3", "log_altered"),
        ("DELETE FROM log", "log_altered"),
        ("UPDATE log SET n = n + 1000 WHERE n = 3", "log_altered"),
        ("UPDATE head SET size = size - 1, note = ''", "log_altered"),
        ("UPDATE head SET note = replace(note, 'chatkit/', 'chatkit.')", "log_altered"),
    ],
)
def test_what_is_altered_behind_the_casebooks_back_is_found(desk: Desk, statement: str, fault: str) -> None:
    desk.grant()
    assert desk.casebook.verify() == []
    desk.sqlite(statement)
    assert fault in desk.casebook.verify()
    assert not ck.verify(desk.casebook)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people SET person = replace(person, 'applicant', 'legal') WHERE id = 'wu.ting'",
        "DELETE FROM people WHERE id = 'sun.min'",
    ],
    ids=["a role given", "a person removed"],
)
def test_a_roster_altered_behind_the_casebooks_back_is_found(desk: Desk, statement: str) -> None:
    desk.sqlite(statement)
    assert desk.casebook.verify() != []


def test_entries_swapped_with_their_records_are_found(desk: Desk) -> None:
    desk.grant()
    desk.sqlite(
        "UPDATE log SET n = -1 WHERE n = 9", "UPDATE log SET n = 9 WHERE n = 10", "UPDATE log SET n = 10 WHERE n = -1"
    )
    assert "log_altered" in desk.casebook.verify()


def test_a_tail_cut_together_with_its_head_is_found_by_a_checkpoint_kept_elsewhere(desk: Desk) -> None:
    desk.casebook.store.entries()
    with sqlite(desk.casebook) as own:
        old = own.execute("SELECT size, peaks, note FROM head").fetchone()
    desk.grant()
    kept = desk.casebook.checkpoint()
    with sqlite(desk.casebook) as own:
        own.execute("DELETE FROM log WHERE n >= ?", [old[0]])
        own.execute("DELETE FROM records WHERE n >= ?", [old[0]])
        own.execute("UPDATE head SET size = ?, peaks = ?, note = ?", old)
    assert desk.casebook.verify() == []
    assert desk.casebook.verify(kept) == ["checkpoint_disagrees"]
    assert str(ck.verify(desk.casebook, checkpoint=kept)).startswith("✗ 日志与别处保存的检查点不符")


def test_an_older_checkpoint_still_agrees_with_a_longer_log(desk: Desk) -> None:
    kept = desk.casebook.checkpoint()
    desk.grant()
    assert desk.casebook.verify(kept) == []
    assert str(ck.verify(desk.casebook, checkpoint=kept)) == "✓ 案卷完好 · the casebook is sound"


def test_a_checkpoint_of_another_casebook_disagrees(desk: Desk, tmp_path: Path) -> None:
    other = ck.Casebook.open(tmp_path / "other", clock=CLOCK)
    assert desk.casebook.verify(other.checkpoint()) == ["checkpoint_disagrees"]
    other.close()


# ------------------------------------------------------------------------------------------------ what the log holds
def test_the_log_holds_no_person_no_customer_no_word_and_no_chat(desk: Desk) -> None:
    permit = desk.grant(complaint(keywords=[KEYWORD, "手机"], without=["开错了"]))
    manifest = desk.export("out/found.csv", desk.masked(permit))
    with pytest.raises(ck.Refused):
        ck.search(desk.chats, permit, customers=["B5678"])
    ck.estimate(desk.chats, complaint(customers=["C9012"]), by=desk.clerk)
    desk.casebook.reject(desk.file(complaint(customers=["B5678"])), desk.head, why="客户王小明不同意")
    ck.destroy(manifest, by=desk.security, sweep=[])
    raw = b"\n".join(desk.casebook.store.entries())
    secrets = [
        *desk.casebook.people(),
        *(person.name for person in desk.casebook.people().values()),
        *("A1234", "B5678", "C9012", KEYWORD, "手机", "开错了", "投诉", "王小明", "found.csv"),
        *(manifest.id, permit.id, permit.request.id, "complaint", "13800001234", "zhao", "gao.fei"),
        *TEXTS,
    ]
    found = [s for s in secrets if s.encode() in raw or json.dumps(s)[1:-1].encode() in raw]
    assert found == []
    assert {tuple(sorted(json.loads(entry))) for entry in desk.casebook.store.entries()} == {
        ("at", "event", "n", "record")
    }


def test_equal_records_have_different_entries(desk: Desk) -> None:
    for _ in range(2):
        ck.estimate(desk.chats, complaint(), by=desk.clerk)
    first, second = [r.n for r in desk.casebook.store.records("estimate")]
    marks = [json.loads(desk.casebook.store.entries()[n])["record"] for n in (first, second)]
    assert marks[0] != marks[1]


def test_the_steps_of_the_whole_chain_stand_in_the_log_in_order(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    ck.destroy(manifest, by=desk.security, sweep=[])
    assert [e for e in events(desk.casebook) if e not in ("enrol", "policy")] == [
        *("apply", "approve", "approve", "approve", "permit", "search", "mask"),
        *("export_started", "export", "destroy_started", "destroy"),
    ]


def test_the_log_is_shown_as_a_table_with_times_in_china(desk: Desk) -> None:
    desk.file()
    with pytest.raises(ck.Refused):
        desk.casebook.approve(complaint(), desk.clerk)
    shown = desk.casebook.log()
    assert list(shown.columns) == ["at", "event", "about", "person", "rules"]
    assert list(shown.index) == list(range(len(desk.casebook.store.entries())))
    last = shown.iloc[-1]
    assert (last["at"], last["person"], last["rules"]) == ("2023-09-20 10:00:00", "liu.yang", "gate.role")


def test_what_a_permit_allows_stands_in_the_log_under_whose_request_it_was(desk: Desk) -> None:
    permit = desk.grant()
    with pytest.raises(ck.Refused):
        ck.search(chats_of(), permit, customers=["B2147"])
    ck.mask(ck.search(chats_of(), permit))
    shown = desk.casebook.log().iloc[-4:]
    assert shown["event"].str.split(" ").str[0].tolist() == ["发出许可", "被拒绝", "检索", "脱敏"]
    assert shown["person"].tolist() == ["liu.yang"] * 4


# ------------------------------------------------------------------------------------------------- opening a casebook
def test_a_training_casebook_is_made_where_there_is_none(tmp_path: Path) -> None:
    book = ck.Casebook.open(tmp_path / "new" / "casebook")
    assert book.training
    assert sorted(book.people()) == [
        *("chen.jie", "gao.fei", "he.jun", "liu.yang", "ma.li", "sun.min", "wu.ting", "zhao.wei")
    ]
    assert all("（虚构）" in person.name for person in book.people().values())
    book.close()


def test_a_casebook_opened_twice_is_the_same(desk: Desk) -> None:
    before = desk.casebook.store.entries()
    desk.reopen()
    assert desk.casebook.store.entries() == before


def test_a_folder_that_holds_something_else_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    for folder in (tmp_path, tmp_path / "holiday.jpg"):
        with pytest.raises(ck.BadInput) as caught:
            ck.Casebook.open(folder)
        assert caught.value.problem == "folder_taken"
    assert [p.name for p in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_damaged_casebook_is_bad_input(tmp_path: Path) -> None:
    ck.Casebook.open(tmp_path / "casebook").close()
    (tmp_path / "casebook" / "casebook.db").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with pytest.raises(ck.BadInput) as caught:
        ck.Casebook.open(tmp_path / "casebook")
    assert caught.value.problem == "casebook_unreadable"


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "no_policy"), (b"use = 3", "policy_faulty"), (b"\xff", "policy_faulty")]
)
def test_a_casebook_without_a_sound_policy_is_bad_input(tmp_path: Path, content: bytes | None, problem: str) -> None:
    ck.Casebook.open(tmp_path / "casebook").close()
    path = tmp_path / "casebook" / "policy.toml"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ck.BadInput) as caught:
        ck.Casebook.open(tmp_path / "casebook")
    assert caught.value.problem == problem


def test_acts_of_a_training_casebook_are_stamped_as_role_play(desk: Desk) -> None:
    permit = desk.grant()
    assert permit.roleplay
    assert all(act.roleplay for act in (permit.application, *permit.approvals))
    assert desk.export("out/found.csv", desk.masked(permit)).roleplay


def test_a_policy_that_changes_is_logged_once(desk: Desk) -> None:
    edit_policy(desk.casebook.folder, SHORTER_USE)
    desk.reopen()
    desk.reopen()
    policies = [r.body["sha256"] for r in desk.casebook.store.records("policy")]
    assert len(policies) == 2
    assert policies[-1] == desk.casebook.policy.sha256


def test_after_the_policy_changed_one_applies_again(desk: Desk) -> None:
    permit = desk.grant()
    edit_policy(desk.casebook.folder, SHORTER_USE)
    desk.reopen()
    for use in (
        lambda: ck.search(desk.chats, replace(permit, casebook=desk.casebook)),
        lambda: desk.casebook.permit(permit.request),
    ):
        with pytest.raises(ck.Refused, match=r"permit\.policy"):
            use()
    assert len(desk.extract(desk.grant(complaint(reason="投诉 #2023-0877"))).frame) == 6


# --------------------------------------------------------------------------------------------------- a real casebook
def test_a_real_casebook_takes_the_whole_chain_with_everybodys_own_key(real: RealDesk) -> None:
    book = real.casebook
    request = complaint()
    book.apply(request, real.sign_in("li.na"))
    for gate in ("wang.fang", "liu.qiang", "chen.gang"):
        book.approve(request, real.sign_in(gate))
    permit = book.permit(request)
    manifest = ck.export(
        ck.mask(ck.search(chats_of(fictional=False), permit)), real.folder / "found.xlsx", by=real.sign_in("yang.bo")
    )
    assert not book.training
    assert not permit.roleplay
    assert not manifest.roleplay
    assert not manifest.act.roleplay
    assert not manifest.fictional
    assert "演练" not in str(manifest)
    assert ck.verify(manifest)
    disposal = ck.destroy(manifest, by=real.sign_in("yang.bo"), sweep=[])
    assert not disposal.act.roleplay
    assert not manifest.path.exists()
    assert book.verify() == []


def test_a_real_casebook_holds_no_private_key_of_its_people(real: RealDesk) -> None:
    with sqlite(real.casebook) as own:
        names = [name for (name,) in own.execute("SELECT name FROM meta")]
    assert [name for name in names if name.startswith("roleplay")] == []
    opened = keys.read_key(real.key("li.na"), PASSPHRASE)
    assert opened is not None
    assert opened.private_bytes_raw() not in (real.casebook.folder / "casebook.db").read_bytes()


def test_a_new_roster_replaces_the_old_one(real: RealDesk) -> None:
    book, key = real.casebook, keys.new_key()
    keys.write_key(key, real.key("new.hand"), PASSPHRASE)
    rows = [(p.id, ";".join(p.roles), p.public_key) for p in book.people().values() if p.id != "li.na"]
    roster = real.write_roster([*rows, ("new.hand", "applicant", keys.public_hex(key))], "next.csv")
    ck.enrol(roster, by=real.sign_in("yang.bo"))
    assert [p.id for p in book.people().values() if not p.active] == ["li.na"]
    assert real.sign_in("new.hand").id == "new.hand"
    assert [r.ref for r in book.store.records("enrol")][5:] == ["new.hand", "li.na"]
    assert book.verify() == []


def test_an_unchanged_roster_logs_nothing(real: RealDesk) -> None:
    before = len(real.casebook.store.entries())
    ck.enrol(real.roster, by=real.sign_in("yang.bo"))
    assert len(real.casebook.store.entries()) == before


def test_a_roster_with_somebody_without_a_key_changes_nothing(real: RealDesk) -> None:
    before = dict(real.casebook.people())
    rows = [("li.na", "applicant", ""), ("yang.bo", "data_security", before["yang.bo"].public_key)]
    with pytest.raises(ck.BadInput) as caught:
        ck.enrol(real.write_roster(rows, "next.csv"), by=real.sign_in("yang.bo"))
    assert caught.value.problem == "key_missing"
    assert "li.na" in caught.value.text.en
    assert real.casebook.people() == before


def granted(real: RealDesk) -> ck.Permit:
    request = complaint()
    real.casebook.apply(request, real.sign_in("li.na"))
    for gate in ("wang.fang", "liu.qiang", "chen.gang"):
        real.casebook.approve(request, real.sign_in(gate))
    return real.casebook.permit(request)


def renewed(real: RealDesk, person: str) -> None:
    """That person gets another key."""
    key = keys.new_key()
    rows = [
        (p.id, ";".join(p.roles), keys.public_hex(key) if p.id == person else p.public_key)
        for p in real.casebook.people().values()
    ]
    ck.enrol(real.write_roster(rows, "next.csv"), by=real.sign_in("yang.bo"))


def test_what_somebody_approved_before_leaving_still_stands(real: RealDesk) -> None:
    permit = granted(real)
    rows = [(p.id, ";".join(p.roles), p.public_key) for p in real.casebook.people().values() if p.id != "wang.fang"]
    ck.enrol(real.write_roster(rows, "next.csv"), by=real.sign_in("yang.bo"))
    assert len(ck.search(chats_of(), permit).frame) == 6


def test_a_new_key_does_not_undo_what_was_signed_with_the_old_one(real: RealDesk) -> None:
    permit = granted(real)
    manifest = ck.export(ck.mask(ck.search(chats_of(), permit)), real.folder / "x.csv", by=real.sign_in("yang.bo"))
    renewed(real, "wang.fang")
    assert ck.verify(manifest)


def test_somebody_with_a_new_key_cannot_act_with_the_old_sign_in(real: RealDesk) -> None:
    clerk = real.sign_in("li.na")
    renewed(real, "li.na")
    with pytest.raises(ck.Refused, match=r"person\.unknown"):
        real.casebook.apply(complaint(), clerk)


def test_the_time_of_a_real_casebook_never_runs_backwards(real: RealDesk) -> None:
    with real.casebook.store.transaction():
        real.casebook.store.append("estimate", "R-X", {"person": "li.na"}, "2999-01-01T00:00:00Z")
    assert real.casebook.now().year == 2999


def test_a_signature_is_over_everything_in_the_act(desk: Desk) -> None:
    act = desk.casebook.apply(complaint(), desk.clerk)
    public = desk.casebook.people()["liu.yang"].public_key
    assert keys.verify(public, act.message(), act.signature)
    for name, value in asdict(act).items():
        if name != "signature":
            altered = replace(act, **{name: not value if isinstance(value, bool) else f"{value}x"})
            assert not keys.verify(public, altered.message(), act.signature), name
