"""A county in which nobody acts: the house does what docs/rules.md says, to the message."""

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


def fired_of(told: Foretold) -> dict[RungKey, datetime]:
    last = max(message.at for message in told.messages)
    return {key: at for key, (_, at) in rungs_of(told).items() if at is not None and at <= last}


def heard_by(both: Both) -> Counter[tuple[datetime, str]]:
    """How many messages each person's phone took at each instant."""
    heard = both.phones.heard
    return Counter((moment.astimezone(ZONE), both.staff_of_chat[chat]) for moment, chat, _ in heard)


def all_differences(both: Both) -> dict[str, str]:
    """Everything that came otherwise than foretold, under its heading."""
    told, came = both.told, both.came
    due = {task.about: task.due for task in told.work.tasks}
    villages = Counter(case.village for case in told.work.cases.values())
    kept = Counter((one.at, one.person) for one in came.messages)
    found = {
        "signals": differences(told.work.fates, came.fates),
        "cases and their dates": differences(cases_of(told, both.county), came.cases),
        "cases of each village": differences(villages, Counter(one[0] for one in came.cases.values())),
        "rungs": differences(rungs_of(told), came.rungs),
        "rungs fired": differences(fired_of(told), came.fired),
        "messages of each person and day": differences(
            days_of(told.messages, due), days_of(came.messages, due)
        ),
        "kept as sent and heard by the phones": differences(kept, heard_by(both)),
        "heard by nobody": "\n".join(map(str, told.unheard)),
        "left in the post box": " ".join(sorted({one.state for one in came.waiting} - {"held"})),
    }
    return {heading: what for heading, what in found.items() if what}


@pytest.mark.parametrize(("county", "days"), [MONDAY, EVENING], ids=["ten days in March", "two holidays"])
async def test_all_comes_as_foretold_and_nothing_else(county: County, days: int, tmp_path: Path) -> None:
    found = all_differences(await _both(county, days, tmp_path))
    assert not found, "\n\n".join(f"{heading}: {what}" for heading, what in found.items())
