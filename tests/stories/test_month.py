"""The numbers of a month, once, by village, in the order of codes (domain §7.2 R10, R1)."""

from collections.abc import Mapping
from datetime import date

import pytest

from jintang.drill import VILLAGE as HERE
from tests.stories.acts import NO_RISK, entered, posted
from tests.stories.world import GRID, World
from workflows.exports.month import HEADER, NUMBERS, Month, by_village

MARCH, APRIL = Month(date(2026, 3, 1)), Month(date(2026, 4, 1))


async def table(w: World, month: Month) -> list[dict[str, str]]:
    async with w.reading() as session:
        rows = by_village(session, w.app.desk.areas, month)
        return [dict(zip(HEADER, row, strict=True)) async for row in rows]


async def numbers(w: World, month: Month = MARCH) -> Mapping[str, int]:
    """The numbers of the drill's village that are not 0; no other village has any."""
    rows = {row["区划代码"]: row for row in await table(w, month)}
    here = rows.pop(HERE)
    assert {row[name] for row in rows.values() for name in NUMBERS} == {"0"}
    return {name: int(here[name]) for name in NUMBERS if here[name] != "0"}


async def test_a_month_of_one_village(hebei: World) -> None:
    w = hebei
    await posted(w)
    await entered(w, 2026, 3, 18, 9)
    await w.list_arrives({"household_no": "YL-107206-01-02"}, {"household_no": "YL-107206-01-03"})
    w.look_away()
    await w.does(GRID, *NO_RISK)
    w.look_away()
    assert await numbers(w) == {
        "新线索": 3,
        "涉及户": 3,
        "核实": 2,
        "没有风险": 1,
        "拟纳入": 1,
        "纳入监测": 1,
        "月末在办": 1,
    }
    assert await numbers(w, APRIL) == {"月末在办": 1}


async def test_every_village_has_its_row_and_the_order_is_that_of_the_codes(hebei: World) -> None:
    rows = await table(hebei, MARCH)
    codes = [row["区划代码"] for row in rows]
    assert codes == sorted(codes)
    assert len(codes) > 100
    (here,) = [row for row in rows if row["区划代码"] == HERE]
    assert (here["乡镇"], here["村"]) == ("腰站镇", "下三合义村")


@pytest.mark.parametrize(("first", "last"), [((2026, 2, 1), 28), ((2028, 2, 1), 29), ((2026, 12, 1), 31)])
def test_a_month_ends_on_its_last_day(first: tuple[int, int, int], last: int) -> None:
    assert Month(date(*first)).last == date(*first).replace(day=last)
