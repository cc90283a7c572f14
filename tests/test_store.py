"""The store: records and log in one file, together or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatkit as ck
from chatkit import log
from chatkit.people import Person
from chatkit.store import Store

AT = "2023-09-20T02:00:00Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "s.db", {"origin": "chatkit/test", "kind": "training"})
    yield made
    made.close()


def write(store: Store, count: int, event: str = "apply") -> None:
    for n in range(count):
        with store.transaction():
            store.append(event, f"R-{n}", {"n": n, "text": "退款"}, AT)


def test_a_new_store_is_empty(store: Store) -> None:
    assert (store.entries(), store.records(), store.head(), store.last_time()) == ([], [], "", "")


def test_records_are_read_back_in_order(store: Store) -> None:
    write(store, 3)
    write(store, 1, "approve")
    assert [(r.n, r.event, r.ref, r.body["n"]) for r in store.records()] == [
        *((0, "apply", "R-0", 0), (1, "apply", "R-1", 1), (2, "apply", "R-2", 2), (3, "approve", "R-0", 0))
    ]
    assert [r.n for r in store.records("apply")] == [0, 1, 2]
    assert [r.n for r in store.records(ref="R-0")] == [0, 3]
    assert [r.n for r in store.records("approve", "R-0")] == [3]


def test_an_entry_holds_number_time_event_and_a_hash(store: Store) -> None:
    write(store, 2)
    entry = json.loads(store.entries()[1])
    assert (entry["n"], entry["at"], entry["event"], len(entry["record"])) == (1, AT, "apply", 64)
    assert store.last_time() == AT


def test_every_append_moves_the_signed_head(store: Store) -> None:
    public, heads = store.meta("public"), []
    for n in range(9):
        write(store, 1)
        head = log.read_checkpoint(store.head(), public)
        assert head is not None
        assert (head.origin, head.size, head.root) == ("chatkit/test", n + 1, log.root(store.entries()))
        heads.append(store.head())
    assert all(store.verify(head) == [] for head in heads)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    write(store, 2)
    before = (store.entries(), store.records(), store.head())

    def fail() -> None:
        with store.transaction():
            store.append("apply", "R-9", {}, AT)
            store.append("apply", "R-10", {}, AT)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (store.entries(), store.records(), store.head()) == before
    assert store.verify() == []


def test_what_has_no_canonical_form_is_not_logged(store: Store) -> None:
    with pytest.raises(TypeError), store.transaction():
        store.append("apply", "R-9", {"share": 0.5}, AT)
    assert store.entries() == []


def test_a_store_is_the_same_after_it_was_closed(store: Store, tmp_path: Path) -> None:
    write(store, 3)
    entries = store.entries()
    store.close()
    again = Store(tmp_path / "s.db")
    assert again.entries() == entries
    assert again.verify() == []
    again.close()


def test_people_are_kept_with_their_roles(store: Store) -> None:
    person = Person("li.na", "李娜", ("applicant", "legal"), "ab" * 32)
    store.put_person(person)
    store.put_person(Person("wu", "吴", ("legal",), "cd" * 32, active=False))
    assert store.people()["li.na"] == person
    assert not store.people()["wu"].active


def test_a_record_seen_twice_is_seen_once(store: Store) -> None:
    store.mark_seen("P-1", "li.na", "permission", "2023-09-01T00:00:00Z", ["a", "b"])
    store.mark_seen("P-1", "li.na", "permission", "2023-09-02T00:00:00Z", ["b", "c"])
    store.mark_seen("P-2", "li.na", "permission", "2023-09-20T00:00:00Z", ["c", "d"])
    store.mark_seen("P-3", "wu", "permission", "2023-09-20T00:00:00Z", ["e"])
    assert store.seen_by("li.na", "permission", "2023-08-01T00:00:00Z") == {"a", "b", "c", "d"}
    assert store.seen_by("li.na", "permission", "2023-09-02T00:00:00Z") == {"b", "c", "d"}
    assert store.seen_by("li.na", "expert", "2023-08-01T00:00:00Z") == set()
    assert store.seen_under("P-1") == {"a", "b", "c"}


def test_a_secret_is_made_once_and_gone_when_forgotten(store: Store, tmp_path: Path) -> None:
    key = store.secret("X-1")
    assert len(key) == 32
    assert store.secret("X-1") == key
    assert store.secret("X-2") != key
    store.forget("X-1")
    assert key not in b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert store.secret("X-1") != key


def test_a_file_that_is_no_store_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(ck.BadInput) as caught:
        Store(tmp_path / "x.db")
    assert caught.value.problem == "casebook_unreadable"
