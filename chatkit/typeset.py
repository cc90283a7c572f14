"""PDF: typeset from a template with a Chinese typeface that the kit brings along."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from fontTools.ttLib import TTFont

FONT = Path(pylopdf_fonts_zh_cn.sans_path())


def typeset(template: str, values: Mapping[str, Any], path: Path) -> None:
    """Fill a template of the package and write it as PDF. Values are set as they are: no markup runs."""
    with as_file(files("chatkit") / template) as source:
        typst.compile(
            str(source),
            str(path),
            format="pdf",
            font_paths=[str(FONT.parent)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_printable(values), ensure_ascii=False)},
            pdf_tags=False,
        )


@cache
def _glyphs() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _printable(value: Any) -> Any:
    """The value with every sign that the typeface lacks (emoji, rare characters) written out by its name."""
    if isinstance(value, str):
        return "".join(
            c if ord(c) in _glyphs() or c == "\n" else f"[{unicodedata.name(c, f'U+{ord(c):04X}')}]" for c in value
        )
    if isinstance(value, Mapping):
        return {k: _printable(v) for k, v in value.items()}
    return [_printable(v) for v in value] if isinstance(value, list | tuple) else value
