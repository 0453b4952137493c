"""A department hears what became of each of its signals, and nothing about the households."""

from tests.stories.acts import CANDIDATE, NO_RISK, entered, posted
from tests.stories.world import GRID, World
from workflows.exports.feedback import HEADER, results
from workflows.exports.table import csv_lines


async def told(w: World, dept: str = "医保") -> dict[str, tuple[str, str]]:
    """The result of each signal and its day."""
    async with w.reading() as session:
        rows = [row async for row in results(session, dept, None)]
    return {row[0]: (row[3], row[4]) for row in rows}


async def test_each_signal_has_its_own_result(hebei: World) -> None:
    w = hebei
    await w.list_arrives(
        {"signal_id": "甲"},
        {"signal_id": "乙", "rule_code": "not_insured"},
        {"signal_id": "丙", "household_no": "YL-107206-01-02"},
        {"signal_id": "丁", "household_no": "没有这户"},
        {"signal_id": "戊", "source_dept": "人社", "rule_code": "job_lost"},
    )
    w.look_away()
    checking = ("核实中", "")
    assert await told(w) == {"甲": checking, "乙": checking, "丙": checking, "丁": ("正在查找对应农户", "")}
    assert await told(w, "人社") == {"戊": checking}
    await w.does(GRID, *CANDIDATE)
    w.look_away()
    found = await told(w)
    assert sorted(found[name] for name in "甲丙") == sorted([checking, ("情况属实，认定中", "2026-03-12")])


async def test_a_household_that_is_recognised_is_told_as_such(hebei: World) -> None:
    w = hebei
    await posted(w)
    await entered(w, 2026, 3, 18, 9)
    assert list((await told(w)).values()) == [("已纳入监测", "2026-03-18")]


async def test_no_risk_and_a_repeat_that_is_not_asked_again(hebei: World) -> None:
    w = hebei
    await w.list_arrives({"signal_id": "甲"})
    await w.does(GRID, *NO_RISK)
    await w.list_arrives({"signal_id": "乙"})
    w.look_away()
    assert await told(w) == {"甲": ("没风险", "2026-03-12"), "乙": ("近期核实过同样情况，未重复入户", "")}


async def test_a_table_begins_with_its_header_and_holds_no_formula(hebei: World) -> None:
    w = hebei
    await w.list_arrives({"signal_id": "=1+1"})
    w.look_away()
    async with w.reading() as session:
        lines = [line async for line in csv_lines(HEADER, results(session, "医保", w.today()))]
    assert b"".join(lines).decode("utf-8-sig").splitlines() == [
        "signal_id,rule_code,received_date,result,result_date",
        "'=1+1,medical_burden,2026-03-12,核实中,",
    ]
