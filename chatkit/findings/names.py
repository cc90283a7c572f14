"""Names: full names of people in running text.

A candidate is a surname and one or two characters. It is weighed by how much better a name explains those
characters than the best reading in words does (both log-likelihoods come from the lexicon), and by what stands
around it. The weights are a logistic regression's, fitted on conversations that were written for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from .folding import END, RARE_HAN, Codes, Page, Positions, fold
from .lexicon import LEXICON, UNKNOWN, flags, key
from .roster import Roster
from .spans import Spans, joined, listed, spans

Floats = NDArray[np.float32]
LEFT, RIGHT = 4, 4  # characters around a name that are read in words with it
LONGEST = 4
WIDTH = LEFT + LONGEST + RIGHT
LENGTH_LOGS = {(1, 2): -1.9, (1, 3): -0.2, (2, 3): -1.4, (2, 4): -0.3, (0, 4): -5.0}  # (surname's characters, all)


@dataclass(frozen=True)
class Candidates:
    """Possible names in a page: where each starts and ends, its features, one column each (FEATURES), and how surely
    it is no ordinary word (0 to 1)."""

    starts: Positions
    ends: Positions
    features: Floats
    sure: Floats


LEFT_CLASSES = ("call", "role", "kin", "verb", "hello", "thing")
RIGHT_CLASSES = ("title", "verb", "contact", "place", "public")
EDGES = ("start", "stop", "space", "digit", "latin", "other")  # what stands before or after, where no word of a class does
FEATURES = (
    *("one", "ratio_low", "ratio", "ratio_high", "name", "two", "four", "compound", "in_words"),
    *(f"left_{c}" for c in (*LEFT_CLASSES, *EDGES)),
    *(f"right_{c}" for c in (*RIGHT_CLASSES, *EDGES)),
    *("alone", "answer_alone", "answer_ratio", "answer_start", "answer", "plain_alone", "plain_start", "both_cut", "cut_ratio", "listed", "call_ratio", "common", "place_last", "framed", "framed_ratio", "framed_two"),
    *("function_last", "shadowed", "titled", "next_given", "last_given", "rare_last", "honoured", "wordy", "worded", "division", "organisation", "branch"),
)


@cache
def cues() -> Mapping[str, Mapping[str, str]]:
    """The table of cue words."""
    return tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))


@cache
def _tables() -> _Tables:
    return _Tables()


class _Tables:
    """What the search for names looks up, by code point or by word."""

    def __init__(self) -> None:
        surnames = LEXICON.surnames
        self.han = np.zeros(0x10000, np.bool_)
        self.han[0x4E00:0xA000] = True
        self.han[0x3400:0x4DC0] = True
        self.han[0x3007] = False
        self.single = np.full(0x10000, -99.0, np.float32)
        for surname, log in surnames.items():
            if len(surname) == 1:
                self.single[ord(surname)] = log
        pairs = sorted((ord(s[0]) << 16 | ord(s[1]), log) for s, log in surnames.items() if len(s) == 2)
        self.pairs = np.array([p for p, _ in pairs], np.int64)
        self.pair_logs = np.array([log for _, log in pairs], np.float32)
        self.unigrams = np.where(self.han, np.float32(UNKNOWN), np.float32(0))
        every = np.flatnonzero(self.han)
        self.unigrams[every] = np.maximum(LEXICON.words.logs(every.astype(np.uint64)), UNKNOWN)
        self.pair_heads = flags({s[0] for s in surnames if len(s) == 2})
        table = cues()
        self.left = _classes(table["left"], LEFT_CLASSES, reverse=True)
        self.right = _classes(table["right"], RIGHT_CLASSES, reverse=False)
        self.given = LEXICON.given.copy()
        self.given[self.han & (self.given < UNKNOWN)] = UNKNOWN
        self.given[~self.han] = -99.0
        self.given[RARE_HAN] = UNKNOWN + 3
        self.given[[ord(c) for c in "零〇壹贰叁肆伍陆柒捌玖"]] = -99.0  # numbers are spelled with them
        for c in table["public"]["no_given"]:
            self.given[ord(c)] -= 4.0
        self.titles = np.array(sorted(key(fold(t)) for t in set(table["public"]["titles"].split()) if len(t) <= 3), np.uint64)
        self.public = Roster(f"{table['public']['people']} {table['public']['brands']}".split())
        self.organisations = np.array(
            sorted(ord(w[0]) << 16 | ord(w[1]) for w in map(fold, table["public"]["organisations"].split())), np.int64
        )
        self.organisation_heads = flags({chr(w >> 16) for w in self.organisations.tolist()})
        self.divisions = np.array(sorted(key(d) for d in LEXICON.divisions if len(d) in (2, 3)), np.uint64)
        self.never = np.array(sorted(key(fold(w)) for w in table["public"]["never"].split()), np.uint64)
        self.edge = _edges(self.han)


def _edges(han: NDArray[np.bool_]) -> NDArray[np.int8]:
    """By code point: which of EDGES it is."""
    edge = np.full(0x10000, 1, np.int8)  # punctuation and pictures
    edge[END] = 0
    edge[[ord(" "), ord("\n"), 0x200B]] = 2
    edge[48:58] = 3
    edge[65:91] = edge[97:123] = 4
    edge[han] = 5
    return edge


def _classes(table: Mapping[str, str], names: tuple[str, ...], *, reverse: bool) -> tuple[NDArray[np.uint64], NDArray[np.int8]]:
    """Words of the classes as sorted numbers, with each word's class."""
    of: dict[int, int] = {}
    for n, name in reversed(list(enumerate(names))):
        for word in table[name].split():
            folded = fold(word)[-4:] if reverse else fold(word)[:4]
            of[key(folded[::-1] if reverse else folded)] = n
    words = sorted(of)
    return np.array(words, np.uint64), np.array([of[w] for w in words], np.int8)


