"""Lists of clues: rules of the policy, dates, and nobody's number outside its own column."""

from datetime import timedelta

import pytest
from county_lists import TOWNSHIP, VILLAGE, clue, household, id_number
from sqlalchemy import func, select

from storage.post_box import Notice
from storage.register import Batch, Clue
from storage.work import Case
from tests import databases
from workflows import batches
from workflows.imports import FileRefused, import_rows


async def listed(database, desk, *rows):
    return await import_rows("clues", "线索.csv", rows, database, desk)


async def how_many(database, entity):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(entity))


@pytest.fixture
async def register(county, desk):
    await import_rows("households", "农户.csv", [household(1), household(2)], county, desk)
    return county


async def test_a_signal_finds_its_household_by_number_or_by_id(register, desk):
    report = await listed(
        register, desk, clue(1), clue(2, household_no="", id_number=id_number(2)), clue(3, signal_id="YB-3")
    )
    assert (report.added, dict(report.states)) == (3, {"open": 2, "waiting": 1})
    assert await how_many(register, Case) == 2


async def test_the_id_number_is_nowhere_in_the_database(register, desk, vault):
    await listed(register, desk, clue(2, household_no="", id_number=id_number(2)))
    async with register.reading() as session:
        assert await session.scalar(select(Clue.id_hash)) == vault.find_by(id_number(2))
        assert id_number(2) not in await databases.everything(session)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("note", f"本人{id_number(7)}", "身份证号"),
        ("note", "电话１３８１２３４５６７８", "手机号"),
        ("note", "卡 6222021234567890128", "银行卡号"),
        ("person_role", "13812345678", "手机号"),
        ("signal_id", id_number(7), "身份证号"),
        ("household_no", id_number(7), "身份证号"),
        ("家庭住址", "13812345678", "手机号"),
    ],
)
async def test_a_private_number_in_another_column_refuses_the_whole_file(register, desk, column, value, kind):
    with pytest.raises(FileRefused, match=f"第4行.*{kind}") as refused:
        await listed(register, desk, clue(1), clue(2), clue(3, **{column: value}))
    assert "13812345678" not in str(refused.value)
    assert id_number(7) not in str(refused.value)
    assert await how_many(register, Clue) == 0


async def test_numbers_that_only_look_private_are_left_alone(register, desk):
    report = await listed(
        register,
        desk,
        clue(1, signal_id="13812345678"),
        clue(2, signal_id="6222021234567890128", household_no="13082810720"),
        clue(3, signal_id="YB-130828107206-0001", household_no=f"{VILLAGE}000123"),
        clue(4, signal_id="202603010000000017"),
    )
    assert (report.added, report.rejected) == (4, [])


async def test_a_wrong_row_says_column_and_what_to_write(register, desk):
    rows = [
        clue(1, source_dept="气管局"),
        clue(2, rule_code="nothing"),
        clue(3, event_date="2026-03-11"),
        clue(4, received_date="2026-03-13"),
        clue(5, received_date="2026-02-30"),
        clue(6, village_code="130828999999"),
        clue(7, village_code=TOWNSHIP),
        clue(8, risk_code="88"),
        clue(9, band="很高"),
        clue(10, direction="左"),
        clue(11, household_no=""),
        clue(12, id_number="123"),
        clue(13, note="长" * 201),
        clue(14, received_date=""),
        clue(15),
        clue(16, signal_id="YB-15"),
    ]
    report = await listed(register, desk, *rows)
    told = [refusal.reason for refusal in report.rejected]
    words = (
        "可写：医保",
        "medical_burden",
        "晚于收到日期",
        "晚于今天",
        "核对日期",
        "不在行政区划",
        "请写村代码",
    )
    words += ("01因病", "可写：low", "漏、错", "至少写一个", "18 位", "最多 200", "不能空着", "第16行重复")
    assert len(told) == len(words) == len(rows) - report.accepted
    for word, reason in zip(words, told, strict=True):
        assert word in reason
    assert str(report.rejected[0]).startswith("线索.csv 第2行：“source_dept”没有这个部门")


