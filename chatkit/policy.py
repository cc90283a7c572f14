"""The policy: purposes, modes, gates, caps, operators, retention and the sentence of every rule, as data.

A policy is a TOML file that a compliance officer reads and edits. Every value in it names its method row, its
kind and its rows of the law table; loading fails where one is missing or points nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .law import citations
from .sentences import Text, listed, say


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value or a rule comes from: method row, kind, rows of the law table, and the provisions that apply."""

    method: str
    kind: str
    law: tuple[str, ...]
    basis: tuple[str, ...]

    @property
    def text(self) -> Text:
        """One line a language: what binds (law, or the company's policy beside related law) and where it stands."""
        cited = Text(citations(self.basis, "zh"), citations(self.basis, "en"))
        return say(f"basis.{self.kind.replace(' ', '_')}", method=self.method, rows=listed(self.law), cited=cited)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a refusal names: its id, its sentence (with slots) and its source."""

    id: str
    text: Text
    source: Source


@dataclass(frozen=True, slots=True)
class Purpose:
    """What chats may be read for, and which columns that purpose needs."""

    id: str
    name: Text
    basis: str
    all_customers: bool
    columns: tuple[str, ...]
    given: tuple[str, ...]
    share: int


@dataclass(frozen=True, slots=True)
class Mode:
    """A route: its gates in order, who executes, which proofs, and its limits (rows, days)."""

    id: str
    name: Text
    risk: Text
    gates: tuple[str, ...]
    executor: str
    proofs: tuple[str, ...]
    cap_rows: int
    range_days: int
    answer_days: int
    done_days: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """What in a request's content calls for a mode, the proofs that go with it, and the reason to show."""

    mode: str
    when: Mapping[str, Any]
    proofs: tuple[str, ...]
    reason: Text
    source: Source


@dataclass(frozen=True, slots=True)
class Operator:
    """What is done to one entity: ``mask`` keeps ``first`` and ``last`` characters, with ``fixed`` stars if set.

    The others (keep, replace, pseudonym, generalise) have no numbers.
    """

    operator: str
    first: int = 0
    last: int = 0
    fixed: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """A company's own words: ``allow`` is never personal, ``deny`` is always masked."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a class of record is kept, in days: at least ``floor``, at most ``ceiling`` (0 = none)."""

    id: str
    name: Text
    floor_days: int
    ceiling_days: int


@dataclass(frozen=True, slots=True)
class Limit:
    """Numbers that hold for every mode."""

    use_months: int
    cap_window_days: int
    suppress_below: int
    escalate_after_days: int
    keyword_characters: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the record form: its header and what happens to it on the way out."""

    name: Text
    operator: str


@dataclass(frozen=True)
class Policy:
    """A loaded policy. ``sha256`` is the hash of the file's bytes; ``sources`` says where each value comes from."""

    profile: str
    name: Text
    sha256: str
    limit: Limit
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]
    purposes: Mapping[str, Purpose]
    modes: Mapping[str, Mode]
    triggers: tuple[Trigger, ...]
    operators: Mapping[str, Operator]
    words: Words
    retention: Mapping[str, Retention]
    columns: Mapping[str, Column]
    rules: Mapping[str, Rule]
    roles: Mapping[str, Text]
    bases: Mapping[str, Text]
    proofs: Mapping[str, Text]
    entities: Mapping[str, Text]
    sources: Mapping[str, Source]
