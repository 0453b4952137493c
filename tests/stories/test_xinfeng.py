"""The model story of 信丰: an alert on Thursday 12 March, ten days, recognised (domain §2.4, §8)."""

from datetime import date

from sqlalchemy import select

from storage.work import Case, FollowUp
from tests.stories.acts import (
    AGREED,
    APPROVED,
    CANDIDATE,
    ENTERED,
    NO_DOUBTS,
    NO_OBJECTION,
    PASSED,
    PLANNED,
    POSTED,
    SIGNED,
)
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, World


async def test_from_the_alert_to_the_first_visit(xinfeng: World) -> None:
    w = xinfeng
    await _thursday_an_alert(w)
    await _friday_visit_and_authorisation(w)
    await _saturday_review_and_posting(w)
    await _publicity_and_comparison_side_by_side(w)
    await _friday_town_county_entry(w)
    await _measures_and_the_first_visit(w)
    async with w.reading() as session:
        case = (await session.scalars(select(Case))).one()
        assert (case.recognised_on, case.limit_on) == (date(2026, 3, 20), date(2026, 3, 22))
        assert (case.category, case.level, case.stage) == ("borderline", "yellow", "following")


async def _thursday_an_alert(w: World) -> None:
    await w.list_arrives()
    w.rings(
        grid="🔶 新线索 DP-260312-01\n下三合义村1组 1号户…医疗自付较高（医保3月）"
        "…请在 3月13日(周五) 前核实；若纳入，全程到 3月22日(周日)",
        city=w.lines()["city"],
    )
    await w.until(2026, 3, 13, 9)
    w.diary("""
        3-13 08:30 county  3月12日(周四) 新线索 1 条，涉及 1 户、1 个乡镇
        3-13 08:30 town    3月12日(周四) 新线索 1 条，涉及 1 户、1 个村
        3-13 08:30 village 3月12日(周四) 新线索 1 条，涉及 1 户，网格员 3月13日(周五) 前核实
        3-13 08:30 grid    ☀️ 3月13日(周五) 待办 1 件…今天到期：…入户核实：3月13日(周五) 到期
    """)


async def _friday_visit_and_authorisation(w: World) -> None:
    said = await w.does(GRID, *CANDIDATE)
    assert said == "✅ 已登记：入户核实，有风险，拟纳入\n下一步：授权采集（网格员，3月13日(周五)前）"
    w.rings(grid="📋 授权采集 DP-260312-01…请在 3月13日(周五) 前办完")
    said = await w.does(GRID, *SIGNED)
    assert "下一步：信息比对（县专员，3月19日(周四)前）、民主评议（村支书，3月14日(周六)前）" in said
    w.rings(
        county="📋 信息比对 DP-260312-01…请在 3月19日(周四) 前办完",
        village="📋 民主评议 DP-260312-01…请在 3月14日(周六) 前办完",
    )


async def _saturday_review_and_posting(w: World) -> None:
    """A village may meet on a Saturday; what must be said of it is said on Friday."""
    await w.until(2026, 3, 14, 10)
    w.diary("3-13 19:30 village ⏳ DP-260312-01…民主评议期限 3月14日(周六)，这是到期前最后一次提醒")
    assert "张贴公示（村支书，3月14日(周六)前）" in await w.does(VILLAGE, *PASSED)
    w.rings(village="📋 张贴公示 DP-260312-01…请在 3月14日(周六) 前办完")
    assert "村内公示（村支书，3月19日(周四)前）" in await w.does(VILLAGE, *POSTED)
    w.silent()