def _looked_up(words: NDArray[np.uint64], keys: NDArray[np.uint64]) -> Positions:
    """Place of each key in a sorted table, -1 where it is not there."""
    place = np.minimum(np.searchsorted(words, keys), words.size - 1)
    return np.where(words[place] == keys, place, -1)


def _class_beside(codes: Codes, at: Positions, step: int, table: tuple[NDArray[np.uint64], NDArray[np.int8]]) -> NDArray[np.int8]:
    """The class of the longest word of the table that begins at each position, read in the direction of ``step``."""
    found = np.full(at.size, -1, np.int8)
    keys = np.zeros(at.size, np.uint64)
    last = codes.size - 1
    for n in range(4):
        keys = keys + (codes[np.clip(at + n * step, 0, last)].astype(np.uint64) << np.uint64(16 * n))
        place = _looked_up(table[0], keys)
        found[place >= 0] = table[1][place[place >= 0]]
    return found


def candidates(page: Page, answers: NDArray[np.int8] | None = None) -> Candidates:
    """Everything in a page that may be a name, with its features.

    ``answers``: for each text of the page, how many turns ago a name was asked for (0: not; 9: plainly, just before).
    """
    tables, codes = _tables(), page.codes
    single = tables.single[codes]
    at = np.flatnonzero((single > -90) | tables.pair_heads[codes])
    at = at[tables.han[codes[at + 1]]]
    found = [_shaped(page, tables, at, surname, length) for surname, length in LENGTH_LOGS]
    starts = np.concatenate([f[0] for f in found])
    sizes = np.concatenate([np.full(f[0].size, length) for f, (_, length) in zip(found, LENGTH_LOGS, strict=True)])
    logs = np.concatenate([f[1] for f in found])
    kinds = np.concatenate([np.full(f[0].size, surname) for f, (surname, _) in zip(found, LENGTH_LOGS, strict=True)])
    if not starts.size:
        return Candidates(starts, starts, np.zeros((0, len(FEATURES)), np.float32), np.zeros(0, np.float32))
    loose = (tables.edge[codes[starts - 1]] < 3) & (tables.edge[codes[starts + sizes]] < 3)
    least = np.where(loose, LOOSE_RATIO, LEAST_RATIO)
    hopeful = logs - _as_words(tables, codes, starts, sizes) > least  # the true reading explains them no worse
    starts, sizes, logs, kinds, least = (a[hopeful] for a in (starts, sizes, logs, kinds, least))
    words, cut = _in_words(page, starts, sizes)
    never = _looked_up(tables.never, _keys(codes, starts, sizes)) >= 0
    worth = ~never & (logs - words > least) & ~_public(page, starts, starts + sizes)
    starts, sizes, logs, kinds, words, cut = (a[worth] for a in (starts, sizes, logs, kinds, words, cut))
    return _featured(page, tables, starts, sizes, logs, kinds, words, cut, answers)


