"""A county of officials with phones and their households, and lists of clues about them; always the same.

Everybody is fictional; the places are those of 围场县. What belongs to one storm belongs to no other:
each list takes households of its own.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files

from sqlalchemy import select

from benchmarks.filling import MONDAY, desk, unlocked
from jintang import drill
from simulator import Emulator, Phone
from storage.engine import Database
from storage.people import Official
from workflows.imports.csv_text import csv_rows
from workflows.imports.importing import import_bytes, import_rows

FIRST_CHAT = 50_000
HOMES = range(1, 12)  # of each village

Row = dict[str, object]


class County:
    """So many villages, each with a grid worker and a clerk; above them the desks of their townships."""

    def __init__(self, villages: int) -> None:
        area = files("jintang").joinpath("area", drill.AREA).read_bytes()
        self._area = area
        above = {code: parent for code, _, parent, tier in csv_rows(drill.AREA, area) if tier == "village"}
        self.villages = _in_turn(above)[:villages]
        self._duties = [
            *((drill.CITY, "city_lead"), (drill.COUNTY, "county_lead"), (drill.COUNTY, "county_clerk")),
            *((town, "township_clerk") for town in sorted({above[code] for code in self.villages})),
            *((code, "village_clerk") for code in self.villages),
            *((code, "grid_worker") for code in self.villages),
        ]

    @property
    def officials(self) -> int:
        return len(self._duties)

    async def fill(self, database: Database) -> None:
        """Everything is imported, everybody is linked, and Monday's morning list is out."""
        unlocked()
        at = desk()
        await import_bytes("regions", drill.AREA, self._area, database, at)
        await import_rows("officials", "演练人员", self._roster(), database, at)
        await import_rows("households", "演练农户", self._households(), database, at)
        async with database.writing() as session:
            for official in await session.scalars(select(Official)):
                official.chat_id, official.linked_at = _chat(official.staff_no), MONDAY
            await session.commit()

    def meet(self, emulator: Emulator) -> None:
        """Everybody has a chat with the bot, as who is linked has."""
        for staff_no, phone in self._phones():
            person = emulator.person(_chat(staff_no), "演练", phone).person
            emulator.bot().chat_with(person)

    def grid_worker(self, emulator: Emulator, village: str) -> Phone:
        return emulator.phone(_chat(self._staff_no("grid_worker", village)))

    def _staff_no(self, post: str, region: str) -> str:
        return f"YL{self._duties.index((region, post)) + 1:03d}"

    def _phones(self) -> list[tuple[str, str]]:
        return [(f"YL{nth:03d}", f"139{nth:08d}") for nth in range(1, self.officials + 1)]

    def _roster(self) -> list[Row]:
        return [
            {
                "staff_no": staff_no,
                "name": f"演练{staff_no}",
                "phone": phone,
                "region_code": region,
                "post": post,
                "from": drill.SINCE,
                "to": "",
                "deputy_staff_no": "",
            }
            for (region, post), (staff_no, phone) in zip(self._duties, self._phones(), strict=True)
        ]

    def _households(self) -> list[Row]:
        """The clerk of a village is the helper of its households: both hear of each of them."""
        return [
            {
                "household_no": home_of(village, nth),
                "region_code": village,
                "group": "1组",
                "head_name": f"演练户主{nth:02d}",
                "members": 3,
                "kind": "一般农户",
                "helper_staff_no": self._staff_no("village_clerk", village),
            }
            for village in self.villages
            for nth in HOMES
        ]


def _in_turn(above: dict[str, str]) -> list[str]:
    """Villages, the first of each township before the second of any."""
    order: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for code, town in sorted(above.items()):
        seen[town] = seen.get(town, 0) + 1
        order.append((seen[town], code))
    return [code for _, code in sorted(order)]


def _chat(staff_no: str) -> int:
    return FIRST_CHAT + int(staff_no.removeprefix("YL"))


def home_of(village: str, nth: int) -> str:
    return f"YL-{village[6:]}-{nth:02d}"


def clues(villages: Sequence[str], homes: Iterable[int], band: str = "middle") -> list[Row]:
    """A list with one clue about each of these households of each village."""
    today = MONDAY.date().isoformat()
    return [
        {
            "signal_id": f"YB-{village[6:]}-{nth:02d}",
            "source_dept": "医保",
            "rule_code": "medical_burden",
            "event_date": today,
            "received_date": today,
            "village_code": village,
            "household_no": home_of(village, nth),
            "person_role": "户主",
            "direction": "漏",
            "band": band,
        }
        for nth in homes
        for village in villages
    ]
