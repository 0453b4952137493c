"""The verdict on a fault run: what the rows and the receipts say, held against a run without faults."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from config.clock import LocalTime
from config.loader import load_policy
from notifications.states import State
from simulator.receipts import Receipt
from storage.post_box import Delivery, Inbox, Notice
from storage.register import Clue, Household
from storage.work import Audit, Case, Rung, Task
from tests.faults.county import County
from tests.unhandled import unhandled
from workflows.auditing.auditor import Auditor, Operators
from workflows.desk import Desk

MARK = load_policy("hebei").texts["resent_mark"].strip()
ANSWERS = {"/todo": r"☀️ .* 待办 \d+ 件|现在没有待办", "/drafts": r"有 \d+ 张没填完的表|没有没填完的表"}
ASKED_TO_WAIT = re.compile(r"retry after (\d+)")
ON_THE_WIRE = 5  # what was under way at a kill may still arrive
NEVER = (State.superseded, State.failed_permanent, State.unknown)
Facts = Mapping[str, Collection[tuple[Any, ...]]]
Troubles = Sequence[tuple[int, int]]


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
        "silence": select(home, Task.step, Task.round)
        .join(Case, Case.id == Task.case_id)
        .join(Household, Household.id == Case.household_id)
        .where(Task.state == "open", _told_of(Task), ~_told_of(Task, _may_arrive())),
    }
    async with county.database.reading() as session:
        return {
            name: sorted((tuple(row) for row in await session.execute(query)), key=repr)
            for name, query in queries.items()
        }


def _told_of(task: type[Task], *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is a notice for the holder of a task."""
    holders = (Notice.task_id == task.id) & (Notice.post == task.post)
    return select(Notice.id).where(holders, *which).correlate(task).exists()


def _may_arrive() -> ColumnElement[bool]:
    """A notice that has arrived or still will, by itself or inside another."""
    carrier = aliased(Notice)
    lost = select(carrier.id).where(carrier.id == Notice.carrier_id, carrier.state.in_(NEVER))
    return Notice.state.not_in(NEVER) & ~lost.correlate(Notice).exists()


async def judge(
    county: County, accepted: Sequence[str], reference: Facts, troubles: Troubles = ()
) -> Verdict:
    """Everything that is wrong after a run, in words."""
    everything = county.emulator.receipts.after()
    receipts = [one for one in everything if not one.edit]
    async with county.database.reading() as session:
        wrongs = [
            *_differences(await facts(county), reference),
            *await unkept(session, accepted),
            *await untold(session),
            *_copied(receipts, await _said(session)),
            *_repeated(receipts, troubles),
            *await _imagined(session, everything),
            *await _lost(session),
            *await _answered(session, county.asked),
            *await _hurried(session),
            *await _mended(session),
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


def _repeated(receipts: Sequence[Receipt], troubles: Troubles) -> Iterator[str]:
    """Nothing is sent once more, marked, where nothing was wrong since it went out first."""
    first: dict[tuple[int, str], int] = {}
    for one in receipts:
        if MARK not in one.text:
            first.setdefault((one.chat_id, _bare(one)), one.number)
            continue
        since = first.get((one.chat_id, _bare(one)), 0)
        if not any(begin <= one.number and since <= end + ON_THE_WIRE for begin, end in troubles):
            yield f"a repeat without need: {_bare(one)}"


async def _imagined(session: AsyncSession, receipts: Sequence[Receipt]) -> list[str]:
    """What is kept as arrived did arrive."""
    there = {(one.chat_id, one.message_id) for one in receipts}
    rows = await session.execute(
        select(Notice.id, Notice.sent_chat_id, Notice.message_id).where(Notice.state == State.accepted)
    )
    return [f"notice {row} is kept as arrived, and never did" for row, *sent in rows if (*sent,) not in there]


async def _lost(session: AsyncSession) -> list[str]:
    """Every update that was acknowledged was kept; their numbers run on."""
    kept = (await session.scalars(select(Inbox.update_id).order_by(Inbox.update_id))).all()
    gaps = [(before, after) for before, after in pairwise(kept) if after - before > 1]
    return [f"what came between updates {before} and {after} was not kept" for before, after in gaps]


async def _answered(session: AsyncSession, asked: Mapping[tuple[int, str], int]) -> list[str]:
    """Each command has had its effect once: there is one answer for each time it was typed."""
    rows = await session.scalars(select(Notice).where(Notice.kind == "reply", Notice.edits_message.is_(None)))
    said = [(row.chat_id, str(row.facts.get("text"))) for row in rows]
    wrongs = []
    for (chat_id, command), times in asked.items():
        found = sum(chat == chat_id and bool(re.match(ANSWERS[command], text)) for chat, text in said)
        if found != times:
            wrongs.append(f"{command} was typed {times} times and answered {found} times")
    return wrongs


async def _hurried(session: AsyncSession) -> list[str]:
    """Who is told to wait so many seconds does not try the same message before."""
    begun: dict[int, tuple[datetime, int]] = {}
    wrongs = []
    for one in await session.scalars(select(Delivery).order_by(Delivery.id)):
        before, seconds = begun.pop(one.notice_id, (one.started_at, 0))
        waited = (one.started_at - before).total_seconds()
        if 0 <= waited < seconds:  # less than nothing where the clock was moved
            wrongs.append(f"told to wait {seconds} s, and sent again after {waited:.0f} s")
        if told := ASKED_TO_WAIT.search(one.error or ""):
            begun[one.notice_id] = one.started_at, int(told[1])
    return wrongs


async def _mended(session: AsyncSession) -> list[str]:
    """Nor has the auditor of a victim found anything."""
    rows = await session.scalars(select(Audit.detail).where(Audit.action == "audit.mended"))
    return [f"the auditor had to mend {detail}" for detail in rows]


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
