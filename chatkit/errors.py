"""What goes wrong: a file that cannot be used (BadInput), or a rule that says no (Refused).

Neither ever carries the content of a chat: an error message is shown, logged and copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .policy import Policy, Rule
from .sentences import Text, say


class Told(Exception):
    """An exception that a person reads: a notebook shows its sentence and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class BadInput(Told, ValueError):
    """A file cannot be used as it is: which file, which line, what is wrong and what to do about it."""

    def __init__(self, problem: str, /, file: str | Path, line: int | None = None, **values: object) -> None:
        self.problem, self.file, self.line, self.values = problem, Path(file), line, values
        self.text = say(f"bad_input.{problem}", **values)
        where = say("bad_input.where_line", file=self.file.name, line=line) if line else None
        self.where = where or say("bad_input.where", file=self.file.name)
        super().__init__(f"{self.where.line}\n{self.text}")


@dataclass(frozen=True)
class Refusal:
    """One broken rule with the values that broke it."""

    rule: Rule
    values: dict[str, Any]

    @property
    def text(self) -> Text:
        """The rule's sentence with its values, in both languages."""
        return self.rule.text.format(**self.values)

    def __str__(self) -> str:
        basis = self.rule.source.text
        return f"【{self.rule.id}】{self.text.zh}\n  {self.text.en}\n  {basis.zh}\n  {basis.en}"


class Refused(Told):
    """The policy says no. ``refusals`` holds every rule that was broken, so that a form can show them all."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals
        super().__init__(f"✗ {say('refused').line}（{len(refusals)}）\n" + "\n\n".join(map(str, refusals)))

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the broken rules."""
        return tuple(refusal.rule.id for refusal in self.refusals)


def refusal(policy: Policy, rule: str, /, **values: object) -> Refusal:
    """The refusal that ``rule`` of this policy calls for."""
    return Refusal(policy.rules[rule], values)


def refuse(policy: Policy, rule: str, /, **values: object) -> Refused:
    """The exception for a single broken rule: ``raise refuse(policy, "permit.none")``."""
    return Refused(refusal(policy, rule, **values))
