"""A case of ten working days that crosses into a year whose holidays are not announced yet (domain §2.4)."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from config.loader import SHIPPED, load_policy
from storage.work import Case
from tests.stories.acts import (
    AGREED,
    APPROVED,
    CANDIDATE,
    ENTERED,
    NO_DOUBTS,
    NO_OBJECTION,
    PASSED,
    POSTED,
    SIGNED,
)
from tests.stories.conftest import Opened
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, ZONE, World


@pytest.fixture
async def december(opened: Opened, tmp_path: Path) -> World:
    """信丰, had it chosen ten working days."""
    county = (SHIPPED / "xinfeng" / "county.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "policy"
    folder.mkdir()
    changed = county.replace("profile: ten-days", "profile: ten-working-days")
    (folder / "county.yaml").write_text(changed, encoding="utf-8")
    return await opened(load_policy("xinfeng", folder), datetime(2026, 12, 22, 9, 0, tzinfo=ZONE))


async def test_dates_beyond_the_known_year_say_so(december: World) -> None:
    w = december
    await w.list_arrives()
    w.rings(
        grid="🔶 新线索 DP-261222-01…请在 12月23日(周三) 前核实；若纳入，全程到 1月6日(周三)（暂估）",
        city=w.lines()["city"],
    )
    await w.does(GRID, *CANDIDATE)
    w.rings(grid="📋 授权采集 DP-261222-01…请在 12月23日(周三) 前办完")
    said = await w.does(GRID, *SIGNED)
    assert "信息比对（县专员，12月31日(周四)（暂估）前）" in said
    w.look_away()
    await w.tap(GRID, "今日待办")
    w.rings(grid="现在没有待办")


async def test_the_case_is_taken_in_across_the_new_year(december: World) -> None:
    w = december
    await w.list_arrives()
    for chat_id, form in ((GRID, CANDIDATE), (GRID, SIGNED), (COUNTY, NO_DOUBTS)):
        await w.does(chat_id, *form)
    await w.until(2026, 12, 30, 10)
    await w.does(VILLAGE, *PASSED)
    assert "村内公示（村支书，1月4日(周一)（暂估）前）" in await w.does(VILLAGE, *POSTED)
    await w.until(2027, 1, 4, 16)
    for chat_id, form in ((VILLAGE, NO_OBJECTION), (TOWN, AGREED), (COUNTY, APPROVED)):
        await w.does(chat_id, *form)
    await w.until(2027, 1, 5, 9)
    await w.does(TOWN, *ENTERED)
    w.look_away()
    async with w.reading() as session:
        assert (await session.scalars(select(Case))).one().recognised_on == date(2027, 1, 5)


async def test_a_day_of_last_year_needs_no_year(december: World) -> None:
    w = december
    await w.list_arrives()
    await w.until(2027, 1, 4, 9)
    on_the_30th = ["✎12月30日" if label == "今天" else label for label in CANDIDATE]
    assert "核实日期：12月30日" in await w.does(GRID, "线索快核", *on_the_30th[:-1])
    w.look_away()
