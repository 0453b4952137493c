"""演练: fictional people and households of 围场县 on the real area tree, for the demo and the stories.

Nobody here exists. One person holds clerk and lead at each desk, so that five phones show all tiers.
"""

from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from sqlalchemy import func, select

from storage.crypto import vault
from storage.engine import Database
from storage.people import Official
from storage.register import Clue
from storage.work import Case, Marker
from workflows.desk import Desk
from workflows.imports.importing import import_bytes, import_rows

AREA = "weichang-130828.csv"
CITY, COUNTY, TOWN, VILLAGE = "130800000000", "130828000000", "130828107000", "130828107206"
SINCE = "2026-01-01"


@dataclass(frozen=True, slots=True)
class Player:
    """A fictional official with a phone on the page."""

    staff_no: str
    name: str
    phone: str
    title: str
    place: str
    duties: tuple[tuple[str, str], ...]

    @property
    def chat_id(self) -> int:
        return 10_000 + int(self.staff_no[-2:])


PLAYERS = (
    Player("YL01", "周演市", "13900000001", "市级负责人", "承德市", (("city_lead", CITY),)),
    Player(
        "YL02",
        "吴演县",
        "13900000002",
        "县专员",
        "围场县",
        (("county_clerk", COUNTY), ("county_lead", COUNTY)),
    ),
    Player(
        "YL03",
        "郑演镇",
        "13900000003",
        "乡镇业务员",
        "腰站镇",
        (("township_clerk", TOWN), ("township_lead", TOWN)),
    ),
    Player(
        "YL04",
        "王演村",
        "13900000004",
        "村支书",
        "下三合义村",
        (("village_clerk", VILLAGE), ("village_head", VILLAGE)),
    ),
    Player("YL05", "冯演格", "13900000005", "网格员", "下三合义村", (("grid_worker", VILLAGE),)),
)

# Signals of one medical-insurance list: rule, band, whose.
SIGNALS = (("medical_burden", "middle", "户主"), ("medical_burden", "low", "配偶"))


async def install(database: Database, desk: Desk) -> None:
    """The area tree, the players and thirty households; marks the database 演练."""
    area = files("jintang").joinpath("area", AREA).read_bytes()
    await import_bytes("regions", AREA, area, database, desk)
    await import_rows("officials", "演练人员", _roster(), database, desk)
    await import_rows("households", "演练农户", _households(), database, desk)
    async with database.writing() as session:
        await session.merge(Marker(name="drill", value="1"))
        await session.commit()


def _roster() -> list[dict[str, object]]:
    return [
        {
            "staff_no": player.staff_no,
            "name": player.name,
            "phone": player.phone,
            "region_code": region,
            "post": post,
            "from": SINCE,
            "to": "",
            "deputy_staff_no": "",
        }
        for player in PLAYERS
        for post, region in player.duties
    ]


def _households() -> list[dict[str, object]]:
    kinds = ("一般农户", "脱贫户")
    return [
        {
            "household_no": f"YL-107206-{group:02d}-{number:02d}",
            "region_code": VILLAGE,
            "group": f"{group}组",
            "head_name": f"演练户主{group:02d}{number:02d}",
            "members": 2 + number % 4,
            "kind": kinds[number % 3 == 0],
        }
        for group in range(1, 4)
        for number in range(1, 11)
    ]


async def link_all(database: Database, desk: Desk) -> None:
    """Links every player's chat, as if each had shared the contact."""
    async with database.writing() as session:
        for player in PLAYERS:
            official = (
                await session.scalars(select(Official).where(Official.staff_no == player.staff_no))
            ).one()
            official.chat_id, official.linked_at = player.chat_id, desk.now()
            assert official.phone_hash == vault().find_by(player.phone)
        await session.commit()


async def send_list(database: Database, desk: Desk) -> int:
    """A small medical-insurance list about households without an open case; how many signals."""
    async with database.reading() as session:
        sent = await session.scalar(select(func.count()).select_from(Clue)) or 0
        cases = await session.scalar(select(func.count()).select_from(Case)) or 0
    rows = [_signal(sent + nth, cases, *about, desk.today()) for nth, about in enumerate(SIGNALS)]
    await import_rows("clues", f"医保名单{sent}", rows, database, desk)
    return len(rows)


def _signal(number: int, nth: int, rule: str, band: str, role: str, today: date) -> dict[str, object]:
    group, household = nth % 3 + 1, nth // 3 % 10 + 1
    return {
        "signal_id": f"YB-{number + 1:05d}",
        "source_dept": "医保",
        "rule_code": rule,
        "event_date": today.isoformat(),
        "received_date": today.isoformat(),
        "village_code": VILLAGE,
        "household_no": f"YL-107206-{group:02d}-{household:02d}",
        "person_role": role,
        "risk_code": "01",
        "direction": "漏",
        "band": band,
    }
