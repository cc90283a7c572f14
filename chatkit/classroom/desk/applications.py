"""The form: a request written field by field, what it would touch, and its route, before it is filed."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as w

from ...errors import Refusal, Refused
from ...extracts import Estimate, estimate
from ...requests import Request, fingerprint
from ...routes import route
from . import drafts
from .drawings import route_drawing
from .pieces import Field, Ticks, attempt, button, cards, heading, line, notice, paragraph, piece, refused, stack
from .sittings import Sitting

# Beside which field a broken rule is shown; a rule that stands in no field is shown above the form.
FIELD = {
    **{f"request.{name}": name for name in ("purpose", "basis", "reason", "unmask", "customers", "match", "keywords")},
    **{"request.columns": "columns", "request.use_period": "use_days", "request.reason_personal": "reason"},
    **{"request.dates_order": "until", "request.range": "until", "request.proofs": "evidence"},
}
_TEXTS = ("reason", "customers", "since", "until", "keywords", "without", "use_days", "recipient")
_ORDER = (  # as they stand on the page
    *("purpose", "reason", "customers", "keywords", "since", "until", "columns", "unmask"),
    *("basis", "use_days", "match", "without", "recipient", "evidence"),
)


class Application:
    """The panel of the form. ``show`` fills it with the draft of whoever sits at the desk."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, self._moved, words = sitting, moved, sitting.words
        policy = sitting.casebook.policy
        self._silent = True
        self._say, self._foreseen = piece("", "ck-say"), piece()
        self.fields: dict[str, Field | Ticks] = {
            name: Field(w.Text(continuous_update=False, placeholder=self._own("example", name)), *self._told(name))
            for name in _TEXTS
        }
        chosen = {
            "purpose": [(words("form.choose"), ""), *((words.of(p.name), p.id) for p in policy.purposes.values())],
            "match": [(words("form.any"), "any"), (words("form.all"), "all")],
            "basis": [(words("form.usual"), ""), *((words.of(name), id) for id, name in policy.bases.items())],
        }
        for name, options in chosen.items():
            self.fields[name] = Field(w.Dropdown(options=options, value=options[0][1]), *self._told(name))
        for name in ("columns", "unmask"):
            self.fields[name] = Ticks(*self._told(name), self._keep)
        self._proofs = _Proofs(self._told("evidence"), {i: words.of(t) for i, t in policy.proofs.items()}, self._keep)
        self._proofs.upload.description = words("form.upload")
        for name, paper in sitting.seat.play.papers.items() if sitting.seat.play else ():
            self._proofs.offer(words("drill.paper", name=policy.proofs[name]), name, paper)
        self.fields["evidence"] = self._proofs.field
        for field in self.fields.values():
            if isinstance(field, Field):
                field.control.observe(self._typed, "value")
        self.estimate = button(words("form.estimate"), lambda: self._try(self._estimate))
        self.file = button(words("form.file"), lambda: self._try(self._file), "ck-main")
        self.clear = button(words("form.clear"), self._clear)
        self.more = w.ToggleButton(description=words("form.more"))
        self.more.add_class("ck-more")
        self.more.observe(lambda _: self._unfold(), "value")
        box = self._boxes
        self._rest = stack(
            line(box("columns"), box("unmask")),
            line(box("basis"), box("use_days")),
            line(box("match"), box("without")),
            line(box("recipient"), box("evidence")),
        )
        self.box = stack(
            piece(paragraph(words("form.lead"), "ck-lead")),
            self._say,
            line(box("purpose"), box("reason")),
            line(box("customers"), box("keywords")),
            line(box("since"), box("until")),
            self.more,
            self._rest,
            line(self.estimate, self.file, self.clear, kind="ck-actions"),
            self._foreseen,
        )
        self._unfold()

    def show(self) -> None:
        """The form as it was left, whoever left it and whenever; an empty one where there is no draft."""
        kept = drafts.kept(self._sitting.person)
        self._fill(kept)
        new = not kept and not self._sitting.seat.play and not self._sitting.requests()
        told = "form.resumed" if kept else "form.first" if new else ""
        self._say.value = notice(self._sitting.words(told), "plain") if told else ""
        self._foreseen.value = ""

    @property
    def request(self) -> Request:
        """What stands in the form."""
        texts = {name: str(self.fields[name].control.value) for name in _TEXTS}
        columns = self.fields["columns"].value  # type: ignore[union-attr]
        return Request(
            purpose=self.fields["purpose"].control.value,
            reason=texts["reason"],
            customers=_parts(texts["customers"], r"[,，、;；\s]+"),
            since=texts["since"],
            until=texts["until"],
            keywords=_parts(texts["keywords"], "[,，、;；]+"),
            match=self.fields["match"].control.value,
            without=_parts(texts["without"], "[,，、;；]+"),
            columns=() if columns == self._usual_columns() else columns,
            basis=self.fields["basis"].control.value,
            use_days=texts["use_days"],  # type: ignore[arg-type]  # what is no number counts as none
            recipient=texts["recipient"],
            unmask=self.fields["unmask"].value,  # type: ignore[union-attr]
            evidence=tuple(self._proofs.found.items()),
        )

    def _told(self, name: str) -> tuple[str, str]:
        return self._sitting.words(f"label.{name}"), self._own("help", name)

    def _own(self, table: str, name: str) -> str:
        """What is said of a field; where seats share a casebook, with this seat's own in it."""
        words, tag = self._sitting.words, self._sitting.seat.tag
        return words(f"{table}.reason_seat", tag=tag) if tag and name == "reason" else words(f"{table}.{name}")

    def _boxes(self, name: str) -> Any:
        return self.fields[name].box

    def _usual_columns(self) -> tuple[str, ...]:
        purpose = self._sitting.casebook.policy.purposes.get(self.fields["purpose"].control.value)
        return tuple(c for c in purpose.columns if c in purpose.given) if purpose else ()

    def _unfold(self) -> None:
        self._rest.layout.display = "" if self.more.value else "none"
        self.more.description = self._sitting.words("form.less" if self.more.value else "form.more")

    def _typed(self, change: Mapping[str, Any]) -> None:
        if change["owner"] is self.fields["purpose"].control:
            self._offer_columns(self._usual_columns())
        self._keep()

    def _offer_columns(self, ticked: tuple[str, ...]) -> None:
        policy, words = self._sitting.casebook.policy, self._sitting.words
        purpose = policy.purposes.get(self.fields["purpose"].control.value)
        offered = purpose.columns if purpose else ()
        self.fields["columns"].offer(  # type: ignore[union-attr]
            {column: words.of(policy.columns[column].name) for column in offered}, ticked
        )

    def _keep(self) -> None:
        """Keep the draft, unless the form is being filled by ``show``."""
        if self._silent:
            return
        values = {name: field.control.value for name, field in self.fields.items() if isinstance(field, Field)}
        ticks = {name: field.value for name, field in self.fields.items() if isinstance(field, Ticks)}
        drafts.keep(self._sitting.person, {**values, **ticks, "evidence": self._proofs.found})

    def _fill(self, kept: Mapping[str, Any]) -> None:
        """Fill the form from a draft; what a draft holds that no field takes any more is left out."""
        self._silent = True
        policy, words = self._sitting.casebook.policy, self._sitting.words
        for name, field in self.fields.items():
            field.blame((), words)
            if not isinstance(field, Field) or name == "evidence":
                continue
            value = kept.get(name, "30" if name == "use_days" else "any" if name == "match" else "")
            allowed = getattr(field.control, "options", None)
            field.control.value = value if not allowed or value in [id for _, id in allowed] else allowed[0][1]
        self._offer_columns(tuple(kept.get("columns", self._usual_columns())))
        entities = {id: words.of(name) for id, name in policy.entities.items()}
        self.fields["unmask"].offer(entities, kept.get("unmask", ()))  # type: ignore[union-attr]
        self._proofs.found = dict(kept.get("evidence", {}))
        self._silent = False

    def _clear(self) -> None:
        drafts.drop(self._sitting.person)
        self.show()
        self.fields["purpose"].control.focus()

    def _try(self, do: Callable[[], None]) -> None:
        """Do it; what the policy says no to is shown beside the fields, and the first of them gets the focus."""
        words = self._sitting.words
        for field in self.fields.values():
            field.blame((), words)
        self._foreseen.value = ""

        def blaming() -> None:
            try:
                do()
            except Refused as no:
                if not self._blame(no.refusals):
                    raise

        attempt(blaming, self._say, words)

    def _blame(self, refusals: tuple[Refusal, ...]) -> bool:
        """Show each broken rule in its place. False where none of them belongs to a field."""
        words, broken = self._sitting.words, defaultdict[str, list[Refusal]](list)
        for refusal in refusals:
            broken[str(refusal.values.get("field") or FIELD.get(refusal.rule.id, ""))].append(refusal)
        unplaced = broken.pop("", [])
        for name, found in broken.items():
            self.fields[name].blame(found, words)
        if not broken:
            return False
        self.more.value = self.more.value or bool(set(broken) & {"columns", "unmask", "basis", "use_days", "match"})
        self.more.value = self.more.value or bool(set(broken) & {"evidence"})
        placed = [name for name in _ORDER if name in broken]
        labels = [words(f"label.{name}") for name in placed]
        summary = notice(words("form.faults", n=len(refusals), fields="、".join(labels)), "fault")
        self._say.value = summary + (refused(unplaced, words) if unplaced else "")
        self.fields[placed[0]].control.focus()
        return True

    def _estimate(self) -> None:
        sitting, words, request = self._sitting, self._sitting.words, self.request
        counted = estimate(sitting.seat.chats, request, by=sitting.person)
        drawn = route(request, sitting.casebook)
        reason = words.of(drawn.trigger.reason) if drawn.trigger else ""
        self._foreseen.value = "".join(
            (
                '<div class="ck-foreseen" role="status">',
                heading(3, words("form.touches")),
                cards(figures(counted, sitting)),
                paragraph(words("form.withheld", k=counted.below)),
                heading(3, words("route.title")),
                paragraph(words("route.chosen", title=words.of(drawn.mode.name), reason=reason), "ck-plain"),
                route_drawing(drawn, words),
                "</div>",
            )
        )

    def _file(self) -> None:
        request = self.request
        self._sitting.casebook.apply(request, self._sitting.person)
        drafts.drop(self._sitting.person)
        self._sitting.request = request
        self._moved("approve")


