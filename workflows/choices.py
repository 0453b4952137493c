"""The choices a question takes from the system: households, officials, days, villages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Choice, Form, Policy, StepKind, Tier
from config.wording import day_text, village_name
from notifications.roster import away, linked
from storage.people import Duty, Official, Region
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows.authority import Person, commands
from workflows.desk import Desk
from workflows.together import STEPS, ready_for
from workflows.words import household_facts

Maker = Callable[[AsyncSession, Desk, "Asker"], Awaitable[Sequence[Choice]]]
MOST = 400
COUNTY_DAYS = (1, 2, 3, 5, 7, 10, 15)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who fills the form in, and for which task, if any."""

    person: Person
    task: Task | None


async def offered(
    session: AsyncSession, desk: Desk, form: Form, asker: Asker
) -> dict[str, tuple[Choice, ...]]:
    """The choices of every source the form names."""
    sources = {question.choices_from for question in form.questions if question.choices_from}
    makers: Mapping[str, Maker] = {
        **{f"{step}_checks": partial(_checks, form=of) for of, step in STEPS.items()},
        "households": _households,
        "officials": _officials,
        "colleagues": _colleagues,
        "days": _days,
        "villages": _villages,
    }
    return {source: tuple(await makers[source](session, desk, asker)) for source in sources if source}


async def _checks(session: AsyncSession, desk: Desk, asker: Asker, form: str) -> Sequence[Choice]:
    """The cases that may be agreed to together."""
    ready = await ready_for(session, desk, asker.person, form)
    return [Choice(name=one.name, label=one.who) for one in ready]


async def _households(session: AsyncSession, desk: Desk, asker: Asker) -> Sequence[Choice]:
    """The households of the asker's area, or of the village that an unmatched clue names."""
    regions = {region for _, region in asker.person.held}
    if asker.task is not None and asker.task.clue_id is not None:
        clue = await session.get_one(Clue, asker.task.clue_id)
        regions = {clue.village_code} if clue.village_code else regions
    inside = await _below(session, regions)
    query = (
        select(Household)
        .where(or_(Household.region_code.in_(inside), Household.helper_id.in_(asker.person.acts_for)))
        .order_by(Household.region_code, Household.number)
        .limit(MOST)
    )
    households = (await session.scalars(query)).all()
    await desk.areas.learn(session, {one.region_code for one in households})
    wide = len({one.village_code for one in households}) > 1
    return [Choice(name=f"h{one.id}", label=_label(desk, one, wide=wide)) for one in households]


def _label(desk: Desk, household: Household, *, wide: bool) -> str:
    """下三合义村1组1号户 where several villages are offered, 1组1号户 within one."""
    return str(household_facts(desk.areas, household)["who" if wide else "label"])


async def _below(session: AsyncSession, regions: set[str]) -> set[str]:
    """These regions and all below them."""
    found, fresh = set(regions), set(regions)
    while fresh:
        below = select(Region.code).where(Region.parent_code.in_(fresh))
        fresh = set(await session.scalars(below)) - found
        found |= fresh
    return found


async def _officials(session: AsyncSession, desk: Desk, asker: Asker) -> Sequence[Choice]:
    """Those on duty around the task."""
    if asker.task is None:
        return []
    return await _on_duty(session, desk, asker, await _around(session, desk, asker.task.region_code))


async def _colleagues(session: AsyncSession, desk: Desk, asker: Asker) -> Sequence[Choice]:
    """Who may stand in for the asker: in a village those around, above it those of the same office.

    Linked, and not away themselves.
    """
    inside = set[str]()
    for region in {region for _, region in asker.person.own}:
        village = desk.areas.tier(region).rank <= Tier.village.rank
        inside |= await _around(session, desk, region) if village else {region}
    found = await _on_duty(session, desk, asker, inside)
    numbers = {int(choice.name[1:]) for choice in found}
    there = await linked(session, numbers) - (await away(session, desk.today())).keys()
    return [choice for choice in found if int(choice.name[1:]) in there]


async def _around(session: AsyncSession, desk: Desk, region: str) -> set[str]:
    """The village and the township of a region."""
    lineage = desk.areas.lineage(region)
    own = next((code for tier, code in lineage if tier.rank >= Tier.village.rank), lineage[0][1])
    within = {code for tier, code in lineage if tier.rank <= Tier.township.rank}
    return await _below(session, {own}) | within


async def _on_duty(session: AsyncSession, desk: Desk, asker: Asker, inside: set[str]) -> Sequence[Choice]:
    """Those on duty there, the asker left out."""
    today = desk.today()
    query = (
        select(Official, Duty.post)
        .join(Duty, Duty.official_id == Official.id)
        .where(Duty.region_code.in_(inside), Official.id != asker.person.id, Duty.from_on <= today)
        .where(or_(Duty.to_on.is_(None), Duty.to_on >= today))
        .order_by(Duty.post, Official.id)
        .limit(MOST)
    )
    posts: dict[int, tuple[str, list[str]]] = {}
    for official, post in await session.execute(query):
        if desk.policy.posts[post].tier is Tier.city:
            continue
        posts.setdefault(official.id, (official.name, []))[1].append(desk.policy.posts[post].label)
    return [Choice(name=f"o{key}", label=f"{'、'.join(held)} {name}") for key, (name, held) in posts.items()]


async def _days(session: AsyncSession, desk: Desk, asker: Asker) -> Sequence[Choice]:
    """Until when a date may be moved: a township to the latest feasible day, the county the total.

    A step beside the road has no part in the total: there the county moves the step itself.
    """
    if asker.task is None or asker.task.case_id is None:
        return []
    task, today = asker.task, desk.today()
    case = await session.get_one(Case, task.case_id)
    tier = commands(asker.person.held, task.post, desk.areas.lineage(task.region_code), desk.policy.posts)
    if tier is Tier.county:
        total = on_the_road(await desk.policy_of(session, case.policy_digest), case, task)
        start = max(case.limit_on if total else task.due_on, today)
        days = [start + timedelta(days=more) for more in COUNTY_DAYS]
    else:
        first = max(task.due_on, today) + timedelta(days=1)
        days = [first + timedelta(days=n) for n in range((task.latest_on - first).days + 1)]
    return [Choice(name=f"d{day:%Y%m%d}", label=day_text(day)) for day in days]


def on_the_road(policy: Policy, case: Case, task: Task) -> bool:
    """Whether the task is a step that the total limit of the case counts."""
    step = policy.procedures[task.procedure].steps[task.step]
    return task.procedure == case.procedure and step.kind is StepKind.main


def chosen_day(name: str) -> date:
    """The day behind a choice of `days`."""
    return date(int(name[1:5]), int(name[5:7]), int(name[7:9]))


async def _villages(session: AsyncSession, desk: Desk, asker: Asker) -> Sequence[Choice]:
    """The villages of the township that an unmatched clue names, or of the asker's area."""
    regions = {region for _, region in asker.person.held}
    if asker.task is not None and asker.task.clue_id is not None:
        clue = await session.get_one(Clue, asker.task.clue_id)
        village = clue.village_code
        if village is not None and await session.get(Region, village) is not None:
            await desk.areas.learn(session, {village})
            regions = {desk.areas.above(village, Tier.township) or village}
    inside = await _below(session, regions)
    query = select(Region).where(Region.code.in_(inside), Region.level == "village")
    villages = (await session.scalars(query.order_by(Region.code).limit(MOST))).all()
    return [Choice(name=f"v{one.code}", label=village_name(one.name)) for one in villages]
