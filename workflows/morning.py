"""The morning list: one new message a working day, with what is late on top (promise 7, R4)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from config.wording import day_text, fill
from notifications import outbox
from notifications.ageing import AHEAD, LATE, as_of, counted
from notifications.outbox import Lane, Telling, notice, packed
from notifications.planner import Addressed, Planner
from notifications.render import list_buttons
from storage.people import Official
from storage.post_box import Notice
from storage.register import Clue, Household
from storage.states import being
from storage.work import Case, Marker, Task
from workflows.authority import with_posts
from workflows.desk import Desk
from workflows.digest import county_digest
from workflows.due import Due, due_state
from workflows.words import case_facts, task_facts, waiting_facts

SECTIONS = {Due.overdue: "list_overdue", Due.today: "list_today", Due.tomorrow: "list_soon"}
LISTS = ("list_morning", "digest_county")
REMINDERS = ("rung:", "morning:")
ORDER = ("list_overdue", "list_today", "list_soon", "list_followups", "list_told")


async def send_morning(session: AsyncSession, desk: Desk, planner: Planner) -> bool:
    """Makes today's lists if it is time and they are not made yet. The caller commits."""
    today, now = desk.today(), desk.now()
    if not desk.calendar.is_working(today) or now < desk.hours.morning(today):
        return False
    marker = f"morning:{today.isoformat()}"
    if await session.get(Marker, marker) is not None:
        return False
    session.add(Marker(name=marker, value=now.isoformat()))
    held = list(
        (await session.scalars(select(Notice).where(being(Notice.state, "held")).order_by(Notice.id))).all()
    )
    for waiting in held:
        waiting.facts = as_of(waiting.facts, today, desk.calendar, desk.policy.texts)
    fresh = await _aged(session, desk, await _told_today(session, desk))
    session.add_all(fresh)
    await session.flush()
    people: dict[int, list[Addressed]] = defaultdict(list)
    for one in await planner.addressed(session, [*held, *fresh]):
        people[one.official_id].append(one)
    for line in fresh:
        if line.state == "parked":
            line.state = "superseded"  # nobody reads it today, and tomorrow has its own
    for official, items in people.items():
        await _list(session, desk, official, items)
    return True


async def _told_today(session: AsyncSession, desk: Desk) -> set[int | None]:
    """Tasks whose holder hears of them today in another way: not said twice."""
    going = being(Notice.state, "pending") & (Notice.not_before <= desk.now())
    query = (
        select(Notice.task_id)
        .join(Task, Task.id == Notice.task_id)
        .where(Task.post == Notice.post, Task.region_code == Notice.region_code, Notice.kind != "reply")
        .where(going | being(Notice.state, "held") | (Notice.sent_on == desk.today()))
    )
    return set(await session.scalars(query))


async def _aged(session: AsyncSession, desk: Desk, told: set[int | None]) -> list[Notice]:
    """Tasks that are late, or due today or tomorrow, and not on the list for another reason."""
    today = desk.today()
    query = (
        select(Task, Case, Household, Clue)
        .outerjoin(Case, Case.id == Task.case_id)
        .outerjoin(Household, Household.id == Case.household_id)
        .outerjoin(Clue, Clue.id == Task.clue_id)
        .where(Task.state == "open", Task.due_on <= today + timedelta(days=1), Task.opens_on <= today)
        .order_by(Task.due_on, Task.id)
    )
    rows = [row for row in (await session.execute(query)) if row[0].id not in told]
    await desk.areas.learn(session, {row[0].region_code for row in rows})
    await desk.areas.learn(session, {row[1].region_code for row in rows if row[1]})
    return [await _line(session, desk, *row) for row in rows]


async def _line(
    session: AsyncSession, desk: Desk, task: Task, case: Case | None, household: Household, clue: Clue
) -> Notice:
    policy = await desk.policy_of(session, case.policy_digest) if case else desk.policy
    about = case_facts(desk, household, case) if case else waiting_facts(desk.areas, clue, task)
    kind = LATE if desk.today() > task.due_on else AHEAD
    facts = {**about, **task_facts(desk, policy, task, case), **counted(task.due_on, kind)}
    facts = as_of(facts, desk.today(), desk.calendar, desk.policy.texts)
    telling = Telling(
        kind=kind,
        facts=facts,
        line=facts["line"],
        post=task.post,
        region_code=task.region_code,
        official_id=task.assigned_id,
        state="held",
        event=f"morning:{desk.today()}:{task.id}",
        due_on=task.due_on,
        case_id=task.case_id,
        task_id=task.id,
        not_before=desk.now(),
    )
    return notice(telling, desk.now())


