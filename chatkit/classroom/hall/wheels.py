"""A wheelhouse: every package that the kit needs, as files, for machines without a network and of another system.

pip judges markers such as ``sys_platform == "win32"`` by the machine it runs on, so what only Windows needs would be
missing from a wheelhouse made on Linux. Therefore what has been fetched is read again, with the markers of the
machine it is for, and fetched until nothing is missing.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from email import message_from_bytes
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from ...errors import BadInput

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
PLATFORMS = {  # the tags that pip is given, newest last, and what its markers say there
    "win_amd64": (("win_amd64",), {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}),
    "manylinux": (
        ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64"),
        {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    ),
    "macosx_arm64": (
        ("macosx_11_0_arm64", "macosx_12_0_arm64"),
        {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    ),
}
MACHINES = {"win_amd64": "AMD64", "manylinux": "x86_64", "macosx_arm64": "arm64"}


def wanted() -> list[str]:
    """What the kit needs, from pyproject.toml, and what installs it without a network."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    return [*project["project"]["dependencies"], *project["build-system"]["requires"]]


def command(requirements: Iterable[str], out: Path, platform: str, python: str) -> list[str]:
    """The pip command that fetches wheels, and nothing else, for that platform and Python. The index is pip's own."""
    tags = [part for tag in PLATFORMS[platform][0] for part in ("--platform", tag)]
    return [
        *(sys.executable, "-m", "pip", "download", "--only-binary=:all:", *tags),
        *("--implementation", "cp", "--python-version", python, "--dest", str(out), *requirements),
    ]


def missing(out: Path, platform: str, python: str, asked: Sequence[str]) -> list[str]:
    """Requirements, of ``asked`` and of the wheels in ``out``, that apply on that platform and no wheel meets."""
    markers = {
        **PLATFORMS[platform][1],
        **{"platform_machine": MACHINES[platform], "python_version": python, "python_full_version": f"{python}.0"},
        **{"implementation_name": "cpython", "platform_python_implementation": "CPython"},
    }
    there = {}
    for wheel in out.glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        there[name] = (version, wheel)
    lacking, open_ends, looked = dict[str, None](), [Requirement(text) for text in asked], set[tuple[str, str]]()
    while open_ends:
        need = open_ends.pop()
        name = canonicalize_name(need.name)
        if name not in there or not need.specifier.contains(there[name][0], prereleases=True):
            lacking[str(Requirement(str(need).partition(";")[0]))] = None
            continue
        for extra in ("", *need.extras):
            if (name, extra) not in looked:
                looked.add((name, extra))
                open_ends += [
                    r
                    for r in _requires(there[name][1])
                    if not r.marker or r.marker.evaluate({**markers, "extra": extra})
                ]
    return list(lacking)


def _requires(wheel: Path) -> list[Requirement]:
    with zipfile.ZipFile(wheel) as file:
        (name,) = [n for n in file.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1]
        told = message_from_bytes(file.read(name)).get_all("Requires-Dist") or []
    return [Requirement(text) for text in told]


def wheelhouse(out: str | Path, platform: str, python: str) -> list[Path]:
    """Fetch all wheels into ``out``; returns them. Raises BadInput where a package has no wheel for that platform."""
    out, asked = Path(out), wanted()
    fetch = asked
    for _ in range(6):  # each round may bring packages that want others; four levels are the most seen
        if subprocess.run(command(fetch, out, platform, python), check=False).returncode:
            raise BadInput("no_wheels", out, platform=platform)
        if not (fetch := missing(out, platform, python, asked)):
            return sorted(out.glob("*.whl"))
    raise BadInput("no_wheels", out, platform=platform)
