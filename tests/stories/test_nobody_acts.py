"""Nobody acts: reminders, then overdue notices upward with buttons that help (domain §8.4, §9.1)."""

from datetime import datetime

import pytest
from sqlalchemy import select

from jintang.drill import VILLAGE as HERE
from storage.work import Case, Rung, Task
from tests.stories.acts import CANDIDATE, SIGNED, candidate
from tests.stories.conftest import Opened
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, ZONE, World

MONDAY = datetime(2026, 3, 9, 9, 10, tzinfo=ZONE)


@pytest.fixture
async def monday(opened: Opened) -> World:
    """A visit due on Wednesday 11 March, to be done by the 18th at the latest."""
    w = await opened("hebei", MONDAY)
    await w.list_arrives()
    w.look_away()
    return w


async def test_who_hears_what_when_nobody_acts(monday: World) -> None:
    await monday.until(2026, 3, 23, 8)
    monday.diary("""
        3-10 08:30 village （代办：…3月9日(周一) 新线索 1 条
        3-10 08:30 grid    ☀️ 3月10日(周二) 待办 1 件…快到期：…入户核实：3月11日(周三) 到期
        3-11 08:30 grid    ☀️ 3月11日(周三) 待办 1 件…今天到期：…入户核实：3月11日(周三) 到期
        3-11 15:00 grid    📌 今天到期 DP-260309-01…办好了请登记，办不了请说明原因
        3-12 08:30 town    ⚠️ 超期提醒（网格）DP-260309-01…期限 3月11日(周三)，已过 1 个工作日
        …卡点：入户核实还没登记
        3-12 08:30 village ⚠️ 超期提醒 DP-260309-01…入户核实期限 3月11日(周三)，已过 1 个工作日
        3-12 08:30 grid    ⚠️ DP-260309-01…入户核实已过期限 3月11日(周三)…已告诉乡镇一起想办法
        3-13 08:30 grid    ☀️ 3月13日(周五)…已过期限：…已过 2 个工作日
        3-13 19:30 grid    ⏳ 还剩5天 DP-260309-01…最迟 3月18日(周三) 办完，3月19日(周四)至3月23日(周一)公示
        …3月24日(周二) 审核录入
        3-16 08:30 county  ⚠️ 超期提醒（网格）DP-260309-01…已过 3 个工作日
        3-16 08:30 town    ⚠️ 超期提醒（网格）DP-260309-01…已过 3 个工作日
        3-16 08:30 grid    ☀️ 3月16日(周一)…已过期限：…已过 3 个工作日
        3-17 08:30 grid    ☀️ 3月17日(周二)…已过期限：…已过 4 个工作日
        3-18 08:30 grid    ☀️ 3月18日(周三)…已过期限：…已过 5 个工作日
        3-19 08:30 grid    ☀️ 3月19日(周四)…已过期限：…已过 6 个工作日
        3-20 08:30 county  ⚠️ 腰站镇 有 1 件超期满 7 个工作日\n        …卡在：入户核实
        3-20 08:30 grid    ☀️ 3月20日(周五)…已过期限：…已过 7 个工作日
    """)


async def test_a_line_that_could_not_go_out_on_its_day_counts_as_of_the_next(monday: World) -> None:
    """It was planned, and the process stood still before it was sent."""
    w = monday
    await w.until(2026, 3, 12, 8)
    w.look_away()
    w.clock.set(datetime(2026, 3, 12, 8, 30, tzinfo=ZONE))
    await w.app.sweepers.tick()
    while await w.app.planner.plan():
        pass
    w.rings()
    await w.stopped_until(2026, 3, 13, 9)
    said = "\n".join(message.text for message in w.phone(VILLAGE).news())
    assert "入户核实期限 3月11日(周三)，已过 2 个工作日" in said
    w.look_away()


