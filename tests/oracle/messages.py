"""Words on their way (rules §6–§8): from notices to the messages each person gets, instant by instant."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

from . import hours
from .hours import DAY
from .posts import Areas, People, Place
from .thousand import CITY, COUNTY
from .work import Rung, Task, Work

BUDGET, RED_BUDGET = 3, 2
LATE_OR_RED, NEW, REMINDER, LINE = 1, 2, 3, 4
LANES = {"half": REMINDER, "three_days": REMINDER, "day_before": REMINDER, "due_day": REMINDER}


@dataclass(frozen=True, slots=True)
class Notice:
    """What one post is to be told about something: a household, a signal, a region, or the whole list."""

    what: str
    about: str
    to: Place
    age: int
    lane: int = NEW
    due: date | None = None
    red: bool = False
    moved: bool = False

    @property
    def event(self) -> tuple[str, str]:
        return self.what, self.about

    @property
    def kind(self) -> str:
        return self.what if self.what in ("line", "count") else "card"

    @property
    def whole(self) -> bool:
        """A message of its own, not a line about a task."""
        return self.what not in ("half", "day_before", "task")


@dataclass(frozen=True, slots=True)
class Message:
    """`what` names the event of a single card; a list has only what it is about."""

    at: datetime
    person: str
    kind: str
    what: str
    about: frozenset[str]


@dataclass(slots=True)
class _Day:
    """What a person has had on a day."""

    ordinary: int = 0
    red: int = 0


class Post:
    """Carries a county's work out to its people until `end`."""

    def __init__(self, work: Work, people: People, areas: Areas, now: datetime, end: datetime) -> None:
        self.work, self.people, self.areas, self.now, self.end = work, people, areas, now, end
        self.age = count()
        self.due: dict[datetime, list[Notice]] = defaultdict(list)
        self.held: list[Notice] = []
        self.alone: dict[str, list[Notice]] = defaultdict(list)
        self.days: dict[tuple[str, date], _Day] = defaultdict(_Day)
        self.told: set[tuple[str, Place, date]] = set()
        self.rungs: dict[datetime, list[Rung]] = defaultdict(list)
        self.visits = {task.about: task for task in work.tasks}
        self.sent: list[Message] = []
        self.unheard: list[Notice] = []

    def carry(self) -> list[Message]:
        for rung in self.work.rungs:
            if not rung.born_late:
                self.rungs[rung.at].append(rung)
        self._tell_the_list()
        for moment in self._moments():
            self._fire(moment)
            if moment == hours.morning_from(moment):
                self._morning(moment)
            self._send(moment)
        return self.sent

    def _moments(self) -> Iterator[datetime]:
        """Every instant at which something is due, those that come up on the way included."""
        mornings = {hours.at(self.now.date() + number * DAY, hours.MORNING) for number in range(40)}
        seen = self.now - timedelta(seconds=1)
        while True:
            known = {*mornings, *self.rungs, *self.due}
            later = [moment for moment in known if seen < moment < self.end]
            if not later:
                return
            seen = min(later)
            yield seen

    # --- a new list -----------------------------------------------------------------------------

    def _tell_the_list(self) -> None:
        open_at = hours.place(self.now, None, self.now)
        for case in self.work.cases.values():
            visit = self.visits[case.household]
            lane = LATE_OR_RED if case.red else NEW
            alert = Notice("alert", case.household, visit.holder, 0, lane, visit.due, case.red)
            now = ["village_clerk", "first_secretary", "township_clerk"] if case.red else []
            must_by = visit.due if visit.due >= self.now.date() else None
            self._add(self.now if case.red else hours.place(self.now, must_by, self.now), alert)
            for post in now:
                self._add(self.now, replace(alert, to=self.areas.place(post, case.village)))
        for to in self._lines("village_clerk", "township_clerk"):
            self._add(open_at, Notice("line", to[1], to, 0, LINE))
        for to in self._lines("first_secretary", red="township_lead"):
            self.held.append(Notice("line", to[1], to, next(self.age), LINE))
        if self.work.cases:
            self._add(open_at, Notice("line", COUNTY, ("county_clerk", COUNTY), 0, LINE))
            self._add(open_at, Notice("count", CITY, ("city_lead", CITY), 0, LINE))
        if self.work.waiting:
            self._add(open_at, Notice("unmatched", COUNTY, ("county_clerk", COUNTY), 0))

    def _lines(self, *posts: str, red: str = "") -> list[Place]:
        """Where a line goes: by the signals that are not red, or for the post `red` by those that are."""
        cases = self.work.cases.values()
        calm = [case.village for case in cases if case.calm]
        places = [self.areas.place(post, village) for post in posts for village in calm]
        if red:
            places += [self.areas.place(red, case.village) for case in cases if case.red]
        return list(dict.fromkeys(places))

    def _add(self, moment: datetime, notice: Notice) -> None:
        self.due[moment].append(replace(notice, age=next(self.age)))

    # --- rungs ----------------------------------------------------------------------------------

    def _fire(self, moment: datetime) -> None:
        towns = set()
        for rung in self.rungs.get(moment, ()):
            about = rung.task.about
            if rung.name == "overdue_7":
                about = self._town(rung.task)
                if about in towns:
                    continue
                towns.add(about)
            lane = LANES.get(rung.name, LATE_OR_RED)
            notice = Notice(rung.name, about, rung.to, next(self.age), lane, rung.task.due)
            if rung.mode == "list":
                self.held.append(notice)
            else:
                self.due[moment].append(notice)

    def _town(self, task: Task) -> str:
        return COUNTY if task.step == "match" else self.areas.up(task.holder[1], "township")

    # --- the morning ----------------------------------------------------------------------------

    def _morning(self, moment: datetime) -> None:
        today = moment.date()
        entries: dict[str, dict[str, list[Notice]]] = defaultdict(lambda: defaultdict(list))
        for person, notice in self._heard(self.held, today):
            entries[person][notice.about].append(notice)
        self.held = []
        self._note(self.due.get(moment, ()), today)
        urging = [task for task in self.work.tasks if self._urges(task, today)]
        lines = [Notice("task", task.about, task.holder, 0, due=task.due) for task in urging]
        for person, line in self._heard(lines, today):
            entries[person][line.about].append(line)
        for person, about in entries.items():
            [*notices] = (notice for some in about.values() for notice in some)
            if len(notices) == 1 and notices[0].whole:
                self.alone[person].append(notices[0])
            else:
                self.days[person, today].ordinary += 1
                self.sent.append(Message(moment, person, "morning", "", frozenset(about)))

    def _note(self, notices: Iterable[Notice], today: date) -> None:
        self.told |= {(notice.about, notice.to, today) for notice in notices}

    def _urges(self, task: Task, today: date) -> bool:
        """Overdue, due today or tomorrow, and its holder is not told of it today in another way."""
        return task.due <= today + DAY and (task.about, task.holder, today) not in self.told

    def _heard(self, notices: Iterable[Notice], today: date) -> Iterator[tuple[str, Notice]]:
        for notice in notices:
            heard = self.people.hear(notice.to, today)
            if not heard.people:
                self.unheard.append(notice)
            for person in heard.people:
                yield person, replace(notice, moved=heard.moved)

    # --- one person, one moment -----------------------------------------------------------------

    def _send(self, moment: datetime) -> None:
        items, self.alone = self.alone, defaultdict(list)
        due = self.due.pop(moment, [])
        self._note(due, moment.date())
        for person, notice in self._heard(due, moment.date()):
            items[person].append(notice)
        for person, some in items.items():
            self._compose(moment, person, _newest_moved(_without_riders(_one_per_event(some))))

    def _compose(self, moment: datetime, person: str, items: Sequence[Notice]) -> None:
        day = self.days[person, moment.date()]
        cards = sorted((item for item in items if not item.moved), key=_order)
        reds, rest = [item for item in cards if item.red], [item for item in cards if not item.red]
        alone = RED_BUDGET - day.red
        listed = [*reds[alone:], *(item for item in items if item.moved)]
        reds = reds[:alone]
        for red in reds:
            day.red += 1
            self._sent(moment, person, [red])
        room = max(BUDGET - day.ordinary, 0)
        if len(rest) + bool(listed) <= room:
            single, listed = rest, listed
        elif room:
            single, listed = rest[: room - 1], [*listed, *rest[room - 1 :]]
        elif listed or any(item.due and item.due <= moment.date() + DAY for item in rest):
            single, listed = [], [*listed, *rest]
        else:
            self.due[hours.morning_after(moment)].extend(rest)
            return
        for item in single:
            day.ordinary += 1
            self._sent(moment, person, [item])
        if listed:
            day.ordinary += 1
            self._sent(moment, person, listed)

    def _sent(self, moment: datetime, person: str, items: Sequence[Notice]) -> None:
        about = frozenset(item.about for item in items)
        if len(items) == 1:
            self.sent.append(Message(moment, person, items[0].kind, items[0].what, about))
        else:
            self.sent.append(Message(moment, person, "list", "", about))


def _one_per_event(items: Iterable[Notice]) -> list[Notice]:
    """Notices of one event are one; it is moved only if each of them is."""
    events: dict[tuple[str, str], list[Notice]] = defaultdict(list)
    for item in items:
        events[item.event].append(item)
    return [replace(some[0], moved=all(item.moved for item in some)) for some in events.values()]


def _without_riders(items: Sequence[Notice]) -> list[Notice]:
    """A line needs no message where a card of the same list goes to the same person."""
    cards = [item for item in items if item.what != "line"]
    return cards if any(item.what == "alert" for item in cards) else list(items)


def _newest_moved(items: Sequence[Notice]) -> list[Notice]:
    """Of several moved notices about one task only the newest is said."""
    newest = {item.about: item for item in sorted(items, key=lambda item: item.age) if _of_task(item)}
    return [item for item in items if not _of_task(item) or newest[item.about] is item]


def _of_task(item: Notice) -> bool:
    return item.moved and item.what not in ("line", "count", "unmatched", "overdue_7")


def _order(item: Notice) -> tuple[int, date, int]:
    return item.lane, item.due or date.max, item.age


def per_day(messages: Iterable[Message]) -> Counter[tuple[date, str]]:
    return Counter((message.at.date(), message.kind) for message in messages)
