"""Taking signals in: matched, suppressed, merged into the open case, or a new case (domain §3.3a).

Every signal is kept and gets its own result. Notices wait for the end of their batch, so that
one household is one card and one batch is one line (`workflows.batches`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from notifications.outbox import Lane
from storage.inserting import keep, made
from storage.register import Batch, Clue, Household
from storage.states import being
from storage.work import Case
from workflows import batches
from workflows.cases import Numbers, new_case, numbers_of
from workflows.desk import Desk
from workflows.joining import Pile, first_cards, join
from workflows.matching import Register, earlier_clues, is_muted, is_suppressed, is_urgent, read_register
from workflows.signals import Signal
from workflows.tasks import Opening
from workflows.unmatched import await_matching, end_matching
from workflows.words import clue_words


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
    await await_matching(session, desk, [clue for clue in clues if clue.state == "waiting"])
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
    piles: dict[int, Pile] = {}
    for clue in clues:
        if clue.state == "open" and clue.household_id is not None:
            household = known.register.households[clue.household_id]
            piles.setdefault(household.id, Pile(household)).clues.append(clue)
    fresh = [pile for household_id, pile in piles.items() if household_id not in known.open_cases]
    opened = await _new_cases(session, desk, fresh, known.numbers)
    await keep(session, [clue for clue in clues if clue.id is None])
    joining = [pile for household_id, pile in piles.items() if household_id in known.open_cases]
    for pile in joining:
        await join(session, desk, known.open_cases[pile.household.id], pile, batch_id)
    await _open(session, desk, opened, batch_id)
    joined = {clue.signal_id for pile in joining for clue in pile.clues}
    return joined | {clue.signal_id for pile in fresh for clue in pile.clues[1:]}


async def _new_cases(
    session: AsyncSession, desk: Desk, piles: Sequence[Pile], numbers: Numbers
) -> list[tuple[Case, Pile]]:
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
    session: AsyncSession, desk: Desk, openings: Sequence[tuple[Case, Pile]], batch_id: int | None
) -> None:
    """Notes the new cases and opens their first step."""
    policy = desk.policy
    opened = ((case.id, {"clues": [clue.signal_id for clue in pile.clues]}) for case, pile in openings)
    await desk.record_all(session, "case.opened", opened)
    await first_cards(session, desk, policy, [_first(policy, *opening, batch_id) for opening in openings])


def _first(policy: Policy, case: Case, pile: Pile, batch_id: int | None) -> Opening:
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


# --- signals that waited for their household ---------------------------------------------------------


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
            await end_matching(session, desk, clue)
            await give_household(session, desk, clue, household)
            matched += 1
    return matched


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