async def test_a_list_that_could_not_go_out_on_its_day_is_not_sent_on_the_next(monday: World) -> None:
    """What it held is said once, as of the new day."""
    w = monday
    await w.until(2026, 3, 13, 8)
    w.look_away()
    w.clock.set(datetime(2026, 3, 13, 8, 30, tzinfo=ZONE))
    await w.app.sweepers.tick()
    while await w.app.planner.plan():
        pass
    w.rings()
    await w.stopped_until(2026, 3, 16, 9)
    said = [message.text for message in w.phone(GRID).news()]
    assert [text for text in said if "3月13日" in text.partition("\n")[0]] == []
    as_of_today = "入户核实还没登记，期限 3月11日(周三)，已过 3 个工作日"
    assert len([text for text in said if as_of_today in text]) == 1
    w.look_away()


async def test_yesterdays_list_loses_its_buttons(monday: World) -> None:
    w = monday
    await w.until(2026, 3, 11, 9)
    lists = [m for m in w.phone(GRID).received if m.text.startswith("☀️")]
    assert [len(m.buttons) for m in lists] == [0, 2]
    w.look_away()


async def test_late_work_can_always_be_finished(monday: World) -> None:
    """Timeliness is judged by the day of the act: done in time, entered late."""
    w = monday
    await w.until(2026, 4, 20, 9)
    w.look_away()
    on_the_11th = [label if label != "今天" else "✎3月11日" for label in CANDIDATE]
    said = await w.does(GRID, "线索快核", *on_the_11th)
    assert said.endswith("日期早于今天，按补录记下，不算超期")
    w.look_away()
    await w.until(2026, 4, 21, 9)
    w.look_away()


async def test_the_township_helps(monday: World) -> None:
    w = monday
    await w.until(2026, 3, 12, 9)
    w.look_away()
    assert await w.does(TOWN, "乡镇协助", "协助联系户主") == "已办：乡镇协助"
    w.rings(grid="🤝 DP-260309-01…乡镇分管领导来协助：协助联系户主")


async def test_the_township_names_another_holder(monday: World) -> None:
    w = monday
    other = await w.joins(6, "other", ("grid_worker", HERE))
    await w.links(other)
    await w.until(2026, 3, 12, 9)
    w.look_away()
    assert await w.does(TOWN, "改派", "网格员 演练06") == "已办：改派"
    w.rings(other="📋 入户核实 DP-260309-01…乡镇分管领导转给您办，请在 3月11日(周三) 前办完")
    await w.until(2026, 3, 13, 9)
    w.rings(other="☀️ 3月13日(周五)…已过期限：…入户核实还没登记")
    await w.does(other, "办理", *CANDIDATE)
    w.look_away()


async def test_the_township_moves_the_step_up_to_its_latest_day_and_no_further(monday: World) -> None:
    w = monday
    await w.until(2026, 3, 12, 9)
    w.look_away()
    await w.tap(TOWN, "延期")
    days = [label for label in w.phone(TOWN).last.buttons if label.startswith("3月")]
    assert days == [f"3月{day}日(周{week})" for day, week in zip(range(13, 19), "五六日一二三", strict=True)]
    await w.fill(TOWN, "3月18日(周三)", "农户外出")
    w.rings(town="已办：延期")
    await w.until(2026, 3, 19, 9)
    w.diary("""
        3-13 08:30 grid    ☀️ 3月13日(周五)…延到 3月18日(周三)，总期限 3月24日(周二)，原因：农户外出…时间过半
        3-13 19:30 grid    ⏳ 还剩5天 DP-260309-01
        3-17 08:30 grid    ☀️ 3月17日(周二)…入户核实：3月18日(周三) 到期
        3-18 08:30 grid    ☀️ 3月18日(周三)…今天到期：
        3-18 15:00 grid    📌 今天到期 DP-260309-01
        3-19 08:30 town    ⚠️ 超期提醒（网格）DP-260309-01…期限 3月18日(周三)，已过 1 个工作日
        3-19 08:30 village ⚠️ 超期提醒 DP-260309-01
        3-19 08:30 grid    ⏳ DP-260309-01…已赶不上 3月24日(周二) 总期限，预计 3月25日(周三) 办结
    """)
    await w.tap(TOWN, "延期")
    assert w.phone(TOWN).toast == "已到最迟日期，这里没有可选的了；总期限请县里延"


