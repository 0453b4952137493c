"""A list's signals worked out ahead of their commit, so that the commit has only rows to insert.

What was looked at is looked at again within the commit: only if all is as it was, the rows land.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.gathering import Gathering, Sheaf
from storage.register import Clue, Household, Member
from storage.work import Case
from workflows.cases import last_number
from workflows.desk import Desk
from workflows.intake import take_in
from workflows.signals import Signal

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What register and cases say about some signals; `cases`: the households with an open one."""

    owners: Collection[Values]
    homes: Mapping[int, Values]
    cases: Collection[int]
    checked: Collection[Values]
    last: str | None


@dataclass(slots=True)
class Ahead:
    """Signals worked out: `words` tells what becomes of each once the rows have landed.

    `alone` are those worked out; what `joining` do to an open case needs a unit that may write.
    """

    signals: Sequence[Signal]
    alone: Sequence[Signal]
    joining: Sequence[Signal]
    words: Sequence[str]
    seen: Seen
    sheaf: Sheaf

    async def land(self, session: AsyncSession, desk: Desk) -> bool:
        """Inserts the rows; False, and nothing has changed, if something came between. The caller commits."""
        same = await _look(session, desk, self.signals) == self.seen
        return same and await self.sheaf.land(session)


async def work_out(session: Gathering, desk: Desk, signals: Sequence[Signal], batch_id: int) -> Ahead:
    """The signals that open cases, are suppressed or wait. The policy in force must be kept already."""
    seen = await _look(session, desk, signals)
    busy = _names_of_busy(seen)
    joining = [one for one in signals if busy & {one.household_number, one.id_hash}]
    alone = [one for one in signals if not busy & {one.household_number, one.id_hash}]
    words = await take_in(session, desk, alone, batch_id)
    return Ahead(signals, alone, joining, words, seen, session.sheaf)


def _names_of_busy(seen: Seen) -> set[str | None]:
    """The numbers and ID hashes by which a household with an open case may be meant."""
    numbers = {seen.homes[home][0] for home in seen.cases}
    hashes = {id_hash for id_hash, home in seen.owners if home in seen.cases}
    return (numbers | hashes) - {None}


async def _look(session: AsyncSession, desk: Desk, signals: Sequence[Signal]) -> Seen:
    """All that `take_in` reads about these signals, as plain values."""
    hashes = {one.id_hash for one in signals if one.id_hash}
    owners = await _owners(session, hashes) if hashes else []
    numbers = {one.household_number for one in signals if one.household_number}
    meant = Household.number.in_(numbers) | Household.id.in_({home for _, home in owners})
    place = (Household.region_code, Household.village_code, Household.kind, Household.helper_id)
    rows = await session.execute(select(Household.id, Household.number, *place).where(meant))
    homes = {home: tuple(facts) for home, *facts in rows}
    open_ones = select(Case.household_id).where(Case.household_id.in_(homes), Case.closed_on.is_(None))
    said = (Clue.id, Clue.dept, Clue.rule, Clue.person_role, Clue.band, Clue.result_on)
    checked = select(*said).where(Clue.household_id.in_(homes), Clue.state == "done").order_by(Clue.id)
    return Seen(
        owners=owners,
        homes=homes,
        cases=set(await session.scalars(open_ones)),
        checked=[tuple(row) for row in await session.execute(checked)],
        last=await last_number(session, desk.today()),
    )


async def _owners(session: AsyncSession, hashes: Collection[str]) -> list[Values]:
    query = select(Member.id_hash, Member.household_id).where(Member.id_hash.in_(hashes)).order_by(Member.id)
    return [tuple(row) for row in await session.execute(query)]