async def _publicity_and_comparison_side_by_side(w: World) -> None:
    await w.until(2026, 3, 16, 9)
    w.diary("""
        3-16 08:30 county  防返贫情况 3月16日(周一)…评议公示中 1
            …信息比对：时间过半，还没开始，3月19日(周四) 前办
        3-16 08:30 town    DP-260312-01 下三合义村1组 1号户 拟纳入，全程到 3月22日(周日)
        3-16 08:30 village DP-260312-01 下三合义村1组 1号户 拟纳入，全程到 3月22日(周日)
    """)
    await w.does(COUNTY, *NO_DOUBTS)
    w.silent()
    await w.until(2026, 3, 19, 16)
    w.diary("""
        3-17 08:30 county  ⏳ 还剩3天 DP-260312-01…公示 3月19日(周四) 期满，3月20日(周五) 前需审核、审定、录入
        3-17 08:30 town    ⏳ 还剩3天 DP-260312-01…公示 3月19日(周四) 期满，3月20日(周五) 前需审核、审定、录入
        3-19 08:30 village ☀️ 3月19日(周四) 待办 1 件…今天到期：…村内公示：3月19日(周四) 到期
        3-19 15:00 village 📋 DP-260312-01…村内公示3月15日至3月19日，满5天。有没有异议？
    """)


async def _friday_town_county_entry(w: World) -> None:
    await w.does(VILLAGE, *NO_OBJECTION)
    w.rings(town="📋 乡镇审核 DP-260312-01…请在 3月20日(周五) 前办完")
    await w.until(2026, 3, 20, 9)
    w.rings(town="☀️ 3月20日(周五) 待办 1 件…今天到期：…乡镇审核：3月20日(周五) 到期")
    await w.does(TOWN, *AGREED)
    w.rings(county="📋 县级审定 DP-260312-01…请在 3月20日(周五) 前办完")
    await w.does(COUNTY, *APPROVED)
    approved = (
        "✅ DP-260312-01…县里已审定，类别：边缘易致贫户\n请告知农户，并在 4月19日(周日) 前落实至少1项措施"
    )
    w.rings(grid=approved, village=approved, town="📋 公告录入 DP-260312-01…请在 3月20日(周五) 前办完")
    await w.does(TOWN, *ENTERED)
    w.rings(village="📋 DP-260312-01…请在 4月19日(周日) 前定好至少1项")


async def _measures_and_the_first_visit(w: World) -> None:
    await w.does(VILLAGE, *PLANNED)
    w.silent()
    await w.until(2026, 4, 13, 9)
    w.diary("""
        3-23 08:30 county  ✅ DP-260312-01…3月20日(周五) 已录入，识别完成
        3-23 08:30 town    ✅ DP-260312-01…县里已审定，类别：边缘易致贫户
        3-23 08:30 village ☀️ 3月23日(周一) 待办 2 件…知道一下：…县里已审定…已录入，识别完成
        4-13 08:30 grid    📅 下三合义村1组 1号户
            …🟡 每月走访一次，上次 3月20日(周五)，请在 4月19日(周日) 前联系
    """)
    said = await w.does(GRID, "走访", "电话", "今天", "没变化")
    assert "下一步：走访（网格员，5月13日(周三)前）" in said
    w.silent()


async def test_a_household_in_danger_is_red_and_seen_every_week(xinfeng: World) -> None:
    w = xinfeng
    await w.list_arrives({"band": "high"})
    alert = "🔴 急·新线索 DP-260312-01…请在 3月13日(周五) 前核实"
    w.rings(grid=alert, village=alert, town=alert, city=w.lines()["city"])
    for chat_id, form in (
        (GRID, CANDIDATE),
        (GRID, SIGNED),
        (COUNTY, NO_DOUBTS),
        (VILLAGE, PASSED),
        (VILLAGE, POSTED),
    ):
        await w.does(chat_id, *form)
    await w.until(2026, 3, 18, 9)
    for chat_id, form in ((VILLAGE, NO_OBJECTION), (TOWN, AGREED), (COUNTY, APPROVED), (TOWN, ENTERED)):
        await w.does(chat_id, *form)
    await w.does(VILLAGE, *PLANNED)
    await w.until(2026, 3, 22, 20)
    w.look_away()
    await w.until(2026, 3, 23, 9)
    w.rings(grid="📅 下三合义村1组 1号户\n🔴 每周走访一次，上次 3月18日(周三)，请在 3月25日(周三) 前联系")
    async with w.reading() as session:
        visit = (await session.scalars(select(FollowUp))).one()
        assert (visit.level, visit.due_on) == ("red", date(2026, 3, 25))
