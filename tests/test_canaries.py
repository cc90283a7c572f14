"""Canaries: nobody's numbers, found by the detector, planted and lifted without a trace, and a survivor is told."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from conftest import Desk, complaint

import chatkit as ck
from chatkit import canaries
from chatkit.casebook import shipped_policy
from chatkit.masks import Rules
from chatkit.policy import Column, Operator
from synthetic_data.identifiers import id_check, luhn_valid

POLICY = shipped_policy()
FRAME = pd.DataFrame(
    {
        "permit_id": ["P-X"],
        "message_id": ["m1"],
        "customer_id": ["A1234"],
        "sent_at": pd.to_datetime(["2023-09-01T00:00:00Z"]).astype("datetime64[ms, UTC]"),
        "text": ["你好"],
        "recalled": [False],
    }
)


@pytest.mark.parametrize("canary", canaries.shipped(), ids=lambda c: c["PHONE"])
def test_a_shipped_canary_is_nobody(canary: dict[str, str]) -> None:
    assert canary["PHONE"][:3] in ("142", "164", "194")
    assert canary["ID_CARD"][2:4] == "99"
    assert id_check(canary["ID_CARD"][:17]) == canary["ID_CARD"][17]
    assert canary["BANK_CARD"][:6] in ("629997", "629998", "628888")
    assert luhn_valid(canary["BANK_CARD"])
    assert canary["EMAIL"].split("@")[1].startswith("example.")
    assert canary["LANDLINE"].split("-", 1)[1].startswith(("5550", "555-"))
    assert canary["QQ"][0] in "89"
    assert len(canary["QQ"]) == 10
    assert canary["PLATE"][:2] in ("琼K", "宁G", "青L")
    assert canary["PASSPORT"][:2] in ("EX", "EY", "EZ")


def test_every_value_of_every_canary_is_planted() -> None:
    planted = "\n".join(canaries.texts())
    assert len(canaries.shipped()) == 3
    assert all(value in planted for canary in canaries.shipped() for value in canary.values())
    assert all(len(canary) == 11 for canary in canaries.shipped())


def test_masking_leaves_no_value_of_a_canary_readable() -> None:
    masked, _ = Rules.of(POLICY, canaries.known_names(), (), bytes(32)).read(list(canaries.texts()))
    assert canaries.surviving(pd.DataFrame({"text": masked}), canaries.shipped(), POLICY, ()) == ()


def test_what_is_planted_is_lifted_and_the_rest_is_as_it_was() -> None:
    planted = canaries.plant(FRAME, POLICY)
    assert len(planted) == 1 + 15
    assert planted.dtypes.to_dict() == FRAME.dtypes.to_dict()
    lifted, _ = canaries.lift(planted, POLICY, ())
    pd.testing.assert_frame_equal(lifted, FRAME)


def test_an_empty_frame_is_planted_and_lifted_too() -> None:
    empty = FRAME.iloc[:0]
    lifted, _ = canaries.lift(canaries.plant(empty, POLICY), POLICY, ())
    pd.testing.assert_frame_equal(lifted, empty)


def test_texts_stand_in_every_column_that_is_masked_and_in_none_that_is_kept() -> None:
    planted = canaries.plant(FRAME, POLICY).iloc[1:]
    assert tuple(planted["text"]) == tuple(planted["customer_id"]) == canaries.texts()
    assert set(planted["permit_id"]) == set(planted["message_id"]) == {""}
    assert set(planted["recalled"]) == {False}


def test_without_masking_every_entity_survives_and_each_is_named_once() -> None:
    _, survived = canaries.lift(canaries.plant(FRAME, POLICY), POLICY, ())
    assert survived == tuple(sorted(canaries.shipped()[0]))


def test_a_column_that_masking_forgot_is_told() -> None:
    columns = {**POLICY.columns, "team": Column(POLICY.columns["team"].name, "replace")}
    policy = replace(POLICY, columns=columns)
    planted = canaries.plant(FRAME.assign(team="一组"), policy)
    masked = planted.assign(text="[…]", customer_id="客户-BCD")
    assert "PHONE" in canaries.lift(masked, policy, ())[1]
    assert canaries.lift(masked.assign(team="[…]"), policy, ())[1] == ()


@pytest.mark.parametrize("spelling", ["164 0001 2345", "１６４－００01-2345", "164\u200b00012345", "A16400012345B"])
def test_a_value_is_found_however_it_is_spaced_or_wide(spelling: str) -> None:
    cells = pd.DataFrame({"text": ["无", f"打{spelling}"]})
    assert canaries.surviving(cells, canaries.shipped(), POLICY, ()) == ("PHONE",)


def test_what_policy_or_permit_lets_stay_readable_does_not_count() -> None:
    cells = pd.DataFrame({"text": ["诸葛霁棠 16400012345"]})
    kept = replace(POLICY, operators={**POLICY.operators, "NAME": Operator("keep")})
    assert canaries.surviving(cells, canaries.shipped(), POLICY, ["PHONE"]) == ("NAME",)
    assert canaries.surviving(cells, canaries.shipped(), kept, ["PHONE"]) == ()


# ------------------------------------------------------------------------------------------ a company's own canaries
@pytest.mark.parametrize(
    "content",
    [
        *(
            "",
            "canary = 3",
            "canary = []",
            "[[canary]]\nPHONE = 3",
            '[[canary]]\nPHONE = ""',
            '[[canary]]\nHAT = "abc"',
        ),
        *('[[canary]]\nPHONE = " - "', "[[canary]", "\udcff"),
    ],
)
def test_a_faulty_list_of_canaries_stops_the_export_before_anything_is_written(desk: Desk, content: str) -> None:
    (desk.casebook.folder / "canaries.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ck.BadInput) as caught:
        desk.export("out/found.csv")
    assert (caught.value.problem, caught.value.file.name) == ("canaries_faulty", "canaries.toml")
    assert not (desk.folder / "out").exists()


def test_a_companys_canary_that_masking_removed_stops_nothing(desk: Desk) -> None:
    (desk.casebook.folder / "canaries.toml").write_text('[[canary]]\nPHONE = "13800001234"\n', encoding="utf-8")
    assert desk.export("out/found.csv").rows == 6


def test_a_companys_canary_stops_no_export_whose_permit_lets_it_stay_readable(desk: Desk) -> None:
    (desk.casebook.folder / "canaries.toml").write_text('[[canary]]\nPHONE = "13800001234"\n', encoding="utf-8")
    proofs = {"outside_contract": "a" * 64, "impact_assessment": "b" * 64}
    manifest = desk.export("out/found.csv", desk.masked(desk.grant(complaint(unmask=["PHONE"], evidence=proofs))))
    assert manifest.left_readable == ("PHONE",)
