"""The verdict on a fault run: what the rows and the receipts say, held against a run without faults."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime
from config.loader import load_policy
from simulator.receipts import Receipt
from storage.post_box import Notice
from storage.register import Clue, Household
from storage.work import Case, Rung, Task
from tests.faults.county import County
from tests.unhandled import unhandled
from workflows.auditing.auditor import Auditor, Operators
from workflows.desk import Desk

MARK = load_policy("hebei").texts["resent_mark"].strip()
Facts = Mapping[str, Collection[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wrongs` is empty where every promise was kept; the rest is counted for the report."""

    wrongs: tuple[str, ...]
    messages: int
    copies: int
    lost_to_view: int


async def facts(county: County) -> Facts:
    """What has become of every signal, case, task and rung, by names that do not change from run to run."""
    home = Household.number
    queries = {
        "clues": select(Clue.signal_id, home, Clue.state, Clue.result).join(Household),
        "cases": select(home, Case.stage, Case.result, Case.limit_on, Case.closed_on).join(Household),
        "tasks": select(
            *(home, Task.step, Task.round, Task.state, Task.outcome),
            *(Task.due_on, Task.due_version, Task.happened_on),
        )
        .join(Case, Case.id == Task.case_id)
        .join(Household, Household.id == Case.household_id),
        "rungs": select(
            *(
                home,
                Task.step,
                Task.round,
                Rung.due_version,
                Rung.name,
                Rung.post,
                Rung.region_code,
                Rung.state,
            )
        )
        .join(Task, Task.id == Rung.task_id)
        .join(Case, Case.id == Task.case_id)
        .join(Household, Household.id == Case.household_id),
    }
    async with county.database.reading() as session:
        return {
            name: sorted((tuple(row) for row in await session.execute(query)), key=repr)
            for name, query in queries.items()
        }


async def judge(county: County, accepted: Sequence[str], reference: Facts) -> Verdict:
    """Everything that is wrong after a run, in words."""
    receipts = [one for one in county.emulator.receipts.after() if not one.edit]
    async with county.database.reading() as session:
        wrongs = [
            *_differences(await facts(county), reference),
            *await unkept(session, accepted),
            *await untold(session),
            *_copied(receipts, await _said(session)),
        ]
    wrongs += await _audited(county)
    wrongs += [f"log: {entry}" for entry in unhandled(county.log.read_text(errors="replace"))]
    copies = sum(MARK in one.text for one in receipts)
    return Verdict(tuple(wrongs), len(receipts), copies, _unanswered(receipts))


def _differences(found: Facts, wanted: Facts) -> Iterator[str]:
    for name in wanted:
        more, less = (
            Counter(found[name]) - Counter(wanted[name]),
            Counter(wanted[name]) - Counter(found[name]),
        )
        yield from (f"{name}: {row} should not be there" for row in more.elements())
        yield from (f"{name}: {row} is missing" for row in less.elements())


async def unkept(session: AsyncSession, accepted: Sequence[str]) -> list[str]:
    """Every signal that was accepted has a case, that case its tasks, and the tasks their notices."""
    told = select(func.count()).where(Notice.case_id == Clue.case_id).correlate(Clue).scalar_subquery()
    work = select(func.count()).where(Task.case_id == Clue.case_id).correlate(Clue).scalar_subquery()
    rows = await session.execute(select(Clue.signal_id, Clue.case_id, work, told))
    kept = {signal for signal, case, tasks, notices in rows if case and tasks and notices}
    return [f"{signal} has no case, task or notice" for signal in accepted if signal not in kept]


async def untold(session: AsyncSession) -> list[str]:
    """Each fired rung was told once: by itself, or in the one line of its township."""
    telling = (
        select(func.count()).where(Notice.once == literal("rung:") + cast(Rung.id, String)).correlate(Rung)
    )
    rows = await session.execute(
        select(Rung.id, telling.scalar_subquery()).where(Rung.state == "fired", ~Rung.per_town)
    )
    return [f"rung {rung} was told {count} times" for rung, count in rows if count != 1]


async def _said(session: AsyncSession) -> Counter[tuple[int, str]]:
    """How many notices hold the same words for the same chat: answers may well be alike."""
    rows = await session.scalars(select(Notice).where(Notice.kind == "reply", Notice.edits_message.is_(None)))
    return Counter((row.chat_id or 0, str(row.facts.get("text"))) for row in rows)


def _copied(receipts: Sequence[Receipt], said: Mapping[tuple[int, str], int]) -> Iterator[str]:
    """Of each message at most one came unmarked and one marked."""
    for mark in (False, True):
        alike = Counter((one.chat_id, _bare(one)) for one in receipts if (MARK in one.text) is mark)
        for words, count in alike.items():
            if count > max(said.get(words, 0), 1):
                yield f"{count} copies{' marked' if mark else ''} of {words}"


def _bare(receipt: Receipt) -> str:
    return receipt.text.replace(MARK, "").strip()


async def _audited(county: County) -> list[str]:
    """The auditor finds nothing either."""
    desk = Desk(load_policy("hebei"), LocalTime(county.clock))
    auditor = Auditor(county.database, desk, county.clock, Operators())
    rounds = [await auditor.round() for _ in range(2)]
    return [f"the auditor: {seen}" for seen in rounds if seen.mended or seen.found]


def _unanswered(receipts: Sequence[Receipt]) -> int:
    return sum(not one.answered for one in receipts)
