"""The road is not straight: sent back, not held, unwilling, objected to, a death (domain §2.1, §4.6)."""

from datetime import date

from sqlalchemy import select

from storage.work import Case, Task
from tests.stories.acts import (
    A2,
    AGREED,
    CHECKED,
    NO_OBJECTION,
    NOT_HELD,
    OBJECTION,
    PASSED,
    POSTED,
    SIGNED,
    UNWILLING,
    candidate,
    posted,
    under_review,
)
from tests.stories.world import GRID, TOWN, VILLAGE, World

SENT_BACK = ("乡镇审核", "没抽查", "退回", "今天")


async def steps(w: World) -> list[str]:
    """Every task of the case with its round and what became of it."""
    async with w.reading() as session:
        tasks = await session.scalars(select(Task).order_by(Task.id))
        return [f"{task.step} {task.round} {task.state}" for task in tasks]


async def at_the_township(w: World) -> None:
    await posted(w)
    await w.until(2026, 3, 17, 16)
    await w.does(VILLAGE, *NO_OBJECTION)
    w.look_away()


async def test_a_missing_authorisation_comes_back_alone(xinfeng: World) -> None:
    w = xinfeng
    await at_the_township(w)
    await w.does(TOWN, *SENT_BACK, "授权", "选好了", "程序没走到", "提交")
    w.rings(grid="↩️ DP-260312-01…退回到“授权采集”：授权（程序没走到）…已过，预计 3月18日(周三) 办结")
    assert "下一步：乡镇审核" in await w.does(GRID, A2, "没变", "没变", "提交")
    w.rings(town="📋 乡镇审核 DP-260312-01…请在 3月20日(周五) 前办完")
    assert (await steps(w))[1:] == [
        "authorise 1 returned",
        "comparison 1 done",
        "review 1 done",
        "posting 1 done",
        "publicity 1 done",
        "town 1 returned",
        "authorise 2 done",
        "town 2 open",
    ]


async def test_a_review_sent_back_takes_publicity_with_it(xinfeng: World) -> None:
    w = xinfeng
    await at_the_township(w)
    await w.does(TOWN, *SENT_BACK, "重新评议", "没填全", "提交")
    w.rings(village="↩️ DP-260312-01…退回到“民主评议”：重新评议（没填全）…已过，预计 3月23日(周一) 办结")
    await w.does(VILLAGE, *PASSED)
    w.rings(village="📋 张贴公示 DP-260312-01")
    assert "村内公示（村支书，3月22日(周日)前）" in await w.does(VILLAGE, *POSTED)
    assert (await steps(w))[2:] == [
        "comparison 1 done",
        "review 1 returned",
        "posting 1 returned",
        "publicity 1 returned",
        "town 1 returned",
        "review 2 done",
        "posting 2 done",
        "publicity 2 open",
    ]
    await w.until(2026, 3, 20, 9)
    w.look_away()


async def test_what_rests_on_a_review_sent_back_cannot_be_finished(xinfeng: World) -> None:
    """The card of the publicity that no longer counts is still on the phone."""
    w = xinfeng
    await posted(w)
    await w.until(2026, 3, 17, 16)
    w.look_away()
    card = w.phone(VILLAGE).last
    assert "公示期满" in card.buttons
    data = card.button("公示期满")["callback_data"]
    await w.does(VILLAGE, *NO_OBJECTION)
    await w.does(TOWN, *SENT_BACK, "重新评议", "没填全", "提交")
    w.look_away()
    w.phone(VILLAGE).tap_data(data, card)
    await w.pull()
    assert w.phone(VILLAGE).toast == "这条已由村支书办好"


