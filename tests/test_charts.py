"""Charts: a picture with Chinese type and no missing sign, words for those who do not see it, numbers beside."""

from __future__ import annotations

import re
import struct

from conftest import Desk, chats_of

import chatkit as ck
from chatkit.charts import bars
from chatkit.sentences import Text


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def test_a_chart_of_what_was_masked_has_a_picture_words_and_numbers(desk: Desk) -> None:
    chart = ck.chart(desk.masked())
    assert dict(chart.counts) == {"姓名 · name": 1, "手机号 · mobile number": 1, "邮箱 · e-mail": 1}
    assert size(chart.png)[0] > 500
    assert "6 行" in chart.title.zh
    assert chart.title.zh in chart.alt
    assert "手机号 · mobile number 1" in chart.alt
    shown = chart._repr_html_()
    assert f'alt="{chart.alt}"' in shown
    assert re.search(r"<td[^>]*>手机号 · mobile number</td><td>1</td>", shown)


def test_the_largest_number_stands_on_top() -> None:
    chart = bars({"少": 1, "多": 9, "中": 5}, Text("标题", "title"))
    assert list(chart.counts) == ["多", "中", "少"]


def test_nothing_masked_is_a_chart_too(desk: Desk) -> None:
    desk.chats = chats_of([])
    chart = ck.chart(desk.masked())
    assert dict(chart.counts) == {}
    assert size(chart.png)[1] > 50


def test_markup_in_a_chart_is_escaped() -> None:
    shown = bars({"<b>": 1}, Text('"><script>', "&"))._repr_html_()
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown
