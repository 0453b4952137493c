"""Opening tasks: their holder, their dates, their rungs and the first notice, in the caller's commit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import DayKind, Policy, Relative, Step, StepKind
from config.wording import fill
from notifications import outbox
from notifications.outbox import Lane, Telling
from storage.inserting import insert_rows, keep, made
from storage.post_box import Notice
from storage.register import Household
from storage.work import Case, Rung, Task
from workflows import cards
from workflows.dates import Schedule, StepDates
from workflows.desk import Desk
from workflows.finish import finish_of
from workflows.ladder import Dates, PlannedRung, rungs
from workflows.recipients import Place, post_place, relative_place
from workflows.words import case_facts, dated, limit_text, task_facts

AFTERNOON = time(15)


@dataclass(frozen=True, slots=True)
class Opening:
    """A step about to be opened on a case; `kind` is the text of the first notice, None for silence."""

    case: Case
    household: Household
    step: str
    procedure: str
    kind: str | None = "task_opened"
    round: int = 1
    state: str = "pending"
    batch: str | None = None
    lane: Lane = Lane.alert
    opens_on: date | None = None
    due_on: date | None = None
    asks: Sequence[str] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


async def open_tasks(
    session: AsyncSession, desk: Desk, policy: Policy, openings: Sequence[Opening]
) -> list[Task]:
    """Adds the tasks with their rungs and notices; the caller commits."""
    opened = await open_silently(session, desk, policy, openings)
    await outbox.tell(session, (first for _, first in opened if first is not None), desk.now())
    return [task for task, _ in opened]


async def open_silently(
    session: AsyncSession, desk: Desk, policy: Policy, openings: Sequence[Opening]
) -> list[tuple[Task, Telling | None]]:
    """Adds the tasks with their rungs; each with its first notice, which the caller has to tell."""
    await desk.areas.learn(session, {opening.case.region_code for opening in openings})
    tasks = [_task(desk, policy, opening) for opening in openings]
    await keep(session, tasks)
    await add_rungs(
        session, desk, policy, [(t, o.case.limit_on) for t, o in zip(tasks, openings, strict=True)]
    )
    return [
        (task, await _first_notice(session, desk, policy, opening, task) if opening.kind else None)
        for opening, task in zip(openings, tasks, strict=True)
    ]


async def _lateness(session: AsyncSession, desk: Desk, policy: Policy, opening: Opening) -> str:
    """What a card says that is late at birth: when the case can still be finished."""
    finish = await finish_of(session, desk, policy, opening.case)
    first = opening.step == policy.procedures[opening.procedure].first
    words = desk.policy.texts["late_birth" if first else "late_step"]
    return fill(words, {"finish": dated(desk, desk.today(), finish)})


def case_schedule(desk: Desk, policy: Policy, case: Case) -> Schedule:
    """The dates of the case by its frozen profile, counted back from its own limit."""
    return desk.schedule(policy, case.profile, case.procedure, case.start_on, case.limit_on)


def first_due(planned: date, latest: date, opened: date) -> date:
    """The planned day; once that is past the latest feasible one; both past: late at birth."""
    if planned >= opened:
        return planned
    return latest if latest >= opened else planned


def _task(desk: Desk, policy: Policy, opening: Opening) -> Task:
    step = policy.procedures[opening.procedure].steps[opening.step]
    post, region = post_place(desk.areas, policy.posts, step.post, opening.case.region_code)
    opens, planned, latest, due = _days(desk, policy, opening, step)
    return made(
        Task,
        case_id=opening.case.id,
        procedure=opening.procedure,
        step=opening.step,
        round=opening.round,
        post=post,
        region_code=region,
        opened_at=desk.now(),
        opens_on=opens,
        planned_on=planned,
        latest_on=latest,
        due_on=due,
        due_version=1,
        attempts=0,
        asks=None if opening.asks is None else list(opening.asks),
        state="open",
    )


def _days(desk: Desk, policy: Policy, opening: Opening, step: Step) -> tuple[date, date, date, date]:
    """When the task opens, when it is planned, the latest feasible day, the day that counts."""
    today = desk.today()
    if opening.due_on is not None:
        return today, opening.due_on, opening.due_on, opening.due_on
    if step.kind is not StepKind.main:
        due = days_from(desk, today, step)
        return today, due, due, due
    dates = case_schedule(desk, policy, opening.case).steps[opening.step]
    return opening.opens_on or today, *step_days(desk, dates, opening.opens_on, today)


def step_days(desk: Desk, dates: StepDates, ends_on: date | None, from_on: date) -> tuple[date, date, date]:
    """Planned, latest and due day of a main step as of `from_on`; `ends_on`: publicity's last whole day."""
    if ends_on is None:
        return dates.planned, dates.latest, first_due(dates.planned, dates.latest, from_on)
    latest = max(dates.latest, ends_on)
    return dates.planned, latest, _registered(desk, ends_on, latest)


