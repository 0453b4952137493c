"""A thousand signals for a fictional county on the real area tree of 围场; the same seed, the same county."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from .hours import ZONE
from .lists import Checked, County, Row, read

AREA = Path(__file__).parents[2] / "jintang" / "area" / "weichang-130828.csv"
COUNTY = "130828000000"
CITY = "130800000000"
MONDAY = datetime(2026, 3, 9, 9, 10, tzinfo=ZONE)

GROUPS = [f"{number:02d}" for number in range(1, 10)]
ROLES = ["户主", "户主", "户主", "配偶", "子女", "父母"]
BANDS = ["low", "low", "middle", "middle", "middle", ""]
RULES = [  # department, rule, how often of a hundred, bands that ring red
    ("医保", "medical_burden", 30, ("high",)),
    ("医保", "not_insured", 8, ()),
    ("卫健", "serious_illness", 9, ("high",)),
    ("卫健", "chronic_contract", 5, ()),
    ("残联", "new_disability", 6, ("high",)),
    ("教育", "dropout", 2, ("middle", "high")),
    ("教育", "many_students", 7, ()),
    ("住建", "unsafe_house", 5, ("high",)),
    ("应急", "disaster_hit", 2, ("middle", "high")),
    ("人社", "job_lost", 12, ()),
    ("人社", "wage_arrears", 5, ()),
    ("民政", "relief_stopped", 6, ()),
    ("农业农村", "project_failed", 3, ("high",)),
]
RED_OF_A_HUNDRED = 5


@dataclass(frozen=True, slots=True)
class Village:
    code: str
    township: str
    weight: float


def thousand(
    seed: int = 20260309, now: datetime = MONDAY, *, signals: int = 1000, households: int = 3000
) -> County:
    """The county as its four lists tell it, some hours before anybody has looked at them."""
    county = County(now, read(AREA))
    chance = random.Random(seed)
    villages = _villages(county.regions, chance)
    _Roster(county, chance).fill(villages)
    _register(county, villages, households, chance)
    _Signals(county, chance, villages).fill(signals)
    return county


def _villages(regions: Sequence[Row], chance: random.Random) -> list[Village]:
    """All villages in an order of chance, those with most households first."""
    rows = [row for row in regions if row["level"] == "village"]
    chance.shuffle(rows)
    return [Village(row["code"], row["parent_code"], (rank + 4) ** -0.7) for rank, row in enumerate(rows)]


class _Roster:
    """Who holds which post, who is linked; the special villages stand among those with many households."""

    def __init__(self, county: County, chance: random.Random) -> None:
        self.county = county
        self.chance = chance
        self.serial = count(1)
        self.today = county.now.date()
        self.of: dict[tuple[str, str], str] = {}

    def fill(self, villages: Sequence[Village]) -> None:
        self._above()
        special = self._special(villages)
        for village in villages:
            self._village(village, special)
        self._unlink(special)
        self._duties(special)

    def _person(self) -> str:
        number = f"S{next(self.serial):04d}"
        self.county.linked.add(number)
        return number

    def _hold(self, post: str, region: str, person: str | None = None, **more: str) -> str:
        person = person or self._person()
        self.of.setdefault((post, region), person)
        row = {"staff_no": person, "name": f"干部{person[1:]}", "phone": f"1990000{person[1:]}"}
        row |= {"region_code": region, "post": post, "from": "2025-01-01"} | more
        self.county.officials.append(row)
        return person

    def _above(self) -> None:
        self._hold("city_lead", CITY)
        self._hold("county_clerk", COUNTY)
        self._hold("county_lead", COUNTY)
        for row in self.county.regions:
            if row["level"] == "township":
                self._hold("township_clerk", row["code"])
                self._hold("township_lead", row["code"])

    def _special(self, villages: Sequence[Village]) -> dict[str, list[Village]]:
        """Disjoint handfuls of villages with something uncommon about their people."""
        heavy = list(villages[:200])
        self.chance.shuffle(heavy)
        sizes = {
            "one_person": 40,
            "head": 24,
            "secretary": 34,
            "head_and_secretary": 12,
            "nobody": 6,
            "no_grid": 10,
            "no_grid_but_deputy": 2,
            "grid_with_deputy": 1,
            "blocked_grid": 2,
            "no_clerk": 5,
            "clerk_gone_secretary_here": 2,
            "grid_and_clerk_gone_head_here": 2,
            "one_person_gone": 2,
            "group_worker": 5,
            "group_worker_gone": 2,
            "former": 1,
            "ends": 2,
            "succession": 1,
        }
        return {name: [heavy.pop() for _ in range(size)] for name, size in sizes.items()}

    def _village(self, village: Village, special: dict[str, list[Village]]) -> None:
        def is_one(*names: str) -> bool:
            return any(village in special[name] for name in names)

        grid = self._hold("grid_worker", village.code)
        both = is_one("one_person", "one_person_gone")
        self._hold("village_clerk", village.code, grid if both else None)
        if is_one("head", "head_and_secretary", "grid_and_clerk_gone_head_here"):
            self._hold("village_head", village.code)
        if is_one("secretary", "head_and_secretary", "clerk_gone_secretary_here"):
            self._hold("first_secretary", village.code)
        if is_one("group_worker", "group_worker_gone"):
            self._hold("grid_worker", f"{village.code}-03")

    def _unlink(self, special: dict[str, list[Village]]) -> None:
        gone = {
            "nobody": ("grid_worker", "village_clerk"),
            "no_grid": ("grid_worker",),
            "no_grid_but_deputy": ("grid_worker",),
            "no_clerk": ("village_clerk",),
            "clerk_gone_secretary_here": ("village_clerk",),
            "grid_and_clerk_gone_head_here": ("grid_worker", "village_clerk"),
            "one_person_gone": ("grid_worker",),
        }
        for name, posts in gone.items():
            for village in special[name]:
                self.county.linked -= {self.of[post, village.code] for post in posts}
        for village in special["group_worker_gone"]:
            self.county.linked.discard(self.of["grid_worker", f"{village.code}-03"])
        for village in special["blocked_grid"]:
            self.county.blocked.add(self.of["grid_worker", village.code])
        self._unlink_townships(special)

    def _unlink_townships(self, special: dict[str, list[Village]]) -> None:
        """One township without a clerk on the line, one with nobody; both have a village with nobody."""
        first, second = special["nobody"][:2]
        self.county.linked.discard(self.of["township_clerk", first.township])
        self.county.linked.discard(self.of["township_clerk", second.township])
        self.county.linked.discard(self.of["township_lead", second.township])

    def _duties(self, special: dict[str, list[Village]]) -> None:
        for name in ("no_grid_but_deputy", "grid_with_deputy"):
            for village in special[name]:
                deputy = self.of["grid_worker", special["head"][0].code]
                self._row("grid_worker", village.code)["deputy_staff_no"] = deputy
        day = timedelta(days=1)
        for village in special["former"]:
            self._hold("grid_worker", village.code, None, to=(self.today - day).isoformat())
        for village in (*special["ends"], *special["succession"]):
            self._row("grid_worker", village.code)["to"] = (self.today + 3 * day).isoformat()
        for village in special["succession"]:
            self._hold("grid_worker", village.code, None, **{"from": (self.today + 4 * day).isoformat()})

    def _row(self, post: str, region: str) -> Row:
        person = self.of[post, region]
        rows = self.county.officials
        return next(
            row
            for row in rows
            if (row["staff_no"], row["post"], row["region_code"]) == (person, post, region)
        )


def _register(county: County, villages: Sequence[Village], total: int, chance: random.Random) -> None:
    """Households with codes for names and made-up ID numbers with a right check digit."""
    homes = chance.choices(villages, [village.weight for village in villages], k=total - 3 * len(villages))
    taken: dict[tuple[str, str], int] = defaultdict(int)
    for serial, village in enumerate([*villages, *villages, *villages, *homes]):
        group = chance.choice(GROUPS)
        taken[village.code, group] += 1
        number = f"WC-{village.code[6:]}-{group}-{taken[village.code, group]:03d}"
        row = {"household_no": number, "region_code": village.code, "group": group}
        row |= {"id_number": _id_number(serial), "members": str(chance.randint(1, 6)), "kind": "一般农户"}
        county.households.append(row)


def _id_number(serial: int) -> str:
    born = date(1950, 1, 1) + timedelta(days=serial % 15000)
    body = f"130828{born:%Y%m%d}{serial // 15000 * 2 + 11:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[rest]


class _Signals:
    """What the departments send: several about one household, old news, wrong numbers, red ones."""

    def __init__(self, county: County, chance: random.Random, villages: Iterable[Village]) -> None:
        self.county = county
        self.chance = chance
        self.today = county.now.date()
        self.weights = {village.code: village.weight for village in villages}
        self.rules = [(dept, rule, red) for dept, rule, _, red in RULES]
        self.frequency = [often for _, _, often, _ in RULES]
        self.rows: list[Row] = []

    def fill(self, total: int) -> None:
        homes = self._homes()
        few = max(total // 100, 1)
        self._old_news(homes, few)
        self._unmatched(homes, few)
        self._odd_numbers(homes, few)
        while len(self.rows) < total:
            home = homes.pop()
            for _ in range(min(self.chance.choice((1, 1, 1, 1, 1, 2, 2, 3, 5)), total - len(self.rows))):
                self.rows.append(self._signal(home))
        self.chance.shuffle(self.rows)
        for serial, row in enumerate(self.rows, 1):
            row["signal_id"] = f"XH-{self.today:%m%d}-{serial:04d}"
        self.county.clues = self.rows

    def _homes(self) -> list[Row]:
        """All households in an order of chance, so that some villages come up early and often."""
        rank = {id(row): self.chance.random() ** (1 / self._weight(row)) for row in self.county.households}
        return sorted(self.county.households, key=lambda row: rank[id(row)])

    def _weight(self, row: Row) -> float:
        return self.weights[row["region_code"]] ** 0.5

    def _signal(self, home: Row, *, red: bool | None = None) -> Row:
        dept, rule, urgent = self.chance.choices(self.rules, self.frequency)[0]
        while red and not urgent:
            dept, rule, urgent = self.chance.choices(self.rules, self.frequency)[0]
        if red is None:
            red = bool(urgent) and self.chance.random() * 100 < RED_OF_A_HUNDRED
        mild = [band for band in BANDS if band not in urgent]
        received = self.today - timedelta(days=self.chance.choice((0, 0, 0, 1, 1, 2, 2, 3)))
        event = received - timedelta(days=self.chance.randint(1, 40))
        row = {"source_dept": dept, "rule_code": rule, "band": self.chance.choice(urgent if red else mild)}
        row |= {"event_date": event.isoformat(), "received_date": received.isoformat()}
        row |= {"person_role": self.chance.choice(ROLES), "direction": "漏"}
        return row | self._key(home)

    def _key(self, home: Row) -> Row:
        """Nine of ten name the household, some of these its head as well, the tenth the head alone."""
        kind = self.chance.randrange(10)
        key = {"village_code": home["region_code"]}
        if kind:
            key["household_no"] = home["household_no"]
        if kind < 2:
            key["id_number"] = home["id_number"]
        return key

    def _old_news(self, homes: list[Row], few: int) -> None:
        """Checked 40 days ago, and now again: same, milder, worse, another person, red, too old."""
        for number in range(6 * few):
            home = homes.pop()
            new = self._signal(home, red=number % 6 == 4)
            band, role, ago = new["band"], new["person_role"], 40
            match number % 6:
                case 1:
                    band = "high"
                case 2:
                    new["band"], band = "middle", "low"
                    new |= {"source_dept": "医保", "rule_code": "not_insured"}
                case 3:
                    role = "配偶" if role != "配偶" else "户主"
                case 5:
                    ago = (
                        self.chance.choice((90, 91, 92))
                        + (self.today - date.fromisoformat(new["received_date"])).days
                    )
            self._check(home, new, band, role, self.today - timedelta(days=ago))
            self.rows.append(new)

    def _check(self, home: Row, new: Row, band: str, role: str, day: date) -> None:
        number = f"XH-OLD-{len(self.county.checked) + 1:04d}"
        rule = (new["source_dept"], new["rule_code"], role, band)
        self.county.checked.append(Checked(number, home["household_no"], *rule, day - timedelta(days=2), day))

    def _unmatched(self, homes: list[Row], few: int) -> None:
        for number in range(3 * few):
            row = self._signal(homes[number])
            match number % 3:
                case 0:
                    row |= {"household_no": f"WC-999{number:03d}-01-001", "id_number": ""}
                case 1:
                    row |= {"household_no": "", "id_number": _id_number(20000 + number)}
                case 2:
                    row |= {
                        "household_no": homes[-number - 1]["household_no"],
                        "id_number": homes[number]["id_number"],
                    }
            self.rows.append(row)

    def _odd_numbers(self, homes: list[Row], few: int) -> None:
        """One key finds the household, the other nothing; or the village is another one."""
        for number in range(few):
            home = homes.pop()
            row = self._signal(home)
            match number % 3:
                case 0:
                    row |= {"household_no": f"WC-888{number:03d}-01-001", "id_number": home["id_number"]}
                case 1:
                    row |= {"household_no": home["household_no"], "id_number": _id_number(25000 + number)}
                case 2:
                    row["village_code"] = homes[0]["region_code"]
            self.rows.append(row)
