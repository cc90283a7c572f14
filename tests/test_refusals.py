"""Refusals: every rule of the policy says no at least once, in two languages, with its basis, and is logged."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest
from conftest import (
    CLOCK,
    KEYWORD,
    PASSPHRASE,
    SHORTER_USE,
    Desk,
    RealDesk,
    cap,
    chats_of,
    complaint,
    edit_policy,
    refused_rules,
)

import chatkit as ck
from chatkit.casebook import SignedIn
from chatkit.law import law_table
from chatkit.people import Act

HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass
class Scene:
    """What a case is played with: a desk, a real casebook made on demand, and desks with an edited policy."""

    desk: Desk
    tmp_path: Path
    edited: Callable[..., Desk]
    real: Callable[[], RealDesk]


@dataclass
class Attempt:
    """What is tried, and the casebooks whose log must hold the refusal afterwards."""

    act: Callable[[], object]
    at_hand: tuple[Path, ...] = ()


CASES: dict[str, list[Callable[[Scene], Attempt]]] = {}
Case = Callable[[Scene], Attempt]


def case(rule: str) -> Callable[[Case], Case]:
    """Enters a case in the table under the rule that it must break."""

    def enter(prepare: Case) -> Case:
        CASES.setdefault(rule, []).append(prepare)
        return prepare

    return enter


def here(desk: Desk, act: Callable[[], object]) -> Attempt:
    return Attempt(act, (desk.casebook.folder,))


def filing(**changes: object) -> Case:
    """The usual request with ``changes``, filed by the usual clerk."""
    return lambda scene: here(scene.desk, lambda: scene.desk.casebook.apply(complaint(**changes), scene.desk.clerk))


def narrowing(**arguments: object) -> Case:
    """A search under the usual permit, with arguments."""

    def prepare(scene: Scene) -> Attempt:
        permit = scene.desk.grant(complaint(keywords=[KEYWORD]))
        return here(scene.desk, lambda: ck.search(scene.desk.chats, permit, **arguments))  # type: ignore[arg-type]

    return prepare


def forging(alter: Callable[[ck.Permit], ck.Permit]) -> Case:
    """A search under the usual permit, altered."""

    def prepare(scene: Scene) -> Attempt:
        permit = alter(scene.desk.grant())
        return here(scene.desk, lambda: ck.search(scene.desk.chats, permit))

    return prepare


def many(rule: str, **cases: Case) -> None:
    for name, prepare in cases.items():
        named = replaced_name(prepare, name)
        CASES.setdefault(rule, []).append(named)


def replaced_name(prepare: Case, name: str) -> Case:
    def named(scene: Scene) -> Attempt:
        return prepare(scene)

    named.__name__ = name
    return named


# ------------------------------------------------------------------------------------------------------ the form
many("request.purpose", a_purpose_outside_the_policy=filing(purpose="curiosity"), no_purpose=filing(purpose=""))
many("request.basis", a_basis_outside_the_law=filing(basis="legitimate_interest"))
many(
    "request.reason",
    no_reason=filing(reason=""),
    a_blank_reason=filing(reason=" \u3000\t"),
    a_reason_of_punctuation=filing(reason="……！！？？——##"),
    a_reason_of_one_sign=filing(reason="查"),
)
many(
    "request.reason_personal",
    a_phone_number_in_the_reason=filing(reason="客户 13800001234 投诉"),
    a_full_width_phone_number_in_the_reason=filing(reason="客户１３８００００１２３４投诉"),
    an_identity_number_in_the_reason=filing(reason="核对 11010519491231002X 的投诉"),
    a_name_in_the_reason=filing(reason="投诉人姓名：王小明"),
)
many(
    "request.dates",
    an_impossible_day=filing(until="2023-09-31"),
    no_first_day=filing(since=""),
    words_for_a_day=filing(since="last month"),
    a_day_written_otherwise_than_the_form_says=filing(since="20230901", until="20230915"),
    a_week_instead_of_a_day=filing(since="2023-W35-5"),
)
many("request.dates_order", dates_in_the_wrong_order=filing(since="2023-09-15", until="2023-09-01"))
many("request.range", a_range_over_the_limit=filing(since="2023-01-01", until="2023-04-03"))
many(
    "request.customers",
    no_customer=filing(customers=[]),
    all_customers_for_a_complaint=filing(customers=["*"]),
    all_customers_hidden_among_others=filing(customers=["A1234", "*"]),
    all_customers_hidden_among_others_where_all_are_allowed=filing(purpose="decision_support", customers=["*", "A1"]),
    a_blank_customer=filing(customers=["A1234", " "]),
)
many(
    "request.keywords",
    a_keyword_of_one_sign=filing(keywords=["款"]),
    a_blank_keyword=filing(keywords=["发票抬头", "  "]),
    a_keyword_of_punctuation=filing(keywords=["……！"]),
    an_exclusion_of_one_sign=filing(without=["的"]),
)
many("request.match", an_unknown_way_to_match=filing(keywords=[KEYWORD], match="either"))
many(
    "request.columns",
    a_column_that_the_purpose_does_not_need=filing(columns=["text", "region"]),
    a_column_that_does_not_exist=filing(columns=["phone_number"]),
)
many("request.unmask", an_unknown_kind_of_data_to_stay_readable=filing(unmask=["HAIR_COLOUR"]))
many(
    "request.use_period",
    a_use_of_no_days=filing(use_days=0),
    a_use_of_fewer_than_no_days=filing(use_days=-1),
    a_use_over_three_months=filing(use_days=92),  # 20 September to 20 December 2023 are 91 days
    a_use_that_is_no_number=filing(use_days="forever"),
)
many(
    "request.proofs",
    an_outside_party_without_proofs=filing(recipient="an auditor"),
    proofs_that_are_no_fingerprints=filing(
        recipient="audit", evidence={"outside_contract": "yes", "impact_assessment": "yes"}
    ),
    readable_data_without_proofs=filing(unmask=["PHONE"]),
)


@case("request.duplicate")
def somebody_else_files_the_same_request(scene: Scene) -> Attempt:
    request = scene.desk.file()
    return here(scene.desk, lambda: scene.desk.casebook.apply(request, scene.desk.other_clerk))


@case("request.none")
def a_gate_answers_what_was_never_filed(scene: Scene) -> Attempt:
    return here(scene.desk, lambda: scene.desk.casebook.approve(complaint(), scene.desk.head))


@case("request.none")
def a_permit_for_what_was_never_filed(scene: Scene) -> Attempt:
    return here(scene.desk, lambda: scene.desk.casebook.permit(complaint()))


@case("request.none")
def an_unknown_request_is_looked_up(scene: Scene) -> Attempt:
    return here(scene.desk, lambda: scene.desk.casebook.request("R-ABCDEFGHIJKL"))


# ---------------------------------------------------------------------------------------------------- the people
@case("person.unknown")
def somebody_unknown_signs_in(scene: Scene) -> Attempt:
    return here(scene.desk, lambda: scene.desk.casebook.sign_in("nobody"))


@case("person.unknown")
def somebody_who_left_signs_in(scene: Scene) -> Attempt:
    desk = scene.real()
    rows = [(p.id, ";".join(p.roles), p.public_key) for p in desk.casebook.people().values() if p.id != "li.na"]
    ck.enrol(desk.write_roster(rows, "next.csv"), by=desk.sign_in("yang.bo"))
    return Attempt(lambda: desk.sign_in("li.na"), (desk.casebook.folder,))


@case("person.unknown")
def somebody_who_left_acts_with_an_old_sign_in(scene: Scene) -> Attempt:
    desk = scene.real()
    clerk = desk.sign_in("li.na")
    rows = [(p.id, ";".join(p.roles), p.public_key) for p in desk.casebook.people().values() if p.id != "li.na"]
    ck.enrol(desk.write_roster(rows, "next.csv"), by=desk.sign_in("yang.bo"))
    return Attempt(lambda: desk.casebook.apply(complaint(), clerk), (desk.casebook.folder,))


@case("person.key")
def a_wrong_passphrase(scene: Scene) -> Attempt:
    desk = scene.real()
    key = desk.key("li.na")
    return Attempt(
        lambda: desk.casebook.sign_in("li.na", key=key, passphrase="something else"), (desk.casebook.folder,)
    )


@case("person.key")
def the_key_of_somebody_else(scene: Scene) -> Attempt:
    desk = scene.real()
    key = desk.key("chen.gang")
    return Attempt(lambda: desk.casebook.sign_in("li.na", key=key, passphrase=PASSPHRASE), (desk.casebook.folder,))


@case("person.elsewhere")
def somebody_signed_in_to_another_casebook(scene: Scene) -> Attempt:
    other = scene.edited()
    return here(scene.desk, lambda: scene.desk.casebook.apply(complaint(), other.clerk))


@case("person.elsewhere")
def a_name_instead_of_somebody_signed_in(scene: Scene) -> Attempt:
    return here(scene.desk, lambda: scene.desk.casebook.apply(complaint(), "liu.yang"))  # type: ignore[arg-type]


@case("person.elsewhere")
def an_export_by_a_name(scene: Scene) -> Attempt:
    masked, path = scene.desk.masked(), scene.tmp_path / "out.xlsx"
    return here(scene.desk, lambda: ck.export(masked, path, by="gao.fei"))  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------------------- the gates
@case("gate.role")
def somebody_who_is_no_gate(scene: Scene) -> Attempt:
    request = scene.desk.file()
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, scene.desk.other_clerk))


@case("gate.role")
def a_gate_that_is_not_on_this_route(scene: Scene) -> Attempt:
    request = scene.desk.file(complaint(columns=["sent_at", "channel"]))  # self-service: the head alone
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, scene.desk.legal))


@case("gate.role")
def a_gate_in_a_role_that_it_does_not_hold(scene: Scene) -> Attempt:
    request = scene.desk.file()
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, scene.desk.head, role="legal"))


@case("gate.own_request")
def nobody_approves_their_own_request(scene: Scene) -> Attempt:
    request = scene.desk.file(by=scene.desk.head)
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, scene.desk.head))


@case("gate.own_request")
def nobody_sends_back_their_own_request(scene: Scene) -> Attempt:
    request = scene.desk.file(by=scene.desk.legal)
    return here(scene.desk, lambda: scene.desk.casebook.reject(request, scene.desk.legal, why="不需要了"))


@case("gate.twice")
def one_person_passes_two_gates(scene: Scene) -> Attempt:
    request, both = scene.desk.file(), scene.desk.head_and_it
    scene.desk.casebook.approve(request, both, role="department_head")
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, both, role="it_review"))


@case("gate.closed")
def a_gate_that_has_answered(scene: Scene) -> Attempt:
    request = scene.desk.file()
    scene.desk.casebook.approve(request, scene.desk.it)
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, scene.desk.it_and_security))


@case("gate.closed")
def a_gate_after_the_request_was_sent_back(scene: Scene) -> Attempt:
    request = scene.desk.file()
    scene.desk.casebook.reject(request, scene.desk.head, why="范围太大")
    return here(scene.desk, lambda: scene.desk.casebook.approve(request, scene.desk.it))


# ---------------------------------------------------------------------------------------------------- the permit
def nothing_is_a_permit_but_a_permit(stand_in: object) -> Case:
    return lambda scene: Attempt(lambda: ck.search(scene.desk.chats, stand_in))  # type: ignore[arg-type]


many(
    "permit.none",
    nothing_instead_of_a_permit=nothing_is_a_permit_but_a_permit(None),
    a_request_instead_of_a_permit=nothing_is_a_permit_but_a_permit(complaint()),
    a_word_instead_of_a_permit=nothing_is_a_permit_but_a_permit("P-ABCDEFGHIJKL"),
)


@case("permit.none")
def a_hand_made_permit_of_no_casebook(scene: Scene) -> Attempt:
    act = Act("apply", "0" * 64, "liu.yang", "applicant", "2023-09-20T02:00:00Z", True)
    permit = ck.Permit(complaint(), "permission", act, (), scene.desk.casebook.policy.sha256, "2030-01-01T00:00:00Z")
    return Attempt(lambda: ck.search(scene.desk.chats, permit))


@case("permit.none")
def genuine_signatures_that_were_never_made_a_permit(scene: Scene) -> Attempt:
    request, casebook = scene.desk.file(), scene.desk.casebook
    acts = tuple(casebook.approve(request, gate) for gate in (scene.desk.head, scene.desk.it, scene.desk.legal))
    application, _ = casebook.acts(request)
    permit = ck.Permit(
        request, "permission", application, acts, casebook.policy.sha256, "2023-10-20T02:00:00Z", casebook
    )
    return here(scene.desk, lambda: ck.search(scene.desk.chats, permit))


@case("permit.open_gates")
def a_request_with_open_gates(scene: Scene) -> Attempt:
    request = scene.desk.file()
    scene.desk.casebook.approve(request, scene.desk.head)
    return here(scene.desk, lambda: scene.desk.casebook.permit(request))


@case("permit.rejected")
def a_request_that_was_sent_back(scene: Scene) -> Attempt:
    request = scene.desk.file()
    scene.desk.casebook.approve(request, scene.desk.head)
    scene.desk.casebook.reject(request, scene.desk.legal, why="范围太大")
    return here(scene.desk, lambda: scene.desk.casebook.permit(request))


def signed_anew(permit: ck.Permit) -> ck.Permit:
    """The second approval with one sign of its signature altered."""
    act = permit.approvals[1]
    other = "0" if act.signature[0] != "0" else "1"
    altered = replace(act, signature=other + act.signature[1:])
    return replace(permit, approvals=(permit.approvals[0], altered, permit.approvals[2]))


many(
    "permit.forged",
    a_permit_whose_customers_were_altered=forging(lambda p: replace(p, request=complaint(customers=["B5678"]))),
    a_permit_whose_days_were_altered=forging(lambda p: replace(p, request=complaint(until="2023-09-30"))),
    a_permit_with_an_altered_signature=forging(signed_anew),
    a_permit_with_a_later_end=forging(lambda p: replace(p, expires_at="2023-12-19T02:00:00Z")),
    a_permit_with_a_gate_left_out=forging(lambda p: replace(p, approvals=p.approvals[:2])),
    a_permit_with_one_gate_doubled=forging(lambda p: replace(p, approvals=(*p.approvals[:2], p.approvals[1]))),
    a_permit_of_another_mode=forging(lambda p: replace(p, mode="self_service")),
    a_permit_with_an_approval_as_application=forging(lambda p: replace(p, application=p.approvals[0])),
    a_permit_with_another_name_on_an_approval=forging(
        lambda p: replace(p, approvals=(replace(p.approvals[0], person="ma.li"), *p.approvals[1:]))
    ),
    a_permit_not_of_role_play=forging(
        lambda p: replace(p, approvals=tuple(replace(act, roleplay=False) for act in p.approvals))
    ),
)


@case("permit.forged")
def a_permit_of_another_casebook(scene: Scene) -> Attempt:
    other = scene.edited()
    permit = replace(other.grant(), casebook=scene.desk.casebook)
    return here(scene.desk, lambda: ck.search(scene.desk.chats, permit))


def signed_by(scene: Scene, applicant: SignedIn, signers: dict[str, SignedIn]) -> Attempt:
    """A hand-made permit in which every signature is genuine."""
    casebook, request = scene.desk.casebook, scene.desk.file(by=applicant)
    application, _ = casebook.acts(request)
    acts = tuple(by.sign("approve", application.subject, role, application.at) for role, by in signers.items())
    permit = ck.Permit(
        request, "permission", application, acts, casebook.policy.sha256, "2023-10-20T02:00:00Z", casebook
    )
    return here(scene.desk, lambda: ck.search(scene.desk.chats, permit))


@case("permit.forged")
def genuine_signatures_of_one_person_at_two_gates(scene: Scene) -> Attempt:
    desk = scene.desk
    both = desk.head_and_it
    return signed_by(scene, desk.clerk, {"department_head": both, "it_review": both, "legal": desk.legal})


@case("permit.forged")
def a_genuine_signature_of_the_applicant_at_a_gate(scene: Scene) -> Attempt:
    desk = scene.desk
    return signed_by(scene, desk.head, {"department_head": desk.head, "it_review": desk.it, "legal": desk.legal})


@case("permit.policy")
def a_permit_of_an_older_policy(scene: Scene) -> Attempt:
    desk = scene.desk
    permit = desk.grant()
    edit_policy(desk.casebook.folder, SHORTER_USE)
    desk.reopen()
    return here(desk, lambda: ck.search(desk.chats, replace(permit, casebook=desk.casebook)))


@case("permit.policy")
def approvals_given_under_an_older_policy(scene: Scene) -> Attempt:
    desk = scene.desk
    request = desk.file()
    for gate in (desk.head, desk.it, desk.legal):
        desk.casebook.approve(request, gate)
    edit_policy(desk.casebook.folder, cap(20000))
    desk.reopen()
    return here(desk, lambda: desk.casebook.permit(request))


@case("permit.policy")
def an_older_permit_fetched_again(scene: Scene) -> Attempt:
    desk = scene.desk
    permit = desk.grant()
    edit_policy(desk.casebook.folder, SHORTER_USE)
    desk.reopen()
    return here(desk, lambda: desk.casebook.permit(permit.request))


def thirty_days_later(use: Callable[[Scene, ck.Permit], Callable[[], object]], clock: str) -> Case:
    def prepare(scene: Scene) -> Attempt:
        permit = scene.desk.grant()
        scene.desk.reopen(clock)
        act = use(scene, replace(permit, casebook=scene.desk.casebook))
        return here(scene.desk, act)

    return prepare


many(
    "permit.expired",
    a_search_at_the_very_end=thirty_days_later(
        lambda scene, permit: lambda: ck.search(scene.desk.chats, permit), "2023-10-20T10:00"
    ),
    a_permit_fetched_after_its_end=thirty_days_later(
        lambda scene, permit: lambda: scene.desk.casebook.permit(permit.request), "2023-10-20T10:00:01"
    ),
)


@case("permit.expired")
def masking_after_the_end(scene: Scene) -> Attempt:
    extract = scene.desk.extract()
    scene.desk.reopen("2023-10-21T00:00")
    late = replace(extract, permit=replace(extract.permit, casebook=scene.desk.casebook))
    return here(scene.desk, lambda: ck.mask(late))


@case("permit.expired")
def export_after_the_end(scene: Scene) -> Attempt:
    masked = scene.desk.masked()
    scene.desk.reopen("2023-10-21T00:00")
    late = replace(masked, permit=replace(masked.permit, casebook=scene.desk.casebook))
    return here(scene.desk, lambda: ck.export(late, scene.tmp_path / "late.csv", by=scene.desk.security))


# ----------------------------------------------------------------------------------------------------- the scope
many(
    "scope.customer",
    a_customer_outside_the_permit=narrowing(customers=["A1234", "B5678"]),
    all_customers_under_a_permit_for_one=narrowing(customers=["*"]),
)
many(
    "scope.dates",
    days_before_the_permit=narrowing(since="2023-08-31"),
    days_after_the_permit=narrowing(until="2023-09-16"),
    days_in_the_wrong_order=narrowing(since="2023-09-12", until="2023-09-03"),
)
many("request.dates", a_search_on_an_impossible_day=narrowing(since="2023-09-31"))
many("scope.keyword", a_keyword_outside_the_permit=narrowing(keywords=["运费承担"]))
many("scope.column", a_column_outside_the_permit=narrowing(columns=["text", "customer_id"]))


@case("scope.column")
def a_column_put_into_masked_rows(scene: Scene) -> Attempt:
    masked = scene.desk.masked()
    more = replace(masked, frame=masked.frame.assign(customer_id="A1234"))
    return here(scene.desk, lambda: ck.export(more, scene.tmp_path / "more.csv", by=scene.desk.security))


@case("cap.rows")
def one_search_over_the_cap(scene: Scene) -> Attempt:
    desk = scene.edited(cap(5))
    permit = desk.grant()  # six messages
    return here(desk, lambda: ck.search(desk.chats, permit))


@case("cap.rows")
def several_searches_over_the_cap(scene: Scene) -> Attempt:
    desk = scene.edited(cap(5))
    permit = desk.grant()
    ck.search(desk.chats, permit, until="2023-09-01")  # three messages
    ck.search(desk.chats, permit, until="2023-09-01")  # the same ones do not count twice
    ck.search(desk.chats, permit, since="2023-09-15")  # one more
    return here(desk, lambda: ck.search(desk.chats, permit, since="2023-09-05", until="2023-09-05"))  # two more


@case("cap.rows")
def several_requests_of_one_applicant_over_the_cap(scene: Scene) -> Attempt:
    desk = scene.edited(cap(5))
    ck.search(desk.chats, desk.grant(complaint(until="2023-09-04")))
    second = desk.grant(complaint(reason="投诉 #2023-0877", since="2023-09-05"))
    return here(desk, lambda: ck.search(desk.chats, second))


# ---------------------------------------------------------------------------------------------------- the export
@case("mask.required")
def an_extract_that_is_not_masked(scene: Scene) -> Attempt:
    extract = scene.desk.extract()
    path, security = scene.tmp_path / "raw.xlsx", scene.desk.security
    return here(scene.desk, lambda: ck.export(extract, path, by=security))  # type: ignore[arg-type]


@case("mask.required")
def a_data_frame(scene: Scene) -> Attempt:
    frame = scene.desk.extract().frame
    path, security = scene.tmp_path / "raw.xlsx", scene.desk.security
    return here(scene.desk, lambda: ck.export(frame, path, by=security))  # type: ignore[arg-type]


@case("mask.residual")
def a_phone_number_put_back_into_masked_rows(scene: Scene) -> Attempt:
    masked = scene.desk.masked()
    frame = masked.frame.copy()
    frame.loc[0, "text"] = "打 13912345678"
    again = replace(masked, frame=frame)
    return here(scene.desk, lambda: ck.export(again, scene.tmp_path / "raw.csv", by=scene.desk.security))


@case("mask.residual")
def a_known_name_put_back_into_masked_rows(scene: Scene) -> Attempt:
    masked = scene.desk.masked()
    frame = masked.frame.copy()
    frame.loc[0, "text"] = "给王小明退款"
    again = replace(masked, frame=frame)
    return here(scene.desk, lambda: ck.export(again, scene.tmp_path / "raw.csv", by=scene.desk.security))


@case("mask.residual")
def a_phone_number_in_a_column_that_is_kept(scene: Scene) -> Attempt:
    desk = scene.desk
    frame = desk.chats.frame.assign(channel="13912345678")
    desk.chats = replace(desk.chats, frame=frame)
    masked = desk.masked(desk.grant(complaint(columns=["text", "channel"])))
    return here(desk, lambda: ck.export(masked, scene.tmp_path / "raw.csv", by=desk.security))


@case("mask.canary")
def a_canary_of_the_company_in_masked_rows(scene: Scene) -> Attempt:
    desk = scene.desk
    canary = '[[canary]]\nWECHAT = "htw-crm-2023"\n'
    (desk.casebook.folder / "canaries.toml").write_text(canary, encoding="utf-8")
    desk.chats = chats_of([("m1", "c1", "A1234", "2023-09-02 10:00:00", "customer", "HTW_crm 2023")])
    masked = desk.masked()
    return here(desk, lambda: ck.export(masked, scene.tmp_path / "out.csv", by=desk.security))


@case("mask.canary")
def a_list_of_allowed_words_that_lets_a_canary_through(scene: Scene) -> Attempt:
    desk = scene.edited((r"^(allow = \{ value = )\[\]", r'\1["诸葛霁棠"]'))
    extract = desk.extract()
    return here(desk, lambda: ck.mask(extract))


def checked(scene: Scene, alter: Callable[[ck.Masked], object]) -> Attempt:
    """An export with what ``alter`` makes of the masked rows as its spot check."""
    masked = scene.desk.masked()
    check, path = alter(masked), scene.tmp_path / "out.csv"
    return here(scene.desk, lambda: ck.export(masked, path, by=scene.desk.security, spot_check=check))  # type: ignore[arg-type]


@case("export.spot_check")
def a_spot_check_that_nobody_judged(scene: Scene) -> Attempt:
    return checked(scene, ck.spot_check)


@case("export.spot_check")
def a_spot_check_of_other_rows(scene: Scene) -> Attempt:
    fewer = ck.mask(ck.search(scene.desk.chats, scene.desk.grant(), until="2023-09-01"))
    judged = ck.spot_check(fewer).judge([], by=scene.desk.security)
    return checked(scene, lambda masked: judged)


@case("export.spot_check")
def a_judgement_made_better_afterwards(scene: Scene) -> Attempt:
    security = scene.desk.security
    return checked(scene, lambda masked: replace(ck.spot_check(masked).judge([0], by=security), leaks=0))


@case("export.spot_check")
def a_text_for_a_spot_check(scene: Scene) -> Attempt:
    return checked(scene, lambda masked: "looked at it")


@case("export.executor")
def an_executor_who_is_not_data_security(scene: Scene) -> Attempt:
    masked = scene.desk.masked()
    return here(scene.desk, lambda: ck.export(masked, scene.tmp_path / "out.csv", by=scene.desk.clerk))


@case("export.executor")
def somebody_else_destroys(scene: Scene) -> Attempt:
    manifest = scene.desk.export()
    return here(scene.desk, lambda: ck.destroy(manifest, by=scene.desk.clerk, sweep=[]))


@case("export.executor")
def somebody_else_changes_the_roster(scene: Scene) -> Attempt:
    desk = scene.real()
    clerk = desk.sign_in("li.na")
    return Attempt(lambda: ck.enrol(desk.roster, by=clerk), (desk.casebook.folder,))


@case("export.executor_was_gate")
def an_executor_who_was_a_gate(scene: Scene) -> Attempt:
    desk, request = scene.desk, scene.desk.file()
    for gate in (desk.head, desk.it_and_security, desk.legal):
        desk.casebook.approve(request, gate)
    masked = desk.masked(desk.casebook.permit(request))
    return here(desk, lambda: ck.export(masked, scene.tmp_path / "out.csv", by=desk.it_and_security))


@case("export.executor_was_gate")
def an_executor_who_is_the_applicant(scene: Scene) -> Attempt:
    masked = scene.desk.masked(scene.desk.grant(by=scene.desk.security))
    return here(scene.desk, lambda: ck.export(masked, scene.tmp_path / "out.csv", by=scene.desk.security))


@case("export.rows")
def rows_found_under_another_permit(scene: Scene) -> Attempt:
    desk = scene.desk
    mine, other = desk.grant(), desk.grant(complaint(reason="投诉 #2023-0877", customers=["B5678"]))
    stolen = replace(desk.masked(other), permit=mine)
    return here(desk, lambda: ck.export(stolen, scene.tmp_path / "out.csv", by=desk.security))


@case("export.rows")
def more_rows_than_were_found(scene: Scene) -> Attempt:
    desk, masked = scene.desk, scene.desk.masked()
    more = replace(masked, frame=masked.frame.loc[[0, *masked.frame.index]])
    return here(desk, lambda: ck.export(more, scene.tmp_path / "out.csv", by=desk.security))


@case("export.article_profile")
def the_articles_values_on_real_chats(scene: Scene) -> Attempt:
    desk = scene.edited(profile="article")
    permit = desk.grant()
    return here(desk, lambda: ck.search(chats_of(fictional=False), permit))


@case("export.article_profile")
def an_export_of_real_chats_by_the_articles_values(scene: Scene) -> Attempt:
    desk = scene.edited(profile="article")
    masked = replace(desk.masked(), fictional=False)
    return here(desk, lambda: ck.export(masked, scene.tmp_path / "out.csv", by=desk.security))


@case("export.taken")
def a_file_that_exists(scene: Scene) -> Attempt:
    path, masked = scene.tmp_path / "taken.csv", scene.desk.masked()
    path.write_text("something else")
    return here(scene.desk, lambda: ck.export(masked, path, by=scene.desk.security))


SURVEY = ("conversation_id", "sent_at", "role", "channel", "category")


def survey(**changes: object) -> ck.Request:
    return complaint(**{"purpose": "decision_support", "customers": ["*"], "columns": SURVEY, **changes})


@case("mask.required")
def trends_of_an_extract(scene: Scene) -> Attempt:
    extract = scene.desk.extract(scene.desk.grant(survey()))
    return here(scene.desk, lambda: ck.aggregate(extract))  # type: ignore[arg-type]


@case("trends.purpose")
def trends_under_a_permit_for_a_complaint(scene: Scene) -> Attempt:
    masked = scene.desk.masked()
    return here(scene.desk, lambda: ck.aggregate(masked))


@case("trends.columns")
def trends_of_rows_without_a_speaker(scene: Scene) -> Attempt:
    masked = scene.desk.masked(scene.desk.grant(survey(columns=["conversation_id", "sent_at", "channel"])))
    return here(scene.desk, lambda: ck.aggregate(masked))


@case("trends.small")
def trends_of_four_conversations(scene: Scene) -> Attempt:
    masked = scene.desk.masked(scene.desk.grant(survey()))
    return here(scene.desk, lambda: ck.aggregate(masked))


@case("export.rows")
def trends_of_rows_found_under_another_permit(scene: Scene) -> Attempt:
    mine, other = scene.desk.grant(survey()), scene.desk.grant(complaint())
    stolen = replace(scene.desk.masked(other), permit=mine)
    return here(scene.desk, lambda: ck.aggregate(stolen))


@case("disposal.none")
def an_export_that_the_casebook_does_not_hold(scene: Scene) -> Attempt:
    manifest = replace(scene.desk.export(), id="E-ABCDEFGHIJKL")
    return here(scene.desk, lambda: ck.destroy(manifest, by=scene.desk.security, sweep=[]))


@case("disposal.none")
def an_altered_manifest(scene: Scene) -> Attempt:
    manifest = replace(scene.desk.export(), rows=1)
    return here(scene.desk, lambda: ck.destroy(manifest, by=scene.desk.security, sweep=[]))


@case("casebook.clock")
def a_simulated_clock_on_a_real_casebook(scene: Scene) -> Attempt:
    folder = scene.real().casebook.folder
    return Attempt(lambda: ck.Casebook.open(folder, clock="2023-09-20"), (folder,))


# ------------------------------------------------------------------------------------------- what holds for each
PAIRS = [(rule, prepare) for rule, cases in CASES.items() for prepare in cases]
IDS = [f"{rule}-{prepare.__name__}" for rule, prepare in PAIRS]
SAID = [text for *_, text in (row for row in chats_of().frame["text"].items())]


@pytest.fixture
def scene(desk: Desk, tmp_path: Path, edited: Callable[..., Desk], request: pytest.FixtureRequest) -> Iterator[Scene]:
    yield Scene(desk, tmp_path, edited, lambda: request.getfixturevalue("real"))


def test_every_rule_of_the_policy_is_provoked() -> None:
    rules = tomllib.loads(ck.packaged().decode())["rule"]
    assert sorted(CASES) == sorted(rules)


@pytest.mark.parametrize(("rule", "prepare"), PAIRS, ids=IDS)
def test_it_is_refused_in_two_languages_with_its_basis_and_logged(rule: str, prepare: Case, scene: Scene) -> None:
    attempt = prepare(scene)
    with pytest.raises(ck.Refused) as caught:
        attempt.act()

    assert rule in caught.value.rules
    for refusal in caught.value.refusals:
        assert HAN.search(refusal.text.zh)
        assert not HAN.search(refusal.text.en)
        source = refusal.rule.source
        assert re.fullmatch(r"M\d\d", source.method)
        assert source.law
        assert set(source.law) <= set(law_table().rows)
        assert source.method in source.text.zh
        assert source.method in source.text.en
        assert HAN.search(source.text.zh)
        assert not HAN.search(source.text.en)
        assert "《" in source.text.zh or "未找到" in source.text.zh
    shown = str(caught.value)
    assert rule in shown
    for secret in (*SAID, KEYWORD, "王小明", "A1234", "B5678", "运费承担", "13800001234", "13912345678"):
        assert secret not in shown, secret

    for folder in attempt.at_hand:
        clock = None if folder.name == "real" else CLOCK
        book = ck.Casebook.open(folder, clock=clock)
        try:
            assert rule in refused_rules(book)
            assert book.verify() == []
        finally:
            book.close()


@pytest.mark.parametrize("rule", sorted(tomllib.loads(ck.packaged().decode())["rule"]))
def test_the_sentence_of_a_rule_is_written_in_both_languages(rule: str) -> None:
    text = ck.parse_policy(ck.packaged()).rules[rule].text
    assert HAN.search(text.zh)
    assert not HAN.search(text.en)
    assert text.zh.endswith("。")
    assert text.en.endswith(".")


# ------------------------------------------------------------------------------------------- single circumstances
def test_every_fault_of_a_form_is_told_at_once(desk: Desk) -> None:
    bad = ck.Request(purpose="?", reason="", customers=[], since="x", until="y", use_days=0, match="no")
    with pytest.raises(ck.Refused) as caught:
        desk.casebook.apply(bad, desk.clerk)
    assert sorted(set(caught.value.rules)) == [
        *("request.customers", "request.dates", "request.match"),
        *("request.purpose", "request.reason", "request.use_period"),
    ]
    assert caught.value.rules.count("request.dates") == 2


def test_every_step_outside_the_scope_is_told_at_once(desk: Desk) -> None:
    permit = desk.grant(complaint(keywords=[KEYWORD]))
    with pytest.raises(ck.Refused) as caught:
        ck.search(
            desk.chats, permit, customers=["B5678"], since="2023-08-01", keywords=["运费承担"], columns=["customer_id"]
        )
    assert caught.value.rules == ("scope.customer", "scope.dates", "scope.keyword", "scope.column")


def test_open_gates_are_named_in_both_languages(desk: Desk) -> None:
    request = desk.file()
    desk.casebook.approve(request, desk.it)
    with pytest.raises(ck.Refused) as caught:
        desk.casebook.permit(request)
    assert caught.value.refusals[0].text.zh == "还有关卡未通过：部门主管、法务确认。"
    assert caught.value.refusals[0].text.en == "Gates still open: department head, legal confirmation."


def test_after_a_request_was_sent_back_the_gate_that_did_so_is_named(desk: Desk) -> None:
    request = desk.file()
    desk.casebook.reject(request, desk.head, why="范围太大")
    with pytest.raises(ck.Refused) as caught:
        desk.casebook.approve(request, desk.it)
    assert "部门主管" in caught.value.refusals[0].text.zh


def test_a_reason_of_a_complaint_number_is_enough(desk: Desk) -> None:
    assert desk.casebook.apply(complaint(reason="投诉 #2023-0876"), desk.clerk).person == "liu.yang"


def test_three_months_to_the_day_are_granted(desk: Desk) -> None:
    permit = desk.grant(complaint(use_days=91))
    assert permit.expires_at == "2023-12-19T16:00:00Z"  # midnight of 20 December in China


def test_ninety_two_days_may_be_asked_for_and_not_one_more(desk: Desk) -> None:
    desk.casebook.check(complaint(since="2023-06-01", until="2023-08-31"))
    with pytest.raises(ck.Refused) as caught:
        desk.casebook.check(complaint(since="2023-06-01", until="2023-09-01"))
    assert caught.value.rules == ("request.range",)


def test_a_permit_is_good_until_the_second_before_it_ends(desk: Desk) -> None:
    permit = desk.grant()
    desk.reopen("2023-10-20T09:59:59")
    assert len(ck.search(desk.chats, replace(permit, casebook=desk.casebook)).frame) == 6


def test_what_was_seen_under_the_cap_is_not_counted_twice(edited: Callable[..., Desk]) -> None:
    desk = edited(cap(6))
    permit = desk.grant()
    assert [len(ck.search(desk.chats, permit).frame) for _ in range(3)] == [6, 6, 6]


def test_a_refused_search_counts_nothing_towards_the_cap(edited: Callable[..., Desk]) -> None:
    desk = edited(cap(5))
    permit = desk.grant()
    with pytest.raises(ck.Refused, match=r"cap\.rows"):
        ck.search(desk.chats, permit)
    assert desk.casebook.store.seen_under(permit.id) == set()


def test_another_applicant_has_a_cap_of_their_own(edited: Callable[..., Desk]) -> None:
    desk = edited(cap(5))
    ck.search(desk.chats, desk.grant(complaint(until="2023-09-04")))
    second = desk.grant(complaint(reason="投诉 #2023-0877", since="2023-09-05"), desk.other_clerk)
    assert len(ck.search(desk.chats, second).frame) == 3


def test_the_cap_is_free_again_when_its_window_has_passed(edited: Callable[..., Desk]) -> None:
    desk = edited(cap(5))
    ck.search(desk.chats, desk.grant(complaint(until="2023-09-04")))
    desk.reopen("2023-10-21T10:00")  # 31 days later
    later = desk.grant(complaint(reason="投诉 #2023-0877", since="2023-09-05"))
    assert len(ck.search(desk.chats, later).frame) == 3


def test_a_refused_export_writes_nothing(desk: Desk) -> None:
    masked = desk.masked()
    frame = masked.frame.copy()
    frame.loc[0, "text"] = "打 13912345678"
    with pytest.raises(ck.Refused, match=r"mask\.residual"):
        ck.export(replace(masked, frame=frame), desk.folder / "out" / "raw.csv", by=desk.security)
    assert not (desk.folder / "out").exists()


def test_the_record_of_a_refusal_says_who_tried_what(desk: Desk) -> None:
    request = desk.file(by=desk.head)
    with pytest.raises(ck.Refused):
        desk.casebook.approve(request, desk.head)
    record = desk.casebook.store.records("refused")[-1]
    assert (record.ref, record.body) == ("approve", {"person": "zhao.wei", "rules": ["gate.own_request"]})


def test_a_refusal_shows_no_traceback_in_a_notebook(desk: Desk) -> None:
    with pytest.raises(ck.Refused) as caught:
        desk.casebook.sign_in("nobody")
    assert caught.value._render_traceback_()[1] == "【person.unknown】名册里没有在职人员“nobody”。"


def test_a_forged_permit_says_which_part_is_false(desk: Desk) -> None:
    permit = desk.grant()
    for altered, part in (
        (replace(permit, expires_at="2024-01-01T00:00:00Z"), "its period of use was altered"),
        (replace(permit, mode="expert"), "its mode is not the one its content calls for"),
        (replace(permit, approvals=permit.approvals[:1]), "gates are missing, or one person signed twice"),
    ):
        with pytest.raises(ck.Refused, match=part):
            ck.search(desk.chats, altered)
    assert asdict(permit.request)["until"] == "2023-09-15"
