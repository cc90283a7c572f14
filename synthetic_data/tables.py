"""The five tables, as Arrow tables (to be written) and as pandas frames (to be looked at)."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from .conversations import Conversation, World

CHUNK = 512
FICTION = (
    "FICTION 虚构: every person, number and conversation in this data is invented. 本数据中的人物、号码和对话均为虚构。"
)
TIME = pa.timestamp("ms", tz="UTC")
_TEXT = pa.string()


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()), metadata={"fiction": FICTION})


SCHEMAS = {
    "messages": _schema(
        message_id=_TEXT,
        conversation_id=_TEXT,
        sent_at=TIME,
        role=_TEXT,
        sender_id=_TEXT,
        type=_TEXT,
        text=_TEXT,
        recalled=pa.bool_(),
        internal_note=pa.bool_(),
        held_back=pa.bool_(),
    ),
    "conversations": _schema(
        conversation_id=_TEXT,
        customer_id=_TEXT,
        staff_id=_TEXT,
        channel=_TEXT,
        trade=_TEXT,
        category=_TEXT,
        product=_TEXT,
        region=_TEXT,
        team=_TEXT,
        purpose=_TEXT,
        opened_at=TIME,
        closed_at=TIME,
        resolved=pa.bool_(),
    ),
    "customers": _schema(
        customer_id=_TEXT,
        name=_TEXT,
        phone=_TEXT,
        region=_TEXT,
        id_card=_TEXT,
        vip=pa.bool_(),
        minor=pa.bool_(),
        consent=_TEXT,
        trade=_TEXT,
    ),
    "staff": _schema(staff_id=_TEXT, name=_TEXT, role=_TEXT, team=_TEXT),
    "labels": _schema(message_id=_TEXT, start=pa.int32(), end=pa.int32(), entity=_TEXT, spelling=_TEXT),
}

# Beside them where stories happen: each story as it was planted, and which conversation tells which.
STORY_SCHEMAS = {
    "stories": _schema(
        story=_TEXT,
        since=pa.date32(),
        until=pa.date32(),
        trade=_TEXT,
        category=_TEXT,
        product=_TEXT,
        region=_TEXT,
        team=_TEXT,
        words=_TEXT,
    ),
    "told": _schema(conversation_id=_TEXT, story=_TEXT),
}

Numbered = tuple[Conversation, int]


def numbered(stream: Iterable[Conversation]) -> Iterator[Numbered]:
    """Each conversation with the number of its first message, counted from 1."""
    first = 1
    for conversation in stream:
        yield conversation, first
        first += len(conversation.messages)


def message_id(number: int) -> str:
    """
    >>> message_id(1)
    'm0000001'
    """
    return f"m{number:07d}"


def chunks(world: World, conversations: int, size: int = CHUNK) -> Iterator[dict[str, pa.Table]]:
    """The first `conversations` of `world`, at most `size` of them in memory at a time; staff in the first chunk."""
    stream = islice(numbered(world.stream()), conversations)
    staff = [(p.staff_id, p.name, p.role, p.team) for people in world.staff.values() for p in people]
    stories = [
        (s.name, s.since, s.until, s.trade, s.category, s.product, s.region, s.team, " ".join(s.words))
        for s in world.stories
    ]
    while True:
        with _uncollected():
            if not (batch := list(islice(stream, size))):
                return
            chunk = {
                "messages": _messages(batch),
                "conversations": _conversations(batch),
                "customers": _customers(batch),
                "staff": _table("staff", _columns("staff", staff)),
                "labels": _labels(batch),
            }
        if world.stories:
            chunk |= {"stories": _table("stories", _columns("stories", stories)), "told": _told(batch)}
        yield chunk
        staff, stories = [], []


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pauses the collector of cycles: a chunk makes none, and searching its many tuples for them takes a third more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def frames(chunk: dict[str, pa.Table]) -> dict[str, pd.DataFrame]:
    """The chunk as pandas frames."""
    return {name: table.to_pandas() for name, table in chunk.items()}


def save(
    chunks: Iterable[dict[str, pa.Table]], paths: dict[str, Path], format: str, tick: Callable[[int], object]
) -> dict[str, int]:
    """Writes the chunks one after another to `paths` (by table), gives the rows of each; `tick` hears of progress."""
    rows, schemas = dict.fromkeys(paths, 0), SCHEMAS | STORY_SCHEMAS
    with ExitStack() as stack:
        writers = {}
        for name, path in paths.items():
            if format == "parquet":
                writer = parquet.ParquetWriter(path, schemas[name], compression="zstd")
            else:
                writer = csv.CSVWriter(path, _as_text(schemas[name].empty_table()).schema)
            writers[name] = stack.enter_context(writer)
        for chunk in chunks:
            for name, table in chunk.items():
                writers[name].write_table(table if format == "parquet" else _as_text(table))
                rows[name] += table.num_rows
            tick(chunk["conversations"].num_rows)
    return rows


def _as_text(table: pa.Table) -> pa.Table:
    """Times as 2023-09-01T01:15:02Z; all other columns as they are."""
    for place, field in enumerate(table.schema):
        if field.type == TIME:
            seconds = table.column(place).cast(pa.timestamp("s", tz="UTC"))
            table = table.set_column(place, field.name, pc.strftime(seconds, "%Y-%m-%dT%H:%M:%SZ"))
    return table


def _table(name: str, columns: Sequence[Sequence[object]]) -> pa.Table:
    schema = (SCHEMAS | STORY_SCHEMAS)[name]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _columns(name: str, rows: Sequence[tuple[object, ...]]) -> Sequence[Sequence[object]]:
    """The rows of table `name` the other way round; without rows, empty columns."""
    return list(zip(*rows, strict=True)) if rows else [()] * len((SCHEMAS | STORY_SCHEMAS)[name])


def _messages(batch: list[Numbered]) -> pa.Table:
    messages = [message for c, _ in batch for message in c.messages]
    first = batch[0][1]
    sent_at, role, sender, kind, text, recalled, note, held_back, _ = zip(*messages, strict=True)
    ids = [f"m{number:07d}" for number in range(first, first + len(messages))]
    conversations = [c.conversation_id for c, _ in batch for _ in c.messages]
    times = pa.array(sent_at, pa.timestamp("s", tz="UTC")).cast(TIME)
    return _table("messages", (ids, conversations, times, role, sender, kind, text, recalled, note, held_back))


def _conversations(batch: list[Numbered]) -> pa.Table:
    rows = [
        (
            c.conversation_id,
            c.customer.customer_id,
            c.agent.staff_id,
            c.channel,
            c.customer.trade.name,
            c.category,
            c.product,
            c.customer.city.name,
            c.agent.team,
            c.purpose,
            c.messages[0].sent_at * 1000,
            c.messages[-1].sent_at * 1000,
            c.resolved,
        )
        for c, _ in batch
    ]
    return _table("conversations", _columns("conversations", rows))


def _customers(batch: list[Numbered]) -> pa.Table:
    rows = [
        (p.customer_id, p.name, p.phone, p.city.name, p.id_card, p.vip, p.minor, p.consent, p.trade.name)
        for p in (c.customer for c, _ in batch if c.fresh)
    ]
    return _table("customers", _columns("customers", rows))


def _labels(batch: list[Numbered]) -> pa.Table:
    rows = [
        (f"m{number:07d}", *span)
        for c, first in batch
        for number, message in enumerate(c.messages, start=first)
        if message.spans
        for span in message.spans
    ]
    return _table("labels", _columns("labels", rows))


def _told(batch: list[Numbered]) -> pa.Table:
    rows = [(c.conversation_id, story) for c, _ in batch for story in c.stories]
    return _table("told", _columns("told", rows))
