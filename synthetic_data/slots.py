"""What stands in for each {slot} of a pattern.

UPPER CASE slots are personal information and become labels; lower case slots identify nobody: the hard negatives.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from . import decoys
from . import identifiers as ids
from .identifiers import Uniform, digits, pick
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
    others: list[str] = field(default_factory=list)

    def part_with_others(self) -> None:
        """A third person is the same within a beat; the next beat speaks of somebody else."""
        for slot in self.others:
            self.values.pop(slot)
        self.others.clear()

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
            if slot.endswith(".other"):
                self.others.append(slot)
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


def _amount_part(scene: Scene) -> str:
    """What is left of the amount after deductions."""
    whole = float(scene.value("amount").replace(",", ""))
    return f"{whole * (0.6 + scene.u() * 0.35):.2f}"


def _title(scene: Scene) -> str:
    customer, words = scene.customer, scene.pools.words
    if customer.minor:
        return customer.surname + "同学"
    return f"{customer.surname}{pick(scene.u, words['titles_f'] if customer.female else words['titles_m'])}"


def _last_eight(scene: Scene) -> str:
    phone = scene.customer.phone
    return phone[3:] if scene.u() < 0.6 else f"{phone[3:7]} {phone[7:]}"


def _other_name(scene: Scene) -> str:
    return pick(scene.u, scene.pools.names)[0]


def _colleague(scene: Scene) -> str:
    return pick(scene.u, scene.colleagues).name


def _masked(scene: Scene) -> str:
    phone = scene.customer.phone
    return f"{phone[:3]}****{phone[-4:]}"


def _hotline(scene: Scene) -> str:
    return f"{pick(scene.u, ('400', '400', '800'))}-555-{digits(scene.u, 4)}"


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
    "PHONE.first3": lambda s: s.customer.phone[:3],
    "PHONE.last8": _last_eight,
    "PHONE.first5": lambda s: s.customer.phone[:5],
    "PHONE.last6": lambda s: s.customer.phone[5:],
    "PHONE.first7": lambda s: s.customer.phone[:7],
    "PHONE.last4": lambda s: s.customer.phone[7:],
    "PHONE.other": lambda s: ids.mobile(s.u),
    "LANDLINE.local": lambda s: f"5550{digits(s.u, 4)}",
    "LANDLINE.hotline": _hotline,
    "ID_CARD": lambda s: s.customer.id_card,
    "ID_CARD.first6": lambda s: s.customer.id_card[:6],
    "ID_CARD.last12": lambda s: s.customer.id_card[6:],
    "ID_CARD.first14": lambda s: s.customer.id_card[:14],
    "ID_CARD.last4": lambda s: s.customer.id_card[14:],
    "ID_CARD.other": lambda s: ids.id_card(s.u),
    "ID_CARD.old": lambda s: ids.id_card_old(s.u),
    "BANK_CARD.first8": lambda s: s.value("BANK_CARD")[:8],
    "BANK_CARD.last": lambda s: s.value("BANK_CARD")[8:],
    "BANK_CARD.other": lambda s: ids.bank_card(s.u),
    "EMAIL.phone": lambda s: f"{s.customer.phone}@example.com",
    "EMAIL.qq": lambda s: f"{s.value('QQ')}@example.com",
    "EMAIL.other": lambda s: ids.email(s.u, s.pools.handles),
    "ADDRESS.depot": lambda s: address(s.u, s.pools, pick(s.u, s.pools.cities)),
    "WECHAT.other": lambda s: ids.wechat(s.u, s.pools.words["handles"]),
    "QQ.first5": lambda s: s.value("QQ")[:5],
    "QQ.last5": lambda s: s.value("QQ")[5:],
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
    "honorific": lambda s: pick(s.u, s.pools.names)[1] + pick(s.u, s.pools.words["honorifics"]),
    "nickname": lambda s: pick(s.u, "小老阿大") + pick(s.u, s.pools.names)[1],
    "title_teacher": lambda s: pick(s.u, s.pools.names)[1] + "老师",
    "surname": lambda s: pick(s.u, s.pools.names)[1],
    "lead": lambda s: pick(s.u, s.pools.names)[1] + pick(s.u, s.pools.words["leads"]),
    "city": lambda s: s.customer.city.name,
    "branch": lambda s: f"云杉银行{s.customer.city.name}{pick(s.u, s.pools.words['branches'])}",
    "figure": lambda s: pick(s.u, s.pools.words["figures"]),
    "brand": lambda s: pick(s.u, s.pools.words["brands"]),
    "eatery": lambda s: pick(s.u, s.pools.words["eateries"]),
    "hotel": lambda s: pick(s.u, s.pools.words["hotels"]),
    "film": lambda s: pick(s.u, s.pools.words["films"]),
    "school": lambda s: pick(s.u, s.pools.words["schools"]),
    "organ": lambda s: pick(s.u, s.pools.words["organs"]),
    "company": _company,
    "road": lambda s: pick(s.u, s.pools.words["roads"]) + pick(s.u, s.pools.words["road_ends"]),
    "district": lambda s: pick(s.u, s.customer.city.districts),
    "order": lambda s: decoys.order(s.u, _day(s, -20, -1), s.customer.trade.name),
    "order11": lambda s: decoys.short_order(s.u),
    "waybill": lambda s: ids.mobile(s.u),  # eleven digits, but the word 运单号 stands right before them
    "order2": lambda s: f"4200{digits(s.u, 12)}{digits(s.u, 12)}",
    "tracking": lambda s: decoys.tracking(s.u, s.pools.words["couriers"]),
    "ticket": lambda s: f"GD{_local(s):%Y%m%d}{digits(s.u, 4)}",
    "case_no": lambda s: f"J99{digits(s.u, 12)}",
    "contract": lambda s: f"HT-{_day(s, -90, -20):%Y%m}-{digits(s.u, 5)}",
    "sku": lambda s: f"{digits(s.u, 5)}-{pick(s.u, ('BLK', 'WHT', 'M', 'XL'))}",
    "model": lambda s: decoys.model(s.u, s.pools.words["model_heads"]),
    "model2": lambda s: decoys.model(s.u, s.pools.words["model_heads"]),
    "serial": lambda s: decoys.serial(s.u),
    "ean": lambda s: decoys.article("690" + digits(s.u, 9)),
    "isbn": lambda s: decoys.isbn(s.u),
    "imei": lambda s: decoys.harmless(ids.luhn_closed(f"86{digits(s.u, 12)}")),
    "iccid": lambda s: f"8986{digits(s.u, 8)}{digits(s.u, 8)}",
    "tax_no": lambda s: f"9199{digits(s.u, 4)}MA{decoys.serial(s.u)[:8]}{pick(s.u, 'XRTN')}{digits(s.u, 1)}",
    "student_no": lambda s: f"2023{digits(s.u, 6)}",
    "course_code": lambda s: decoys.course_code(s.u),
    "course_code2": lambda s: decoys.course_code(s.u),
    "coupon": lambda s: "YH" + decoys.serial(s.u)[:8],
    "pickup": lambda s: f"{1 + int(s.u() * 9)}-{1 + int(s.u() * 9)}-{digits(s.u, 4)}",
    "fund": lambda s: f"1{digits(s.u, 5)}",
    "version": lambda s: decoys.version(s.u),
    "amount": lambda s: decoys.amount(s.u),
    "amount_large": lambda s: decoys.large_amount(s.u),
    "amount_part": _amount_part,
    "amount2": lambda s: str(10 + int(s.u() * 60) * 5),
    "small": lambda s: str(2 + int(s.u() * 7)),
    "age": lambda s: str(_local(s).year - int(s.customer.id_card[6:10])),
    "near_id": lambda s: decoys.near_id(s.u),
    "near_card": lambda s: decoys.near_card(s.u),
    "stamp": lambda s: f"{s.opened_at - int(s.u() * 1e6)}{digits(s.u, 3)}",
    "stamp_s": lambda s: str(s.opened_at - int(s.u() * 1e6)),
    "masked": _masked,
    "masked_name": lambda s: s.customer.surname + "*" * (len(s.customer.name) - len(s.customer.surname)),
    "masked_id": lambda s: f"{s.customer.id_card[:4]}**********{s.customer.id_card[-4:]}",
    "masked_card": lambda s: f"6299 **** **** {s.value('BANK_CARD')[-4:]}",
    "masked_mail": lambda s: f"{pick(s.u, s.pools.handles)[0]}***@example.com",
    "phone_tail": lambda s: s.customer.phone[-4:],
    "tail": lambda s: s.value("BANK_CARD")[-4:],
    "card_tail": lambda s: s.value("BANK_CARD")[-4:],
    "date": _date,
    "date_iso": lambda s: f"{_day(s, -20, -1):%Y%m%d}",
    "date_next": lambda s: "{d.month}月{d.day}日".format(d=_day(s, 1, 7)),
    "time": lambda s: f"{8 + int(s.u() * 14)}:{int(s.u() * 60):02d}",
}
