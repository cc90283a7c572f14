"""The lexicon: statistics of words, surnames and given names, divisions; built by ``make lexicon`` (its sources there)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -18.0  # log of the share of what no table knows


def key(word: str) -> int:
    """Up to four characters of the basic plane as one number.

    >>> key("ab") == ord("a") + (ord("b") << 16)
    True
    """
    return sum(ord(c) << 16 * n for n, c in enumerate(word))


class Table:
    """A hash table of words: number → log of its share, looked up a million at a time.

    Two places a word; what finds both taken by others stays out (about one word in a thousand).
    """

    def __init__(self, keys: NDArray[np.uint64], logs: NDArray[np.float32], missing: float) -> None:
        self._bits = max(int(keys.size * 4).bit_length(), 4)
        self._keys = np.zeros(2 << self._bits, np.uint64)
        self._logs = np.full(2 << self._bits, missing, np.float32)
        order = np.argsort(logs, kind="stable")  # the most frequent is written last and stays
        first = self._place(keys, 0)
        self._keys[first[order]], self._logs[first[order]] = keys[order], logs[order]
        left = np.flatnonzero(self._keys[first] != keys)
        second = self._place(keys[left], 1)
        self._keys[second], self._logs[second] = keys[left], logs[left]
        self._missing = np.float32(missing)
        self._seen = np.zeros(1 << self._bits + 1, np.bool_)  # a sieve that fits a processor's cache
        self._seen[self._mixed(keys)] = True

    _ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))

    def _place(self, keys: NDArray[np.uint64], which: int) -> NDArray[np.int64]:
        mixed = (keys * self._ODD[which]) >> np.uint64(64 - self._bits)
        return mixed.astype(np.int64) + (which << self._bits)

    def _mixed(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((keys * self._ODD[0]) >> np.uint64(63 - self._bits)).view(np.int64)

    def logs(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The log of each word's share; ``missing`` for what is no word."""
        logs = np.full(keys.size, self._missing, np.float32)
        likely = np.flatnonzero(self._seen.take(self._mixed(keys)))
        keys = keys[likely]
        one, two = self._place(keys, 0), self._place(keys, 1)
        found = np.where(self._keys[one] == keys, self._logs[one], self._missing)
        logs[likely] = np.where(self._keys[two] == keys, self._logs[two], found)
        return logs

    def log(self, word: str) -> float:
        """The log of one word's share; ``missing`` for more than four characters."""
        if len(word) > 4:
            return float(self._missing)
        return float(self.logs(np.array([key(word)], np.uint64))[0])


class Lexicon:
    """The tables of lexicon.npz, each read when first asked for."""

    @cached_property
    def _file(self) -> dict[str, NDArray[np.generic]]:
        with files(__package__).joinpath("lexicon.npz").open("rb") as file, np.load(file) as tables:
            return dict(tables)

    @cached_property
    def folds(self) -> NDArray[np.uint16]:
        """Pairs: traditional character, simplified character."""
        return self._file["folds"].astype(np.uint16)

    @cached_property
    def words(self) -> Table:
        """Words of one to four characters."""
        return Table(self._file["words"].astype(np.uint64), self._file["word_logs"].astype(np.float32), -99.0)

    def words_with_logs(self) -> list[tuple[str, float]]:
        """Every word with the log of its share, as they stand in the file."""
        keys, logs = self._file["words"].tolist(), self._file["word_logs"].tolist()
        return [(_word(key), log) for key, log in zip(keys, logs, strict=True)]

    @cached_property
    def unigrams(self) -> NDArray[np.float32]:
        """By code point: log of a Han character's share as a word; 0 for all others, which part words."""
        han = np.zeros(0x10000, np.bool_)
        han[0x3400:0x4DC0] = han[0x4E00:0xA000] = True
        logs = np.zeros(0x10000, np.float32)
        logs[han] = np.maximum(self.words.logs(np.flatnonzero(han).astype(np.uint64)), UNKNOWN)
        return logs

    @cached_property
    def surnames(self) -> dict[str, float]:
        """Surname → log of its share among people."""
        keys, logs = self._file["surnames"].astype(np.uint64), self._file["surname_logs"].astype(np.float32)
        return {_word(int(k)): float(v) for k, v in zip(keys, logs, strict=True)}

    @cached_property
    def given(self) -> NDArray[np.float32]:
        """By code point: log of the character's share among the characters of given names."""
        logs = np.full(0x10000, UNKNOWN, np.float32)
        logs[self._file["given"].astype(np.int64)] = self._file["given_logs"]
        return logs

    @cached_property
    def divisions(self) -> frozenset[str]:
        """Provinces, cities and districts, with and without their suffix."""
        return frozenset(self._file["divisions"].astype(np.uint16).tobytes().decode("utf-16-le").split("\n"))


def _word(number: int) -> str:
    return "".join(chr(number >> shift & 0xFFFF) for shift in (0, 16, 32, 48) if number >> shift & 0xFFFF)


def flags(characters: Iterable[str]) -> NDArray[np.bool_]:
    """A table by code point: whether it is one of these characters."""
    table = np.zeros(0x10000, np.bool_)
    table[[ord(c) for c in characters]] = True
    return table


LEXICON = Lexicon()
