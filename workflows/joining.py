"""A clue that joins an open case: on the staged card, as a line tomorrow, or as a 补核 after the check."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from notifications import outbox
from notifications.outbox import Lane
from storage.post_box import Notice
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows import batches, events
from workflows.cases import case_limit, redate
from workflows.desk import Desk
from workflows.events import Subject
from workflows.tasks import Opening, open_silently, opened_notices
from workflows.words import case_facts, clue_words


@dataclass(slots=True)
class Pile:
    """The clues of one household in this chunk."""

    household: Household
    clues: list[Clue] = field(default_factory=list)


async def join(session: AsyncSession, desk: Desk, case: Case, pile: Pile, batch_id: int | None) -> None:
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


async def _earlier_start(session: AsyncSession, desk: Desk, policy: Policy, case: Case, pile: Pile) -> None:
    """With several clues the earliest starts the clock (domain §2.4)."""
    start = min(clue.received_on for clue in pile.clues)
    if start < case.start_on and case.recognised_on is None:
        case.start_on = start
        case.limit_on = case_limit(desk, policy, case)
        await redate(session, desk, policy, case, later=False)


async def _recheck(
    session: AsyncSession, desk: Desk, policy: Policy, case: Case, pile: Pile, batch_id: int | None
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
    await first_cards(session, desk, policy, [opening])


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


async def first_cards(session: AsyncSession, desk: Desk, policy: Policy, cards: Sequence[Opening]) -> None:
    """The first steps are opened, and those beside their holders are told."""
    opened = await open_silently(session, desk, policy, cards)
    tellings = [first for _, first in opened if first is not None]
    for card, (task, _) in zip(cards, opened, strict=True):
        subject = Subject(policy, card.case, card.household, task)
        tellings += events.beside(desk, subject, card.kind or "alert", card.state, card.batch)
    await outbox.tell(session, tellings, desk.now())
