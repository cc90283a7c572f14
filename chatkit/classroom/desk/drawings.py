"""Drawings for the desk in one language, each with its words for people who do not see it."""

from __future__ import annotations

import html
from collections.abc import Mapping

from ...routes import Route, Station
from .words import Words

COLOURS = {"done": "#1b7837", "next": "#1f5fa8", "rejected": "#a4262c", "waiting": "#5f6b7a"}
MARKS = {"done": "✓", "next": "▶", "rejected": "✗", "waiting": "·"}
_WIDE, _HIGH, _GAP = 112, 84, 20


def route_words(route: Route, words: Words) -> str:
    """The route as one sentence: every station with what is to be said of it."""
    stations = [f"{MARKS[s.state]} {words.of(s.name)}（{_remark(s, words)}）" for s in route.stations]
    return f"{words.of(route.title)}：{' → '.join(stations)}"


def route_drawing(route: Route, words: Words) -> str:
    """The route as SVG; where it is wider than the page it scrolls."""
    parts, step = [], _WIDE + _GAP
    for n, station in enumerate(route.stations):
        x, colour, strong = 4 + n * step, COLOURS[station.state], station.state == "next"
        parts.append(
            f'<rect x="{x}" y="4" width="{_WIDE}" height="{_HIGH}" rx="10" fill="{colour if strong else "#ffffff"}"'
            f' stroke="{colour}" stroke-width="{2 if station.state != "waiting" else 1}"/>'
        )
        ink = "#ffffff" if strong else colour if station.state != "waiting" else "#3d4852"
        named = _lines(f"{MARKS[station.state]} {words.of(station.name)}", 15)
        texts = [(text, 44 - 16 * (len(named) - i), 13, 600) for i, text in enumerate(named)]
        texts = [(text, y + (8 if len(named) == 1 else 14), size, weight) for text, y, size, weight in texts]
        remark = _lines(_remark(station, words), 19)
        remarks = [(text, 62 + 14 * i, 11, 400) for i, text in enumerate(remark)]
        parts += [
            f'<text x="{x + _WIDE / 2:g}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{ink}"'
            f' text-anchor="middle">{html.escape(text)}</text>'
            for text, y, size, weight in [*texts, *remarks]
        ]
        if n:
            parts.append(
                f'<path d="M{x - _GAP + 4} {4 + _HIGH / 2:g} h{_GAP - 10} m-5 -4 l6 4 l-6 4" fill="none"'
                ' stroke="#5f6b7a" stroke-width="1.5"/>'
            )
    wide, alt = 8 + len(route.stations) * step - _GAP, html.escape(route_words(route, words), quote=True)
    return (
        f'<div class="ck-scroll" tabindex="0" role="region" aria-label="{html.escape(words("route.title"))}">'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {_HIGH + 8}" role="img" aria-label="{alt}"'
        f' class="ck-route"><title>{html.escape(words.of(route.title))}</title>{"".join(parts)}</svg></div>'
    )


def bars(counts: Mapping[str, int], title: str) -> str:
    """Horizontal bars, the largest on top, and the same numbers as a table beside them."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    most, parts = max(counts.values(), default=1), []
    for n, (name, count) in enumerate(ordered):
        y, long = 6 + n * 28, 190 * count / most
        parts.append(
            f'<text x="104" y="{y + 15}" font-size="13" text-anchor="end" fill="#1f2933">'
            f"{html.escape(_short(name, 15))}</text>"
            f'<rect x="112" y="{y}" width="{long:.1f}" height="20" rx="4" fill="#1f5fa8"/>'
            f'<text x="{118 + long:.1f}" y="{y + 15}" font-size="13" fill="#1f2933">{count}</text>'
        )
    alt = html.escape(f"{title}：" + "，".join(f"{name} {count}" for name, count in ordered), quote=True)
    rows = "".join(f'<tr><th scope="row">{html.escape(name)}</th><td>{count}</td></tr>' for name, count in ordered)
    return (
        f'<div class="ck-chart"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 {12 + len(ordered) * 28}"'
        f' role="img" aria-label="{alt}" class="ck-bars">{"".join(parts)}</svg>'
        f'<table class="ck-table"><caption>{html.escape(title)}</caption><tbody>{rows}</tbody></table></div>'
    )


def _remark(station: Station, words: Words) -> str:
    """How a station stands, and who made it so."""
    told = words.of(station.remark)
    return told.removesuffix(station.person) + words.called(station.person) if station.person else told


def _width(text: str) -> int:
    """How many places a text takes; a Chinese character takes two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _short(text: str, wide: int) -> str:
    """A text that fits."""
    fitting = next((n for n in range(len(text), 0, -1) if _width(text[:n]) <= wide), 0)
    return text if fitting == len(text) else text[: fitting - 1] + "…"


def _lines(text: str, wide: int) -> list[str]:
    """A name in one line, or broken in two at the last place where that can be done."""
    breaks = [n + (sign in " ：") for n, sign in enumerate(text) if sign in " ：（(" and n > 2]
    breaks = [n for n in breaks if _width(text[:n].strip()) <= wide]
    if _width(text) <= wide or not breaks:
        return [_short(text, wide)]
    return [text[: breaks[-1]].strip(), _short(text[breaks[-1] :], wide + 2)]
