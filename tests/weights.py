"""Fits chatkit/findings/weights.toml and contexts.toml: what speaks for a possible name, and how much (``make weights``).

The data: nine sets of conversations written for it (tests/tuning), generated messages of patterns that are not held
back, invented businesses and ordinary words, in which there is no name, and names that a word calls for. The model: of the candidates that
overlap, and of no name at all, one is right; their scores are the logarithms of the odds (a softmax), regularised.
Each feature has two weights, for what may well be words and for what is hardly anything but a name.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scoring import read_marked

import synthetic_data
from chatkit.findings import contexts, names, turns
from chatkit.findings.folding import pages
from chatkit.findings.lexicon import LEXICON

HERE = Path(__file__).parent
OUT = HERE.parent / "chatkit" / "findings"
SEED, STEPS = 101, 1500
RIDGE, RIDGE_BESIDE = 0.3, 0.6
LEAST = 3  # times that signs must have stood beside a candidate to be weighed
SLIGHT = 0.05  # a weight below this is left out of the table
Labels = Iterable[tuple[int, int, int, str]]
BUSINESSES = (
    "大酒店 酒店 宾馆 饭店 国际酒店 商务酒店 烤鸭店 饭庄 火锅店 私房菜 餐厅 酒楼 艺术馆 纪念馆 故居 公园 广场 大厦 小吃店 包子铺 麻辣烫 牛肉面 药房 口腔诊所 集团 "
    "有限公司 科技公司 理发店 摄影工作室 中学 小学 路小学 森林公园 风景区 度假村 山庄 家具城 眼镜店 面馆 烤肉 菜馆"
).split()
ABOUT_BUSINESSES = (
    "我推荐您去{}，评分4.5|住在{}，离地铁近|周边的餐馆有{}, {}, {}。|好的，{}的人均消费是多少|{}还不错，可以吃烤鸭|那{}附近有什么景点吗|"
    "帮我订{}今晚一间|在{}门口等|{}的电话是多少|为您找到了{}和{}|想去{}看看|昨天在{}买的，发票还没开"
).split("|")
AROUND_NAMES = (
    "我叫{} 我是{} 姓名{} 姓名：{} 收货人{} 收货人：{} 收件人{} 联系人：{} 联系人{} 就诊人{} 就诊人：{} 患者{} 乘客{} 名字是{} 我老公叫{} 她叫{} 他叫{}，男 "
    "叫{} 户名：{} 户名{} 投保人{} 入住人：{} 预订人{} 持卡人{} 我的名字叫{} 孩子叫{} 本人{} 车主{} 学员{} 找{}收 {}先生 {}女士 {}医生 请转{}老师"
).split()
AROUND_WORDS = (
    "{}了 {}的 很{} {} 我{} {}吧 {}吗 不{} 那{} {}啊 太{}了 已经{}了 {}都可以 还是{} 有{}吗 你们{} 请{} {}一下 {}，好的 好的，{} 给我{} "
    "是{} 要{} 就{} 去{} 在{} 对{} 到{} 帮我{} 想{} 这个{} {}问题 {}。 {}、其他"
).split()


@dataclass(frozen=True)
class Choices:
    """Candidates (rows of features, the signs beside), the group of each, which are names, and each group's weight."""

    features: NDArray[np.float64]
    neighbours: contexts.Keys
    group: NDArray[np.int64]
    right: NDArray[np.float64]
    weight: NDArray[np.float64]


