"""Taking signals in: matched, suppressed, merged into the open case, or a new case (domain §3.3a).

Every signal is kept and gets its own result. Notices wait for the end of their batch, so that
one household is one card and one batch is one line (`workflows.batches`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from notifications import outbox
from notifications.outbox import Lane
from storage.inserting import keep, made
from storage.people import Region
from storage.post_box import Notice
from storage.register import Batch, Clue, Household
from storage.states import being
from storage.work import Case, Task
from workflows import batches, events
from workflows.cases import Numbers, case_limit, new_case, numbers_of, redate
from workflows.desk import Desk
from workflows.events import Subject
from workflows.matching import Register, earlier_clues, is_muted, is_suppressed, is_urgent, read_register
from workflows.signals import Signal
from workflows.tasks import Opening, add_rungs, days_from, open_silently, opened_notices, retire
from workflows.words import case_facts, clue_words

MATCHING = "matching"


@dataclass(slots=True)
class _Pile:
    """The clues of one household in this chunk."""

    household: Household
    clues: list[Clue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What register and cases say about signals before they are taken in."""

    register: Register
    earlier: Mapping[int, Sequence[Clue]]
    open_cases: Mapping[int, Case]
    numbers: Numbers


async def take_in(
    session: AsyncSession, desk: Desk, signals: Sequence[Signal], batch_id: int | None
) -> list[str]:
    """Keeps the signals; one word for each: open (a new case), merged, suppressed, waiting.

    Nothing is told before `finish_batch`, but for what is urgent. The caller commits.
    """
    await desk.keep_policy(session)
    numbers = await numbers_of(session, desk.today())
    return await settle(session, desk, signals, await recall(session, signals, numbers), batch_id)


async def recall(session: AsyncSession, signals: Sequence[Signal], numbers: Numbers) -> Known:
    """Reads what `settle` has to know about these signals; new cases are numbered by `numbers`."""
    named = {s.household_number for s in signals if s.household_number}
    register = await read_register(session, named, {s.id_hash for s in signals if s.id_hash})
    homes = list(register.households)
    return Known(register, await earlier_clues(session, homes), await _open_cases(session, homes), numbers)


async def _open_cases(session: AsyncSession, homes: Collection[int]) -> dict[int, Case]:
    query = select(Case).where(Case.household_id.in_(homes), Case.closed_on.is_(None))
    return {case.household_id: case for case in await session.scalars(query)}


async def settle(
    session: AsyncSession, desk: Desk, signals: Sequence[Signal], known: Known, batch_id: int | None
) -> list[str]:
    """Keeps signals about which everything is known, as `take_in` does."""
    rules = desk.policy.clues
    clues, words = [], []
    for signal in signals:
        household = known.register.find(signal.household_number, signal.id_hash)
        urgent = is_urgent(rules, signal)
        clue = _clue(signal, household, batch_id, urgent=urgent)
        if household is None:
            words.append("waiting")
        elif is_muted(rules, signal, urgent):
            clue.state, clue.result = "suppressed", "rule_muted"
            words.append("suppressed")
        elif is_suppressed(rules, signal, urgent, known.earlier.get(household.id, ())):
            clue.state, clue.result = "suppressed", "checked_recently"
            words.append("suppressed")
        else:
            clue.state = "open"
            words.append("open")
        clues.append(clue)
    merged = await _to_cases(session, desk, clues, known, batch_id)
    await _await_matching(session, desk, [clue for clue in clues if clue.state == "waiting"])
    return ["merged" if c.signal_id in merged else w for c, w in zip(clues, words, strict=True)]


def _clue(signal: Signal, household: Household | None, batch_id: int | None, *, urgent: bool) -> Clue:
    other = signal.village_code if household and signal.village_code != household.village_code else None
    return made(
        Clue,
        signal_id=signal.signal_id,
        batch_id=batch_id,
        dept=signal.dept,
        rule=signal.rule,
        event_on=signal.event_on,
        received_on=signal.received_on,
        village_code=signal.village_code,
        household_number=signal.household_number,
        id_hash=signal.id_hash,
        person_role=signal.person_role,
        risk=signal.risk,
        direction=signal.direction,
        band=signal.band,
        note=signal.note,
        urgent=urgent,
        household_id=household.id if household else None,
        other_address=other,
        state="waiting",
        reported_by=signal.reported_by,
    )


