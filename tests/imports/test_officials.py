"""Lists of officials: one line is a person and a post; single posts take one holder a day."""

from datetime import date

import pytest
from county_lists import COUNTY, TOWNSHIP, VILLAGE, official
from sqlalchemy import func, select

from storage.people import Duty, Official, Region
from workflows.imports import import_rows


async def listed(database, desk, *rows):
    return await import_rows("officials", "责任人.csv", rows, database, desk)


async def reasons(database, desk, *rows):
    return [refusal.reason for refusal in (await listed(database, desk, *rows)).rejected]


async def duties(database):
    async with database.reading() as session:
        rows = await session.execute(
            select(Official.staff_no, Duty.post, Duty.region_code, Duty.from_on, Duty.to_on)
            .join(Official, Duty.official_id == Official.id)
            .order_by(Duty.id)
        )
        return [tuple(row) for row in rows]


async def test_a_person_with_two_posts_is_kept_once(county, desk, vault):
    report = await listed(
        county, desk, official(1), official(1, "helper", TOWNSHIP), official(2, deputy_staff_no="S1")
    )
    assert (report.added, report.rejected) == (3, [])
    async with county.reading() as session:
        one = await session.scalar(select(Official).where(Official.staff_no == "S1"))
        deputy = await session.scalar(
            select(Duty.deputy_id)
            .join(Official, Duty.official_id == Official.id)
            .where(Official.staff_no == "S2")
        )
    assert (one.name, one.phone, one.phone_hash) == ("干部1", "13800000001", vault.find_by("13800000001"))
    assert deputy == one.id
    assert len(await duties(county)) == 3


@pytest.mark.parametrize(("code", "group"), [(f"{VILLAGE}-3", ""), (VILLAGE, "3组"), (VILLAGE, "03")])
async def test_a_group_is_made_when_an_official_names_it(county, desk, code, group):
    await listed(county, desk, official(1, "grid_worker", code, group=group))
    async with county.reading() as session:
        region = await session.get_one(Region, f"{VILLAGE}-03")
    assert (region.name, region.parent_code, region.level) == ("3组", VILLAGE, "group")


async def test_posts_go_by_their_chinese_names_too(county, desk):
    await listed(county, desk, official(1, "驻村第一书记"), official(2, "县专员", COUNTY))
    assert [post for _, post, *_ in await duties(county)] == ["first_secretary", "county_clerk"]


async def test_a_deputy_may_come_later_in_the_list_but_must_come(county, desk):
    told = await reasons(
        county, desk, official(1, deputy_staff_no="S2"), official(2), official(3, deputy_staff_no="S9")
    )
    assert len(told) == 1
    assert "S9 没有登记" in told[0]


async def test_who_leaned_on_a_refused_line_falls_too(county, desk):
    told = await reasons(
        county,
        desk,
        official(1, deputy_staff_no="S2"),
        official(2, deputy_staff_no="S3"),
        official(3, phone="1"),
    )
    assert len(told) == 3


async def test_two_holders_of_a_single_post_on_one_day_are_refused(county, desk):
    told = await reasons(
        county,
        desk,
        official(1, "village_head", to="2026-03-31"),
        official(2, "village_head", **{"from": "2026-03-31"}),
        official(3, "village_head", **{"from": "2026-04-01"}),
        official(4, "village_clerk"),
        official(5, "village_clerk"),
    )
    assert len(told) == 1
    assert "第2行的工号 S1" in told[0]
    assert "村主任" in told[0]


async def test_the_line_that_ends_a_duty_makes_room_wherever_it_stands(county, desk):
    await listed(county, desk, official(1, "village_head"))
    assert (
        "已登记的工号 S1"
        in (await reasons(county, desk, official(2, "village_head", **{"from": "2026-03-01"})))[0]
    )
    report = await listed(
        county,
        desk,
        official(2, "village_head", **{"from": "2026-03-01"}),
        official(1, "village_head", to="2026-02-28"),
    )
    assert (report.added, report.updated, report.rejected) == (1, 1, [])


async def test_a_changed_post_closes_nothing_by_itself(county, desk):
    await listed(county, desk, official(1))
    await listed(county, desk, official(1, "village_head"))
    assert [(post, to) for _, post, _, _, to in await duties(county)] == [
        ("village_clerk", None),
        ("village_head", None),
    ]


async def test_an_empty_end_leaves_an_ended_duty_ended(county, desk):
    await listed(county, desk, official(1, to="2026-02-28"))
    report = await listed(county, desk, official(1))
    assert report.unchanged == 1
    assert (await duties(county))[0][4] == date(2026, 2, 28)


async def test_a_new_phone_is_found_by_its_hash(county, desk, vault):
    await listed(county, desk, official(1))
    report = await listed(county, desk, official(1, phone="13900000001"))
    assert (report.updated, report.added) == (1, 0)
    async with county.reading() as session:
        assert await session.scalar(select(Official.phone_hash)) == vault.find_by("13900000001")
        assert await session.scalar(select(func.count()).select_from(Official)) == 1


async def test_a_wrong_line_says_column_and_what_to_write(county, desk):
    told = await reasons(
        county,
        desk,
        official(1, "队长"),
        official(2, region="130828999999"),
        official(3, region=TOWNSHIP),
        official(4, phone="0314-7512345"),
        official(5, to="2024-12-31"),
        official(6, **{"from": "2026-02-30"}),
        official(7, deputy_staff_no="S7"),
        official(8, **{"from": ""}),
        official(9, "grid_worker", TOWNSHIP, group="3"),
    )
    words = (
        "可写：网格员",
        "不在行政区划",
        "要写村代码",
        "11 位",
        "早于到任",
        "核对日期",
        "不能是本人",
        "不能空着",
        "写到村",
    )
    assert len(told) == len(words)
    for word, reason in zip(words, told, strict=True):
        assert word in reason


async def test_all_faults_of_a_line_are_told_at_once(county, desk):
    report = await listed(county, desk, official(1, "队长", phone="1", **{"from": "x"}))
    assert [complaint.column for complaint in report.rejected[0].complaints] == ["phone", "post", "from"]


async def test_one_staff_number_is_one_person_and_one_phone_is_one_persons(county, desk):
    told = await reasons(
        county,
        desk,
        official(1),
        official(1, "helper", name="另一人"),
        official(2, phone="13800000001"),
        official(1),
    )
    assert ["第2行同一工号" in told[0], "工号 S1 的手机号" in told[1], "第2行重复" in told[2]] == [True] * 3
