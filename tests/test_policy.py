"""The policy: both profiles load, every value has a source, and a faulty file does not load."""

from __future__ import annotations

import re
import tomllib

import pytest

import chatkit as ck
from chatkit.findings import ENTITIES, ON_DEMAND
from chatkit.law import law_table
from chatkit.rulebook import packaged, parse_policy

TEXT = packaged().decode()


def edited(pattern: str, replacement: str) -> bytes:
    """The packaged policy with one edit; the pattern must be there."""
    text, found = re.subn(pattern, replacement, TEXT, count=1, flags=re.MULTILINE)
    assert found, pattern
    return text.encode()


RULE = '[rule."permit.none"]\nmethod = "M01"\nkind = "company policy"\nlaw = ["L04"]\nbasis = ["PIPL 51(4)"]\n'


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r'^use = "recommended"', 'use = "relaxed"'),
        (r"use_months = \{ value = 3, .*\}", "use_months = 3"),
        (r'use_months = \{ value = 3, method = "M02", ', "use_months = { value = 3, "),
        (r'use_months = \{ value = 3, method = "M02"', 'use_months = { value = 3, method = "2"'),
        (r'use_months = \{ value = 3, method = "M02"', 'use_months = { value = 3, method = "M2"'),
        (r'use_months = \{ value = 3, method = "M02"', 'use_months = { value = 3, method = "M022"'),
        (r'(use_months = .*)law = \["L20"\]', r"\1law = []"),
        (r'(use_months = .*), law = \["L20"\]', r"\1"),
        (r'(use_months = .*)law = \["L20"\]', r'\1law = ["L99"]'),
        (r'(use_months = .*)kind = "company policy"', r'\1kind = "habit"'),
        (r'(use_months = .*)kind = "company policy", ', r"\1"),
        (re.escape(RULE), RULE.replace('method = "M01"\n', "")),
        (re.escape(RULE), RULE.replace('law = ["L04"]', "law = []")),
        (re.escape(RULE), RULE.replace('law = ["L04"]', 'law = ["L98"]')),
        (re.escape(RULE), RULE.replace("PIPL 51(4)", "PIPL 23")),
        (re.escape(RULE), RULE.replace('kind = "company policy"\n', "")),
        (re.escape(RULE) + 'zh = ".*"\n', RULE),
        (re.escape(RULE) + '(zh = ".*"\n)en = ".*"\n', RULE + r"\1"),
        (r'^en = "The request was sent back by “\{gate\}”', 'en = "The request was sent back by “{who}”'),
        (r'^en = "complaint handling"\n', ""),
        (r'^risk = \{ zh = "高风险", en = "high risk" \}', 'risk = { zh = "高风险" }'),
        (r'^PHONE = \{ zh = "手机号", en = "mobile number" \}', 'PHONE = { zh = "手机号" }'),
        (r"^PHONE = \{ value = .*\n", ""),
        (
            r"^(PHONE = \{ value = .*\n)",
            r"\1HAIR = { value = { operator = 'keep' }, method = 'M15', kind = 'fiction', law = ['L02'] }\n",
        ),
        (r'^PHONE = \{ value = \{ operator = "mask"', 'PHONE = { value = { operator = "shuffle"'),
        (r'^text = (\{.*)operator = "mask"', r'text = \1operator = "hash"'),
        (r'columns = \{ value = \["conversation_id"', 'columns = { value = ["hair", "conversation_id"'),
        (r'given = \{ value = \["conversation_id"', 'given = { value = ["region", "conversation_id"'),
        (r'gates = \{ value = \["department_head"', 'gates = { value = ["boss", "department_head"'),
        (r'executor = \{ value = "data_security"', 'executor = { value = "boss"'),
        (r'executor = \{ value = "data_security"', 'executor = { value = "legal"'),
        (r'proofs = \{ value = \["impact_assessment"', 'proofs = { value = ["a_promise"'),
        (r'^proofs = \["outside_contract"\]', 'proofs = ["a_promise"]'),
        (r'basis = \{ value = "contract"', 'basis = { value = "interest"'),
        (r'^mode = "expert"', 'mode = "secret"'),
        (r"^when = \{ recipient = true \}", "when = { weather = true }"),
        (r'^when = \{ columns = \["text"\] \}', 'when = { columns = ["hair"] }'),
        (r'^when = \{ purposes = \["abnormal_funds"\] \}', 'when = { purposes = ["gossip"] }'),
        (r"^when = \{\}", 'when = { columns = ["text"] }'),
        (r"(operation_log\]\n.*\n.*\n)floor_days = \{ value = 184", r"\1floor_days = { value = 400"),
    ],
    ids=lambda text: re.sub(r"\W+", " ", text)[:40],
)
def test_a_faulty_policy_does_not_load(pattern: str, replacement: str) -> None:
    with pytest.raises(ValueError):
        parse_policy(edited(pattern, replacement))


