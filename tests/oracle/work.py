"""The work that follows from a list (rules §2–§4): the fate of each signal, cases, tasks and their rungs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import yaml

from . import hours
from .hours import DAY
from .lists import Checked, County, Row
from .posts import Areas, Place
from .thousand import COUNTY

RULES = Path(__file__).parents[2] / "config" / "policy" / "base" / "clue_rules.yaml"
LIMIT, VISIT_PLANNED, PUBLICITY, SUPPRESS = (timedelta(days=days) for days in (15, 2, 5, 90))
MATCH_DAYS = 2


@dataclass(slots=True)
class Case:
    """A case by its household; `red` and `calm` tell whether it has signals of that sort, in file order."""

    household: str
    region: str
    village: str
    start: date
    red: bool = False
    calm: bool = False
    signals: list[str] = field(default_factory=list)

    @property
    def limit(self) -> date:
        return self.start + LIMIT

    @property
    def latest(self) -> date:
        """The visit's last feasible day: office, publicity that ended the day before, five whole days."""
        return hours.working_by(self.limit) - DAY - PUBLICITY

    def due(self, today: date) -> date:
        planned = min(self.start + VISIT_PLANNED, self.latest)
        return next((day for day in (planned, self.latest) if day >= today), planned)


@dataclass(frozen=True, slots=True)
class Task:
    """A visit of a household or the matching of a signal; `about` names the one or the other."""

    about: str
    step: str
    holder: Place
    due: date
    latest: date
    limit: date | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    task: Task
    name: str
    to: Place
    mode: str
    at: datetime
    born_late: bool
    escalates: bool


@dataclass(slots=True)
class Work:
    fates: dict[str, str] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    rungs: list[Rung] = field(default_factory=list)


def work_of(county: County, areas: Areas) -> Work:
    """Everything that the list sets going, as of the instant of its import."""
    work = _taken_in(county)
    today = county.now.date()
    for case in work.cases.values():
        holder = ("grid_worker", case.region)
        work.tasks.append(Task(case.household, "visit", holder, case.due(today), case.latest, case.limit))
    for signal in work.waiting:
        due = hours.working_after(today, MATCH_DAYS)
        work.tasks.append(Task(signal, "match", ("county_clerk", COUNTY), due, due))
    work.rungs = [rung for task in work.tasks for rung in rungs_of(task, county.now, areas)]
    return work


# --- signals ----------------------------------------------------------------------------------------


class _Rules:
    """The bands of the departments' rules."""

    def __init__(self) -> None:
        content = yaml.safe_load(RULES.read_text(encoding="utf-8"))
        self.order = {band: rank for rank, band in enumerate(content["bands"])}
        self.red = {(rule["dept"], rule["rule"]): rule.get("urgent_bands", []) for rule in content["rules"]}

    def rank(self, band: str) -> int:
        return self.order.get(band, -1)

    def is_red(self, signal: Row) -> bool:
        return signal["band"] in self.red.get((signal["source_dept"], signal["rule_code"]), [])

    def covers(self, old: Checked, new: Row) -> bool:
        same = (old.dept, old.rule, old.role) == (new["source_dept"], new["rule_code"], new["person_role"])
        recent = old.result_on >= date.fromisoformat(new["received_date"]) - SUPPRESS
        return same and recent and self.rank(old.band) >= self.rank(new["band"])


class _Register:
    def __init__(self, rows: list[Row]) -> None:
        self.by_number = {row["household_no"]: row for row in rows}
        self.by_id = {row["id_number"]: row for row in rows if row.get("id_number")}

    def find(self, signal: Row) -> Row | None:
        """The household both keys agree on, or the one that only one of them has found."""
        found = (
            self.by_number.get(signal.get("household_no", "")),
            self.by_id.get(signal.get("id_number", "")),
        )
        named = {row["household_no"]: row for row in found if row}
        return next(iter(named.values())) if len(named) == 1 else None


def _taken_in(county: County) -> Work:
    rules, register, work = _Rules(), _Register(county.households), Work()
    checked: dict[str, list[Checked]] = defaultdict(list)
    for old in county.checked:
        checked[old.household_no].append(old)
    for signal in county.clues:
        work.fates[signal["signal_id"]] = _fate(signal, register.find(signal), rules, checked, work)
    return work


def _fate(signal: Row, home: Row | None, rules: _Rules, checked: dict[str, list[Checked]], work: Work) -> str:
    if home is None:
        work.waiting.append(signal["signal_id"])
        return "waiting"
    number, red = home["household_no"], rules.is_red(signal)
    if not red and any(rules.covers(old, signal) for old in checked[number]):
        return "suppressed"
    fate = "merged" if number in work.cases else "open"
    received = date.fromisoformat(signal["received_date"])
    case = work.cases.setdefault(number, Case(number, _region(home), home["region_code"], received))
    case.start = min(case.start, received)
    case.red, case.calm = case.red or red, case.calm or not red
    case.signals.append(signal["signal_id"])
    return fate


def _region(home: Row) -> str:
    return f"{home['region_code']}-{home['group']}" if home["group"] else home["region_code"]


# --- rungs ------------------------------------------------------------------------------------------


def rungs_of(task: Task, now: datetime, areas: Areas) -> Iterator[Rung]:
    """All rungs of a task that opens now."""
    for name, moment, recipients, within in _ladder(task, now.date()):
        must_by = task.limit if within and task.limit and task.limit >= now.date() else None
        for relative, mode in recipients:
            to = _recipient(relative, task.holder, areas)
            if to is None:
                continue
            if name.startswith("overdue"):
                place, sent = _escalation(moment, mode, must_by, now)
                yield Rung(task, name, to, sent, max(place, now), moment <= now, True)
            else:
                place = hours.morning_by(moment.date()) if mode == "list" else hours.last_open(moment)
                yield Rung(task, name, to, mode, place, moment <= now or place < now, False)


def _ladder(task: Task, today: date) -> Iterator[tuple[str, datetime, list[tuple[str, str]], bool]]:
    """Name, moment, recipients with their modes, and whether the limit holds it back."""
    due, days = task.due, (task.due - today).days
    if days >= 2:
        yield "half", hours.at(today + (days + 1) // 2 * DAY, hours.MORNING), [("holder", "list")], False
    yield "three_days", hours.at(task.latest - 3 * DAY, hours.MORNING), [("holder", "now")], False
    yield "day_before", hours.at(due - DAY, hours.MORNING), [("holder", "list")], False
    yield "due_day", hours.at(due, time(15)), [("holder", "now")], False
    everyone = [("holder", "now"), ("head", "now"), ("above_desk", "list")]
    yield "overdue", hours.at(due + DAY), everyone, True
    third, seventh = (hours.at(hours.working_after(due, count)) for count in (3, 7))
    yield "overdue_3", third, [("above_lead", "now"), ("county_desk", "list")], False
    yield "overdue_7", seventh, [("county_desk", "now")], False


def _escalation(moment: datetime, mode: str, must_by: date | None, now: datetime) -> tuple[datetime, str]:
    place = hours.place(moment, must_by, now)
    if mode == "list" and place >= moment:
        return hours.morning_from(moment), "list"
    return place, "now"


def _recipient(relative: str, holder: Place, areas: Areas) -> Place | None:
    post, region = holder
    if relative == "holder":
        return holder
    if post == "county_clerk":
        county = {"head": "county_lead", "above_lead": "county_lead", "county_desk": "county_clerk"}
        return (county[relative], region) if relative in county else None
    village = {"head": "village_head", "above_desk": "township_clerk", "above_lead": "township_lead"}
    return areas.place(village.get(relative, "county_clerk"), region)
