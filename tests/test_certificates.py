"""Certificates: they verify without a network, not when anything was altered, and state what was measured."""

from __future__ import annotations

import base64
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from chatkit import BadInput, keys
from chatkit.__main__ import main
from chatkit.classroom.lessons.items import paper
from chatkit.classroom.results.certificates import Certificate, certify, print_certificate, sign, verify
from chatkit.classroom.results.outcomes import COLUMNS
from chatkit.requests import canonical

KEY = keys.new_key()
PUBLIC = keys.public_hex(KEY)
CERTIFICATE = Certificate(
    "C-TEST", "依法查阅课", "t01", "甲（虚构）", "hosted", "2026-03-01", 9, 12, (("student", 85), ("funds", 60))
)
CODE = sign(CERTIFICATE, KEY)


def results(after: int = 12, drills: tuple[str, ...] = ("student",)) -> pd.DataFrame:
    """Results of t01: so many items of the closing test, three of them wrong, and these drills."""
    rows = [
        ("t01", "甲", "answer", item.id, "after", float(n > 2), "", "")
        for n, item in enumerate(paper("after", 3)[:after])
    ]
    rows += [("t01", "甲", "drill", drill, "", 0.854, "", "") for drill in drills]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def given(frame: pd.DataFrame, drills: tuple[str, ...] = ("student",)) -> Certificate:
    """The certificate these results carry."""
    told = {"class_id": "C-TEST", "title": "课", "mode": "hosted", "day": "2026-03-01"}
    return certify(frame, "t01", drills=drills, **told)


def test_a_code_verifies_and_says_what_was_signed() -> None:
    assert verify(CODE, PUBLIC) == CERTIFICATE
    assert verify(f"  {CODE[:40]}\n {CODE[40:]} ", PUBLIC) == CERTIFICATE


def test_every_altered_sign_of_a_code_is_noticed() -> None:
    for at in range(len(CODE)):
        other = "A" if CODE[at] != "A" else "B"
        assert verify(CODE[:at] + other + CODE[at + 1 :], PUBLIC) is None, at


@pytest.mark.parametrize(
    "code",
    ["", "CK1", "CK1..", CODE[:-1], CODE[1:], f"{CODE}.", f"{CODE}A", "CK1.中文.签名", "CK1." + "A" * 9000 + ".A"],
)
def test_what_is_no_code_is_refused_without_a_fault(code: str) -> None:
    assert verify(code, PUBLIC) is None


def test_another_class_did_not_sign_it() -> None:
    assert verify(CODE, keys.public_hex(keys.new_key())) is None
    assert verify(CODE, "no key") is None


def test_better_results_cannot_be_put_under_the_same_signature() -> None:
    better = canonical({**asdict(CERTIFICATE), "right": 12})
    part = base64.urlsafe_b64encode(better).decode().rstrip("=")
    assert verify(f"CK1.{part}.{CODE.split('.')[2]}", PUBLIC) is None
    assert sign(replace(CERTIFICATE, right=12), KEY).split(".")[2] != CODE.split(".")[2]


def test_a_certificate_states_what_was_measured_with_its_interval_and_what_it_does_not_show() -> None:
    made = given(results())
    assert (made.right, made.items, made.drills) == (9, 12, (("student", 85),))
    assert "9 题（95% 区间 47% 至 91%）" in made.text.zh and "虚构" in made.text.zh
    assert "不是资格证明" in made.limits.zh and "编造" not in made.limits.zh
    assert "不能排除编造" in replace(made, mode="own-laptop").limits.zh


@pytest.mark.parametrize(("after", "drills"), [(11, ("student",)), (12, ()), (0, ("student",))])
def test_nothing_is_certified_before_it_was_completed(after: int, drills: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="还没学完"):
        given(results(after, drills))


def test_the_print_holds_name_code_and_key(tmp_path: Path) -> None:
    path = print_certificate(CERTIFICATE, CODE, PUBLIC, tmp_path / "out" / "t01.pdf")
    text = "".join(PdfReader(path).pages[0].extract_text().split()).replace("\u200b", "")
    assert len(PdfReader(path).pages) == 1
    assert "甲（虚构）" in text and PUBLIC in text
    assert CODE in text  # as it can be copied from the file
    with pytest.raises(BadInput, match="文件已存在"):
        print_certificate(CERTIFICATE, CODE, PUBLIC, path)


def test_the_command_verifies_in_a_process_of_its_own_and_ends_with_four_where_it_does_not() -> None:
    command = [sys.executable, "-m", "chatkit", "class", "verify", CODE, "--public", PUBLIC]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0 and "甲（虚构）" in ran.stdout and "签名成立" in ran.stdout
    assert main(["class", "verify", CODE[:-2], "--public", PUBLIC]) == 4
