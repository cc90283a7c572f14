"""Search gives the rows that the permit describes and not one more, whatever is asked; estimates give counts only."""

from __future__ import annotations

import gc
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import CLOCK, KEYWORD, Desk, chats_of, complaint
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import chatkit as ck
from chatkit import matches, postings
from chatkit.extracts import record_keys
from chatkit.findings.folding import fold_codes
from chatkit.postings import Postings, Words, fold

CUSTOMERS = ["A1", "B2", "C3"]
WORDS = ["退款", "发票", "app", "换 货", "A-1", "(.*)"]
PIECES = [
    *WORDS,
    "ＡＰＰ",
    "换货",
    "换，。 货",
    "换，。、 货",
    "Ａ－１",
    "发",
    "票",
    "APP",
    "你好",
    " ",
    "！",
    "退\u3000款",
    "Ⅷ",
    "ß",
]
TIMES = [
    "2023-08-31 23:59:59",
    "2023-09-01 00:00:00",
    "2023-09-05 12:00:00",
    "2023-09-10 23:59:59",
    "2023-09-11 00:00:00",
]
DAYS = ["2023-08-31", "2023-09-01", "2023-09-05", "2023-09-10", "2023-09-11"]
COLUMNS = ["sent_at", "role", "text", "channel", "customer_id"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("extracts")
    made = Desk(folder, ck.Casebook.open(folder / "casebook", clock=CLOCK))
    yield made
    made.casebook.close()


# ------------------------------------------------------------------------------------ the slow oracle, sign by sign
def narrow(sign: str) -> str:
    if "\uff01" <= sign <= "\uff5e":
        sign = chr(ord(sign) - 0xFEE0)
    return " " if sign == "\u3000" else sign


def plain(text: str) -> str:
    return "".join(narrow(sign) for sign in text).casefold()


def holds(text: str, phrase: str) -> bool:
    """Whether the parts of the phrase follow each other with up to three signs that are neither letters nor digits."""

    def follows(at: int, parts: list[str], gap: int) -> bool:
        if not parts:
            return True
        for skipped in range(gap + 1):
            between = text[at : at + skipped]
            if len(between) < skipped or any(c.isalnum() or c == "_" for c in between):
                return False
            if text.startswith(parts[0], at + skipped) and follows(at + skipped + len(parts[0]), parts[1:], 3):
                return True
        return False

    parts = plain(phrase).split()
    return any(follows(at, parts, 0) for at in range(len(text) + 1))


def described(row: dict[str, object], request: ck.Request) -> bool:
    day = (row["sent_at"] + timedelta(hours=8)).strftime("%Y-%m-%d")  # type: ignore[operator]
    text = plain(str(row["text"]))
    found = [holds(text, word) for word in request.keywords]
    return (
        (request.customers == ("*",) or row["customer_id"] in request.customers)
        and request.since <= day <= request.until
        and (not found or (all(found) if request.match == "all" else any(found)))
        and not any(holds(text, word) for word in request.without)
    )


@st.composite
def requests(draw: st.DrawFn) -> ck.Request:
    everybody = draw(st.booleans())
    since, until = sorted((draw(st.sampled_from(DAYS[1:4])), draw(st.sampled_from(DAYS[1:4]))))
    columns = [c for c in COLUMNS if not (everybody and c == "customer_id")]
    return complaint(
        purpose="decision_support" if everybody else "complaint",
        customers=["*"] if everybody else draw(st.lists(st.sampled_from(CUSTOMERS), min_size=1, unique=True)),
        since=since,
        until=until,
        keywords=draw(st.lists(st.sampled_from(WORDS[:5]), max_size=3, unique=True)),
        match=draw(st.sampled_from(["any", "all"])),
        without=draw(st.lists(st.sampled_from(WORDS[:3]), max_size=1)),
        columns=draw(st.lists(st.sampled_from(columns), unique=True)),
    )


messages = st.lists(
    st.tuples(
        st.sampled_from(["c1", "c2", "c3"]),
        st.sampled_from(CUSTOMERS),
        st.sampled_from(TIMES),
        st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    ),
    min_size=6,
    max_size=20,
)


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), strategy)


