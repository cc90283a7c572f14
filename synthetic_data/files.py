"""The TOML files of the package; files that appear whole or not at all; the stamp that says that all is invented."""

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STAMP = """虚构数据 · Fictional data

本文件夹由程序按随机种子生成。其中的人物、公司、号码、地址、订单和对话全部虚构，与任何真实的人或机构无关。
身份证号使用从未颁发的行政区划代码，手机号使用（就我们所知）未分配给用户的号段，银行卡号使用（就我们所知）没有银行的卡号前缀。

A program made this folder from a random seed. Every person, company, number, address, order and conversation in it
is invented. Identity numbers carry an administrative code that was never issued, mobile numbers a segment that, as far
as we know, has no subscribers, card numbers a prefix that, as far as we know, belongs to no bank.

python -m synthetic_data --conversations {conversations} --seed {seed} --format {format}{more}
"""


def read(name: str) -> dict[str, Any]:
    """The TOML file `name` beside this module."""
    with open(Path(__file__).parent / name, "rb") as file:
        return tomllib.load(file)


@contextmanager
def drafts(folder: Path) -> Iterator[Callable[[str], Path]]:
    """Gives a function from a file's name to the temporary path to write it to.

    When the block ends well every draft is renamed to its name; when it raises, all are deleted and what stood there
    before stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Path] = {}

    def draft(name: str) -> Path:
        made[name] = folder / f".{name}.{os.getpid()}.part"
        return made[name]

    try:
        yield draft
        for name, path in made.items():
            os.replace(path, folder / name)
    finally:
        for path in made.values():
            path.unlink(missing_ok=True)


def stamp(path: Path, conversations: int, seed: int, format: str, more: str = "") -> None:
    """Writes the stamp, with the command (and its `more` options) that makes the same files again."""
    text = STAMP.format(conversations=conversations, seed=seed, format=format, more=more)
    path.write_text(text, encoding="utf-8", newline="\n")
