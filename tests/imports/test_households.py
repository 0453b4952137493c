"""Lists of households: place and group, head by hash, helper by staff number; a changed line updates."""

import pytest
from county_lists import TOWNSHIP, VILLAGE, clue, household, id_number, official
from sqlalchemy import func, select, text

from storage.people import Region
from storage.register import Household, Member
from storage.work import Audit, Case, Task
from workflows.imports import import_rows


async def listed(database, desk, *rows):
    return await import_rows("households", "农户.csv", rows, database, desk)


async def only(database):
    async with database.reading() as session:
        kept = (await session.scalars(select(Household))).one()
        head = (await session.scalars(select(Member))).one_or_none()
    return kept, head


async def test_a_household_is_kept_with_its_head(county, desk, vault):
    await import_rows("officials", "责任人.csv", [official(1, "helper")], county, desk)
    report = await listed(county, desk, household(1, helper_staff_no="S1", level="红灯"))
    assert (report.added, report.rejected) == (1, [])
    kept, head = await only(county)
    assert (kept.number, kept.region_code, kept.village_code, kept.group) == (
        "H1",
        f"{VILLAGE}-03",
        VILLAGE,
        "3组",
    )
    assert (kept.members, kept.level, kept.helper_id is not None) == (4, "red", True)
    assert (head.role, head.name, head.id_hash) == ("户主", "户主1", vault.find_by(id_number(1)))


async def test_names_and_numbers_are_unreadable_in_the_database(county, desk):
    await listed(county, desk, household(1))
    async with county.reading() as session:
        raw = [
            str(tuple(row))
            for name in ("households", "members")
            for row in await session.execute(text(f"SELECT * FROM {name}"))
        ]
    assert "户主1'" not in "".join(raw)
    assert id_number(1) not in "".join(raw)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        (VILLAGE, "3"),
        (VILLAGE, "3组"),
        (VILLAGE, "03"),
        (VILLAGE, "三组"),
        (f"{VILLAGE}-03", ""),
        (f"{VILLAGE}-3", "3"),
    ],
)
async def test_a_group_is_made_once_however_it_is_written(county, desk, code, group):
    await listed(county, desk, household(1, region_code=code, group=group), household(2))
    async with county.reading() as session:
        groups = await session.scalars(select(Region.code).where(Region.level == "group"))
        assert list(groups) == [f"{VILLAGE}-03"]


async def test_a_household_without_a_group_belongs_to_the_village(county, desk):
    await listed(county, desk, household(1, group=""))
    kept, _ = await only(county)
    assert (kept.region_code, kept.village_code, kept.group) == (VILLAGE, VILLAGE, None)


async def test_a_changed_line_updates_and_an_empty_cell_erases_nothing(county, desk):
    await listed(county, desk, household(1, level="yellow"))
    changed = household(1, members="5", head_name="", id_number="", group="", level="")
    report = await listed(county, desk, changed)
    assert (report.added, report.updated) == (0, 1)
    kept, head = await only(county)
    assert (kept.members, kept.head_name, kept.level, kept.group) == (5, "户主1", "yellow", "3组")
    assert head.name == "户主1"


async def test_a_new_head_takes_the_place_of_the_old_one(county, desk, vault):
    await listed(county, desk, household(1))
    await listed(county, desk, household(1, head_name="新户主", id_number=id_number(500)))
    _, head = await only(county)
    assert (head.name, head.id_hash) == ("新户主", vault.find_by(id_number(500)))


async def test_a_moved_household_gets_the_new_place(county, desk):
    await listed(county, desk, household(1))
    await listed(county, desk, household(1, region_code="130828107207", group=""))
    kept, _ = await only(county)
    assert (kept.region_code, kept.village_code, kept.group) == ("130828107207", "130828107207", None)


async def test_a_moved_household_keeps_its_case_and_its_tasks_go_to_the_new_place(county, desk):
    await listed(county, desk, household(1), household(2))
    await import_rows("clues", "线索.csv", [clue(1), clue(2)], county, desk)
    await listed(county, desk, household(1, region_code="130828107207"))
    async with county.reading() as session:
        cases = (await session.scalars(select(Case).order_by(Case.household_id))).all()
        tasks = (await session.scalars(select(Task).order_by(Task.case_id))).all()
        moved = await session.scalar(select(Audit).where(Audit.action == "case.moved"))
    assert [case.region_code for case in cases] == ["130828107207-03", f"{VILLAGE}-03"]
    assert [(task.region_code, task.due_version) for task in tasks] == [
        ("130828107207-03", 2),
        (f"{VILLAGE}-03", 1),
    ]
    assert moved.detail["gone_to"] == "130828107207-03"


async def test_a_merged_village_is_followed_to_what_it_became(county, desk):
    merged = {"code": VILLAGE, "name": "下三合义", "parent_code": TOWNSHIP, "level": "village"}
    gone = {"valid_to": "2026-01-31", "successor": "130828107207"}
    await import_rows("regions", "区划.csv", [merged | gone], county, desk)
    await listed(county, desk, household(1))
    kept, _ = await only(county)
    assert kept.region_code == "130828107207-03"


async def test_a_wrong_line_says_column_and_what_to_write(county, desk):
    rows = [
        household(1, household_no=""),
        household(2, region_code="130828999999"),
        household(3, region_code=TOWNSHIP, group=""),
        household(4, group="东沟组"),
        household(5, id_number=id_number(5)[:17] + ("0" if id_number(5)[17] != "0" else "1")),
        household(6, members="四口"),
        household(7, level="紫灯"),
        household(8, helper_staff_no="S404"),
        household(9),
        household(9),
        household(10, id_number=id_number(9)),
        household(11, region_code=f"{VILLAGE}-04"),
    ]
    told = [refusal.reason for refusal in (await listed(county, desk, *rows)).rejected]
    words = (
        "不能空着",
        "不在行政区划",
        "要写到村",
        "3组",
        "校验码",
        "整数",
        "可写：红灯",
        "S404",
        "第10行重复",
        "户 H9 的户主",
        "不一样",
    )
    assert len(told) == len(words)
    for word, reason in zip(words, told, strict=True):
        assert word in reason
    async with county.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Household)) == 1


async def test_two_heads_may_change_places_in_one_list(county, desk):
    await listed(county, desk, household(1), household(2))
    report = await listed(
        county, desk, household(1, id_number=id_number(2)), household(2, id_number=id_number(1))
    )
    assert (report.updated, report.rejected) == (2, [])


async def test_a_provisional_household_becomes_a_real_one(county, desk):
    await listed(county, desk, household(1))
    async with county.writing() as session:
        (await session.scalars(select(Household))).one().provisional = True
        await session.commit()
    assert (await listed(county, desk, household(1))).updated == 1
    kept, _ = await only(county)
    assert not kept.provisional
