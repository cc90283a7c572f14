"""Places: the words and patterns of which Chinese addresses are made.

Every repeat is bounded. A name is a few Han characters without function words; what follows it says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .folding import Codes, Page, Positions
from .lexicon import LEXICON, flags

HAN = "\u4e00-\u9fff"
NUMERAL = "一二三四五六七八九十"
ROAD = "大街|大道|胡同|公路(?!港)|高速|路|街|巷|弄|道"
TOWN = "街道|镇|乡|开发区|高新区|新区|示范区|园区|工业区|度假区|商务区|保税区|林场|农场|旗"
VILLAGE = "村(?:村?民委员会|村?委会?)|自然村|村|屯|寨|堡"
STRONG = (  # nothing but a building or an estate ends so
    "小区|花园|家园|公寓|大厦|新村|新城|新苑|新座|名邸|名都|名苑|名城|名居|公馆|国际|世纪|中心|广场|山庄|庄园|豪庭|华庭|华府|佳苑|雅苑|嘉苑|家属院|宿舍楼?|"
    "社区|别墅|大楼|写字楼|科技园|产业园|工业园|软件园|创业园|创意园|商城|市场|购物中心|酒店|饭店|宾馆|学校|校区|居民楼|街坊|停车场|艺术区|物流园|大院|码头|厂区|门市|壹号(?=[0-9])"
)
WEAK = "苑|庭|府|湾|城|园|邨|坊|居|轩|阁|墅|里|郡|邸|寓|厦|院|庄|塔|岸|厂|仓库|仓|条|沿|楼(?![下上头梯道管])|馆|桥"
_NOT_IN_NAME = "的了我你您他她它是就也请给吗呢吧啊这那哪么谁寄送没不说把被让秒几些在到"
_WORD = rf"[{HAN}](?<![{_NOT_IN_NAME}])"
_NAME = rf"(?:{_WORD}|[0-9A-Za-z])"
_GOES_ON = "小区|社区|组|花园|家园|公寓|大厦|广场|大街|大道|街道|胡同|国际|新村|村|[路街巷镇乡]|里(?=[0-9])"  # a longer word: 锦里|路, 金寨|小区
_PART = rf"(?:[{NUMERAL}0-9]{{1,2}}期|[东西南北中A-Za-z{NUMERAL}]{{1,2}}区|[东西南北中]?区)?"
_STRETCH = rf"(?:[东西南北中]?[{NUMERAL}]?段|[东西南北中](?= ?[0-9])|[头尾内口](?=[0-9甲乙]))?"
SEGMENT = re.compile(
    rf" ?(?P<name>(?!门口|楼下)(?:[0-9A-Za-z]{{1,5}}(?={_WORD}{_WORD}))?{_WORD}{_NAME}{{0,9}}?)"
    rf"(?:(?P<town>{TOWN})|(?P<road>(?:{ROAD})(?![路街巷]|胡同){_STRETCH}(?P<crossing>路口|口(?![0-9]))?(?!由器?|上|过|线图|程|街道|公园|小学|中学))"
    rf"|(?P<village>(?:{VILLAGE})(?!{_GOES_ON})|(?<=[{HAN}])组(?![织成合装长员]))"
    rf"|(?P<estate>(?:{STRONG}){_PART}|(?:{WEAK})(?!{_GOES_ON}){_PART}))"
)
SPOT = re.compile(
    rf"(?:{_WORD}){{1,6}}?(?=[甲乙丙丁附]?[0-9]{{1,4}}(?:-[0-9]{{1,3}})?号)"
)  # behind a village or a road
BARE = re.compile(  # an estate whose name tells nothing: 锦绣湖畔二期9幢1703
    rf" ?(?P<name>(?:{_WORD}){{2,10}}?)(?=[{NUMERAL}0-9A-Za-z]{{1,3}}(?:期|区|组团)|[0-9A-Za-z]{{1,4}}(?:栋|幢|号楼|座|单元)|[0-9]{{1,2}}[楼层]"
    r"|(?![48]00-)[0-9]{1,3}[-—#][0-9]{1,3}[-—#][0-9]{1,4}(?![0-9]))"
)
NUMBER = (
    rf"(?:[甲乙丙丁临附新老东西南北]?[A-Za-z]?[0-9]{{1,5}}(?:[-/~、至][0-9A-Za-z]{{1,4}}){{0,3}}[A-Za-z]?"
    rf"|[甲乙丙丁负]?[{NUMERAL}百零〇]{{1,4}}|地下[{NUMERAL}]?|[A-Za-z][0-9]?|[甲乙丙丁戊])"
)
UNIT = (
    "号 ?楼(?![下上头梯道管])|号院|号?(?:门面|门市|铺面|店面|商铺|车位|展位|柜台|窗口|冷库|卸货口)|号[柱场床岛]|号门(?!口)|号厅|号铺|号库|号仓|号柜|号房|号车间|号档口|号|支弄|弄|[栋幢](?:楼(?![下上头梯道管]))?|座|塔|单元|门洞|门(?!口|诊|卫|面)|室|层|楼(?![下上梯道管])|组团|组|队|排|期|区|舍|铺|仓|库|[Ff]|院|委|社|条|巷|街坊|街|地块|厅|馆"
    "|诊室|教室|会议室|办公室|病房|档(?![次案期])|车间|机位|摊位|档口|车库|房(?!东|主|间|产|子|租|号|贷)|户(?!主|名|口|型|籍)"
)
_SIDE = (
    r"[东西南北](?:单元|户|区|门|座|楼|院|塔|段|栋|幢)|[左右]手边?|[东西南北](?:侧|边)(?=[\u4e00-\u9fff0-9]{2})"
    r"|(?<=[楼层栋幢座口])[东西南北](?:侧|边)|(?<=[楼层])[东西左右](?![\u4e00-\u9fff])|[甲乙丙丁东西南北左右]梯(?=[0-9])"
    r"|(?:门市|门面|店面|商铺|底商|厂区)(?=[0-9])|地下室|大堂|档口|(?<=[楼层室号座栋厦心])(?:前台|服务台|传达室|办公室|会议室|值班室|收发室|门卫室|大厅)|[前后]门(?![\u4e00-\u9fff])"
)
_CORNER = r"(?:[东西南北]{2}角)?"
_MEETING = r"交叉路?口|交[汇会]处?|交口|交界处?|[丁十]字路?口|十字|拐角|路口|口"
# What may follow 号 and nothing else: 2号店, 3号线, 15号上午; what follows a count: 3层的, 5天.
_NO_DOOR = "(?<=号)(?![线店机码函馆早晚床])|(?<!号)(?![元块个件天年月半份线店机])"
TAIL = re.compile(
    rf"(?P<unit> ?第?{NUMBER} ?(?:{UNIT})(?:之[{NUMERAL}0-9])?(?:[甲乙丙丁](?!单元|栋|幢|库|座|楼))?(?:(?<=[座楼层])[A-Z](?![A-Za-z0-9区座栋馆厅]))?(?:{_NO_DOOR}))"
    rf"|(?P<chain> ?(?:{NUMBER}|)(?:[-—#](?:[0-9A-Za-z]{{1,5}}|[甲乙丙丁](?=[-—#]))){{1,4}}(?![0-9A-Za-z]))"
    r"|(?P<room> ?[A-Za-z]?[0-9]{3,4}[A-Za-z]?(?![0-9A-Za-z.元块个件天年月日米分折%:/亩平多余人名家种间位斤克篇部集款套场次级-]))"
    r"|(?P<lettered> ?[0-9]{1,3}[A-Za-z](?![0-9A-Za-z])|(?<=[城楼层座库])[A-Z][0-9]{1,3}(?![0-9A-Za-z]))"
    rf"|(?P<side> ?(?:{_SIDE}|首层|顶层|底楼|架空层|地下车库|地库(?:[A-Z]?[0-9]{{1,3}})?|附近(?=[{HAN}]{{2,8}}[0-9])|(?:[东西南北中]段)?(?:交叉路?口|交[汇会]处?|交口|[丁十]字路?口|拐角){_CORNER}|(?:丰巢|快递|智能)柜)"
    rf"(?:往?[东南西北]{{1,2}}(?:角|侧)?(?=[0-9往]))?(?:[0-9]{{1,4}}(?:米|公里))?处?(?:路[东西南北])?)"
    rf"|(?P<cross>[与和](?:{_WORD}){{1,8}}?(?:{ROAD})(?![路街巷道])(?:[东西南北中]段)?(?:(?:{_MEETING}){_CORNER})?(?![0-9]))"
    r"|(?P<far>[往向]?[东南西北]{0,2}(?:行|走)?[0-9]{1,4}(?:米|公里)处?(?:路[东西南北])?|[往向][东南西北]{1,2}(?=[0-9])|[东南西北]{1,2}[角侧](?=[0-9]))"
    r"|(?P<note>\([^()\uffff\n]{2,24}\))"
)
NOTE = re.compile(
    r"\((?:近|地铁|距|原|[^()]*(?:路|街|站|口|旁|对面|楼|店|侧|门|隔壁|号|馆|院|米|内|场|区|寺|桥|东|西|南|北))[^()]*\)$"
)
CUE = re.compile(
    r"(?:地址|住址|位置|地点|坐标|(?:收货|寄件|发货|收件|装机|安装)地址?|目的地|起点|终点)(?:还是|就是|是在|是|为|改成|改为|换成|改到|填|写的?|在|:|的)?(?:在|:)?|位于|坐落[在于]|住在|家在|搬到|搬去|搬|"
    r"(?:寄|送|发|改|换|放|派|挪|拉|运|迁|约|停|跑)(?:到|去|往|在|给|回)|(?:登记|填|写|改|选)(?:成|为|的是|的)|显示(?:在|为|是)?|(?:导航|定位)(?:到|去)|"
    r"(?:(?<![居])住(?!宅|院|友)|(?<![所潜])在|(?<![达拉])到|[是给往去]|(?<![未由])来(?!广|安|宾|凤|福|龙)|从(?!化|江)|(?<=[我你他她们])上|寄|(?<![解开])放|送)(?![镇乡村路街道巷])|我们?家|老家|家里|单位|公司|那边|这边|里面|靠近|知道|房子嘛|或者|直接说|说|导航|要(?!庄)|[去走路]过|麻烦|帮忙?|请|快递|邮寄|就写|写"
)
CALLED = re.compile(r"(?:地址|住址|位于|坐落|住在|家在|家住|寄到|寄往|送到|搬到|收货|位置|发到|邮寄|地点)")
FILLED = re.compile(r"(?:还是|就是|就|是|在|为|[改换][成为到]|填的?|写的?|:|的| |,|\n)*")
FILLING = "还就是在为改换填写:的 ,\n"  # what FILLED may begin with
REST = re.compile(
    rf"(?:[{HAN}](?<![的了我你您他她就也请给吗呢吧啊哪么])|[0-9A-Za-z]){{1,20}}(?:\([^()\uffff\n]{{2,40}}\))?(?=[,。;!?\n\uffff、])|\([^()\uffff\n]{{2,40}}\)"
)
GUARDED = "镇乡村路街道巷宅院友广安宾凤福龙化江庄"  # behind a cue they make it none
OPENING = re.compile(
    r"^(?:那|就|嗯|[0-9]单|哦|好的?|对|我们?|你们?|他们?|她|咱们?|新的|旧的|老的|现在|目前|还是|也是|一个|这个|那个|第[一二三]个|客户|收件|签收|退货|发货|维修|上门|工地|仓库)(?=[\u4e00-\u9fff]{2})"
)
STREET = re.compile("[路街道巷镇乡村园苑湾]|大街|大道|[东南西北中]路")
HOUSE, DOOR, ORDER = re.compile("[栋幢座]|单元|号"), re.compile("号|弄|院"), re.compile("(?:码|单|[^壹一]号)$")
LANE, NUMBERED = re.compile(f" ?[{NUMERAL}][巷街条]"), re.compile("号$|弄|号院|号之|组|队")
DIGITS, HANS, COUNTED = re.compile("[0-9]"), re.compile(f"[{HAN}]"), re.compile(f"[0-9{NUMERAL}A-Za-z]")
FARTHER = re.compile("米|期$|[0-9]{5}")
(
    COUNTING,
    AFTER,
    UNITISH,
    LOOSE,
    MOUTH,
    HYPHEN,
    ENDING,
    TOLD,
    ADMIN,
    PLACE,
    DIGIT,
    FORK,
    COMMA,
    CLOSING,
    WIDE,
    PARTING,
) = (1 << bit for bit in range(16))  # what a sign may be for an address


def _signs() -> NDArray[np.uint16]:
    """By code point what it may be, one bit each; COUNTING, AFTER and UNITISH are one place apart."""
    latin = "0123456789" + "".join(map(chr, [*range(65, 91), *range(97, 123)]))
    belonging = flags(map(chr, range(0x4E00, 0xA000))) | flags(f"{latin}-\u3400 \n,")
    signs = np.where(belonging, 0, PARTING).astype(np.uint16)
    for bit, characters in (
        (COUNTING, f"{latin}一二三四五六七八九十甲乙丙丁"),
        (AFTER, "路街道巷弄条里段同沿东西南北中头口舍坊畔号"),
        (AFTER, "区园寓厦村城邸都苑居馆际纪心场庄庭府湾邨坊轩阁墅郡岸峰台谷院屯寨堡营期镇"),
        (UNITISH, "栋幢座室层楼单弄舍排组院期区"),
        (LOOSE, " \n"),
        (MOUTH, "口处角"),
        (HYPHEN, "-"),
        (ENDING, "路街巷村组道"),
        (TOLD, "址于置"),
        (ADMIN, "区县市镇"),
        (PLACE, "省市区县镇乡村路街巷道号院园里庄"),
        (DIGIT, "0123456789"),
        (FORK, "路叉汇会拐"),
        (COMMA, ","),
        (CLOSING, "省市区县镇乡道路街巷村号弄苑园院楼栋城厦庄庭府湾"),
        (WIDE, "省市区县"),
    ):
        signs[flags(characters)] |= bit
    return signs


SIGNS = _signs()


@cache
def _divisions() -> tuple[dict[str, list[str]], re.Pattern[str]]:
    """By their first two characters divisions, districts also without 区 or 县, the longest first; how any begins."""
    names = set(LEXICON.divisions)
    names |= {n[:-1] for n in names if len(n) > 2 and n[-1] in "区县"}
    by_head: dict[str, list[str]] = {}
    for name in sorted((n for n in names if 2 <= len(n) <= 12), key=len, reverse=True):
        by_head.setdefault(name[:2], []).append(name)
    first, second = ("".join(sorted(set(signs))) for signs in zip(*by_head, strict=True))
    return by_head, re.compile(f"[{first}](?=[{second}])")


def divisions(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of what reads as a division, from every place in a stretch of the text."""
    for head in _divisions()[1].finditer(text, begin, end):
        if stop := division_at(text, head.start()):
            yield head.start(), stop


