"""Builds chatkit/findings/lexicon.npz, the statistics behind names and addresses (``make lexicon``).

Every number comes from data that packages ship under licences that fit MIT; the packages are needed here only (pip install --editable '.[lexicon]'):
jionlp (Apache-2.0): counts of words. jieba (MIT): which of them are ordinary words. ngender (MIT): counts of the
characters of given names. faker (MIT): shares of surnames. cpca (MIT): divisions. opencc-python-reimplemented
(Apache-2.0): traditional characters. What real people's names contribute are sums over millions; no list of names.
"""

from __future__ import annotations

import csv
import json
import math
import re
import zipfile
from collections import Counter
from importlib.metadata import files as files_of
from importlib.resources import files
from pathlib import Path

import numpy as np
from faker.providers.person.zh_CN import Provider

OUT = Path(__file__).parent.parent / "chatkit" / "findings" / "lexicon.npz"
LEAST = {1: 1, 2: 500, 3: 1000, 4: 1000}  # a word is kept from this count on, by its length
COMPOUND = (
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 司徒 端木 南宫 长孙 宇文 轩辕 独孤 司空 百里 呼延 申屠 太史 "
    "澹台 公冶 宗政 濮阳 淳于 单于 仲孙 钟离 鲜于 闾丘 亓官 拓跋 西门 东郭 南门 公羊 赫连 万俟 闻人 夹谷 第五 完颜 纳兰 "
    "左丘 相里 佟佳 叶赫 梁丘 谷梁 公西 漆雕 乐正 巫马 微生 羊舌 段干 达奚 褚师 南荣"
).split()
SELDOM = (  # surnames that faker's table lacks; each counts 0.003 percent
    "佟亓逄郇贡逯秘芈禤迮滑訾乜揣邝麴锺郄厍巢逢郦郯勒逊隗菅鄯糜酆殳瓮粘召母苻岱佴苌后竺谯笪督蔚越夔墨宓阙宰璩扶堵通羊汲邴松占鱼雒綦毋钮能言"
    "火酒储蓬义库聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查荆红游竺权逯盖益桓公仉督岳帅缑亢况郈有琴归海晋楚闫法汝鄢涂钦商牟佘佴伯赏"
    "墨哈谯笪年爱阳佟言福邸禹蒿茹习艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越隆师巩厍牧山谷车侯宓全郗班仰秋仲伊宫"
    "宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴郁胥苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温"
    "别庄晏柴瞿阎充慕连茹习宦艾初乐迟鹿展来仝揭官苟冼麦植檀由栗甄佘岑钮卜粟矫尉隋鱼花曲木子时水付肖丘闫揭纳凤贝滚卯铁虎买喜蚁资招妫归雍火战海么门秋腾撒忽勾锁锡卿力丹仁佰伟俸侴俎俱刀刑勒召字宣宾寸尔岐峨巨底弥弋归律忻忽悦扬招拉拓掌撒旷映晨朝未朵条杞枚柏栋格梅楠槐檀欣步毓沃沐泉泥泽洗浮海涌淡温源滑漆潭澹潮烈然牵犹狐猛玄玛珠班琚瑞生甫由畅登盈盍直相眭睢矣砂硕碧社祈祭秘移税笃策箕粘糟糕终络绪缑缪罕翼耀胜能臣良芦苌苦英茆荀荐药莎菊蓉蓟蔚蔺虔蛮补褒要觉言誉诗谏豹贵赏越跃辅迮逮遇遥邝邰郐郤鄞酒里野釜钊钞银锁镡闪间隐雀雒雪零霄静革鞠韵顺飞首香马驰高鬱鱼鲍麻黑齐门苑衣渠仵逄尧户智晚奉敬种操阮危"
    "弓昌经羿贲庹恽禚缴龑䶮勉剌撖衷拜庆过布侬展"
)
MORE = {
    "肖": 0.35,
    "付": 0.25,
    "闫": 0.3,
    "丘": 0.05,
    "代": 0.06,
    "兰": 0.1,
    "邱": 0.25,
    "于": 0.5,
    "尤": 0.05,
    "占": 0.02,
    "綦": 0.01,
}
HAN = re.compile("[\u4e00-\u9fff]+")


