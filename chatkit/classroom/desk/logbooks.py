"""The log: what the people of a seat did and what was refused, and whether the log still holds."""

from __future__ import annotations

import json
from collections.abc import Callable

from ...clocks import china_time
from ...sentences import say
from .pieces import attempt, button, line, notice, paragraph, piece, stack, table
from .sittings import Sitting

ENTRIES_SHOWN = 100


class Logbook:
    """The panel of the log."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, words = sitting, sitting.words
        self._say, self._entries = piece("", "ck-say"), piece()
        self.verify = button(words("log.verify"), lambda: attempt(self._verify, self._say, words), "ck-main")
        self.box = stack(
            piece(paragraph(words("log.lead"), "ck-lead")),
            line(self.verify, kind="ck-actions"),
            self._say,
            self._entries,
        )

    def show(self) -> None:
        """The latest entries, newest first."""
        self._say.value = ""
        words, rows = self._sitting.words, entries(self._sitting)
        heads = [words(f"log.{name}") for name in ("n", "at", "event", "about", "person", "rules")]
        self._entries.value = table(heads, rows, words("log.title", n=len(rows)), most=ENTRIES_SHOWN)

    def _verify(self) -> None:
        words, faults = self._sitting.words, self._sitting.casebook.verify()
        told = "　".join(words.of(say(f"verify.{fault}")) for fault in faults or ["sound"])
        self._say.value = notice(told, "fault" if faults else "good")


def entries(sitting: Sitting) -> list[list[str]]:
    """The entries that are the seat's people's or of their requests, newest first."""
    store, words, people = sitting.casebook.store, sitting.words, sitting.seat.people
    own, rows = {request.id for request in sitting.requests()}, []
    for entry, record in zip(map(json.loads, store.entries()), store.records(), strict=True):
        person = sitting.casebook.person(record)
        if person in people or record.ref in own:
            event, at = words.of(say(f"event.{record.event}")), china_time(entry["at"], "%m-%d %H:%M")
            rows.append(
                [str(record.n), at, event, record.ref, words.called(person), "、".join(record.body.get("rules", []))]
            )
    return rows[::-1]
