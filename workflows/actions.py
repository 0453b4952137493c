"""What may be done to a task beside finishing it: help, reassign, extend, hand up, excuse, and reports."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from storage.people import Region
from storage.register import Batch, Clue, Household
from storage.work import Case, Feedback, Task
from workflows import events, leave, together
from workflows.authority import Person, commands
from workflows.batches import finish_batch
from workflows.cases import drop_drafts, redate
from workflows.choices import chosen_day, on_the_road
from workflows.desk import Desk
from workflows.events import Subject
from workflows.forms import shown
from workflows.intake import give_household, take_in
from workflows.open_form import OpenForm
from workflows.recipients import desk_above
from workflows.signals import Signal
from workflows.tasks import renew_dates, renew_rungs, retire

NEEDS_COMMAND = frozenset({"assist", "reassign", "extend"})


@dataclass(frozen=True, slots=True)
class Deed:
    """A filled-in action: which, by whom, with which answers, for which task."""

    form: OpenForm
    answers: Mapping[str, Any]
    person: Person
    task: Task | None

    def said(self, name: str) -> str:
        """The answer to a question in words."""
        return shown(self.form, self.form.form.question(name), self.answers.get(name), self.answers)


async def do(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """Carries the action out in the caller's commit."""
    await _DEEDS[deed.form.form.name](session, desk, deed)
    task = deed.task
    desk.record(
        session,
        f"action.{deed.form.form.name}",
        actor=deed.person.id,
        case_id=task.case_id if task else None,
        task_id=task.id if task else None,
    )


def known(form: str) -> bool:
    """Whether the form is an action; any other that belongs to no task is only tried."""
    return form in _DEEDS


def permitted(desk: Desk, form: str, person: Person, task: Task) -> bool:
    """Whether the person's posts command the task, for actions that need it; learn its region before."""
    if form not in NEEDS_COMMAND:
        return True
    lineage = desk.areas.lineage(task.region_code)
    return commands(person.held, task.post, lineage, desk.policy.posts) is not None


async def _subject(session: AsyncSession, desk: Desk, task: Task) -> Subject:
    case = await session.get_one(Case, task.case_id)
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {case.region_code, task.region_code})
    return Subject(await desk.policy_of(session, case.policy_digest), case, household, task)


def _own_post(desk: Desk, deed: Deed) -> str:
    """The post in whose name the person acts: the highest held."""
    posts = desk.policy.posts
    held = sorted(deed.person.held, key=lambda h: posts[h[0]].tier.rank)
    return posts[held[-1][0]].label if held else "同事"


