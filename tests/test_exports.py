"""Exports: one whole file and a manifest that verifies; after any alteration it no longer does."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import CLOCK, Desk, chats_of, complaint, sqlite
from pypdf.errors import PyPdfError

import chatkit as ck
from chatkit.exports import VERSION, read_back
from chatkit.manifests import subject
from chatkit.requests import frozen
from chatkit.writers import WRITERS

LINES = ("m1", "c1", "A1234", "2023-09-02 10:00:00", "customer")


def failed(verification: ck.Verification) -> set[str]:
    return {name for name, passed in verification.checks if not passed}


def names_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


# ------------------------------------------------------------------------------------------------------- the files
def test_a_csv_export_opens_with_pandas_under_chinese_headers(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    raw = manifest.path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 7
    read = pd.read_csv(manifest.path, dtype=str)
    assert list(read.columns) == ["许可编号（演练）", "会话编号", "发送时间", "发送方", "消息内容", "是否撤回"]
    assert read["消息内容"].tolist() == [
        "你好，发票抬头写错了",
        "请告诉我您的手机号",
        "手机138****1234，我叫王**",
        "发票抬头改成ＡＰＰ上的那个，邮箱 w***@example.com",
        "好的，已经登记",
        "发票 抬头还没有改好",
    ]
    assert read["发送时间"].tolist()[0] == "2023-09-01 00:00:00"
    assert set(read["是否撤回"]) == {"否"}


def test_a_workbook_export_is_text_under_a_frozen_header(desk: Desk) -> None:
    book = openpyxl.load_workbook(desk.export("out/found.xlsx").path)
    sheet = book.active
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == [
        "许可编号（演练）",
        "会话编号",
        "发送时间",
        "发送方",
        "消息内容",
        "是否撤回",
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert sheet.max_row == 7
    book.close()


def test_a_parquet_export_opens_with_pandas(desk: Desk) -> None:
    read = pd.read_parquet(desk.export("out/found.parquet").path)
    assert len(read) == 6
    assert "13800001234" not in read.to_csv()


def test_a_pdf_export_is_a_pdf(desk: Desk) -> None:
    assert desk.export("out/found.pdf").path.read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".pdf"])
def test_no_personal_data_and_no_accounts_are_in_the_file(desk: Desk, suffix: str) -> None:
    content = desk.export(f"out/found{suffix}").path.read_bytes()
    for secret in ("13800001234", "王小明", "wang.li@", "A1234", "kf01"):
        assert secret.encode() not in content
        assert secret.encode("utf-16-le") not in content


def test_columns_that_were_not_requested_are_absent(desk: Desk) -> None:
    manifest = desk.export("out/found.csv", desk.masked(desk.grant(complaint(columns=["sent_at", "text"]))))
    assert list(pd.read_csv(manifest.path).columns) == ["许可编号（演练）", "发送时间", "消息内容"]
    assert manifest.columns == ("permit_id", "sent_at", "text")


def test_a_cell_that_looks_like_a_formula_is_neutralised_and_counted(desk: Desk) -> None:
    desk.chats = chats_of([(*LINES, "=1+1"), ("m2", *LINES[1:], "退款")])
    manifest = desk.export("out/found.csv")
    rows = list(csv.reader(io.StringIO(manifest.path.read_text("utf-8-sig"), newline="")))
    assert [row[4] for row in rows] == ["消息内容", "'=1+1", "退款"]
    assert manifest.neutralised == 1


def test_nothing_found_is_exported_as_a_header(desk: Desk) -> None:
    desk.chats = chats_of([])
    manifest = desk.export("out/found.csv")
    assert manifest.rows == 0
    assert manifest.path.read_text("utf-8-sig").count("\n") == 1
    assert ck.verify(manifest)


# --------------------------------------------------------------------------------- what is really in the file
SUFFIXES = [".csv", ".xlsx", ".parquet", ".pdf"]


@pytest.mark.parametrize("suffix", SUFFIXES[:3])
def test_what_is_read_back_is_what_was_masked(desk: Desk, suffix: str) -> None:
    desk.chats = chats_of([(*LINES, '他说“好”,\n"再见"'), ("m2", *LINES[1:], "=1+1"), ("m3", *LINES[1:], "")])
    masked = desk.masked()
    cells = read_back(desk.export(f"out/found{suffix}", masked).path, suffix, masked.frame)
    texts = ['他说“好”,\n"再见"', "=1+1" if suffix != ".csv" else "'=1+1", ""]
    assert [t for t in texts if t not in cells.to_numpy().ravel().tolist()] == []
    assert len(cells) == 3 + (suffix in (".csv", ".xlsx"))


def test_of_a_pdf_only_what_is_no_cell_is_read_back(desk: Desk) -> None:
    masked = desk.masked()
    written = masked.frame.drop(columns="message_id")
    lines = read_back(desk.export("out/found.pdf", masked).path, ".pdf", written)[0].tolist()
    texts = [text for text in masked.frame["text"] if text]
    assert texts
    assert [line for line in lines for text in texts if text in line] == []
    assert "1 / 1" in lines[-1]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("leak", "rule"),
    [
        ("打 13912345678", "mask.residual"),
        ("给王小明退款", "mask.residual"),
        ("HTW crm 2023", "mask.canary"),
        ("琼K·A1203", "mask.residual"),
    ],
)
def test_what_a_writer_lets_through_is_found_in_the_file_and_no_file_is_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, suffix: str, leak: str, rule: str
) -> None:
    (desk.casebook.folder / "canaries.toml").write_text('[[canary]]\nWECHAT = "htw-crm-2023"\n', encoding="utf-8")
    masked, right = desk.masked(), WRITERS[suffix]

    def faulty(frame: pd.DataFrame, header: dict[str, str], path: Path) -> int:
        return right(frame.assign(text=[leak, *frame["text"][1:]]), header, path)

    monkeypatch.setitem(WRITERS, suffix, faulty)
    with pytest.raises(ck.Refused, match=rule.replace(".", r"\.")) as caught:
        ck.export(masked, desk.folder / "out" / f"found{suffix}", by=desk.security)
    assert leak not in str(caught.value)
    assert names_in(desk.folder / "out") == []
    assert len(desk.casebook.store.records("export_failed")) == 1
    assert desk.casebook.verify() == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_cannot_be_read_back_is_not_left(desk: Desk, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setitem(WRITERS, suffix, lambda frame, header, path: path.write_bytes(b'"\xff') and 0)
    masked = desk.masked()
    with pytest.raises((ValueError, OSError, zipfile.BadZipFile, PyPdfError)):
        ck.export(masked, desk.folder / "out" / f"found{suffix}", by=desk.security)
    assert names_in(desk.folder / "out") == []
    assert desk.casebook.store.records("export") == []


# ----------------------------------------------------------------------------------------------- spot-checked, measured
def test_a_judged_check_goes_into_the_manifest_and_verifies(desk: Desk) -> None:
    masked = desk.masked()
    check = ck.spot_check(masked, 3).judge([], by=desk.security)
    manifest = ck.export(masked, desk.folder / "found.csv", by=desk.security, spot_check=check)
    assert manifest.spot_check == check.record()
    assert "人工抽查：gao.fei" in str(manifest)
    assert ck.verify(ck.read_manifest(manifest.path, desk.casebook))
    assert ck.export(masked, manifest.path, by=desk.security, spot_check=check) == manifest
    with pytest.raises(ck.Refused, match=r"export\.taken"):  # a manifest says nothing of a check it does not hold
        ck.export(masked, manifest.path, by=desk.security)


def test_without_a_check_and_a_measurement_the_manifest_says_so(desk: Desk) -> None:
    manifest = desk.export()
    assert manifest.spot_check == {"n": 0}
    assert "未抽查。" in str(manifest)
    assert "Not spot-checked." in str(manifest)


def test_what_was_measured_of_this_detector_is_told_and_of_another_is_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [
        f'detector = "{VERSION}"',
        "measured_on = 2023-09-01",
        "f1 = 0.98765",
        "leaked = 0.01",
        "over_masked = 0.002",
    ]
    (tmp_path / "measured.toml").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr("chatkit.exports.files", lambda package: tmp_path)
    manifest = desk.export("out/found.csv")
    assert dict(manifest.measured) == {
        "on": "在生成的数据上测得，不是这份导出 · measured on generated data, not on this export",
        **{"at": "2023-09-01", "f1": "0.9877", "leaked": "0.0100", "over_masked": "0.0020"},
    }
    assert f"Detector {VERSION}: measured on generated data, not on this export (2023-09-01): F1 0.9877" in str(
        manifest
    )
    assert ck.verify(ck.read_manifest(manifest.path, desk.casebook))
    monkeypatch.setattr("chatkit.exports.VERSION", "another")
    other = desk.export("out/other.csv")
    assert dict(other.measured) == {"on": "未测量。 · not measured."}
    assert "another：未测量。未抽查。" in str(other)


def test_a_manifest_of_before_is_read_and_verifies(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    old = {n: v for n, v in manifest.record().items() if n not in ("measured", "spot_check", "act")}
    act = desk.security.sign("export", subject(old), "data_security", manifest.exported_at)
    record = {**old, "act": asdict(act)}
    manifest.sidecar.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    read = ck.read_manifest(manifest.path, desk.casebook)
    assert (read.measured, read.spot_check) == ({}, {})
    assert failed(ck.verify(read)) == {"held"}  # the casebook of this test holds the new one
    assert read.record() == frozen(json.loads(json.dumps(record))) | {"act": asdict(act)}
    assert "未抽查。" in str(read)


# ------------------------------------------------------------------------------------------------- whole, or nothing
def test_a_cell_too_long_for_a_workbook_leaves_nothing_behind(desk: Desk) -> None:
    desk.chats = chats_of([(*LINES, "长" * 32_768)])
    with pytest.raises(ck.BadInput) as caught:
        desk.export("found.xlsx")
    assert caught.value.problem == "cell_too_long"
    assert caught.value.file.name == "found.xlsx"
    assert "长长" not in str(caught.value)
    assert not [name for name in names_in(desk.folder) if "found" in name or name.endswith(".tmp")]
    assert desk.casebook.verify() == []
    assert len(desk.casebook.store.records("export_failed")) == 1


def test_an_unknown_ending_is_bad_input_and_nothing_is_written(desk: Desk) -> None:
    with pytest.raises(ck.BadInput) as caught:
        desk.export("out/found.docx")
    assert caught.value.problem == "format_unknown"
    assert not (desk.folder / "out").exists()


def test_a_target_that_cannot_be_written_leaves_nothing_behind(desk: Desk) -> None:
    masked = desk.masked()
    (desk.folder / "file").write_text("no folder")
    with pytest.raises(OSError):
        ck.export(masked, desk.folder / "file" / "found.csv", by=desk.security)
    assert not [name for name in names_in(desk.folder) if name.endswith((".tmp", ".csv"))]
    assert desk.casebook.verify() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
def test_a_file_that_fails_in_the_middle_leaves_no_half_of_it(desk: Desk) -> None:
    import resource

    desk.chats = chats_of((f"m{n}", *LINES[1:], "长" * 20_000) for n in range(60))  # 3.6 MB
    masked = desk.masked()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            ck.export(masked, desk.folder / "out" / "found.csv", by=desk.security)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names_in(desk.folder / "out") == []
    assert len(desk.casebook.store.records("export_failed")) == 1
    assert desk.casebook.verify() == []


def test_an_existing_file_is_never_overwritten(desk: Desk) -> None:
    masked, path = desk.masked(), desk.folder / "found.csv"
    path.write_text("mine")
    with pytest.raises(ck.Refused, match=r"export\.taken"):
        ck.export(masked, path, by=desk.security)
    assert path.read_text() == "mine"


def test_other_rows_are_not_written_over_an_earlier_export(desk: Desk) -> None:
    permit = desk.grant()
    first = desk.export("found.csv", desk.masked(permit))
    content = first.path.read_bytes()
    fewer = ck.mask(ck.search(desk.chats, permit, until="2023-09-01"))
    with pytest.raises(ck.Refused, match=r"export\.taken"):
        ck.export(fewer, first.path, by=desk.security)
    assert first.path.read_bytes() == content


def test_the_same_rows_to_the_same_file_are_one_export(desk: Desk) -> None:
    permit = desk.grant()
    first = desk.export("found.csv", desk.masked(permit))
    assert desk.export("found.csv", desk.masked(permit)) == first
    assert len(desk.casebook.store.records("export")) == 1


def test_a_lost_manifest_is_written_again_with_the_same_export(desk: Desk) -> None:
    permit = desk.grant()
    first = desk.export("found.csv", desk.masked(permit))
    first.sidecar.unlink()
    desk.export("found.csv", desk.masked(permit))
    assert ck.read_manifest(first.path, desk.casebook) == first


def test_an_altered_file_is_not_taken_for_the_earlier_export(desk: Desk) -> None:
    permit = desk.grant()
    manifest = desk.export("found.csv", desk.masked(permit))
    manifest.path.write_bytes(manifest.path.read_bytes() + b"x")
    with pytest.raises(ck.Refused, match=r"export\.taken"):
        desk.export("found.csv", desk.masked(permit))


def test_a_file_lies_beside_its_manifest_and_nothing_else(desk: Desk) -> None:
    desk.export("out/found.xlsx")
    assert names_in(desk.folder / "out") == ["found.xlsx", "found.xlsx.manifest.json"]


def test_the_manifest_of_a_destroyed_export_survives_the_next_export_of_that_name(desk: Desk) -> None:
    permit = desk.grant()
    first = desk.export("out/found.csv", desk.masked(permit))
    ck.destroy(first, by=desk.security, sweep=[])
    second = desk.export("out/found.csv", desk.masked(permit))
    assert second.id != first.id
    kept = [json.loads(p.read_text("utf-8"))["id"] for p in (desk.folder / "out").glob("*.json")]
    assert sorted(kept) == sorted([first.id, second.id])


# ---------------------------------------------------------------------------------------------------- the manifest
def test_a_manifest_says_who_asked_agreed_and_executed_and_what_was_masked(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    assert (manifest.applicant, manifest.executor, manifest.rows) == ("liu.yang", "gao.fei", 6)
    assert [(role, person) for role, person, _ in manifest.approved_by] == [
        *(("department_head", "zhao.wei"), ("it_review", "chen.jie"), ("legal", "sun.min"))
    ]
    assert manifest.masked == (("EMAIL", 1), ("NAME", 1), ("PHONE", 1))
    assert (manifest.purpose, manifest.basis, manifest.mode) == ("complaint", "contract", "permission")
    assert (manifest.exported_at, manifest.destroy_by) == ("2023-09-20T02:00:00Z", "2023-10-20T02:00:00Z")
    assert (manifest.roleplay, manifest.fictional, manifest.left_readable) == (True, True, ())
    assert "13800001234" not in manifest.sidecar.read_text("utf-8")


def test_a_manifest_read_back_is_the_same_and_verifies(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    assert ck.read_manifest(manifest.path, desk.casebook) == manifest
    assert ck.read_manifest(manifest.sidecar, desk.casebook) == manifest
    assert ck.verify(ck.read_manifest(manifest.path, desk.casebook))
    assert failed(ck.verify(manifest)) == set()


def test_a_manifest_still_verifies_when_the_log_has_grown_and_the_casebook_was_opened_again(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    desk.export("out/other.csv", desk.masked(desk.grant(complaint(reason="投诉 #2023-0877"))))
    desk.reopen("2024-01-01T00:00")
    assert ck.verify(ck.read_manifest(manifest.path, desk.casebook))


def test_one_altered_byte_of_the_file_is_found(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    raw = bytearray(manifest.path.read_bytes())
    raw[100] ^= 1
    manifest.path.write_bytes(raw)
    assert failed(ck.verify(manifest)) == {"file"}


def test_a_missing_file_does_not_verify(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    manifest.path.unlink()
    assert failed(ck.verify(manifest)) == {"file"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rows", 5),
        ("reason", "投诉 #2023-9999"),
        ("executor", "he.jun"),
        ("applicant", "wu.ting"),
        ("purpose", "other"),
        ("destroy_by", "2033-10-20T02:00:00Z"),
        ("exported_at", "2023-09-19T02:00:00Z"),
        ("file_sha256", "0" * 64),
        ("masked", [["PHONE", 9]]),
        ("left_readable", ["PHONE"]),
        ("columns", ["text"]),
        ("approved_by", []),
        ("roleplay", False),
        ("fictional", False),
        ("detector", "another"),
        ("measured", {"f1": "1.0000"}),
        ("measured", {}),
        ("spot_check", {"n": 100, "leaks": 0}),
        ("spot_check", {}),
    ],
)
def test_an_altered_manifest_is_found(desk: Desk, field: str, value: object) -> None:
    manifest = desk.export("out/found.csv")
    record = json.loads(manifest.sidecar.read_text("utf-8"))
    assert record[field] != value
    manifest.sidecar.write_text(json.dumps({**record, field: value}, ensure_ascii=False), encoding="utf-8")
    assert {"executor", "held"} <= failed(ck.verify(ck.read_manifest(manifest.path, desk.casebook)))


@pytest.mark.parametrize("field", ["signature", "person", "at", "role", "subject", "roleplay", "note", "kind"])
def test_an_altered_act_of_the_executor_is_found(desk: Desk, field: str) -> None:
    manifest = desk.export("out/found.csv")
    record = json.loads(manifest.sidecar.read_text("utf-8"))
    record["act"][field] = {"roleplay": False, "signature": "0" * 128}.get(field, "he.jun")
    manifest.sidecar.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    assert {"executor", "held"} <= failed(ck.verify(ck.read_manifest(manifest.path, desk.casebook)))


def test_a_signature_by_another_of_data_security_is_found(desk: Desk) -> None:
    manifest = desk.export("out/found.csv")
    record = {**manifest.record(), "executor": "he.jun"}
    act = desk.it_and_security.sign("export", subject(record), "data_security", manifest.exported_at)
    forged = replace(manifest, executor="he.jun", act=act)
    assert failed(ck.verify(forged)) == {"held"}


@pytest.mark.parametrize(
    ("statement", "checks"),
    [
        ("UPDATE log SET entry = replace(entry, 'enrol', 'enrox') WHERE n = 3", {"log", "head"}),
        ("UPDATE log SET entry = CAST(replace(entry, 'enrol', 'enrox') AS BLOB) WHERE n = 0", {"log", "head"}),
        ("DELETE FROM log WHERE n = (SELECT max(n) FROM log)", {"log"}),
        ("UPDATE records SET body = replace(body, '0876', '9999') WHERE event = 'apply'", {"log"}),
        ("UPDATE head SET note = replace(note, '1', '2')", {"log"}),
    ],
)
def test_an_altered_log_is_found(desk: Desk, statement: str, checks: set[str]) -> None:
    manifest = desk.export("out/found.csv")
    with sqlite(desk.casebook, statement):
        pass
    assert checks <= failed(ck.verify(manifest))


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '"text"', "{", '{"file": 3}', '{"file": "x", "act": {}}', "\ufffe"]
)
def test_what_is_no_manifest_is_bad_input(desk: Desk, content: str) -> None:
    path = desk.folder / "found.csv.manifest.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ck.BadInput) as caught:
        ck.read_manifest(path, desk.casebook)
    assert caught.value.problem == "manifest_faulty"


def test_no_manifest_is_bad_input(desk: Desk) -> None:
    with pytest.raises(ck.BadInput) as caught:
        ck.read_manifest(desk.folder / "found.csv", desk.casebook)
    assert caught.value.problem == "no_manifest"


def test_a_verification_is_told_line_by_line_in_both_languages(desk: Desk) -> None:
    lines = str(ck.verify(desk.export("out/found.csv"))).split("\n")
    assert len(lines) == 7
    assert lines[0] == "✓ 文件与登记的哈希一致 · the file has the hash on record"


def test_an_export_does_not_fail_because_the_log_is_opened_elsewhere(desk: Desk) -> None:
    other = ck.Casebook.open(desk.casebook.folder, clock=CLOCK)
    manifest = desk.export("out/found.csv")
    assert ck.verify(ck.read_manifest(manifest.path, other))
    other.close()


def test_the_manifests_are_those_exported_and_not_destroyed(desk: Desk) -> None:
    permit = desk.grant()
    first, second = desk.export("a.csv", desk.masked(permit)), desk.export("b.csv", desk.masked(permit))
    ck.destroy(first, by=desk.security, sweep=[])
    assert ck.standing(desk.casebook) == [second]


def test_data_left_readable_needs_a_grant_of_its_own_and_is_told(desk: Desk) -> None:
    proofs = {"outside_contract": "a" * 64, "impact_assessment": "b" * 64}
    manifest = desk.export("out/found.csv", desk.masked(desk.grant(complaint(unmask=["PHONE"], evidence=proofs))))
    content = manifest.path.read_text("utf-8-sig")
    assert "手机13800001234，我叫王**" in content
    assert (manifest.mode, manifest.left_readable, dict(manifest.masked).get("PHONE")) == ("expert", ("PHONE",), None)


# ------------------------------------------------------------------------------------- the printed authorisation
def test_the_authorisation_is_printed_as_a_pdf_and_logged_once(desk: Desk) -> None:
    permit = desk.grant()
    path = ck.print_form(permit, desk.folder / "forms" / "form.pdf")
    assert path.read_bytes()[:5] == b"%PDF-"
    assert ck.print_form(permit, path) == path
    assert len(desk.casebook.store.records("form")) == 1
    assert names_in(desk.folder / "forms") == ["form.pdf"]


def test_another_file_is_not_overwritten_by_an_authorisation(desk: Desk) -> None:
    permit, path = desk.grant(), desk.folder / "form.pdf"
    path.write_text("mine")
    with pytest.raises(ck.BadInput) as caught:
        ck.print_form(permit, path)
    assert (caught.value.problem, path.read_text()) == ("file_taken", "mine")


def test_no_authorisation_is_printed_for_a_permit_that_is_not_genuine(desk: Desk) -> None:
    permit = replace(desk.grant(), expires_at="2024-01-01T00:00:00Z")
    with pytest.raises(ck.Refused, match=r"permit\.forged"):
        ck.print_form(permit, desk.folder / "form.pdf")
    assert not (desk.folder / "form.pdf").exists()
