"""Places: the words and patterns of which Chinese addresses are made.

Every repeat is bounded. A name is a few Han characters without function words; what follows it says what it is.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from .folding import Page, Positions
from .lexicon import LEXICON, flags

HAN = "\u4e00-\u9fff"
NUMERAL = "一二三四五六七八九十"
ROAD = "大街|大道|胡同|公路(?!港)|高速|路|街|巷|弄|道"
TOWN = "街道|镇|乡|开发区|高新区|新区|示范区|园区|工业区|度假区|商务区|保税区|林场|农场|旗"
VILLAGE = "村委会?|自然村|村|屯|寨|堡"
STRONG = (  # nothing but a building or an estate ends so
    "小区|花园|家园|公寓|大厦|新村|新城|新苑|新座|名邸|名都|名苑|名城|名居|公馆|国际|世纪|中心|广场|山庄|庄园|豪庭|华庭|华府|佳苑|雅苑|嘉苑|家属院|宿舍楼?|"
    "社区|别墅|大楼|写字楼|科技园|产业园|工业园|软件园|创业园|创意园|商城|市场|购物中心|酒店|饭店|宾馆|学校|校区|居民楼|街坊|停车场|艺术区|物流园|大院|码头|厂区|门市"
)
WEAK = "苑|庭|府|湾|城|园|邨|坊|居|轩|阁|墅|里|郡|邸|寓|厦|院|庄|塔|岸|厂|仓库|仓|条|沿|楼|馆|桥"
_NOT_IN_NAME = "的了我你您他她它是就也请给吗呢吧啊这那哪么谁寄送没不说把被让秒几些在到"
_WORD = rf"[{HAN}](?<![{_NOT_IN_NAME}])"
_NAME = rf"(?:{_WORD}|[0-9A-Za-z])"
_GOES_ON = "小区|社区|组|花园|家园|公寓|大厦|广场|大街|大道|街道|胡同|国际|新村|村|[路街巷]"  # a longer word: 锦里|路, 金寨|小区
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
    "号 ?楼(?![下上头梯道管])|号院|号门(?!口)|号厅|号铺|号库|号仓|号柜|号房|号车间|号档口|号|支弄|弄|[栋幢](?:楼(?![下上头梯道管]))?|座|塔|单元|门洞|门(?!口|诊|卫|面)|室|层|楼(?![下上梯道管])|组团|组|队|排|期|区|舍|铺|仓|库|[Ff]|院|委|社|条|巷|街|地块|厅"
    "|车间|机位|摊位|档口|车库|房(?!东|主|间|产|子|租|号|贷)|户(?!主|名|口|型|籍)"
)
_SIDE = r"[东西南北](?:单元|户|区|门|座|楼|院|塔|段|栋|幢)|[左右]手边?|[东西南北](?:侧|边)(?=[\u4e00-\u9fff0-9]{2})"
# What may follow 号 and nothing else: 2号店, 3号线, 15号上午; what follows a count: 3层的, 5天.
_NO_DOOR = "(?<=号)(?![线店机码函馆早晚床])|(?<!号)(?![元块个件天年月半份线店机])"
TAIL = re.compile(
    rf"(?P<unit> ?第?{NUMBER} ?(?:{UNIT})(?:之[{NUMERAL}0-9])?(?:[甲乙丙丁](?!单元|栋|幢|库|座|楼))?(?:(?<=[座楼层])[A-Z](?![A-Za-z0-9]))?(?:{_NO_DOOR}))"
    rf"|(?P<chain> ?(?:{NUMBER}|)(?:[-—#](?:[0-9A-Za-z]{{1,5}}|[甲乙丙丁](?=[-—#]))){{1,4}}(?![0-9A-Za-z]))"
    r"|(?P<room> ?[A-Za-z]?[0-9]{3,4}[A-Za-z]?(?![0-9A-Za-z.元块个件天年月日米分折%:/亩平多余人名家种间位斤克篇部集款套场次级-]))"
    r"|(?P<lettered> ?[0-9]{1,3}[A-Za-z](?![0-9A-Za-z])|(?<=[城楼层座库])[A-Z][0-9]{1,3}(?![0-9A-Za-z]))"
    rf"|(?P<side> ?(?:{_SIDE}|首层|顶层|底楼|架空层|地下车库|地库(?:[A-Z]?[0-9]{{1,3}})?|附近(?=[{HAN}]{{2,8}}[0-9])|交叉口|交汇处?|交口|(?:丰巢|快递|智能)柜)"
    rf"(?:往?[东南西北]{{1,2}}(?:角|侧)?(?=[0-9往]))?(?:[0-9]{{1,4}}(?:米|公里))?处?(?:路[东西南北])?)"
    rf"|(?P<cross>[与和](?:{_WORD}){{1,8}}?(?:{ROAD})(?:交叉路?口|交汇处?|交口|路口|口|交界处?)?(?![0-9]))"
    r"|(?P<far>[往向]?[东南西北]{0,2}(?:行|走)?[0-9]{1,4}(?:米|公里)处?|[往向][东南西北]{1,2}(?=[0-9])|[东南西北]{1,2}[角侧](?=[0-9]))"
    r"|(?P<note>\([^()\uffff\n]{2,24}\))"
)
NOTE = re.compile(
    r"\((?:近|地铁|距|原|[^()]*(?:路|街|站|口|旁|对面|楼|店|侧|门|隔壁|号|馆|院|米|内|场|区|寺|桥|东|西|南|北))[^()]*\)$"
)
CUE = re.compile(
    r"(?:地址|住址|位置|地点|坐标|收货地|寄件地|目的地|起点|终点|发货地)(?:还是|就是|是在|是|为|改成|改为|换成|改到|填|写的?|在|:|的)?(?:在|:)?|位于|坐落[在于]|住在|家在|搬到|搬去|搬|"
    r"(?:寄|送|发|改|换|放|派|挪|拉|运|迁|约|停|跑)(?:到|去|往|在|给|回)|(?:登记|填|写|改|选)(?:成|为|的是|的)|显示(?:在|为|是)?|(?:导航|定位)(?:到|去)|"
    r"(?:(?<![居])住(?!宅|院|友)|(?<![所潜])在|(?<![达拉])到|[是给往去]|(?<![未由])来(?!广|安|宾|凤|福|龙)|从(?!化|江)|寄|(?<![解开])放|送)(?![镇乡村路街道巷])|我们?家|老家|家里|单位|公司|那边|这边|里面|靠近|知道|房子嘛|或者|直接说|说|导航|要(?!庄)|[去走路]过|麻烦|帮忙?|请|快递|邮寄|就写|写"
)
CALLED = re.compile(r"(?:地址|住址|位于|坐落|住在|家在|家住|寄到|寄往|送到|搬到|收货|位置|发到|邮寄|地点)")
FILLED = re.compile(r"(?:还是|就是|就|是|在|为|改成|换成|填的?|写的?|:|的| |,|\n)*")
REST = re.compile(
    rf"(?:[{HAN}](?<![的了我你您他她就也请给吗呢吧啊哪么])|[0-9A-Za-z]){{1,20}}(?:\([^()\uffff\n]{{2,40}}\))?(?=[,。;!?\n\uffff、])|\([^()\uffff\n]{{2,40}}\)"
)
OPENING = re.compile(
    r"^(?:那|就|嗯|哦|好的?|对|我们?|你们?|他们?|她|咱们?|新的|旧的|老的|现在|目前|还是|也是|一个|这个|那个|第[一二三]个|客户|收件|签收|退货|发货|维修|上门|工地|仓库)(?=[\u4e00-\u9fff]{2})"
)
ROADISH = flags("路街道巷弄条里段同沿东西南北中")
ESTATISH = flags("区园寓厦村城邸都苑居馆际纪心场庄庭府湾邨坊轩阁墅郡岸峰台谷院屯寨堡营期镇")
UNITISH = flags("栋幢座室层楼单弄舍排组院期区")
PLACE = flags("省市区县镇乡村路街巷道号院园里庄")
ENDING = flags("路街巷村组")
ADMIN = flags("区县市镇")
COUNTING = flags("0123456789一二三四五六七八九十甲乙丙丁") | flags(map(chr, [*range(65, 91), *range(97, 123)]))
DIGIT = flags("0123456789")


@cache
def _divisions() -> tuple[frozenset[str], frozenset[str]]:
    """Divisions, districts also without 区 or 县, and the first two characters of each."""
    names = set(LEXICON.divisions)
    names |= {n[:-1] for n in names if len(n) > 2 and n[-1] in "区县"}
    return frozenset(names), frozenset(n[:2] for n in names)


def division_heads() -> frozenset[str]:
    """The first two characters of every division."""
    return _divisions()[1]


def division_at(text: str, at: int) -> int:
    """The end of the longest name of a division that begins at a place of the text; 0 where none does.

    >>> division_at("浙江省杭州市", 0), division_at("浙江省杭州市", 3), division_at("浙江省杭州市", 1)
    (3, 6, 0)
    """
    names, heads = _divisions()
    if text[at : at + 2] in heads:
        for size in range(min(12, len(text) - at), 1, -1):
            if text[at : at + size] in names:
                return at + size
    return 0


def seeds(page: Page) -> Positions:
    """Where a core may be: a number behind a road or an estate, a unit behind a number, a crossing."""
    codes = page.codes
    counting = COUNTING[codes]
    after = ROADISH[codes[:-1]] | ESTATISH[codes[:-1]]
    begins = np.flatnonzero(counting[1:] & after) + 1
    units = np.flatnonzero(UNITISH[codes[1:]] & counting[:-1]) + 1
    spaces = np.flatnonzero(codes[1:-1] == ord(" ")) + 1  # 和平路 56 号, 3 单元
    spaced = (
        spaces[(counting[spaces + 1] & after[spaces - 1]) | (UNITISH[codes[spaces + 1]] & counting[spaces - 1])] + 1
    )
    crossings = np.flatnonzero((codes[1:] == ord("口")) | (codes[1:] == ord("处"))) + 1
    crossings = crossings[
        (codes[crossings - 1] == ord("路")) | (codes[crossings - 1] == ord("叉")) | (codes[crossings - 1] == ord("汇"))
    ]
    hyphens = np.flatnonzero((codes[1:-4] == ord("-")) & DIGIT[codes[:-5]] & DIGIT[codes[2:-3]]) + 1
    again = (codes[hyphens + 2] == ord("-")) | (codes[hyphens + 3] == ord("-"))  # 3-2-501; years are longer
    hyphens = hyphens[again & ~(DIGIT[codes[hyphens - 3]] & DIGIT[codes[hyphens - 4]])]
    (roads,) = np.nonzero(ENDING[codes])
    roads = roads[page.any_between(ADMIN, roads - 12, roads)]
    return np.unique(np.concatenate([begins, units, spaced, crossings, hyphens, roads, _called(page)]))


def _called(page: Page) -> Positions:
    """Where a word says that an address follows: 地址, 位于, 住在."""
    codes = page.codes
    address = np.flatnonzero(((codes[:-1] == ord("地")) | (codes[:-1] == ord("住"))) & (codes[1:] == ord("址")))
    located = np.flatnonzero((codes[:-1] == ord("位")) & ((codes[1:] == ord("于")) | (codes[1:] == ord("置"))))
    called = np.concatenate([address, located]) + 2
    return called[page.any_between(PLACE, called, called + 40)]
