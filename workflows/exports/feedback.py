"""What became of a department's signals: one result for each `signal_id`, whatever it was merged into.

No household, no place, no name: the department finds its own row by its own number (domain §3.3a, §5.4).
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.register import Clue
from storage.work import Case
from workflows.casebook import RESULTS

HEADER = ("signal_id", "rule_code", "received_date", "result", "result_date")
AT_ONCE = 5_000
WAITING = "正在查找对应农户"
CHECKING = "核实中"
RECOGNISING, RECOGNISED = "情况属实，认定中", "已纳入监测"
WORDS = {
    **RESULTS,
    "rule_muted": "本县已停用这条规则，未核实",
    "checked_recently": "近期核实过同样情况，未重复入户",
    "back_to_department": "退回：查无此户",
    "closed": "已办结",
}


async def results(session: AsyncSession, dept: str, since: date | None) -> AsyncIterator[Sequence[str]]:
    """The rows of `HEADER` of this department's signals received since a day, in the order they came."""
    last = 0
    while some := await _some(session, dept, since, last):
        for row in some:
            result, on = _result(row)
            yield row.signal_id, row.rule, row.received_on.isoformat(), result, on.isoformat() if on else ""
        last = some[-1].id


async def _some(session: AsyncSession, dept: str, since: date | None, after: int) -> Sequence[Any]:
    mine = (Clue.dept == dept) & (Clue.id > after)
    if since is not None:
        mine &= Clue.received_on >= since
    clue = (Clue.id, Clue.signal_id, Clue.rule, Clue.received_on, Clue.state, Clue.result, Clue.result_on)
    case = (Case.result.label("case_result"), Case.closed_on, Case.recognised_on)
    query = select(*clue, *case).outerjoin(Case, Case.id == Clue.case_id).where(mine)
    return (await session.execute(query.order_by(Clue.id).limit(AT_ONCE))).all()


def _result(row: Any) -> tuple[str, date | None]:
    """What to say of a signal, and since when; a case that goes on after the check is told as it stands."""
    match row.state, row.result:
        case "waiting", _:
            return WAITING, None
        case "open", _:
            return CHECKING, None
        case _, "candidate" if row.recognised_on is not None:
            return RECOGNISED, row.recognised_on
        case _, "candidate" if row.case_result is not None:
            return WORDS.get(row.case_result, WORDS["closed"]), row.closed_on
        case _, "candidate":
            return RECOGNISING, row.result_on
    return WORDS.get(row.result, WORDS["closed"]), row.result_on
