"""How well and how fast personal data is found, measured: ``make bench``.

Quality on generated and on handwritten messages, without a roster of names; speed on one core beside what else could
be used; memory, start, and strings made to be slow. ``--write`` keeps the figures that every export tells.
"""

import argparse
import ctypes
import gc
import inspect
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from playing import generate_and_score
from pyarrow import feather
from reading import read
from rivals import LIBRARIES, chain, combined
from scoring import UNSTRUCTURED, only, read_marked, score, score_by
from searching import search

import chatkit as ck
import synthetic_data
from chatkit import findings

HERE = Path(__file__).parent
SEED = 9_041
MESSAGES = 40_000  # of each kind of generated data
PERSONAL = 0.2  # share of the messages of the column that hold personal data
SAMPLE = 1_000  # rows for libraries that would take hours
STRUCTURED = [entity for entity in findings.ENTITIES if entity not in UNSTRUCTURED]
ASKED: dict[str, dict[str, Any]] = {"号码类 structured": {"entities": STRUCTURED}, "全部 everything": {}}
MEASURED = Path(ck.__file__).parent / "measured.toml"


def main(arguments: list[str] | None = None) -> None:
    """Measures everything that the arguments ask for and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the column that speed is measured on")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the comparison, at least 3")
    parser.add_argument("--seed", type=int, default=SEED, help="of the generated data")
    parser.add_argument("--quick", action="store_true", help="a twentieth of rows and messages, for a first look")
    parser.add_argument("--write", action="store_true", help=f"keep the figures in {MEASURED.name}")
    given = parser.parse_args(arguments)
    if given.rounds < 3:
        parser.error("--rounds: 3 或更多 · 3 or more")
    if given.write and given.quick:
        parser.error("--write: 不能与 --quick 同用 · not with --quick")
    share = 20 if given.quick else 1
    version = findings.VERSION
    wide_tables()
    print(f"检测器 {version}，种子 {given.seed} · detector {version}, seed {given.seed}")
    held_back = quality(given.seed, MESSAGES // share)
    if given.write:
        write(held_back, version, given.seed)
    on_one_core()
    column = mixed(given.seed, given.rows // share)
    compare(column, given.rounds)
    memory(column)
    head("读入", "reading")
    read(max(10_000, 200_000 // share), given.rounds, given.seed)
    head("检索", "search")
    search(column.tolist(), 2 * given.rows // share, given.rounds, given.seed)
    start()
    hostile()
    homework(30 if share == 1 else 5)


def head(zh: str, en: str) -> None:
    """A heading."""
    print(f"\n== {zh} · {en}", flush=True)


# ---- quality


@dataclass(frozen=True)
class Generated:
    """Generated messages, their labels by row, and the seconds it took to make them."""

    messages: pd.DataFrame
    labels: pd.DataFrame
    wall: float
    cpu: float


def generated(seed: int, messages: int, held_back: int = 0, **odd: float) -> Generated:
    """Whole chunks of the world `seed` until there are so many messages, and so many of patterns held back."""
    began, began_cpu = time.perf_counter(), time.process_time()
    chunks = []
    for chunk in synthetic_data.generate(conversations=10_000_000, seed=seed, **odd):
        chunks.append(chunk)
        messages, held_back = messages - len(chunk["messages"]), held_back - chunk["messages"]["held_back"].sum()
        if messages <= 0 and held_back <= 0:
            break
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    whole, labels = (pd.concat([c[table] for c in chunks], ignore_index=True) for table in ("messages", "labels"))
    row = labels["message_id"].map(pd.Series(whole.index, index=whole["message_id"]))
    asked = labels["entity"].isin(findings.ENTITIES)
    return Generated(
        whole.rename(columns={"conversation_id": "conversation"}), labels.assign(row=row)[asked], wall, cpu
    )


def quality(seed: int, messages: int) -> pd.DataFrame:
    """Prints the scores on all data; gives those on patterns held back."""
    made = generated(seed, messages, messages)
    rate, cpu_rate = len(made.messages) / made.wall, len(made.messages) / made.cpu
    print(
        f"生成 {len(made.messages):,} 条：每秒 {rate:,.0f} 条（每 CPU 秒 {cpu_rate:,.0f}）"
        f" · generated {len(made.messages):,} messages, {rate:,.0f}/s (per CPU second {cpu_rate:,.0f})"
    )
    found = detected(made.messages)
    flags = made.messages["held_back"].to_numpy(bool)
    kinds = (("未留出的句式", "patterns not held back", ~flags), ("留出的句式", "held-back patterns", flags))
    for zh, en, chosen in kinds:
        head(f"生成的数据，{zh}", f"generated data, {en}")
        chosen = chosen & (np.cumsum(chosen) <= messages)
        kept = made.messages[chosen].reset_index(drop=True)
        held_back = report(kept, *(only(frame, chosen) for frame in (made.labels, *found)))
    if "odd" in inspect.signature(synthetic_data.generate).parameters:
        head("生成的数据，只用奇怪的写法", "generated data, odd spellings only")
        made = generated(seed + 1, messages, odd=1.0)
        report(made.messages, made.labels, *detected(made.messages))
    else:
        head("生成器没有 odd=，奇怪的写法未测", "the generator has no odd=: odd spellings not measured")
    for name, zh, en in (("usual", "平常", "usual"), ("hard", "难", "hard")):
        head(f"手写的消息，{zh}", f"handwritten messages, {en}")
        written, labels = read_marked(HERE / "handwritten" / f"{name}.txt")
        report(written, labels[labels["entity"].isin(findings.ENTITIES)], *detected(written), by_spelling=False)
    return held_back


def detected(messages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is found when the conversations are given, and message by message."""
    texts = messages["text"].tolist()
    return ck.detect(texts, conversations=messages["conversation"].tolist()), ck.detect(texts)


