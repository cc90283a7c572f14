"""Ranked search gives what counting by hand gives, within the permit alone, from an index that nobody can read."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import CLOCK, Desk, chats_of, complaint, refused_rules
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_extracts import CUSTOMERS, TIMES, described, plain

import chatkit as ck
from chatkit import matches, ranks, seals
from chatkit.indexes import index_id, open_index, standing_indexes
from chatkit.ranks import terms

SIGNS = "退款哈慢没到账的Ａaβ1２_ ，。"
EVERYBODY = {"purpose": "decision_support", "customers": ["*"], "columns": ["sent_at", "text"]}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("indexes")
    made = Desk(folder, ck.Casebook.open(folder / "casebook", clock=CLOCK))
    yield made
    made.casebook.close()


def said(*texts: str) -> ck.Chats:
    return chats_of(
        (f"m{n}", f"c{n}", "A1234", "2023-09-02 10:00:00", "customer", text) for n, text in enumerate(texts)
    )


# ------------------------------------------------------------------------- the slow oracle: BM25 with plain Python
def bm25(texts: dict[str, str], sought: list[str]) -> dict[str, float]:
    """The score of every text, by its id, that holds a term; nothing else than these texts is counted."""
    total = dict.fromkeys(texts, 0.0)
    usual = sum(map(len, texts.values())) / max(1, len(texts))
    for term in sought:
        times = {id: sum(text.startswith(term, at) for at in range(len(text))) for id, text in texts.items()}
        holding = sum(n > 0 for n in times.values())
        rare = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        for id, n in times.items():
            total[id] += rare * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * len(texts[id]) / usual)) if n else 0.0
    return {id: score for id, score in total.items() if score}


rows = st.lists(
    st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(TIMES), st.text(SIGNS, max_size=14)), min_size=4, max_size=16
)


@settings(deadline=None, max_examples=80, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(rows=rows, words=st.text(SIGNS, min_size=2, max_size=8), most=st.integers(1, 8), customers=st.booleans())
def test_ranking_is_bm25_over_the_rows_of_the_permit_and_of_no_others(
    shared: Desk, rows: list[tuple[str, str, str]], words: str, most: int, customers: bool
) -> None:
    chats = chats_of(
        (f"m{n}", f"c{n % 3}", customer, sent, "customer", text) for n, (customer, sent, text) in enumerate(rows)
    )
    request = complaint(customers=CUSTOMERS[:2] if customers else CUSTOMERS, since="2023-09-01", until="2023-09-10")
    permit = shared.grant(request)
    ck.build_index(chats, by=shared.clerk)
    sought = terms(words)
    if not sought:
        with pytest.raises(ck.Refused, match=r"request\.keywords"):
            ck.rank(chats, permit, words, most=most)
        return
    ranking = ck.rank(chats, permit, words, most=most)
    reached = {
        str(row["message_id"]): plain(str(row["text"]))
        for row in chats.frame.to_dict("records")
        if described(row, request)
    }
    wanted = bm25(reached, sought)
    best = sorted(wanted, key=lambda id: (-round(wanted[id], 9), list(reached).index(id)))[:most]
    assert dict(zip(ranking.frame["message_id"], ranking.scores, strict=True)) == pytest.approx(
        {id: wanted[id] for id in best}
    )
    assert ranking.ranked["message_id"].tolist() == best
    assert set(ranking.ranked["permit_id"]) <= {permit.id}


@pytest.mark.parametrize("word", ["退款", "慢", "到账", "哈哈", "app", "iphone15", "退款 到账", "没到账", "账 app"])
def test_every_word_of_two_characters_is_found(desk: Desk, word: str) -> None:
    texts = ["我要退款", "太慢", "还没到账", "哈哈哈", "在ＡＰＰ里", "一部 iPhone15", "别的事"]
    desk.chats = said(*texts)
    ck.build_index(desk.chats, by=desk.clerk)
    if word == "慢":  # one character is no word, as in a request
        with pytest.raises(ck.Refused, match=r"request\.keywords"):
            ck.rank(desk.chats, desk.grant(), word)
        return
    ranking = ck.rank(desk.chats, desk.grant(), word)
    wanted = {f"m{n}" for n, text in enumerate(texts) if any(term in plain(text) for term in terms(word))}
    assert set(ranking.frame["message_id"]) == wanted != set()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("退款", ["退款"]),
        ("一直没到账", ["一直", "直没", "没到", "到账"]),
        ("退款，退款", ["退款"]),
        ("iPhone15手机", ["iphone15", "5手", "手机"]),
        ("Ａ4纸", ["a4", "4纸"]),
        (["APP", "发票 抬头"], ["app", "发票", "抬头"]),
        ("退", []),
        ("！ 。", []),
        ("", []),
    ],
)
def test_terms_are_neighbours_and_runs(words: str | list[str], wanted: list[str]) -> None:
    assert terms(words) == wanted


def test_the_message_that_speaks_most_of_it_comes_first(desk: Desk) -> None:
    desk.chats = said("退款", "请问退款到账了吗，什么时候到账", "退款退款", "到账", "天气很好，" * 9 + "退款")
    ck.build_index(desk.chats, by=desk.clerk)
    ranking = ck.rank(desk.chats, desk.grant(), "退款 到账")
    assert ranking.ranked["message_id"].tolist()[0] == "m1"
    assert ranking.ranked["message_id"].tolist()[-1] == "m4"
    assert ranking.ranked["score"].is_monotonic_decreasing
    assert ranking.frame["message_id"].tolist() == [f"m{n}" for n in range(5)]  # in the order of time, to be masked
    shown = ranking._repr_html_()
    assert "最相关的 5 行" in shown and shown.index("什么时候到账") < shown.index("退款退款") < shown.index("天气")
    assert repr(ranking) == f"Ranking(5 rows under {ranking.permit.id}, not masked)"


def test_a_ranking_is_masked_and_exported_like_every_extract(desk: Desk) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    ranking = ck.rank(desk.chats, desk.grant(), "手机 邮箱", most=2)
    manifest = ck.export(ck.mask(ranking), desk.folder / "best.csv", by=desk.security)
    assert manifest.rows == 2
    assert "13800001234" not in (desk.folder / "best.csv").read_text("utf-8-sig")


# ---------------------------------------------------------------------------------------------- within the permit
def test_scores_do_not_tell_what_lies_outside_the_permit(desk: Desk) -> None:
    permit = desk.grant()
    ck.build_index(desk.chats, by=desk.clerk)
    alone = ck.rank(desk.chats, permit, "发票抬头 手机")
    more = [("x1", "c9", "B5678", "2023-09-02 10:00:00", "customer", "发票抬头发票抬头手机"), *_rows()]
    desk.chats = chats_of(more)
    ck.build_index(desk.chats, by=desk.clerk)
    assert ck.rank(desk.chats, permit, "发票抬头 手机").scores == alone.scores


def _rows() -> list[tuple[str, str, str, str, str, str]]:
    from conftest import MESSAGES

    return list(MESSAGES)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"customers": ["B5678"]}, "scope.customer"),
        ({"since": "2023-08-01"}, "scope.dates"),
        ({"keywords": ["运费"]}, "scope.keyword"),
        ({"columns": ["customer_id", "category"]}, "scope.column"),
    ],
)
def test_a_ranking_is_refused_what_a_search_is(desk: Desk, arguments: dict[str, list[str]], rule: str) -> None:
    permit = desk.grant(complaint(keywords=["发票"], columns=["text"]))
    ck.build_index(desk.chats, by=desk.clerk)
    with pytest.raises(ck.Refused) as caught:
        ck.rank(desk.chats, permit, "发票", **arguments)  # type: ignore[arg-type]
    assert caught.value.rules == (rule,) == tuple(refused_rules(desk.casebook))


@pytest.mark.parametrize(
    ("words", "outside"),
    [("发票", 0), ("发票 手机", 1), (["发票 抬头"], 0), ("发票 抬头", 0), ("抬头", 1), (["ＡＰＰ", "app"], 0)],
)
def test_where_a_permit_lists_keywords_no_other_words_rank(desk: Desk, words: str | list[str], outside: int) -> None:
    permit = desk.grant(complaint(keywords=["发票", "发票 抬头", "APP"]))
    ck.build_index(desk.chats, by=desk.clerk)
    if not outside:
        assert len(ck.rank(desk.chats, permit, words).frame)
        return
    with pytest.raises(ck.Refused, match=r"scope\.keyword"):
        ck.rank(desk.chats, permit, words)


def test_what_a_ranking_shows_is_counted_and_nothing_else(desk: Desk) -> None:
    permit = desk.grant()
    ck.build_index(desk.chats, by=desk.clerk)
    ck.rank(desk.chats, permit, "发票", most=1)
    assert len(desk.casebook.store.seen_under(permit.id)) == 1
    record = desk.casebook.store.records("search")[-1]
    assert (record.body["rows"], record.body["permit"]) == (1, permit.id)
    assert "发票" not in str(record.body) and len(record.body["ranked"]) == 64


def test_no_permit_no_ranking(desk: Desk) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    with pytest.raises(ck.Refused, match=r"permit\.none"):
        ck.rank(desk.chats, None, "发票")  # type: ignore[arg-type]
    with pytest.raises(ck.Refused, match=r"permit\.forged"):
        ck.rank(desk.chats, replace(desk.grant(), request=complaint(customers=["B5678"])), "发票")
    permit = desk.grant()
    desk.reopen("2023-12-30T10:00")
    with pytest.raises(ck.Refused, match=r"permit\.expired"):
        ck.rank(desk.chats, replace(permit, casebook=desk.casebook), "发票")


def test_most_is_positive(desk: Desk) -> None:
    with pytest.raises(ValueError, match="most"):
        ck.rank(desk.chats, desk.grant(), "发票", most=0)


# -------------------------------------------------------------------------------------------- sealed, and its states
def files(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.casebook.folder.glob("*index-*")) + sorted(
        path.name for path in desk.casebook.folder.glob(".index-*")
    )


def test_nothing_of_the_chats_can_be_read_on_the_disk(desk: Desk) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    pieces = [text[at : at + 2] for text in desk.chats.frame["text"] for at in range(len(text) - 1)]
    pairs = [np.array([ord(piece[0]) << 16 | ord(piece[1])], np.uint32).tobytes() for piece in pieces]
    (sealed,) = desk.casebook.folder.glob("index-*.sealed")
    if os.name == "posix":
        assert sealed.stat().st_mode & 0o077 == 0
    for path in desk.casebook.folder.iterdir():
        raw = path.read_bytes()
        for piece, pair in zip(pieces, pairs, strict=True):
            if not piece.isascii() and path.suffix != ".toml":
                assert not any(spelt in raw for spelt in (piece.encode(), pair)), (path.name, piece)


def test_an_index_is_built_once_and_opened_after(desk: Desk) -> None:
    first = ck.build_index(desk.chats, by=desk.clerk)
    (name,) = files(desk)
    raw = (desk.casebook.folder / name).read_bytes()
    desk.reopen()
    again = ck.build_index(desk.chats, by=desk.clerk)
    assert (again.id, again.rows) == (first.id, 12)
    assert (desk.casebook.folder / name).read_bytes() == raw
    assert len(desk.casebook.store.records("index_started")) == len(desk.casebook.store.records("index")) == 1
    assert [r.body["person"] for r in desk.casebook.store.records("index")] == ["liu.yang"]
    assert desk.casebook.verify() == []
    assert str(first).splitlines()[1] == f"Index {first.id}: 12 messages, sealed beside the casebook"
    assert "索引建成" in str(desk.casebook.log())


def problem(desk: Desk) -> str:
    with pytest.raises(ck.BadInput) as caught:
        ck.rank(desk.chats, desk.grant(), "发票")
    return caught.value.problem


def test_without_an_index_the_way_to_one_is_told(desk: Desk) -> None:
    assert problem(desk) == "index_none"


def test_a_changed_export_makes_the_index_stale_and_a_new_one_destroys_it(desk: Desk) -> None:
    old = ck.build_index(desk.chats, by=desk.clerk)
    desk.chats = chats_of(_rows()[:-1])
    with pytest.raises(ck.BadInput, match="12 messages then, 11 now") as caught:
        ck.rank(desk.chats, desk.grant(), "发票")
    assert caught.value.problem == "index_stale"
    new = ck.build_index(desk.chats, by=desk.clerk)
    assert files(desk) == [f"index-{new.id}.sealed"]
    assert standing_indexes(desk.casebook) == {new.id: 11}
    assert [r.ref for r in desk.casebook.store.records("index_dropped")] == [old.id]
    with desk.casebook.store.transaction():
        assert old.id != new.id and len(desk.casebook.store.secret(f"index {new.id}")) == 32


def test_a_cell_changed_in_memory_makes_the_index_stale(desk: Desk) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    desk.chats.frame.loc[3, "text"] = "手机13800001235，我叫王小明"
    assert problem(desk) == "index_stale"


def test_the_index_of_another_export_is_no_index_of_this(desk: Desk) -> None:
    ck.build_index(replace(said("别的"), source="other.csv"), by=desk.clerk)
    assert problem(desk) == "index_none"


def cut(raw: bytes) -> bytes:
    return raw[:-1]


def part_missing(raw: bytes) -> bytes:
    return raw[: len(seals.MAGIC)]


def altered(raw: bytes) -> bytes:
    return raw[:-20] + bytes([raw[-20] ^ 1]) + raw[-19:]


def doubled(raw: bytes) -> bytes:
    return raw + raw[len(seals.MAGIC) :]


@pytest.mark.parametrize("spoil", [cut, part_missing, altered, doubled, lambda raw: b"", lambda raw: b"x" + raw])
def test_a_damaged_file_says_so_and_is_built_again(desk: Desk, spoil: Callable[[bytes], bytes]) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    (path,) = desk.casebook.folder.glob("index-*.sealed")
    path.write_bytes(spoil(path.read_bytes()))
    desk.reopen()
    assert problem(desk) == "index_damaged"
    ck.build_index(desk.chats, by=desk.clerk)
    assert len(ck.rank(desk.chats, desk.grant(), "发票").frame) == 3


def test_a_lost_file_says_so_and_is_built_again(desk: Desk) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    (path,) = desk.casebook.folder.glob("index-*.sealed")
    path.unlink()
    assert problem(desk) == "index_lost"
    ck.build_index(desk.chats, by=desk.clerk)
    assert len(ck.rank(desk.chats, desk.grant(), "发票").frame) == 3


def test_the_file_of_one_casebook_does_not_open_in_another(desk: Desk, tmp_path: Path) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    (path,) = desk.casebook.folder.glob("index-*.sealed")
    other = Desk(tmp_path, ck.Casebook.open(tmp_path / "other", clock=CLOCK))
    ck.build_index(other.chats, by=other.clerk)
    (other.casebook.folder / path.name).write_bytes(path.read_bytes())
    other.reopen()
    assert problem(other) == "index_damaged"
    other.casebook.close()


KILLED = """
import os, sys
import conftest, chatkit as ck
from chatkit import indexes, seals
casebook = ck.Casebook.open(sys.argv[1], clock=conftest.CLOCK)
real = {module}.{name}
def die(*given, **named):
    {before}
    os._exit(9)
{module}.{name} = die
ck.build_index(conftest.chats_of(), by=casebook.sign_in("liu.yang"))
"""


@pytest.mark.parametrize(
    ("module", "name", "before"),
    [
        ("indexes", "seal", ""),  # begun, nothing written
        ("seals.os", "fsync", ""),  # written, without its name
        ("seals.os", "fsync", "if not hasattr(die, 'once'): die.once = True; return real(*given)"),  # with its name
        ("indexes", "_destroy", ""),  # finished, but nobody was told
    ],
)
def test_whoever_is_killed_while_building_leaves_a_state_that_explains_itself(
    desk: Desk, module: str, name: str, before: str
) -> None:
    desk.casebook.close()
    code = KILLED.format(module=module, name=name, before=before or "pass")
    run = subprocess.run(
        [sys.executable, "-c", code, str(desk.casebook.folder)], cwd=Path(__file__).parent, capture_output=True
    )
    assert run.returncode == 9, run.stderr.decode()
    desk.reopen()
    assert desk.casebook.verify() == []
    if name == "_destroy":
        assert len(ck.rank(desk.chats, desk.grant(), "发票").frame) == 3
        return
    assert problem(desk) == "index_unfinished"
    for path in desk.casebook.folder.glob("*index-*"):
        assert "发票".encode() not in path.read_bytes()
    for left in desk.casebook.folder.glob(".index-*.tmp"):
        os.utime(left, (time.time() - 7_200,) * 2)
    ck.build_index(desk.chats, by=desk.clerk)
    assert len(files(desk)) == 1  # and what was left is taken away
    assert len(ck.rank(desk.chats, desk.grant(), "发票").frame) == 3


def test_an_error_while_writing_leaves_no_temporary_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seals.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        ck.build_index(desk.chats, by=desk.clerk)
    monkeypatch.undo()
    assert files(desk) == [] and problem(desk) == "index_unfinished"


def test_a_destroyed_index_is_gone_and_its_key_too(desk: Desk) -> None:
    index = ck.build_index(desk.chats, by=desk.clerk)
    (path,) = desk.casebook.folder.glob("index-*.sealed")
    kept = path.read_bytes()
    with desk.casebook.store.transaction():
        key = desk.casebook.store.secret(f"index {index.id}")
    assert ck.drop_index(desk.chats, by=desk.head) == [index.id]
    assert files(desk) == [] and problem(desk) == "index_none"
    assert ck.drop_index(desk.chats, by=desk.head) == []
    path.write_bytes(kept)
    assert problem(desk) == "index_none"
    desk.casebook.close()
    for file in desk.casebook.folder.iterdir():
        assert key not in file.read_bytes()


@pytest.mark.parametrize("verb", [ck.build_index, ck.drop_index])
def test_a_stranger_builds_and_destroys_nothing(desk: Desk, tmp_path: Path, verb: Callable[..., object]) -> None:
    other = ck.Casebook.open(tmp_path / "other", clock=CLOCK)
    stranger = replace(other.sign_in("liu.yang"), casebook=desk.casebook)
    other.close()
    with pytest.raises(ck.Refused, match=r"person\.unknown"):
        verb(desk.chats, by=stranger)
    with pytest.raises(ck.Refused, match=r"person\.elsewhere"):
        verb(desk.chats, by=None)


def test_an_index_of_nothing_is_an_index(desk: Desk) -> None:
    empty = replace(desk.chats, frame=desk.chats.frame.iloc[:0])
    assert ck.build_index(empty, by=desk.clerk).rows == 0
    assert len(ck.rank(empty, desk.grant(), "发票").frame) == 0


def test_the_same_texts_have_the_same_index_however_they_are_stored(desk: Desk) -> None:
    frame, halves = desk.chats.frame, [desk.chats.frame.iloc[:5], desk.chats.frame.iloc[5:]]
    ids = {
        index_id(replace(desk.chats, frame=other))
        for other in (
            frame,
            frame.copy(),
            pd.concat(halves, ignore_index=True),
            frame.iloc[:0:-1].iloc[::-1].pipe(lambda rest: pd.concat([frame.iloc[:1], rest])),
            frame.assign(text=frame["text"].astype(object)),
        )
    }
    assert len(ids) == 1
    assert index_id(replace(desk.chats, frame=frame.iloc[::-1])) not in ids


def test_many_pages_are_one_index(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "ROWS", 3)
    desk.chats = chats_of()
    built = ck.build_index(desk.chats, by=desk.clerk)
    assert open_index(desk.casebook, desk.chats) is built
    desk.reopen()
    opened = open_index(desk.casebook, desk.chats)
    assert opened is not built
    texts = [plain(text) for text in desk.chats.frame["text"]]
    pairs = {text[at : at + 2] for text in texts for at in range(len(text) - 1)}
    for folded in (built.folded, opened.folded):
        assert len(folded.pages) == 4
        assert folded.lengths().tolist() == list(map(len, texts))
        for pair in pairs:
            begins = [n for n, text in enumerate(texts) for at in range(len(text)) if text.startswith(pair, at)]
            assert dict(zip(*folded.times(pair), strict=True)) == Counter(begins)


def test_a_plain_search_in_a_new_session_asks_the_sealed_index(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    permit = desk.grant(complaint(keywords=["发票"]))
    desk.reopen()
    desk.chats = chats_of()
    monkeypatch.setattr(matches.Folded, "of", lambda texts: pytest.fail("folded again"))
    extract = ck.search(desk.chats, replace(permit, casebook=desk.casebook))
    assert extract.frame["message_id"].tolist() == ["m02", "m05", "m11"]
    assert ck.estimate(desk.chats, permit.request, by=desk.clerk).messages is None


@pytest.mark.parametrize("spoil", [altered, None])
def test_a_plain_search_does_without_an_index_that_does_not_open(
    desk: Desk, spoil: Callable[[bytes], bytes] | None
) -> None:
    ck.build_index(desk.chats, by=desk.clerk)
    permit = desk.grant(complaint(keywords=["发票"]))
    (path,) = desk.casebook.folder.glob("index-*.sealed")
    if spoil:
        path.write_bytes(spoil(path.read_bytes()))
    else:
        path.unlink()
    desk.reopen()
    desk.chats = chats_of()
    extract = ck.search(desk.chats, replace(permit, casebook=desk.casebook))
    assert extract.frame["message_id"].tolist() == ["m02", "m05", "m11"]


def test_the_best_are_chosen_with_their_ties() -> None:
    score = np.array([0, 2, 1, 2, 0, 1, 3], float)
    assert [ranks.best(score, most).tolist() for most in (1, 2, 3, 4, 9)] == [
        *([6], [6, 1], [6, 1, 3], [6, 1, 3, 2]),
        [6, 1, 3, 2, 5],
    ]
