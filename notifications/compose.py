"""What one person is sent now, pure: cards, one list, or tomorrow (domain §7.2 R2–R4).

One event is one message, also for a person with two posts. Beyond the budget the rest joins one
list, worst first; nothing that is due by tomorrow waits for tomorrow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Item:
    """A notice about to be sent to the person; `line` marks a line per batch."""

    id: int
    event: str | None
    batch: str | None
    lane: int
    due_on: date | None = None
    urgent: bool = False
    line: bool = False
    gathers: bool = False  # moved here from somebody else, or missed during a stop

    @property
    def order(self) -> tuple[int, date, int]:
        return self.lane, self.due_on or date.max, self.id


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the day for this person."""

    normal: int
    urgent: int


@dataclass(slots=True)
class Sheaf:
    """The plan: cards and one list go now, the carried ride inside a card, the late wait."""

    cards: list[int] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    carried: dict[int, int] = field(default_factory=dict)
    deferred: list[int] = field(default_factory=list)


def compose(items: Iterable[Item], budget: Budget, today: date) -> Sheaf:
    """The plan for one person; every item is in exactly one part of it."""
    sheaf = Sheaf()
    single = _merged(sorted(items, key=lambda item: item.order), sheaf)
    urgent = [item for item in single if item.urgent and not item.gathers]
    sheaf.cards += [item.id for item in urgent[: budget.urgent]]
    listed = urgent[budget.urgent :]
    listed += [item for item in single if item.gathers]
    _spend(listed, [i for i in single if not i.urgent and not i.gathers], budget.normal, today, sheaf)
    if len(sheaf.listed) == 1:
        sheaf.cards.append(sheaf.listed.pop())
    return sheaf


def _merged(items: list[Item], sheaf: Sheaf) -> list[Item]:
    """One item per event; a line rides in a card of the same batch."""
    first: dict[str, int] = {}
    cards = {item.batch: item.id for item in reversed(items) if item.batch and not item.line}
    kept = []
    for item in items:
        carrier = first.get(item.event or "")
        if carrier is None and item.line and item.batch in cards:
            carrier = cards[item.batch]
        if carrier is not None:
            sheaf.carried[item.id] = carrier
            continue
        if item.event:
            first[item.event] = item.id
        kept.append(item)
    return kept


def _spend(listed: list[Item], cards: list[Item], room: int, today: date, sheaf: Sheaf) -> None:
    """Cards while the budget lasts, the last message of it as the list of all the rest."""
    fits = len(cards) + bool(listed) <= room
    if fits:
        sheaf.cards += [item.id for item in cards]
    elif room > 0:
        sheaf.cards += [item.id for item in cards[: room - 1]]
        listed = listed + cards[room - 1 :]
    else:
        pressing = [item for item in cards if item.due_on and item.due_on <= today + timedelta(days=1)]
        listed = listed + (cards if listed or pressing else [])
        sheaf.deferred += [] if listed else [item.id for item in cards]
    sheaf.listed += [item.id for item in sorted(listed, key=lambda item: item.order)]
