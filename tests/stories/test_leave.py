"""我请假: three presses, the deputy is told and stands in, and afterwards it is as before (domain §5.5)."""

from datetime import date

import pytest
from sqlalchemy import select

from storage.people import Leave
from tests.stories.acts import CANDIDATE
from tests.stories.conftest import Opened
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, World
from workflows.authority import person_of

CLERK = "村支书、村主任 王演村"
BEGINS = "🤝 冯演格 从 3月12日(周四) 到 3月13日(周五) 请假，请您代办\n岗位：网格员"


@pytest.fixture
async def w(opened: Opened) -> World:
    return await opened("hebei")


async def leaves(w: World, chat: int, *presses: str) -> str:
    """Through 求助 to the end of the sheet; its last words."""
    await w.say(chat, "求助")
    w.look_away()
    return await w.does(chat, "我请假", *presses)


def asked_to_check(w: World, chat: int) -> bool:
    """Whether a card that asks for the check has come since the last look."""
    return any("现在核实" in message.buttons for message in w.phone(chat).news())


async def test_three_presses_and_the_deputy_is_told(w: World) -> None:
    assert (await leaves(w, GRID, CLERK, "今天", "明天")).startswith("已登记请假")
    w.rings(village=BEGINS)
    async with w.reading() as session:
        (leave,) = (await session.scalars(select(Leave))).all()
        assert (leave.from_on, leave.to_on) == (date(2026, 3, 12), date(2026, 3, 13))


async def test_the_deputy_gets_the_card_and_fills_it_in_as_their_own(w: World) -> None:
    await leaves(w, GRID, CLERK, "今天", "明天")
    await w.list_arrives()
    assert not asked_to_check(w, GRID)
    assert asked_to_check(w, VILLAGE)
    w.look_away()
    assert "有风险，拟纳入" in await w.does(VILLAGE, *CANDIDATE)
    w.look_away()
    async with w.reading() as session:
        person = await person_of(session, w.app.desk, VILLAGE)
        assert person is not None
        assert ("grid_worker", "130828107206") in person.held
        assert {post for post, _ in person.own} == {"village_clerk", "village_head"}


async def test_when_the_days_are_over_everything_comes_back_by_itself(w: World) -> None:
    await leaves(w, GRID, CLERK, "今天", "明天")
    await w.list_arrives()
    await w.until(2026, 3, 13, 9)
    w.look_away()
    await w.until(2026, 3, 16, 9)
    w.rings(
        grid="⚠️ DP-260312-01…入户核实已过期限 3月14日(周六)…已告诉乡镇一起想办法",
        village=["⏳ DP-260312-01…到期前最后一次提醒", "⚠️ 超期提醒 DP-260312-01"],
        town="⚠️ 超期提醒（网格）DP-260312-01",
    )
    async with w.reading() as session:
        person = await person_of(session, w.app.desk, VILLAGE)
        assert person is not None
        assert "grid_worker" not in {post for post, _ in person.held}


async def test_leave_that_is_to_come_changes_nothing_yet(w: World) -> None:
    await leaves(w, GRID, CLERK, "后天", "选别的日期", "3月16日")
    w.rings(village="🤝 冯演格 从 3月14日(周六) 到 3月16日(周一) 请假，请您代办")
    await w.list_arrives()
    assert asked_to_check(w, GRID)
    await w.until(2026, 3, 13, 20)
    w.look_away()
    await w.until(2026, 3, 16, 9)
    assert w.phone(GRID).news() == []
    w.look_away()


async def test_back_early(w: World) -> None:
    await leaves(w, GRID, CLERK, "今天", "明天")
    w.look_away()
    await w.say(GRID, "求助")
    w.look_away()
    await w.tap(GRID, "我回来了")
    w.rings(village="🤝 冯演格（网格员）已经回来，不用您代办了。谢谢")
    assert w.phone(GRID).last.text.startswith("已恢复")
    await w.list_arrives()
    assert asked_to_check(w, GRID)
    w.look_away()


async def test_other_days_take_the_place_of_the_first(w: World) -> None:
    await leaves(w, GRID, CLERK, "今天", "明天")
    w.look_away()
    await w.say(GRID, "求助")
    await w.tap(GRID, "我回来了")
    w.look_away()
    await leaves(w, GRID, "乡镇业务员、乡镇分管领导 郑演镇", "明天", "明天")
    w.rings(town="🤝 冯演格 从 3月13日(周五) 到 3月13日(周五) 请假，请您代办")
    async with w.reading() as session:
        found = (await session.scalars(select(Leave).where(Leave.to_on >= date(2026, 3, 12)))).all()
        assert [one.from_on.day for one in found] == [13]


async def test_where_both_are_away_it_goes_up(w: World) -> None:
    await leaves(w, GRID, CLERK, "今天", "明天")
    w.look_away()
    await leaves(w, VILLAGE, "乡镇业务员、乡镇分管领导 郑演镇", "今天", "今天")
    w.look_away()
    await w.list_arrives()
    assert not asked_to_check(w, GRID)
    assert not asked_to_check(w, VILLAGE)
    assert asked_to_check(w, TOWN)
    w.look_away()


async def test_who_is_away_is_no_deputy(w: World) -> None:
    await leaves(w, VILLAGE, "乡镇业务员、乡镇分管领导 郑演镇", "今天", "今天")
    await w.say(GRID, "求助")
    w.look_away()
    await w.tap(GRID, "我请假")
    offered = w.phone(GRID).last.buttons
    assert "乡镇业务员、乡镇分管领导 郑演镇" in offered
    assert CLERK not in offered
    w.look_away()


async def test_a_task_named_to_who_is_away_goes_to_the_deputy(w: World) -> None:
    await w.list_arrives()
    await w.until(2026, 3, 16, 9)
    await leaves(w, GRID, CLERK, "今天", "明天")
    w.look_away()
    assert await w.does(TOWN, "改派", "网格员 冯演格") == "已办：改派"
    w.rings(village="📋 入户核实 DP-260312-01…转给您办")


async def test_the_end_is_not_before_the_beginning(w: World) -> None:
    await w.say(GRID, "求助")
    w.look_away()
    await w.tap(GRID, "我请假")
    await w.fill(GRID, CLERK, "后天", "今天")
    assert w.phone(GRID).toast == "结束的日期不能早于开始的日期，请重选"
    w.look_away()


async def test_without_colleagues_it_says_what_to_do(w: World) -> None:
    await w.say(COUNTY, "求助")
    w.look_away()
    await w.tap(COUNTY, "我请假")
    assert w.phone(COUNTY).toast == "您这里还没有同事接通手机，没法代办。请跟上一级说一声。"
    w.look_away()
