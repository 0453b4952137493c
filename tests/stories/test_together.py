"""Several cases agreed to by one confirmation; those with a doubt are looked at one by one (domain §4.6)."""

import pytest
from sqlalchemy import select

from storage.register import Household
from storage.work import Case, Submission
from tests.stories.acts import A2, AGREED, CANDIDATE, COLLECTED, NO_DOUBTS, NO_OBJECTION, PASSED, POSTED
from tests.stories.world import COUNTY, GRID, TOWN, VILLAGE, World

HOMES = tuple(f"YL-107206-01-0{nth}" for nth in (1, 2, 4))
WITHOUT_SIGNATURE = (*COLLECTED[:-2], "没签", "提交")


async def first_of(w: World, chat_id: int, step: str, *form: str) -> None:
    """The first task of that step in 今日待办 is opened and its form filled in."""
    await w.fill(chat_id, "今日待办", step, *form)


async def before_the_town(w: World, *collected: tuple[str, ...]) -> None:
    """So many households have been reviewed and posted, without objection; the comparison is back."""
    await w.list_arrives(*({"household_no": home} for home in HOMES[: len(collected)]))
    for sheet in collected:
        await first_of(w, GRID, "入户核实", *CANDIDATE)
        await first_of(w, GRID, "授权采集", A2, "本人签(按手印)", "今天", *sheet)
        await first_of(w, COUNTY, "信息比对", *NO_DOUBTS)
        await first_of(w, VILLAGE, "民主评议", *PASSED)
        await first_of(w, VILLAGE, "张贴公示", *POSTED)
    await w.until(2026, 3, 17, 16)
    for _ in collected:
        await first_of(w, VILLAGE, "村内公示", *NO_OBJECTION)
    w.look_away()


async def decided(w: World) -> dict[str, str | None]:
    """The category of each case, by household."""
    async with w.reading() as session:
        rows = await session.execute(select(Household.number, Case.category).join(Case))
        return {row.number: row.category for row in rows}


async def test_cases_without_a_doubt_are_agreed_to_at_once(xinfeng: World) -> None:
    w = xinfeng
    await before_the_town(w, COLLECTED, COLLECTED, COLLECTED)
    await w.fill(TOWN, "今日待办")
    await w.fill(TOWN, "一起审核（3户）", "下三合义村1组4号户", "选好了", "没抽查", "今天", "提交")
    await w.fill(COUNTY, "今日待办", "一起审定（2户）", "都一起同意", "今天", "✎3", "提交")
    assert await decided(w) == {HOMES[0]: "borderline", HOMES[1]: "borderline", HOMES[2]: None}
    async with w.reading() as session:
        sheets = (await session.scalars(select(Submission).where(Submission.form == "county"))).all()
    assert [one.answers["batch"] for one in sheets] == [3, 3]
    assert {one.outcome for one in sheets} == {"approved"}
    w.look_away()


async def test_a_case_with_a_doubt_is_not_among_them(xinfeng: World) -> None:
    w = xinfeng
    await before_the_town(w, COLLECTED, WITHOUT_SIGNATURE)
    await w.fill(TOWN, "今日待办")
    with pytest.raises(LookupError):
        await w.tap(TOWN, "一起审核（2户）")
    w.look_away()


async def test_what_somebody_else_did_meanwhile_is_not_done_twice(xinfeng: World) -> None:
    w = xinfeng
    await before_the_town(w, COLLECTED, COLLECTED)
    await w.fill(TOWN, "今日待办", "一起审核（2户）", "都一起同意", "没抽查", "今天")
    await first_of(w, TOWN, "乡镇审核", *AGREED)
    await w.fill(TOWN, "提交")
    async with w.reading() as session:
        sheets = (await session.scalars(select(Submission).where(Submission.form == "town"))).all()
    assert len(sheets) == 2
    w.look_away()


async def test_what_was_not_shown_is_not_agreed_to(xinfeng: World) -> None:
    """A third case becomes ready while the sheet lies open: it was not on the list."""
    w = xinfeng
    await before_the_town(w, COLLECTED, COLLECTED, COLLECTED)
    back = ("抽查了", "退回", "今天", "材料签字", "选好了", "没填全", "提交")
    await first_of(w, TOWN, "乡镇审核", "乡镇审核", *back)
    await w.fill(TOWN, "今日待办", "一起审核（2户）", "都一起同意", "没抽查", "今天")
    await first_of(w, GRID, "授权采集", A2, "没变", "没变", "没变", "提交")
    await w.fill(TOWN, "提交")
    async with w.reading() as session:
        agreed = (await session.scalars(select(Submission).where(Submission.outcome == "agreed"))).all()
    assert len(agreed) == 2
    w.look_away()
