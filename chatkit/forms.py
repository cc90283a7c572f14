"""Forms: what is printed, signed and filed."""

from __future__ import annotations

from pathlib import Path

from .casebook import keeper
from .clocks import china_time
from .errors import BadInput
from .permits import Permit
from .requests import ALL_CUSTOMERS, fingerprint
from .sentences import say
from .typeset import typeset


def print_form(permit: Permit, path: str | Path) -> Path:
    """Print the authorisation for the use of data (数据使用授权书) of a permit as a PDF; returns its path.

    It shows what was asked and granted, and who signed when, with the first characters of each signature.
    Printing is logged. Raises Refused for a permit that is not genuine, BadInput where another
    file of that name exists; printing again returns the first print.
    """
    casebook, path = keeper(permit), Path(path)
    with casebook.witness(permit, "form"):
        casebook.holds(permit)
        request, policy, people = permit.request, casebook.policy, casebook.people()
        if path.exists():
            printed = {r.body["file_sha256"] for r in casebook.store.records("form", request.id)}
            if fingerprint(path) in printed:
                return path
            raise BadInput("file_taken", path)
        everybody = request.customers == ALL_CUSTOMERS
        rows = {
            "id": f"{permit.id}（{request.id}）",
            "purpose": policy.purposes[request.purpose].name.zh,
            "reason": request.reason,
            "basis": policy.bases[request.basis_under(policy)].zh,
            "mode": f"{policy.modes[permit.mode].name.zh}（{policy.modes[permit.mode].risk.zh}）",
            "customers": say("demo.everybody").zh if everybody else "、".join(request.customers),
            "range": f"{request.since} 至 {request.until}",
            "keywords": "、".join(request.keywords) or "—",
            "columns": "、".join(policy.columns[c].name.zh for c in request.columns_under(policy)),
            "unmask": "、".join(policy.entities[e].zh for e in request.unmask) or "—",
            "recipient": request.recipient or "—",
            "use_until": china_time(permit.expires_at),
        }
        acts = [permit.application, *permit.approvals]
        signatures = [
            [policy.roles[a.role].zh, f"{people[a.person].name}", china_time(a.at), f"Ed25519 {a.signature[:16]}…"]
            for a in acts
        ]
        values = {
            "title": say("form.title").zh,
            "stamp": say("form.roleplay").zh if permit.roleplay else "",
            "rows": [[say(f"form.{name}").zh, text] for name, text in rows.items()],
            "heads": [say(f"form.{name}").zh for name in ("role", "person", "at", "signature")],
            "signatures": signatures,
            "notice": say("notice").zh,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        typeset("form.typ", values, temporary)
        with casebook.store.transaction():
            record = {"permit": permit.id, "file_sha256": fingerprint(temporary)}
            casebook.append("form", request.id, record)
        temporary.rename(path)
        return path
