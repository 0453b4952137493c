"""What each tier hears of a batch: one line for villages, townships and county, a count for the city."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Mode, Tier
from config.wording import day_text, fill
from notifications.channel import Button
from notifications.outbox import Lane, Telling
from storage.register import Clue, Household
from storage.work import Task
from workflows.desk import Desk
from workflows.recipients import post_place
from workflows.words import place

KINDS = {
    Tier.village: "batch_village",
    Tier.township: "batch_township",
    Tier.county: "batch_county",
    Tier.city: "batch_city",
}


@dataclass(slots=True)
class _Sum:
    """What a batch brought to one post."""

    urgent: bool = False
    clues: int = 0
    households: set[int] = field(default_factory=set)
    villages: set[str] = field(default_factory=set)
    townships: set[str] = field(default_factory=set)
    counties: set[str] = field(default_factory=set)
    due: Any = None


def key(batch_id: int | None) -> str | None:
    return None if batch_id is None else f"batch:{batch_id}"


async def lines(session: AsyncSession, desk: Desk, batch_id: int) -> list[Telling]:
    """The line of every post that routing names with `line`, `count` or `list` for these alerts."""
    sums: dict[tuple[str, str, Mode], _Sum] = defaultdict(_Sum)
    for clue, household, due in await _told(session, batch_id):
        await desk.areas.learn(session, {household.region_code})
        event = "alert_urgent" if clue.urgent else "alert"
        for told in desk.policy.routing[event]:
            if told.post in ("holder", "helper"):
                continue
            if told.mode is Mode.now:
                continue
            where = post_place(desk.areas, desk.policy.posts, told.post, household.region_code)
            _count(desk, sums[(*where, told.mode)], clue, household, due)
    told_lines = [
        _line(desk, batch_id, post, region, mode, total) for (post, region, mode), total in sums.items()
    ]
    return told_lines + await _unmatched(session, desk, batch_id)


async def _told(session: AsyncSession, batch_id: int) -> Iterable[tuple[Clue, Household, Any]]:
    """The clues of the batch that opened or joined a case, with the due day of the check."""
    due = (
        select(func.min(Task.due_on))
        .where(Task.case_id == Clue.case_id, Task.state == "open", Task.step.in_(("visit", "recheck")))
        .scalar_subquery()
    )
    query = (
        select(Clue, Household, due)
        .join(Household, Household.id == Clue.household_id)
        .where(Clue.batch_id == batch_id, Clue.state == "open")
        .order_by(Clue.id)
    )
    return (await session.execute(query)).all()


def _count(desk: Desk, total: _Sum, clue: Clue, household: Household, due: Any) -> None:
    total.clues += 1
    total.urgent = total.urgent or clue.urgent
    total.households.add(household.id)
    total.villages.add(household.village_code)
    total.townships.add(desk.areas.above(household.village_code, Tier.township) or "")
    total.counties.add(desk.areas.above(household.village_code, Tier.county) or "")
    total.due = min(filter(None, (total.due, due)), default=None)


def _line(desk: Desk, batch_id: int, post: str, region: str, mode: Mode, total: _Sum) -> Telling:
    tier = desk.policy.posts[post].tier
    kind = KINDS[tier]
    facts = {
        "date": day_text(desk.today()),
        "count": total.clues,
        "households": len(total.households),
        "villages": len(total.villages),
        "townships": len(total.townships),
        "county": "、".join(place(desk.areas, code) for code in sorted(total.counties)),
        "due": day_text(total.due) if total.due else "期限",
    }
    now = desk.now()
    return Telling(
        kind=kind,
        facts=facts,
        line=fill(desk.policy.texts[kind], facts),
        post=post,
        region_code=region,
        lane=Lane.digest,
        state="held" if mode is Mode.list else "pending",
        event=f"batch:{batch_id}:{region}",
        batch=key(batch_id),
        not_before=desk.hours.place(now, must_by=None, now=now),
        buttons=_look(tier),
    )


def _look(tier: Tier) -> list[list[Button]]:
    """Where to look closer: the village at its households, those above at the situation."""
    if tier is Tier.city:
        return []
    return [[Button("我的户", "mine:0") if tier is Tier.village else Button("现在情况", "now")]]


async def _unmatched(session: AsyncSession, desk: Desk, batch_id: int) -> list[Telling]:
    """One message for all signals of the batch that found no household."""
    query = (
        select(Task)
        .join(Clue, Clue.id == Task.clue_id)
        .where(Clue.batch_id == batch_id, Task.state == "open")
    )
    tasks = (await session.scalars(query.order_by(Task.id))).all()
    if not tasks:
        return []
    first, now = tasks[0], desk.now()
    facts = {"count": len(tasks), "due": day_text(first.due_on)}
    telling = Telling(
        kind="unmatched",
        facts=facts,
        line=fill(desk.policy.texts["unmatched"], facts).replace("\n", " "),
        post=first.post,
        region_code=first.region_code,
        lane=Lane.alert,
        event=f"unmatched:{batch_id}",
        due_on=first.due_on,
        not_before=desk.hours.place(now, must_by=first.due_on, now=now),
        buttons=[[Button("配户", f"fill:{first.id}"), Button("今日待办", "todo")]],
    )
    return [telling]
