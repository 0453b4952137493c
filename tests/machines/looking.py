"""What is looked at after every act: all rows in one moment, and what must hold among them and receipts."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from simulator.receipts import Receipt
from storage.people import Official
from storage.post_box import Notice
from storage.register import Clue
from storage.work import Audit, Case, Rung, Task
from tests.faults.verdict import MARK, unkept, untold
from tests.machines.history import AuditRow, CaseRow, ClueRow, Look, NoticeRow, RungRow, TaskRow

QUERIES = {
    "notices": (NoticeRow, select(Notice.id, Notice.state, Notice.attempts, Notice.resent)),
    "tasks": (TaskRow, select(Task.id, Task.state, Task.outcome, Task.happened_on, Task.due_version)),
    "rungs": (RungRow, select(Rung.id, Rung.state, Rung.task_id, Rung.due_version)),
    "cases": (CaseRow, select(Case.id, Case.number, Case.closed_on, Case.result)),
    "clues": (ClueRow, select(Clue.id, Clue.signal_id, Clue.state, Clue.case_id)),
    "audit": (AuditRow, select(Audit.id, Audit.action, Audit.case_id, Audit.task_id)),
}


async def look(session: AsyncSession) -> Look:
    """Every row that has a history, as it stands."""
    return {
        table: {key: row(*rest) for key, *rest in (await session.execute(query)).all()}
        for table, (row, query) in QUERIES.items()
    }


async def unheld(session: AsyncSession, signals: Sequence[str], receipts: Sequence[Receipt]) -> list[str]:
    """What was promised to signals, rungs and phones, and is not so."""
    told_why = Clue.state == "suppressed", Clue.result.is_not(None)  # R16: kept, and nobody is asked again
    suppressed = set(await session.scalars(select(Clue.signal_id).where(*told_why)))
    return [
        *await unkept(session, [one for one in signals if one not in suppressed]),
        *await untold(session),
        *await _too_often(session, [one for one in receipts if not one.edit]),
    ]


async def _too_often(session: AsyncSession, receipts: Sequence[Receipt]) -> list[str]:
    """A chat was written to once for each notice, and once more, marked, for each that is repeated."""
    chat = Notice.sent_chat_id
    tried = select(chat, func.count()).where(Notice.attempts > 0, Notice.edits_message.is_(None))
    most = {
        mark: Counter(dict((await session.execute(query.group_by(chat))).all()))
        for mark, query in ((False, tried), (True, tried.where(Notice.resent)))
    }
    moved = await _passed_on(session)
    return [*_beyond(receipts, {mark: allowed + moved for mark, allowed in most.items()})]


async def _passed_on(session: AsyncSession) -> Counter[int]:
    """How many notices went on from each chat to somebody else: nobody knew whether either copy had come."""
    chats = dict((await session.execute(select(Official.id, Official.chat_id))).all())
    gone = await session.scalars(select(Notice.not_to).where(Notice.attempts > 0))
    return Counter(chat for some in gone for official in some if (chat := chats.get(official)))


def _beyond(receipts: Sequence[Receipt], most: dict[bool, Counter[int]]) -> Iterator[str]:
    for mark, allowed in most.items():
        came = Counter(one.chat_id for one in receipts if (MARK in one.text) is mark)
        for chat_id, count in came.items():
            if count > allowed[chat_id]:
                words = "marked" if mark else "unmarked"
                yield f"chat {chat_id} got {count} {words} messages for {allowed[chat_id]} notices"
