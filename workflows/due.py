"""Due state: one pure function of facts and the local date, and its SQL twin (promise 3)."""

from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, case, literal

from storage.work import Task


class Due(StrEnum):
    """How a task stands today; `overdue` means today is after the due date, never anything else."""

    closed = "closed"
    waiting = "waiting"
    overdue = "overdue"
    today = "today"
    tomorrow = "tomorrow"
    on_time = "on_time"


def due_state(state: str, opens_on: date, due_on: date, today: date) -> Due:
    """The due state of a task; dates are local dates."""
    if state != "open":
        return Due.closed
    if today > due_on:
        return Due.overdue
    if today < opens_on:
        return Due.waiting
    if today == due_on:
        return Due.today
    return Due.tomorrow if today + timedelta(days=1) == due_on else Due.on_time


def due_column(today: date) -> ColumnElement[str]:
    """The SQL twin of `due_state`; `today` is passed in, the database's clock is never asked."""
    return case(
        (Task.state != "open", literal(Due.closed.value)),
        (Task.due_on < today, literal(Due.overdue.value)),
        (Task.opens_on > today, literal(Due.waiting.value)),
        (Task.due_on == today, literal(Due.today.value)),
        (Task.due_on == today + timedelta(days=1), literal(Due.tomorrow.value)),
        else_=literal(Due.on_time.value),
    )


def on_time(due_on: date, happened_on: date) -> bool:
    """Timeliness is judged by the day of the act, not of its entry (promise 7)."""
    return happened_on <= due_on


def entered_late(due_on: date, happened_on: date, recorded_on: date) -> bool:
    """补录: done in time, entered after the date."""
    return on_time(due_on, happened_on) and recorded_on > due_on
