"""Lists of regions: order does not matter, levels go down step by step, a merged village lives on."""

from county_lists import TOWNSHIP, VILLAGE
from sqlalchemy import func, select

from storage.people import Region
from workflows.imports import import_rows

CITY = "130900000000"


def region(code, name="某地", parent="", level="city", **more):
    return {"code": code, "name": name, "parent_code": parent, "level": level} | more


async def listed(database, desk, rows):
    return await import_rows("regions", "区划.csv", rows, database, desk)


async def reasons(database, desk, *rows):
    return [refusal.reason for refusal in (await listed(database, desk, rows)).rejected]


async def test_a_parent_may_come_after_its_children(empty, desk):
    rows = [
        region("130901001001-1", "1组", "130901001001", "组"),
        region("130901001001", "甲村", "130901001000", "村"),
        region("130901001000", "甲乡", "130901000000", "乡镇"),
        region("130901000000", "甲县", CITY, "县"),
        region(CITY, "甲市", "", "市"),
    ]
    report = await listed(empty, desk, rows)
    assert (report.added, report.rejected) == (5, [])
    async with empty.reading() as session:
        assert await session.scalar(select(Region.level).where(Region.code == "130901001001-01")) == "group"


async def test_the_shipped_tree_is_whole(county):
    async with county.reading() as session:
        counts = dict(
            (await session.execute(select(Region.level, func.count()).group_by(Region.level))).all()
        )
    assert counts == {"city": 1, "county": 1, "township": 39, "village": 324}


async def test_a_circle_of_parents_is_refused(empty, desk):
    told = await reasons(
        empty,
        desk,
        region("130901001000", parent="130901001001", level="township"),
        region("130901001001", parent="130901001000", level="village"),
    )
    assert len(told) == 2
    assert "不能是乡镇的上级" in told[0]


async def test_a_parent_that_is_refused_pulls_its_children_down(county, desk):
    told = await reasons(
        county,
        desk,
        region("130828999000", name="", parent="130828000000", level="township"),
        region("130828999001", parent="130828999000", level="village"),
        region("130828999001-01", parent="130828999001", level="group"),
    )
    assert ["上级" in reason for reason in told] == [False, True, True]


async def test_a_wrong_row_says_column_and_what_to_write(county, desk):
    told = await reasons(
        county,
        desk,
        region("13082899", parent=TOWNSHIP, level="village"),
        region("130828107999", parent="130828888000", level="village"),
        region("130828107998", parent=TOWNSHIP, level="大队"),
        region("130828107997", parent=TOWNSHIP, level="group"),
        region("130828107996", parent="", level="village"),
        region(VILLAGE, parent="130828000000", level="township"),
        region("130828107995", parent=TOWNSHIP, level="village", successor=VILLAGE),
        region(
            "130828107994", parent=TOWNSHIP, level="village", successor="130828107993", valid_to="2026-01-01"
        ),
        region("130828107994", parent=TOWNSHIP, level="village"),
    )
    words = (
        "12 位",
        "请先写上级",
        "只能写：市、县",
        "村代码-03",
        "请写上级",
        "级别不能改",
        "有效期",
        "核对并入",
    )
    assert len(told) == 9
    for word, reason in zip(words, told, strict=False):
        assert word in reason
    assert "与第9行重复" in told[8]


async def test_a_changed_name_is_updated_and_an_empty_cell_erases_nothing(county, desk):
    merged = region(
        VILLAGE, "下三合义村", TOWNSHIP, "village", valid_to="2026-01-31", successor="130828107207"
    )
    assert (await listed(county, desk, [merged])).updated == 1
    again = await listed(county, desk, [merged | {"valid_to": "", "successor": ""}])
    assert (again.updated, again.unchanged) == (0, 1)
    async with county.reading() as session:
        kept = await session.get_one(Region, VILLAGE)
    assert (kept.name, kept.successor) == ("下三合义村", "130828107207")