narrowings = st.fixed_dictionaries(
    {
        "customers": maybe(st.lists(st.sampled_from([*CUSTOMERS, "*"]), max_size=2)),
        "since": maybe(st.sampled_from(DAYS)),
        "until": maybe(st.sampled_from(DAYS)),
        "keywords": maybe(st.lists(st.sampled_from(WORDS[:4]), max_size=2)),
        "columns": maybe(st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True)),
    }
)


@settings(deadline=None, max_examples=120, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(request=requests(), rows=messages, arguments=narrowings)
def test_search_returns_what_permit_and_arguments_both_describe_and_nothing_else(
    shared: Desk, request: ck.Request, rows: list[tuple[str, str, str, str]], arguments: dict[str, object]
) -> None:
    chats = chats_of(
        (f"m{n}", conversation, customer, sent, "customer", text)
        for n, (conversation, customer, sent, text) in enumerate(rows)
    )
    permit = shared.grant(request)
    allowed = request.columns or shared.casebook.policy.purposes[request.purpose].given
    since, until = str(arguments["since"] or request.since), str(arguments["until"] or request.until)
    customers = request.customers if arguments["customers"] is None else tuple(arguments["customers"])  # type: ignore[arg-type]
    keywords = request.keywords if arguments["keywords"] is None else tuple(arguments["keywords"])  # type: ignore[arg-type]
    columns = allowed if arguments["columns"] is None else tuple(arguments["columns"])  # type: ignore[arg-type]
    outside = {
        "scope.customer": request.customers != ("*",) and not set(customers) <= set(request.customers),
        "scope.dates": not request.since <= since <= until <= request.until,
        "scope.keyword": bool(request.keywords) and not set(keywords) <= set(request.keywords),
        "scope.column": not set(columns) <= set(allowed),
    }
    try:
        extract = ck.search(chats, permit, **arguments)  # type: ignore[arg-type]
    except ck.Refused as refused:
        event("refused")
        assert refused.rules == tuple(rule for rule, broken in outside.items() if broken)
        return
    event("some rows" if len(extract.frame) else "no rows")
    assert not any(outside.values())
    narrowed = complaint(
        customers=customers, since=since, until=until, keywords=keywords, match=request.match, without=request.without
    )
    wanted = [
        row["message_id"]
        for row in chats.frame.to_dict("records")
        if described(row, request) and described(row, narrowed)
    ]
    assert extract.frame["message_id"].tolist() == wanted
    assert extract.frame["permit_id"].tolist() == [permit.id] * len(wanted)
    assert list(extract.frame.columns) == ["permit_id", "message_id", *columns]
    assert len(extract.records) == len(wanted)


def found(desk: Desk, **changes: object) -> list[str]:
    return ck.search(desk.chats, desk.grant(complaint(**changes))).frame["message_id"].tolist()


def test_days_are_days_in_china_from_their_first_to_their_last_second(desk: Desk) -> None:
    assert found(desk) == ["m02", "m03", "m04", "m05", "m06", "m11"]


def test_only_the_customers_of_the_permit_are_found(desk: Desk) -> None:
    assert found(desk, customers=["B5678", "C9012"]) == ["m07", "m08", "m09", "m10"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"keywords": [KEYWORD]}, ["m02", "m05"]),
        ({"keywords": ["发票 抬头"]}, ["m02", "m05", "m11"]),
        ({"keywords": ["app"]}, ["m05"]),
        ({"keywords": ["ＡＰＰ"]}, ["m05"]),
        ({"keywords": ["发票", "手机"]}, ["m02", "m03", "m04", "m05", "m11"]),
        ({"keywords": ["发票", "改好"], "match": "all"}, ["m11"]),
        ({"keywords": ["发票"], "without": ["改成"]}, ["m02", "m11"]),
        ({"without": ["发票"]}, ["m03", "m04", "m06"]),
        ({"keywords": ["a.b"]}, []),
        ({"keywords": ["wang.li"]}, ["m05"]),
        ({"keywords": ["wang[a-z.]li"]}, []),
    ],
)
def test_keywords_find_whole_phrases_in_any_width_and_case(desk: Desk, changes: dict, wanted: list[str]) -> None:
    assert found(desk, **changes) == wanted


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("换货", 1),
        ("换 货", 1),
        ("换，。！货", 1),
        ("换，。！、货", 0),
        ("换了货", 0),
        ("货换", 0),
        ("换_货", 0),
        ("换\n货", 1),
    ],
)
def test_the_parts_of_a_phrase_may_be_parted_by_three_signs_and_no_more(desk: Desk, text: str, held: int) -> None:
    desk.chats = chats_of([("m1", "c1", "A1234", "2023-09-02 10:00:00", "customer", text)])
    assert len(found(desk, keywords=["换 货"])) == held


