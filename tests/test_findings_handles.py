"""Handles: e-mail, IP, WeChat, QQ, plates, passports, codes and passwords, and what looks like one of them."""

from __future__ import annotations

import pytest
from marked import found_in, not_yet

from chatkit.findings import ENTITIES, ON_DEMAND

MAILS = [
    "发到⟦EMAIL wang.li@example.com⟧吧",
    "⟦EMAIL Wang.Li+tag@example.com⟧",
    "邮箱是⟦EMAIL wang_li-88@mail.example.cn⟧。",
    "⟦EMAIL 16412345678@example.com⟧",  # a mobile in it, and only an e-mail
    "⟦EMAIL 8123456789@example.com⟧",  # a QQ number in it
    "qq邮箱⟦EMAIL 8123456789@example.com⟧",
    "mailto:⟦EMAIL wang@example.com⟧",
    "<⟦EMAIL wang@example.com⟧>",
    "⟦EMAIL wang@example.com⟧/⟦EMAIL li@example.org⟧",
    "⟦EMAIL wang@example.com⟧、⟦EMAIL li@example.org⟧",
    "⟦EMAIL wang@example.com⟧, ⟦EMAIL li@example.org⟧",
    "https://example.com/?mail=⟦EMAIL wang@example.com⟧&a=1",
    # spellings
    "⟦EMAIL wang.li[at]example.com⟧",
    "⟦EMAIL wang.li(at)example.com⟧",
    "⟦EMAIL wang.li（at）example.com⟧",
    "⟦EMAIL wang.li [at] example.com⟧",
    "⟦EMAIL wang.li#example.com⟧",
    "⟦EMAIL wang.li at example.com⟧",
    "⟦EMAIL wang.li艾特example.com⟧",
    "⟦EMAIL wang.li@example[dot]com⟧",
    "⟦EMAIL wang.li @ example.com⟧",
    "⟦EMAIL ｗａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ⟧",
    "⟦EMAIL wang\u200b@\u200bexample.com⟧",
    "郵箱：⟦EMAIL wang.li@example.com⟧",
    "⟦EMAIL wang.li＠example.com⟧",
    "⟦EMAIL wang.li\n@example.com⟧",
    not_yet("⟦EMAIL wang.li【at】example.com⟧", "nothing"),
    "⟦EMAIL wang.li@example。com⟧",
    # none
    "user@localhost",
    "@张三丰 在吗",
    "@example.com",
    "wang@",
    "#example 话题",
    "5#楼",
    "look at example",
    "a@b",
]
IPS = [
    "从⟦IP 192.0.2.1⟧登录",
    "⟦IP 198.51.100.23⟧:8080",
    "http://⟦IP 203.0.113.7⟧/login",
    "IP：⟦IP 192.0.2.255⟧。",
    "ip⟦IP 192.0.2.1⟧",
    "⟦IP １９２．０．２．１⟧",
    "⟦IP 192.0.2.1⟧/⟦IP 192.0.2.2⟧",
    "⟦IP 192.0.2.1⟧、⟦IP 192.0.2.2⟧",
    "⟦IP 192\u200b.0.2.1⟧",
    "⟦IP 192·0·2·190⟧",
    not_yet("⟦IP 203,0,113,194⟧", "nothing"),
    "⟦IP 2001:db8::1⟧",
    "⟦IP 2001:db8:0:0:0:0:0:1⟧",
    "⟦IP 2001:0DB8:0000:0000:0000:0000:0000:0001⟧",
    "[⟦IP 2001:db8::1⟧]:443",
    "登录⟦IP 2001:db8:a::ff⟧，",
    # none
    "版本1.2.3.4",
    "v1.2.3.4",
    "固件 10.0.0.1版",
    "升级到 8.0.41.22",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.1.5",
    "999.999.999.999",
    "10:05:11",
    "2023-09-01 12:30:00",
    "00:1A:2B:3C:4D:5E",  # the address of a network card
    "::",
    "比分3:2:1",
]
WECHAT = [
    "微信号：⟦WECHAT zhang_san88⟧",
    "微信：⟦WECHAT zhangsan88⟧，",
    "微信是⟦WECHAT zhangsan-88⟧",
    "我的微信⟦WECHAT zhangsan88⟧",
    "加vx ⟦WECHAT zhangsan88⟧",
    "VX:⟦WECHAT zhangsan88⟧",
    "V：⟦WECHAT zhangsan88⟧",
    "wx号⟦WECHAT zhangsan88⟧",
    "v信⟦WECHAT zhangsan88⟧",
    "薇信 ⟦WECHAT zhangsan88⟧",
    "威信⟦WECHAT zhangsan88⟧",
    "WeChat: ⟦WECHAT zhangsan88⟧",
    "weixin ⟦WECHAT zhangsan88⟧",
    "vx⟦WECHAT zhangsan88⟧",  # glued to its cue
    "⟦WECHAT wxid_8a7b6c5d4e3f⟧",  # tells it by itself
    "微信号：⟦WECHAT zhangsanfeng⟧",  # letters alone
    "微信：⟦WECHAT ｚｈａｎｇ＿ｓａｎ８８⟧",
    "微信號：⟦WECHAT zhangsan88⟧",
    "微信\u200b号：⟦WECHAT zhang\u200bsan88⟧",
    "微信：\n⟦WECHAT zhangsan88⟧",
    "加我微信⟦WECHAT zhangsan88⟧备注订单",
    "微信💬⟦WECHAT zhangsan88⟧",
    "微信⟦WECHAT zhang💰san_88⟧",
    "微信⟦WECHAT zhang\nsan_88⟧",
    # none
    "微信支付可以吗",
    "用微信或者alipay付",
    "微信wechat都行",
    "微信Android版打不开",
    "微信订单号WX20230901",
    "微信版本8.0.41",
    "微信同号",
    "vx5",
    "我的iphone上微信闪退",
    "微信里的screenshot发不了",
]
QQ = [
    "qq：⟦QQ 8123456789⟧",
    "QQ ⟦QQ 9123456789⟧",
    "QQ号是⟦QQ 9123456789⟧",
    "qq⟦QQ 8123456789⟧",
    "Q：⟦QQ 8123456789⟧",
    "扣扣⟦QQ 8123456789⟧",
    "企鹅号⟦QQ 8123456789⟧",
    "加Q⟦QQ 8123456789⟧",
    "QQ：⟦QQ ８１２３４５６７８９⟧",
    "QQ號：⟦QQ 8123456789⟧",
    "QQ：⟦QQ 812 345 6789⟧",
    "QQ：⟦QQ 81234\u200b56789⟧",
    "QQ：⟦QQ 八一二三四五六七八九⟧",
    "QQ：⟦QQ 812345678O⟧",
    "QQ：⟦QQ 8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣⟧",
    "QQ：\n⟦QQ 8123456789⟧",
    "⟦QQ 8123456789⟧，加我QQ",
    "扣⟦QQ 8123456789⟧加我",
    "QQ：⟦QQ 812/345/6789⟧",
    "QQ：⟦QQ 81234😂56789⟧",
    "QQ：⟦QQ 812\n345\n6789⟧",
    not_yet("前五位⟦QQ 81234⟧后五位⟦QQ 56789⟧，QQ", "nothing: only mobiles are joined from pieces"),
    "微信⟦WECHAT zhangsan88⟧ QQ⟦QQ 8123456789⟧",
    # none
    "QQ音乐打不开",
    "QQ等级 12",
    "qq邮箱",
    "QQ飞车2023",
    "8123456789",  # no cue
]
PLATES = [
    "⟦PLATE 京X12345⟧",
    "⟦PLATE 京X·12345⟧",
    "⟦PLATE 京X 12345⟧",
    "⟦PLATE 京X-12345⟧",
    "⟦PLATE 京X.12345⟧",
    "⟦PLATE 京x12345⟧",
    "车牌⟦PLATE 京X12345⟧的车挡路了",
    "⟦PLATE 京XD12345⟧",  # new-energy
    "⟦PLATE 京X·D12345⟧",
    "⟦PLATE 京X12345D⟧",
    "⟦PLATE 京X1234学⟧",
    "⟦PLATE 京X1234警⟧",
    "⟦PLATE 京X·1234挂⟧",
    "⟦PLATE 粤Z1234港⟧",
    "⟦PLATE 粤Z·1234澳⟧",
    "⟦PLATE 京X1A2B3⟧",
    "⟦PLATE 京Ｘ１２３４５⟧",
    "⟦PLATE 滬V12345⟧",
    "⟦PLATE 沪V\u200b12345⟧",
    "⟦PLATE 京X12345⟧、⟦PLATE 沪V12345⟧",
    "⟦PLATE 京X12345⟧/⟦PLATE 沪V12345⟧",
    "⟦PLATE 京X 123 45⟧",
    "⟦PLATE 京 X12345⟧",
    "⟦PLATE 京X①②③④⑤⟧",
    "⟦PLATE 京X__12345⟧",
    "⟦PLATE 京X/D12345⟧",
    "⟦PLATE 京X😂12345⟧",
    "⟦PLATE 京X\n12345⟧",
    # none
    "京A级景区",
    "沪A股12345点",
    "新A4纸500张",
    "川K1234",
    "京12345",
    "鲁ABCDEF",
    "苏AbCd12",
    "吉I12345",  # no plate has I or O
]
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PASSPORTS = [
    "护照⟦PASSPORT E91234567⟧",
    "护照号：⟦PASSPORT EX0000123⟧",
    "⟦PASSPORT E91234567⟧",  # tells it by itself
    "⟦PASSPORT EX0000123⟧",
    "持⟦PASSPORT EX0000123⟧入境",
    "护照⟦PASSPORT e91234567⟧",
    "护照⟦PASSPORT Ｅ９１２３４５６７⟧",
    "护照⟦PASSPORT E9123 4567⟧",
    "護照⟦PASSPORT EX0000123⟧",
    "passport ⟦PASSPORT EX0000123⟧",
    "护照⟦PASSPORT E9\u200b1234567⟧",
    "护照⟦PASSPORT G91234567⟧",
    "护照⟦PASSPORT EX0OOOl23⟧",
    "护照⟦PASSPORT EX。0000123⟧",
    "护照⟦PASSPORT EX😂0000123⟧",
    "护照⟦PASSPORT EX\n0000123⟧",
    "公务护照⟦PASSPORT SE0000123⟧",
    "⟦PASSPORT E91234567⟧/⟦PASSPORT EX0000123⟧",
    # none
    "E123",
    "E9123456",
    "E912345678",
    "订单编号E91234567",
    "SKU-E91234567",
    "AE91234567",
    "护照到期了",
]


