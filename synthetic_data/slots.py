"""What stands in for each {slot} of a pattern.

UPPER CASE slots are personal information and become labels; lower case slots identify nobody: the hard negatives.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from . import identifiers as ids
from .identifiers import Uniform, digits, harmless, pick
from .patterns import Trade
from .pools import City, Pools, address, short_address

CHINA = 8 * 3600


@dataclass(slots=True)
class Customer:
    """A person who does not exist. `kept` holds what stays theirs in every conversation: card, address, e-mail …"""

    customer_id: str
    name: str
    surname: str
    female: bool
    phone: str
    city: City
    id_card: str
    vip: bool
    minor: bool
    consent: str
    trade: Trade
    kept: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agent:
    staff_id: str
    name: str
    surname: str
    role: str
    team: str


@dataclass(slots=True)
class Scene:
    """What one conversation draws on; `values` remembers each slot, so that an order number stays the same."""

    u: Uniform
    pools: Pools
    customer: Customer
    agent: Agent
    colleagues: list[Agent]
    opened_at: int
    values: dict[str, str] = field(default_factory=dict)

    def value(self, slot: str) -> str:
        """The canonical value of `slot`. Raises KeyError for a slot that does not exist."""
        if (known := self.values.get(slot)) is not None:
            return known
        kept = self.customer.kept
        if slot in KEPT:
            if slot not in kept:
                kept[slot] = KEPT[slot](self)
            value = kept[slot]
        else:
            value = SLOTS[slot](self)
        self.values[slot] = value
        return value


def _local(scene: Scene) -> datetime:
    return datetime.fromtimestamp(scene.opened_at + CHINA, UTC)


def _day(scene: Scene, low: int, high: int) -> datetime:
    return _local(scene) + timedelta(days=low + int(scene.u() * (high - low + 1)))


def _date(scene: Scene) -> str:
    iso = scene.value("date_iso")
    day = date(int(iso[:4]), int(iso[4:6]), int(iso[6:]))
    forms = (
        "{d.month}月{d.day}号",
        "{d.month}月{d.day}日",
        "{d.month}.{d.day}",
        "{d:%Y-%m-%d}",
        "{d.month}月{d.day}号",
        "{d.day}号",
    )
    return pick(scene.u, forms).format(d=day)


def _amount(scene: Scene) -> str:
    u = scene.u
    x = u()
    if x < 0.4:
        return str(99 + int(u() * 60) * 50)
    if x < 0.6:
        return f"{100 + u() * 4000:.2f}"
    return f"{1000 + int(u() * 9000):,}" if x < 0.75 else str(1000 + int(u() * 12) * 500 - (1 if u() < 0.4 else 0))


def _amount_part(scene: Scene) -> str:
    """What is left of the amount after deductions."""
    whole = float(scene.value("amount").replace(",", ""))
    return f"{whole * (0.6 + scene.u() * 0.35):.2f}"


def _order(scene: Scene) -> str:
    u, day = scene.u, _day(scene, -20, -1)
    kind = scene.customer.trade.name
    if kind == "course":
        return f"QZ{day:%Y%m%d}{digits(u, 5)}"
    if kind != "shop":
        return harmless(f"{day:%Y%m%d%H%M}{digits(u, 5)}")
    x = u()
    if x < 0.3:
        return harmless(f"{day:%Y%m%d}{digits(u, 10)}")
    if x < 0.5:
        return harmless(f"{1 + int(u() * 3)}{digits(u, 9)}{digits(u, 9)}")
    if x < 0.65:
        return f"{day:%y%m%d}-{harmless(digits(u, 15))}"
    if x < 0.8:  # looks like an identity number but for its check character
        return harmless(f"{pick(u, ('31', '33', '44'))}99{digits(u, 2)}1988{digits(u, 8)}")
    return f"HM{day:%Y%m%d}{digits(u, 6)}"


def _title(scene: Scene) -> str:
    customer, words = scene.customer, scene.pools.words
    if customer.minor:
        return customer.surname + "同学"
    return f"{customer.surname}{pick(scene.u, words['titles_f'] if customer.female else words['titles_m'])}"


def _other_name(scene: Scene) -> str:
    return pick(scene.u, scene.pools.names)[0]


def _colleague(scene: Scene) -> str:
    return pick(scene.u, scene.colleagues).name


def _serial(scene: Scene) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return (
        pick(scene.u, letters)
        + digits(scene.u, 4)
        + pick(scene.u, letters)
        + pick(scene.u, letters)
        + digits(scene.u, 5)
    )


def _tracking(scene: Scene) -> str:
    head = pick(scene.u, scene.pools.words["couriers"])
    return head + digits(scene.u, 13) if scene.u() < 0.6 else harmless(f"7{digits(scene.u, 14)}")


def _model(scene: Scene) -> str:
    head = pick(scene.u, scene.pools.words["model_heads"])
    return f"{head}{digits(scene.u, 3)}{pick(scene.u, ('', 'A', 'S', 'Max'))}"


def _course_code(scene: Scene) -> str:
    return f"{pick(scene.u, ('MATH', 'ENG', 'CODE', 'ACC', 'PIANO'))}-2023-{digits(scene.u, 2)}"


def _masked(scene: Scene) -> str:
    phone = scene.customer.phone
    return f"{phone[:3]}****{phone[-4:]}"


def _hotline(scene: Scene) -> str:
    return f"{pick(scene.u, ('400', '400', '800'))}-555-{digits(scene.u, 4)}"


def _version(scene: Scene) -> str:
    u = scene.u
    return ".".join(str(int(u() * 12)) for _ in range(4 if u() < 0.5 else 3))


def _company(scene: Scene) -> str:
    u, words, city = scene.u, scene.pools.words, pick(scene.u, scene.pools.cities)
    return f"{city.name}{pick(u, words['companies'])}{pick(u, words['company_ends'])}"


# What belongs to the customer, not to the conversation.
KEPT: dict[str, Callable[[Scene], str]] = {
    "ADDRESS": lambda s: address(s.u, s.pools, s.customer.city),
    "ADDRESS.short": lambda s: short_address(s.u, s.pools),
    "BANK_CARD": lambda s: ids.bank_card(s.u),
    "EMAIL": lambda s: ids.email(s.u, s.pools.handles),
    "WECHAT": lambda s: ids.wechat(s.u, s.pools.words["handles"]),
    "QQ": lambda s: ids.qq(s.u),
    "PLATE": lambda s: ids.plate(s.u, s.pools.words["plates"]),
    "PASSPORT": lambda s: ids.passport(s.u),
    "LANDLINE": lambda s: ids.landline(s.u, pick(s.u, s.pools.words["area_codes"])),
}

SLOTS: dict[str, Callable[[Scene], str]] = {
    "NAME": lambda s: s.customer.name,
    "NAME.agent": lambda s: s.agent.name,
    "NAME.agent2": _colleague,
    "NAME.other": _other_name,
    "PHONE": lambda s: s.customer.phone,
    "PHONE.plain": lambda s: s.customer.phone,
    "PHONE.head": lambda s: s.customer.phone[:5],
    "PHONE.tail": lambda s: s.customer.phone[5:],
    "PHONE.other": lambda s: ids.mobile(s.u),
    "LANDLINE.local": lambda s: f"5550{digits(s.u, 4)}",
    "LANDLINE.hotline": _hotline,
    "ID_CARD": lambda s: s.customer.id_card,
    "ID_CARD.other": lambda s: ids.id_card(s.u),
    "ID_CARD.old": lambda s: ids.id_card_old(s.u),
    "BANK_CARD.other": lambda s: ids.bank_card(s.u),
    "EMAIL.phone": lambda s: f"{s.customer.phone}@example.com",
    "EMAIL.other": lambda s: ids.email(s.u, s.pools.handles),
    "ADDRESS.depot": lambda s: address(s.u, s.pools, pick(s.u, s.pools.cities)),
    "WECHAT.other": lambda s: ids.wechat(s.u, s.pools.words["handles"]),
    "QQ.other": lambda s: ids.qq(s.u),
    "IP": lambda s: ids.ip_address(s.u),
    "OTP": lambda s: digits(s.u, 6 if s.u() < 0.8 else 4),
    "CVV": lambda s: digits(s.u, 3),
    "PASSWORD": lambda s: pick(s.u, s.pools.handles).capitalize() + pick(s.u, ("@", "!", "_", "")) + digits(s.u, 4),
    "provider": lambda s: s.customer.trade.provider,
    "product": lambda s: pick(s.u, s.customer.trade.products),
    "channel_word": lambda s: pick(s.u, ("APP", "微信小程序", "官网", "H5")),
    "nick": lambda s: "小" + s.agent.surname,
    "staff_no": lambda s: s.agent.staff_id,
    "title": _title,
    "title_teacher": lambda s: pick(s.u, s.pools.names)[1] + "老师",
    "surname": lambda s: pick(s.u, s.pools.names)[1],
    "lead": lambda s: pick(s.u, s.pools.names)[1] + pick(s.u, s.pools.words["leads"]),
    "city": lambda s: s.customer.city.name,
    "branch": lambda s: f"云杉银行{s.customer.city.name}{pick(s.u, s.pools.words['branches'])}",
    "company": _company,
    "order": _order,
    "order2": lambda s: f"4200{digits(s.u, 12)}{digits(s.u, 12)}",
    "tracking": _tracking,
    "ticket": lambda s: f"GD{_local(s):%Y%m%d}{digits(s.u, 4)}",
    "case_no": lambda s: f"J99{digits(s.u, 12)}",
    "contract": lambda s: f"HT-{_day(s, -90, -20):%Y%m}-{digits(s.u, 5)}",
    "sku": lambda s: f"{digits(s.u, 5)}-{pick(s.u, ('BLK', 'WHT', 'M', 'XL'))}",
    "model": _model,
    "model2": _model,
    "serial": _serial,
    "ean": lambda s: f"690{digits(s.u, 10)}",
    "imei": lambda s: harmless(f"86{digits(s.u, 13)}"),
    "iccid": lambda s: f"8986{digits(s.u, 8)}{digits(s.u, 8)}",
    "tax_no": lambda s: f"9199{digits(s.u, 4)}MA{_serial(s)[:8]}{pick(s.u, 'XRTN')}{digits(s.u, 1)}",
    "student_no": lambda s: f"2023{digits(s.u, 6)}",
    "course_code": _course_code,
    "course_code2": _course_code,
    "coupon": lambda s: "YH" + _serial(s)[:8],
    "pickup": lambda s: f"{1 + int(s.u() * 9)}-{1 + int(s.u() * 9)}-{digits(s.u, 4)}",
    "fund": lambda s: f"1{digits(s.u, 5)}",
    "version": _version,
    "amount": _amount,
    "amount_part": _amount_part,
    "amount2": lambda s: str(10 + int(s.u() * 60) * 5),
    "small": lambda s: str(2 + int(s.u() * 7)),
    "age": lambda s: str(_local(s).year - int(s.customer.id_card[6:10])),
    "masked": _masked,
    "phone_tail": lambda s: s.customer.phone[-4:],
    "tail": lambda s: s.value("BANK_CARD")[-4:],
    "card_tail": lambda s: s.value("BANK_CARD")[-4:],
    "date": _date,
    "date_iso": lambda s: f"{_day(s, -20, -1):%Y%m%d}",
    "date_next": lambda s: "{d.month}月{d.day}日".format(d=_day(s, 1, 7)),
    "time": lambda s: f"{8 + int(s.u() * 14)}:{int(s.u() * 60):02d}",
}
