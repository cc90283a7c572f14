"""Every sentence that the kit says to a person, in Chinese and in English, side by side.

The sentences stand in ``sentences.toml``; rules keep theirs beside the rule, in the policy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages.

    >>> print(Text("共 {n} 行", "{n} rows").format(n=3))
    共 3 行
    3 rows
    """

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"

    def format(self, **values: object) -> Text:
        """Fill the ``{name}`` slots; a value that is itself a Text is put in by language."""
        return Text(
            self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in values.items()}),
            self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
        )

    @property
    def line(self) -> str:
        """Both languages on one line, Chinese first.

        >>> Text("脱敏", "Mask").line
        '脱敏 · Mask'
        """
        return f"{self.zh} · {self.en}"


def listed(items: Iterable[str | Text]) -> Text:
    """Several things in a row, as each language writes a list.

    >>> listed(["a", Text("姓名", "name")]).line
    'a、姓名 · a, name'
    """
    chosen = [item if isinstance(item, Text) else Text(item, item) for item in items]
    return Text("、".join(t.zh for t in chosen), ", ".join(t.en for t in chosen))


def stamped(text: Text, roleplay: bool) -> Text:
    """The text, marked where it tells of role-play."""
    return say("roleplay", text=text) if roleplay else text


def counted(text: Text, n: int) -> Text:
    """A thing and how many of it: ``姓名 2``."""
    return Text(f"{text.zh} {n}", f"{text.en} {n}")


@cache
def sentences() -> dict[str, Text]:
    """All sentences by their dotted name. Raises ValueError where one language is missing."""
    table: dict[str, Text] = {}

    def walk(node: dict[str, Any], path: str) -> None:
        if set(node) <= {"zh", "en"}:
            if not (node.get("zh") and node.get("en")):
                raise ValueError(f"sentences.toml: {path} lacks a language")
            table[path] = Text(node["zh"], node["en"])
            return
        for name, child in node.items():
            walk(child, f"{path}.{name}" if path else name)

    walk(tomllib.loads((files("chatkit") / "sentences.toml").read_text("utf-8")), "")
    return table


def say(name: str, /, **values: object) -> Text:
    """The sentence called ``name`` with its slots filled. Raises KeyError for an unknown name."""
    return sentences()[name].format(**values)