LEAST_RATIO, LOOSE_RATIO = -9.0, -16.0  # below, nothing around it makes a candidate a name; looser where it stands apart


def _shaped(page: Page, tables: _Tables, at: Positions, surname: int, length: int) -> tuple[Positions, Floats]:
    """Candidates of one shape: characters of the surname (0: two single surnames) and characters in all."""
    codes = page.codes
    if surname == 1:
        at = at[tables.single[codes[at]] > -90]
        logs, given = tables.single[codes[at]], 1
    elif surname == 2:
        place = np.minimum(np.searchsorted(tables.pairs, _pair(codes, at)), tables.pairs.size - 1)
        good = tables.pairs[place] == _pair(codes, at)
        at, logs, given = at[good], tables.pair_logs[place[good]], 2
    else:
        at = at[(tables.single[codes[at]] > -7.5) & (tables.single[codes[at + 1]] > -7.5)]
        logs, given = tables.single[codes[at]] + tables.single[codes[at + 1]], 2
    logs = logs + LENGTH_LOGS[surname, length]
    for step in range(given, length):
        logs = logs + tables.given[codes[at + step]]
    keys = np.zeros(at.size, np.uint64)
    for step in range(given, length):
        keys += codes[at + step].astype(np.uint64) << np.uint64(16 * (step - given))
    title = _looked_up(tables.titles, keys) >= 0
    if surname == 1 and length == 2:  # 王先|生
        longer = keys + (codes[at + 2].astype(np.uint64) << np.uint64(16))
        title |= _looked_up(tables.titles, longer) >= 0
    if surname == 1:  # a lone compound surname, or one with a title or a name of its own
        place = np.minimum(np.searchsorted(tables.pairs, _pair(codes, at)), tables.pairs.size - 1)
        title |= tables.pairs[place] == _pair(codes, at)
    good = (logs > -60) & ~title
    return at[good], logs[good]


def _pair(codes: Codes, at: Positions) -> Positions:
    return np.asarray(codes[at].astype(np.int64) << 16 | codes[at + 1])


def _as_words(tables: _Tables, codes: Codes, starts: Positions, sizes: Positions) -> Floats:
    """The best reading of each candidate's first three characters by itself, as words."""
    one, two, three = (codes[starts + step].astype(np.uint64) for step in range(3))
    first, second, third = (tables.unigrams[codes[starts + step]] for step in range(3))
    words, pair = LEXICON.words.logs, one | two << np.uint64(16)
    both = np.maximum(words(pair), first + second)
    rest = np.maximum(words(two | three << np.uint64(16)), second + third)
    whole = np.maximum(words(pair | three << np.uint64(32)), np.maximum(both + third, first + rest))
    return np.where(sizes == 2, both, np.where(sizes == 3, whole, np.float32(-99)))


