"""Slots: what a text of the classroom says about the law or the policy is put in from there, never written twice."""

from __future__ import annotations

import re

from ...casebook import shipped_policy
from ...law import Language, citations, law_table


def filled(text: str, language: Language) -> str:
    """The text with its slots filled from the law table and the policy. Raises ValueError for an unknown slot.

    >>> filled("{PIPL 47}：{limit.use_months} 个月", "zh")
    '《个人信息保护法》第四十七条：3 个月'
    """
    return re.sub(r"\{([^{}]*)\}", lambda slot: _slot(slot[1], language), text)


def _slot(name: str, language: Language) -> str:
    table, policy = law_table(), shipped_policy()
    row, _, column = name.partition(".")
    if name in table.provisions:
        return citations([name], language)
    if row in table.rows and column in ("", "claim", "provides", "teach"):
        return str(getattr(getattr(table.rows[row], column), language)) if column else table.rows[row].basis(language)
    path = name.split(".")
    nouns = {"limit": {"": policy.limit}, "mode": policy.modes, "retention": policy.retention}
    noun = nouns.get(path[0], {}).get(".".join(path[1:-1]))
    value = getattr(noun, path[-1], None)
    if not isinstance(value, int):
        raise ValueError(f"unknown slot {name}")
    return f"{value:,}"