async def test_a_code_in_another_form_means_the_same(register, desk):
    row = clue(1, risk_code="1", band="高", direction="防漏", village_code=f"{VILLAGE}-03")
    await listed(register, desk, row, clue(2, risk_code="因病", band="", direction=""))
    async with register.reading() as session:
        kept = (await session.scalars(select(Clue).order_by(Clue.id))).all()
    assert [(c.risk, c.band, c.direction) for c in kept] == [("01", "high", "漏"), ("01", None, "漏")]
    assert kept[0].village_code == VILLAGE


async def test_a_number_used_for_another_signal_is_refused(register, desk):
    await listed(register, desk, clue(1))
    report = await listed(register, desk, clue(1, rule_code="not_insured"), clue(2))
    assert (report.added, len(report.rejected)) == (1, 1)
    assert "已经导入过" in report.rejected[0].reason


async def test_the_same_file_twice_changes_nothing(register, desk):
    rows = [clue(1), clue(2), clue(3)]
    await listed(register, desk, *rows)
    before = [await how_many(register, entity) for entity in (Clue, Case, Batch, Notice)]
    report = await listed(register, desk, *rows)
    assert (report.added, report.unchanged, report.rejected) == (0, 3, [])
    assert report.imported_before == desk.today()
    assert [await how_many(register, entity) for entity in (Clue, Case, Batch, Notice)] == before


async def test_rows_refused_once_come_in_a_batch_of_their_own(register, desk):
    rows = [clue(1), clue(2, village_code="130828107999")]
    await listed(register, desk, *rows)
    village = {"code": "130828107999", "name": "新村", "parent_code": TOWNSHIP, "level": "village"}
    await import_rows("regions", "区划.csv", [village], register, desk)
    report = await listed(register, desk, *rows)
    assert (report.added, report.unchanged) == (1, 1)
    async with register.reading() as session:
        batches = (await session.scalars(select(Batch).where(Batch.kind == "clues"))).all()
    assert [batch.told for batch in batches] == [True, True]


async def test_waiting_signals_find_a_household_that_is_imported_later(register, desk):
    assert (await listed(register, desk, clue(3))).states["waiting"] == 1
    await import_rows("households", "农户2.csv", [household(3)], register, desk)
    async with register.reading() as session:
        assert await session.scalar(select(Clue.state)) == "open"


async def test_a_batch_whose_end_was_cut_off_tells_everybody_once(register, desk, monkeypatch):
    """The lines stand, half the cards are let go, the process dies: the rest goes out, nothing twice."""

    async def dies(*_args):
        raise RuntimeError("the light went out")

    with monkeypatch.context() as broken:
        broken.setattr("notifications.outbox.release_some", dies)
        with pytest.raises(RuntimeError):
            await listed(register, desk, clue(1), clue(2))
    assert await states(register, "staged") > 0
    desk.time.clock.set(desk.now() + timedelta(minutes=11))
    for _ in range(2):
        async with register.reading() as session:
            left = await batches.abandoned(session, desk)
        for batch_id in left:
            await batches.tell_batch(register, desk, batch_id)
    assert left == []
    assert await states(register, "staged") == 0
    lines = select(Notice.post, Notice.region_code, func.count()).where(Notice.kind.startswith("batch_"))
    async with register.reading() as session:
        counted = (await session.execute(lines.group_by(Notice.post, Notice.region_code))).all()
    assert counted
    assert {count for *_, count in counted} == {1}


async def states(database, state):
    async with database.reading() as session:
        query = select(func.count()).select_from(Notice).where(Notice.state == state)
        return await session.scalar(query)


async def test_the_clues_of_one_household_are_one_case_wherever_they_stand_in_the_list(register, desk):
    rows = [
        clue(n, signal_id=f"YB-{n}", household_no=household(1 + n % 2)["household_no"]) for n in range(60)
    ]
    report = await listed(register, desk, *rows)
    assert dict(report.states) == {"open": 2, "merged": 58}
    assert await how_many(register, Case) == 2