async def test_only_the_county_moves_the_total(monday: World) -> None:
    w = monday
    await w.until(2026, 3, 19, 9)
    w.look_away()
    for label in ("现在情况", "腰站镇", "下三合义村", "DP-260309-01", "看 入户核实", "延期"):
        await w.tap(COUNTY, label)
    await w.fill(COUNTY, "3月31日(周二)", "农户外出")
    assert w.phone(COUNTY).last.text == "已办：延期"
    w.look_away()
    async with w.reading() as session:
        task = (await session.scalars(select(Task))).one()
        assert (task.due_on.isoformat(), task.latest_on.isoformat()) == ("2026-03-25", "2026-03-25")
        assert (await session.scalars(select(Case))).one().limit_on.isoformat() == "2026-03-31"
        rungs = (await session.scalars(select(Rung).where(Rung.due_version == 1))).all()
        assert {rung.state for rung in rungs} == {"fired", "superseded"}
    await w.until(2026, 3, 20, 9)
    w.rings(grid="DP-260309-01…入户核实延到 3月25日(周三)，总期限 3月31日(周二)，原因：农户外出")


async def test_an_extension_never_takes_a_day_away(monday: World) -> None:
    """A total moved by a day is of no help to a visit that is late already: its date stays."""
    w = monday
    await w.until(2026, 3, 19, 9)
    w.look_away()
    for label in ("现在情况", "腰站镇", "下三合义村", "DP-260309-01", "看 入户核实", "延期"):
        await w.tap(COUNTY, label)
    await w.fill(COUNTY, "3月25日(周三)", "农户外出")
    w.look_away()
    async with w.reading() as session:
        assert (await session.scalars(select(Task))).one().due_on.isoformat() == "2026-03-19"


async def test_a_reason_is_seen_by_the_township(monday: World) -> None:
    w = monday
    await w.until(2026, 3, 12, 9)
    w.look_away()
    assert await w.does(GRID, "说明情况", "农户外出") == "已办：说明情况"
    await w.until(2026, 3, 16, 9)
    w.diary("""
        3-13 08:30 town    DP-260309-01…入户核实没办完的原因：农户外出
        3-13 08:30 village DP-260309-01…入户核实没办完的原因：农户外出
        3-13 08:30 grid    ☀️ 3月13日(周五)
        3-13 19:30 grid    ⏳ 还剩5天
        3-16 08:30 county  ⚠️ 超期提醒（网格）DP-260309-01…需要：协助联系户主
        3-16 08:30 town    ⚠️ 超期提醒（网格）DP-260309-01…需要：协助联系户主
        3-16 08:30 grid    ☀️ 3月16日(周一)
    """)


async def test_what_a_tier_cannot_settle_goes_up(hebei: World) -> None:
    w = hebei
    await candidate(w)
    assert await w.does(GRID, "报上级", "要资金") == "已办：本级解决不了"
    w.rings(town="🤝 DP-260312-01…授权采集转到您这里：要资金\n请在 3月15日(周日) 前办")
    assert await w.does(TOWN, "报上级", "要部门来办") == "已办：本级解决不了"
    w.rings(county="🤝 DP-260312-01…授权采集转到您这里：要部门来办")
    assert "已签授权" in await w.does(COUNTY, "办理", *SIGNED[1:])


async def test_a_colleague_takes_a_half_filled_form_over(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    await w.tap(GRID, "现在核实")
    form = w.phone(GRID).last
    await w.tap(GRID, "转给别人", form)
    await w.tap(GRID, "乡镇业务员、乡镇分管领导 郑演镇")
    assert w.phone(GRID).last.text == "已办：转给别人"
    w.look_away()
    await w.tap(GRID, "上门见到人", form)
    assert w.phone(GRID).toast == "这条已经变了，请看最新的卡片"
    said = await w.does(TOWN, "办理", *CANDIDATE)
    assert said.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    w.look_away()
