"""The report as a page: one file of HTML that a browser opens without a network, made to be read aloud as well."""

from __future__ import annotations

import html

import pandas as pd

from ...casebook import shipped_policy
from ...sentences import Text, say
from ..lessons.items import find
from . import outcomes
from .figures import Figure, table
from .measures import LEAST, share

STYLE = """
body { font: 16px/1.6 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; } caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid #8c8c8c; padding: .3rem .6rem; text-align: left; vertical-align: top; }
thead th { background: #eef2f6; } figure { margin: 1rem 0; }
.note { border-left: 4px solid #b35806; padding-left: .8rem; }
"""


def report_page(results: pd.DataFrame, title: str) -> str:
    """The page. What a class of that size cannot tell is said in words where the figure would stand."""
    people = results["trainee"].nunique()
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        _note(say("report.lead", people=people)),
        *_section("scores", _scores(results)),
        *_section("gain", _gain(results)),
        *_section("items", _items(results, people)),
        *_section("mistakes", _mistakes(results)),
        *_section("drills", _drills(results)),
        *_section("faults", _faults(results)),
    ]
    return (
        f'<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n<main>\n" + "\n".join(parts) + "\n</main>\n</html>\n"
    )


def _section(name: str, body: list[str]) -> list[str]:
    return [f"<h2>{html.escape(say(f'report.title.{name}').line)}</h2>", *body]


def _note(text: Text) -> str:
    return f'<p class="note">{html.escape(text.zh)}<br><span lang="en">{html.escape(text.en)}</span></p>'


def _shown(figure: Figure | None) -> list[str]:
    return [figure._repr_html_()] if figure else []


def _scores(results: pd.DataFrame) -> list[str]:
    heads = [say(f"report.{name}") for name in ("person", "before", "after", "drill_mean", "refusals")]
    rows = []
    for row in outcomes.scores(results).to_dict("records"):
        tests = [
            f"{row[f'{s}_right']}/{row[f'{s}_items']} {told.text()}"
            if (told := share(row[f"{s}_right"], row[f"{s}_items"]))
            else "—"
            for s in ("before", "after")
        ]
        drills = f"{100 * row['drill_mean']:.0f}（{row['drills']}）" if row["drills"] else "—"
        rows.append((f"{row['trainee']} {row['name']}", *tests, drills, str(row["refusals"])))
    return [table(say("report.scores"), heads, rows), *_shown(outcomes.progress_figure(results))]


def _gain(results: pd.DataFrame) -> list[str]:
    told = [_note(outcomes.gain_text(results))]
    return told + ([_note(say("report.not_used"))] if outcomes.group_gain(results) else [])


def _items(results: pd.DataFrame, people: int) -> list[str]:
    figures = outcomes.item_figures(results)
    if not figures:
        return [_note(say("report.too_few", least=LEAST, people=people))]
    heads = [
        say(f"report.{name}") for name in ("item", "stage_head", "people_n", "right", "discrimination", "question")
    ]
    rows = [
        (
            f.id,
            say(f"report.stage.{f.stage}").line,
            str(f.people),
            f.right.text(),
            f.discrimination.text("+.2f") if f.discrimination else say("report.untold").line,
            find(f.id).question.zh,
        )
        for f in figures
    ]
    drawn = [part for stage in ("before", "after") for part in _shown(outcomes.difficulty(results, stage))]
    return [_note(say("report.items_note")), table(say("report.items"), heads, rows), *drawn]


def _mistakes(results: pd.DataFrame) -> list[str]:
    rules = shipped_policy().rules
    wrong = [(id, str(n), find(id).question.zh, find(id).why.zh) for id, n in outcomes.wrong_first(results).items()]
    met = [
        (id, str(n), rules[id].text.zh, rules[id].source.text.zh) for id, n in outcomes.refused_most(results).items()
    ]
    heads = [say(f"report.{name}") for name in ("item", "people_n", "question", "why")]
    return [
        table(say("report.wrong_first"), heads, wrong),
        table(say("report.refused"), [say("report.rule"), *heads[1:2], say("report.says"), heads[3]], met),
    ]


def _drills(results: pd.DataFrame) -> list[str]:
    return _shown(outcomes.parts_figure(results)) or [_note(say("report.no_drills"))]


def _faults(results: pd.DataFrame) -> list[str]:
    bad = results[results["kind"] == "fault"]
    if bad.empty:
        return [_note(say("report.no_faults"))]
    heads = [say(f"report.{name}") for name in ("person", "kind", "why")]
    rows = [(f"{r['trainee']} {r['name']}".strip(), r["what"], f"{r['zh']} {r['en']}") for r in bad.to_dict("records")]
    return [table(say("report.faults"), heads, rows)]
