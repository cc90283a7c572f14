"""Reports: trends as one page to read and one to print, checked for personal data before a byte is written."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .clocks import china_time, stamp
from .errors import BadInput, refuse
from .masking import residual
from .plots import Plot, plots
from .requests import fingerprint, names
from .sentences import Text, say
from .trends import Trends, findings
from .typeset import typeset

STYLE = """
body { font: 16px/1.6 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #1a1a1a; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem; margin: 0 } h2 { font-size: 1.25rem; margin-top: 2.2rem } p.en, li span { color: #595959 }
table { border-collapse: collapse; font-size: .85rem; margin: .5rem 0 } caption { text-align: left; color: #595959 }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #d0d0d0; text-align: right;
  white-space: nowrap } th { font-weight: 600; white-space: normal; min-width: 2.6rem }
td:first-child, th:first-child { text-align: left } figure { margin: 1.5rem 0; overflow-x: auto }
.stamp { color: #a50026; font-weight: 600 } footer { margin-top: 3rem; color: #595959; font-size: .85rem }
"""


@dataclass(frozen=True, repr=False)
class TrendReport:
    """A report that was written: the page, the PDF, and the plots that stand in both."""

    id: str
    html: Path
    pdf: Path
    plots: tuple[Plot, ...]

    def __str__(self) -> str:
        return str(say("trend_report.written", id=self.id, html=self.html.name, pdf=self.pdf.name))

    __repr__ = __str__


def write_report(trends: Trends, path: str | Path) -> TrendReport:
    """Write trends as ``path`` with the endings .html and .pdf; the figures in both are the same.

    Every value and word that comes from the chats is looked through for personal data first. Writing is logged. Raises
    Refused for a permit that has ended and for what that look finds, BadInput where other files of these names exist.
    """
    casebook, base = trends.casebook, Path(path)
    page, pdf = base.with_suffix(".html"), base.with_suffix(".pdf")
    permit = casebook.permit(casebook.request(trends.request_id))
    with casebook.witness(permit, "trend_report"):
        casebook.holds(permit)
        drawn = tuple(plots(trends))
        found = findings(trends)
        values = {str(v) for table in trends.tables.values() for v in table.counts.index}
        values |= {value for c in trends.changes for value in c.value}
        if left := residual(pd.DataFrame({"value": sorted(values)}), trends.policy, trends.names, ()):
            entities = names(trends.policy.entities, sorted(left))
            raise refuse(trends.policy, "mask.residual", cells=left.total(), entities=entities)
        earlier = {r.body["html"]: r.body["pdf"] for r in casebook.store.records("trend_report", trends.request_id)}
        for file, known in ((page, earlier.keys()), (pdf, earlier.values())):
            if file.exists() and fingerprint(file) not in known:
                raise BadInput("file_taken", file)
        base.parent.mkdir(parents=True, exist_ok=True)
        drafts = [file.with_name(f".{file.name}.tmp") for file in (page, pdf)]
        drafts[0].write_text(_page(trends, found, drawn), encoding="utf-8", newline="\n")
        typeset("report.typ", _sheet(trends, found, drawn), drafts[1])
        with casebook.store.transaction():
            hashes = {"html": fingerprint(drafts[0]), "pdf": fingerprint(drafts[1])}
            casebook.append(
                "trend_report", trends.request_id, {"permit": trends.permit_id, "trends": trends.id, **hashes}
            )
        drafts[0].rename(page)
        drafts[1].rename(pdf)
    return TrendReport(trends.id, page, pdf, drawn)


def _stamp(trends: Trends) -> Text | None:
    marks = [m for m, on in (("form.roleplay", trends.roleplay), ("trend_report.fiction", trends.fictional)) if on]
    texts = [say(mark) for mark in marks]
    return Text("　".join(t.zh for t in texts), " · ".join(t.en for t in texts)) if texts else None


def _page(trends: Trends, found: list[Text], drawn: tuple[Plot, ...]) -> str:
    def both(tag: str, text: Text) -> str:
        return f'<{tag}>{html.escape(text.zh)}</{tag}><p class="en" lang="en">{html.escape(text.en)}</p>'

    def item(text: Text) -> str:
        return f'<li>{html.escape(text.zh)}<br><span lang="en">{html.escape(text.en)}</span></li>'

    mark, title = _stamp(trends), say("trend_report.title")
    foot = " · ".join((trends.id, trends.permit_id, say("notice").line))
    figures = both("p", say("trend_report.withheld")) + "".join(
        plot._repr_html_().replace("<details>", "<details open>") for plot in drawn
    )
    stamped = f'<p class="stamp">{html.escape(mark.line)}</p>' if mark else ""
    body = (
        f"<header>{both('h1', title)}{stamped}{both('p', trends.text)}</header>"
        f"<main><h2>{html.escape(say('trend_report.found').line)}</h2>"
        f"<ol>{''.join(map(item, found or [trends.nothing]))}</ol>"
        f"<h2>{html.escape(say('trend_report.figures').line)}</h2>{figures}</main>"
        f"<footer>{html.escape(foot)}</footer>"
    )
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title.zh}</title>'
    return f'<!doctype html>\n<html lang="zh-CN"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>\n'


def _sheet(trends: Trends, found: list[Text], drawn: tuple[Plot, ...]) -> dict[str, object]:
    """What the template sets: Chinese, because the page has both languages."""
    mark = _stamp(trends)
    return {
        "title": say("trend_report.title").zh,
        "stamp": mark.zh if mark else "",
        "about": trends.text.zh,
        "heads": [say(f"trend_report.{name}").zh for name in ("found", "figures")],
        "found": [text.zh for text in found] or [trends.nothing.zh],
        "withheld": say("trend_report.withheld").zh,
        "foot": f"{trends.id} · {trends.permit_id} · {china_time(stamp(trends.casebook.now()))} · {say('notice').zh}",
        "plots": [
            {
                "title": plot.title.zh,
                "alt": plot.alt,
                "svg": plot.svg,
                "heads": [str(head).split(" · ")[0] for head in plot.table.columns],
                "rows": [[str(cell).split(" · ")[0] for cell in row] for row in plot.table.to_numpy().tolist()],
            }
            for plot in drawn
        ],
    }