def _registered(desk: Desk, last: date, latest: date) -> date:
    """When publicity is registered: on its last day, or on the working day after it if there is time."""
    return max(last, min(desk.calendar.first_working_on_or_after(last), latest))


def days_from(desk: Desk, day: date, step: Step) -> date:
    """The due day of a step whose term runs from its opening."""
    days = step.days or 0
    if step.day_kind is DayKind.working:
        return desk.calendar.add_working(day, days)
    return day + timedelta(days=days)


async def add_rungs(
    session: AsyncSession, desk: Desk, policy: Policy, tasks: Iterable[tuple[Task, date | None]]
) -> None:
    """The rungs of each task for its present due version; `date` is the limit of its case, if it has one."""
    now = desk.now()

    @cache
    def planned(step: str, dates: Dates) -> Sequence[PlannedRung]:
        return list(rungs(policy.ladders.get(step) or policy.ladders["step"], dates, desk.hours, now))

    @cache
    def place(to: Relative, holder: Place) -> Place | None:
        return relative_place(desk.areas, policy.posts, to, holder)

    ladders = ((task, planned(task.step, _dates(task, limit))) for task, limit in tasks)
    rows = (row for task, ladder in ladders for row in _rungs(task, ladder, place))
    await insert_rows(session, Rung, rows)


def _dates(task: Task, limit: date | None) -> Dates:
    return Dates(opened=task.opens_on, due=task.due_on, latest=task.latest_on, limit=limit)


def _rungs(
    task: Task, ladder: Iterable[PlannedRung], place_of: Callable[[Relative, Place], Place | None]
) -> Iterator[dict[str, Any]]:
    seen: set[tuple[str, Place]] = set()
    holder = task.post, task.region_code
    for planned in ladder:
        place = place_of(planned.to, holder)
        if place is None or (planned.rule.name, place) in seen:
            continue
        seen.add((planned.rule.name, place))
        yield {
            "task_id": task.id,
            "due_version": task.due_version,
            "name": planned.rule.name,
            "to": planned.to.value,
            "post": place[0],
            "region_code": place[1],
            "mode": planned.mode.value,
            "escalates": planned.rule.escalates,
            "per_town": planned.rule.per_town,
            "unless_started": planned.rule.unless_started,
            "fires_at": planned.fires_at,
            "state": "born_late" if planned.born_late else "pending",
        }


async def renew_rungs(session: AsyncSession, desk: Desk, policy: Policy, task: Task, limit: date) -> None:
    """An extension, a return, a new holder: the due version rises, unsent rungs are superseded."""
    await silence(session, [task.id])
    task.due_version += 1
    await desk.areas.learn(session, {task.region_code})
    await add_rungs(session, desk, policy, [(task, limit)])