def build() -> None:
    """Write the tables, smallest first."""
    surnames, given = _surnames(), _given()
    words = _words(surnames, given)
    names = sorted(_divisions())
    folds = sorted((ord(t), ord(s)) for t, s in _traditional().items())
    np.savez_compressed(
        OUT,
        words=np.array([_key(w) for w in words], np.uint64),
        word_logs=np.array(list(words.values()), np.float16),
        surnames=np.array([_key(s) for s in surnames], np.uint64),
        surname_logs=np.array(list(surnames.values()), np.float16),
        given=np.array([ord(c) for c in given], np.uint16),
        given_logs=np.array(list(given.values()), np.float16),
        divisions=np.frombuffer("\n".join(names).encode("utf-16-le"), np.uint16),
        folds=np.array(folds, np.uint16),
    )
    sizes = f"{len(words):,} words, {len(surnames)} surnames, {len(given):,} characters of given names"
    print(f"{OUT.name}: {OUT.stat().st_size / 1e6:.2f} MB, {sizes}, {len(names):,} divisions, {len(folds):,} folds")


def _key(word: str) -> int:
    """Up to four characters of the basic plane as one number."""
    return sum(ord(c) << 16 * n for n, c in enumerate(word))


def _surnames() -> dict[str, float]:
    """Surname → log of its share."""
    share = {s: 0.003 for s in SELDOM} | dict(Provider.last_names)
    share |= {s: 0.005 for s in COMPOUND if s not in share} | {"欧阳": 0.07} | MORE
    del share["阿"]  # 阿芳: what people are called, not what they are named
    total = sum(share.values())
    return {s: math.log(share[s] / total) for s in sorted(share)}


def _given() -> dict[str, float]:
    """Character → log of its share among the characters of given names."""
    with (_package("ngender") / "charfreq.csv").open(encoding="utf-8") as file:
        count = {r["char"]: int(r["male"]) + int(r["female"]) for r in csv.DictReader(file)}
    total = sum(count.values())
    return {c: math.log(n / total) for c, n in sorted(count.items()) if n >= 20 and HAN.fullmatch(c)}


def _words(surnames: dict[str, float], given: dict[str, float]) -> dict[str, float]:
    """Word → log of its share. Names of real people would suppress themselves and stay out."""
    with zipfile.ZipFile(_package("jionlp") / "dictionary" / "word_distribution.zip") as archive:
        lines = archive.read(archive.namelist()[0]).decode("utf-8").splitlines()
    count = Counter({w: n for w, n in (json.loads(line) for line in lines if line.strip()) if HAN.fullmatch(w)})
    tagged = {}
    with (_package("jieba") / "dict.txt").open(encoding="utf-8") as file:
        for line in file:
            word, _, tag = line.split()
            tagged[word] = tag
    total = sum(count.values())
    kept = {}
    for word in sorted(count):
        if not 1 <= len(word) <= 4 or count[word] < LEAST[len(word)]:
            continue
        ordinary = word in tagged and not tagged[word].startswith("nr")
        if len(word) in (2, 3) and not ordinary and word[0] in surnames:
            by_chance = surnames[word[0]] + sum(given.get(c, -18.0) for c in word[1:])
            if math.log(count[word]) < by_chance + math.log(1e9):  # as frequent as such a name is: a name
                continue
        kept[word] = math.log(count[word] / total)
    return kept


def _divisions() -> set[str]:
    """Provinces, cities and districts with and without their suffix."""
    with (_package("cpca") / "resources" / "adcodes.csv").open(encoding="utf-8") as file:
        names = {r["name"] for r in csv.DictReader(file)}
    names = {
        n for n in names if HAN.fullmatch(n) and 2 <= len(n) <= 12 and n not in ("市辖区", "县", "省直辖县级行政区划")
    }
    short = {re.sub("(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区)$", "", n) for n in names}
    return names | {n for n in short if len(n) >= 2}


def _traditional() -> dict[str, str]:
    """Traditional → simplified, one character to one. 幺 and 么 stay: the first is a numeral."""
    folds = {}
    for line in (_package("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0]
        if len(traditional) == len(first) == 1 and traditional != first and max(traditional, first) < "\uffff":
            folds[traditional] = first
    return {t: s for t, s in folds.items() if t not in "幺么乾著於"} | {"於": "于"}


def _package(name: str) -> Path:
    return Path(str(files(name))) if name != "ngender" else Path(str(_located("ngender", "charfreq.csv"))).parent


def _located(package: str, file: str) -> object:
    """Where a file of a package lies that cannot be imported as it is."""
    return next(f.locate() for f in files_of(package) or [] if f.name == file)


if __name__ == "__main__":
    build()