def _in_words(page: Page, starts: Positions, sizes: Positions) -> tuple[Floats, Floats]:
    """What the characters of each candidate weigh when read as words, and what cutting the text around it costs.

    Viterbi over a window around each candidate, all candidates at once: log-likelihood of the best reading of the
    whole window, less those of the best readings up to the candidate and from its end on.
    """
    codes, words = page.codes, LEXICON.words
    marked = np.zeros(codes.size, np.bool_)
    marked[starts] = True
    (places,) = np.nonzero(marked)
    number = np.empty(codes.size, np.int64)
    number[places] = np.arange(places.size)
    back = number[starts]
    narrow = codes[np.minimum(places[:, None] + np.arange(-LEFT, LONGEST + RIGHT), codes.size - 1)]
    window = narrow.astype(np.uint64)
    logs = np.full((WIDTH, 5, places.size), -99.0, np.float32)
    keys = np.zeros_like(window)
    for size in range(1, 5):
        upto = WIDTH - size + 1
        keys[:, :upto] += window[:, size - 1 :] << np.uint64(16 * (size - 1))
        if size == 1:
            logs[:, 1] = _tables().unigrams[narrow].T
        else:
            logs[:upto, size] = words.logs(keys[:, :upto].ravel()).reshape(places.size, upto).T
    ahead = [np.zeros(places.size, np.float32)]
    for k in range(1, WIDTH + 1):
        ahead.append(np.max([ahead[k - size] + logs[k - size, size] for size in range(1, min(4, k) + 1)], axis=0))
    behind = {WIDTH: np.zeros(places.size, np.float32)}
    for k in range(WIDTH - 1, LEFT, -1):
        behind[k] = np.max([behind[k + size] + logs[k, size] for size in range(1, min(4, WIDTH - k) + 1)], axis=0)
    after = np.stack([behind[LEFT + size] for size in range(1, LONGEST + 1)])[sizes - 1, back]
    whole, before = ahead[WIDTH][back], ahead[LEFT][back]
    inside = np.full(starts.size, 0.0, np.float32)  # the best reading of the candidate alone
    for size in (2, 3, 4):
        steps = [np.zeros(places.size, np.float32)]
        for k in range(1, size + 1):
            steps.append(np.max([steps[k - s] + logs[LEFT + k - s, s] for s in range(1, min(4, k) + 1)], axis=0))
        inside = np.where(sizes == size, steps[size][back], inside)
    reading = whole - before - after
    return reading, reading - inside


def _featured(
    page: Page,
    tables: _Tables,
    starts: Positions,
    sizes: Positions,
    logs: Floats,
    kinds: Positions,
    words: Floats,
    cut: Floats,
    answers: NDArray[np.int8] | None,
) -> Candidates:
    codes, ends = page.codes, starts + sizes
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
        left = left - SKIPPED[codes[left]]
    before = _class_beside(codes, left, -1, tables.left)
    near = _class_beside(codes, starts - 1, -1, tables.left)
    before = np.where((before == 0) | ((before == 1) | (before == 2)) & (left >= starts - 3), before, near)
    after = _class_beside(codes, ends, 1, tables.right)
    edge_before, edge_after = tables.edge[codes[starts - 1]], tables.edge[codes[ends]]
    rows = np.arange(starts.size)
    width = len(LEFT_CLASSES)
    place = np.where(before >= 0, before, width + edge_before)
    features[rows, column["left_call"] + place] = 1
    width = len(RIGHT_CLASSES)
    place = np.where(after >= 0, after, width + edge_after)
    features[rows, column["right_title"] + place] = 1
    framed = ((before >= 0) & (before < 4) | (before < 0) & (edge_before < 4)) & ((after >= 0) & (after < 3) | (after < 0) & (edge_after < 4))
    features[:, column["framed"]] = framed
    features[:, column["framed_ratio"]] = framed * np.clip(ratio, -9, 9) / 4
    features[:, column["framed_two"]] = framed & (sizes == 2)
    features[:, column["common"]] = np.clip(_as_word(codes, starts, sizes) + 13, 0, 8) / 4
    features[:, column["place_last"]] = PLACE_LAST[codes[ends - 1]]
    last_given = np.clip(tables.given[codes[ends - 1]], -14, -4)
    features[:, column["function_last"]] = FUNCTION_LAST[codes[ends - 1]]
    features[:, column["last_given"]] = (last_given + 8) / 4
    features[:, column["rare_last"]] = np.clip(last_given + 10, -4, 0) / 4
    features[:, column["wordy"]] = np.clip(LEXICON.words.logs(codes[starts].astype(np.uint64)) - tables.single[codes[starts]], -4, 8) / 4 * (kinds == 1)
    features[:, column["worded"]] = (kinds == 1) & WORDED[codes[starts]]
    features[:, column["division"]] = _looked_up(tables.divisions, _keys(codes, starts, sizes)) >= 0
    features[:, column["organisation"]] = _organised(tables, codes, ends)
    features[:, column["branch"]] = _branch(page, ends)
    next_given = np.clip(tables.given[codes[ends]], -14, -4)
    features[:, column["next_given"]] = (sizes == 2) * (next_given + 14) / 4 * ~FUNCTION_LAST[codes[ends]]
    own, second = tables.single[codes[starts]], tables.single[codes[starts + 1]]
    features[:, column["shadowed"]] = (kinds == 1) * np.clip(second - own, 0, 5) / 4
    features[:, column["titled"]] = _titled(page, starts, ends)
    features[:, column["honoured"]] = (sizes == 3) & _honoured(tables, codes, ends)
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
    comma = np.isin(codes[starts - 1], LISTING) | np.isin(codes[ends], LISTING)
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
    return Candidates(starts, ends, features, 1 / (1 + np.exp((SURE - ratio) / 1.5)))