def test_a_policy_that_lacks_a_rule_of_the_kit_does_not_load() -> None:
    with pytest.raises(ValueError):
        parse_policy(edited(r'^\[rule\."permit\.none"\]', '[rule."permit.nothing"]'))


def test_a_rule_with_a_slot_that_the_kit_does_not_fill_does_not_load() -> None:
    with pytest.raises(ValueError):
        parse_policy(
            TEXT.replace("不能审批自己的申请。", "{who}不能审批。")
            .replace("Nobody approves their own", "{who} own")
            .encode()
        )


def test_withholding_counts_below_nothing_does_not_load() -> None:
    with pytest.raises(ValueError):
        parse_policy(edited(r"suppress_below = \{ value = 5", "suppress_below = { value = 0"))


@pytest.mark.parametrize("profile", ["recommended", "article"])
def test_both_profiles_load(profile: str) -> None:
    policy = parse_policy(packaged(profile))
    assert policy.profile == profile
    assert sorted(policy.modes) == ["expert", "permission", "self_service"]
    assert sorted(policy.purposes) == ["abnormal_funds", "complaint", "decision_support", "other"]
    assert set(policy.operators) == {*ENTITIES, *ON_DEMAND}


def test_the_article_differs_in_how_a_phone_number_is_masked() -> None:
    recommended, article = parse_policy(packaged()), parse_policy(packaged("article"))
    assert (recommended.operators["PHONE"].first, recommended.operators["PHONE"].last) == (3, 4)
    assert (article.operators["PHONE"].first, article.operators["PHONE"].last) == (8, 0)
    same = {entity for entity in article.operators if article.operators[entity] == recommended.operators[entity]}
    assert set(article.operators) - same == {"PHONE"}


def test_every_source_names_a_method_row_and_rows_of_the_law_table() -> None:
    for profile in ("recommended", "article"):
        policy = parse_policy(packaged(profile))
        sources = [
            *policy.sources.values(),
            *(r.source for r in policy.rules.values()),
            *(t.source for t in policy.triggers),
        ]
        assert len(sources) > 100
        for source in sources:
            assert re.fullmatch(r"M\d\d", source.method)
            assert source.law
            assert set(source.law) <= set(law_table().rows)
            assert source.text.zh.startswith(("法律依据：", "标准：", "公司制度（", "虚构（"))
            assert source.text.en.startswith(("Law: ", "Standard: ", "Company policy (", "Fiction ("))


def test_a_rule_cites_only_provisions_of_its_law_rows_and_every_rule_cites_some() -> None:
    for rule in parse_policy(packaged()).rules.values():
        provisions = {ref for row in rule.source.law for ref in law_table().rows[row].better}
        assert rule.source.basis
        assert set(rule.source.basis) <= provisions


def test_masking_is_told_as_company_policy_beside_the_law_it_serves() -> None:
    told = parse_policy(packaged()).rules["mask.required"].source.text
    assert told.zh == "公司制度（方法 M17，法律表 L15、L26）；相关法律与标准：《个人信息保护法》第五十一条第（三）项"


def test_every_value_of_a_profile_has_a_source() -> None:
    names = parse_policy(packaged()).sources
    assert {"limit.use_months", "mode.expert.gates", "operator.PHONE", "purpose.other.share"} <= set(names)
    assert len(names) == TEXT.split("[profile.article]")[0].count("{ value = ")


