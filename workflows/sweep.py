"""What time brings: due rungs are fired in order, each once (promise 3, domain §9.1)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Mode, Policy, Relative, Tier
from config.wording import day_text, fill
from notifications import outbox
from notifications.ageing import as_of, counted
from notifications.channel import Button
from notifications.outbox import Lane, Rows, Telling
from storage.post_box import Notice
from storage.register import Clue, Household
from storage.states import being
from storage.work import Case, Rung, Task
from workflows import cards
from workflows.again import next_asking
from workflows.desk import Desk
from workflows.finish import finish_of
from workflows.recipients import ABOVE
from workflows.remaining import LAST_STEPS, TEXTS, remaining, reminder
from workflows.words import TIER_WORDS, case_facts, place, task_facts, waiting_facts

AT_ONCE = 200
AHEAD = ("half", "three_days", "day_before", "due_day", "week")
LAST_CALL = "reminder_last_call"
MISSED_AFTER = timedelta(hours=2)

# Rung and recipient → the text of the card, the text of the line in a list.
WORDS: dict[tuple[str, Relative], tuple[str, str]] = {
    ("half", Relative.holder): ("line_half", "line_half"),
    ("three_days", Relative.holder): ("reminder_three_days", "line_day_before"),
    ("last_steps", Relative.above_desk): (LAST_STEPS, "line_day_before"),
    ("last_steps", Relative.county_desk): (LAST_STEPS, "line_day_before"),
    ("day_before", Relative.holder): ("line_day_before", "line_day_before"),
    ("due_day", Relative.holder): ("reminder_due_day", "line_day_before"),
    ("overdue", Relative.holder): ("overdue_holder", "line_overdue"),
    ("overdue", Relative.head): ("overdue_head", "line_overdue"),
    ("overdue", Relative.above_desk): ("overdue_above", "line_overdue"),
    ("overdue_3", Relative.above_lead): ("overdue_above", "line_overdue"),
    ("overdue_3", Relative.county_desk): ("overdue_above", "line_overdue"),
    ("day_20", Relative.holder): ("measures_due", "line_day_before"),
    ("day_20", Relative.county_desk): ("line_day_before", "line_day_before"),
    ("week", Relative.holder): ("followup_due", "list_followup_line"),
}


@dataclass(frozen=True, slots=True)
class Fired:
    """A due rung with what it is about; an unmatched clue has neither case nor household."""

    rung: Rung
    task: Task
    case: Case | None
    household: Household | None


async def fire_due(session: AsyncSession, desk: Desk) -> int:
    """Fires up to 200 due rungs, the oldest first; how many were looked at. The caller commits.

    What is told once for a whole township is taken together, however much it is.
    """
    now = desk.now()
    single = await session.execute(_due(now).where(~Rung.per_town).limit(AT_ONCE))
    shared = await session.execute(_due(now).where(Rung.per_town))
    due = [Fired(*row) for row in (*single, *shared)]
    await desk.areas.learn(session, {fired.task.region_code for fired in due})
    await desk.areas.learn(
        session, {f.case.region_code for f in due if f.case} | {f.rung.region_code for f in due}
    )
    towns: dict[tuple[str, str, str, str], list[Fired]] = defaultdict(list)
    tellings: list[Telling] = []
    for fired in due:
        if not _still_true(fired):
            fired.rung.state = "superseded"
            continue
        fired.rung.state, fired.rung.fired_at = "fired", now
        if fired.rung.per_town:
            towns[_town(desk, fired)].append(fired)
        else:
            tellings.append(await _telling(session, desk, fired))
    tellings += [_town_line(desk, where, some) for where, some in towns.items()]
    await outbox.tell(session, tellings, now)
    return len(due)


def _due(now: datetime) -> Select[Rung, Task, Case, Household]:
    """Pending rungs whose moment has come, with what they are about; the oldest first."""
    return (
        select(Rung, Task, Case, Household)
        .join(Task, Task.id == Rung.task_id)
        .outerjoin(Case, Case.id == Task.case_id)
        .outerjoin(Household, Household.id == Case.household_id)
        .where(being(Rung.state, "pending"), Rung.fires_at <= now)
        .order_by(Rung.fires_at, Rung.id)
    )


def _still_true(fired: Fired) -> bool:
    rung, task = fired.rung, fired.task
    if task.state != "open" or task.due_version != rung.due_version:
        return False
    return not (rung.unless_started and task.started_at is not None)


async def _telling(session: AsyncSession, desk: Desk, fired: Fired) -> Telling:
    rung, task, now = fired.rung, fired.task, desk.now()
    policy = await desk.policy_of(session, fired.case.policy_digest) if fired.case else desk.policy
    facts = await _facts(session, desk, policy, fired)
    kind, line = _words(desk, policy, fired, facts)
    if kind in (*TEXTS, "reminder_late_steps") and fired.case is not None:
        facts |= await remaining(session, desk, policy, fired.case)
    facts |= counted(task.due_on, line, _last(desk, task, rung))
    facts = as_of(facts, desk.today(), desk.calendar, desk.policy.texts)
    missed = now - rung.fires_at > MISSED_AFTER and not rung.escalates
    return Telling(
        kind=kind,
        facts=facts,
        line=facts["line"],
        post=rung.post,
        region_code=rung.region_code,
        official_id=task.assigned_id if rung.to == Relative.holder else None,
        lane=Lane.pressing if rung.escalates else Lane.reminder,
        state="held" if rung.mode == Mode.list and not missed else "pending",
        event=_event(kind, rung, task),
        once=f"rung:{rung.id}",
        collapse=missed,
        due_on=task.due_on,
        case_id=task.case_id,
        task_id=task.id,
        not_before=_moment(desk, fired),
        buttons=_buttons(desk, policy, rung, task),
    )


def _event(kind: str, rung: Rung, task: Task) -> str:
    """The last steps of a case are one event, so is the last call; whichever rung it was that rang."""
    if kind == LAST_STEPS:
        return f"last:{task.case_id}"
    name = kind if kind == LAST_CALL else rung.name
    return f"rung:{task.id}:{task.due_version}:{name}"


def _moment(desk: Desk, fired: Fired) -> datetime:
    """At once: its moment was chosen with care; only a missed one must look for a window again."""
    now, rung = desk.now(), fired.rung
    if now - rung.fires_at <= MISSED_AFTER:
        return now
    last = fired.case.limit_on if rung.escalates and fired.case else fired.task.due_on
    return desk.hours.place(now, must_by=last if last >= desk.today() else None, now=now)


def _words(desk: Desk, policy: Policy, fired: Fired, facts: dict[str, Any]) -> tuple[str, str]:
    """The texts of a rung as things stand today."""
    rung, task, today = fired.rung, fired.task, desk.today()
    kind, line = WORDS.get((rung.name, Relative(rung.to)), ("overdue_lead", "line_overdue"))
    if _too_late(rung, task, today):
        return "line_overdue", "line_overdue"
    if _too_early(rung, task, today):
        return LAST_CALL, "line_day_before"
    holder = rung.to == Relative.holder
    if rung.name == "overdue" and holder and facts["finish_late"]:
        return "reminder_infeasible", line
    if fired.case is None:
        plain = "line_overdue" if today > task.due_on else "line_day_before"
        return plain if holder else kind, line
    if kind == "reminder_three_days" and task.procedure == fired.case.procedure:
        kind = reminder(policy.procedures[task.procedure], task.step)
    if kind in TEXTS and facts["finish_late"]:
        return "reminder_late_steps" if kind == LAST_STEPS else "reminder_infeasible", line
    return kind, line


def _too_late(rung: Rung, task: Task, today: date) -> bool:
    """A reminder that was missed: what it would have announced is past."""
    last = task.latest_on if rung.name == "three_days" else task.due_on
    return rung.name in AHEAD and today > last


def _too_early(rung: Rung, task: Task, today: date) -> bool:
    """A rung that went out before quiet time: what it tells is still to come."""
    return today <= task.due_on if rung.escalates else rung.name == "due_day" and today < task.due_on


async def _facts(session: AsyncSession, desk: Desk, policy: Policy, fired: Fired) -> dict[str, Any]:
    task = fired.task
    facts = task_facts(desk, policy, task, fired.case)
    if fired.case is None or fired.household is None:
        clue = await session.get_one(Clue, task.clue_id)
        return {
            **facts,
            **waiting_facts(desk.areas, clue, task),
            "finish_late": False,
            "told": "县里",
            "needs": "配到户",
            "limit": facts["due"],
        }
    late = await _finish(session, desk, policy, fired)
    return {
        **facts,
        **case_facts(desk, fired.household, fired.case),
        "told": TIER_WORDS[ABOVE.get(policy.posts[task.post].tier, Tier.county)],
        "needs": EXCUSES.get(task.excuse or "", "一起想办法"),
        "finish": day_text(late) if late else "",
        "finish_late": late is not None,
        **_visit_facts(desk, fired),
    }


EXCUSES = {
    "household_away": "协助联系户主",
    "comparison_pending": "催比对结果",
    "meeting_failed": "协助组织评议",
    "road_cut": "协助进村",
}


def _visit_facts(desk: Desk, fired: Fired) -> dict[str, Any]:
    level = desk.policy.levels.levels.get(fired.case.level or "") if fired.case else None
    last = fired.task.opened_at.astimezone(desk.time.zone).date()
    return {
        "mark": level.mark if level else "",
        "frequency": level.words if level else "",
        "last": day_text(last),
    }


def _last(desk: Desk, task: Task, rung: Rung) -> date | None:
    """The latest feasible day, where the days left to it are told; else those past the due day are."""
    today = desk.today()
    ahead = not _too_late(rung, task, today) and (rung.name == "three_days" or today <= task.due_on)
    return task.latest_on if ahead else None


async def _finish(session: AsyncSession, desk: Desk, policy: Policy, fired: Fired) -> date | None:
    """The expected finish when the arithmetic can no longer work, else None."""
    case = fired.case
    if case is None or case.recognised_on is not None or fired.task.procedure != case.procedure:
        return None
    finish = await finish_of(session, desk, policy, case)
    return finish if finish > case.limit_on else None


def _buttons(desk: Desk, policy: Policy, rung: Rung, task: Task) -> Rows:
    if rung.name == "last_steps":
        return cards.look(task)
    if rung.to == Relative.holder:
        form = policy.procedures[task.procedure].steps[task.step].form
        title = policy.forms[form].title
        return cards.reminder(task, title) if task.case_id else [[cards.fill_in(task.id, title)]]
    helps = rung.to in (Relative.above_desk, Relative.above_lead) and task.case_id is not None
    return cards.overdue_above(task) if helps else cards.look(task)


# --- one message per town ----------------------------------------------------------------------


def _town(desk: Desk, fired: Fired) -> tuple[str, str, str, str]:
    region = fired.case.region_code if fired.case else fired.task.region_code
    town = desk.areas.above(region, Tier.township) or region
    return fired.rung.post, fired.rung.region_code, town, fired.rung.mode


def _town_line(desk: Desk, where: tuple[str, str, str, str], some: Sequence[Fired]) -> Telling:
    post, region, town, mode = where
    steps = {_label(desk, fired.task) for fired in some}
    facts = {
        "town": place(desk.areas, town),
        "count": len(some),
        "days": 7,
        "steps": "、".join(sorted(steps)),
    }
    rungs = "-".join(str(fired.rung.id) for fired in some[:1])
    now = desk.now()
    return Telling(
        kind="overdue_county_town",
        facts=facts,
        line=fill(desk.policy.texts["overdue_county_town"], facts).replace("\n", " "),
        post=post,
        region_code=region,
        lane=Lane.pressing,
        state="held" if mode == Mode.list else "pending",
        event=f"town:{town}:{rungs}",
        once=f"town:{town}:{post}:{rungs}",
        not_before=desk.hours.place(now, must_by=None, now=now),
        buttons=[[Button("现在情况", "now")]],
    )


def _label(desk: Desk, task: Task) -> str:
    return desk.policy.procedures[task.procedure].steps[task.step].label


async def next_instant(session: AsyncSession, desk: Desk) -> datetime | None:
    """The next instant at which something falls due, if anything is under way."""
    now = desk.now()
    rung = await session.scalar(select(func.min(Rung.fires_at)).where(being(Rung.state, "pending")))
    later = being(Notice.state, "pending") & (Notice.not_before > now)
    notice = await session.scalar(select(func.min(Notice.not_before)).where(later))
    work = select(Task.id).where(Task.state == "open").limit(1)
    held = select(Notice.id).where(being(Notice.state, "held")).limit(1)
    awaited = await session.scalar(work) or await session.scalar(held)
    morning = desk.hours.morning_from(now + timedelta(seconds=1)) if awaited else None
    asking = await next_asking(session, desk)
    return min((moment for moment in (rung, notice, morning, asking) if moment is not None), default=None)
