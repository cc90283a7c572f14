"""Names: full names of people in running text.

A candidate is a surname and one or two characters. It is weighed by how much better a name explains those
characters than the best reading in words does (both log-likelihoods come from the lexicon), and by what stands
around it. The weights were fitted on conversations that were written for it (tests/weights.py).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from .beside import UPPER
from .contexts import Keys, neighbours, weighed
from .folding import Codes, Page, Positions
from .hints import EDGES, LEFT_CLASSES, RIGHT_CLASSES, branch, class_beside, hints, honoured, organised, public, titled
from .lexicon import LEXICON
from .readings import Floats, Reading, as_word, packed, pair
from .shapes import in_parts, spaced
from .spans import Spans, joined, listed, spans

LENGTH_LOGS = {(1, 2): -1.9, (1, 3): -0.2, (2, 3): -1.4, (2, 4): -0.3, (0, 4): -5.0}  # (surname's characters, all)
LEAST_RATIO, CALLED_RATIO, LOOSE_RATIO = -7.0, -13.0, -16.0  # below, nothing around makes a candidate a name
ENOUGH = 0.0  # score from which a candidate is a name: even odds
DOUBTFUL = -2.0  # score down to which a name that the conversation holds elsewhere is one here too
SURE = 3.0  # likelihood ratio from which a candidate is hardly anything but a name; below, it may well be words
FEATURES = (
    *("one", "ratio_low", "ratio", "ratio_high", "name", "two", "four", "compound", "in_words"),
    *(f"left_{c}" for c in (*LEFT_CLASSES, *EDGES)),
    *(f"right_{c}" for c in (*RIGHT_CLASSES, *EDGES)),
    *("alone", "answer_alone", "answer_ratio", "answer_start", "answer", "plain_alone", "plain_start", "both_cut"),
    *("cut_ratio", "listed", "call_ratio", "common", "place_last", "framed", "framed_ratio", "framed_two"),
    *("function_last", "shadowed", "titled", "next_given", "last_given", "rare_last", "honoured", "wordy", "worded"),
    *("title_second",),
    *("division", "organisation", "branch"),
)


@dataclass(frozen=True)
class Candidates:
    """Possible names: where each starts and ends, its features (FEATURES), how surely it is no ordinary word (0 to 1),
    and the signs beside it."""

    starts: Positions
    ends: Positions
    features: Floats
    sure: Floats
    neighbours: Keys


def candidates(page: Page, answers: NDArray[np.int8] | None = None) -> Candidates:
    """Everything in a page that may be a name, with its features.

    ``answers``: for each text of the page, how many turns ago a name was asked for (0: not; 9: plainly, just before).
    """
    tables, codes = hints(), page.codes
    at = np.flatnonzero(tables.heads.take(codes))
    at = at[tables.han.take(codes.take(at + 1))]
    found = [_shaped(page, at, surname, length) for surname, length in LENGTH_LOGS]
    starts = np.concatenate([f[0] for f in found])
    sizes = np.concatenate([np.full(f[0].size, length) for f, (_, length) in zip(found, LENGTH_LOGS, strict=True)])
    logs = np.concatenate([f[1] for f in found])
    kinds = np.concatenate([np.full(f[0].size, surname) for f, (surname, _) in zip(found, LENGTH_LOGS, strict=True)])
    signs = np.zeros(starts.size, np.float32)
    for n in range(4):
        signs += LEXICON.unigrams.take(codes.take(starts + n)) * (n < sizes)
    hopeful = logs - signs > LOOSE_RATIO  # each bound is below the next: characters, words, words amid others
    starts, sizes, kinds, logs, signs = starts[hopeful], sizes[hopeful], kinds[hopeful], logs[hopeful], signs[hopeful]
    least = _least(codes, starts, starts + sizes)
    hopeful = logs - signs > least
    starts, sizes, kinds = starts[hopeful], sizes[hopeful], kinds[hopeful]
    logs, least = logs[hopeful], least[hopeful]
    reading = Reading(codes, starts)
    alone = reading.alone(starts, sizes)
    hopeful = logs - alone > least
    starts, sizes, kinds = starts[hopeful], sizes[hopeful], kinds[hopeful]
    logs, least, alone = logs[hopeful], least[hopeful], alone[hopeful]
    words = reading.amid(starts, sizes)
    never = tables.never.holds(packed(codes, starts, sizes))
    spelled = (codes[starts + 1] == ord("名")) & ((codes[starts - 1] == ord("姓")) | (codes[starts] == ord("单")))
    plated = tables.plates[codes[starts + sizes - 1]] & UPPER[codes[starts + sizes]]
    never |= spelled | plated  # 姓高名兴, 单名一个何; 车青|K757K6
    worth = ~never & (logs - words > least) & ~public(page, starts, starts + sizes)
    starts, sizes, kinds = starts[worth], sizes[worth], kinds[worth]
    logs, words, cut = logs[worth], words[worth], words[worth] - alone[worth]
    return _featured(page, starts, sizes, logs, kinds, words, cut, answers)


def _least(codes: Codes, starts: Positions, ends: Positions) -> Floats:
    """The likelihood ratio that each candidate must reach: less where it stands apart or a word calls for a name."""
    tables = hints()
    before, after = tables.edge[codes[starts - 1]] < 3, tables.edge[codes[ends]] < 3
    least = np.full(starts.size, LEAST_RATIO, np.float32)
    least[before & after] = LOOSE_RATIO
    (half,) = np.nonzero(after & ~before)
    called = class_beside(codes, starts[half] - 1, -1, tables.left)
    least[half[(called >= 0) & (called <= LEFT_CLASSES.index("kin"))]] = CALLED_RATIO
    (half,) = np.nonzero(before & ~after)
    least[half[class_beside(codes, ends[half], 1, tables.right) == RIGHT_CLASSES.index("title")]] = CALLED_RATIO
    return least


def _shaped(page: Page, at: Positions, surname: int, length: int) -> tuple[Positions, Floats]:
    """Candidates of one shape: characters of the surname (0: two single surnames) and characters in all."""
    codes, tables = page.codes, hints()
    if surname == 1:
        at = at[tables.single[codes[at]] > -90]
        logs, given = tables.single[codes[at]], 1
    elif surname == 2:
        place = tables.pairs.place(pair(codes, at))
        at, logs, given = at[place >= 0], tables.pair_logs[place[place >= 0]], 2
    else:
        at = at[(tables.single[codes[at]] > -7.5) & (tables.single[codes[at + 1]] > -7.5)]
        logs, given = tables.single[codes[at]] + tables.single[codes[at + 1]], 2
    logs = logs + LENGTH_LOGS[surname, length]
    for step in range(given, length):
        logs = logs + tables.given[codes[at + step]]
    at, logs = at[logs > -60], logs[logs > -60]
    keys = np.zeros(at.size, np.uint64)
    for step in range(given, length):
        keys |= codes[at + step].astype(np.uint64) << np.uint64(16 * (step - given))
    title = tables.titles.holds(keys)
    if surname == 1 and length == 2:  # 王先|生
        longer = keys + (codes[at + 2].astype(np.uint64) << np.uint64(16))
        title |= tables.titles.holds(longer)
    if surname == 1:  # a lone compound surname, or one with a title or a name of its own
        title |= tables.pairs.holds(pair(codes, at))
    return at[~title], logs[~title]


def _featured(
    page: Page,
    starts: Positions,
    sizes: Positions,
    logs: Floats,
    kinds: Positions,
    words: Floats,
    cut: Floats,
    answers: NDArray[np.int8] | None,
) -> Candidates:
    codes, ends, tables = page.codes, starts + sizes, hints()
    column = {name: n for n, name in enumerate(FEATURES)}
    features = np.zeros((starts.size, len(FEATURES)), np.float32)
    ratio = logs - words
    features[:, column["one"]] = 1
    features[:, column["ratio_low"]] = np.clip(ratio, -16, -2) / 4 + 0.5
    features[:, column["ratio"]] = np.clip(ratio, -2, 4) / 4
    features[:, column["ratio_high"]] = np.clip(ratio, 4, 14) / 4 - 1
    features[:, column["name"]] = (logs + 16) / 4
    features[:, column["two"]] = sizes == 2
    features[:, column["four"]] = kinds == 0
    features[:, column["compound"]] = kinds == 2
    features[:, column["in_words"]] = np.clip(cut, 0, 12) / 4
    left = starts - 1
    for _ in range(3):  # 姓名：张三, 叫 张三, 收件人是张三
        left = left - tables.skipped[codes[left]]
    before = class_beside(codes, left, -1, tables.left)
    near = class_beside(codes, starts - 1, -1, tables.left)
    before = np.where((before == 0) | ((before == 1) | (before == 2)) & (left >= starts - 3), before, near)
    after = class_beside(codes, ends, 1, tables.right)
    edge_before, edge_after = tables.edge[codes[starts - 1]], tables.edge[codes[ends]]
    rows = np.arange(starts.size)
    width = len(LEFT_CLASSES)
    place = np.where(before >= 0, before, width + edge_before)
    features[rows, column["left_call"] + place] = 1
    width = len(RIGHT_CLASSES)
    place = np.where(after >= 0, after, width + edge_after)
    features[rows, column["right_title"] + place] = 1
    framed = ((before >= 0) & (before < 4) | (before < 0) & (edge_before < 4)) & (
        (after >= 0) & (after < 3) | (after < 0) & (edge_after < 4)
    )
    features[:, column["framed"]] = framed
    features[:, column["framed_ratio"]] = framed * np.clip(ratio, -9, 9) / 4
    features[:, column["framed_two"]] = framed & (sizes == 2)
    features[:, column["common"]] = np.clip(as_word(codes, starts, sizes) + 13, 0, 8) / 4
    features[:, column["place_last"]] = tables.place_last[codes[ends - 1]]
    last_given = np.clip(tables.given[codes[ends - 1]], -14, -4)
    features[:, column["function_last"]] = tables.function_last[codes[ends - 1]]
    features[:, column["last_given"]] = (last_given + 8) / 4
    features[:, column["rare_last"]] = np.clip(last_given + 10, -4, 0) / 4
    features[:, column["wordy"]] = (
        np.clip(LEXICON.words.logs(codes[starts].astype(np.uint64)) - tables.single[codes[starts]], -4, 8)
        / 4
        * (kinds == 1)
    )
    features[:, column["title_second"]] = (kinds == 1) & (sizes == 3) & tables.single_titles[codes[starts + 1]]
    features[:, column["worded"]] = (kinds == 1) & tables.worded[codes[starts]]
    features[:, column["division"]] = tables.divisions.holds(packed(codes, starts, sizes))
    features[:, column["organisation"]] = organised(codes, ends)
    features[:, column["branch"]] = branch(page, ends)
    next_given = np.clip(tables.given[codes[ends]], -14, -4)
    features[:, column["next_given"]] = (sizes == 2) * (next_given + 14) / 4 * ~tables.function_last[codes[ends]]
    own, second = tables.single[codes[starts]], tables.single[codes[starts + 1]]
    features[:, column["shadowed"]] = (kinds == 1) * np.clip(second - own, 0, 5) / 4
    features[:, column["titled"]] = titled(page, starts, ends)
    features[:, column["honoured"]] = (sizes == 3) & honoured(codes, ends)
    loose_before, loose_after = edge_before < 3, edge_after < 3
    features[:, column["both_cut"]] = loose_before & loose_after
    low = np.clip(ratio, -16, 0) / 4
    features[:, column["cut_ratio"]] = low * (loose_before & loose_after)
    features[:, column["call_ratio"]] = low * (before == 0)
    row = page.row(starts)
    begins, stops = page.starts[row], np.append(page.starts[1:], codes.size - Page.MARGIN)[row] - 1
    first = starts - begins <= 1
    alone = first & (stops - ends <= 1)
    features[:, column["alone"]] = alone
    comma = tables.listing[codes[starts - 1]] | tables.listing[codes[ends]]
    features[:, column["listed"]] = comma & loose_before & loose_after
    if answers is not None:
        asked = answers[row] > 0
        features[:, column["answer_alone"]] = alone & asked
        features[:, column["answer_ratio"]] = low * (first & asked & loose_after)
        plainly = answers[row] == 9
        features[:, column["plain_alone"]] = alone & plainly
        features[:, column["plain_start"]] = first & plainly & ~alone & loose_after
        features[:, column["answer_start"]] = first & asked & ~alone & loose_after
        features[:, column["answer"]] = asked & ~alone & ~(first & loose_after)
    return Candidates(starts, ends, features, 1 / (1 + np.exp((SURE - ratio) / 1.5)), neighbours(codes, starts, ends))


@cache
def weights() -> Floats:
    """A row a feature: its weight for what may well be words, and for what is hardly anything but a name."""
    table = tomllib.loads(files(__package__).joinpath("weights.toml").read_text("utf-8"))
    return np.array([table[feature] for feature in FEATURES], np.float32)


def find(page: Page, answers: NDArray[np.int8] | None = None) -> tuple[Spans, Spans]:
    """The names of a page, and what may be one where its conversation knows it.

    Of candidates that overlap the likeliest stays.
    """
    found = candidates(page, answers)
    ordinary, sure = weights().T
    scores = found.features @ ordinary * (1 - found.sure) + found.features @ sure * found.sure
    scores += weighed(found.neighbours)
    scores = np.where(_lone_division(found), np.minimum(scores, ENOUGH), scores)
    good, doubtful = scores > ENOUGH, (scores <= ENOUGH) & (scores > DOUBTFUL)
    starts, ends, scores = found.starts[good], found.ends[good], scores[good]
    kept = _likeliest(starts, ends, scores)
    names = joined(
        [spans(starts[kept], ends[kept], "NAME"), listed((s, e, "NAME") for s, e in [*spaced(page), *in_parts(page)])]
    )
    return names, spans(found.starts[doubtful], found.ends[doubtful], "NAME")


def _lone_division(found: Candidates) -> NDArray[np.bool_]:
    """Whether a candidate is the whole text, a city or district too, and no answer to who somebody is: 沈阳 in a cell."""
    alone, division, answer = (
        found.features[:, FEATURES.index(name)] > 0 for name in ("alone", "division", "answer_alone")
    )
    return alone & division & ~answer


def _likeliest(starts: Positions, ends: Positions, scores: Floats) -> Positions:
    """Of overlapping candidates the one with the best score, greedily; their places in order."""
    order = np.argsort(starts, kind="stable")
    first, last = starts[order], ends[order]
    lone = np.ones(order.size, np.bool_)
    lone[1:] = first[1:] >= np.maximum.accumulate(last)[:-1]
    lone[:-1] &= lone[1:].copy()  # nothing overlaps it on either side
    kept = lone.copy()
    crowd = np.flatnonzero(~lone)
    crowd = crowd[np.argsort(-scores[order[crowd]], kind="stable")]
    taken = bytearray(int(last[crowd].max()) if crowd.size else 0)  # by position, whether a name covers it
    for n, start, end in zip(crowd.tolist(), first[crowd].tolist(), last[crowd].tolist(), strict=True):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept[n] = True
    return np.sort(order[kept])
