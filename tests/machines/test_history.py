"""What the machines hold against each other: each rule tells a good change from a bad one."""

from datetime import date
from typing import Any

import pytest

from notifications.states import State
from tests.machines.history import (
    MAY,
    AuditRow,
    CaseRow,
    ClueRow,
    NoticeRow,
    RungRow,
    TaskRow,
    at_odds,
    broken,
    reachable,
)

DAY = date(2026, 3, 12)
NOTHING: dict[str, dict[int, Any]] = {table: {} for table in MAY}
OPEN, DONE = TaskRow("open", None, None, 1), TaskRow("done", "passed", DAY, 1)

BAD = [
    ("notices", NoticeRow("accepted", 1, False), NoticeRow("pending", 1, False)),
    ("notices", NoticeRow("leased", 2, False), NoticeRow("deferred", 1, False)),
    ("tasks", DONE, OPEN),
    ("tasks", DONE, TaskRow("done", "refused", DAY, 1)),
    ("tasks", TaskRow("open", None, None, 2), OPEN),
    ("rungs", RungRow("fired", 1, 1), RungRow("pending", 1, 1)),
    ("rungs", RungRow("pending", 1, 1), RungRow("pending", 1, 2)),
    ("cases", CaseRow("DP-260312-01", DAY, "no_risk"), CaseRow("DP-260312-01", None, None)),
    ("cases", CaseRow("DP-260312-01", None, None), CaseRow("DP-260312-02", None, None)),
    ("clues", ClueRow("YB-1", "open", 1), ClueRow("YB-1", "open", None)),
    ("audit", AuditRow("case.opened", 1, None), AuditRow("case.closed", 1, None)),
]


@pytest.mark.parametrize(("table", "old", "new"), BAD)
def test_a_bad_change_is_seen(table: str, old: Any, new: Any) -> None:
    before, after = {**NOTHING, table: {1: old}}, {**NOTHING, table: {1: new}}
    assert len([*broken(before, after)]) == 1
    assert [*broken(before, before)] == []
    assert len([*broken(before, NOTHING)]) == 1


def test_from_what_is_settled_nothing_leads_anywhere() -> None:
    assert reachable("accepted") == {State.accepted}
    assert State.accepted in reachable("held")


def test_what_does_not_stand_together_is_seen() -> None:
    rung = {"rungs": {1: RungRow("pending", 1, 1)}, "cases": {}}
    assert [*at_odds({**rung, "tasks": {1: OPEN}})] == []
    assert len([*at_odds({**rung, "tasks": {1: DONE}})]) == 1
    half = {**NOTHING, "cases": {1: CaseRow("DP-260312-01", DAY, None)}}
    assert len([*at_odds(half)]) == 1