@pytest.mark.parametrize("row", [*MAILS, *IPS, *WECHAT, *QQ, *PLATES, *PASSPORTS])
def test_handles_are_found_and_what_looks_like_them_is_not(row: str) -> None:
    assert found_in(row) == row


def test_there_are_thirty_one_provinces() -> None:
    assert len(set(PROVINCES)) == 31


@pytest.mark.parametrize("province", PROVINCES)
def test_plates_of_every_province_are_found(province: str) -> None:
    row = f"车牌⟦PLATE {province}A·00000⟧"  # five zeros are never given out
    assert found_in(row) == row


@pytest.mark.parametrize(
    "row",
    [
        "验证码⟦OTP 123456⟧",
        "验证码是：⟦OTP 1234⟧，",
        not_yet("⟦OTP 123456⟧是您的验证码", "nothing: only a cue before it is looked for"),
        "动态码 ⟦OTP 123456⟧",
        "您的校验码为⟦OTP １２３４５６⟧",
        "驗證碼⟦OTP 123456⟧",
        "安全码 ⟦CVV 123⟧",
        "CVV：⟦CVV 123⟧",
        "CVV2是⟦CVV 123⟧",
        "cvv ⟦CVV 123⟧",
        "卡背面三位⟦CVV 123⟧",
        "密码是⟦PASSWORD abc123!⟧",
        "密码：⟦PASSWORD Fuyu@2023⟧",
        "password: ⟦PASSWORD abc123!⟧",
        "登录密码⟦PASSWORD 123456⟧",
        "密码忘了",
        "验证码收不到",
        "验证码多久到",
        "安全码在哪",
    ],
)
def test_codes_and_passwords_are_found_on_demand(row: str) -> None:
    assert found_in(row, entities=(*ENTITIES, *ON_DEMAND)) == row


@pytest.mark.parametrize("text", ["验证码123456", "安全码 123", "密码是abc123!"])
def test_codes_and_passwords_are_not_looked_for_by_default(text: str) -> None:
    assert found_in(text) == text