def test_every_row_bears_the_permit(desk: Desk) -> None:
    permit = desk.grant()
    assert set(desk.extract(permit).frame["permit_id"]) == {permit.id}


def test_columns_that_were_not_asked_for_are_not_given(desk: Desk) -> None:
    assert list(desk.extract().frame.columns) == [
        *("permit_id", "message_id", "conversation_id", "sent_at", "role", "text", "recalled")
    ]
    narrow_permit = desk.grant(complaint(columns=["sent_at", "text"]))
    assert list(desk.extract(narrow_permit).frame.columns) == ["permit_id", "message_id", "sent_at", "text"]


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        ({"since": "2023-09-05"}, 3),
        ({"until": "2023-09-01"}, 3),
        ({"keywords": ["邮箱"]}, 1),
        ({"customers": []}, 0),
        ({"columns": ["text"]}, 6),
    ],
)
def test_arguments_narrow(desk: Desk, arguments: dict, rows: int) -> None:
    assert len(ck.search(desk.chats, desk.grant(), **arguments).frame) == rows


@pytest.mark.parametrize("arguments", [{"customers": "A1234"}, {"columns": "text"}, {"keywords": KEYWORD}])
def test_a_single_word_may_stand_for_a_list_of_one_as_it_may_in_a_request(desk: Desk, arguments: dict) -> None:
    permit = desk.grant(complaint(keywords=KEYWORD, columns="text"))
    assert len(ck.search(desk.chats, permit, **arguments).frame) == 2


def test_the_chats_are_not_changed_by_a_search(desk: Desk) -> None:
    before = desk.chats.frame.copy()
    extract = desk.extract()
    extract.frame.loc[0, "text"] = "changed"
    assert desk.chats.frame.equals(before)


def test_the_same_search_has_the_same_id_and_another_has_another(desk: Desk) -> None:
    permit = desk.grant()
    assert desk.extract(permit).id == desk.extract(permit).id
    assert desk.extract(permit).id != ck.search(desk.chats, permit, until="2023-09-04").id


def test_nothing_found_is_an_answer(desk: Desk) -> None:
    extract = desk.extract(desk.grant(complaint(keywords=["不存在的词"])))
    assert len(extract.frame) == 0
    assert len(ck.mask(extract).frame) == 0


def test_a_search_is_logged_with_how_many_rows_it_showed_and_without_what_it_sought(desk: Desk) -> None:
    permit = desk.grant(complaint(keywords=[KEYWORD]))
    desk.extract(permit)
    record = desk.casebook.store.records("search")[-1]
    assert (record.ref, record.body["rows"], record.body["permit"]) == (permit.request.id, 2, permit.id)
    assert KEYWORD not in json.dumps(record.body, ensure_ascii=False)


@pytest.mark.parametrize(("since", "until"), [("9999-12-01", "9999-12-31"), ("0001-01-01", "0001-01-31")])
def test_days_at_the_ends_of_the_calendar_are_no_days_of_a_chat(desk: Desk, since: str, until: str) -> None:
    with pytest.raises(ck.Refused) as caught:
        ck.estimate(desk.chats, complaint(since=since, until=until), by=desk.clerk)
    assert set(caught.value.rules) == {"request.dates"}


