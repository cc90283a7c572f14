"""The desk's words, one language at a time: chosen at sign-in and passed along as a value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from ...law import Language
from ...people import Person
from ...sentences import Text, listed


@cache
def desk_sentences() -> Mapping[str, Text]:
    """Every sentence of the desk, as ``table.name``. Raises TypeError where one lacks a language."""
    tables = tomllib.loads((files("chatkit.classroom.desk") / "desk.toml").read_text("utf-8"))
    return {f"{table}.{name}": Text(**text) for table, texts in tables.items() for name, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """Says the desk's sentences, and anybody's Text, in one language; in both where there is none.

    >>> Words("zh")("step.apply"), Words("en")("step.apply")
    ('申请', 'Apply')
    """

    language: Language | None = "zh"
    people: Mapping[str, Person] = field(default_factory=dict, repr=False)

    def __call__(self, name: str, /, **values: object) -> str:
        """The sentence called ``name`` with its slots filled. Raises KeyError for an unknown name."""
        return self.of(desk_sentences()[name].format(**values))

    def called(self, *ids: str) -> str:
        """People as the desk shows them: name and id; of somebody who is not on the roster the id alone."""
        names = {id: self("desk.person", name=self.people[id].name, id=id) for id in ids if id in self.people}
        return self.of(listed(names.get(id, id) for id in ids))

    def of(self, text: Text) -> str:
        """A Text in this language."""
        return {"zh": text.zh, "en": text.en, None: text.line}[self.language]
