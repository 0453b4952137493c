"""河北's 四个同步: authorisation, comparison, review and township check start together (domain §2.4a)."""

from tests.stories.acts import (
    AGREED,
    APPROVED,
    CANDIDATE,
    NO_DOUBTS,
    NO_OBJECTION,
    PASSED,
    POSTED,
    SIGNED,
)
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, World


async def test_a_new_alert_rings_on_four_tiers(hebei: World) -> None:
    await hebei.list_arrives()
    hebei.rings(
        grid="🔶 新线索 DP-260312-01…请在 3月14日(周六) 前核实；若纳入，全程到 3月27日(周五)",
        **hebei.lines(due="3月14日(周六) 前核实"),
    )


async def test_four_steps_start_together_and_the_decision_waits_for_all(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    await w.does(GRID, *CANDIDATE)
    w.rings(
        grid="📋 授权采集…请在 3月15日(周日) 前办完",
        village="📋 民主评议…请在 3月18日(周三) 前办完",
        county="📋 信息比对…请在 3月17日(周二) 前办完",
        town="📋 乡镇审核…请在 3月24日(周二) 前办完",
    )
    await w.does(TOWN, *AGREED)
    await w.does(COUNTY, *NO_DOUBTS)
    await w.does(VILLAGE, *PASSED)
    w.silent()  # nothing may be posted before the household has signed
    await w.does(GRID, *SIGNED)
    w.rings(village="📋 张贴公示…请在 3月18日(周三) 前办完")
    await w.does(VILLAGE, *POSTED)
    w.silent()
    await w.until(2026, 3, 17, 16)
    w.look_away()
    assert "县级审定（县专员，3月26日(周四)前）" in await w.does(VILLAGE, *NO_OBJECTION)
    w.rings(county="📋 县级审定…请在 3月26日(周四) 前办完")


async def test_the_decision_waits_for_the_comparison_too(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    for chat_id, form in ((GRID, CANDIDATE), (TOWN, AGREED), (VILLAGE, PASSED), (GRID, SIGNED)):
        await w.does(chat_id, *form)
    await w.does(VILLAGE, *POSTED)
    await w.until(2026, 3, 17, 16)
    w.look_away()
    assert "下一步：信息比对（县专员" in await w.does(VILLAGE, *NO_OBJECTION)
    w.silent()
    await w.does(COUNTY, *NO_DOUBTS)
    w.rings(county="📋 县级审定 DP-260312-01…请在 3月26日(周四) 前办完")
    await w.does(COUNTY, *APPROVED)
    approved = "✅ DP-260312-01…县里已审定，类别：边缘易致贫户"
    w.rings(grid=approved, village=approved, town="📋 公告录入…请在 3月27日(周五) 前办完")


async def test_a_doubt_holds_everything_up_until_it_is_explained(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    await w.does(GRID, *CANDIDATE)
    await w.does(VILLAGE, *PASSED)
    w.look_away()
    await w.does(COUNTY, "信息比对", "有疑点", "今天", "车辆", "选好了", "提交")
    w.rings(village="📋 疑点说明…请在 3月16日(周一) 前办完")
    await w.does(GRID, *SIGNED)
    w.silent()
    said = await w.does(VILLAGE, "疑点说明", "谋生工具", "选好了", "今天", "没影响", "提交")
    assert "下一步：张贴公示（村支书，3月18日(周三)前）" in said
    assert "接着办：张贴公示" in w.phone(VILLAGE).last.buttons
    w.silent()  # three messages a day are enough; this one has time till the morning
    await w.until(2026, 3, 13, 9)
    w.rings(
        village=["📋 张贴公示…请在 3月18日(周三) 前办完", "☀️ 3月13日(周五)"],
        town="DP-260312-01 下三合义村1组 1号户 拟纳入",
    )
