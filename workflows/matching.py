"""Finding the household of a signal, and what has been checked before; pure but for the reading.

The register's village wins; another one is kept as 另报地址. A number that contradicts an ID is
never guessed: such a signal waits for a person (domain §3.3a).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from config.models import ClueRulesFile
from storage.register import Clue, Household, Member
from workflows.signals import Signal


@dataclass(frozen=True, slots=True)
class Register:
    """The households that the signals at hand may mean."""

    by_number: dict[str, Household]
    by_id: dict[str, set[int]]
    households: dict[int, Household]

    def find(self, number: str | None, id_hash: str | None) -> Household | None:
        """The one household that number and ID agree on; None if there is none, or they differ."""
        named = self.by_number.get(number) if number else None
        owners = self.by_id.get(id_hash, set()) if id_hash else set()
        if named is not None:
            return named if not owners or named.id in owners else None
        return self.households[next(iter(owners))] if len(owners) == 1 else None


async def read_register(
    session: AsyncSession, numbers: Collection[str], id_hashes: Collection[str]
) -> Register:
    by_id: dict[str, set[int]] = defaultdict(set)
    if id_hashes:
        await _read_owners(session, id_hashes, by_id)
    wanted = {one for owners in by_id.values() for one in owners}
    found = Household.number.in_(numbers) | Household.id.in_(wanted)
    unnamed = select(Household).options(defer(Household.head_name, raiseload=True))
    households = (await session.scalars(unnamed.where(found))).all()
    return Register({h.number: h for h in households}, by_id, {h.id: h for h in households})


async def _read_owners(session: AsyncSession, id_hashes: Collection[str], by_id: dict[str, set[int]]) -> None:
    query = select(Member.id_hash, Member.household_id).where(Member.id_hash.in_(id_hashes))
    for id_hash, household_id in await session.execute(query):
        if id_hash:
            by_id[id_hash].add(household_id)


def is_urgent(rules: ClueRulesFile, signal: Signal) -> bool:
    """Whether the department rule, or the reporting cadre, calls this red."""
    if signal.urgent:
        return True
    named = rules.by_name.get((signal.dept, signal.rule))
    return named is not None and signal.band in named.urgent_bands


def is_muted(rules: ClueRulesFile, signal: Signal, urgent: bool) -> bool:
    """R17: the county has muted the department rule; red is never muted."""
    named = rules.by_name.get((signal.dept, signal.rule))
    return not urgent and named is not None and named.muted


def is_suppressed(rules: ClueRulesFile, signal: Signal, urgent: bool, earlier: Iterable[Clue]) -> bool:
    """R16: same household, person and rule, no higher band, a completed check within 90 days.

    Red is never suppressed, nor is what a person says.
    """
    if urgent or signal.insists:
        return False
    since = signal.received_on - timedelta(days=rules.suppress_days)
    return any(_same(rules, signal, clue) and _checked_since(clue, since) for clue in earlier)


def _same(rules: ClueRulesFile, signal: Signal, clue: Clue) -> bool:
    same = (clue.dept, clue.rule, clue.person_role) == (signal.dept, signal.rule, signal.person_role)
    return same and _rank(rules, clue.band) >= _rank(rules, signal.band)


def _rank(rules: ClueRulesFile, band: str | None) -> int:
    return rules.bands.index(band) if band in rules.bands else -1


def _checked_since(clue: Clue, since: date) -> bool:
    return clue.state == "done" and clue.result_on is not None and clue.result_on >= since


async def earlier_clues(session: AsyncSession, households: Collection[int]) -> dict[int, list[Clue]]:
    """Checked clues of these households."""
    found: dict[int, list[Clue]] = defaultdict(list)
    checked = Clue.household_id.in_(households) & (Clue.state == "done")
    for clue in await session.scalars(select(Clue).where(checked)):
        assert clue.household_id is not None
        found[clue.household_id].append(clue)
    return found
