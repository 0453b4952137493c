"""Who has done a step does not check it; where nobody else is there, the check goes up."""

from sqlalchemy import select

from jintang import drill
from storage.people import Region
from storage.work import Task
from tests.stories.acts import AGREED, NO_DOUBTS, NO_OBJECTION, PASSED, POSTED, SIGNED, candidate
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, World


async def until_the_check(w: World, collects: int) -> None:
    """The household check was handed up to the township; the rest is done by whose it is."""
    await candidate(w)
    await w.does(GRID, "报上级", "要资金")
    w.look_away()
    if collects != TOWN:
        await w.links(collects)
        w.look_away()
        await w.fill(collects, "今日待办", "授权采集")
    await w.fill(collects, "办理" if collects == TOWN else SIGNED[0], *SIGNED[1:])
    await w.fill(COUNTY, *NO_DOUBTS)
    await w.fill(VILLAGE, *PASSED)
    await w.fill(VILLAGE, *POSTED)
    await w.until(2026, 3, 17, 16)
    w.look_away()
    await w.does(VILLAGE, *NO_OBJECTION)


async def holder_of_the_check(w: World) -> tuple[str, str]:
    async with w.reading() as session:
        task = (await session.scalars(select(Task).where(Task.step == "town", Task.state == "open"))).one()
        level = await session.scalar(select(Region.level).where(Region.code == task.region_code))
        return task.post, str(level)


async def test_where_one_person_is_the_whole_desk_the_check_goes_up(xinfeng: World) -> None:
    w = xinfeng
    await until_the_check(w, TOWN)
    w.rings(county="🤝 DP-260312-01…乡镇审核转到您这里：前面的环节和这一步不能是同一个人办")
    assert await holder_of_the_check(w) == ("county_clerk", "county")
    await w.does(COUNTY, "办理", *AGREED[1:])
    w.look_away()


async def test_a_colleague_checks_what_somebody_else_has_done(xinfeng: World) -> None:
    w = xinfeng
    second = await w.joins(31, "second", ("township_clerk", drill.TOWN))
    await until_the_check(w, second)
    w.look_away()
    assert await holder_of_the_check(w) == ("township_clerk", "township")
    await w.fill(second, "今日待办", "乡镇审核")
    await w.tap(second, "乡镇审核")
    assert w.phone(second).toast == "这一户前面的环节是您办的，这一步请由别的同事办"
    await w.fill(TOWN, "今日待办", "乡镇审核", *AGREED)
    w.look_away()
