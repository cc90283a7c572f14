"""Collecting: what a class did, as one table, read from its casebook or from the files that were handed in."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from ...casebook import Casebook
from ...errors import BadInput
from ...sentences import Text, say
from ..lessons.drills import begin, drills
from ..lessons.grading import Grade, grade
from ..lessons.items import STAGES
from ..lessons.progress import answers
from ..results.outcomes import COLUMNS
from ..results.submissions import Enrolment, Submission, read_submissions, score
from .classes import Trainee, TrainingClass, seat_of, seat_seed

NOTHING = Text("", "")


def collect(group: TrainingClass, submissions: str | Path | None = None) -> pd.DataFrame:
    """The results of a class (COLUMNS of the reports).

    A hosted class is read from its own casebook, which must verify; the others from the files in the folder
    ``submissions``. A bad file, or a trainee without one, is a row of the kind ``fault`` and stops nothing. Raises
    BadInput where the class casebook does not verify, or there is no such folder.
    """
    if group.mode == "hosted":
        with closing(group.casebook()) as casebook:
            if faults := casebook.verify():
                raise BadInput("class_casebook", casebook.folder, faults=" ".join(faults))
            rows = [row for trainee in group.trainees for row in _hosted(group, trainee, casebook)]
    else:
        folder = Path(submissions or group.folder / "submissions")
        if not folder.is_dir():
            raise BadInput("no_file", folder)
        rows = list(_handed_in(group, sorted(path for path in folder.iterdir() if path.is_file())))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def chosen(group: TrainingClass) -> tuple[str, ...]:
    """The drills of a class: those chosen for it, or all."""
    return group.drills or tuple(drills())


def _hosted(group: TrainingClass, trainee: Trainee, casebook: Casebook) -> Iterator[tuple[Any, ...]]:
    seat = seat_of(group, trainee.id, casebook)
    began = {r.ref for r in casebook.store.records("apply") if r.body["act"]["person"] in seat.people}
    grades = []
    if began or len(answers(casebook, seat.people)):
        with tempfile.TemporaryDirectory(prefix="chatkit-") as room:  # the key follows from the seed, wherever it lies
            grades = [grade(casebook, begin(drill, seat.seed, room), seat.people) for drill in chosen(group)]
    yield from _rows(trainee, casebook, seat.people, grades)


def _handed_in(group: TrainingClass, paths: Iterable[Path]) -> Iterator[tuple[Any, ...]]:
    names = {trainee.id: trainee for trainee in group.trainees}
    enrolment = Enrolment(group.id, {id: seat_seed(group.seed, id, 1) for id in names})
    seen = set()
    for submission in (score(each, chosen(group)) for each in read_submissions(paths, enrolment)):
        seen.add(submission.trainee)
        trainee = names.get(submission.trainee, Trainee(submission.trainee or "?", submission.file, ""))
        if submission.casebook is None:
            yield _fault(trainee, submission)
        else:
            people = submission.casebook.people().keys()
            yield from _rows(trainee, submission.casebook, people, submission.grades)
            submission.close()
    for id in sorted(names.keys() - seen):
        told = say("class.nothing_handed_in")
        yield (id, names[id].name, "fault", "missing", "", 0.0, told.zh, told.en)


def _fault(trainee: Trainee, submission: Submission) -> tuple[Any, ...]:
    why = submission.reason
    return (trainee.id, trainee.name, "fault", submission.status, "", 0.0, f"{submission.file}：{why.zh}", why.en)


def _rows(
    trainee: Trainee, casebook: Casebook, people: Collection[str], grades: Iterable[Grade]
) -> Iterator[tuple[Any, ...]]:
    """Answers (the first to each item of a test), drills that were begun with their parts, and refusals."""

    def row(kind: str, what: str, stage: str, credit: float, why: Text = NOTHING) -> tuple[Any, ...]:
        return (trainee.id, trainee.name, kind, what, stage, credit, why.zh, why.en)

    given = answers(casebook, people)
    for answer in given[given["stage"].isin(STAGES)].drop_duplicates(["stage", "item"]).to_dict("records"):
        yield row("answer", answer["item"], answer["stage"], answer["credit"])
    for made in grades:
        if not any(part.drawn for part in made.parts):
            continue  # nobody began it: a drill that was not played is missing, not failed
        yield row("drill", made.drill, "", made.score / 100)
        for part in made.parts:
            yield row("part", f"{made.drill}/{part.name}", "", part.credit, part.reason)
    for record in casebook.store.records("refused"):
        if record.body["person"] in people:
            yield from (row("refusal", rule, "", 0.0) for rule in record.body["rules"])
