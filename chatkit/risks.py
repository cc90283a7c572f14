"""Risks: what an attacker still has after masking: candidates for each mask, and rows that stand out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from math import prod

import pandas as pd

from .canaries import shipped
from .casebook import keeper
from .clocks import CHINA
from .errors import refuse
from .masking import Masked
from .operators import masked as mask_value
from .policy import Policy
from .sentences import Text, listed, say

QUASI = ("region", "product", "sent_at", "channel")
# How many signs may stand where a star stands (10 for the others). Names: the 3,500 of everyday use (通用规范汉字表);
# plates: digits and letters without I and O; e-mail and accounts: letters, digits and, for WeChat, - and _.
SIGNS = {"NAME": 3500, "ADDRESS": 3500, "PLATE": 34, "EMAIL": 36, "WECHAT": 38, "PASSPORT": 36, "PASSWORD": 94}
REGIONS, BIRTHDAYS = 3_000, 36_525  # codes of GB/T 2260 in use, about; days of a hundred years
MAILBOX = 8  # characters of a usual mailbox name: a fixed number of stars tells no length


@dataclass(frozen=True, repr=False)
class Risk:
    """What is left to an attacker. It bounds a guess, and does not say that nobody can be recognised.

    ``entities``: entity, operator, candidates left (None: all values, or those of the key's holder only).
    ``quasi`` and ``absent``: the quasi-identifiers that the rows have and lack; ``unit``: the column that k counts.
    ``smallest`` is the least k, ``share`` the share (0 to 1) of ``records`` rows in classes smaller than ``below``;
    ``rows`` has these: position, values, k, smallest first.
    """

    entities: tuple[tuple[str, str, int | None], ...]
    quasi: tuple[str, ...]
    absent: tuple[str, ...]
    unit: str
    records: int
    smallest: int
    below: int
    share: float
    rows: pd.DataFrame = field(compare=False)
    policy: Policy = field(compare=False)

    @property
    def text(self) -> Text:
        """How far the quasi-identifiers tell people apart, and what these figures are."""
        names = {c: column.name for c, column in self.policy.columns.items()}
        told = {n: listed([names[c] for c in getattr(self, n)] or [say("risk.none")]) for n in ("quasi", "absent")}
        counts = {"records": self.records, "k": self.smallest, "below": self.below, "share": f"{self.share:.1%}"}
        return say("risk.rows", **told, **counts, unit=names[self.unit])

    @property
    def candidates(self) -> pd.DataFrame:
        """The entities as a table to read: kind, operator, candidates left."""
        left = (say("risk.left", n=f"{n:,}") if n is not None else say(f"risk.{op}") for _, op, n in self.entities)
        lines = [(self.policy.entities[e].line, op, t.line) for (e, op, _), t in zip(self.entities, left, strict=True)]
        return pd.DataFrame(lines, columns=[say(f"risk.{name}").line for name in ("entity", "operator", "candidates")])

    def __str__(self) -> str:
        return "\n".join([*map("  ".join, self.candidates.to_numpy()), str(self.text)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = self.rows.head(20).rename(columns={c: self.policy.columns[c].name.line for c in self.quasi})
        words = html.escape(self.text.line)
        return f"{self.candidates.to_html(index=False)}<p>{words}</p>{rows.to_html(index=False)}"


def residual_risk(masked: Masked) -> Risk:
    """What an attacker still has: candidates per entity, and k-anonymity over region, product, day and channel.

    k counts distinct customers where their pseudonym is among the columns, else conversations, else messages. Raises
    Refused for what is not masked.
    """
    policy = keeper(getattr(masked, "permit", None)).policy
    if not isinstance(masked, Masked):
        raise refuse(policy, "mask.required")
    unmasked, frame = masked.permit.request.unmask, masked.frame.reset_index(drop=True)
    found = sorted({entity for entity, _ in masked.counts}.union(unmasked))
    entities = tuple((e, "keep", 1) if e in unmasked else (e, *_left(e, policy)) for e in found)
    quasi = tuple(column for column in QUASI if column in frame)
    values = frame[list(quasi)]
    if "sent_at" in quasi and isinstance(values["sent_at"].dtype, pd.DatetimeTZDtype):  # else a month already
        values = values.assign(sent_at=values["sent_at"].dt.tz_convert(CHINA).dt.date)
    unit = next((c for c in ("customer_id", "conversation_id") if c in frame), "message_id")
    counted = frame[unit] if unit != "message_id" else frame.index.to_series()
    classes = values.groupby(list(quasi), sort=False, dropna=False).ngroup() if quasi else counted.map(lambda _: 0)
    k = counted.groupby(classes).transform("nunique")
    below = policy.limit.suppress_below
    rows = values.assign(k=k)[k < below].sort_values("k", kind="stable").rename_axis("row").reset_index()
    absent = tuple(column for column in QUASI if column not in quasi)
    smallest, share = int(k.min()) if len(k) else 0, len(rows) / max(1, len(frame))
    return Risk(entities, quasi, absent, unit, len(frame), smallest, below, share, rows, policy)


def _left(entity: str, policy: Policy) -> tuple[str, int | None]:
    """The operator of an entity and the candidates that it leaves of a usual value."""
    operator, usual = policy.operators[entity], shipped()[0].get(entity, "1234567890")
    if operator.operator == "mask":
        return "mask", candidates(mask_value(usual, entity, operator), entity)
    return operator.operator, 1 if operator.operator == "keep" else None


def candidates(masked_value: str, entity: str) -> int:
    """How many full values are still possible for a masked one, as an order of magnitude.

    Every value is taken for equally likely: it is the most that an attacker must try. Raises ValueError for a mobile
    or identity number without its length.

    >>> candidates("16412345***", "PHONE"), candidates("164****1234", "PHONE")
    (1000, 10000)
    >>> candidates("************1234", "BANK_CARD"), candidates("1****************X", "ID_CARD")
    (100000000000, 1245170454)
    >>> candidates("王**", "NAME"), candidates("沪A*****", "PLATE")
    (12253500, 45435424)
    """
    value, stars = masked_value, masked_value.count("*")
    length = {"PHONE": 11, "ID_CARD": 18}.get(entity, len(value))
    if len(value) != length or (entity in ("PHONE", "ID_CARD") and re.search(r"[^0-9Xx*]", value)):
        raise ValueError(f"{entity}: {length} digits and stars")
    signs = SIGNS.get(entity, 10)
    match entity if stars else "":
        case "PHONE":  # 1, then 3 to 9
            return prod({0: 1, 1: 7}.get(n, 10) for n, sign in enumerate(value) if sign == "*")
        case "ID_CARD":
            regions = min(REGIONS if value[0] == "*" else REGIONS // 8, 10 ** value[:6].count("*"))
            free = regions * min(BIRTHDAYS, 10 ** value[6:14].count("*")) * 10 ** value[14:17].count("*")
            return int(free if value[17] == "*" else max(1, free // 11))  # a check shown rules out ten of eleven
        case "BANK_CARD" | "LIKELY_CARD":
            return int(10 ** (stars - 1))  # Luhn gives the last of the hidden digits
        case "NAME":
            return signs + signs**2  # a given name of one sign or two, whatever the number of stars
        case "EMAIL":
            return int(signs ** max(1, MAILBOX - value.index("*")))
    return int(signs**stars)


def combine(a: str, b: str) -> str:
    """What two differently masked copies of one number give together. Raises ValueError where they contradict.

    >>> combine("16412345***", "164****5678")
    '16412345678'
    """
    if len(a) != len(b) or any(x != y and "*" not in (x, y) for x, y in zip(a, b, strict=True)):
        raise ValueError("not two copies of one number: they contradict each other")
    return "".join(y if x == "*" else x for x, y in zip(a, b, strict=True))