async def test_a_review_that_was_not_held_twice_becomes_the_townships(xinfeng: World) -> None:
    w = xinfeng
    await under_review(w)
    said = await w.does(VILLAGE, "民主评议", "缓议", "今天", "村民代表会议", "情况没弄清", "明天", "提交")
    assert said == "✅ 已登记：民主评议，缓议\n下一步：民主评议（村支书，3月14日(周六)前）"
    assert "没开成\n下一步：民主评议（村支书" in await w.does(VILLAGE, *NOT_HELD)
    w.silent()
    said = await w.does(VILLAGE, *NOT_HELD)
    assert (
        said == "✅ 已登记：民主评议，两次没开成，请乡镇组织\n下一步：民主评议（乡镇业务员，3月14日(周六)前）"
    )
    w.rings(town="🤝 DP-260312-01…民主评议转到您这里：人数不够\n请在 3月14日(周六) 前办")
    assert "下一步：张贴公示（村支书" in await w.does(TOWN, "办理", *PASSED[1:])
    w.rings(village="📋 张贴公示 DP-260312-01")


async def test_a_household_that_does_not_want_to_sign_is_asked_twice_and_confirmed(xinfeng: World) -> None:
    w = xinfeng
    await candidate(w)
    assert "下一步：授权采集（网格员" in await w.does(GRID, *UNWILLING)
    w.silent()
    await w.until(2026, 3, 13, 10)
    w.look_away()
    assert "下一步：不愿申请确认（乡镇业务员，3月17日(周二)前）" in await w.does(GRID, *UNWILLING)
    w.rings(town="📋 不愿申请确认 DP-260312-01…请在 3月17日(周二) 前办完")
    await w.does(TOWN, "不愿申请确认", "上门", "今天", "确认不愿申请", "提交")
    await w.until(2026, 3, 16, 9)
    w.diary("""
        3-16 08:30 town    DP-260312-01 下三合义村1组 1号户 已办结：确认农户不愿申请
        3-16 08:30 village DP-260312-01 下三合义村1组 1号户 已办结：确认农户不愿申请
    """)
    async with w.reading() as session:
        case = (await session.scalars(select(Case))).one()
        assert (case.result, case.clock_stopped_on) == ("refused", date(2026, 3, 13))
        assert case.ask_again_on == date(2026, 6, 11)


async def test_after_ninety_days_the_household_is_asked_again(xinfeng: World) -> None:
    w = xinfeng
    await candidate(w)
    await w.does(GRID, *UNWILLING)
    await w.does(GRID, *UNWILLING)
    await w.does(TOWN, "不愿申请确认", "上门", "今天", "确认不愿申请", "提交")
    await w.until(2026, 6, 9, 20)
    w.look_away()
    await w.until(2026, 6, 10, 9)
    w.rings(
        grid="🔶 新线索 DP-260610-01\n下三合义村1组 1号户…提示：上次不愿申请，满90天再问一次"
        "…请在 6月11日(周四) 前核实",
        **w.lines(),
    )
    await w.until(2026, 6, 10, 20)
    w.silent()


async def test_one_more_try_begins_from_nought(xinfeng: World) -> None:
    w = xinfeng
    await candidate(w)
    await w.does(GRID, *UNWILLING)
    await w.does(GRID, *UNWILLING)
    w.look_away()
    await w.does(TOWN, "不愿申请确认", "电话", "今天", "再做一次工作", "提交")
    w.rings(grid="↩️ DP-260312-01…乡镇业务员退回到“授权采集”：再做一次工作\n请在 3月13日(周五) 前补上")
    assert "农户不愿签\n下一步：授权采集（网格员" in await w.does(GRID, *UNWILLING)
    assert "下一步：信息比对（县专员" in await w.does(GRID, *SIGNED)
    w.look_away()


async def test_an_objection_that_does_not_hold(xinfeng: World) -> None:
    w = xinfeng
    await posted(w)
    await w.until(2026, 3, 17, 16)
    w.look_away()
    assert "下一步：异议复核（乡镇业务员，3月19日(周四)前）" in await w.does(VILLAGE, *OBJECTION)
    w.rings(town="📋 异议复核 DP-260312-01…请在 3月19日(周四) 前办完")
    await w.does(TOWN, "异议复核", "今天", "乡镇业务员", "异议不成立", "提交")
    w.rings(town="📋 乡镇审核 DP-260312-01…请在 3月20日(周五) 前办完")