async def _to_cases(
    session: AsyncSession, desk: Desk, clues: Sequence[Clue], known: Known, batch_id: int | None
) -> set[str]:
    """Keeps the clues, joins them to open cases and opens new ones; the signals that joined."""
    piles: dict[int, _Pile] = {}
    for clue in clues:
        if clue.state == "open" and clue.household_id is not None:
            household = known.register.households[clue.household_id]
            piles.setdefault(household.id, _Pile(household)).clues.append(clue)
    fresh = [pile for household_id, pile in piles.items() if household_id not in known.open_cases]
    opened = await _new_cases(session, desk, fresh, known.numbers)
    await keep(session, [clue for clue in clues if clue.id is None])
    joining = [pile for household_id, pile in piles.items() if household_id in known.open_cases]
    for pile in joining:
        await _join(session, desk, known.open_cases[pile.household.id], pile, batch_id)
    await _open(session, desk, opened, batch_id)
    joined = {clue.signal_id for pile in joining for clue in pile.clues}
    return joined | {clue.signal_id for pile in fresh for clue in pile.clues[1:]}


async def _new_cases(
    session: AsyncSession, desk: Desk, piles: Sequence[_Pile], numbers: Numbers
) -> list[tuple[Case, _Pile]]:
    """A case for each pile, and its clues know it."""
    cases = []
    for pile, number in zip(piles, numbers.take(len(piles)), strict=True):
        start = min(clue.received_on for clue in pile.clues)
        urgent = any(clue.urgent for clue in pile.clues)
        case = new_case(desk, pile.household, number, start, urgent=urgent)
        case.words, case.sources = clue_words(desk.policy, pile.clues)
        cases.append(case)
    await keep(session, cases)
    for case, pile in zip(cases, piles, strict=True):
        for clue in pile.clues:
            clue.case_id = case.id
    return list(zip(cases, piles, strict=True))


async def _open(
    session: AsyncSession, desk: Desk, openings: Sequence[tuple[Case, _Pile]], batch_id: int | None
) -> None:
    """Notes the new cases and opens their first step."""
    policy = desk.policy
    opened = ((case.id, {"clues": [clue.signal_id for clue in pile.clues]}) for case, pile in openings)
    await desk.record_all(session, "case.opened", opened)
    await _first_cards(session, desk, policy, [_first(policy, *opening, batch_id) for opening in openings])


async def _first_cards(session: AsyncSession, desk: Desk, policy: Policy, cards: Sequence[Opening]) -> None:
    """The first steps are opened, and those beside their holders are told."""
    opened = await open_silently(session, desk, policy, cards)
    tellings = [first for _, first in opened if first is not None]
    for card, (task, _) in zip(cards, opened, strict=True):
        subject = Subject(policy, card.case, card.household, task)
        tellings += events.beside(desk, subject, card.kind or "alert", card.state, card.batch)
    await outbox.tell(session, tellings, desk.now())


def _first(policy: Policy, case: Case, pile: _Pile, batch_id: int | None) -> Opening:
    """The check of a new case; its card is staged until the batch is complete, red is not."""
    return Opening(
        case=case,
        household=pile.household,
        step=policy.procedures[case.procedure].first,
        procedure=case.procedure,
        kind="alert_urgent" if case.urgent else "alert",
        state="pending" if case.urgent else "staged",
        batch=batches.key(batch_id),
        lane=Lane.alert,
    )


# --- joining a case that is open ---------------------------------------------------------------


async def _join(session: AsyncSession, desk: Desk, case: Case, pile: _Pile, batch_id: int | None) -> None:
    """The clue joins: on the staged card, as a line tomorrow, or as a 补核 when the check is done."""
    policy = await desk.policy_of(session, case.policy_digest)
    await desk.areas.learn(session, {case.region_code})
    for clue in pile.clues:
        clue.case_id = case.id
    everything = (await session.scalars(select(Clue).where(Clue.case_id == case.id).order_by(Clue.id))).all()
    case.words, case.sources = clue_words(policy, everything)
    red = any(clue.urgent for clue in pile.clues) and not case.urgent
    case.urgent = case.urgent or red
    await _earlier_start(session, desk, policy, case, pile)
    query = select(Task).where(Task.case_id == case.id, Task.state == "open")
    checks = [t for t in await session.scalars(query) if t.step in (policy.procedure.first, "recheck")]
    signals = [clue.signal_id for clue in pile.clues]
    if not checks:
        await _recheck(session, desk, policy, case, pile, batch_id)
    else:
        await _add_to_card(session, desk, Subject(policy, case, pile.household, checks[0]), red=red)
    desk.record(session, "clue.joined", case_id=case.id, clues=signals)


async def _earlier_start(session: AsyncSession, desk: Desk, policy: Policy, case: Case, pile: _Pile) -> None:
    """With several clues the earliest starts the clock (domain §2.4)."""
    start = min(clue.received_on for clue in pile.clues)
    if start < case.start_on and case.recognised_on is None:
        case.start_on = start
        case.limit_on = case_limit(desk, policy, case)
        await redate(session, desk, policy, case, later=False)