class _Proofs:
    """Files whose fingerprints go with a request: they are hashed as they arrive, and not kept."""

    def __init__(self, told: tuple[str, str], proofs: Mapping[str, str], changed: Callable[[], None]) -> None:
        self._found: dict[str, str] = {}
        self._which = w.Dropdown(options=[(name, id) for id, name in proofs.items()])
        self.upload = w.FileUpload(multiple=False)
        self.field = Field(self._which, *told)
        self._list, self._changed = piece("", "ck-proofs"), changed
        self.field.box.children = (*self.field.box.children, self.upload, self._list)
        self.upload.observe(self._take, "value")

    @property
    def found(self) -> dict[str, str]:
        """Fingerprints by proof."""
        return self._found

    @found.setter
    def found(self, found: dict[str, str]) -> None:
        self._found = found
        names = {id: name for name, id in self._which.options}
        told = [f"✓ {names[id]}：{hashed[:12]}…" for id, hashed in found.items() if id in names]
        self._list.value = "".join(paragraph(text, "ck-plain") for text in told)

    def offer(self, text: str, proof: str, paper: Path) -> None:
        """A button that attaches a file which lies at hand."""
        attached = button(text, lambda: self._add(proof, fingerprint(paper)))
        self.field.box.children = (*self.field.box.children, attached)

    def _add(self, proof: str, hashed: str) -> None:
        self.found = {**self._found, proof: hashed}
        self._changed()

    def _take(self, change: Mapping[str, Any]) -> None:
        if change["new"]:
            content = bytes(change["new"][0]["content"])
            self.upload.value = ()
            self._add(self._which.value, hashlib.sha256(content).hexdigest())


def figures(counted: Estimate, sitting: Sitting) -> list[tuple[str, str]]:
    """The counts of an estimate as they may be shown: a withheld one as “fewer than”."""
    words = sitting.words
    counts = {"messages": counted.messages, "conversations": counted.conversations, "customers": counted.customers}
    shown = {
        name: words("form.fewer", k=counted.below) if n is None else words("form.from", n=n) if n else "0"
        for name, n in counts.items()
    }
    return [(n, words(f"form.{name}")) for name, n in shown.items()]


def _parts(text: str, between: str) -> tuple[str, ...]:
    """What stands between separators; nothing is none."""
    return tuple(part for part in re.split(between, text.strip()) if part.strip())