def test_the_same_message_has_the_same_key_wherever_it_is_found() -> None:
    first, second = chats_of(), chats_of(list(reversed(list(chats_of_rows()))))
    assert sorted(record_keys(first.frame)) == sorted(record_keys(second.frame))
    assert len(set(record_keys(first.frame))) == 12


def chats_of_rows() -> Iterator[tuple[str, str, str, str, str, str]]:
    from conftest import MESSAGES

    yield from MESSAGES


@pytest.mark.parametrize(
    ("text", "folded"), [("ＡＰＰ退款", "app退款"), ("Ａ　１", "a 1"), ("STRASSE", "strasse"), ("", "")]
)
def test_words_are_compared_without_width_and_case(text: str, folded: str) -> None:
    assert fold(text) == folded


# ------------------------------------------------------------------------------------------------------ estimates
def many(rows: int, conversations: int, customers: int) -> ck.Chats:
    return chats_of(
        (f"m{n}", f"c{n % conversations}", f"K{n % customers}", "2023-09-05 10:00:00", "customer", "你好")
        for n in range(rows)
    )


@pytest.mark.parametrize(
    ("size", "counts"),
    [
        ((12, 12, 12), (10, 10, 10)),
        ((10, 5, 4), (10, 5, None)),
        ((4, 2, 1), (None, None, None)),
        ((5, 5, 1), (5, 5, None)),
        ((1004, 99, 6), (1000, 95, 5)),
    ],
)
def test_an_estimate_withholds_small_counts_and_rounds_the_others_down(desk: Desk, size: tuple, counts: tuple) -> None:
    request = complaint(customers=[f"K{n}" for n in range(12)])
    estimate = ck.estimate(many(*size), request, by=desk.clerk)
    assert (estimate.messages, estimate.conversations, estimate.customers) == counts


def test_an_estimate_of_nothing_says_nothing(desk: Desk) -> None:
    estimate = ck.estimate(desk.chats, complaint(customers=["Z0000"]), by=desk.clerk)
    assert (estimate.messages, estimate.conversations, estimate.customers) == (0, 0, 0)
    said = "This request would touch 0 messages, 0 conversations, 0 customers (small counts withheld)."
    assert str(estimate).splitlines()[1] == said


def test_an_estimate_needs_no_approval_and_is_logged(desk: Desk) -> None:
    estimate = ck.estimate(desk.chats, complaint(), by=desk.clerk)
    assert (estimate.messages, estimate.conversations, estimate.customers) == (5, None, None)
    assert [r.body["person"] for r in desk.casebook.store.records("estimate")] == ["liu.yang"]


def test_an_estimate_of_a_request_that_cannot_be_filed_is_refused(desk: Desk) -> None:
    with pytest.raises(ck.Refused, match=r"request\.reason"):
        ck.estimate(desk.chats, complaint(reason=""), by=desk.clerk)


def test_what_is_read_is_counted_once_however_the_extract_is_used(desk: Desk, tmp_path: Path) -> None:
    permit = desk.grant()
    ck.export(desk.masked(permit), tmp_path / "a.csv", by=desk.security)
    ck.export(desk.masked(permit), tmp_path / "b.csv", by=desk.security)
    assert len(desk.casebook.store.seen_under(permit.id)) == 6


# ------------------------------------------------------------------------ words in a column, beside plain Python's `in`
ALPHABETS = ["ab", "退款慢", "退款慢到账的ABａß1２ ，\u200b①😂ẞ\ud800", "".join(map(chr, range(0x4E00, 0x4E40)))]


