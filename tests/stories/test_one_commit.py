"""One commit, and updates that come in at least once but count once (promises 1 and 2)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from simulator import Message
from storage.engine import Base
from storage.post_box import Inbox
from storage.work import Audit, Case, Submission
from tests.stories.acts import CANDIDATE, NO_RISK
from tests.stories.world import GRID, VILLAGE, World
from workflows import cases

Rows = dict[str, int]
BESIDE = ("inbox", "deliveries")


async def rows(w: World) -> Rows:
    """How many rows each table has; those of the post room are counted apart."""
    async with w.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in BESIDE]
        return {t.name: await session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


@pytest.fixture
async def summary(hebei: World) -> Message:
    """A visit all filled in, but for the last press."""
    await hebei.list_arrives()
    await hebei.fill(GRID, *CANDIDATE[:-1])
    hebei.look_away()
    return hebei.phone(GRID).last


def breaks(patch: pytest.MonkeyPatch, times: int) -> None:
    """The handler fails after all its effects, so many times."""
    left = iter(range(times))
    real: Callable[..., Any] = cases.apply

    async def broken(*args: Any) -> Any:
        outcome = await real(*args)
        await args[0].flush()
        if next(left, None) is not None:
            raise RuntimeError("the light went out")
        return outcome

    patch.setattr(cases, "apply", broken)


@pytest.mark.expected_errors("update_failed", times=2)
async def test_an_update_that_fails_leaves_nothing_behind_and_is_tried_again(
    hebei: World, summary: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, times=2)
    await hebei.tap(GRID, "提交", summary)
    assert summary.text.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    async with hebei.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Submission)) == 1
        acts = select(func.count()).select_from(Audit).where(Audit.action == "visit.candidate")
        assert await session.scalar(acts) == 1
    hebei.look_away()


@pytest.mark.expected_errors("update_failed", times=3)
async def test_after_three_failures_it_is_set_aside_and_the_chat_goes_on(
    hebei: World, summary: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await rows(hebei)
    breaks(monkeypatch, times=3)
    await hebei.tap(GRID, "提交", summary)
    hebei.rings(grid="刚才那条没处理成，已记下请县里看，您可以接着办别的")
    assert await rows(hebei) == {**before, "notices": before["notices"] + 1}
    async with hebei.reading() as session:
        aside = (await session.scalars(select(Inbox).where(Inbox.state == "set_aside"))).one()
        assert (aside.tries, aside.payload) == (3, None)
    await hebei.tap(GRID, "提交", summary)
    assert summary.text.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    hebei.look_away()


@pytest.mark.expected_errors("update_failed", times=3)
async def test_one_broken_update_does_not_hold_up_other_chats(
    hebei: World, summary: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, times=3)
    hebei.phone(GRID).tap("提交", summary)
    await hebei.say(VILLAGE, "今日待办")
    hebei.rings(grid="刚才那条没处理成", village="现在没有待办")


async def test_an_update_delivered_twice_counts_once(hebei: World, summary: Message) -> None:
    hebei.emulator.faults.add("duplicate")
    await hebei.tap(GRID, "提交", summary)
    after = await rows(hebei)
    await hebei.pull()
    assert await rows(hebei) == after
    hebei.look_away()


async def test_what_was_kept_but_not_acknowledged_comes_again_and_changes_nothing(
    hebei: World, summary: Message
) -> None:
    """The process dies between the inbox and the next poll: Telegram sends the update once more."""
    hebei.phone(GRID).tap("提交", summary)
    updates = await hebei.app.bot.get_updates(offset=hebei._offset, timeout=0)
    await hebei.receive(updates)
    await hebei.app.settle()
    after = await rows(hebei)
    await hebei.starts()
    await hebei.pull()
    assert await rows(hebei) == after
    hebei.look_away()


async def test_an_update_that_was_kept_is_handled_after_a_stop(hebei: World, summary: Message) -> None:
    hebei.phone(GRID).tap("提交", summary)
    updates = await hebei.app.bot.get_updates(offset=hebei._offset, timeout=0)
    await hebei.receive(updates)
    await hebei.starts()
    await hebei.app.settle()
    assert summary.text.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    hebei.look_away()


async def test_a_toast_that_cannot_be_shown_undoes_nothing(hebei: World, summary: Message) -> None:
    hebei.emulator.faults.add("500", method="answerCallbackQuery")
    await hebei.tap(GRID, "提交", summary)
    assert summary.text.startswith("✅ 已登记：入户核实，有风险，拟纳入")
    hebei.look_away()


async def test_a_case_its_tasks_rungs_audit_and_notices_are_one_commit(
    hebei: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that dies at its very end: nothing of it is there, and nobody has heard of it."""
    before = await rows(hebei)

    async def dies(*_args: Any) -> None:
        raise RuntimeError("the light went out")

    monkeypatch.setattr("workflows.joining.open_silently", dies)
    with pytest.raises(RuntimeError):
        await hebei.list_arrives()
    await hebei.app.settle()
    hebei.silent()
    after = await rows(hebei)
    assert {name for name in after if after[name] != before[name]} <= {
        "batches",
        "audit",
    }  # of the import itself


async def test_accepted_is_said_after_the_commit(
    hebei: World, summary: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the toast floats, the case stands in the database already."""
    seen: list[str | None] = []
    real = hebei.app.inbox._toast

    async def looks(*args: Any) -> None:
        async with hebei.reading() as session:
            seen.append((await session.scalars(select(Case))).one().stage)
        await real(*args)

    monkeypatch.setattr(hebei.app.inbox, "_toast", looks)
    await hebei.tap(GRID, "提交", summary)
    assert seen == ["recognising"]
    hebei.look_away()


async def test_two_persons_press_at_once(hebei: World) -> None:
    """Grid worker and village clerk finish the same visit: one counts, the other is told by whom."""
    w = hebei
    await w.list_arrives()
    await w.fill(GRID, *NO_RISK[:-1])
    mine = w.phone(GRID).last
    card = w.phone(GRID).received[-2]
    w.phone(VILLAGE).tap_data(card.button("现在核实")["callback_data"], w.phone(VILLAGE).last)
    await w.pull()
    await w.fill(VILLAGE, *NO_RISK[1:-1])
    theirs = w.phone(VILLAGE).last
    w.phone(GRID).tap("提交", mine)
    w.phone(VILLAGE).tap("提交", theirs)
    await w.pull()
    assert mine.text.startswith("✅ 已登记：入户核实，没风险，办结")
    assert w.phone(VILLAGE).toast == "这条已由网格员办好"
    w.look_away()
