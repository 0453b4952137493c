"""Who can be reached: nobody linked, a bot that was stopped, deputies, two posts in one hand (promise 6)."""

import pytest
from sqlalchemy import select, update

from jintang.drill import VILLAGE as HERE
from notifications.dispatcher import parked
from simulator.faults import Kind
from storage.people import Duty, Official
from storage.post_box import Notice
from tests.stories.acts import under_review
from tests.stories.conftest import Opened
from tests.stories.world import CITY, COUNTY, GRID, TOWN, VILLAGE, World

NEIGHBOUR = {"household_no": "YL-107206-02-01"}
MOVED = "（代办：原来的责任人暂时联系不上，请您先办）\n"
WELCOME = ["您好，这是防返贫监测帮扶的提醒和核查助手", "已绑定：", "这是一条测试消息"]


@pytest.fixture
async def unlinked(opened: Opened) -> World:
    return await opened("hebei", linked=False)


async def test_nobody_linked_on_day_one(unlinked: World) -> None:
    """Everything is parked; whoever links first up the line gets one list, a line for each household."""
    w = unlinked
    await w.list_arrives({}, NEIGHBOUR)
    await w.until(2026, 3, 18, 9)
    w.silent()
    async with w.reading() as session:
        assert await parked(session) > 0
    await w.links(TOWN)
    w.rings(town=[*WELCOME, "之前有 2 条没能送到…1组 1号户…已过 3 个工作日…2组 1号户…已过 3 个工作日"])
    await w.links(COUNTY)
    w.rings(county=[*WELCOME, "之前有 3 条没能送到…1组 1号户…2组 1号户…新线索 2 条，涉及 2 户"])
    await w.links(CITY)
    w.rings(city=[*WELCOME, "围场满族蒙古族自治县：3月12日(周四) 新线索 2 条，涉及 2 户"])
    async with w.reading() as session:
        assert await parked(session) == 0
    await w.links(GRID)
    w.rings(grid=WELCOME)
    await w.until(2026, 3, 19, 9)
    w.rings(grid="☀️ 3月19日(周四) 待办 2 件…已过期限：…1组 1号户…2组 1号户")


async def test_the_welcome_comes_before_what_waited_for_it(unlinked: World) -> None:
    """Also where Telegram takes the list at once and the welcome only later."""
    w = unlinked
    await w.list_arrives({}, NEIGHBOUR)
    await w.until(2026, 3, 18, 9)
    w.phone(TOWN).start()
    await w.pull()
    w.emulator.faults.add("500", times=2, method="sendMessage", chat_id=TOWN)
    w.phone(TOWN).share_contact()
    await w.pull()
    w.rings(town=WELCOME[0])
    await w.until(2026, 3, 18, 9, 5)
    w.rings(town=[*WELCOME[1:], "之前有 2 条没能送到…1组 1号户…2组 1号户"])


async def test_who_cannot_be_welcomed_within_an_hour_hears_what_waited(unlinked: World) -> None:
    w = unlinked
    await w.list_arrives()
    await w.until(2026, 3, 18, 9)
    w.phone(TOWN).start()
    await w.pull()
    w.phone(TOWN).share_contact()
    w.emulator.faults.add("500", times=None, method="sendMessage", chat_id=TOWN)
    await w.pull()
    w.look_away()
    await w.until(2026, 3, 18, 9, 55)
    async with w.reading() as session:
        waiting = select(Notice.state).where(Notice.post == "township_clerk").distinct()
        assert "pending" in set(await session.scalars(waiting))
    await w.until(2026, 3, 18, 10, 5)
    async with w.reading() as session:
        assert "pending" not in set(await session.scalars(waiting))
    w.emulator.faults.clear()
    await w.until(2026, 3, 18, 12)
    w.look_away()


async def test_the_first_to_link_in_the_village_gets_what_is_the_grid_workers(unlinked: World) -> None:
    w = unlinked
    await w.list_arrives({}, NEIGHBOUR)
    await w.links(VILLAGE)
    w.rings(
        village=[
            *WELCOME,
            "代网格员看的 2 件：\n・下三合义村1组1号户 入户核实…\n・下三合义村2组1号户 入户核实",
        ]
    )
    await w.does(VILLAGE, "1组1号户")
    w.silent()


