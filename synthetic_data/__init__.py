"""Invented chats between customers and service staff in China, with every personal value labelled.

>>> import synthetic_data
>>> chunk = next(synthetic_data.generate(conversations=4, seed=7))
>>> chunk["conversations"]["customer_id"].tolist()
['A1234', 'A1234', 'A1234', 'A1235']

It shares no code with the detector that is measured on it: patterns that mark their own homework find no mistakes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from . import crm, tables, wecom
from .conversations import ODD, World
from .files import drafts, stamp
from .stories import NAMES as STORIES
from .stories import Told

__all__ = ["FORMATS", "STORIES", "Written", "generate", "write"]

FORMATS = ("parquet", "csv", "wecom", "crm")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: `files` and `rows` by table (or by file name), `traps` by kind (fixture exports only)."""

    folder: Path
    format: str
    files: dict[str, Path]
    rows: dict[str, int]
    traps: dict[str, int]


def generate(
    conversations: int, seed: int, *, chunk: int = tables.CHUNK, odd: float = ODD, stories: Iterable[str] = ()
) -> Iterator[dict[str, pd.DataFrame]]:
    """The tables messages, conversations, customers, staff and labels, at most `chunk` conversations at a time.

    The rows depend on `seed` alone: neither `chunk` nor `conversations` changes what conversation number i says.
    A customer stands in the chunk of their first conversation, the staff in the first chunk. `odd` is the share of the
    numbers customers type that are spelled oddly (1.0: every one); another share, another world. `stories` of STORIES
    happen between the usual conversations and add the tables stories (what was planted, when and where) and told (which
    conversation tells it); without them nothing ever changes but by chance. Raises ValueError for fewer than one
    conversation, a negative seed, a share or a story that is none.
    """
    _check(conversations, chunk)
    world = _world(seed, odd, stories)
    return (tables.frames(made) for made in tables.chunks(world, conversations, chunk))


def write(
    out: str | Path,
    *,
    conversations: int,
    seed: int,
    format: str = "parquet",
    odd: float = ODD,
    stories: Iterable[str] = (),
    progress: bool = False,
) -> Written:
    """Writes the first `conversations` conversations of the world `seed` into the folder `out`, chunk by chunk.

    parquet, csv: the five tables, seven with stories. wecom: an archive of decrypted messages and its roster. crm: a
    table in GB18030. `odd` and `stories` are those of `generate`. Files appear whole or not at all; FICTION.txt says
    that all is invented. Raises ValueError for another format or a number out of range.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
    _check(conversations, 1)
    world, folder = _world(seed, odd, stories), Path(out)
    with drafts(folder) as draft, _bar(conversations, progress) as bar:
        if format in ("parquet", "csv"):
            made = tables.SCHEMAS | (tables.STORY_SCHEMAS if world.stories else {})
            names = {table: f"{table}.{format}" for table in made}
            chunks = tables.chunks(world, conversations)
            rows = tables.save(
                chunks, {table: draft(name) for table, name in names.items()}, format, lambda done: bar.update(done)
            )
            traps: dict[str, int] = {}
        else:
            export = wecom if format == "wecom" else crm
            names = {name: name for name in export.FILES}
            stream = _ticking(islice(tables.numbered(world.stream()), conversations), bar)
            rows, traps = export.save(stream, world, {name: draft(name) for name in names})
        more = "" if odd == ODD else f" --odd {odd}"
        more += f" --stories {','.join(story.name for story in world.stories)}" if world.stories else ""
        stamp(draft("FICTION.txt"), conversations, seed, format, more)
    return Written(folder, format, {key: folder / name for key, name in names.items()}, rows, traps)


def _world(seed: int, odd: float, stories: Iterable[str]) -> World:
    return Told(seed, odd, names) if (names := tuple(stories)) else World(seed, odd)


def _check(conversations: int, chunk: int) -> None:
    if conversations < 1 or chunk < 1:
        raise ValueError("conversations and chunk must be 1 or more")


def _ticking(stream: Iterator[tables.Numbered], bar: "tqdm[Any]") -> Iterator[tables.Numbered]:
    for item in stream:
        yield item
        bar.update(1)


def _bar(total: int, progress: bool) -> "tqdm[Any]":
    return tqdm(total=total, unit="conv", delay=1, disable=not progress)
