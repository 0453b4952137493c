"""What an import will do, settled before anything is written: counts, refusals and stages of rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from storage.crypto import vault
from workflows.desk import Desk
from workflows.imports import keeping, known
from workflows.imports.checking import Sieve
from workflows.imports.clues import check_clues
from workflows.imports.columns import Kind
from workflows.imports.households import check_households
from workflows.imports.layout import Layout
from workflows.imports.officials import check_officials
from workflows.imports.places import RANKS
from workflows.imports.regions import check_regions
from workflows.imports.report import Refusal
from workflows.signals import Signal

Record = TypeVar("Record")
Kept = Callable[[AsyncSession, Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows that one function keeps, chunk by chunk, before the next stage begins."""

    rows: Sequence[Any]
    keep: Kept


@dataclass(slots=True)
class Plan:
    """The counts of a list, its refusals, and what is to be written."""

    rejected: list[Refusal] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    stages: list[Stage] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.signals) + sum(len(stage.rows) for stage in self.stages)


def _sorted_out(sieve: Sieve[Record], kept: Callable[[Record], object]) -> tuple[Plan, list[Record]]:
    """The plan without stages, and the rows that differ from what `kept` answers for them."""
    found = [(record, kept(record)) for record in sieve.taken.values()]
    added = sum(old is None for _, old in found)
    changed = [record for record, old in found if record != old]
    plan = Plan(
        rejected=[sieve.refusals[number] for number in sorted(sieve.refusals)],
        added=added,
        updated=len(changed) - added,
        unchanged=len(found) - len(changed),
    )
    return plan, changed


async def _regions(session: AsyncSession, file: str, layout: Layout, desk: Desk) -> Plan:
    tree = await known.known_tree(session, desk.today())
    plan, changed = _sorted_out(check_regions(file, layout, tree), lambda row: tree.regions.get(row.code))
    changed.sort(key=lambda region: RANKS[region.level])
    plan.stages = [Stage(changed, keeping.keep_regions)]
    return plan


async def _officials(session: AsyncSession, file: str, layout: Layout, desk: Desk) -> Plan:
    tree = await known.known_tree(session, desk.today())
    kept = await known.known_officials(session)
    sieve = check_officials(file, layout, desk.policy.posts, tree, kept)
    plan, changed = _sorted_out(sieve, lambda row: kept.duties.get(row.key))
    persons = {row.staff_no: row for row in changed}
    plan.stages = [
        Stage(list(persons.values()), keeping.keep_persons),
        Stage(changed, keeping.keep_duties),
    ]
    return plan


async def _households(session: AsyncSession, file: str, layout: Layout, desk: Desk) -> Plan:
    tree = await known.known_tree(session, desk.today())
    kept = await known.known_households(session, layout)
    sieve = check_households(file, layout, desk.policy.levels.levels, tree, kept, vault().find_by)
    plan, changed = _sorted_out(sieve, lambda row: kept.rows.get(row.number))
    plan.stages = [Stage(changed, partial(keeping.keep_households, desk))]
    return plan


async def _clues(session: AsyncSession, file: str, layout: Layout, desk: Desk) -> Plan:
    tree = await known.known_villages(session, layout, desk.today())
    kept = await known.known_clues(session, layout)
    sieve = check_clues(file, layout, desk.policy.clues, tree, kept, vault().find_by)
    new = [signal for signal in sieve.taken.values() if signal.signal_id not in kept]
    return Plan(
        rejected=[sieve.refusals[number] for number in sorted(sieve.refusals)],
        added=len(new),
        unchanged=len(sieve.taken) - len(new),
        signals=new,
    )


_PLANNERS: Mapping[Kind, Callable[[AsyncSession, str, Layout, Desk], Awaitable[Plan]]] = {
    Kind.regions: _regions,
    Kind.officials: _officials,
    Kind.households: _households,
    Kind.clues: _clues,
}


async def planned(session: AsyncSession, file: str, layout: Layout, desk: Desk) -> Plan:
    """Checks every row of a list against the policy and the database; writes nothing."""
    return await _PLANNERS[layout.kind](session, file, layout, desk)