SURE = 3.0  # likelihood ratio from which a candidate is hardly anything but a name; below, it may well be words


def _as_word(codes: Codes, starts: Positions, sizes: Positions) -> Floats:
    """The log of each candidate's share as one word; -99 where it is none."""
    return LEXICON.words.logs(_keys(codes, starts, sizes))


def _keys(codes: Codes, starts: Positions, sizes: Positions) -> NDArray[np.uint64]:
    """Each candidate as one number."""
    keys = np.zeros(starts.size, np.uint64)
    for step in range(LONGEST):
        inside = np.where(step < sizes, codes[np.minimum(starts + step, codes.size - 1)], 0)
        keys += inside.astype(np.uint64) << np.uint64(16 * step)
    return keys


def _titled(page: Page, starts: Positions, ends: Positions) -> NDArray[np.bool_]:
    """Whether each candidate stands in 《》, where works are named."""
    opens = page.codes == ord("《")
    if not opens.any():
        return np.zeros(starts.size, np.bool_)
    depth = np.cumsum(opens.astype(np.int32) - (page.codes == ord("》")))
    return np.asarray(depth[starts] > depth[page.starts[page.row(starts)] - 1])


def _honoured(tables: _Tables, codes: Codes, ends: Positions) -> NDArray[np.bool_]:
    """Whether each candidate's last character begins an honorific with the character behind it: 王小明老|师."""
    pair = codes[ends - 1].astype(np.uint64) | codes[ends].astype(np.uint64) << np.uint64(16)
    return np.asarray(_looked_up(tables.titles, pair) >= 0)


def _organised(tables: _Tables, codes: Codes, ends: Positions) -> NDArray[np.bool_]:
    """Whether a word for a business or an institution follows in the same run of Han characters: 王朝大酒店."""
    (named,) = np.nonzero(tables.organisation_heads[codes[:-1]])
    pair = _pair(codes, named)
    place = np.minimum(np.searchsorted(tables.organisations, pair), tables.organisations.size - 1)
    named = named[tables.organisations[place] == pair]
    (gaps,) = np.nonzero(~tables.han[codes])
    stop = np.minimum(gaps[np.searchsorted(gaps, ends)], ends + ORGANISED)
    return np.asarray(np.searchsorted(named, stop) > np.searchsorted(named, ends))


def _branch(page: Page, ends: Positions) -> NDArray[np.bool_]:
    """Whether brackets that name a branch follow: 金鼎轩(地坛店)."""
    said = np.zeros(ends.size, np.bool_)
    for n in np.flatnonzero(page.codes[ends] == ord("(")).tolist():
        said[n] = bool(BRANCH.match(page.text, int(ends[n])))
    return said


