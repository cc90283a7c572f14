"""Names, places and words, drawn once per seed; everything else is composed from them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from faker import Faker
from faker.providers.person.zh_CN import Provider as Person

from .files import read
from .identifiers import Uniform, pick

NAMES = 4000
TRAPS = ("figures", "brands", "eateries", "hotels", "films", "schools", "organs")


@dataclass(frozen=True, slots=True)
class City:
    """`province` is "" where the city is one; `name` has no 市."""

    province: str
    name: str
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pools:
    """`names` are (full name, surname, is a woman); `words` is the content of ``words.toml``."""

    names: tuple[tuple[str, str, bool], ...]
    cities: tuple[City, ...]
    handles: list[str]
    words: dict[str, Any]


def draw(seed: int) -> Pools:
    """The pools of `seed`. Faker gives surnames as frequent as they are, given names and user names."""
    words = read("words.toml")
    fake = Faker("zh_CN")
    fake.seed_instance(seed)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0])))
    u: Uniform = iter(rng.random(NAMES * 8).tolist()).__next__
    known = set(words["known"].split()).union(*(words[kind] for kind in TRAPS))
    surnames = iter(fake.random_elements(Person.last_names, length=2 * NAMES, use_weighting=True))
    names: list[tuple[str, str, bool]] = []
    while len(names) < NAMES:
        female = u() < 0.5
        name, surname = _name(u, fake, words, female, next(surnames))
        if name not in known:
            names.append((name, surname, female))
    cities = tuple(City(c["province"], c["name"], tuple(c["districts"])) for c in words["city"])
    return Pools(tuple(names), cities, [*words["handles"], *(fake.user_name() for _ in range(200))], words)


def _name(u: Uniform, fake: Faker, words: dict[str, Any], female: bool, frequent: str) -> tuple[str, str]:
    """(full name, surname). One in twenty has a surname of two characters, rare characters, or is a word."""
    kind = u()
    if kind < 0.01:
        name = pick(u, words["wordlike"])
        return name, name[0]
    if kind < 0.02:
        name = pick(u, words["rare"])
        return name, name[0]
    surname: str = pick(u, words["compound"]) if kind < 0.05 else frequent
    if kind < 0.4:
        return f"{surname}{fake.first_name_female() if female else fake.first_name_male()}", surname
    given = pick(u, words["given"]) + (pick(u, words["given"]) if u() < 0.75 else "")
    return f"{surname}{given}", surname


def address(u: Uniform, pools: Pools, city: City) -> str:
    """One address down to the door, from the largest unit the writer cares to give."""
    words, district = pools.words, pick(u, city.districts)
    x = u()
    town = city.name + ("市" if x < 0.8 else "")
    head = f"{city.province * (x < 0.35)}{town}{district * (x < 0.97)}"
    road = pick(u, words["roads"]) + pick(u, words["road_ends"])
    number = f"{1 + int(u() * 600)}号"
    y = u()
    if y < 0.15:
        return f"{head}{road}{number}"
    if y < 0.3:
        return head + short_address(u, pools)
    if y < 0.55:
        return f"{head}{road}{number}{short_address(u, pools)}"
    if y < 0.8:
        return f"{head}{road}{number}{1 + int(u() * 30)}{pick(u, '幢栋')}{_door(u)}室"
    if y < 0.9:
        return f"{head}{road}{number}{pick(u, 'ABCDE')}座{_door(u)}"
    return f"{head}{road}{1 + int(u() * 300)}弄{1 + int(u() * 60)}号{_door(u)}室"


def short_address(u: Uniform, pools: Pools) -> str:
    """Estate, building and door, as neighbours say it."""
    estate: str = pick(u, pools.words["estates"])
    building = f"{1 + int(u() * 30)}"
    x = u()
    if x < 0.4:
        return f"{estate}{building}栋{1 + int(u() * 4)}单元{_door(u)}"
    if x < 0.7:
        return f"{estate}{building}号楼{_door(u)}室"
    return f"{estate}{building}-{1 + int(u() * 4)}-{_door(u)}" if x < 0.85 else f"{estate}{building}幢{_door(u)}"


def _door(u: Uniform) -> str:
    return f"{1 + int(u() * 32)}{1 + int(u() * 6):02d}"