def test_no_executor_is_a_gate_and_every_mode_has_a_gate() -> None:
    for profile in ("recommended", "article"):
        for mode in parse_policy(packaged(profile)).modes.values():
            assert mode.gates
            assert mode.executor not in mode.gates


def test_the_shares_of_the_purposes_are_the_ones_of_the_method_and_fiction() -> None:
    policy = parse_policy(packaged())
    assert {p.id: p.share for p in policy.purposes.values()} == {
        **{"complaint": 35, "abnormal_funds": 28, "decision_support": 22, "other": 15}
    }
    assert {policy.sources[f"purpose.{p}.share"].kind for p in policy.purposes} == {"fiction"}


def test_three_months_two_days_and_three_days_are_the_ones_of_the_method() -> None:
    policy = parse_policy(packaged())
    assert policy.limit.use_months == 3
    assert {(m.answer_days, m.done_days) for m in policy.modes.values()} == {(2, 3)}
    assert policy.retention["operation_log"].floor_days == 184


def test_the_hash_of_a_policy_is_that_of_its_bytes() -> None:
    assert parse_policy(packaged()).sha256 != parse_policy(packaged() + b"\n# a remark\n").sha256


def test_choosing_a_profile_changes_one_line() -> None:
    before, after = packaged().decode().splitlines(), packaged("article").decode().splitlines()
    changed = [line for line in after if line not in before]
    assert [line[:15] for line in changed] == ['use = "article"']


def test_an_unknown_profile_does_not_load() -> None:
    with pytest.raises(ValueError, match="strict"):
        parse_policy(packaged("strict"))


def test_the_file_is_written_in_both_languages_all_through() -> None:
    def walk(node: object, path: str) -> list[str]:
        if not isinstance(node, dict):
            return []
        here = [path] if ("zh" in node) != ("en" in node) else []
        return here + [fault for key, child in node.items() for fault in walk(child, f"{path}.{key}")]

    assert walk(tomllib.loads(TEXT), "") == []


def test_the_policy_is_public() -> None:
    assert isinstance(ck.parse_policy(ck.packaged()), ck.Policy)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (
            r'^PHONE = \{ value = \{ operator = "mask", first = 3, last = 4 \}',
            'PHONE = { value = { operator = "generalise" }',
        ),
        (r'^PASSWORD = \{ value = \{ operator = "replace" \}', 'PASSWORD = { value = { operator = "mask", first = 1 }'),
        (r'^QQ = \{ value = \{ operator = "replace" \}', 'QQ = { value = { operator = "replace", first = 1 }'),
        (r'^QQ = \{ value = \{ operator = "replace" \}', 'QQ = { value = { operator = "mask", first = -1 }'),
        (r'^QQ = \{ value = \{ operator = "replace" \}', 'QQ = { value = { operator = "mask", middle = 1 }'),
        (r'^QQ = \{ value = \{ operator = "replace" \}', 'QQ = { value = { operator = "redact" }'),
        (r'^(text = \{.*)operator = "mask"', r'\1operator = "keep"'),
        (r'^(region = \{.*)operator = "keep"', r'\1operator = "generalise"'),
        (r'^(sent_at = \{.*)operator = "keep"', r'\1operator = "mask"'),
        (r"^deny = \{ value = \[\]", 'deny = { value = ["蓝"]'),
        (r"^deny = \{ value = \[\]", 'deny = { value = ["手机"]'),
        (r"^allow = \{ value = \[\]", 'allow = { value = "李宁"'),
        (r"^allow = \{ value = \[\], method = .M15., ", "allow = { value = [], "),
    ],
)
def test_an_operator_or_a_word_that_cannot_be_applied_does_not_load(pattern: str, replacement: str) -> None:
    with pytest.raises(ValueError):
        parse_policy(edited(pattern, replacement))


def test_an_address_keeps_its_district_and_a_company_has_words_of_its_own() -> None:
    policy = parse_policy(edited(r"^deny = \{ value = \[\]", 'deny = { value = ["蓝鲸项目"]'))
    assert policy.operators["ADDRESS"].operator == "generalise"
    assert policy.words.deny == ("蓝鲸项目",)
    assert {policy.sources[f"words.{kind}"].kind for kind in ("allow", "deny")} == {"company policy"}