@st.composite
def columns_and_words(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    alphabet = draw(st.sampled_from(ALPHABETS))
    texts = draw(st.lists(st.text(alphabet, max_size=12), max_size=30))
    words = draw(
        st.lists(st.text(alphabet, min_size=1, max_size=5), min_size=1, max_size=draw(st.sampled_from([3, 60])))
    )
    return texts, [word for word in words if len(fold(word).split()) == 1]


@settings(deadline=None, max_examples=300, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(made=columns_and_words(), page=st.sampled_from([2, 5, 16_384]), data=st.data())
def test_the_rows_that_hold_any_of_some_words_are_those_that_plain_python_finds(
    made: tuple[list[str], list[str]], page: int, data: st.DataObject
) -> None:
    texts, words = made
    among = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))), bool)
    found = [among[n] and any(fold(w).strip() in fold(text) for w in words) for n, text in enumerate(texts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matches, "ROWS", page)
        folded = matches.Folded.of(texts[at : at + page] for at in range(0, len(texts), page))
        assert folded.holding(words, among).tolist() == found
        assert matches.holding(pd.Series(texts, dtype=object), words, among).tolist() == found
        if not any("\ud800" in text for text in texts):
            assert matches.holding(pd.Series(texts, dtype="str"), words, among).tolist() == found


@pytest.mark.parametrize("many", [1, 4, 17, 300])
def test_however_many_words_there_are_each_is_found_where_it_stands(many: int) -> None:
    pick = random.Random(many)
    words = ["".join(pick.choices(ALPHABETS[3][:24], k=pick.randint(1 + (many < 17), 4))) for _ in range(many)]
    texts = ["".join(pick.choices(ALPHABETS[3][:24], k=pick.randint(0, 9))) for _ in range(400)]
    made = Postings.of(texts, 0)
    for page in (made, Postings.unpack(made.pack())):
        assert page.holding(Words.of(words)).tolist() == [any(word in text for word in words) for text in texts]


def test_texts_longer_than_a_page_are_found_at_their_ends() -> None:
    texts = ["", "退" * 70_000 + "款", "款", "退款" * 40_000, ""]
    folded = matches.Folded.of([texts])
    assert folded.holding(["退款"]).tolist() == [False, True, False, True, False]
    assert [found.tolist() for found in folded.times("退款")] == [[1, 3], [1, 40_000]]


def test_the_times_of_a_word_are_the_places_where_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "CHARACTERS", 6)
    texts = ["哈哈哈", "没有", "", "哈哈，哈哈哈哈", "哈"]
    folded = matches.Folded.of([texts])
    assert len(folded.pages) > 2
    assert [found.tolist() for found in folded.times("哈哈")] == [[0, 3], [2, 4]]
    assert [found.tolist() for found in folded.times("哈哈哈")] == [[0, 3], [1, 2]]
    assert folded.lengths().tolist() == [3, 2, 0, 7, 1]


def test_a_cell_that_is_changed_is_found_as_it_is_now(desk: Desk) -> None:
    frame, everything = desk.chats.frame, np.ones(12, bool)
    before = matches.holding(frame["text"], ["运费"], everything)
    assert np.flatnonzero(before).tolist() == [8, 9]
    frame.loc[0, "text"] = "运费是多少"
    assert np.flatnonzero(matches.holding(frame["text"], ["运费"], everything)).tolist() == [0, 8, 9]
    assert np.flatnonzero(before).tolist() == [8, 9]


def test_a_folded_column_is_kept_as_long_as_the_column_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = matches.Folded.of
    monkeypatch.setattr(matches.Folded, "of", lambda texts: (made.append(1), real(texts))[1])
    frame, everything = chats_of().frame, np.ones(12, bool)
    gc.collect()
    kept = len(matches._KEPT)
    for _ in range(3):
        matches.holding(frame["text"], ["发票"], everything)
    assert (len(made), len(matches._KEPT)) == (1, kept + 1)
    del frame
    gc.collect()
    assert len(matches._KEPT) == kept


def test_a_search_of_few_rows_folds_those_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(postings, "fold_codes", lambda said: (seen.append(said), fold_codes(said))[1])
    among = np.zeros(12, bool)
    among[3] = True
    assert matches.holding(chats_of().frame["text"], ["手机"], among).tolist() == among.tolist()
    assert [said.strip("\0") for said in seen] == ["手机13800001234，我叫王小明"]
