"""The classroom: items, drills, grading, the desk, and the class that an instructor runs.

The function ``items`` is imported from the module ``items``: a package cannot show both under one name.
"""

from .desk.desk import Desk, open_desk
from .desk.questions import ask
from .desk.seats import Seat, own_seat
from .lessons.claims import Beside, beside
from .lessons.drills import Drill, Play, begin
from .lessons.grading import Grade, Part, grade
from .lessons.items import Item, find, mark, paper, shown
from .lessons.progress import Retest, Step, answers, due_retests, last_step, missed, record_answer, record_step
from .results.submissions import Enrolment, Submission, pack, read_submission, read_submissions, score

__all__ = [
    "Beside",
    "Desk",
    "Drill",
    "Enrolment",
    "Grade",
    "Item",
    "Part",
    "Play",
    "Retest",
    "Seat",
    "Step",
    "Submission",
    "answers",
    "ask",
    "begin",
    "beside",
    "due_retests",
    "find",
    "grade",
    "last_step",
    "mark",
    "missed",
    "open_desk",
    "own_seat",
    "pack",
    "paper",
    "read_submission",
    "read_submissions",
    "record_answer",
    "record_step",
    "score",
    "shown",
]