async def _assist(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    assert deed.task is not None
    deed.task.assisted_on = desk.today()
    said = {"how": deed.said("how"), "post": _own_post(desk, deed)}
    await events.tell(session, desk, await _subject(session, desk, deed.task), "assisted", said)


async def _reassign(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """The task's duty goes to a named colleague; its dates stay, its rungs start anew."""
    assert deed.task is not None
    subject = await _subject(session, desk, deed.task)
    deed.task.assigned_id = int(str(deed.answers["to"])[1:])
    await drop_drafts(session, [deed.task.id])
    await renew_rungs(session, desk, subject.policy, deed.task, subject.case.limit_on)
    await events.tell(session, desk, subject, "reassigned", {"post": _own_post(desk, deed)})


async def _extend(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """The township moves a step up to its latest feasible day, the county the total (domain §2.4)."""
    assert deed.task is not None
    task, day = deed.task, chosen_day(str(deed.answers["until"]))
    subject = await _subject(session, desk, task)
    tier = commands(deed.person.held, task.post, desk.areas.lineage(task.region_code), desk.policy.posts)
    if tier is Tier.county and on_the_road(subject.policy, subject.case, task):
        subject.case.limit_on = day
        await redate(session, desk, subject.policy, subject.case, later=True)
    else:
        task.due_on = day if tier is Tier.county else min(day, task.latest_on)
        task.latest_on = max(task.latest_on, task.due_on)
        await renew_dates(session, desk, subject.policy, task, subject.case)
    await events.tell(session, desk, subject, "extended", {"reason": deed.said("reason")})


async def _escalate(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """本级解决不了: the desk above whoever says so takes the task; the clock runs for it (R13)."""
    assert deed.task is not None
    task, subject = deed.task, await _subject(session, desk, deed.task)
    from_place = _highest_place(desk, deed, task)
    task.post, task.region_code = desk_above(desk.areas, desk.policy.posts, from_place)
    task.assigned_id, task.attempts = None, 0
    await desk.areas.learn(session, {task.region_code})
    await renew_rungs(session, desk, subject.policy, task, subject.case.limit_on)
    await events.tell(session, desk, subject, "handed_up", {"reason": deed.said("reason")})


def _highest_place(desk: Desk, deed: Deed, task: Task) -> tuple[str, str]:
    """Where the task is stuck: at its holder, or at the post above from which it is handed up."""
    codes = {code for _, code in desk.areas.lineage(task.region_code)}
    posts = desk.policy.posts
    places = [(task.post, task.region_code), *(held for held in deed.person.held if held[1] in codes)]
    below_city = [place for place in places if posts[place[0]].tier is not Tier.city]
    return max(below_city, key=lambda place: posts[place[0]].tier.rank)


async def _excuse(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """A coded reason; the task stays, the township sees why."""
    assert deed.task is not None
    deed.task.excuse = str(deed.answers["reason"])
    subject = await _subject(session, desk, deed.task)
    await events.tell(session, desk, subject, "excused", {"reason": deed.said("reason")})


async def _feedback(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    session.add(Feedback(official_id=deed.person.id, words=str(deed.answers["words"]), sent_at=desk.now()))


async def _report(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """A cadre's own clue, also of a household not on the register yet."""
    batch = Batch(
        kind="report", content_hash=f"report:{desk.now().timestamp()}", imported_at=desk.now(), rows=1
    )
    session.add(batch)
    await session.flush()
    household = await _reported_household(session, desk, deed, batch.id)
    source = str(deed.answers["source"])
    signal = Signal(
        signal_id=f"ZB-{desk.today():%y%m%d}-{batch.id}",
        dept=deed.said("source"),
        rule=source,
        received_on=desk.today(),
        event_on=None,
        village_code=household.village_code,
        household_number=household.number,
        risk=str(deed.answers["risk"]).removeprefix("r"),
        urgent=deed.answers.get("urgent") == "urgent",
        reported_by=deed.person.id,
        insists=True,
    )
    await take_in(session, desk, [signal], batch.id)
    await finish_batch(session, desk, batch.id)


async def _reported_household(session: AsyncSession, desk: Desk, deed: Deed, batch_id: int) -> Household:
    chosen = str(deed.answers["household"])
    if chosen.startswith("h") and chosen[1:].isdigit():
        return await session.get_one(Household, int(chosen[1:]))
    region = next(iter(region for _, region in deed.person.held))
    return await new_household(session, desk, region, f"新报-{batch_id:03d}")


async def new_household(session: AsyncSession, desk: Desk, region: str, number: str) -> Household:
    """A household not on the register yet: a number, a place, no name; completed by the next import."""
    await desk.areas.learn(session, {region})
    village = desk.areas.above(region, Tier.village) or region
    household = Household(number=number, region_code=region, village_code=village, provisional=True)
    if desk.areas.tier(region) is Tier.grid:
        household.group = desk.areas.name(region)
    session.add(household)
    await session.flush()
    return household


async def _match(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    """An unmatched signal gets one of three outcomes (domain §3.3a)."""
    assert deed.task is not None
    task, answers = deed.task, deed.answers
    clue = await session.get_one(Clue, task.clue_id)
    task.state, task.outcome = "done", str(answers["decision"])
    task.happened_on, task.recorded_at = desk.today(), desk.now()
    await retire(session, desk, [task.id])
    if answers["decision"] == "matched":
        household = await session.get_one(Household, int(str(answers["household"])[1:]))
        await give_household(session, desk, clue, household)
    elif answers["decision"] == "new_household":
        region = await _group(session, str(answers["village"])[1:], int(answers["group"]))
        household = await new_household(session, desk, region, f"新建-{clue.id:03d}")
        await give_household(session, desk, clue, household)
    else:
        clue.state, clue.result, clue.result_on = "done", "back_to_department", desk.today()


async def _group(session: AsyncSession, village: str, number: int) -> str:
    """The group region of a village, made when it is not there yet."""
    code = f"{village}-{number:02d}"
    if await session.get(Region, code) is None:
        session.add(Region(code=code, name=f"{number}组", parent_code=village, level="group"))
        await session.flush()
    return code


async def waiting_matches(session: AsyncSession) -> list[Task]:
    """Open tasks of unmatched signals, the oldest first."""
    query = select(Task).where(Task.state == "open", Task.clue_id.is_not(None)).order_by(Task.due_on, Task.id)
    return list((await session.scalars(query)).all())


async def _leave(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    first, last = (date.fromisoformat(deed.answers[name]) for name in ("first", "last"))
    await leave.take(session, desk, deed.person, first, last, int(str(deed.answers["deputy"])[1:]))


async def _together(session: AsyncSession, desk: Desk, deed: Deed) -> None:
    shown = {*deed.form.facts[together.SHOWN]}
    await together.agree(session, desk, deed.person, deed.form.form.name, deed.answers, shown)


_DEEDS: Mapping[str, Callable[[AsyncSession, Desk, Deed], Awaitable[None]]] = {
    "assist": _assist,
    "reassign": _reassign,
    "hand_over": _reassign,
    "extend": _extend,
    "escalate": _escalate,
    "excuse": _excuse,
    "feedback": _feedback,
    "report": _report,
    "match": _match,
    "leave": _leave,
    **dict.fromkeys(together.STEPS, _together),
}
