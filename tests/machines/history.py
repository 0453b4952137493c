"""What may become of a row from one look to the next; anything else is a broken promise. Pure.

A row is looked at as the tuple of what must not change at will; a `Look` holds the rows of each table by id.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from notifications.states import TABLE, State


@dataclass(frozen=True, slots=True)
class NoticeRow:
    state: str
    attempts: int
    resent: bool


@dataclass(frozen=True, slots=True)
class TaskRow:
    state: str
    outcome: str | None
    happened_on: date | None
    due_version: int


@dataclass(frozen=True, slots=True)
class RungRow:
    state: str
    task_id: int
    due_version: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    number: str
    closed_on: date | None
    result: str | None


@dataclass(frozen=True, slots=True)
class ClueRow:
    signal_id: str | None
    state: str
    case_id: int | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    action: str
    case_id: int | None
    task_id: int | None


Rows = Mapping[int, Any]
Look = Mapping[str, Rows]


@cache
def reachable(state: str) -> frozenset[str]:
    """The states that any number of changes lead to."""
    found, fresh = {State(state)}, {State(state)}
    while fresh:
        fresh = {to for (origin, _), to in TABLE.items() if origin in fresh} - found
        found |= fresh
    return frozenset(found)


def notice_may(old: NoticeRow, new: NoticeRow) -> bool:
    return new.state in reachable(old.state) and new.attempts >= old.attempts


def task_may(old: TaskRow, new: TaskRow) -> bool:
    """What is over stays as it is; a date that counts is never taken back."""
    if old.state != "open":
        return old == new
    return new.due_version >= old.due_version


def rung_may(old: RungRow, new: RungRow) -> bool:
    same = (old.task_id, old.due_version) == (new.task_id, new.due_version)
    return same and (old.state == new.state or (old.state == "pending" and new.state != "born_late"))


def case_may(old: CaseRow, new: CaseRow) -> bool:
    return old.number == new.number and (old.closed_on is None or old == new)


def clue_may(old: ClueRow, new: ClueRow) -> bool:
    """A signal keeps its case once it has one, and what is over stays over."""
    kept = old.case_id in (None, new.case_id)
    return old.signal_id == new.signal_id and kept and (old.state != "done" or new.state == "done")


def audit_may(old: AuditRow, new: AuditRow) -> bool:
    return old == new


MAY: Mapping[str, Callable[[Any, Any], bool]] = {
    "notices": notice_may,
    "tasks": task_may,
    "rungs": rung_may,
    "cases": case_may,
    "clues": clue_may,
    "audit": audit_may,
}


def broken(old: Look, new: Look) -> Iterator[str]:
    """Every row that is gone, and every change that may not be."""
    for table, may in MAY.items():
        for key, before in old[table].items():
            now = new[table].get(key)
            if now is None or not may(before, now):
                yield f"{table} {key}: {before} has become {now}"


def at_odds(look: Look) -> Iterator[str]:
    """What may not stand together at any moment."""
    for key, rung in look["rungs"].items():
        task = look["tasks"][rung.task_id]
        if rung.state == "pending" and (task.state != "open" or task.due_version != rung.due_version):
            yield f"rung {key} waits for a date that does not count: {rung}, {task}"
    for key, case in look["cases"].items():
        if (case.closed_on is None) != (case.result is None):
            yield f"case {key} is half closed: {case}"
