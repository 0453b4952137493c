"""The oracle itself: it knows nothing of the house, and it keeps to the worked examples of docs/rules.md."""

import ast
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from . import hours
from .foretold import foretell
from .lists import County, Row, read
from .posts import Areas
from .thousand import AREA, COUNTY, MONDAY, thousand
from .work import Task, rungs_of

HOUSE = {"bot", "config", "jintang", "notifications", "simulator", "storage", "web", "workflows"}
VILLAGE, TOWNSHIP = "130828107206", "130828107000"
HERE = Path(__file__).parent


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=hours.ZONE)


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).split(".")[0]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
            "__import__",
            "import_module",
        ):
            yield "an import by name"


@pytest.mark.parametrize("source", sorted(HERE.glob("*.py")), ids=lambda path: path.name)
def test_nothing_of_the_house_is_imported(source: Path) -> None:
    assert not set(imported(source)) & (HOUSE | {"an import by name"})


def test_the_same_seed_makes_the_same_county_and_the_same_prophecy(tmp_path: Path) -> None:
    first, second = thousand(), thousand()
    assert first == second
    assert foretell(first).messages == foretell(second).messages
    assert {name: len(read(path)) for name, path in first.write(tmp_path).items()} == {
        "regions": 365,
        "officials": len(first.officials),
        "households": 3000,
        "clues": 1000,
    }


# --- §1 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("03-13 18:05", "03-13 18:05"),
        ("03-13 20:40", "03-16 08:30"),
        ("03-13 12:30", "03-13 14:00"),
        ("03-13 07:00", "03-13 08:30"),
        ("03-13 08:00", "03-13 08:00"),
        ("03-13 12:00", "03-13 14:00"),
        ("02-14 09:00", "02-14 09:00"),
    ],
)
def test_the_next_opening(moment: str, opening: str) -> None:
    assert hours.next_open(at(moment)) == at(opening)


@pytest.mark.parametrize(
    ("moment", "call"),
    [("03-15 15:00", "03-13 19:30"), ("03-13 13:00", "03-13 11:30"), ("03-13 20:00", "03-13 19:30")],
)
def test_the_last_call(moment: str, call: str) -> None:
    assert hours.last_open(at(moment)) == at(call)


def test_what_cannot_wait_goes_out_in_the_last_window() -> None:
    saturday, sunday = at("03-14 00:00"), date(2026, 3, 15)
    assert hours.place(saturday, sunday, at("03-11 09:00")) == at("03-13 19:30")
    assert hours.place(saturday, sunday, at("03-14 00:00")) == at("03-14 00:00")
    assert hours.place(saturday, None, at("03-11 09:00")) == at("03-16 08:30")


# --- §2 to §4 ---------------------------------------------------------------------------------------


def rungs(due: date, latest: date) -> dict[tuple[str, str], str]:
    task = Task("WC-1", "visit", ("grid_worker", f"{VILLAGE}-03"), due, latest, date(2026, 3, 24))
    found = rungs_of(task, at("03-09 09:10"), Areas(read(AREA)))
    return {
        (one.name, one.to[0]): "" if one.born_late else f"{one.at:%m-%d %H:%M} {one.mode}" for one in found
    }


def test_the_rungs_of_the_worked_example() -> None:
    assert rungs(date(2026, 3, 11), date(2026, 3, 18)) == {
        ("half", "grid_worker"): "03-10 08:30 list",
        ("three_days", "grid_worker"): "03-13 19:30 now",
        ("day_before", "grid_worker"): "03-10 08:30 list",
        ("due_day", "grid_worker"): "03-11 15:00 now",
        ("overdue", "grid_worker"): "03-12 08:30 now",
        ("overdue", "village_head"): "03-12 08:30 now",
        ("overdue", "township_clerk"): "03-12 08:30 list",
        ("overdue_3", "township_lead"): "03-16 08:30 now",
        ("overdue_3", "county_clerk"): "03-16 08:30 list",
        ("overdue_7", "county_clerk"): "03-20 08:30 now",
    }


def test_due_tomorrow_there_is_no_half_and_the_day_before_is_born_late() -> None:
    found = rungs(date(2026, 3, 10), date(2026, 3, 17))
    assert ("half", "grid_worker") not in found
    assert found["day_before", "grid_worker"] == ""


def county(*signals: Row) -> County:
    """One village with a clerk, a grid worker and two households, and all tiers above."""
    made = County(MONDAY, read(AREA))
    posts = [("grid_worker", VILLAGE), ("village_clerk", VILLAGE), ("township_clerk", TOWNSHIP)]
    posts += [("township_lead", TOWNSHIP), ("county_clerk", COUNTY), ("county_lead", COUNTY)]
    posts += [("city_lead", "130800000000")]
    for post, region in posts:
        made.officials.append({"staff_no": post, "post": post, "region_code": region, "from": "2025-01-01"})
    made.linked = {post for post, _ in posts}
    for serial in range(1, 7):
        row = {"household_no": f"H{serial}", "region_code": VILLAGE, "group": "03", "id_number": f"I{serial}"}
        made.households.append(row)
    made.clues = list(signals)
    return made


def signal(serial: int, household: str, **more: str) -> Row:
    row = {"signal_id": f"X{serial}", "source_dept": "医保", "rule_code": "medical_burden", "band": "middle"}
    row |= {"received_date": "2026-03-09", "household_no": household, "person_role": "户主"}
    return row | more


def first_day(made: County) -> dict[str, list[tuple[str, str, frozenset[str]]]]:
    said: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
    for one in foretell(made, days=1).messages:
        said.setdefault(one.person, []).append((one.kind, one.what, one.about))
    return said


def test_the_worked_example_of_a_new_list() -> None:
    made = county(signal(1, "H1"), signal(2, "H2", band="high"), signal(3, "H2"), signal(4, "H99"))
    red, calm = ("card", "alert", frozenset({"H2"})), ("card", "alert", frozenset({"H1"}))
    said = first_day(made)
    assert said.pop("grid_worker")[:2] == [red, calm]
    assert said == {
        "village_clerk": [red],
        "township_clerk": [red],
        "county_clerk": [
            ("card", "unmatched", frozenset({COUNTY})),
            ("line", "line", frozenset({COUNTY})),
        ],
        "city_lead": [("count", "count", frozenset({"130800000000"}))],
    }


def test_two_keys_that_find_different_households_wait_for_a_person() -> None:
    made = county(
        signal(1, "H1", id_number="I2"), signal(2, "H99", id_number="I2"), signal(3, "H1", id_number="I99")
    )
    assert foretell(made).work.fates == {"X1": "waiting", "X2": "open", "X3": "open"}


def test_the_earliest_signal_starts_the_clock() -> None:
    made = county(signal(1, "H1"), signal(2, "H1", received_date="2026-03-06"))
    case = foretell(made).work.cases["H1"]
    assert (case.limit, case.latest, case.due(MONDAY.date())) == (
        date(2026, 3, 21),
        date(2026, 3, 14),
        date(2026, 3, 14),
    )


def test_five_cards_are_two_and_a_list_of_three() -> None:
    made = county(*(signal(serial, f"H{serial}") for serial in range(1, 6)))
    cards = [kind for kind, _, _ in first_day(made)["grid_worker"]]
    assert cards == ["card", "card", "list"]


def test_a_village_on_nobodys_line_is_heard_above() -> None:
    made = county(signal(1, "H1"))
    made.linked -= {"grid_worker", "village_clerk"}
    assert first_day(made)["township_clerk"] == [("card", "alert", frozenset({"H1"}))]
