"""A signal as it comes in, already read and checked: what imports and cadres hand to intake."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


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


def together(signals: Iterable[Signal]) -> list[Signal]:
    """The signals of one household side by side, in the order of the first of each: one pile, one card."""
    piles: dict[object, list[Signal]] = {}
    for signal in signals:
        piles.setdefault((signal.household_number or signal.id_hash), []).append(signal)
    return [signal for pile in piles.values() for signal in pile]
