"""How fast words are found in a column, and a ranking from a sealed index, beside what else could be used.

Ours folds the column and puts its pairs in order before the first search; the others find the bare words only.

Part of ``make bench``; alone: ``python tests/searching.py [--rows N] [--rounds N]``.
"""

import gc
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

import chatkit as ck
from chatkit.chats import COLUMNS
from chatkit.indexes import index_id, open_index
from chatkit.matches import holding
from chatkit.postings import fold
from chatkit.requests import choose_mode

OURS, BASE, CLOCK = "chatkit", "pandas object", "2023-09-20T10:00"
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
        "pandas Arrow": lambda words: partial(arrow.str.contains, "|".join(words), regex=len(words) > 1),
    }
    if find_spec("polars"):
        import polars

        column = polars.Series(texts)
        made["polars any"] = lambda words: partial(column.str.contains_any, words)
        made["polars 正则 regex"] = lambda words: partial(column.str.contains, "|".join(words), literal=len(words) == 1)
    if ripgrep := shutil.which("rg"):
        lines, listed = folder / "lines.txt", folder / "words.txt"
        lines.write_text("".join(f"{text}\n" for text in texts), "utf-8")

        def grep(words: list[str], *options: str) -> Job:
            listed.write_text("".join(f"{word}\n" for word in words), "utf-8")
            call = [ripgrep, *options, "-c", "-F", "-f", str(listed), str(lines)]
            return lambda: int(subprocess.run(call, capture_output=True, check=False).stdout or 0)

        made["ripgrep"] = grep
        made["ripgrep -j1"] = lambda words: grep(words, "-j1")
    for name in ("polars any", "ripgrep"):
        if name not in made:
            print(f"未安装，未测 · not installed, not measured: {name.split()[0]}")
    return made


def compare(texts: list[str], sought: dict[str, list[str]], rounds: int) -> Iterator[str]:
    """One pass to warm up, then round after round: our seconds, and the others as multiples of the same round."""
    told, slower = {}, []
    with tempfile.TemporaryDirectory() as folder:
        field = contenders(texts, Path(folder))
        first = timed(field[OURS](sought["1"]))
        for name, words in sought.items():
            jobs = {who: make(words) for who, make in field.items()}
            hits = {who: int(np.sum(np.asarray(job()))) for who, job in jobs.items()}
            seconds = np.array([[timed(job) for job in jobs.values()] for _ in range(rounds)])
            ratios = dict(zip(jobs, np.median(seconds / seconds[:, :1], axis=0).tolist(), strict=True))
            slower += [f"{name}: {who}" for who, ratio in ratios.items() if ratio < 1]
            bare = dict(zip(jobs, np.median(seconds, axis=0).tolist(), strict=True))
            ours = {"毫秒 ms": f"{bare[OURS] * 1e3:.1f}", "行 rows": f"{hits[OURS] / len(texts):.1%}"}
            told[name] = {**ours, **{who: f"× {ratios[who]:.1f}" for who in field if who != OURS}}
            if name == "1":
                usual = bare[BASE]
            assert all(n == hits[OURS] for n in hits.values()) or fold_matters(texts, words), hits
    yield pd.DataFrame(told).T.to_string()
    yield f"比我们快的 · faster than ours: {'；'.join(slower) or '没有 · none'}"
    yield (
        f"第一次检索先折叠整列、记下位置，共 {first:.2f} 秒，是 pandas object 找一个词的 {first / usual:.1f} 倍；"
        f"有密封的索引就不用\nthe first search folds the column and notes the places: {first:.2f} s,"
        f" {first / usual:.1f} times pandas object with one word; a sealed index saves it"
    )


def fold_matters(texts: list[str], words: list[str]) -> bool:
    """Whether folding finds more than the bare words do: then the others rightly count fewer rows."""
    bare = re.compile("|".join(map(re.escape, words)))
    return any(bool(bare.search(text)) != bool(bare.search(fold(text))) for text in texts)


