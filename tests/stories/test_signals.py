"""Signals: merged, suppressed, joined after the check, and those that find no household (domain §3.3a)."""

from sqlalchemy import select

from storage.register import Clue
from storage.work import Case, Task
from tests.stories.acts import CANDIDATE, ILL, NO_RISK, candidate, under_review
from tests.stories.world import CITY, COUNTY, GRID, VILLAGE, World

DROPOUT = {"source_dept": "教育", "rule_code": "dropout", "band": "high"}
JOB_LOST = {"source_dept": "人社", "rule_code": "job_lost"}
FIVE = (
    {},
    {"rule_code": "not_insured", "person_role": "配偶"},
    JOB_LOST,
    {"source_dept": "残联", "rule_code": "new_disability"},
    {"source_dept": "民政", "rule_code": "relief_stopped"},
)
NOBODY = ({"household_no": "YL-404"}, {"household_no": "YL-405"}, {"household_no": "YL-406"})


async def results(w: World) -> list[str]:
    async with w.reading() as session:
        clues = await session.scalars(select(Clue).order_by(Clue.id))
        return [f"{clue.state} {clue.result or '-'}" for clue in clues]


async def test_five_signals_of_one_household_are_one_message(hebei: World) -> None:
    await hebei.list_arrives(*FIVE)
    hebei.rings(
        grid="🔶 新线索 DP-260312-01…没参保；务工中断；残疾证新办或升级；社会救助停发",
        **hebei.lines(clues=5, due="3月14日(周六) 前核实"),
    )
    await hebei.does(GRID, *NO_RISK)
    hebei.silent()
    assert await results(hebei) == ["done no_risk"] * 5


async def test_a_later_signal_is_a_line_in_the_morning(xinfeng: World) -> None:
    w = xinfeng
    await w.list_arrives()
    w.look_away()
    await w.list_arrives(JOB_LOST)
    w.rings(city=w.lines()["city"])
    await w.until(2026, 3, 13, 8, 30)
    w.rings(
        county="防返贫情况",
        town="☀️…新线索 1 条…新线索 1 条",
        village="☀️…新线索 1 条…新线索 1 条",
        grid="☀️ 3月13日(周五) 待办 2 件…今天到期：…知道一下：…又有提示：近期医疗自付较高；务工中断",
    )


