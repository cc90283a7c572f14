"""Views: rows as a person reads them, with Chinese headers, China time and the whole text."""

from __future__ import annotations

import html

import pandas as pd

from .clocks import CHINA
from .policy import Policy
from .sentences import Text, say, sentences

ROWS_SHOWN = 60


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every cell as text: times in China; speakers, yes and no in Chinese."""
    shown = frame.copy()
    if "role" in shown:
        shown["role"] = [
            say(f"speaker.{role}").zh if f"speaker.{role}" in sentences() else role for role in shown["role"]
        ]
    for column in shown.columns:
        if isinstance(shown[column].dtype, pd.DatetimeTZDtype):
            shown[column] = shown[column].dt.tz_convert(CHINA).dt.strftime("%Y-%m-%d %H:%M:%S")
        elif shown[column].dtype == bool:
            shown[column] = shown[column].map({True: "是", False: "否"})
        else:
            shown[column] = shown[column].astype(str)
    return shown


def table(frame: pd.DataFrame, policy: Policy, caption: Text) -> str:
    """The rows as an HTML table, at most ROWS_SHOWN of them, with a caption that says what they are."""
    shown = readable(frame.drop(columns="message_id", errors="ignore").head(ROWS_SHOWN))
    left = "text-align:left;vertical-align:top;white-space"
    styles = [f"{left}:{'pre-wrap' if column == 'text' else 'nowrap'}" for column in shown.columns]
    names = [policy.columns[column].name.zh for column in shown.columns]
    heads = "".join(f'<th scope="col" style="{left}:nowrap">{html.escape(name)}</th>' for name in names)
    rows = "".join(
        "<tr>"
        + "".join(f'<td style="{s}">{html.escape(cell)}</td>' for s, cell in zip(styles, row, strict=True))
        + "</tr>"
        for row in shown.itertuples(index=False)
    )
    more = f"<p>{html.escape(say('view.more', shown=len(shown), rows=len(frame)).line)}</p>"
    return (
        f'<table><caption style="text-align:left">{html.escape(caption.line)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more if len(frame) > len(shown) else ''}"
    )
