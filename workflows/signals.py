"""A signal as it comes in, already read and checked: what imports and cadres hand to intake."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Signal:
    """One clue before it is kept; `id_hash` is the keyed hash, the number itself is gone."""

    signal_id: str
    dept: str
    rule: str
    received_on: date
    event_on: date | None = None
    village_code: str | None = None
    household_number: str | None = None
    id_hash: str | None = None
    person_role: str | None = None
    risk: str | None = None
    direction: str = "漏"
    band: str | None = None
    note: str | None = None
    urgent: bool = False
    reported_by: int | None = None
    insists: bool = False  # said by a person or promised by us, not by a list: a repeat counts too


def pile(signal: Signal) -> str | None:
    """What tells that signals side by side mean the same household."""
    return signal.household_number or signal.id_hash


def together(signals: Iterable[Signal]) -> list[Signal]:
    """The signals of one household side by side, in the order of the first of each: one pile, one card."""
    piles: dict[object, list[Signal]] = {}
    for signal in signals:
        piles.setdefault(pile(signal), []).append(signal)
    return [signal for some in piles.values() for signal in some]


def in_parts(signals: Iterable[Signal], size: int) -> Iterator[list[Signal]]:
    """Parts of at least `size` signals, but the last; no pile is divided."""
    part: list[Signal] = []
    for _, some in groupby(signals, key=pile):
        part += some
        if len(part) >= size:
            yield part
            part = []
    if part:
        yield part