@pytest.mark.parametrize("why", ["403", "deactivated", "not_found"])
async def test_a_refused_message_moves_at_once_to_the_next(hebei: World, why: Kind) -> None:
    """The grid worker has stopped the bot, or is no longer there, without our knowing."""
    w = hebei
    w.emulator.faults.add(why, chat_id=GRID)
    await w.list_arrives()
    w.rings(
        **{**w.lines(), "village": [w.lines()["village"], MOVED + "🔶 新线索 DP-260312-01"]},
    )
    await w.list_arrives(NEIGHBOUR)
    w.rings(
        **{**w.lines(), "village": MOVED + "🔶 新线索 DP-260312-02"},
    )


async def test_who_stops_the_bot_hears_nothing_and_who_starts_it_again_does(hebei: World) -> None:
    w = hebei
    w.phone(GRID).block()
    await w.pull()
    await w.list_arrives({"band": "high"})
    w.rings(
        village="🔴 急·新线索 DP-260312-01",
        town="🔴 急·新线索 DP-260312-01",
        county=w.lines()["county"],
        city=w.lines()["city"],
    )
    w.phone(GRID).start()
    await w.pull()
    w.rings(grid="已绑定：冯演格，网格员")
    await w.list_arrives({**NEIGHBOUR, "band": "high"})
    w.rings(
        grid="🔴 急·新线索 DP-260312-02",
        village="🔴 急·新线索 DP-260312-02",
        town="🔴 急·新线索 DP-260312-02",
        county=w.lines()["county"],
        city=w.lines()["city"],
    )


async def test_with_nobody_left_a_notice_waits_for_a_link(hebei: World) -> None:
    w = hebei
    for chat_id in (GRID, VILLAGE, TOWN, COUNTY):
        w.phone(chat_id).block()
    await w.pull()
    await w.list_arrives()
    w.rings(city=w.lines()["city"])
    w.phone(COUNTY).start()
    await w.pull()
    w.rings(county=["已绑定：吴演县", MOVED + "🔶 新线索 DP-260312-01"])  # the line rides in the card


async def test_the_deputy_of_a_grid_worker_gets_an_ordinary_card(hebei: World) -> None:
    w = hebei
    deputy = await w.joins(6, "deputy", ("helper", HERE))
    await w.links(deputy)
    await w.imported(
        "officials",
        {
            "staff_no": "YL05",
            "name": "冯演格",
            "phone": "13900000005",
            "region_code": HERE,
            "post": "grid_worker",
            "from": "2026-01-01",
            "to": "",
            "deputy_staff_no": "YL06",
        },
    )
    async with w.reading() as session:
        duty = (await session.scalars(select(Duty).where(Duty.post == "grid_worker"))).one()
        assert duty.deputy_id is not None
    w.phone(GRID).block()
    await w.pull()
    w.look_away()
    await w.list_arrives()
    w.rings(
        deputy="🔶 新线索 DP-260312-01",
        **w.lines(),
    )


async def test_two_posts_in_one_hand_get_one_card_that_names_both(hebei: World) -> None:
    """The clerk of this village is also its head; the card of a late visit goes to both posts."""
    w = hebei
    await w.list_arrives()
    w.phone(GRID).block()
    await w.until(2026, 3, 16, 8, 29)
    w.look_away()
    await w.until(2026, 3, 16, 9)
    w.rings(
        village="⚠️ 超期提醒 DP-260312-01…入户核实期限 3月14日(周六)",
        town="⚠️ 超期提醒（网格）DP-260312-01",
    )
    async with w.reading() as session:
        late = select(Notice).where(Notice.kind == "overdue_holder")
        assert (await session.scalars(late)).one().state == "carried"


async def test_a_task_of_the_village_names_both_posts(xinfeng: World) -> None:
    w = xinfeng
    await under_review(w)
    await w.until(2026, 3, 16, 8, 29)
    w.look_away()
    await w.until(2026, 3, 16, 9)
    w.rings(
        county="防返贫情况",
        village="（您同时是村支书、村主任，合成一条）\n⏳…已赶不上…预计 3月23日(周一) 办结",
        town="⚠️ 超期提醒（村里）DP-260312-01",
    )


async def test_off_duty_means_not_reached(hebei: World) -> None:
    w = hebei
    async with w.app.database.writing() as session:
        worker = select(Official.id).where(Official.staff_no == "YL05").scalar_subquery()
        await session.execute(update(Duty).where(Duty.official_id == worker).values(to_on=w.today()))
        await session.commit()
    await w.list_arrives()
    w.rings(
        grid="🔶 新线索 DP-260312-01",
        **w.lines(),
    )
    await w.until(2026, 3, 13, 9)
    w.rings(village="☀️ 3月13日(周五) 待办 2 件…入户核实：3月14日(周六) 到期…知道一下")
