"""Answers to the exercises of the lessons that nbgrader grades: right ones, and wrong ones with the points they lose.

All of it is invented. The tests of nbgrader run this code, and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
NOT_PYTHON = "sheet[ = 脱敏"
ENDLESS = "while True:\n    pass"
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Exercises:
    """A lesson's exercises: the points of its test cells, answers, and what five students hand in.

    ``right`` and ``wrong`` are written in place of the solution, ``wrong`` with the test cells that it does not pass.
    ``slips`` names those of the student "wrong", ``emptied`` and ``broken`` are answers of the students of these names;
    "broken" has lost the cell ``lost`` too. ``kept``: what the last two have right after all.
    """

    name: str
    points: Mapping[str, int]
    right: Mapping[str, Answers]
    wrong: Mapping[str, tuple[Answers, set[str]]]
    slips: tuple[str, ...]
    emptied: Answers
    broken: Answers
    lost: str
    kept: Mapping[str, set[str]]

    @property
    def lesson(self) -> Path:
        """The notebook as it is committed."""
        (path,) = NOTEBOOKS.glob(f"0?_{self.name}.ipynb")
        return path

    @property
    def full(self) -> dict[str, float]:
        """Every test cell passed."""
        return dict.fromkeys(self.points, 1.0)

    @property
    def none(self) -> dict[str, float]:
        """No test cell passed."""
        return dict.fromkeys(self.points, 0.0)

    @property
    def shares(self) -> dict[str, dict[str, float]]:
        """By student, the share of its points that each test cell gives."""
        missed = {cell for slip in self.slips for cell in self.wrong[slip][1]}
        kept = {student: self.none | dict.fromkeys(cells, 1.0) for student, cells in self.kept.items()}
        return {"right": self.full, "wrong": self.full | dict.fromkeys(missed, 0.0), "unanswered": self.none, **kept}


MASK = Exercises(
    name="mask",
    points={
        "own-column-masked": 2,
        "own-column-untouched": 1,
        "two-copies-whole": 2,
        "two-copies-tries": 1,
        "find-the-miss-falls": 2,
        "mend-the-miss": 2,
    },
    right={
        "spelt otherwise": {
            "own-column": 'known = sheet["备注"].dropna()\ntalk = sheet.loc[known.index, "会话"]\n'
            "sheet = sheet.assign(脱敏=pd.Series(ck.mask_text(list(known), conversations=talk), known.index))",
            "two-copies": "whole = tuple(b[:8] + a[8:] for a, b in zip(ours, neighbours))\n"
            "tries = [10 ** ours[0].count('*'), 10 ** neighbours[0].count('*'), 1]",
            "find-the-miss": 'examples = {**examples, "找小豆角或者铁拐": ["小豆角", "铁拐"]}',
            "mend-roster": 'roster = ("小豆角", "铁拐")',
            "mend-denied": "denied = []",
        },
        "the denied words alone": {
            "find-the-miss": 'examples["就找老瘸子"] = ["老瘸子"]',
            "mend-roster": "roster = []",
            "mend-denied": "denied = ['老瘸子']",
        },
    },
    wrong={
        "line by line": ({"own-column": 'sheet["脱敏"] = ck.mask_text(sheet["备注"])'}, {"own-column-masked"}),
        "mobiles alone": (
            {
                "own-column": r'mobile = r"(1\d\d)\d{4}(?=\d{4})"'
                "\n"
                r'sheet["脱敏"] = sheet["备注"].str.replace(mobile, r"\1****", regex=True)'
            },
            {"own-column-masked"},
        ),
        "every digit": (
            {"own-column": r'sheet["脱敏"] = sheet["备注"].str.replace(r"\d", "*", regex=True)'},
            {"own-column-masked"},
        ),
        "the empty cell filled": (
            {"own-column": 'sheet["脱敏"] = ck.mask_text(sheet["备注"].fillna(""), conversations=sheet["会话"])'},
            {"own-column-untouched"},
        ),
        "the row labels lost": (
            {
                "own-column": "sheet = sheet.reset_index(drop=True)\n"
                'sheet["脱敏"] = ck.mask_text(sheet["备注"], conversations=sheet["会话"])'
            },
            {"own-column-untouched"},
        ),
        "the notes overwritten": (
            {
                "own-column": 'sheet["备注"] = ck.mask_text(sheet["备注"], conversations=sheet["会话"])\n'
                'sheet["脱敏"] = sheet["备注"]'
            },
            {"own-column-untouched"},
        ),
        "one number for all": (
            {"two-copies": "whole = [ck.risks.combine(ours[0], neighbours[0])] * 3\ntries = [10_000, 1_000, 1]"},
            {"two-copies-whole"},
        ),
        "one copy for two": ({"two-copies": "whole = neighbours\ntries = [10_000, 1_000, 1]"}, {"two-copies-whole"}),
        "counts guessed": (
            {"two-copies": "whole = list(map(ck.risks.combine, ours, neighbours))\ntries = [1000, 100, 1]"},
            {"two-copies-tries"},
        ),
        "a line that is found": (
            {
                "find-the-miss": 'examples["打 16400001235"] = "16400001235"',
                "mend-roster": "roster = []",
                "mend-denied": "denied = []",
            },
            {"find-the-miss-falls", "mend-the-miss"},
        ),
        "an old line relabelled": (
            {
                "find-the-miss": 'examples["周末找我先生高远山就行"] = "周末"\nexamples["让多吉签收就行"] = "多吉"',
                "mend-denied": "denied = []",
            },
            {"find-the-miss-falls"},
        ),
        "nothing mended": ({"mend-roster": "roster = []", "mend-denied": "denied = []"}, {"mend-the-miss"}),
        "half of it mended": ({"mend-denied": "denied = []"}, {"mend-the-miss"}),
        "the line denied": ({"mend-denied": "denied = ['放门口，修鞋的老船长会收']"}, {"mend-the-miss"}),
        "too wide": ({"mend-denied": "denied = ['老船长', '门口', '签收']"}, {"mend-the-miss"}),
    },
    slips=("line by line", "counts guessed", "too wide"),
    emptied={"find-the-miss": STUB, "two-copies": STUB},
    broken={"own-column": NOT_PYTHON, "two-copies": ENDLESS},
    lost="mend-the-miss",
    kept={"emptied": {"own-column-masked", "own-column-untouched"}, "broken": {"find-the-miss-falls"}},
)

TRENDS = Exercises(
    name="trends",
    points={"withheld-safe": 2, "withheld-little": 1, "baseline-ratio": 2, "alarms-chance": 1, "alarms-flagged": 2},
    right={
        "done by the kit": {
            "withheld": "cells = counts.to_numpy()\nshown = counts.mask(ck.suppression.withheld(cells, cells, 5))",
            "baseline": 'usual = weeks[weeks["周"] < 3].groupby("地区")[["物流", "会话"]].sum()\n'
            'sale = weeks[weeks["周"] >= 3].groupby("地区")[["物流", "会话"]].sum()\n'
            'ratio = (sale["物流"] / sale["会话"]) / (usual["物流"] / usual["会话"])',
            "alarms": "chance = 1 - (1 - 0.05) ** 40\nflagged = [0, 1]",
        },
        "weeks one by one": {
            "withheld": 'shown = counts.astype(object)\nshown.loc[["一组", "二组"], ["微信", "网页"]] = None',
            "baseline": 'weeks["占比"] = weeks["物流"] / weeks["会话"]\n'
            'means = weeks.groupby(["地区", weeks["周"] > 2])["占比"].mean().unstack()\n'
            "ratio = {place: means.loc[place, True] / means.loc[place, False] for place in means.index}",
            "alarms": "chance = 0.8715\norder = p.sort_values()\n"
            "flagged = [n for rank, n in enumerate(order.index) if order[n] <= 0.05 / (40 - rank)][:2]",
        },
    },
    wrong={
        "the small one alone": (
            {"withheld": "shown = counts.astype('Int64')\nshown = shown.mask(shown < 5)"},
            {"withheld-safe"},
        ),
        "its row": ({"withheld": "shown = counts.astype('Int64')\nshown.loc['二组'] = pd.NA"}, {"withheld-safe"}),
        "everything": ({"withheld": "shown = counts.astype('Int64')\nshown.loc[:] = pd.NA"}, {"withheld-little"}),
        "a word instead": (
            {"withheld": 'shown = counts.astype(object)\nshown.loc["二组", "微信"] = "<5"'},
            {"withheld-safe", "withheld-little"},
        ),
        "others rounded": (
            {
                "withheld": 'shown = counts.round(-1).astype("Int64")\n'
                'shown.loc[["二组", "三组"], ["微信", "APP"]] = pd.NA'
            },
            {"withheld-little"},
        ),
        "counts and no shares": (
            {
                "baseline": 'sums = weeks.groupby([weeks["地区"], weeks["周"] >= 3])["物流"].sum().unstack()\n'
                "ratio = sums[True] / sums[False]"
            },
            {"baseline-ratio"},
        ),
        "the sale in its own baseline": (
            {
                "baseline": 'sums = weeks.groupby("地区")[["物流", "会话"]].sum()\n'
                'late = weeks[weeks["周"] >= 3].groupby("地区")[["物流", "会话"]].sum()\n'
                'ratio = (late["物流"] / late["会话"]) / (sums["物流"] / sums["会话"])'
            },
            {"baseline-ratio"},
        ),
        "beside the other region": (
            {
                "baseline": 'late = weeks[weeks["周"] >= 3].groupby("地区")[["物流", "会话"]].sum()\n'
                'share = late["物流"] / late["会话"]\nratio = share / share.to_numpy()[::-1]'
            },
            {"baseline-ratio"},
        ),
        "five per cent each": (
            {"alarms": "chance = 0.05\nflagged = list(p.index[p <= 0.05])"},
            {"alarms-chance", "alarms-flagged"},
        ),
        "a rate of discoveries": (
            {
                "alarms": "from scipy.stats import false_discovery_control\nchance = 1 - 0.95**40\n"
                "flagged = list(p.index[false_discovery_control(p) <= 0.05])"
            },
            {"alarms-flagged"},
        ),
    },
    slips=("its row", "counts and no shares", "a rate of discoveries"),
    emptied={"withheld": STUB, "alarms": STUB},
    broken={"withheld": NOT_PYTHON, "baseline": ENDLESS},
    lost="alarms-flagged",
    kept={"emptied": {"baseline-ratio"}, "broken": {"alarms-chance"}},
)
EXERCISES = (MASK, TRENDS)
