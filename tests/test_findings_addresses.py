"""Addresses: one span from the largest unit given to the last; a lone city, school, branch or road is none."""

from __future__ import annotations

import pytest
from marked import found_in, not_yet

ADDRESSES = [
    # every level
    "地址⟦ADDRESS 浙江省杭州市西湖区文澜街道听雨路88号锦绣花园3栋2单元501室⟧",
    "寄到⟦ADDRESS 江苏省南京市玄武区梧桐路12号⟧",
    "⟦ADDRESS 上海市浦东新区听雨路188弄6号302室⟧",
    "⟦ADDRESS 北京市朝阳区望春街甲12号院5号楼1单元1202⟧",
    "⟦ADDRESS 重庆市渝北区星湖大道66号⟧",
    "⟦ADDRESS 内蒙古自治区呼和浩特市赛罕区青松路9号⟧",
    "⟦ADDRESS 广西南宁市青秀区木棉大道20号⟧",
    "⟦ADDRESS 香港特别行政区湾仔区听雨道8号⟧",
    # levels left out
    "⟦ADDRESS 杭州市听雨路88号⟧",
    "⟦ADDRESS 杭州西湖区听雨路88号⟧",
    "我住⟦ADDRESS 听雨路88号⟧",
    "⟦ADDRESS 听雨路88号3栋501⟧",
    "送到⟦ADDRESS 锦绣花园3栋2单元501⟧",
    not_yet("我家在⟦ADDRESS 锦绣花园三期12号楼⟧，", "nothing"),
    "⟦ADDRESS 锦绣花园3-2-501⟧",
    "住址：⟦ADDRESS 西湖区锦绣花园⟧",
    "⟦ADDRESS 锦绣花园A座1203室⟧",
    "寄⟦ADDRESS 星湖大厦18层1803⟧",
    "⟦ADDRESS 星湖软件园二期B座5楼⟧",
    "地址：⟦ADDRESS 听雨路88号星湖大厦18楼⟧",
    # rural
    "⟦ADDRESS 河北省保定市清苑区青石镇李家庄村三组12号⟧",
    "⟦ADDRESS 河北省保定市清苑区望都镇望春街12号⟧",  # 望都 is a county, too
    "⟦ADDRESS 湖南省岳阳市平江县青石乡桃花村5组⟧",
    not_yet("地址⟦ADDRESS 青石镇桃花村村委会旁⟧", "ADDRESS 青石镇桃花村"),
    "⟦ADDRESS 平江县青石镇桃花村12号⟧",
    "⟦ADDRESS 四川省成都市双流区青石镇老街8号⟧",
    # lanes, courts, crossings
    "⟦ADDRESS 听雨路188弄26支弄5号⟧",
    "⟦ADDRESS 槐树胡同12号⟧",
    "⟦ADDRESS 西城区槐树胡同甲8号⟧",
    "⟦ADDRESS 三牌楼巷6号⟧",
    "⟦ADDRESS 听雨路与望春街交叉口⟧",
    "⟦ADDRESS 听雨路望春街路口⟧往东",
    "⟦ADDRESS 西湖区听雨路和望春街交汇处⟧",
    "⟦ADDRESS 听雨东路二段88号⟧",
    "⟦ADDRESS 听雨中路88-1号⟧",
    # Chinese numerals, letters, full-width
    "⟦ADDRESS 听雨路八十八号三栋五零一室⟧",
    "⟦ADDRESS 听雨路８８号３栋５０１室⟧",
    "⟦ADDRESS 听雨路88号B栋12F⟧",
    "⟦ADDRESS 听雨路88号3#501⟧",
    # commas, spaces, lines
    "⟦ADDRESS 浙江省 杭州市 西湖区 听雨路88号 锦绣花园3栋501⟧",
    "⟦ADDRESS 浙江省，杭州市，西湖区，听雨路88号⟧",
    "⟦ADDRESS 浙江省杭州市\n西湖区听雨路88号⟧",
    "⟦ADDRESS 听雨路\u200b88号⟧",
    # traditional
    "⟦ADDRESS 浙江省杭州市西湖區聽雨路88號⟧",
    "寄到⟦ADDRESS 錦繡花園3棟2單元501⟧",
    # with other data
    "⟦ADDRESS 杭州市听雨路88号⟧，⟦NAME 陈思雨⟧，⟦PHONE 16412345678⟧",
    "⟦NAME 陈思雨⟧ ⟦PHONE 16412345678⟧ ⟦ADDRESS 杭州市听雨路88号⟧",
    "从⟦ADDRESS 听雨路88号⟧搬到⟦ADDRESS 望春街12号⟧",
    "⟦ADDRESS 听雨路88号3栋501室⟧⟦PHONE 16412345678⟧",
    # cues
    "我在⟦ADDRESS 听雨路88号⟧等你",
    "麻烦放到⟦ADDRESS 锦绣花园5栋⟧门卫",
    "家住⟦ADDRESS 听雨路88号⟧的",
]
NOTHING = [
    "我在杭州",
    "杭州市",
    "浙江省杭州市西湖区",
    "发杭州市吗",
    "我在杭州大学上学",
    "星湖小学三年级2班",
    "听雨路支行",
    "在听雨路支行办的",
    "听雨路店",
    "和平路在哪",
    "听雨路堵车",
    "星湖广场人多",
    "市人民医院3楼挂号",
    "5号楼",
    "3栋那边",
    "第12号路",
    "2号线",
    "88号技师",
    "12号发货",
    "9月12号到",
    "道路千万条",
    "一路上小心",
    "网络路由器3号",
    "铁路12306",
    "思路1：重启",
    "三楼左转",
    "小区里停电了",
    "小区3个门",
    "订单1号",
    "路上花了2小时",
    "半路2次爆胎",
    "市区3家店",
    "专区5折",
    "社区2周年",
    "国际3件套",
    "城市2选1",
    "地址发我",
    "地址不对",
    "地址在哪改",
    "送到楼下就行",
    "寄到公司",
    "什么时候到北京",
    "出门右转100米",
    "高速路口堵了",
    "村里2户人家",
    "",
]


@pytest.mark.parametrize("row", ADDRESSES)
def test_an_address_is_one_span_from_the_largest_unit_to_the_last(row: str) -> None:
    assert found_in(row) == row


@pytest.mark.parametrize("row", NOTHING)
def test_a_place_that_is_no_address_is_not_found(row: str) -> None:
    assert found_in(row) == row
