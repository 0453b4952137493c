"""A county in which nobody acts: the house does what docs/rules.md says, to the message."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from county import Phones, lived
from oracle.foretold import Foretold, foretell
from oracle.hours import ZONE
from oracle.lists import County
from oracle.messages import Message
from oracle.thousand import thousand
from seen import CaseDates, RungFate, RungKey, Seen, seen

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Both:
    """A county, what was foretold of it and what came."""

    county: County
    told: Foretold
    came: Seen
    phones: Phones
    staff_of_chat: dict[int, str]


MONDAY = (thousand(), 10)
# The evening before Mid-Autumn, with National Day and a worked Saturday ahead.
EVENING = (thousand(7, datetime(2026, 9, 24, 20, 40, tzinfo=ZONE), signals=300), 17)


@pytest.fixture(scope="module", params=[MONDAY, EVENING], ids=["ten days in March", "over two holidays"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    county, days = request.param
    return asyncio.run(_both(county, days, tmp_path_factory.mktemp("county")))


async def _both(county: County, days: int, folder: Path) -> Both:
    async with lived(county, folder, days) as life, life.database.reading() as session:
        return Both(county, foretell(county, days), await seen(session), life.phones, life.staff_of_chat)


def differences(foretold: Mapping[Any, object], came: Mapping[Any, object]) -> str:
    """The first of what differs, each with what was foretold and what came."""
    keys = [
        key
        for key in (*foretold, *(k for k in came if k not in foretold))
        if foretold.get(key) != came.get(key)
    ]
    shown = [f"{key}\n    foretold {foretold.get(key)}\n    came     {came.get(key)}" for key in keys[:SHOWN]]
    return "\n".join([f"{len(keys)} differ", *shown]) if keys else ""


def cases_of(told: Foretold, county: County) -> dict[str, CaseDates]:
    today = county.now.date()
    return {
        number: (case.village, case.red, case.due(today), case.latest, case.limit)
        for number, case in told.work.cases.items()
    }


def rungs_of(told: Foretold) -> dict[RungKey, RungFate]:
    return {
        (rung.task.about, rung.name, rung.to): (rung.mode, None if rung.born_late else rung.at)
        for rung in told.work.rungs
    }


def days_of(messages: list[Message], due: Mapping[str, date]) -> dict[tuple[str, str], Counter[str]]:
    """Day and person → the messages of the day in words.

    Which of several cases due on the same day has a card of its own and which stands in the list
    hangs on the order in which they were kept; so a card shows the due day, a list all of them,
    and the cases of a moment are told together.
    """
    found: dict[tuple[str, str], Counter[str]] = {}
    moments: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in messages:
        day, clock = (f"{one.at:%m-%d}", one.person), f"{one.at:%H:%M}"
        days = ",".join(sorted(f"{due[about]:%m-%d}" if about in due else "-" for about in one.about))
        whole = " ".join(sorted(one.about))
        words = whole if one.kind == "morning" else f"{one.what} {days}"
        found.setdefault(day, Counter())[f"{clock} {one.kind} {words}"] += 1
        if one.kind != "morning":
            moments[(*day, clock)] += one.about
    for (day, person, clock), about in moments.items():
        found[day, person][f"{clock} together {' '.join(sorted(set(about)))}"] += 1
    return dict(sorted(found.items()))


def test_every_signal_meets_its_fate(both: Both) -> None:
    assert not differences(both.told.work.fates, both.came.fates)


def test_every_case_has_its_dates(both: Both) -> None:
    assert not differences(cases_of(both.told, both.county), both.came.cases)


def test_every_village_has_its_number_of_cases(both: Both) -> None:
    foretold = Counter(case.village for case in both.told.work.cases.values())
    assert foretold == Counter(village for village, *_ in both.came.cases.values())


def test_every_rung_has_its_recipient_and_its_instant(both: Both) -> None:
    assert not differences(rungs_of(both.told), both.came.rungs)


def test_every_rung_fires_at_its_instant_and_no_other(both: Both) -> None:
    last = max(message.at for message in both.told.messages)
    due = {key: at for key, (_, at) in rungs_of(both.told).items() if at is not None and at <= last}
    assert not differences(due, both.came.fired)


def test_every_person_gets_these_messages_and_no_others(both: Both) -> None:
    due = {task.about: task.due for task in both.told.work.tasks}
    assert not differences(days_of(both.told.messages, due), days_of(both.came.messages, due))


def test_nothing_is_left_in_the_post_box_but_what_waits_for_a_morning(both: Both) -> None:
    assert not both.told.unheard
    assert {notice.state for notice in both.came.waiting} <= {"held"}


def test_what_is_kept_as_sent_is_what_the_phones_heard(both: Both) -> None:
    heard = Counter(
        (moment.astimezone(ZONE), both.staff_of_chat[chat]) for moment, chat, _ in both.phones.heard
    )
    kept: Counter[tuple[datetime, str]] = Counter((one.at, one.person) for one in both.came.messages)
    assert heard == kept