async def _recheck(
    session: AsyncSession, desk: Desk, policy: Policy, case: Case, pile: _Pile, batch_id: int | None
) -> None:
    red = any(clue.urgent for clue in pile.clues)
    opening = Opening(
        case=case,
        household=pile.household,
        step="recheck",
        procedure=case.procedure,
        kind="alert_urgent" if red else "alert",
        state="pending" if red else "staged",
        batch=batches.key(batch_id),
    )
    await _first_cards(session, desk, policy, [opening])


async def _add_to_card(session: AsyncSession, desk: Desk, subject: Subject, *, red: bool) -> None:
    """A card not yet sent takes the new words in; one already sent is followed by a line, or rings if red."""
    unsent = opened_notices(subject.task) & Notice.state.in_(outbox.WAITING)
    staged = (await session.scalars(select(Notice).where(unsent))).all()
    facts = case_facts(desk, subject.household, subject.case)
    for card in staged:
        card.facts = {**card.facts, **facts}
    if staged and red:
        await _ring(session, desk, subject, staged)
    elif not staged:
        await events.tell(session, desk, subject, "alert_urgent" if red else "clue_joined", {})


async def _ring(session: AsyncSession, desk: Desk, subject: Subject, staged: Sequence[Notice]) -> None:
    """The staged cards turn red and go at once, as if the case had been red from its first signal."""
    for card in staged:
        card.kind, card.urgent, card.lane = "alert_urgent", True, int(Lane.pressing)
        card.state, card.not_before = "pending", desk.now()
    told = {card.post for card in staged}
    beside = events.beside(desk, subject, "alert_urgent", "pending", staged[0].batch, told)
    await outbox.tell(session, beside, desk.now())


# --- signals without a household ---------------------------------------------------------------


async def _await_matching(session: AsyncSession, desk: Desk, clues: Sequence[Clue]) -> None:
    """Every unmatched signal has a holder at the county and two working days."""
    if not clues:
        return
    county = await county_code(session)
    await desk.areas.learn(session, {county})
    step = desk.policy.procedures[MATCHING].steps["match"]
    due = days_from(desk, desk.today(), step)
    tasks = [
        made(
            Task,
            clue_id=clue.id,
            procedure=MATCHING,
            step="match",
            post=step.post,
            region_code=county,
            opened_at=desk.now(),
            opens_on=desk.today(),
            planned_on=due,
            latest_on=due,
            due_on=due,
            due_version=1,
            state="open",
        )
        for clue in clues
    ]
    await keep(session, tasks)
    await add_rungs(session, desk, desk.policy, [(task, None) for task in tasks])


async def county_code(session: AsyncSession) -> str:
    code = await session.scalar(select(Region.code).where(Region.level == "county").order_by(Region.code))
    if code is None:
        raise LookupError("还没有导入行政区划，请先 jintang import regions")
    return code


async def try_waiting_again(session: AsyncSession, desk: Desk) -> int:
    """After a household import: signals that waited may have found their household; how many did."""
    waiting = (
        await session.scalars(select(Clue).where(being(Clue.state, "waiting")).order_by(Clue.id))
    ).all()
    numbers = {clue.household_number for clue in waiting if clue.household_number}
    register = await read_register(session, numbers, {clue.id_hash for clue in waiting if clue.id_hash})
    matched = 0
    for clue in waiting:
        household = register.find(clue.household_number, clue.id_hash)
        if household is not None:
            await _end_matching(session, desk, clue)
            await give_household(session, desk, clue, household)
            matched += 1
    return matched


async def _end_matching(session: AsyncSession, desk: Desk, clue: Clue) -> None:
    """The register has settled it: nobody need look for the household any more."""
    query = select(Task).where(Task.clue_id == clue.id, Task.state == "open")
    for task in (await session.scalars(query)).all():
        task.state, task.outcome = "done", "matched"
        task.happened_on, task.recorded_at = desk.today(), desk.now()
        await retire(session, desk, [task.id])


async def give_household(session: AsyncSession, desk: Desk, clue: Clue, household: Household) -> None:
    """A waiting signal has its household; from here it goes like any other."""
    clue.household_id, clue.state = household.id, "open"
    if clue.village_code != household.village_code:
        clue.other_address = clue.village_code
    batch = Batch(kind="matched", content_hash=f"clue:{clue.id}", imported_at=desk.now(), rows=1)
    session.add(batch)
    await session.flush()
    clue.batch_id = batch.id
    known = Known(
        register=Register({}, {}, {household.id: household}),
        earlier={},
        open_cases=await _open_cases(session, [household.id]),
        numbers=await numbers_of(session, desk.today()),
    )
    await _to_cases(session, desk, [clue], known, batch.id)
    await batches.finish_batch(session, desk, batch.id)