async def test_an_objection_that_holds_goes_back_to_the_review(xinfeng: World) -> None:
    w = xinfeng
    await posted(w)
    await w.until(2026, 3, 17, 16)
    await w.does(VILLAGE, *OBJECTION)
    w.look_away()
    await w.does(TOWN, "异议复核", "今天", "包村干部", "成立，重新评议", "提交")
    w.rings(village="↩️ DP-260312-01…退回到“民主评议”：异议成立，重新评议…预计 3月23日(周一) 办结")
    assert (await steps(w))[3:] == [
        "review 1 returned",
        "posting 1 returned",
        "publicity 1 returned",
        "objection 1 returned",
        "review 2 open",
    ]


async def test_publicity_is_not_registered_before_its_days_are_full(xinfeng: World) -> None:
    w = xinfeng
    await posted(w)
    async with w.reading() as session:
        task = (await session.scalars(select(Task).where(Task.step == "publicity"))).one()
    w.phone(VILLAGE).tap_data(f"fill:{task.id}", w.phone(VILLAGE).last)
    await w.pull()
    assert w.phone(VILLAGE).toast == "这一步 3月17日(周二) 起才能登记"


async def test_a_death_is_told_to_the_township_and_the_case_goes_on(xinfeng: World) -> None:
    w = xinfeng
    await w.list_arrives()
    w.look_away()
    said = await w.does(
        GRID, *CHECKED, "当事人已去世", "缺劳力", "选好了", "都能过得去", "扛不住", "有风险，拟纳入", "提交"
    )
    assert "下一步：授权采集" in said
    w.rings(grid="📋 授权采集 DP-260312-01")
    await w.until(2026, 3, 13, 9)
    w.diary("""
        3-13 08:30 county  3月12日(周四) 新线索 1 条
        3-13 08:30 town    ☀️…DP-260312-01 下三合义村1组 1号户 当事人已去世，请核对户主，户号和档案不变
        3-13 08:30 village ☀️…拟纳入，全程到 3月22日(周日)
        3-13 08:30 grid    ☀️…授权采集：3月13日(周五) 到期
    """)


async def test_somebody_in_danger_is_told_to_the_township_at_once(xinfeng: World) -> None:
    w = xinfeng
    await w.list_arrives()
    await w.until(2026, 3, 13, 20, 30)
    w.look_away()
    await w.does(
        GRID, *CHECKED, "属实", "因病", "选好了", "看病拿药", "选好了", "扛不住", "有风险，拟纳入", "提交"
    )
    w.rings(
        town="⚡ DP-260312-01…核实时发现有现在就过不去的：看病拿药\n请先帮，程序可以后补",
        grid="📋 授权采集 DP-260312-01…请在 3月13日(周五) 前办完",
    )
    await w.until(2026, 3, 16, 9)
    w.look_away()


async def test_who_is_not_at_home_twice_becomes_the_townships(xinfeng: World) -> None:
    """改天去 does not count as a failed try; two failed tries do."""
    w = xinfeng
    await w.list_arrives()
    w.look_away()
    assert "改天去\n下一步：入户核实（网格员" in await w.does(GRID, "改天去", "明天")
    away = ("线索快核", "现在核实", "上门没人", "打电话", "提交")
    assert "没见到人\n下一步：入户核实（网格员" in await w.does(GRID, "现在核实", *away[2:])
    w.silent()
    said = await w.does(GRID, "现在核实", *away[2:])
    assert "请乡镇一起看\n下一步：入户核实（乡镇业务员，3月13日(周五)前）" in said
    w.rings(town="🤝 DP-260312-01…入户核实转到您这里：请乡镇一起看\n请在 3月13日(周五) 前办")
    await w.does(TOWN, "办理", *AGREED[:0], "现在核实", "上门没人", "打电话", "提交")
    w.silent()


async def test_not_my_household_goes_to_the_township_with_its_reason(xinfeng: World) -> None:
    w = xinfeng
    await w.list_arrives()
    w.look_away()
    await w.does(GRID, "不归我管", "户口不在本村")
    w.rings(town="🤝 DP-260312-01…入户核实转到您这里：户口不在本村\n请在 3月13日(周五) 前办")
