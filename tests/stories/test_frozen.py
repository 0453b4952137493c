"""Policy is frozen per case, people are resolved late (promise 4)."""

from datetime import date

from sqlalchemy import select, update

from config.loader import load_policy
from jintang.drill import VILLAGE as HERE
from storage.people import Duty, Official
from storage.work import Case, PolicyVersion
from tests.stories.acts import CANDIDATE
from tests.stories.world import CITY, COUNTY, GRID, TOWN, VILLAGE, World

NEIGHBOUR = {"household_no": "YL-107206-02-01"}


async def test_a_case_keeps_the_policy_it_was_opened_under(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w._wiring.policy = load_policy("xinfeng")
    await w.restart()
    await w.list_arrives(NEIGHBOUR)
    w.look_away()
    async with w.reading() as session:
        limits = {case.number: case.limit_on for case in await session.scalars(select(Case))}
        assert limits == {"DP-260312-01": date(2026, 3, 27), "DP-260312-02": date(2026, 3, 22)}
        assert len((await session.scalars(select(PolicyVersion))).all()) == 2


async def test_a_policy_left_behind_is_read_from_the_record(hebei: World) -> None:
    """The old files are gone; ladder, procedure and profile of the old case still hold."""
    w = hebei
    await w.list_arrives()
    w._wiring.policy = load_policy("xinfeng")
    await w.restart()
    w.look_away()
    said = await w.does(GRID, *CANDIDATE)
    assert "信息比对（县专员，3月17日(周二)前）" in said
    w.look_away()


async def test_a_notice_goes_to_who_holds_the_post_on_that_day(hebei: World) -> None:
    w = hebei
    new = await w.joins(6, "new", ("helper", HERE))
    await w.links(new)
    await w.list_arrives()
    w.look_away()
    async with w.app.database.writing() as session:
        post = (Duty.post == "grid_worker") & Duty.to_on.is_(None)
        await session.execute(update(Duty).where(post).values(to_on=date(2026, 3, 12)))
        await session.commit()
    await w.joins(6, "new", ("grid_worker", HERE))
    await w.until(2026, 3, 13, 9)
    w.diary("""
        3-13 08:30 village （代办：…3月12日(周四) 新线索 1 条
        3-13 08:30 new     ☀️ 3月13日(周五)…入户核实：3月14日(周六) 到期
    """)
    await w.tap(GRID, "现在核实")
    assert w.phone(GRID).toast == "这条现在不归您办"
    await w.tap(new, "1组1号户")
    assert (await w.does(new, "线索快核", *CANDIDATE)).startswith("✅ 已登记：入户核实")
    w.look_away()


async def test_the_city_hears_counts_and_sees_no_household(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    city = w.phone(CITY)
    await w.tap(CITY, "现在情况")
    w.rings(city="现在情况 承德市 3月12日(周四)\n在办 1 户")
    assert city.last.buttons == []
    for data in ("case:1", "open:1", "fill:1", "why:1", "area:130828107000", "cases:130828107206"):
        city.tap_data(data, city.last)
        await w.pull()
        assert city.toast == "这条现在不归您办", data
    await w.say(CITY, "/todo")
    w.rings(city="现在没有待办")


async def test_nobody_sees_a_household_of_another_village(hebei: World) -> None:
    w = hebei
    stranger = await w.joins(6, "stranger", ("village_clerk", "130828107205"))
    await w.links(stranger)
    await w.list_arrives()
    w.look_away()
    phone = w.phone(stranger)
    for data in ("case:1", "open:1", "fill:1", "why:1", "act:excuse:1", "act:extend:1", "area:130828107000"):
        phone.tap_data(data, phone.last)
        await w.pull()
        assert phone.toast == "这条现在不归您办", data
    for chat_id in (VILLAGE, TOWN, COUNTY):
        w.phone(chat_id).tap_data("case:1", w.phone(chat_id).last)
        await w.pull()
        assert w.phone(chat_id).last.text.startswith("📁 DP-260312-01")
    w.look_away()


async def test_a_person_off_the_roster_sees_nothing(hebei: World) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    async with w.app.database.writing() as session:
        worker = select(Official.id).where(Official.staff_no == "YL05").scalar_subquery()
        gone = update(Duty).where(Duty.official_id == worker).values(to_on=date(2026, 3, 1))
        await session.execute(gone)
        await session.commit()
    await w.tap(GRID, "现在核实")
    assert w.phone(GRID).toast == "这条现在不归您办"
    await w.tap(GRID, "我的户")
    w.rings(grid="您名下还没有农户")
