"""A permit: the request and the signatures of everybody who had to agree. Checked at every use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from .clocks import china_day, china_time, day_start, moment, stamp
from .errors import Refused, refusal, refuse
from .people import Act, Person, genuine
from .policy import Mode, Policy
from .requests import Request, add_months, choose_mode, digest, short_id
from .sentences import listed, say, stamped


@dataclass(frozen=True, repr=False)
class Permit:
    """A request with its application and approvals, all signed. It belongs to the casebook that gave it.

    Whoever holds a permit holds no power beyond its request: every verb checks the signatures, the policy, the
    expiry and the scope again.
    """

    request: Request
    mode: str
    application: Act
    approvals: tuple[Act, ...]
    policy_sha256: str
    expires_at: str
    casebook: object = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        signed = listed(act.person for act in self.approvals)
        until = china_time(self.expires_at)
        text = say("permit.granted", id=self.id, request=self.request.id, gates=signed, until=until)
        return str(stamped(text, self.roleplay))

    __repr__ = __str__

    @property
    def id(self) -> str:
        """Stands in every result row and on every manifest."""
        return short_id("P", self.record())

    @property
    def roleplay(self) -> bool:
        """Whether one person may have played every role (a training casebook)."""
        return any(act.roleplay for act in (self.application, *self.approvals))

    def record(self) -> dict[str, object]:
        """The permit as plain values, for a record."""
        return {
            "request": asdict(self.request),
            "mode": self.mode,
            "application": asdict(self.application),
            "approvals": [asdict(act) for act in self.approvals],
            "policy_sha256": self.policy_sha256,
            "expires_at": self.expires_at,
        }


def grant(
    request: Request, mode: Mode, application: Act, approvals: tuple[Act, ...], policy: Policy, casebook: object
) -> Permit:
    """The permit that these acts amount to. Its last instant follows from the last approval."""
    expires = stamp(_end(request, approvals, policy))
    return Permit(request, mode.id, application, approvals, policy.sha256, expires, casebook)


def _end(request: Request, approvals: tuple[Act, ...], policy: Policy) -> datetime:
    """The end of the period of use: so many days from the last approval, never over the policy's months."""
    granted = max(moment(act.at) for act in approvals)
    latest = day_start(add_months(china_day(granted), policy.limit.use_months))
    return min(granted + timedelta(days=request.use_days), latest)


def check(permit: Permit, policy: Policy, people: Mapping[str, Person], now: datetime) -> None:
    """Raises Refused unless the permit is genuine, whole, of this policy, and has not ended."""
    if permit.policy_sha256 != policy.sha256:
        raise refuse(policy, "permit.policy")
    faults = list(_faults(permit, policy, people))
    if faults:
        raise Refused(*(refusal(policy, "permit.forged", part=say(f"permit.{fault}")) for fault in faults))
    if now >= moment(permit.expires_at):
        raise refuse(policy, "permit.expired", expired=china_day(moment(permit.expires_at)))


def _faults(permit: Permit, policy: Policy, people: Mapping[str, Person]) -> Iterator[str]:
    """What is not genuine about the permit, as names of sentences."""
    mode, _ = choose_mode(permit.request, policy)
    subject = digest(asdict(permit.request))
    if permit.mode != mode.id:
        yield "mode"
    if permit.application.kind != "apply" or not genuine(permit.application, subject, people):
        yield "application"
    if not all(act.kind == "approve" and genuine(act, subject, people) for act in permit.approvals):
        yield "approval"
    signers = [permit.application.person, *(act.person for act in permit.approvals)]
    if sorted(act.role for act in permit.approvals) != sorted(mode.gates) or len(set(signers)) < len(signers):
        yield "gates"
    elif permit.expires_at != stamp(_end(permit.request, permit.approvals, policy)):
        yield "period"
