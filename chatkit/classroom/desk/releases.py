"""Releases: the export with its manifest, and the destruction of what was exported."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from ...clocks import china_time
from ...disposals import destroy
from ...exports import export
from ...manifests import Manifest, overdue, verify
from ...sentences import counted, listed, say
from ...writers import WRITERS
from .pieces import Field, attempt, bar, button, details, heading, line, notice, paragraph, piece, stack
from .sittings import Sitting


class Release:
    """The panel of the export: searched, masked, written and verified, one after the other."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, self._moved, words = sitting, moved, sitting.words
        self._say, self._bar, self._made = piece("", "ck-say"), piece(), piece()
        options = [(words(f"format.{suffix[1:]}"), suffix) for suffix in WRITERS]
        chosen = next(suffix for suffix in WRITERS if suffix == ".xlsx")
        self.format = Field(w.Dropdown(options=options, value=chosen), words("label.format"), words("help.format"))
        self.export = button(words("export.do"), lambda: attempt(self._export, self._say, words), "ck-main")
        self.onward = button(words("export.onward"), lambda: moved("destroy"))
        self.box = stack(
            piece(paragraph(words("export.lead"), "ck-lead")),
            self._say,
            self.format.box,
            line(self.export, kind="ck-actions"),
            self._bar,
            self._made,
            line(self.onward, kind="ck-actions"),
        )
        self.show()

    def show(self) -> None:
        """What of the chosen request stands already."""
        self._say.value = self._bar.value = ""
        request = self._sitting.request
        made = [m for m in self._sitting.standing() if request and m.request == request.id]
        self._made.value = "".join(described(manifest, self._sitting) for manifest in made)
        self.onward.layout.display = "" if made else "none"

    def _export(self) -> None:
        sitting = self._sitting
        try:
            self._step(0, "search")
            masked = sitting.masked.get(sitting.chosen.id)
            if masked is None:
                self._step(1, "mask")
                masked = sitting.mask()
            self._step(2, "write")
            path = sitting.seat.folder / f"{sitting.chosen.id}{self.format.control.value}"
            manifest = export(masked, path, by=sitting.person, spot_check=sitting.judged(masked))
            self._step(3, "verify")
            checks = verify(manifest)
            self._step(4, "done")
        except BaseException:
            self._bar.value = ""
            raise
        self._moved("")
        words, marks = sitting.words, [(say(f"verify.{name}"), passed) for name, passed in checks.checks]
        self._say.value = notice(
            words("export.done" if checks else "export.failed", file=manifest.file), "good" if checks else "fault"
        )
        where = words("export.hosted") if sitting.seat.tag else words("export.where", folder=sitting.seat.folder)
        self._made.value = (
            described(manifest, sitting)
            + paragraph(where, "ck-plain")
            + heading(3, words("export.verified"))
            + "".join(paragraph(f"{'✓' if passed else '✗'} {words.of(mark)}", "ck-check") for mark, passed in marks)
        )
        self.onward.layout.display = ""

    def _step(self, n: int, doing: str) -> None:
        self._bar.value = bar(n, 4, self._sitting.words(f"progress.{doing}"))


def described(manifest: Manifest, sitting: Sitting) -> str:
    """A manifest in words."""
    words, policy = sitting.words, sitting.casebook.policy
    spans = listed([counted(policy.entities[entity], n) for entity, n in manifest.masked] or ["0"])
    check = manifest.spot_check
    judge = words.called(str(check.get("judged_by", "")))
    checked = say("spot_check.manifest" if check.get("n") else "spot_check.none", **{**check, "judged_by": judge})
    pairs = [
        ("manifest.id", manifest.id),
        ("manifest.file", manifest.file),
        ("manifest.rows", str(manifest.rows)),
        ("manifest.by", words.called(manifest.executor)),
        ("manifest.gates", words.called(*(person for _, person, _ in manifest.approved_by))),
        ("manifest.masked", words.of(spans)),
        ("manifest.checked", words.of(checked)),
        ("manifest.until", china_time(manifest.destroy_by)),
        ("manifest.hash", f"{manifest.file_sha256[:16]}…"),
    ]
    return details([(words(name), value) for name, value in pairs])


class Destruction:
    """The panel of what stands and has to go."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, self._moved, words = sitting, moved, sitting.words
        self._say = piece("", "ck-say")
        self.list = stack(kind="ck-list")
        self.box = stack(piece(paragraph(words("destroy.lead"), "ck-lead")), self._say, self.list)

    def show(self) -> None:
        """Every export of this seat that is not destroyed yet, each with its button."""
        self._say.value = ""
        sitting, words = self._sitting, self._sitting.words
        late, old = {manifest.id for manifest in overdue(sitting.casebook)}, self.list.children
        entries = [
            stack(
                piece(heading(3, manifest.file) + described(manifest, sitting)
                      + (notice(words("destroy.late"), "plain") if manifest.id in late else "")),
                line(button(words("destroy.do", file=manifest.file), self._destroying(manifest), "ck-grave"),
                     kind="ck-actions"),
                kind="ck-entry",
            )
            for manifest in sitting.standing()
        ]  # fmt: skip
        self.list.children = entries or [piece(notice(words("destroy.nothing"), "plain"))]
        for entry in old:
            entry.close()

    def _destroying(self, manifest: Manifest) -> Callable[[], None]:
        def do() -> None:
            disposal = destroy(manifest, by=self._sitting.person, sweep=[self._sitting.seat.folder])
            self._sitting.masked.pop(manifest.request, None)
            self.show()
            self._moved("")
            self._say.value = notice(self._sitting.words.of(disposal.text))

        return lambda: attempt(do, self._say, self._sitting.words)
