"""What must never be found: each check is one query for rows that break a promise (design §4).

A `passing` check is of rows that work on them may still be under way for: it counts only what is
found twice running. The others hold after every commit; they walk through a whole table, a stretch
of ids at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from notifications.states import State
from storage.post_box import Inbox, Notice
from storage.register import Batch, Clue
from storage.states import being
from storage.work import Case, Rung, Task
from workflows.desk import Desk

Wrong = ColumnElement[bool]
A_WHILE = timedelta(minutes=10)
LONG = timedelta(hours=1)
LEASE_ENDED = timedelta(minutes=1)
BATCH = timedelta(minutes=30)
MORNING = timedelta(hours=2)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Before which instant a row of each kind should have been settled; leases are in real time."""

    a_while: datetime
    long: datetime
    batch: datetime
    lease: datetime
    morning: datetime
    now: datetime


def bounds(desk: Desk, real: datetime) -> Bounds:
    """The bounds as of now; `morning` is today's list once it has certainly been made.

    Of earlier lists that is not known: Jintang may have stood still, and on a day off nobody is disturbed.
    """
    now, morning = desk.now(), desk.hours.morning(desk.today())
    made = desk.calendar.is_working(desk.today()) and morning + MORNING <= now
    return Bounds(now - A_WHILE, now - LONG, now - BATCH, real - LEASE_ENDED, morning if made else NEVER, now)


@dataclass(frozen=True, slots=True)
class Check:
    """Rows of the table of `row` for which `wrong` holds; `check_<name>` is the text that says so."""

    name: str
    row: InstrumentedAttribute[int]
    passing: bool
    wrong: Callable[[Bounds], Wrong]


def _unfired(at: Bounds) -> Wrong:
    return being(Rung.state, "pending") & (Rung.fires_at < at.a_while)


def _unplanned(at: Bounds) -> Wrong:
    return being(Notice.state, State.pending) & (Notice.not_before < at.a_while)


def _unsent(at: Bounds) -> Wrong:
    """Planned an hour ago and still not gone: Telegram is away, or a bot is not run any more."""
    return Notice.state.in_((State.planned, State.deferred)) & (Notice.not_before < at.long)


def _unreturned(at: Bounds) -> Wrong:
    return (Notice.state == State.leased) & (Notice.leased_until < at.lease)


def _unlisted(at: Bounds) -> Wrong:
    since = (Notice.created_at < at.morning) & (Notice.not_before < at.morning)
    return being(Notice.state, State.held) & since


def _unreleased(at: Bounds) -> Wrong:
    return being(Notice.state, State.staged) & (Notice.created_at < at.long)


def _unhandled(at: Bounds) -> Wrong:
    return (Inbox.state == "waiting") & (Inbox.received_at < at.a_while)


def _untold(at: Bounds) -> Wrong:
    return (Batch.kind == "clues") & ~Batch.told & (Batch.imported_at < at.batch)


def _unmatched(at: Bounds) -> Wrong:
    """A signal without household or task: nobody is asked whose it is."""
    asked = exists().where(Task.clue_id == Clue.id, Task.state == "open")
    return being(Clue.state, "waiting") & ~asked


def _standing(at: Bounds) -> Wrong:
    """An open case with no open step has no future."""
    return Case.closed_on.is_(None) & ~exists().where(Task.case_id == Case.id, Task.state == "open")


def _unexplained(at: Bounds) -> Wrong:
    return Case.closed_on.is_not(None) & Case.result.is_(None)


def _silent(at: Bounds) -> Wrong:
    """An open task without a rung for its present dates would pass unseen."""
    same = and_(Rung.task_id == Task.id, Rung.due_version == Task.due_version)
    return (Task.state == "open") & ~exists().where(same)


def _outliving(at: Bounds) -> Wrong:
    closed = exists().where(Case.id == Task.case_id, Case.closed_on.is_not(None))
    return (Task.state == "open") & closed


def _unanswered(at: Bounds) -> Wrong:
    """A signal whose case is closed, or that has no case, and still no result."""
    closed = exists().where(Case.id == Clue.case_id, Case.closed_on.is_not(None))
    return (Clue.state == "open") & or_(Clue.case_id.is_(None), closed)


def _stranded(at: Bounds) -> Wrong:
    """Inside a message that will not go out any more."""
    carrier = aliased(Notice)
    gone = (State.superseded, State.failed_permanent, State.unknown)
    over = exists().where(carrier.id == Notice.carrier_id, carrier.state.in_(gone))
    return (Notice.state == State.carried) & or_(Notice.carrier_id.is_(None), over)


PASSING: Sequence[Check] = (
    Check("rungs_unfired", Rung.id, True, _unfired),
    Check("notices_unplanned", Notice.id, True, _unplanned),
    Check("notices_unsent", Notice.id, True, _unsent),
    Check("notices_unreturned", Notice.id, True, _unreturned),
    Check("notices_unlisted", Notice.id, True, _unlisted),
    Check("notices_unreleased", Notice.id, True, _unreleased),
    Check("updates_unhandled", Inbox.id, True, _unhandled),
    Check("batches_untold", Batch.id, True, _untold),
)
LASTING: Sequence[Check] = (
    Check("clues_unmatched", Clue.id, False, _unmatched),
    Check("clues_unanswered", Clue.id, False, _unanswered),
    Check("cases_standing", Case.id, False, _standing),
    Check("cases_unexplained", Case.id, False, _unexplained),
    Check("tasks_silent", Task.id, False, _silent),
    Check("tasks_outliving", Task.id, False, _outliving),
    Check("notices_stranded", Notice.id, False, _stranded),
)
CHECKS = (*PASSING, *LASTING)


def found(check: Check, at: Bounds, where: Wrong) -> Select[int]:
    """The ids of wrong rows among those of `where`."""
    return select(check.row).where(check.wrong(at), where).order_by(check.row)