def choices(texts: Sequence[str], labels: Labels, conversations: Sequence[object] | None, weight: float) -> Choices:
    """The candidates of these texts; those inside other personal data are left out."""
    talk = turns.Talk(texts, list(conversations), {"NAME"}) if conversations is not None else None
    spans: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for row, start, end, entity in labels:
        spans[row].append((start, end, entity))
    features, neighbours, rows = [], [], defaultdict(list)
    for page in pages(texts):
        found = names.candidates(page, talk.asked_for_name(page) if talk else None)
        at = zip(*(part.tolist() for part in page.original(found.starts, found.ends)), strict=True)
        sure = found.sure[:, None]
        table = np.hstack([found.features * (1 - sure), found.features * sure])
        for n, (row, start, end) in enumerate(at):
            if not any(e != "NAME" and start < last and end > first for first, last, e in spans[row]):
                rows[row].append((start, end, (start, end, "NAME") in spans[row], len(features)))
                features.append(table[n])
                neighbours.append(found.neighbours[n])
    member, group, right, groups = [], [], [], 0
    for candidates in rows.values():
        free = sorted(candidates)
        for start, end, name, _ in candidates:
            if name:
                rivals = [c for c in candidates if c[0] < end and c[1] > start]
                member += [c[3] for c in rivals]
                right += [c[:3] == (start, end, True) for c in rivals]
                group += [groups] * len(rivals)
                groups, free = groups + 1, [c for c in free if c not in rivals]
        reach = -1
        for start, end, _, n in free:
            groups += start >= reach
            reach = max(reach, end)
            member, group, right = [*member, n], [*group, groups - 1], [*right, False]
    table = np.array(features, float)[member] if member else np.zeros((0, 2 * len(names.FEATURES)))
    keys = np.array(neighbours)[member] if member else np.zeros((0, len(contexts.SIDES)), np.uint64)
    return Choices(table, keys, np.array(group, int), np.array(right, float), np.full(groups, weight))


def fitted(parts: Sequence[Choices]) -> tuple[NDArray[np.float64], list[dict[int, float]]]:
    """The weights of the features and, for each side, of the signs beside, by gradient descent with momentum (Adam)."""
    before = np.cumsum([0, *(part.weight.size for part in parts)])
    features = np.vstack([part.features for part in parts])
    group = np.concatenate([part.group + n for part, n in zip(parts, before, strict=False)])
    right, weight = np.concatenate([p.right for p in parts]), np.concatenate([p.weight for p in parts])
    wide = features.shape[1]
    # a column more for each sign or pair of signs that stands beside LEAST candidates and more; one for all others
    known, columns, last = [], [], wide + 1
    for side in np.vstack([part.neighbours for part in parts]).T:
        keys, place, count = np.unique(side, return_inverse=True, return_counts=True)
        often = count >= LEAST
        column = np.where(often, last + np.cumsum(often) - 1, wide)
        known.append((last, keys[often]))
        columns.append(column[place])
        last += int(often.sum())
    beside = np.stack(columns)
    ridge = np.concatenate([np.full(wide, RIDGE), np.full(last - wide, RIDGE_BESIDE)])
    found = np.zeros(last)
    slope, spread = np.zeros_like(found), np.zeros_like(found)
    for step in range(STEPS):
        score = features @ found[:wide] + found[beside].sum(axis=0)
        highest = np.zeros(weight.size)
        np.maximum.at(highest, group, score)
        odds = np.exp(score - highest[group])
        share = odds / (np.exp(-highest) + np.bincount(group, odds, weight.size))[group]
        error = weight[group] * (share - right)
        gradient = ridge * found
        gradient[:wide] += features.T @ error
        for column in beside:
            gradient += np.bincount(column, error, last)
        gradient[wide] = 0  # what is seldom beside a name speaks neither for nor against one
        slope, spread = 0.9 * slope + 0.1 * gradient, 0.999 * spread + 0.001 * gradient**2
        rate = 0.05 * (1 - step / STEPS) + 0.001
        found -= rate * (slope / (1 - 0.9 ** (step + 1))) / (np.sqrt(spread / (1 - 0.999 ** (step + 1))) + 1e-8)
    sides = [dict(zip(keys.tolist(), found[first:].tolist(), strict=False)) for first, keys in known]
    return found[:wide], sides


def businesses(random_: random.Random) -> list[str]:
    """Lines about businesses that bear a person's name."""
    surnames, shares = zip(*LEXICON.surnames.items(), strict=True)
    given = [c for c in range(0x4E00, 0x9FA0) if LEXICON.given[c] > -8]

    def business() -> str:
        family = random_.choices(surnames, [math.exp(s) for s in shares])[0]
        chosen = random_.choices(given, [math.exp(LEXICON.given[c]) for c in given], k=random_.choice((1, 2, 2)))
        name = family + "".join(map(chr, chosen))
        branch = random_.choice(("{}(万达店)", "{}（王府井店）", "{}(西单店)")).format(name)
        return branch if random_.random() < 0.35 else name + random_.choice(BUSINESSES)

    chosen = [random_.choice(ABOUT_BUSINESSES) for _ in range(500)]
    return [line.format(*(business() for _ in range(line.count("{}")))) for line in chosen]


