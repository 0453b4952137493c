"""What the house did, in the words of the oracle: fates, cases, rungs and messages read from its tables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from oracle.hours import ZONE
from oracle.messages import Message
from oracle.posts import Place
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.people import Official
from storage.post_box import Notice
from storage.register import Batch, Clue, Household
from storage.work import Case, Rung, Task

CaseDates = tuple[str, bool, date, date, date]  # village, red, due, latest, limit
RungKey = tuple[str, str, Place]  # about, name, recipient
RungFate = tuple[str, datetime | None]  # mode, instant; born late has no instant

MORNINGS = ("list_morning", "digest_county")


@dataclass(slots=True)
class Seen:
    fates: dict[str, str] = field(default_factory=dict)
    cases: dict[str, CaseDates] = field(default_factory=dict)
    rungs: dict[RungKey, RungFate] = field(default_factory=dict)
    fired: dict[RungKey, datetime] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    waiting: list[Notice] = field(default_factory=list)


async def seen(session: AsyncSession) -> Seen:
    """Everything since the import of the clues."""
    found = Seen()
    homes = {home.id: home for home in await session.scalars(select(Household))}
    cases = {case.id: case for case in await session.scalars(select(Case))}
    signals = {clue.id: clue for clue in await session.scalars(select(Clue))}
    tasks = {task.id: task for task in await session.scalars(select(Task))}
    number = {case.id: homes[case.household_id].number for case in cases.values()}
    about = {
        t.id: number[t.case_id] if t.case_id else signals[t.clue_id or 0].signal_id for t in tasks.values()
    }
    await _fates(session, signals.values(), found)
    for task in tasks.values():
        if task.case_id:
            case = cases[task.case_id]
            village = homes[case.household_id].village_code
            dates = (task.due_on, task.latest_on, case.limit_on)
            found.cases[number[case.id]] = (village, case.urgent, *dates)
    present = (Rung.task_id == Task.id) & (Rung.due_version == Task.due_version)
    for rung in await session.scalars(select(Rung).join(Task, present).where(Rung.state != "superseded")):
        key = (about[rung.task_id], rung.name, (rung.post, rung.region_code))
        late = rung.state == "born_late"
        found.rungs[key] = (rung.mode, None if late else rung.fires_at.astimezone(ZONE))
        if rung.fired_at is not None:
            found.fired[key] = rung.fired_at.astimezone(ZONE)
    await _messages(session, about, number, found)
    return found


async def _fates(session: AsyncSession, signals: Sequence[Clue], found: Seen) -> None:
    """open for the signal that opened its case: the first of the case in the order of the file."""
    batches = set(await session.scalars(select(Batch.id).where(Batch.kind == "clues")))
    opened: set[int] = set()
    for clue in sorted(signals, key=lambda one: one.id):
        if clue.batch_id not in batches:
            continue
        if clue.case_id is None:
            found.fates[clue.signal_id] = clue.state
        else:
            found.fates[clue.signal_id] = "merged" if clue.case_id in opened else clue.state
            opened.add(clue.case_id)


async def _messages(
    session: AsyncSession, tasks: Mapping[int, str], cases: Mapping[int, str], found: Seen
) -> None:
    rungs = {f"rung:{rung.id}": rung.name for rung in await session.scalars(select(Rung))}
    staff = dict((await session.execute(select(Official.id, Official.staff_no))).all())
    notices = list(await session.scalars(select(Notice).where(Notice.kind != "reply").order_by(Notice.id)))
    inside: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.carrier_id is not None:
            inside[notice.carrier_id].append(notice)
    for notice in notices:
        if notice.state == "accepted" and notice.accepted_at is not None:
            kind = _kind(notice)
            entries = inside[notice.id] if kind in ("list", "morning") else [notice]
            what = "" if kind in ("list", "morning") else _what(notice, rungs)
            about = frozenset(_about(entry, tasks, cases) for entry in entries)
            at = notice.accepted_at.astimezone(ZONE)
            found.messages.append(Message(at, staff[notice.official_id or 0], kind, what, about))
        elif notice.state not in ("carried", "superseded"):
            found.waiting.append(notice)


def _kind(notice: Notice) -> str:
    if notice.kind in MORNINGS:
        return "morning"
    if notice.kind.startswith("list_"):
        return "list"
    if notice.kind == "batch_city":
        return "count"
    return "line" if notice.kind.startswith("batch_") else "card"


def _what(notice: Notice, rungs: Mapping[str, str]) -> str:
    """The rung that rang, whatever words it was told in; else the event."""
    if notice.kind.startswith("batch_"):
        return _kind(notice)
    event = (notice.event or "").split(":")[0]
    return rungs.get(notice.once or "") or {"task": "alert", "town": "overdue_7"}.get(event, event)


def _about(notice: Notice, tasks: Mapping[int, str], cases: Mapping[int, str]) -> str:
    event = (notice.event or "").split(":")
    if event[0] == "town":
        return event[1]
    if notice.kind in MORNINGS:
        return "a morning list"
    if notice.task_id is not None:
        return tasks[notice.task_id]
    return cases[notice.case_id] if notice.case_id is not None else str(notice.region_code)
