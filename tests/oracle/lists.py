"""The lists of a county as files: the columns of the contract, written and read as CSV."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

Row = dict[str, str]

COLUMNS = {
    "regions": ("code", "name", "parent_code", "level"),
    "officials": ("staff_no", "name", "phone", "region_code", "post", "from", "to", "deputy_staff_no"),
    "households": (
        *("household_no", "region_code", "group", "head_name", "id_number"),
        *("members", "kind", "labour", "level", "helper_staff_no"),
    ),
    "clues": (
        *("signal_id", "source_dept", "rule_code", "event_date", "received_date", "village_code"),
        *("household_no", "id_number", "person_role", "risk_code", "direction", "band", "note"),
    ),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A signal of an earlier list whose check is completed."""

    signal_id: str
    household_no: str
    dept: str
    rule: str
    role: str
    band: str
    received_on: date
    result_on: date


@dataclass(slots=True)
class County:
    """Four lists, who has linked a phone, what was checked before, and the instant of the import."""

    now: datetime
    regions: list[Row]
    officials: list[Row] = field(default_factory=list)
    households: list[Row] = field(default_factory=list)
    clues: list[Row] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    checked: list[Checked] = field(default_factory=list)

    def write(self, folder: Path) -> dict[str, Path]:
        """The four files, in the order in which they are imported."""
        return {name: _write(folder / f"{name}.csv", name, getattr(self, name)) for name in COLUMNS}


def _write(path: Path, name: str, rows: Iterable[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS[name], restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