def words(random_: random.Random) -> list[str]:
    """Lines with ordinary words that begin like a name."""
    table = LEXICON.words_with_logs()
    begun = [(w, log) for w, log in table if len(w) in (2, 3) and w[0] in LEXICON.surnames and log > -12]
    chosen = random_.choices([w for w, _ in begun], [math.exp(log / 2) for _, log in begun], k=4000)
    return [random_.choice(AROUND_WORDS).format(word) for word in chosen]


def called(random_: random.Random) -> tuple[list[str], list[tuple[int, int, int, str]]]:
    """Lines in which a word calls for a name, with the names; a tenth of them are words too."""
    surnames, shares = zip(*LEXICON.surnames.items(), strict=True)
    given = [c for c in range(0x4E00, 0x9FA0) if LEXICON.given[c] > -9]
    odds = [math.exp(LEXICON.given[c]) for c in given]
    wordy = [w for w, log in LEXICON.words_with_logs() if len(w) == 2 and w[0] in LEXICON.surnames and -13 < log < -9.5]
    lines, labels = [], []
    for row in range(1_500):
        family = random_.choices(surnames, [math.exp(s) for s in shares])[0]
        name = family + "".join(map(chr, random_.choices(given, odds, k=random_.choice((1, 2, 2)))))
        name = random_.choice(wordy) if random_.random() < 0.1 else name
        line = random_.choice(AROUND_NAMES)
        labels.append((row, line.index("{"), line.index("{") + len(name), "NAME"))
        lines.append(line.format(name))
    return lines, labels


def main() -> None:
    """Fit and write."""
    parts = []
    for path in sorted((HERE / "tuning").glob("*.txt")):
        messages, labels = read_marked(path)
        spans = labels[["row", "start", "end", "entity"]].itertuples(index=False, name=None)
        difficult = path.stem in "abf"  # full of names that are words: half of what people write is not
        parts.append(
            choices(messages["text"].tolist(), spans, messages["conversation"].tolist(), 0.6 if difficult else 1)
        )
    chunks = list(synthetic_data.generate(conversations=2000, seed=SEED))
    messages = pd.concat([chunk["messages"] for chunk in chunks], ignore_index=True)
    labels = pd.concat([chunk["labels"] for chunk in chunks], ignore_index=True)
    # held-back messages are not looked at: they are emptied, so that the turns around them stay in their places
    texts = messages["text"].where(~messages["held_back"], "").tolist()
    held = set(messages.loc[messages["held_back"], "message_id"])
    place = dict(zip(messages["message_id"], range(len(messages)), strict=True))
    spans = [
        (place[m], s, e, k)
        for m, s, e, k in labels[["message_id", "start", "end", "entity"]].itertuples(index=False, name=None)
        if m not in held
    ]
    parts.append(choices(texts, spans, messages["conversation_id"].tolist(), 0.25))
    parts.append(choices(businesses(random.Random(5)), [], None, 0.4))
    parts.append(choices(words(random.Random(7)), [], None, 0.1))
    parts.append(choices(*called(random.Random(9)), None, 0.1))
    found, sides = fitted(parts)
    ordinary, sure = np.split(found, 2)
    lines = [f"{f} = [{a:.2f}, {b:.2f}]" for f, a, b in zip(names.FEATURES, ordinary, sure, strict=True)]
    write("weights.toml", lines)
    lines = []
    for side, weights in zip(contexts.SIDES, sides, strict=True):
        told = {contexts.signs(key): weight for key, weight in weights.items() if abs(weight) >= SLIGHT}
        lines += [f"[{side}]", *(f"{json.dumps(key, ensure_ascii=False)} = {told[key]:.2f}" for key in sorted(told))]
    write("contexts.toml", lines)


def write(name: str, lines: list[str]) -> None:
    """One of the tables."""
    draft = OUT / f"{name}.tmp"
    draft.write_text("# 由 make weights 生成 · made by make weights\n" + "\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(OUT / name)
    print(f"{name}: {len(lines)}", file=sys.stderr)


if __name__ == "__main__":
    main()