async def _list(session: AsyncSession, desk: Desk, official: int, items: Sequence[Addressed]) -> None:
    """One message: a single full card goes as itself, everything else as the list of the day."""
    for one in items:
        one.notice.official_id, one.notice.moved = one.official_id, one.moved
    notices = [one.notice for one in items]
    named = _once(notices)
    if len(named) == 1 and not named[0].kind.startswith("line_"):
        _carry(named[0], notices)
        named[0].state = "pending"
        return
    sections = await _sections(session, desk, named)
    lines = [line for name in ORDER if name in sections for line in sections[name]]
    due = min((n.due_on for n in named if n.due_on), default=None)
    facts: dict[str, Any] = {
        "date": day_text(desk.today()),
        "count": len(named),
        "due": day_text(due) if due else "无",
        "lines": lines,
    }
    kind = "list_morning"
    if await _at_county(session, desk, official):
        kind, facts = "digest_county", {**await county_digest(session, desk), "lines": lines}
    carrier = Notice(
        kind=kind,
        facts={**facts, "line": ""},
        official_id=official,
        lane=int(Lane.digest),
        moved=False,
        buttons=packed(list_buttons(named)),
        state="pending",
        not_before=desk.now(),
        created_at=desk.now(),
    )
    session.add(carrier)
    await session.flush()
    _carry(carrier, notices)
    await _strip_yesterday(session, desk, official, carrier.id)


def _once(notices: Sequence[Notice]) -> list[Notice]:
    """One reminder for each task, one notice for each event: the newest that is the person's own."""
    by_age = sorted(notices, key=lambda notice: (not notice.moved, notice.id))
    return list({_about(notice): notice for notice in by_age}.values())


def _about(notice: Notice) -> str:
    event = notice.event or str(notice.id)
    return f"task:{notice.task_id}" if event.startswith(REMINDERS) else event


def _carry(carrier: Notice, notices: Sequence[Notice]) -> None:
    for item in notices:
        if item is not carrier:
            item.state, item.carrier_id = "carried", carrier.id


async def _at_county(session: AsyncSession, desk: Desk, official: int) -> bool:
    """Whether the person works at the county today."""
    person = await with_posts(session, desk, await session.get_one(Official, official))
    return person.tier(desk.policy.posts) is Tier.county


async def _sections(session: AsyncSession, desk: Desk, notices: Sequence[Notice]) -> dict[str, list[str]]:
    """The lines under their headings, the earliest due first."""
    ids = [n.task_id for n in notices if n.task_id]
    tasks = {task.id: task for task in await session.scalars(select(Task).where(Task.id.in_(ids)))}
    sections: dict[str, list[str]] = {}
    for item in sorted(notices, key=lambda n: (n.due_on or date.max, n.id)):
        name = _section(tasks.get(item.task_id or 0), item, desk.today())
        heading = fill(desk.policy.texts[name], {"count": _visits(notices)})
        sections.setdefault(name, [heading]).append("・" + str(item.facts["line"]))
    return sections


def _visits(notices: Sequence[Notice]) -> int:
    return len({item.task_id for item in notices if item.kind == "followup_due"})


def _section(task: Task | None, item: Notice, today: date) -> str:
    if item.kind == "followup_due":
        return "list_followups"
    if task is None:
        return "list_told"
    return SECTIONS.get(due_state(task.state, task.opens_on, task.due_on, today), "list_soon")


async def _strip_yesterday(session: AsyncSession, desk: Desk, official: int, carrier: int) -> None:
    """The list of the day before loses its buttons; its words stay."""
    query = (
        select(Notice)
        .where(Notice.official_id == official, Notice.kind.in_(LISTS), Notice.id < carrier)
        .where(Notice.message_id.is_not(None))
        .order_by(Notice.id.desc())
        .limit(1)
    )
    before = (await session.scalars(query)).first()
    if before is not None:
        outbox.strip_card(session, before, desk.now())
