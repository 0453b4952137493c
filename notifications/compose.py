"""What one person is sent now, pure: cards, one list, or tomorrow (domain §7.2 R2–R4).

One event is one message, also for a person with two posts. Beyond the budget the rest joins one
list, worst first; nothing that is due by tomorrow waits for tomorrow.
"""

from collections.abc import Iterable, Mapping
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
    gathers: bool = False  # moved here from somebody else, or too long on its way
    task: int | None = None
    whole: bool = False  # a list already made: it goes as it is, before all else

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
    ordered = sorted(items, key=lambda item: item.order)
    sheaf.cards += [item.id for item in ordered if item.whole]
    single = _merged([item for item in ordered if not item.whole], sheaf)
    urgent = [item for item in single if item.urgent and not item.gathers]
    room = max(budget.normal - len(sheaf.cards), 0)
    sheaf.cards += [item.id for item in urgent[: budget.urgent]]
    listed = urgent[budget.urgent :]
    listed += [item for item in single if item.gathers]
    _spend(listed, [i for i in single if not i.urgent and not i.gathers], room, today, sheaf)
    if len(sheaf.listed) == 1:
        sheaf.cards.append(sheaf.listed.pop())
    return sheaf


def _merged(items: list[Item], sheaf: Sheaf) -> list[Item]:
    """One item per event, the person's own before one that was moved here; a line rides in a card of
    its batch; of what gathers about one task only the newest is said."""
    own_first = sorted(items, key=lambda item: (item.gathers, item.order))
    said = {item.event: item.id for item in reversed(own_first) if item.event}
    cards = {item.batch: said.get(item.event or "", item.id) for item in reversed(items) if _carries(item)}
    kept = _kept(items, {item.id: said.get(item.event or "", item.id) for item in items}, sheaf)
    kept = _kept(kept, {item.id: cards.get(item.batch, item.id) for item in kept if item.line}, sheaf)
    newest = {item.task: item.id for item in sorted(kept, key=lambda item: item.id) if _repeats(item)}
    return _kept(kept, {item.id: newest[item.task] for item in kept if _repeats(item)}, sheaf)


def _kept(items: list[Item], carriers: Mapping[int, int], sheaf: Sheaf) -> list[Item]:
    """The items that nothing carries; the others go where they are carried."""
    sheaf.carried |= {item: carrier for item, carrier in carriers.items() if item != carrier}
    return [item for item in items if carriers.get(item.id, item.id) == item.id]


def _carries(item: Item) -> bool:
    return item.batch is not None and not item.line


def _repeats(item: Item) -> bool:
    return item.gathers and item.task is not None


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