def division_at(text: str, at: int) -> int:
    """The end of the longest name of a division that begins at a place of the text; 0 where none does.

    >>> division_at("浙江省杭州市", 0), division_at("浙江省杭州市", 3), division_at("浙江省杭州市", 1)
    (3, 6, 0)
    """
    for name in _divisions()[0].get(text[at : at + 2], ()):
        if text.startswith(name, at):
            return at + len(name)
    return 0


class Worth:
    """What an address is made of, while it is read."""

    def __init__(self) -> None:
        self.division = self.town = self.road = self.village = self.estate = self.bare = False
        self.number = self.cross = self.strong = False
        self.units = 0

    def accepted(self, called: bool, apart: bool) -> bool:
        """Whether that is enough: street or estate level. ``apart``: nothing is glued to it on either side."""
        wide = self.division or self.town
        if self.cross or (self.road and (self.number or self.units > 0)):
            return True
        if self.estate and (self.units > 1 or ((self.units or self.number) and (wide or self.strong or apart))):
            return True
        if self.village and (self.number or self.town or (wide and called)):
            return True
        if (self.bare and (self.units >= 2 or (wide and self.units))) or (self.town and self.units):
            return True
        if wide and (self.road or self.number):
            return True
        return called and (
            (self.division and (self.town or self.estate or self.village)) or (self.road and self.estate)
        )