async def test_a_red_one_rings_at_once_and_the_city_hears_a_count(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    await w.list_arrives(DROPOUT)
    alert = "🔴 急·新线索 DP-260312-01…近期医疗自付较高；有孩子疑似没上学"
    w.rings(
        grid=alert,
        village=alert,
        town=alert,
        county=w.lines()["county"],
        city=w.lines()["city"],
    )
    await w.until(2026, 3, 13, 8, 30)
    assert w.phone(CITY).news() == []
    w.look_away()


async def test_a_repeat_after_forty_days_is_suppressed_but_red_never(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    await w.does(GRID, *NO_RISK)
    await w.until(2026, 4, 21, 9)
    w.look_away()
    await w.list_arrives()
    w.silent()
    await w.list_arrives({"person_role": "配偶"})
    w.rings(
        grid="🔶 新线索 DP-260421-01",
        **w.lines(),
    )
    await w.does(GRID, *NO_RISK)
    await w.list_arrives({"band": "high"})
    red = "🔴 急·新线索 DP-260421-02"
    w.rings(
        grid=red,
        village=red,
        town=red,
        county=w.lines()["county"],
        city=w.lines()["city"],
    )
    assert (await results(w))[1:] == ["suppressed checked_recently", "done no_risk", "open -"]


async def test_a_signal_after_the_check_asks_for_another_on_the_same_case(xinfeng: World) -> None:
    w = xinfeng
    await candidate(w)
    await w.list_arrives(JOB_LOST)
    w.rings(grid="🔶 新线索 DP-260312-01…请在 3月14日(周六) 前核实", city=w.lines()["city"])
    assert "补核（网格员，3月14日(周六)前）" not in await w.does(GRID, "今日待办")
    said = await w.does(GRID, *CANDIDATE[:3], *ILL, "有风险，拟纳入", "提交")
    assert said.startswith("✅ 已登记：补核，有新风险，一并办理")
    w.silent()
    async with w.reading() as session:
        assert (await session.scalars(select(Case))).one().number == "DP-260312-01"
    assert await results(w) == ["done candidate", "done candidate"]


async def test_a_signal_still_open_gets_its_result_when_the_case_is_closed(xinfeng: World) -> None:
    w = xinfeng
    await under_review(w)
    await w.list_arrives(JOB_LOST)
    await w.until(2026, 3, 13, 9)
    w.look_away()
    votes = ("✎30", "✎25", "✎1", "✎24", "✎0")
    await w.does(VILLAGE, "民主评议", "不通过", "今天", "村民代表会议", *votes, "提交")
    w.rings(grid="DP-260312-01…未认定。原因：不通过", village="DP-260312-01…未认定。原因：不通过")
    assert await results(w) == ["done candidate", "done not_recognised"]


async def test_an_earlier_signal_takes_days_away(hebei: World) -> None:
    """With several clues the earliest starts the clock."""
    w = hebei
    await w.list_arrives()
    w.look_away()
    await w.list_arrives({**JOB_LOST, "event_date": "2026-03-11", "received_date": "2026-03-11"})
    w.look_away()
    async with w.reading() as session:
        task = (await session.scalars(select(Task))).one()
        assert (task.due_on.isoformat(), task.due_version) == ("2026-03-13", 2)
        assert (await session.scalars(select(Case))).one().limit_on.isoformat() == "2026-03-26"


async def test_signals_without_a_household_have_a_holder_and_two_working_days(hebei: World) -> None:
    w = hebei
    await w.list_arrives(*NOBODY)
    w.rings(county="❓ 有 3 条线索没配到户\n请在 3月16日(周一) 前选：配到户、新建户或退回部门")
    await w.until(2026, 3, 17, 8, 45)
    w.diary("""
        3-13 08:30 county YB-00000…未配户线索 线索配户：3月16日(周一) 到期
        3-13 08:30 county 合在一起的 2 件：…YB-00001…YB-00002
        3-13 08:30 county 防返贫情况…快到期：…YB-00000…YB-00001…YB-00002
        3-16 08:30 county 防返贫情况…今日到期 3…今天到期：…YB-00000…YB-00001…YB-00002
        3-16 15:00 county YB-00000…线索配户：3月16日(周一) 到期
        3-16 15:00 county 合在一起的 2 件：…YB-00001…YB-00002
        3-17 08:30 county （您同时是县专员、县分管领导，合成一条）…YB-00000…已过 1 个工作日
        3-17 08:30 county （您同时是县专员、县分管领导，合成一条）…YB-00001
        3-17 08:30 county （您同时是县专员、县分管领导，合成一条）…YB-00002
    """)


async def test_the_three_outcomes_of_an_unmatched_signal(hebei: World) -> None:
    w = hebei
    await w.list_arrives(*NOBODY)
    w.look_away()
    assert await w.does(COUNTY, "配户", "配到户", "✎3组2号") == "已办：线索配户"
    alert = "🔶 新线索 DP-260312-0"
    w.rings(grid=alert + "1\n下三合义村3组 2号户", **w.lines())
    await w.tap(COUNTY, "今日待办")
    await w.does(COUNTY, "1. 线索配户")
    await w.does(COUNTY, "线索配户", "新建户", "✎下三合义", "✎4", "提交")
    w._heard.clear()
    w.look_away()
    assert "新建" not in str(await results(w))
    await w.tap(COUNTY, "今日待办")
    await w.does(COUNTY, "1. 线索配户")
    assert await w.does(COUNTY, "线索配户", "退回部门", "查无此人") == "已办：线索配户"
    w.look_away()
    assert await results(w) == ["open -", "open -", "done back_to_department"]
    async with w.reading() as session:
        cases = (await session.scalars(select(Case).order_by(Case.id))).all()
        assert [case.region_code for case in cases] == ["130828107206-03", "130828107206-04"]


async def test_a_household_that_is_imported_later_finds_its_signal(hebei: World) -> None:
    w = hebei
    await w.list_arrives({"household_no": "YL-107206-03-11"})
    w.look_away()
    await w.imported(
        "households",
        {"household_no": "YL-107206-03-11", "region_code": "130828107206", "group": "3组", "members": 2},
    )
    w.rings(
        grid="🔶 新线索 DP-260312-01\n下三合义村3组 11号户",
        **w.lines(),
    )