def report(
    messages: pd.DataFrame, labels: pd.DataFrame, found: pd.DataFrame, alone: pd.DataFrame, by_spelling: bool = True
) -> pd.DataFrame:
    """Prints and gives the scores of `found`; of what was found `alone`, message by message, only the overall line."""
    texts, conversations = messages["text"].tolist(), messages["conversation"].tolist()
    scored = score(texts, labels, found, conversations)
    line = score(texts, labels, alone, conversations).loc[["all"]].rename(index={"all": "all, 逐条 one by one"})
    print(f"{len(texts):,} 条消息，{len(set(conversations)):,} 个会话 · messages, conversations; % [95 %]")
    print(as_told(pd.concat([scored, line])))
    if by_spelling:
        print(as_told(score_by("spelling", texts, labels, found)))
    return scored.assign(messages=len(texts))


TOLD = {
    "labels": "标注 labels",
    "found": "找出 found",
    "precision": "准确率 precision",
    "recall": "召回率 recall",
    "f1": "F1",
    "overlap_recall": "重叠召回 overlap recall",
    "overlap_f1": "重叠 overlap F1",
    "leaked": "漏出字符 leaked",
    "over_masked": "误遮字符 over-masked",
    "clean_touched": "误碰消息 clean touched",
}


def as_told(scored: pd.DataFrame) -> str:
    """The scores as a table of percentages with their intervals."""
    told = pd.DataFrame(index=scored.index.rename(None))
    for column, words in TOLD.items():
        if column not in scored or (column == "overlap_recall" and "overlap_f1" in scored):
            continue
        if f"{column}_low" not in scored:
            told[words] = [f"{count:,}" for count in scored[column]]
        else:
            places = 2 if column == "over_masked" else 1
            bounds = scored[[column, f"{column}_low", f"{column}_high"]].to_numpy(float) * 100
            told[words] = [
                "–" if np.isnan(share) else f"{share:.{places}f} [{low:.{places}f}, {high:.{places}f}]"
                for share, low, high in bounds
            ]
    return told.to_string()


