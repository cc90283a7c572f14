"""Scores of detection: what was labelled against what was found.

A find is right when row, start, end and entity are those of a label. Besides that count the characters: those of
labels that nothing covers leak, those outside every label that something covers are masked for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chatkit.findings import ENTITIES, ON_DEMAND

UNSTRUCTURED = ("NAME", "ADDRESS")
ROLES = {"客户": "customer", "客服": "agent", "系统": "system", "机器人": "robot"}
SPAN = ["row", "start", "end", "entity"]
RESAMPLES = 200
SEED = 20230901
Z = 1.959963984540054  # of a normal distribution 95 % lie within ± Z

_LINE = re.compile(rf"({'|'.join(ROLES)})[:：] ?(.*)")
_MARK = re.compile(r"⟦([A-Z_]+) ([^⟦⟧]+)⟧")

Numbers = np.ndarray


def read_marked(path: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Messages (conversation, role, text) and labels (row, start, end, entity) of a file marked by hand.

    ``# title`` begins a conversation, ``客户: 我叫⟦NAME 陈思雨⟧`` is a message, backslash n a line break in it.
    Raises ValueError, with the number of the line, for anything else and for entities that nobody looks for.
    """
    messages: list[tuple[str, str, str]] = []
    labels: list[tuple[int, int, int, str]] = []
    conversations, title = 0, ""
    for number, line in enumerate(Path(path).read_text("utf-8").split("\n"), start=1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        if line.startswith("# "):
            conversations += 1
            title = f"{conversations} {line[2:].strip()}"
        elif not (said := _LINE.fullmatch(line)):
            raise ValueError(f"{where}: neither a title nor a message: {line!r}")
        elif not title:
            raise ValueError(f"{where}: a message before the first title")
        else:
            text, spans = _unmarked(said[2], where)
            labels += [(len(messages), *span) for span in spans]
            messages.append((title, ROLES[said[1]], text))
    return pd.DataFrame(messages, columns=["conversation", "role", "text"]), pd.DataFrame(labels, columns=SPAN)


def _unmarked(marked: str, where: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a message without its marks, and the spans that were marked."""
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(marked := marked.replace("\\n", "\n")):
        if mark[1] not in (*ENTITIES, *ON_DEMAND):
            raise ValueError(f"{where}: unknown entity {mark[1]}")
        text += marked[at : mark.start()]
        spans.append((len(text), len(text) + len(mark[2]), mark[1]))
        text, at = text + mark[2], mark.end()
    text += marked[at:]
    if re.search("[⟦⟧]", text):
        raise ValueError(f"{where}: a mark is not ⟦ENTITY value⟧: {marked!r}")
    return text, spans


def wilson(hits: Numbers, of: Numbers) -> tuple[Numbers, Numbers]:
    """The 95 % interval of a share, after Wilson; nan where there is nothing to share.

    >>> [round(float(bound), 4) for bound in wilson(9, 10)]
    [0.5958, 0.9821]
    """
    hits, of = np.asarray(hits, float), np.asarray(of, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, z = hits / of, Z**2 / of
        middle = (share + z / 2) / (1 + z)
        reach = np.sqrt(share * (1 - share) * z + z**2 / 4) / (1 + z)
    return np.maximum(middle - reach, 0), np.minimum(middle + reach, 1)


def score(
    texts: Sequence[str], labels: pd.DataFrame, found: pd.DataFrame, conversations: Sequence[object] | None = None
) -> pd.DataFrame:
    """One line per entity, one for the structured together, one for all; each share with `_low` and `_high`.

    precision, recall, f1 on exact spans; overlap_… where one character in common and the same entity is enough;
    leaked: labelled letters, digits and Han characters that no find of any entity covers; over_masked: characters
    found outside every label, of all outside; clean_touched: messages without labels that have a find.
    The intervals are Wilson's, those of F1 come from drawing `conversations` (by default: messages) again.
    """
    both = _Comparison(texts, labels, found)
    entities = [e for e in (*ENTITIES, *ON_DEMAND) if e in set(labels["entity"]) | set(found["entity"])]
    groups = {entity: {entity} for entity in entities}
    groups |= {"structured": set(entities) - set(UNSTRUCTURED), "all": set(entities)}
    lines = {name: both.line(members) for name, members in groups.items()}
    result = pd.DataFrame(lines.values(), index=pd.Index(lines, name="entity"))
    f1s = both.resampled_f1(list(groups.values()), conversations if conversations is not None else range(len(texts)))
    for kind in ("f1", "overlap_f1"):
        bounds = pd.DataFrame(f1s[kind]).quantile([0.025, 0.975])
        result[f"{kind}_low"], result[f"{kind}_high"] = bounds.to_numpy()
    return result


def score_by(column: str, texts: Sequence[str], labels: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Labels, recall (exact and overlapping) and leak per value of a column of the labels, which must be there."""
    both = _Comparison(texts, labels, found)
    values = labels[column].to_numpy(object)
    lines = {value: both.recalled(values == value) for value in sorted(set(values))}
    return pd.DataFrame(lines.values(), index=pd.Index(lines, name=column))


def only(frame: pd.DataFrame, rows: Iterable[bool]) -> pd.DataFrame:
    """The spans that stand in `rows` (a flag per message), with the messages counted anew."""
    keep = np.fromiter(rows, bool)
    place = np.cumsum(keep) - 1
    kept = frame[keep[frame["row"].to_numpy(int)]]
    return kept.assign(row=place[kept["row"].to_numpy(int)]).reset_index(drop=True)


@dataclass(frozen=True)
class _Share:
    """A count out of another."""

    hits: int
    of: int

    def columns(self, name: str) -> dict[str, float]:
        low, high = wilson(self.hits, self.of)
        share = self.hits / self.of if self.of else np.nan
        return {name: share, f"{name}_low": float(low), f"{name}_high": float(high)}


class _Comparison:
    """Labels and finds on one line of all texts, with what matches what."""

    def __init__(self, texts: Sequence[str], labels: pd.DataFrame, found: pd.DataFrame) -> None:
        self.ends = np.cumsum([0, *map(len, texts)])
        self.telling = _telling("".join(texts))
        self.labels, self.found = self._placed(labels, "labels"), self._placed(found, "found")
        self.exact_labels, self.exact_found = _in(self.labels, self.found), _in(self.found, self.labels)
        self.met_labels, self.met_found = self._meets(self.labels, self.found), self._meets(self.found, self.labels)
        self.personal, self.covered = self._characters(self.labels), self._characters(self.found)

    def _placed(self, frame: pd.DataFrame, what: str) -> pd.DataFrame:
        """The spans with `first` and `last` on the line of all texts. ValueError for spans that cannot be."""
        spans = frame[SPAN].reset_index(drop=True)
        row, start, end = (spans[column].to_numpy(np.int64) for column in SPAN[:3])
        if spans.duplicated().any():
            raise ValueError(f"{what}: the same span twice")
        if not ((row >= 0) & (row < len(self.ends) - 1)).all():
            raise ValueError(f"{what}: a row that is no message")
        if not ((start >= 0) & (start < end) & (end <= np.diff(self.ends)[row])).all():
            raise ValueError(f"{what}: a span that is empty or leaves its message")
        return spans.assign(first=self.ends[row] + start, last=self.ends[row] + end)

    def _characters(self, spans: pd.DataFrame) -> Numbers:
        """For each character whether one of the spans covers it."""
        change = np.zeros(self.ends[-1] + 1, np.int32)
        np.add.at(change, spans["first"].to_numpy(int), 1)
        np.add.at(change, spans["last"].to_numpy(int), -1)
        return np.cumsum(change[:-1]) > 0

    def _meets(self, spans: pd.DataFrame, others: pd.DataFrame) -> Numbers:
        """For each span whether one of the others with its entity shares a character with it."""
        met = np.zeros(len(spans), bool)
        for entity in set(spans["entity"]):
            mine = (spans["entity"] == entity).to_numpy()
            before = np.concatenate([[0], np.cumsum(self._characters(others[others["entity"] == entity]))])
            met[mine] = before[spans["last"][mine]] > before[spans["first"][mine]]
        return met

    def recalled(self, chosen: Numbers) -> dict[str, float]:
        """What became of some of the labels."""
        letters = self._characters(self.labels[chosen]) & self.telling
        shares = {
            "recall": _Share(int(self.exact_labels[chosen].sum()), int(chosen.sum())),
            "overlap_recall": _Share(int(self.met_labels[chosen].sum()), int(chosen.sum())),
            "leaked": _Share(int((letters & ~self.covered).sum()), int(letters.sum())),
        }
        return _line({"labels": int(chosen.sum())}, shares)

    def line(self, entities: set[str]) -> dict[str, float]:
        """All figures of some entities, without the intervals of F1."""
        mine = self.found["entity"].isin(entities).to_numpy()
        finds, outside = int(mine.sum()), ~self.personal
        clean = np.ones(len(self.ends) - 1, bool)
        clean[self.labels["row"].to_numpy(int)] = False
        touched = np.unique(self.found["row"].to_numpy(int)[mine])
        shares = {
            "precision": _Share(int(self.exact_found[mine].sum()), finds),
            "overlap_precision": _Share(int(self.met_found[mine].sum()), finds),
            "over_masked": _Share(int((self._characters(self.found[mine]) & outside).sum()), int(outside.sum())),
            "clean_touched": _Share(int(clean[touched].sum()), int(clean.sum())),
        }
        counts = self._counts([entities], np.zeros(len(clean), int))[0]
        f1s = {kind: float(values[0]) for kind, values in _f1s(counts).items()}
        return {
            **self.recalled(self.labels["entity"].isin(entities).to_numpy()),
            **_line({"found": finds}, shares),
            **f1s,
        }

    def _counts(self, groups: Sequence[set[str]], conversation: Numbers) -> Numbers:
        """Group × conversation × (labels, exact, met; found, exact, met)."""
        sides = [
            (self.labels, [np.ones(len(self.labels)), self.exact_labels, self.met_labels]),
            (self.found, [np.ones(len(self.found)), self.exact_found, self.met_found]),
        ]
        size = int(conversation.max(initial=0)) + 1
        counted = np.zeros((len(groups), size, 6))
        for group, entities in enumerate(groups):
            column = 0
            for spans, flags in sides:
                mine = spans["entity"].isin(entities).to_numpy()
                owner = conversation[spans["row"].to_numpy(int)[mine]]
                for flag in flags:
                    counted[group, :, column] = np.bincount(owner, flag[mine], minlength=size)
                    column += 1
        return counted

    def resampled_f1(self, groups: Sequence[set[str]], conversations: Iterable[object]) -> dict[str, Numbers]:
        """RESAMPLES × groups: F1 of conversations drawn with repetition, always by the same seed."""
        conversation, names = pd.factorize(pd.Series(list(conversations), dtype=object))
        if len(conversation) != len(self.ends) - 1:
            raise ValueError("a conversation is needed for each text")
        many = max(1, len(names))
        drawn = np.random.default_rng(SEED).multinomial(many, np.full(many, 1 / many), RESAMPLES).astype(float)
        return _f1s(np.einsum("rc,gck->rgk", drawn, self._counts(groups, conversation), optimize=True))


def _line(counts: dict[str, int], shares: dict[str, _Share]) -> dict[str, float]:
    return {**counts, **{column: n for name, share in shares.items() for column, n in share.columns(name).items()}}


def _f1s(counts: Numbers) -> dict[str, Numbers]:
    """F1, exact and overlapping, of (…, labels, exact, met; found, exact, met); nan where there is neither."""
    labels, exact_labels, met_labels, found, exact_found, met_found = np.moveaxis(counts, -1, 0)

    def f1(recalled: Numbers, right: Numbers) -> Numbers:
        with np.errstate(invalid="ignore", divide="ignore"):
            recall, precision = recalled / labels, right / found
            return np.where(labels + found > 0, np.nan_to_num(2 * precision * recall / (precision + recall)), np.nan)

    return {"f1": f1(exact_labels, exact_found), "overlap_f1": f1(met_labels, met_found)}


def _in(spans: pd.DataFrame, others: pd.DataFrame) -> Numbers:
    """For each span whether the others have it too."""
    return pd.MultiIndex.from_frame(spans[SPAN]).isin(pd.MultiIndex.from_frame(others[SPAN]))


def _telling(text: str) -> Numbers:
    """For each character whether it is a letter, a digit or Han: spaces and signs inside a number give nothing away."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds, place = np.unique(codes, return_inverse=True)
    return np.array([chr(code).isalnum() for code in kinds], bool)[place]
