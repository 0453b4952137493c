"""A week's holiday: what must be said is said before it, escalations come after it (promise 5)."""

from datetime import datetime

from tests.stories.acts import candidate
from tests.stories.conftest import Opened
from tests.stories.world import ZONE


def morning(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, 0, tzinfo=ZONE)


async def test_spring_festival(opened: Opened) -> None:
    """15 to 23 February are free, Saturday the 14th is worked; the visit is due on Sunday the 15th."""
    w = await opened("hebei", morning(2, 13))
    await w.list_arrives()
    w.look_away()
    await w.until(2026, 2, 26, 9)
    w.diary("""
        2-14 08:30 village （代办：…2月13日(周五) 新线索 1 条
        2-14 08:30 grid    ☀️ 2月14日(周六)…快到期：…入户核实：2月15日(周日) 到期
        2-14 19:30 grid    ⏳ 还剩8天 DP-260213-01…最迟 2月22日(周日) 办完…2月28日(周六) 审核录入
        2-14 19:30 grid    ⏳ DP-260213-01…期限 2月15日(周日)，这是到期前最后一次提醒
        2-24 08:30 town    ⚠️ 超期提醒（网格）DP-260213-01…期限 2月15日(周日)，已过 1 个工作日
        2-24 08:30 village ⚠️ 超期提醒 DP-260213-01
        2-24 08:30 grid    ⏳ DP-260213-01…已赶不上 2月28日(周六) 总期限，预计 3月2日(周一) 办结
        2-25 08:30 grid    ☀️ 2月25日(周三)…已过期限：…已过 2 个工作日
        2-26 08:30 county  ⚠️ 超期提醒（网格）DP-260213-01…已过 3 个工作日
        2-26 08:30 town    ⚠️ 超期提醒（网格）DP-260213-01…已过 3 个工作日
        2-26 08:30 grid    ☀️ 2月26日(周四)…已过期限：…已过 3 个工作日
    """)


async def test_national_day(opened: Opened) -> None:
    """1 to 7 October are free, and Saturday the 10th is worked."""
    w = await opened("hebei", morning(9, 29))
    await w.list_arrives()
    w.look_away()
    await w.until(2026, 10, 10, 9)
    w.diary("""
        9-30 08:30 village （代办：…9月29日(周二) 新线索 1 条
        9-30 08:30 grid    ☀️ 9月30日(周三)…快到期：…入户核实：10月1日(周四) 到期
        9-30 19:30 grid    ⏳ 还剩8天 DP-260929-01…最迟 10月8日(周四) 办完
        9-30 19:30 grid    ⏳ DP-260929-01…期限 10月1日(周四)，这是到期前最后一次提醒
        10-8 08:30 town    ⚠️ 超期提醒（网格）DP-260929-01…期限 10月1日(周四)，已过 1 个工作日
        10-8 08:30 village ⚠️ 超期提醒 DP-260929-01
        10-8 08:30 grid    ⚠️ DP-260929-01…入户核实已过期限 10月1日(周四)
        10-9 08:30 grid    ☀️ 10月9日(周五)…已过期限：…已过 2 个工作日
        10-10 08:30 county ⚠️ 超期提醒（网格）DP-260929-01…已过 3 个工作日
        10-10 08:30 town   ⚠️ 超期提醒（网格）DP-260929-01…已过 3 个工作日
        10-10 08:30 grid   ☀️ 10月10日(周六)…已过期限：…已过 3 个工作日
    """)


async def test_an_escalation_never_falls_after_the_last_window_before_the_limit(opened: Opened) -> None:
    """A check due on Sunday 15 February, the limit on Thursday the 19th, both in the free week."""
    w = await opened("hebei", morning(2, 4))
    await candidate(w)
    await w.until(2026, 2, 13, 9)
    w.look_away()
    await w.list_arrives({"source_dept": "人社", "rule_code": "job_lost"})
    w.look_away()
    await w.until(2026, 2, 14, 19)
    w.look_away()
    await w.until(2026, 2, 14, 21)
    w.diary("""
        2-14 19:30 county  ⏳ DP-260204-01…乡镇审核期限 2月14日(周六)，这是到期前最后一次提醒
        2-14 19:30 town    合在一起的 2 件：…乡镇审核：2月14日(周六) 到期…补核：2月15日(周日) 到期
        2-14 19:30 village ⏳ DP-260204-01…补核期限 2月15日(周日)，这是到期前最后一次提醒
        2-14 19:30 grid    ⏳ DP-260204-01…补核期限 2月15日(周日)，这是到期前最后一次提醒
    """)
    await w.until(2026, 2, 24, 8)
    w.silent()


async def test_quiet_hours_defer(opened: Opened) -> None:
    """A list that lands at noon, at night or on a Sunday waits; one that is red does not."""
    w = await opened("hebei", datetime(2026, 3, 12, 12, 30, tzinfo=ZONE))
    await w.list_arrives()
    w.silent()
    await w.until(2026, 3, 12, 14, 5)
    w.rings(grid="🔶 新线索 DP-260312-01", **w.lines())
    await w.until(2026, 3, 12, 21)
    await w.list_arrives(
        {"household_no": "YL-107206-02-01"}, {"household_no": "YL-107206-03-01", "band": "high"}
    )
    red = "🔴 急·新线索 DP-260312-03"
    w.rings(grid=red, village=red, town=red)
    await w.until(2026, 3, 13, 9)
    w.look_away()
