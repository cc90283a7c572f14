"""The gates: what is asked for, where it stands, and the answer of whoever sits at the desk."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from ...requests import ALL_CUSTOMERS, Request
from ...routes import route
from ...sentences import listed
from .drawings import route_drawing
from .pieces import Field, attempt, button, details, heading, line, notice, paragraph, piece, stack
from .sittings import Sitting


class Approval:
    """The panel of the gates."""

    def __init__(self, sitting: Sitting, moved: Callable[[str], None]) -> None:
        self._sitting, self._moved, words = sitting, moved, sitting.words
        self._say, self._asked = piece("", "ck-say"), piece()
        self.approve = button(words("approve.yes"), lambda: self._try(self._approve), "ck-main")
        self.why = Field(w.Text(continuous_update=False), words("label.why"), words("help.why"))
        self.reject = button(words("approve.no"), lambda: self._try(self._reject), "ck-grave")
        self.box = stack(
            piece(paragraph(words("approve.lead"), "ck-lead")),
            self._say,
            self._asked,
            line(self.approve, kind="ck-actions"),
            line(self.why.box, self.reject, kind="ck-actions"),
        )

    def show(self) -> None:
        """The request as it stands now."""
        self._say.value = ""
        self._asked.value = described(self._sitting)
        self.why.control.value = ""

    def _try(self, do: Callable[[], None]) -> None:
        attempt(do, self._say, self._sitting.words)

    def _approve(self) -> None:
        sitting = self._sitting
        act = sitting.casebook.approve(sitting.chosen, sitting.person)
        self._answered("approve.done", act.role)

    def _reject(self) -> None:
        sitting, why = self._sitting, self.why.control.value.strip()
        if not why:
            self._say.value = notice(sitting.words("approve.no_reason"), "fault")
            self.why.control.focus()
            return
        act = sitting.casebook.reject(sitting.chosen, sitting.person, why=why)
        self._answered("approve.sent_back", act.role)

    def _answered(self, told: str, role: str) -> None:
        words = self._sitting.words
        self.show()
        self._moved("")
        self._say.value = notice(words(told, role=self._sitting.casebook.policy.roles[role]))


def described(sitting: Sitting) -> str:
    """The chosen request in words, its route, and the reasons of whoever sent it back."""
    request, words = sitting.request, sitting.words
    if request is None:
        return notice(words("desk.none_chosen"), "plain")
    drawn, (application, answers) = route(request, sitting.casebook), sitting.casebook.acts(request)
    back = [act for act in answers if act.kind == "reject"]
    policy = sitting.casebook.policy
    return "".join(
        (
            details([(words("label.applicant"), words.called(application.person)), *asked(request, sitting)]),
            *(notice(words("approve.back", role=policy.roles[act.role], why=act.note), "plain") for act in back),
            heading(3, words("route.title")),
            paragraph(words("route.stands", title=drawn.title), "ck-plain"),
            route_drawing(drawn, words),
            paragraph(words("route.whole", day=drawn.due.day)) if drawn.due and drawn.stage == "filed" else "",
        )
    )


def asked(request: Request, sitting: Sitting) -> list[tuple[str, str]]:
    """What a request asks for, field by field; what was left empty is left out."""
    policy, words = sitting.casebook.policy, sitting.words
    everybody = request.customers == ALL_CUSTOMERS
    values = {
        "purpose": words.of(policy.purposes[request.purpose].name),
        "reason": request.reason,
        "customers": words("form.everybody") if everybody else words.of(listed(request.customers)),
        "range": f"{request.since} – {request.until}",
        "keywords": words.of(listed(request.keywords)),
        "without": words.of(listed(request.without)),
        "columns": words.of(listed(policy.columns[c].name for c in request.columns_under(policy))),
        "basis": words.of(policy.bases[request.basis_under(policy)]),
        "use_days": words("form.days", n=request.use_days),
        "recipient": request.recipient,
        "unmask": words.of(listed(policy.entities[entity] for entity in request.unmask)),
        "evidence": words.of(listed(policy.proofs.get(name, name) for name, _ in request.evidence)),
    }
    return [(words(f"label.{name}"), value) for name, value in values.items() if value]
