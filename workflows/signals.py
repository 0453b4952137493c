"""A signal as it comes in, already read and checked: what imports and cadres hand to intake."""

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