def write(scored: pd.DataFrame, version: str, seed: int) -> None:
    """Keeps the overall figures where exports look for them; the comments of the file stay."""
    line = scored.loc["all"]
    comments = [told for told in MEASURED.read_text("utf-8").splitlines(keepends=True) if told.startswith("#")]
    MEASURED.write_text(
        "".join(comments)
        + f"""detector = "{version}"
measured_on = {date.today().isoformat()}
data = "synthetic_data, held-back patterns, seed {seed}"
f1 = {line["f1"]:.4f}
leaked = {line["leaked"]:.4f}
over_masked = {line["over_masked"]:.5f}
messages = {line["messages"]:.0f}
""",
        "utf-8",
    )
    print(f"\n已写入 · written: {MEASURED.name}")


# ---- speed


def mixed(seed: int, rows: int) -> pd.Series:
    """A column of messages drawn from generated ones, PERSONAL of them with personal data; each its own object."""
    made = generated(seed, max(10_000, rows // 3))
    texts = made.messages["text"].to_numpy(object)
    personal = np.zeros(len(texts), bool)
    personal[made.labels["row"].to_numpy(int)] = True
    rng = np.random.default_rng(seed)
    many = round(rows * PERSONAL)
    drawn = np.concatenate([rng.choice(texts[personal], many), rng.choice(texts[~personal], rows - many)])
    rng.shuffle(drawn)
    return pd.Series([text.encode().decode() for text in drawn], dtype=object, name="text")


@dataclass(frozen=True)
class Contender:
    """Something that masks or finds: how it is run, on how many bytes, and which rows it changes."""

    name: str
    run: Callable[[], Any]
    size: int
    touched: Callable[[Any], Iterable[bool]]


def contenders(column: pd.Series) -> Iterator[Contender]:
    """Ours, the chain that all are compared with, and what is installed."""
    texts, arrow = column.tolist(), column.astype("string[pyarrow]")
    size = bytes_of(texts)

    def changed(result: pd.Series | list[str]) -> np.ndarray:
        return np.array(result, object) != column.to_numpy(object)

    yield Contender("六个正则，pandas · six-regex chain", partial(chain, column), size, changed)
    yield Contender("合并成一个正则 · one combined re", partial(combined, texts), size, changed)
    for words, asked in ASKED.items():
        for dtype, given in (("object", column), ("string[pyarrow]", arrow)):
            yield Contender(f"chatkit {words}, {dtype}", partial(ck.mask_text, given, **asked), size, changed)
    sample = texts[:SAMPLE]
    for name, (needed, build) in LIBRARIES.items():
        if not all(map(find_spec, needed)):
            print(f"未安装，未测 · not installed, not measured: {name}")
            continue
        try:
            find = build()
        except Exception as error:  # whatever another library does when it cannot run here
            print(f"无法运行 · cannot run here: {name}: {type(error).__name__}: {error}")
            continue
        words = f"{name}（{len(sample):,} 行样本 · sample of {len(sample):,} rows）"
        yield Contender(words, partial(find, sample), bytes_of(sample), lambda found: found)


def bytes_of(texts: Iterable[str]) -> int:
    """Their length in UTF-8."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def compare(column: pd.Series, rounds: int) -> None:
    """One unmeasured pass, then round after round; ratios are to the chain of the same round."""
    head("速度，一个核", "speed, one core")
    print(
        f"{len(column):,} 行，{column.nunique():,} 种，{bytes_of(column) / 1e6:.1f} MB，{PERSONAL:.0%} 含个人信息；"
        f"{rounds} 轮的中位数 · rows, distinct, UTF-8, with personal data; medians of {rounds} rounds"
    )
    field = list(contenders(column))
    touched = [np.mean(list(one.touched(one.run()))) for one in field]
    wall, cpu = np.zeros((2, rounds, len(field)))
    for number in range(rounds):
        for place, one in enumerate(field):
            gc.collect()
            began, began_cpu = time.perf_counter(), time.process_time()
            one.run()
            wall[number, place] = (time.perf_counter() - began) / one.size
            cpu[number, place] = (time.process_time() - began_cpu) / one.size
    told = pd.DataFrame(
        {
            "MB/s": [f"{1e-6 / seconds:.3g}" for seconds in np.median(wall, axis=0)],
            "× 六个正则 × chain": [f"{ratio:.3g}" for ratio in np.median(wall[:, :1] / wall, axis=0)],
            "× (CPU)": [f"{ratio:.3g}" for ratio in np.median(cpu[:, :1] / cpu, axis=0)],
            "改动的行 rows touched": [f"{share:.1%}" for share in touched],
        },
        index=[one.name for one in field],
    )
    print(told.to_string())


# ---- what the parts share


def wide_tables() -> None:
    """Tables are printed whole, a Chinese character two columns wide."""
    pd.set_option("display.unicode.east_asian_width", True, "display.width", 250, "display.max_columns", 30)


def on_one_core() -> None:
    """From here on this process, and Arrow in it, has one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)


def alone(about: str | None, rows: int) -> argparse.Namespace:
    """The rows and rounds that a part of the bench is asked for on its own, when the process is ready to measure."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    wide_tables()
    on_one_core()
    return given


# ---- memory and start


def in_its_own_process(expression: str, module: str = "bench") -> list[float]:
    """The numbers that an expression in a module of the bench gives in a new interpreter."""
    code = f"import {module}; print(*{module}.{expression})"
    told = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True).stdout
    return [float(number) for number in told.split()]


def memory(column: pd.Series) -> None:
    """The most memory that masking takes beyond what was there, in multiples of the column."""
    head("内存", "memory")
    if not Path("/proc/self/clear_refs").exists():
        print("只在 Linux 上测 · measured on Linux only")
        return
    print(
        "新进程读入列，用千行预热，把内核记的峰值（VmHWM）清零，再遮全列：峰值减去起点（含结果），除以列的大小（memory_usage(deep=True)）"
        "\nA new process reads the column, warms up on a thousand rows, resets the kernel's high-water mark (VmHWM) and"
        "\nmasks the column: peak minus start (result included) as a multiple of the column (memory_usage(deep=True))."
    )
    column = pd.concat([column] * -(-200_000 // len(column)))  # in a small one, what is fixed would count most
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "column.arrow"
        feather.write_feather(pa.table({"text": pa.array(column, pa.large_string())}), file, compression="uncompressed")
        for dtype in ("object", "string[pyarrow]"):
            for words in ASKED:
                extra, size = in_its_own_process(f"peak({str(file)!r}, {dtype!r}, {words!r})")
                print(f"  {words}, {dtype}: × {extra / size:.2f} ({extra / 1e6:.0f} MB / {size / 1e6:.0f} MB)")


def peak(file: str, dtype: str, words: str) -> tuple[int, int]:
    """Bytes at the peak of masking the column beyond those before it, and bytes of the column."""
    table = feather.read_table(file)
    if dtype == "object":
        column = pd.Series(table["text"].to_pylist(), dtype=object)
    else:  # not by way of Python strings: the memory they leave free would hide what masking takes
        column = table.to_pandas(types_mapper=lambda _: pd.StringDtype("pyarrow"))["text"]
    ck.mask_text(column.head(1_000), **ASKED[words])
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)  # what the warm-up left free would hide what masking takes
    extra = extra_memory(lambda: ck.mask_text(column, **ASKED[words]))
    return extra, int(column.memory_usage(index=False, deep=True))


def extra_memory(job: Callable[[], object]) -> int:
    """Bytes at the peak of a job beyond those before it, as the kernel counts them (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    job()
    return resident("VmHWM") - before


def resident(what: str) -> int:
    """Bytes of memory that the kernel counts for this process: VmRSS now, VmHWM at the most."""
    (told,) = re.findall(rf"{what}:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return 1024 * int(told)


def start() -> None:
    """How long a new process takes until the first text is searched."""
    head("启动", "start")
    pandas, kit, first, second = np.median([in_its_own_process("started()") for _ in range(3)], axis=0)
    print(
        f"导入 chatkit {kit:.2f} 秒（在 numpy、pandas、pyarrow 的 {pandas:.2f} 秒之后），"
        f"第一次检测（读表）{first * 1e3:.0f} 毫秒，第二次 {second * 1e3:.2f} 毫秒"
        f"\nimport of chatkit {kit:.2f} s (after {pandas:.2f} s for numpy, pandas, pyarrow), "
        f"first detection (reads the tables) {first * 1e3:.0f} ms, second {second * 1e3:.2f} ms"
    )


def started() -> list[float]:
    """Seconds to import pandas, then chatkit, then to detect for the first and the second time, in a new process."""
    code = """
import time; at = [time.perf_counter()]
import numpy, pandas, pyarrow; at.append(time.perf_counter())
import chatkit; at.append(time.perf_counter())
for _ in range(2): chatkit.detect(["我叫王小明，电话16412345678"]); at.append(time.perf_counter())
print(*(b - a for a, b in zip(at, at[1:])))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return [float(number) for number in told.split()]


# ---- hostile strings

UNITS = (
    *(
        "1",
        "138 ",
        "1-",
        "12 ",
        "+86",
        "1380000",
        "1.",
        "1:",
        "192.0.2.",
        "2001:db8:",
        "路1号",
        "1号",
        "区县镇村",
        "省市",
    ),
    *(
        "和平路",
        "@",
        "a@",
        "a.",
        "a@a.",
        "[at]",
        "A-",
        "A",
        "微信",
        "微信a",
        "QQ1",
        "京A",
        "E1",
        "王",
        "王小",
        "我叫",
        "先生",
    ),
    *(
        "一二三",
        "壹",
        "一 ",
        "\u200b",
        "1\u200b",
        "1\ufe0f\u20e3",
        "①",
        "😂1",
        "\ud800",
        "1\ud83d",
        "電話",
        "（0",
        "转1",
        "\n",
        " ",
    ),
)


def hostile() -> None:
    """Time for strings of one unit again and again; linear is 10 from 100 kB to 1 MB."""
    head("恶意的长串", "hostile strings")
    digits = "".join(random.Random(SEED).choices("0123456789", k=1_000_000))
    told = {"随机数字 random digits": timed_by_size(lambda size: digits[:size])}
    for unit in UNITS:
        wide = bytes_of([unit])
        told[ascii(unit)[1:-1] if not unit.isprintable() else unit] = timed_by_size(
            lambda size, unit=unit, wide=wide: unit * (size // wide)
        )
    columns = ["10 kB", "100 kB", "1 MB", "1 MB / 100 kB"]
    table = pd.DataFrame(told.values(), index=list(told), columns=columns)
    print(table.to_string())
    ratios = pd.to_numeric(table[columns[-1]], errors="coerce")
    print(
        f"最大 {ratios.max():.1f}（{ratios.idxmax()}），没有测完的 {ratios.isna().sum()} 个"
        f" · largest {ratios.max():.1f} ({ratios.idxmax()}), not finished: {ratios.isna().sum()}"
    )


def timed_by_size(make: Callable[[int], str]) -> list[str]:
    """Seconds of three sizes and the ratio of the last two; what would take too long is left out."""
    seconds: list[float] = []
    trouble = ""
    for size in (10_000, 100_000, 1_000_000):
        text = make(size)
        if len(seconds) == 2 and seconds[1] ** 2 / seconds[0] > 20:  # what is to be expected of the third
            trouble = "太慢 too slow"
            break
        try:
            seconds.append(min(timed(text) for _ in range(3)))  # the first pays for memory that is new
        except Exception as error:  # a string that breaks the detector is a result, too
            trouble = type(error).__name__
            break
    told = [f"{s:.4f}" for s in seconds]
    return [*told, *[trouble] * (4 - len(told))] if trouble else [*told, f"{seconds[2] / seconds[1]:.1f}"]


def timed(text: str) -> float:
    """Seconds to detect in one text."""
    began = time.perf_counter()
    ck.detect([text])
    return time.perf_counter() - began


# ---- the classroom


def homework(trainees: int) -> None:
    """Reading and scoring submissions, beside the time it took to play and pack them."""
    head(f"{trainees} 份作业", f"{trainees} submissions")
    with tempfile.TemporaryDirectory() as folder:
        played, scored, _ = generate_and_score(Path(folder), trainees, "keep")
    print(
        f"做完并打包 {played:.1f} 秒，读出并评分 {scored:.1f} 秒"
        f"\nplayed and packed in {played:.1f} s, read and scored in {scored:.1f} s"
    )


if __name__ == "__main__":
    main()
