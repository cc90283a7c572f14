"""Numbers: mobiles, landlines, identity numbers and bank cards in every spelling, and the numbers that are none.

Nobody has these: mobile segments without subscribers, 5550 in landlines, 99 in the administrative code of identity
numbers, issuer numbers nobody has in cards.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import found_in, not_yet

from chatkit.findings import ENTITIES, ON_DEMAND
from chatkit.findings.checksums import identity_checks, luhn_checks

MOBILES = [
    # bare, with prefix
    "手机⟦PHONE 16412345678⟧，谢谢",
    "⟦PHONE 16412345678⟧",
    "⟦PHONE +8616412345678⟧",
    "⟦PHONE +86 164 1234 5678⟧",
    "⟦PHONE +86-16412345678⟧",
    "⟦PHONE 86 16412345678⟧",
    "⟦PHONE 8616412345678⟧",
    "⟦PHONE 008616412345678⟧",
    "⟦PHONE 0086-164-1234-5678⟧",
    "⟦PHONE (+86)16412345678⟧",
    "⟦PHONE （+86）164-1234-5678⟧",
    "⟦PHONE （86）16412345678⟧",
    # each of the segments of nobody
    *(f"打⟦PHONE {lead}12345678⟧" for lead in (142, 143, 154, 160, 161, 163, 164, 168, 169, 179, 194)),
    # groups
    "⟦PHONE 164-1234-5678⟧",
    "⟦PHONE 164 1234 5678⟧",
    "⟦PHONE 1641 234 5678⟧",
    "⟦PHONE 164 12345678⟧",
    "⟦PHONE 164 123 45678⟧",
    "⟦PHONE 1641234 5678⟧",
    "⟦PHONE 16412 345678⟧",
    "⟦PHONE 164 12 34 56 78⟧",
    "⟦PHONE 1 6 4 1 2 3 4 5 6 7 8⟧",
    "⟦PHONE 164 - 1234 - 5678⟧",
    "⟦PHONE 164  1234  5678⟧",
    # odd separators
    "⟦PHONE 164.1234.5678⟧",
    "⟦PHONE 164·1234·5678⟧",
    "⟦PHONE 164_1234_5678⟧",
    "⟦PHONE 164~1234~5678⟧",
    "⟦PHONE 164～1234～5678⟧",
    "⟦PHONE 164—1234—5678⟧",
    "⟦PHONE 164…1234…5678⟧",
    "⟦PHONE 164/1234/5678⟧",
    "⟦PHONE 164、1234、5678⟧",
    "⟦PHONE 164。1234。5678⟧",
    "⟦PHONE 164*1234*5678⟧",
    "⟦PHONE 164|1234|5678⟧",
    # full-width, circled, mathematical
    "⟦PHONE １６４１２３４５６７８⟧",
    "⟦PHONE ＋８６　１６４　１２３４　５６７８⟧",
    "⟦PHONE １６４－１２３４－５６７８⟧",
    "⟦PHONE ①⑥④①②③④⑤⑥⑦⑧⟧",
    "⟦PHONE 𝟏𝟔𝟒𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖⟧",
    # Chinese numerals
    "电话⟦PHONE 一六四一二三四五六七八⟧",
    "电话⟦PHONE 幺六四幺二三四五六七八⟧",
    "电话⟦PHONE 一六四 一二三四 五六七八⟧",
    "电话⟦PHONE 一六四零零〇〇五六七八⟧",
    "电话⟦PHONE 壹陆肆壹贰叁肆伍陆柒捌⟧",
    not_yet("电话⟦PHONE 壹陸肆壹貳參肆伍陸柒捌⟧", "nothing: 參 folds to 参, which is no numeral"),
    "电话⟦PHONE 1六4一2三4五6七8⟧",
    "电话⟦PHONE 一六四，一二三四，五六七八⟧",
    "我是⟦PHONE 一六四一二三四五六七八⟧的机主",
    # what nobody sees
    "⟦PHONE 164\u200b1234\u200b5678⟧",
    "⟦PHONE 1\u200d6\u200d4\u200d1\u200d2\u200d3\u200d4\u200d5\u200d6\u200d7\u200d8⟧",
    "\ufeff⟦PHONE 16412345678⟧\u200b",
    "⟦PHONE 164\u2060\u200c12345678⟧",
    "⟦PHONE 164\u00ad1234\u00ad5678⟧",
    # two lines
    "⟦PHONE 164\n12345678⟧",
    "⟦PHONE 164 1234\n5678⟧",
    "⟦PHONE 1641234\n5678⟧",
    "⟦PHONE 16412\n345678⟧",
    "⟦PHONE 164\r\n12345678⟧",
    # pictures between
    "⟦PHONE 164😂1234😂5678⟧",
    "⟦PHONE 1641😊2345🌹678⟧",
    "⟦PHONE 1😂6😂4😂1😂2😂3😂4😂5😂6😂7😂8⟧",
    "⟦PHONE 1️⃣6️⃣4️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣⟧",
    "打⟦PHONE 1️⃣6️⃣4️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣⟧找我",
    # glued
    "打⟦PHONE 16412345678⟧找我",
    "我的⟦PHONE 16412345678⟧谢谢",
    "tel⟦PHONE 16412345678⟧",
    "TEL⟦PHONE 16412345678⟧",
    "phone⟦PHONE 16412345678⟧",
    "⟦PHONE 16412345678⟧wx同号",
    "sj⟦PHONE 16412345678⟧xm",
    # traditional cue
    "電話⟦PHONE 16412345678⟧",
    "手機號碼：⟦PHONE 164-1234-5678⟧",
    # in a URL, joined with another
    "https://example.com/u?phone=⟦PHONE 16412345678⟧&from=im",
    "https://example.com/⟦PHONE 16412345678⟧/orders",
    "⟦PHONE 16412345678⟧/⟦PHONE 16812345678⟧",
    "⟦PHONE 16412345678⟧、⟦PHONE 16812345678⟧",
    "⟦PHONE 16412345678⟧,⟦PHONE 16812345678⟧",
    "⟦PHONE 16412345678⟧ ⟦PHONE 16812345678⟧",
    "⟦PHONE 16412345678⟧或⟦PHONE 16812345678⟧",
    "⟦PHONE 164-1234-5678⟧/⟦PHONE 168-1234-5678⟧",
    "⟦PHONE 16412345678⟧\n⟦PHONE 16812345678⟧",
    # letters for digits
    "⟦PHONE l64l2345678⟧",
    "⟦PHONE 164OO12O34O⟧",
    "⟦PHONE I64I2345678⟧",
    "电话⟦PHONE 164oo125678⟧",
    # in pieces
    "前面是⟦PHONE 164⟧，后面是⟦PHONE 12345678⟧",
    "前三位⟦PHONE 164⟧，后八位⟦PHONE 12345678⟧",
    "开头⟦PHONE 164⟧中间⟦PHONE 1234⟧末尾⟦PHONE 5678⟧",
    "⟦PHONE 1641234⟧然后⟦PHONE 5678⟧",
    "⟦PHONE 164⟧后面接⟦PHONE 12345678⟧",
    # brackets and quotes
    "⟦PHONE 164⟧开头的，剩下是⟦PHONE 1234 5678⟧",
    # numbered lines
    "1、⟦PHONE 16412345678⟧",
    "1.⟦PHONE 16412345678⟧",
    "2）⟦PHONE 16412345678⟧",
    "①陈先生\n②⟦PHONE 16412345678⟧\n③杭州",
    "（⟦PHONE 16412345678⟧）",
    "【⟦PHONE 16412345678⟧】",
    "“⟦PHONE 16412345678⟧”",
    "电话:⟦PHONE 16412345678⟧.",
    # both at once: the id of WeChat is a mobile
    "微信同号⟦PHONE 16412345678⟧",
    "加微信⟦PHONE 16412345678⟧",
    "订单号123456，电话⟦PHONE 16412345678⟧",
    "尾号5678的不用了，换⟦PHONE 16412345678⟧",
]
LANDLINES = [
    "⟦LANDLINE 021-55501234⟧",
    "⟦LANDLINE 02155501234⟧",
    "⟦LANDLINE 021 55501234⟧",
    "⟦LANDLINE 021 5550 1234⟧",
    "⟦LANDLINE (021)55501234⟧",
    "⟦LANDLINE （0571）55501234⟧",
    "⟦LANDLINE 0571-5550123⟧",  # seven digits
    "⟦LANDLINE 0571-5550 1234⟧",
    "⟦LANDLINE +86-21-55501234⟧",
    "⟦LANDLINE +86 571 55501234⟧",
    "⟦LANDLINE 400-555-1234⟧",
    "⟦LANDLINE 4005551234⟧",
    "⟦LANDLINE 400 555 1234⟧",
    "⟦LANDLINE 400-5551234⟧",
    "⟦LANDLINE 800-555-1234⟧",
    # extension
    "⟦LANDLINE （021）55501234转123⟧",
    "⟦LANDLINE 0571-55501234-806⟧",
    "⟦LANDLINE 0571-55501234分机806⟧",
    "⟦LANDLINE 400-555-1234转8⟧",
    # local, after a cue
    "座机⟦LANDLINE 55501234⟧",
    "电话：⟦LANDLINE 5550123⟧",
    "固定电话是⟦LANDLINE 5550-1234⟧",
    "传真⟦LANDLINE 55501234⟧",
    "電話⟦LANDLINE 55501234⟧",
    # spellings
    "⟦LANDLINE ０２１－５５５０１２３４⟧",
    "⟦LANDLINE 021—55501234⟧",
    "⟦LANDLINE 021\u200b55501234⟧",
    "⟦LANDLINE 021-\n55501234⟧",
    "座机⟦LANDLINE 零二一五五五零一二三四⟧",
    "⟦LANDLINE 0️⃣2️⃣1️⃣5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣3️⃣4️⃣⟧",
    "⟦LANDLINE O21-5555O123⟧",
    "打⟦LANDLINE 021-55501234⟧找我",
    "tel⟦LANDLINE 021-55501234⟧",
    "https://example.com/?tel=⟦LANDLINE 021-55501234⟧",
    "⟦LANDLINE 021-55501234⟧/⟦PHONE 16412345678⟧",
    "⟦LANDLINE 021-55501234⟧/⟦PHONE 16412345679⟧",
    not_yet("电话⟦LANDLINE 5550\n1234⟧", "nothing"),
    not_yet("电话⟦LANDLINE 5550、1234⟧", "nothing"),
    "⟦LANDLINE 021-55501234⟧、⟦LANDLINE 0571-55501234⟧",
]
IDENTITIES = [
    "证号⟦ID_CARD 31991219900307001X⟧。",
    "证号⟦ID_CARD 31991219900307001x⟧。",
    "⟦ID_CARD 449901198511234020⟧",
    "⟦ID_CARD 519932200002293076⟧",  # a 29 February that was
    "⟦ID_CARD 319912199OO307OOlX⟧",
    "⟦ID_CARD 319912900307001⟧",  # fifteen digits
    # groups
    "⟦ID_CARD 319912 19900307 001X⟧",
    "⟦ID_CARD 319912-19900307-001X⟧",
    "⟦ID_CARD 3199 1219 9003 0700 1X⟧",
    "⟦ID_CARD 319 912 199 003 070 01X⟧",
    "⟦ID_CARD 319912.19900307.001X⟧",
    "⟦ID_CARD 319912_19900307_001X⟧",
    "⟦ID_CARD 319912 900307 001⟧",
    # spellings
    "⟦ID_CARD ３１９９１２１９９００３０７００１Ｘ⟧",
    "⟦ID_CARD ④④⑨⑨⓪①①⑨⑧⑤①①②③④⓪②⓪⟧",
    "身份证⟦ID_CARD 四四九九零一一九八五一一二三四零二零⟧",
    "身份证⟦ID_CARD 肆肆玖玖零壹壹玖捌伍壹壹贰叁肆零贰零⟧",
    "身份证⟦ID_CARD 三一九九一二一九九〇〇三〇七〇〇一X⟧",
    "⟦ID_CARD 319912\u200b19900307\u200b001X⟧",
    "⟦ID_CARD 319912\n19900307001X⟧",
    "⟦ID_CARD 319912199\n00307001X⟧",
    "⟦ID_CARD 319912😂19900307😂001X⟧",
    "⟦ID_CARD 4️⃣4️⃣9️⃣9️⃣0️⃣1️⃣1️⃣9️⃣8️⃣5️⃣1️⃣1️⃣2️⃣3️⃣4️⃣0️⃣2️⃣0️⃣⟧",
    not_yet("⟦ID_CARD 3l99l2l99OO3O7OOlX⟧", "nothing: more letters than digits"),
    "身份证⟦ID_CARD 31991219900307001X⟧谢谢",
    "id⟦ID_CARD 31991219900307001X⟧",
    "ID⟦ID_CARD 31991219900307001X⟧ok吗",
    "⟦ID_CARD 319912199003070⟧，后三位⟦ID_CARD 01X⟧",
    "老身份证⟦ID_CARD 三一九 九一二 九〇〇 三〇七 〇〇一⟧",
    "身份證⟦ID_CARD 31991219900307001X⟧",
    "https://example.com/?id=⟦ID_CARD 31991219900307001X⟧&a=1",
    "⟦ID_CARD 31991219900307001X⟧/⟦ID_CARD 449901198511234020⟧",
    "⟦ID_CARD 31991219900307001X⟧ ⟦PHONE 16412345678⟧",
]
CARDS = [
    "卡⟦BANK_CARD 6299971234567898⟧",
    "⟦BANK_CARD 62999712345678901⟧",
    "⟦BANK_CARD 629998001122334459⟧",
    "⟦BANK_CARD 6288881234567890128⟧",
    # groups
    "⟦BANK_CARD 6299 9712 3456 7898⟧",
    "⟦BANK_CARD 6299-9712-3456-7898⟧",
    "⟦BANK_CARD 6288 8812 3456 7890 128⟧",
    "⟦BANK_CARD 629997 1234567898⟧",
    "⟦BANK_CARD 6299.9712.3456.7898⟧",
    "⟦BANK_CARD 6299_9712_3456_7898⟧",
    "⟦BANK_CARD 6299  9712  3456  7898⟧",
    # spellings
    "⟦BANK_CARD ６２９９９７１２３４５６７８９８⟧",
    "卡号⟦BANK_CARD 六二九九九七一二三四五六七八九八⟧",
    "卡号⟦BANK_CARD 陆贰玖玖玖柒壹贰叁肆伍陆柒捌玖捌⟧",
    "⟦BANK_CARD ⑥②⑨⑨⑨⑦①②③④⑤⑥⑦⑧⑨⑧⟧",
    "⟦BANK_CARD 6299\u200b9712\u200b3456\u200b7898⟧",
    "⟦BANK_CARD 62999712\n34567898⟧",
    "⟦BANK_CARD 6299 9712\n3456 7898⟧",
    "⟦BANK_CARD 6299😂9712😂3456😂7898⟧",
    "⟦BANK_CARD 6️⃣2️⃣9️⃣9️⃣9️⃣7️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣8️⃣⟧",
    "⟦BANK_CARD 629997l234567898⟧",
    "转到⟦BANK_CARD 6299971234567898⟧这张卡",
    "card⟦BANK_CARD 6299971234567898⟧",
    "⟦BANK_CARD 6299。9712。3456。7898⟧",
    "前八位⟦BANK_CARD 62999712⟧，后面⟦BANK_CARD 34567898⟧",
    "銀行卡號⟦BANK_CARD 6299971234567898⟧",
    "https://example.com/?card=⟦BANK_CARD 6299971234567898⟧",
    "⟦BANK_CARD 6299971234567898⟧/⟦BANK_CARD 6288881234567890128⟧",
    "⟦BANK_CARD 6299 9712 3456 7898⟧、⟦BANK_CARD 6288 8812 3456 7890 128⟧",
]
NOTHING = [
    # too long, too short, not a mobile's lead
    "1641234567",
    "164123456789",
    "116412345678",
    "12012345678",
    "手机26412345678",
    # public short numbers
    "打10086",
    "拨打12315投诉",
    "电话95588",
    "请拨10010或者12345",
    "110、119、120",
    # amounts
    "共140,000,000.00元",
    "共16,412,345,678.00元",
    "转了16412345678.90元",
    "余额1641234.56",
    "¥1,234,567.89",
    # dates and times
    "2023-09-01 12:34:56",
    "20230901123456",
    "2023年9月1日",
    "预约20230901",
    "2023.09.01-2023.09.30",
    "1693540800",  # seconds since 1970
    "1693540800123",  # and with milliseconds
    "时间戳1641234567890",
    # orders, parcels, serial numbers
    "订单20230901123456",
    "订单号16412345678",
    "运单号16412345678",
    "快递单号：1641 2345 678",
    "订单编号：16412345678901",
    "流水号16412345678",
    "工单号16412345678",
    "SF1641234567890",
    "YT16412345678",
    "学号16412345",
    "案件编号16412345678",
    "订单号6299971234567898",  # Luhn-valid
    "SKU1641234",
    # versions
    "版本1.64.1234",
    "v16.4.12345678",
    # what stands on goods and devices
    "条码6901234567892",  # EAN
    "6901234567892",
    "ISBN 978-7-5550-1234-6",
    "9787555012346",
    "IMEI 861234567890128",  # Luhn-valid, fifteen digits
    "861234567890128",
    "8986011234567890128",  # ICCID
    "ICCID 89860112345678901288",
    # card tails, masked numbers, codes
    "尾号5678",
    "卡尾号7898的储蓄卡",
    "164****5678",
    "164xxxx5678",
    "164XXXX5678",
    "16412****78",
    "319912********001X",
    "319912****0307001X",
    "6299 **** **** 7898",
    "629997******7898",
    "验证码164123",
    "验证码 16412345",
    # checksums that fail, dates that cannot be
    "319912199003070011",
    "319912199013070014",  # thirteenth month, last digit right
    "319912199002300012",  # 30 February, last digit right
    "3199121990030700",
    "319912901307001",  # thirteenth month, fifteen digits
    "999912900307001",  # no province
    "6299971234567890",
    "6299 9712 3456 7890",
    "629997123456789",  # fifteen digits
    # no cue for a local number
    "55501234",
    "库存55501234件",
    "编号5550123",
    "021-555",
    "400-555",
    # words with numerals
    "一五一十地说了",
    "一二三四五六七八九十",
    "三三两两",
    "一六四元",
    # lists of short numbers
    "1 2 3 4 5 6 7 8 9 10 11",
    "尺码165/170/175/180",
    "比分164:123",
    "分别是164件，1234件，5678件",
    "164 2345 6789 1234 5678",
    "",
]


@pytest.mark.parametrize("row", [*MOBILES, *LANDLINES, *IDENTITIES, *CARDS])
def test_a_number_is_found_however_it_is_written(row: str) -> None:
    assert found_in(row) == row


@pytest.mark.parametrize("row", NOTHING)
def test_a_number_of_something_else_is_not_found(row: str) -> None:
    assert found_in(row) == row


@pytest.mark.parametrize(
    "row",
    [
        "身份证⟦LIKELY_ID 319912199003070011⟧",  # wrong last digit
        "身份证号：⟦LIKELY_ID 319912199013070014⟧",  # no thirteenth month
        "银行卡⟦LIKELY_CARD 6299971234567890⟧",
        "卡号：⟦LIKELY_CARD 6299 9712 3456 7890⟧",
        "身份证⟦ID_CARD 31991219900307001X⟧",  # what is sure is not likely
        "银行卡⟦BANK_CARD 6299971234567898⟧",
        "319912199003070011",  # no cue
        "6299971234567890",
    ],
)
def test_a_number_with_a_wrong_checksum_is_found_on_demand_where_a_cue_stands_before_it(row: str) -> None:
    assert found_in(row, entities=(*ENTITIES, *ON_DEMAND)) == row


def rows(*numbers: str) -> np.ndarray:
    return np.array([[10 if sign == "X" else int(sign) for sign in number] for number in numbers])


def test_the_checksum_of_identity_numbers() -> None:
    numbers = rows(
        "31991219900307001X",
        "319912199003070028",
        "519932200002293076",  # 2000 had a 29 February
        "319912199003070010",  # wrong last digit
        "319912199013070014",  # thirteenth month
        "319912199002300012",  # 30 February
        "319912179903070011",  # born 1799
    )
    assert identity_checks(numbers).tolist() == [True, True, True, False, False, False, False]


def test_luhn() -> None:
    assert luhn_checks(rows("79927398713", "79927398710")).tolist() == [True, False]
    assert luhn_checks(rows("6299971234567898", "6299971234567890")).tolist() == [True, False]


SEPARATORS = st.sampled_from(["", " ", "-", "\u200b", "　", "—"])


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(
    lead=st.sampled_from(["164", "154", "199", "138"]),
    rest=st.from_regex(r"[0-9]{8}", fullmatch=True),
    separator=SEPARATORS,
    prefix=st.sampled_from(["", "+86", "+86 ", "0086-"]),
)
def test_a_mobile_is_found_whatever_its_digits(lead: str, rest: str, separator: str, prefix: str) -> None:
    row = f"电话⟦PHONE {prefix}{lead}{separator}{rest[:4]}{separator}{rest[4:]}⟧，谢谢"
    assert found_in(row) == row


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(
    st.sampled_from(["PHONE 16412345678", "ID_CARD 31991219900307001X", "BANK_CARD 6299971234567898"]),
    st.text("把是。！ ，\n“”（）😂？", max_size=6),
    st.text("的吧。！ ，\n“”（）😂？", max_size=6),
)
def test_what_is_said_before_and_after_changes_nothing(value: str, before: str, after: str) -> None:
    row = f"{before}⟦{value}⟧{after}"
    assert found_in(row) == row
