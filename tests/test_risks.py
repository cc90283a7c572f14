"""Residual risk: candidates left by each mask, two masks together, and the rows that stand out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from conftest import Desk, complaint

import chatkit as ck
from chatkit.risks import candidates, combine

ROWS = pd.DataFrame(
    {
        "permit_id": "P-X",
        "message_id": [f"m{n}" for n in range(12)],
        "conversation_id": [f"会话-{n // 2}" for n in range(12)],
        "sent_at": pd.to_datetime(["2023-09-01T15:59:59Z"] * 10 + ["2023-09-01T16:00:00Z"] * 2),
        "channel": "web",
        "region": "上海",
    }
)


def risk_of(desk: Desk, frame: pd.DataFrame, **changes: object) -> ck.Risk:
    return ck.residual_risk(replace(desk.masked(), frame=frame, **changes))  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------- candidates
@pytest.mark.parametrize(
    ("masked", "entity", "left"),
    [
        ("16412345***", "PHONE", 1_000),
        ("164****1234", "PHONE", 10_000),
        ("16412345678", "PHONE", 1),
        ("***********", "PHONE", 7 * 10**9),
        ("021******78", "LANDLINE", 10**6),
        ("************1234", "BANK_CARD", 10**11),
        ("629997*********1", "BANK_CARD", 10**8),
        ("1****************X", "ID_CARD", 375 * 36_525 * 1_000 // 11),
        ("329901********0523", "ID_CARD", 36_525 // 11),
        ("32990119870314052*", "ID_CARD", 1),
        ("王**", "NAME", 3_500 + 3_500**2),
        ("沪A*****", "PLATE", 34**5),
        ("w***@example.com", "EMAIL", 36**7),
    ],
)
def test_so_many_values_are_left(masked: str, entity: str, left: int) -> None:
    assert candidates(masked, entity) == left


@pytest.mark.parametrize("masked", ["164****123", "164****12345", "164****123a", "", "一六四********"])
def test_what_is_no_masked_mobile_has_no_candidates_and_is_not_repeated(masked: str) -> None:
    with pytest.raises(ValueError, match="PHONE: 11 digits and stars") as caught:
        candidates(masked, "PHONE")
    assert "123" not in str(caught.value)


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        ("16412345***", "164****5678", "16412345678"),
        ("164****5678", "16412345***", "16412345678"),
        ("164****1234", "164****1234", "164****1234"),
        ("1**********", "*6*********", "16*********"),
    ],
)
def test_two_masks_of_one_number_add_up(a: str, b: str, together: str) -> None:
    assert combine(a, b) == together


@pytest.mark.parametrize("b", ["164****5679", "165****5678", "164****567", ""])
def test_two_masks_that_contradict_are_not_of_one_number(b: str) -> None:
    if b == "164****5679":
        assert combine("16412345***", b) == "16412345679"
        return
    with pytest.raises(ValueError, match="contradict"):
        combine("16412345***", b)


# --------------------------------------------------------------------------------------------------------- entities
def test_each_entity_that_was_masked_is_told_with_its_operator_and_candidates(desk: Desk) -> None:
    risk = ck.residual_risk(desk.masked())
    assert risk.entities == (("EMAIL", "mask", 36**7), ("NAME", "mask", 12_253_500), ("PHONE", "mask", 10_000))
    assert "手机号 · mobile number  mask  约 10,000 · about 10,000" in str(risk)


def test_the_articles_mask_leaves_a_thousand_mobiles(edited: object) -> None:
    desk = edited(profile="article")  # type: ignore[operator]
    assert ("PHONE", "mask", 1_000) in ck.residual_risk(desk.masked()).entities


def test_what_is_replaced_leaves_all_and_what_the_permit_keeps_leaves_one(desk: Desk) -> None:
    proofs = {"outside_contract": "a" * 64, "impact_assessment": "b" * 64}
    masked = desk.masked(desk.grant(complaint(unmask=["PHONE"], evidence=proofs)))
    risk = ck.residual_risk(replace(masked, counts=(("ADDRESS", 2), ("QQ", 1))))
    assert risk.entities == (("ADDRESS", "generalise", None), ("PHONE", "keep", 1), ("QQ", "replace", None))
    assert "全部 · all" in str(risk)


def test_every_entity_of_the_policy_can_be_told(desk: Desk) -> None:
    counts = tuple((entity, 1) for entity in desk.casebook.policy.entities)
    risk = ck.residual_risk(replace(desk.masked(), counts=counts))
    assert len(risk.entities) == len(counts)
    assert "<table" in risk._repr_html_()


# ------------------------------------------------------------------------------------------------- quasi-identifiers
def test_k_counts_conversations_by_region_day_in_china_and_channel(desk: Desk) -> None:
    risk = risk_of(desk, ROWS)
    assert (risk.quasi, risk.absent, risk.unit) == (("region", "sent_at", "channel"), ("product",), "conversation_id")
    assert (risk.records, risk.smallest, risk.below) == (12, 1, 5)
    assert risk.share == pytest.approx(2 / 12)  # five conversations on the first day in China, one on the second
    assert risk.rows["row"].tolist() == [10, 11]
    assert risk.rows["sent_at"].astype(str).tolist() == ["2023-09-02", "2023-09-02"]
    assert risk.rows["k"].tolist() == [1, 1]


def test_k_counts_customers_where_their_pseudonym_is_there(desk: Desk) -> None:
    risk = risk_of(desk, ROWS.assign(customer_id="客户-BCD"))
    assert (risk.unit, risk.smallest, risk.share) == ("customer_id", 1, 1.0)


def test_k_counts_messages_where_neither_is_there_and_says_so(desk: Desk) -> None:
    risk = risk_of(desk, ROWS.drop(columns=["conversation_id", "message_id"]))
    assert (risk.unit, risk.smallest) == ("message_id", 2)
    assert "按“消息编号”计" in risk.text.zh


def test_the_smallest_classes_come_first(desk: Desk) -> None:
    region = ["甲", "乙", "乙", "乙", "乙", "乙", "丙", "丙", "丙", "丙", "丙", "丙"]
    frame = ROWS.assign(region=region, conversation_id=[str(n) for n in range(12)], sent_at=ROWS["sent_at"][0])
    risk = risk_of(desk, frame)
    assert risk.rows["row"].tolist() == [0]
    assert risk_of(desk, frame.iloc[:5]).rows["k"].tolist() == [1, 4, 4, 4, 4]


def test_without_quasi_identifiers_there_is_one_class(desk: Desk) -> None:
    risk = risk_of(desk, ROWS[["permit_id", "conversation_id"]])
    assert (risk.quasi, risk.smallest, risk.share) == ((), 6, 0.0)
    assert "准标识符：无" in risk.text.zh


def test_no_rows_have_no_risk_and_break_nothing(desk: Desk) -> None:
    risk = risk_of(desk, ROWS.iloc[:0], counts=(), records=())
    assert (risk.records, risk.smallest, risk.share, len(risk.rows)) == (0, 0, 0.0, 0)
    assert str(risk)


def test_what_is_shown_is_in_both_languages_and_escaped(desk: Desk) -> None:
    shown = risk_of(desk, ROWS.assign(region="<b>"))._repr_html_()
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown
    assert "准标识符" in shown
    assert "Quasi-identifiers" in shown


def test_an_extract_that_is_not_masked_is_refused(desk: Desk) -> None:
    with pytest.raises(ck.Refused, match=r"mask\.required"):
        ck.residual_risk(desk.extract())  # type: ignore[arg-type]
    with pytest.raises(ck.Refused, match=r"permit\.none"):
        ck.residual_risk(ROWS)  # type: ignore[arg-type]


def test_months_that_were_generalised_count_as_months(desk: Desk) -> None:
    months = ROWS.assign(sent_at="2023-09")
    assert risk_of(desk, months).smallest == risk_of(desk, months.drop(columns="sent_at")).smallest
