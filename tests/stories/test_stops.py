"""The process stands still and comes back: nothing is lost, nothing is said twice (promises 2 and 3)."""

from datetime import datetime

import pytest
from sqlalchemy import select

from storage.post_box import Notice
from storage.work import Rung
from tests.stories.acts import CANDIDATE
from tests.stories.conftest import Opened
from tests.stories.world import GRID, ZONE, World

MONDAY = datetime(2026, 3, 9, 9, 10, tzinfo=ZONE)
NEIGHBOUR = {"household_no": "YL-107206-02-01"}


@pytest.fixture
async def two_visits(opened: Opened) -> World:
    """Two visits due on Wednesday 11 March."""
    w = await opened("hebei", MONDAY)
    await w.list_arrives({}, NEIGHBOUR)
    w.look_away()
    return w


async def fired(w: World) -> list[Rung]:
    async with w.reading() as session:
        query = select(Rung).where(Rung.state == "fired").order_by(Rung.fired_at, Rung.fires_at, Rung.id)
        return list(await session.scalars(query))


async def test_three_days_over_several_deadlines(two_visits: World) -> None:
    """The missed reminders are one list, a line for each household; each escalation rings once."""
    w = two_visits
    await w.stopped_until(2026, 3, 12, 10)
    w.diary("""
        3-12 10:00 town    ☀️ 3月12日(周四) 待办 2 件…DP-260309-01…已过 1 个工作日…DP-260309-02…已过 1 个工作日
        3-12 10:00 village ⚠️ 超期提醒 DP-260309-01
        3-12 10:00 village ⚠️ 超期提醒 DP-260309-02
        3-12 10:00 village （代办：…3月9日(周一) 新线索 2 条
        3-12 10:00 grid    ⚠️ DP-260309-01…入户核实已过期限 3月11日(周三)
        3-12 10:00 grid    ⚠️ DP-260309-02…入户核实已过期限 3月11日(周三)
        3-12 10:00 grid    之前有 2 条没能送到，合在这里：…DP-260309-01…DP-260309-02
    """)
    names = [rung.name for rung in await fired(w) if rung.post == "grid_worker"]
    assert names == ["half", "day_before"] * 2 + ["due_day"] * 2 + ["overdue"] * 2
    await w.restart()
    w.silent()
    await w.until(2026, 3, 13, 9)
    w.rings(grid="☀️ 3月13日(周五) 待办 2 件…已过 2 个工作日")


async def test_what_was_missed_waits_for_an_open_window(two_visits: World) -> None:
    w = two_visits
    await w.stopped_until(2026, 3, 14, 22)
    w.silent()
    await w.until(2026, 3, 15, 22)
    w.silent()
    await w.until(2026, 3, 16, 8, 30)
    w.rings(
        county="防返贫情况 3月16日(周一)…超期 2",
        town=[
            "⚠️ 超期提醒（网格）DP-260309-01",
            "⚠️ 超期提醒（网格）DP-260309-02",
            "☀️ 3月16日(周一) 待办 2 件…已过 3 个工作日…已过 3 个工作日",
        ],
        village=["⚠️ 超期提醒 DP-260309-01", "⚠️ 超期提醒 DP-260309-02", "（代办：…新线索 2 条"],
        grid=["⚠️ DP-260309-01", "⚠️ DP-260309-02", "之前有 2 条没能送到…已过 3 个工作日…已过 3 个工作日"],
    )


async def test_how_late_it_is_is_counted_on_the_day_it_is_told(opened: Opened) -> None:
    """Due on Friday; started again on Saturday, where no working day has gone by yet, told on Monday."""
    w = await opened("hebei", datetime(2026, 3, 11, 9, 10, tzinfo=ZONE))
    await w.list_arrives({}, NEIGHBOUR)
    w.look_away()
    await w.stopped_until(2026, 3, 14, 22)
    w.silent()
    async with w.reading() as session:
        noted = await session.scalars(select(Notice).where(Notice.collapse, Notice.kind == "line_overdue"))
        assert {one.facts["days"] for one in noted} == {0}
    await w.until(2026, 3, 16, 8, 30)
    line = "期限 3月13日(周五)，已过 1 个工作日"
    w.rings(
        town=f"☀️ 3月16日(周一) 待办 2 件…{line}…{line}",
        village=[
            f"⚠️ 超期提醒 DP-260311-01…{line}",
            f"⚠️ 超期提醒 DP-260311-02…{line}",
            "（代办：…新线索 2 条",
        ],
        grid=["⚠️ DP-260311-01", "⚠️ DP-260311-02", f"之前有 2 条没能送到…{line}…{line}"],
    )


async def test_a_stop_of_three_weeks(two_visits: World) -> None:
    """Every rung up to the county has its turn, once, in the order of its moment."""
    w = two_visits
    await w.stopped_until(2026, 4, 2, 10)
    w.rings(
        county=["⚠️ 腰站镇 有 2 件超期满 7 个工作日", "防返贫情况 4月2日(周四)…超期 2"],
        town=["⚠️ 超期提醒（网格）DP-260309-01", "⚠️ 超期提醒（网格）DP-260309-02", "☀️"],
        village=["⚠️ 超期提醒 DP-260309-01", "⚠️ 超期提醒 DP-260309-02", "（代办：…新线索 2 条"],
        grid=["⏳ DP-260309-01…预计 4月8日(周三) 办结", "⏳ DP-260309-02", "之前有 2 条没能送到"],
    )
    rungs = await fired(w)
    assert len({(r.task_id, r.name, r.post) for r in rungs}) == len(rungs) == 20
    assert [r.fires_at for r in rungs] == sorted(r.fires_at for r in rungs)


async def test_a_short_stop_changes_nothing(two_visits: World) -> None:
    w = two_visits
    await w.stopped_until(2026, 3, 10, 9, 30)
    w.rings(village="（代办：…新线索 2 条", grid="☀️ 3月10日(周二) 待办 2 件…3月11日(周三) 到期")


async def test_a_stop_in_the_middle_of_a_form(two_visits: World) -> None:
    """Two questions are answered, the process stops, the third is answered on the same card."""
    w = two_visits
    await w.tap(GRID, "现在核实")
    form = w.phone(GRID).last
    await w.tap(GRID, "上门见到人", form)
    w.phone(GRID).tap("今天", form)
    await w.restart()
    assert "提示说的情况属实吗？" in form.text
    await w.fill(GRID, *CANDIDATE[3:])
    assert form.text.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    w.look_away()


async def test_a_form_goes_on_on_a_new_phone(two_visits: World) -> None:
    w = two_visits
    await w.fill(GRID, "现在核实", "上门见到人", "今天")
    old = w.phone(GRID).last
    w.look_away()
    new_phone = 20_005
    w.meet(new_phone, "new", "13900000005")
    await w.links(new_phone)
    w.rings(new=["您好", "已绑定：冯演格", "这是一条测试消息"])
    w.phone(new_phone).say("/drafts")
    await w.pull()
    w.rings(new="有 1 张没填完的表，点开接着填：")
    said = await w.does(new_phone, "线索快核 下三合义村2组1号户", *CANDIDATE[3:])
    assert said.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    await w.tap(GRID, "属实", old)
    assert w.phone(GRID).toast.startswith("还没认出您")
    w.look_away()