async def renew_dates(session: AsyncSession, desk: Desk, policy: Policy, task: Task, case: Case) -> None:
    """The dates moved, the holder did not: new rungs; a card not sent yet takes the new dates."""
    pending = (Rung.task_id == task.id) & (Rung.state == "pending")
    await session.execute(update(Rung).where(pending).values(state="superseded"))
    await outbox.supersede(session, [task.id], but=opened_event(task))
    task.due_version += 1
    await desk.areas.learn(session, {task.region_code})
    await add_rungs(session, desk, policy, [(task, case.limit_on)])
    unsent = opened_notices(task) & Notice.state.in_(outbox.WAITING)
    for card in await session.scalars(select(Notice).where(unsent)):
        dates = {**task_facts(desk, policy, task, case), "limit": limit_text(desk, case)}
        facts = {**card.facts, **dates}
        card.facts, card.due_on = {**facts, "line": line_of(facts)}, task.due_on
        card.not_before = desk.now() if card.urgent else _opening_moment(desk, task)


def opened_event(task: Task) -> str:
    """The event of the card that hands the task to its holder."""
    return f"task:{task.id}:opened"


def opened_notices(task: Task) -> ColumnElement[bool]:
    """That card, and what those beside the holder hear of it."""
    return (Notice.task_id == task.id) & (Notice.event == opened_event(task))


async def silence(session: AsyncSession, task_ids: Sequence[int]) -> None:
    """Nothing more goes out about these tasks."""
    if task_ids:
        pending = Rung.task_id.in_(task_ids) & (Rung.state == "pending")
        await session.execute(update(Rung).where(pending).values(state="superseded"))
        await outbox.supersede(session, task_ids)


async def retire(session: AsyncSession, desk: Desk, task_ids: Sequence[int]) -> None:
    """These tasks are over: nothing more goes out, and the cards already shown lose their buttons."""
    await silence(session, task_ids)
    await outbox.strip_cards(session, task_ids, desk.now())


async def _first_notice(
    session: AsyncSession, desk: Desk, policy: Policy, opening: Opening, task: Task
) -> Telling:
    """The card that hands the task to its holder."""
    assert opening.kind is not None
    late = task.due_on < desk.today()
    also = [await _lateness(session, desk, policy, opening)] if late else []
    facts = {
        **case_facts(desk, opening.household, opening.case),
        **task_facts(desk, policy, task, opening.case),
        **opening.facts,
        "also": also,
    }
    red = opening.kind == "alert_urgent"
    title = policy.forms[policy.procedures[task.procedure].steps[task.step].form].title
    return Telling(
        kind=opening.kind,
        facts=facts,
        line=line_of(facts),
        post=task.post,
        region_code=task.region_code,
        lane=Lane.pressing if red else opening.lane,
        urgent=red,
        event=opened_event(task),
        batch=opening.batch,
        state=opening.state,
        due_on=task.due_on,
        case_id=opening.case.id,
        task_id=task.id,
        not_before=desk.now() if red else _opening_moment(desk, task),
        buttons=cards.alert(task) if opening.kind.startswith("alert") else cards.step(task, title),
    )


def _opening_moment(desk: Desk, task: Task) -> datetime:
    """Now or the next open window, but not past a due day still to come (promise 5).

    A step that opens on a later day is announced that afternoon.
    """
    afternoon = desk.hours.at(task.opens_on, AFTERNOON)
    moment = max(desk.now(), afternoon) if task.opens_on > desk.today() else desk.now()
    must_by = task.due_on if task.due_on >= desk.today() else None
    return desk.hours.place(moment, must_by=must_by, now=desk.now())


def line_of(facts: dict[str, Any]) -> str:
    """A task as one line of a list."""
    return f"{facts['who']} {facts['step']}，{facts['due']}前"


async def open_tasks_of(session: AsyncSession, case_id: int) -> Sequence[Task]:
    query = select(Task).where(Task.case_id == case_id, Task.state == "open").order_by(Task.id)
    return (await session.scalars(query)).all()


def task_form(policy: Policy, task: Task) -> str:
    """The name of the form on which a task is finished."""
    return policy.procedures[task.procedure].steps[task.step].form