def timed(job: Job) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def as_chats(texts: pd.Series) -> ck.Chats:
    """An export of these messages, one every half second."""
    rows = len(texts)
    frame = pd.DataFrame({column: pd.Series([""], dtype="str").repeat(rows) for column in COLUMNS}).reset_index(
        drop=True
    )
    frame["message_id"] = pd.Series([f"m{n}" for n in range(rows)], dtype="str")
    frame["conversation_id"] = pd.Series([f"c{n // 8}" for n in range(rows)], dtype="str")
    frame["customer_id"] = pd.Series([f"A{n % 5_000}" for n in range(rows)], dtype="str")
    frame["text"] = texts
    sent = pd.Timestamp("2023-09-01", tz="UTC") + pd.to_timedelta(np.arange(rows) // 2, unit="s")
    frame["sent_at"] = pd.Series(sent).astype("datetime64[ms, UTC]")
    frame["recalled"] = frame["internal_note"] = False
    return ck.Chats(frame, frame.iloc[:0], (), "bench.csv", "csv", "0" * 64, frozenset(), True)


def building(file: str) -> tuple[int, int]:
    """Bytes at the peak of building an index beyond those before it, and bytes of the text."""
    from bench import extra_memory

    column = feather.read_table(file)["text"]
    chats = as_chats(pd.Series(column, dtype="str"))
    with tempfile.TemporaryDirectory() as folder:
        casebook = ck.Casebook.open(Path(folder) / "casebook", clock=CLOCK)
        by = casebook.sign_in("liu.yang")
        ck.build_index(as_chats(pd.Series(["一"] * 9, dtype="str")), by=by)
        gc.collect()
        extra = extra_memory(lambda: ck.build_index(chats, by=by))
        casebook.close()
        return extra, pc.sum(pc.binary_length(column)).as_py()


def ranked(texts: list[str], rounds: int) -> Iterator[str]:
    """What it takes to build an index, to open it, and to ask it: through the whole of ``rank``, permit and log."""
    with tempfile.TemporaryDirectory() as folder:
        chats, place = as_chats(pd.Series(texts, dtype="str")), Path(folder) / "casebook"
        casebook = ck.Casebook.open(place, clock=CLOCK)
        build = timed(lambda: ck.build_index(chats, by=casebook.sign_in("liu.yang")))
        size = sum(path.stat().st_size for path in place.glob("index-*")) / sum(len(text.encode()) for text in texts)
        casebook.close()
        casebook, chats = ck.Casebook.open(place, clock=CLOCK), replace(chats, frame=chats.frame.copy())
        known = timed(lambda: index_id(chats))
        opened = timed(lambda: open_index(casebook, chats))
        yield (
            f"建索引 {build:.2f} 秒，占文字的 {size:.0%}；重新打开：认出数据 {known:.2f} 秒，解密 {opened:.2f} 秒"
            f"\nindex built in {build:.2f} s, {size:.0%} of the text; to open: {known:.2f} s to hash,"
            f" {opened:.2f} s to unseal"
        )
        clerk, head, it = map(casebook.sign_in, ["liu.yang", "zhao.wei", "chen.jie"])
        request = ck.Request("decision_support", "统计", ["*"], "2023-09-01", "2023-09-12", columns=["text"])
        casebook.apply(request, clerk)
        people = {"department_head": head, "it_review": it, "legal": casebook.sign_in("sun.min")}
        for gate in choose_mode(request, casebook.policy)[0].gates:
            casebook.approve(request, people[gate])
        permit = casebook.permit(request)
        for words in ("退款", "快递员 一直没到账", "退款申请审批需要几个工作日，一直没收到"):
            ask = [timed(lambda words=words: ck.rank(chats, permit, words)) for _ in range(rounds + 1)][1:]
            yield f"  rank {words}: {np.median(ask) * 1e3:.0f} ms"
        narrow = {"keywords": ["审批 工作日"], "until": "2023-09-02"}
        plain = [timed(lambda: ck.search(chats, permit, **narrow)) for _ in range(rounds + 1)][1:]
        yield f"  search {narrow} （短语 · a phrase）: {np.median(plain) * 1e3:.0f} ms"
        casebook.close()


def search(lines: Sequence[str], rows: int, rounds: int, seed: int) -> None:
    """Prints all of it: words in a column, also in one where no two messages are equal, and the index."""
    from bench import in_its_own_process

    rng = np.random.default_rng(seed)
    texts, sought = messages(lines, rows, rng), lists(lines, rng)
    for column in (texts, [f"{text} #{n:06x}" for n, text in enumerate(texts)]):
        size = sum(len(text.encode()) for text in column) / 1e6
        print(
            f"\n{rows:,} 条消息，{len(set(column)) / rows:.0%} 各不相同，{size:.0f} MB；"
            f"{rounds} 轮的中位数，一个核；别的：用时是我们的几倍"
            f"\nmessages, distinct, UTF-8; medians of {rounds} rounds, one core; the others as multiples of our time"
        )
        print(*compare(column, sought, rounds), sep="\n")
    print(*ranked(texts, rounds), sep="\n")
    if Path("/proc/self/clear_refs").exists():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "texts.arrow"
            table = pa.table({"text": pa.array(texts, pa.large_string())})
            feather.write_feather(table, file, compression="uncompressed")
            extra, size = in_its_own_process(f"building({str(file)!r})", "searching")
            print(
                f"建索引的内存 · memory to build it: × {extra / size:.2f} ({extra / 1e6:.0f} MB / {size / 1e6:.0f} MB)"
            )


def main() -> None:
    """This part of the bench alone."""
    from bench import SEED, alone, generated, head

    given = alone(__doc__, 2_000_000)
    head("检索", "search")
    search(generated(SEED, max(20_000, given.rows // 5)).messages["text"].tolist(), given.rows, given.rounds, SEED)


if __name__ == "__main__":
    main()