BRANCH = re.compile(r"\([^()\uffff]{1,14}[店院校区]\)")
ORGANISED = 9  # characters behind a name in which such a word may stand
FUNCTION_LAST = flags("的了吗呢啊吧是在有和就也都很没不要想会能把被让说问从这那您他她给跟与及或打收查找代家用住付转寄签接拿取名户等来去到还又才已可再先请叫送报办买卖做看约换改退发做讲见行听笑哈嘛呀哦")
WORDED = flags("和查于从连向由别都那能应见有关让过双充满时明后单还更当会东多老常计代支权寄订付来包管全万千公第阿是在为要问找叫说看换改退转发")
PLACE_LAST = flags("店园馆峡寺殿洞镇村路街桥楼塔陵宫庙观厅站场局院区县市省岛湾港")
SKIPPED = flags(" :是为叫-,：“\"'「【[(（")
LISTING = [ord(c) for c in "、,/，和与&+"]


@cache
def weights() -> Floats:
    """A row a feature: its weight for what may well be words, and for what is hardly anything but a name."""
    table = tomllib.loads(files(__package__).joinpath("weights.toml").read_text("utf-8"))
    return np.array([table[feature] for feature in FEATURES], np.float32)


def find(page: Page, answers: NDArray[np.int8] | None = None) -> Spans:
    """The names of a page; of candidates that overlap the likeliest stays."""
    found = candidates(page, answers)
    ordinary, sure = weights().T
    scores = found.features @ ordinary * (1 - found.sure) + found.features @ sure * found.sure
    good = scores > 0
    starts, ends, scores = found.starts[good], found.ends[good], scores[good]
    kept = _likeliest(starts, ends, scores)
    return joined([spans(starts[kept], ends[kept], "NAME"), listed((s, e, "NAME") for s, e in _spaced(page))])


def _spaced(page: Page) -> Iterator[tuple[int, int]]:
    """Names written with a space between the characters: 张 三 丰."""
    tables, codes = _tables(), page.codes
    han, space = tables.han[codes], (codes == ord(" ")) | (codes == 0x200B)
    (at,) = np.nonzero(han[:-4] & space[1:-3] & han[2:-2] & ~han[3:-1] & (tables.single[codes[:-4]] > -90))
    called = _class_beside(codes, at - 1, -1, tables.left)
    for start in at[~han[at - 1] | (called >= 0) & (called < LEFT_CLASSES.index("hello"))].tolist():
        if space[start - 1] and han[start - 2] and not han[start - 3]:
            continue  # in the middle of a spaced run
        end = start + 3
        if space[end] and han[end + 1] and not han[end + 2]:
            end += 2
        given = tables.given[codes[start + 2 : end : 2]]
        if not (space[end] and han[end + 1] and not han[end + 2]) and float(given.mean()) > -9.5:
            yield start, end


def _public(page: Page, starts: Positions, ends: Positions) -> NDArray[np.bool_]:
    """Which candidates touch the name of somebody in history or of a brand."""
    found = [(start, end) for start, end, _ in _tables().public.find(page)]
    if not found:
        return np.zeros(starts.size, np.bool_)
    begin, stop = np.array(found, np.int64).T
    return np.asarray(np.searchsorted(stop, starts, "right") < np.searchsorted(begin, ends))


def _likeliest(starts: Positions, ends: Positions, scores: Floats) -> Positions:
    """Of overlapping candidates the one with the best score, greedily; their places in order."""
    kept: list[int] = []
    order = np.argsort(starts, kind="stable")
    group: list[int] = []
    reach = -1

    def settle() -> None:
        taken: list[int] = []
        for n in sorted(group, key=lambda n: -scores[n]):
            if all(ends[n] <= starts[m] or starts[n] >= ends[m] for m in taken):
                taken.append(n)
        kept.extend(taken)

    for n in order.tolist():
        if starts[n] >= reach:
            settle()
            group = []
        group.append(n)
        reach = max(reach, int(ends[n]))
    settle()
    return np.array(sorted(kept), np.int64)

