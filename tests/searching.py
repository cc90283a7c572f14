"""How fast words are found in a column, and a ranking from a sealed index, beside what else could be used.

Part of ``make bench``; alone: ``python tests/searching.py [--rows N] [--rounds N]``.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

import chatkit as ck
from chatkit.chats import COLUMNS
from chatkit.indexes import open_index
from chatkit.matches import holding
from chatkit.postings import fold
from chatkit.requests import choose_mode

OURS, BASE = "chatkit", "pandas object"
Job = Callable[[], object]


def messages(lines: Sequence[str], rows: int, rng: np.random.Generator) -> list[str]:
    """Messages of one to four generated lines, each its own object: about 90 bytes of UTF-8."""
    many, at = rng.integers(1, 5, rows).tolist(), rng.integers(0, len(lines) - 4, rows).tolist()
    return ["，".join(lines[a : a + n]).replace("\n", " ").encode().decode() for a, n in zip(at, many, strict=True)]


def lists(lines: Sequence[str], rng: np.random.Generator) -> dict[str, list[str]]:
    """Keywords of two to four characters: 1, 10 and 200 drawn from all that occur, and the 200 that occur most."""
    counts = Counter[str]()
    for line in lines[:50_000]:
        for run in re.findall("[一-鿿]{2,}", line):
            counts.update(run[at : at + size] for size in (2, 3, 4) for at in range(len(run) - size + 1))
    kinds = sorted(word for word, times in counts.items() if times >= 10 and fold(word) == word)
    drawn = rng.choice(kinds, 211, replace=False).tolist()
    common = [word for word, _ in counts.most_common(400) if fold(word) == word][:200]
    return {"1": drawn[:1], "10": drawn[1:11], "200": drawn[11:], "200 最常见 commonest": common}


def contenders(texts: list[str], folder: Path) -> dict[str, Callable[[list[str]], Job]]:
    """What finds the rows that hold any of some words: each gives a boolean a row, ripgrep the number of rows."""
    plain, arrow = pd.Series(texts, dtype=object), pd.Series(pd.array(texts, dtype="string[pyarrow]"))
    kept, everything = pd.Series(pa.array(texts, pa.large_string()), dtype="str"), np.ones(len(texts), bool)
    made: dict[str, Callable[[list[str]], Job]] = {
        OURS: lambda words: partial(holding, kept, words, everything),
        BASE: lambda words: partial(plain.str.contains, "|".join(words), regex=len(words) > 1),
        "pandas string[pyarrow]": lambda words: partial(arrow.str.contains, "|".join(words), regex=len(words) > 1),
    }
    if find_spec("polars"):
        import polars

        column = polars.Series(texts)
        made["polars"] = lambda words: (
            partial(column.str.contains_any, words)
            if len(words) > 1
            else partial(column.str.contains, words[0], literal=True)
        )
        made["polars 正则 regex"] = lambda words: partial(column.str.contains, "|".join(words))
    if ripgrep := shutil.which("rg"):
        lines, listed = folder / "lines.txt", folder / "words.txt"
        lines.write_text("".join(f"{text}\n" for text in texts), "utf-8")

        def grep(words: list[str]) -> Job:
            listed.write_text("".join(f"{word}\n" for word in words), "utf-8")
            call = [ripgrep, "-j1", "-c", "-F", "-f", str(listed), str(lines)]
            return lambda: int(subprocess.run(call, capture_output=True, check=False).stdout or 0)

        made["ripgrep"] = grep
    for name in ("polars", "ripgrep"):
        if name not in made:
            print(f"未安装，未测 · not installed, not measured: {name}")
    return made


def compare(texts: list[str], sought: dict[str, list[str]], rounds: int) -> pd.DataFrame:
    """One unmeasured pass, then round after round: our seconds, and the others as multiples of the same round."""
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        field = contenders(texts, Path(folder))
        for name, words in sought.items():
            jobs = {who: make(words) for who, make in field.items()}
            hits = {who: int(np.sum(np.asarray(job()))) for who, job in jobs.items()}
            seconds = np.array([[timed(job) for job in jobs.values()] for _ in range(rounds)])
            ratios = np.median(seconds / seconds[:, :1], axis=0)
            others = dict(zip(jobs, (f"× {ratio:.2f}" for ratio in ratios), strict=True))
            ours = {"秒 s": f"{np.median(seconds[:, 0]):.3f}", "行 rows": f"{hits[OURS] / len(texts):.1%}"}
            told[name] = {**ours, **{who: others[who] for who in field if who != OURS}}
            assert all(n == hits[OURS] for n in hits.values()) or fold_matters(texts, words), hits
    return pd.DataFrame(told).T


def fold_matters(texts: list[str], words: list[str]) -> bool:
    """Whether folding finds more than the bare words do: then the others rightly count fewer rows."""
    bare = re.compile("|".join(map(re.escape, words)))
    return any(bool(bare.search(text)) != bool(bare.search(fold(text))) for text in texts)


def timed(job: Job) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def as_chats(texts: list[str]) -> ck.Chats:
    """An export of these messages, one every half second."""
    rows = len(texts)
    frame = pd.DataFrame({column: pd.Series([""], dtype="str").repeat(rows) for column in COLUMNS}).reset_index(
        drop=True
    )
    frame["message_id"] = pd.Series([f"m{n}" for n in range(rows)], dtype="str")
    frame["conversation_id"] = pd.Series([f"c{n // 8}" for n in range(rows)], dtype="str")
    frame["customer_id"] = pd.Series([f"A{n % 5_000}" for n in range(rows)], dtype="str")
    frame["text"] = pd.Series(texts, dtype="str")
    sent = pd.Timestamp("2023-09-01", tz="UTC") + pd.to_timedelta(np.arange(rows) // 2, unit="s")
    frame["sent_at"] = pd.Series(sent).astype("datetime64[ms, UTC]")
    frame["recalled"] = frame["internal_note"] = False
    return ck.Chats(frame, frame.iloc[:0], (), "bench.csv", "csv", "0" * 64, frozenset(), True)


def ranked(texts: list[str], rounds: int) -> Iterator[str]:
    """What it takes to build an index, to open it, and to ask it: through the whole of ``rank``, permit and log."""
    with tempfile.TemporaryDirectory() as folder:
        chats, place, clock = as_chats(texts), Path(folder) / "casebook", "2023-09-20T10:00"
        casebook = ck.Casebook.open(place, clock=clock)
        first = timed(lambda: holding(chats.frame["text"], ["退款"], np.ones(len(texts), bool)))
        yield f"第一次折叠整列（只此一次）{first:.2f} 秒 · the column is folded once: {first:.2f} s"
        build = timed(lambda: ck.build_index(chats, by=casebook.sign_in("liu.yang")))
        size = sum(path.stat().st_size for path in place.glob("index-*")) / sum(len(text.encode()) for text in texts)
        casebook.close()
        casebook = ck.Casebook.open(place, clock=clock)
        opened = timed(lambda: open_index(casebook, chats))
        clerk, head, it = map(casebook.sign_in, ["liu.yang", "zhao.wei", "chen.jie"])
        request = ck.Request("decision_support", "统计", ["*"], "2023-09-01", "2023-09-12", columns=["text"])
        casebook.apply(request, clerk)
        people = {"department_head": head, "it_review": it, "legal": casebook.sign_in("sun.min")}
        for gate in choose_mode(request, casebook.policy)[0].gates:
            casebook.approve(request, people[gate])
        permit = casebook.permit(request)
        yield (
            f"建索引 {build:.2f} 秒，占文字的 {size:.0%}；打开 {opened:.3f} 秒"
            f" · index built in {build:.2f} s, {size:.0%} of the text; opened in {opened:.3f} s"
        )
        for words in ("退款", "快递员 一直没到账", "退款申请审批需要几个工作日，一直没收到"):
            ask = [timed(lambda words=words: ck.rank(chats, permit, words)) for _ in range(rounds + 1)][1:]
            yield f"  {words}: {np.median(ask) * 1e3:.0f} ms"
        narrow = [
            timed(lambda: ck.search(chats, permit, keywords=["审批 工作日"], until="2023-09-02")) for _ in range(rounds)
        ]
        yield f"整个 search（许可、日期、短语、日志）· the whole of search: {np.median(narrow) * 1e3:.0f} ms"
        casebook.close()


def search(lines: Sequence[str], rows: int, rounds: int, seed: int) -> None:
    """Prints both: words in a column, and the index."""
    rng = np.random.default_rng(seed)
    texts, sought = messages(lines, rows, rng), lists(lines, rng)
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(
        f"{rows:,} 条消息，{len(set(texts)):,} 种，{size:.0f} MB；{rounds} 轮的中位数，一个核；别的：用时是我们的几倍"
        f"\nmessages, distinct, UTF-8; medians of {rounds} rounds, one core; the others as multiples of our time"
    )
    print(compare(texts, sought, rounds).to_string())
    for line in ranked(texts, rounds):
        print(line)


def main() -> None:
    """This part of the bench alone."""
    from bench import SEED, generated, head

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    pd.set_option("display.unicode.east_asian_width", True, "display.width", 250, "display.max_columns", 30)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    head("检索", "search")
    search(generated(SEED, max(20_000, given.rows // 5)).messages["text"].tolist(), given.rows, given.rounds, SEED)


if __name__ == "__main__":
    main()