def seeds(page: Page) -> tuple[Positions, Positions]:
    """Where a core may be: a number behind a road or an estate, a unit behind a number, a crossing.

    And where signs stand that part an address from what is before it.
    """
    codes, sign = page.codes, SIGNS.take(page.codes)
    begins = np.flatnonzero(_counts(sign[:-1], sign[1:])) + 1
    rare = np.flatnonzero(sign & (LOOSE | MOUTH | HYPHEN | ENDING | TOLD | COMMA) > 0)
    kind = sign[rare]
    spaces = rare[codes[rare] == ord(" ")]  # 和平路 56 号, 3 单元
    spaced = spaces[_counts(sign[spaces - 1], sign[spaces + 1])] + 1
    crossings = rare[kind & MOUTH > 0]
    crossings = crossings[sign[crossings - 1] & FORK > 0]
    hyphens = rare[kind & HYPHEN > 0]
    hyphens = hyphens[sign[hyphens - 1] & sign[hyphens + 1] & DIGIT > 0]
    again = (codes[hyphens + 2] == ord("-")) | (codes[hyphens + 3] == ord("-"))  # 3-2-501; years are longer
    hyphens = hyphens[again & (sign[hyphens - 3] & sign[hyphens - 4] & DIGIT == 0)]
    roads = rare[kind & ENDING > 0]
    near = sum((sign[roads - step] & ADMIN for step in range(1, 13)), np.uint16(0))
    told = rare[kind & TOLD > 0]  # 地址, 住址, 位于, 位置
    before = codes[told - 1]
    address = (codes[told] == ord("址")) & ((before == ord("地")) | (before == ord("住")))
    called = told[address | (codes[told] != ord("址")) & (before == ord("位"))] + 1
    places = np.append(np.flatnonzero(sign & PLACE > 0), codes.size)
    called = called[places[np.searchsorted(places, called)] < called + 40]
    found = np.unique(np.concatenate([begins, spaced, crossings, hyphens, roads[near > 0], called]))
    loose = rare[kind & (LOOSE | COMMA) > 0]
    before = sign[loose - 1]
    joined = np.where(sign[loose] & LOOSE > 0, before & CLOSING, before & WIDE) > 0
    parting = sign >= PARTING  # the highest bit
    parting[loose[~joined]] = True
    dashes = rare[kind & HYPHEN > 0]  # 王小明-16412345678-郑州春泽街5号, but 12-甲
    parting[dashes[(sign[dashes + 1] & (PARTING | COUNTING | DIGIT) == 0) & (codes[dashes + 1] >= 0x4E00)]] = True
    return found, np.flatnonzero(parting)


def _counts(before: Codes, sign: Codes) -> NDArray[np.bool_]:
    """Whether a number stands behind a road or an estate, or a unit behind a number."""
    return np.asarray((sign & before >> 1 | sign >> 2 & before) & COUNTING > 0)
