"""The command line: the whole method in a real casebook, by people with keys of their own, and the demonstration."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import synthetic_data
from chatkit import keys
from chatkit.__main__ import main
from chatkit.demo import demo

PEOPLE = {
    "li.na": "applicant",
    "zhou.jun": "department_head",
    "wu.fan": "it_review",
    "xu.ke": "legal",
    "he.yi": "data_security",
}


@pytest.fixture
def real(tmp_path, monkeypatch):
    """A real casebook whose people made their keys themselves; the passphrase is typed at the prompt."""
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "correct horse")
    rows = ["id,name,roles,public_key"]
    for person, role in PEOPLE.items():
        key = keys.new_key()
        keys.write_key(key, tmp_path / f"{person}.pem", "correct horse")
        rows.append(f"{person},{person},{role},{keys.public_hex(key)}")
    (tmp_path / "people.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert main(["init", str(tmp_path / "casebook"), "--people", str(tmp_path / "people.csv")]) == 0
    synthetic_data.write(tmp_path / "chats", conversations=20, seed=7, format="csv")
    return tmp_path


def run(folder: Path, verb: str, *arguments: str, person: str = "", capsys: pytest.CaptureFixture[str]) -> str:
    signed = ["--as", person, "--key", str(folder / f"{person}.pem")] if person else []
    code = main([verb, *arguments, "--casebook", str(folder / "casebook"), *signed])
    captured = capsys.readouterr()
    return f"{code}\n{captured.out}{captured.err}"


def apply(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    scope = ["--purpose", "complaint", "--reason", "投诉 #2023-0876", "--customer", "A1234", "--keyword", "退款"]
    dates = ["--since", "2023-09-01", "--until", "2023-09-15"]
    said = run(folder, "apply", *scope, *dates, "--chats", str(folder / "chats"), person="li.na", capsys=capsys)
    assert said.startswith("0\n")
    return said.split()[-1]


def test_the_whole_method_runs_from_the_command_line(real, capsys):
    request = apply(real, capsys)
    for gate in ("zhou.jun", "wu.fan", "xu.ke"):
        assert run(real, "approve", request, person=gate, capsys=capsys).startswith("0\n")
    chats, out = ["--chats", str(real / "chats")], real / "out" / "refunds.csv"
    found = run(real, "search", request, *chats, capsys=capsys)
    assert "退款" in found
    assert "林晚秋" not in found
    assert run(real, "export", request, *chats, "--out", str(out), person="he.yi", capsys=capsys).startswith("0\n")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert json.loads(out.with_name("refunds.csv.manifest.json").read_text("utf-8"))["roleplay"] is False
    assert run(real, "verify", str(out), capsys=capsys).count("✓") == 7
    assert run(real, "form", request, "--out", str(real / "form.pdf"), capsys=capsys).startswith("0\n")
    checkpoint = run(real, "checkpoint", capsys=capsys).removeprefix("0\n")
    (real / "checkpoint.txt").write_text(checkpoint, "utf-8")
    assert run(real, "destroy", str(out), person="he.yi", capsys=capsys).startswith("0\n")
    assert not out.exists()
    assert run(real, "verify", "--checkpoint", str(real / "checkpoint.txt"), capsys=capsys).startswith("0\n")
    assert "已销毁" in run(real, "route", request, capsys=capsys)


def test_a_refusal_names_its_rule_and_ends_with_three(real, capsys):
    request = apply(real, capsys)
    said = run(real, "search", request, "--chats", str(real / "chats"), capsys=capsys)
    assert said.startswith("3\n")
    assert "permit.open_gates" in said


def test_a_request_that_was_sent_back_gets_no_permit(real, capsys):
    request = apply(real, capsys)
    assert run(real, "reject", request, "--why", "范围太大", person="zhou.jun", capsys=capsys).startswith("0\n")
    assert "permit.rejected" in run(real, "search", request, "--chats", str(real / "chats"), capsys=capsys)


def test_the_wrong_passphrase_signs_nobody_in(real, capsys, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "wrong horse")
    scope = ["--purpose", "complaint", "--reason", "投诉 #1", "--since", "2023-09-01", "--until", "2023-09-02"]
    said = run(real, "apply", *scope, "--customer", "A1234", person="li.na", capsys=capsys)
    assert said.startswith("3\n")
    assert "person.key" in said


def test_a_folder_without_casebook_says_what_to_do(tmp_path, capsys):
    assert main(["verify", "--casebook", str(tmp_path / "nothing")]) == 2
    assert "chatkit init" in capsys.readouterr().err


def test_a_key_is_made_at_the_prompt_and_never_overwritten(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "correct horse")
    file = tmp_path / "li.na.pem"
    assert main(["key", "li.na", "--out", str(file)]) == 0
    made = keys.read_key(file, "correct horse")
    assert made is not None
    assert keys.public_hex(made) in capsys.readouterr().out
    assert main(["key", "li.na", "--out", str(file)]) == 2


def test_enrol_changes_the_roster(real, capsys):
    text = (real / "people.csv").read_text("utf-8").replace("li.na,li.na,applicant", "li.na,li.na,legal")
    (real / "changed.csv").write_text(text, "utf-8")
    assert run(real, "enrol", str(real / "changed.csv"), person="he.yi", capsys=capsys).startswith("0\n")
    assert "export.executor" in run(real, "enrol", str(real / "people.csv"), person="li.na", capsys=capsys)


def test_the_demonstration_ends_in_three_masked_exports_that_verify(tmp_path, capsys):
    made = demo(tmp_path / "demo")
    said = capsys.readouterr().out
    assert {p.suffix for p in made if p.parent.name == "exports"} == {".xlsx", ".csv", ".pdf", ".json"}
    assert all(path.exists() for path in made)
    assert said.count("✓ 文件与登记的哈希一致") == 3
    assert "✗ 文件" not in said
    for words in ("申请", "检索", "脱敏", "导出", "销毁", "apply", "search", "desensitise", "export", "destroy"):
        assert words in said
    assert "permit.open_gates" in said
    assert "mask.required" in said
    text = (tmp_path / "demo" / "exports" / "2-wecom.csv").read_text("utf-8-sig")
    labelled = (tmp_path / "demo" / "data" / "csv" / "customers.csv").read_text("utf-8")
    assert "林晚秋" in labelled
    assert "林晚秋" not in text


def test_the_demonstration_takes_a_file_of_ones_own(tmp_path, capsys):
    file = tmp_path / "mine.csv"
    rows = ["会话ID,角色,内容"] + [f"c{n // 4},顾客,我的手机号是1380000{n:04}" for n in range(400)]
    file.write_text("\n".join(rows), "utf-8")
    made = demo(tmp_path / "demo", file)
    assert made[0].name == "mine.xlsx"
    said = capsys.readouterr().out
    assert "手机号 400" in said
    assert "没有时间列" in said


def test_the_demonstration_narrows_a_file_over_the_cap(tmp_path, capsys):
    file = tmp_path / "large.csv"
    rows = ["会话ID,发送时间,角色,内容"]
    rows += [f"c{n // 9},2023-0{1 + n % 9}-{1 + n % 28:02} 10:00:{n % 60:02},顾客,第{n}句" for n in range(12000)]
    file.write_text("\n".join(rows), "utf-8")
    demo(tmp_path / "demo", file)
    said = capsys.readouterr().out
    assert "request.range" in said
    assert "上限之内的范围" in said


def test_the_module_runs_as_a_command():
    ran = subprocess.run([sys.executable, "-m", "chatkit", "--help"], capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0
    assert "不是法律意见" in ran.stdout


def test_output_that_is_not_utf8_does_not_stop_the_command(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit):
        main(["--help"])
