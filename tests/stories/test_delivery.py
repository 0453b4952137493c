"""Out at least once, effects once: what the network may do to a message (promise 2)."""

import pytest
from sqlalchemy import select

from simulator.faults import Kind
from storage.post_box import Delivery, Notice
from storage.work import Task
from tests.guard import Log
from tests.stories.acts import NO_RISK
from tests.stories.world import GRID, VILLAGE, World

AGAIN = "（重发）\n"
MOVED = "（代办：原来的责任人暂时联系不上，请您先办）\n"
CARD = "🔶 新线索 DP-260312-01"


async def deliveries(w: World, kind: str = "alert") -> list[str]:
    """The attempts to hand over notices of a kind."""
    async with w.reading() as session:
        query = select(Delivery.result).join(Notice, Notice.id == Delivery.notice_id)
        return list(await session.scalars(query.where(Notice.kind == kind).order_by(Delivery.id)))


@pytest.mark.parametrize("kind", ["500", "502", "gateway"])
async def test_a_server_error_is_retried_until_it_works(hebei: World, kind: str) -> None:
    w = hebei
    w.emulator.faults.add(kind, times=3, method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(**w.lines())
    await w.until(2026, 3, 12, 9, 5)
    w.rings(grid=CARD)
    assert await deliveries(w) == ["failed"] * 3 + ["accepted"]


async def test_a_long_outage_of_telegram_loses_nothing(hebei: World) -> None:
    w = hebei
    w.emulator.faults.add("500", times=60, method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.look_away()
    await w.until(2026, 3, 12, 19, 0)
    w.rings(grid=CARD)


@pytest.mark.parametrize("kind", ["502", "429", "gateway"])
async def test_ten_minutes_without_telegram_lose_and_repeat_nothing(hebei: World, kind: Kind) -> None:
    w = hebei
    w.emulator.faults.add(kind, times=None, method="sendMessage")
    await w.list_arrives()
    await w.until(2026, 3, 12, 9, 10)
    w.silent()
    w.emulator.faults.clear()
    await w.until(2026, 3, 12, 9, 15)
    w.rings(grid=CARD, **w.lines())


async def test_ten_minutes_of_broken_connections_pass_over_nobody(
    hebei: World,
) -> None:
    """The one repeat is kept until Telegram answers again: whether it got the first nobody knows."""
    w = hebei
    w.emulator.faults.add("reset", times=None)
    await w.list_arrives()
    await w.until(2026, 3, 12, 9, 10)
    w.silent()
    w.emulator.faults.clear()
    await w.until(2026, 3, 12, 9, 15)
    w.rings(grid=AGAIN + CARD, **{name: AGAIN + text for name, text in w.lines().items()})


async def test_an_answer_that_was_lost_is_repeated_once_and_marked(hebei: World) -> None:
    """Accepted by Telegram, but the connection ended before we heard of it."""
    w = hebei
    w.emulator.faults.add("drop", method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(grid=[CARD, AGAIN + CARD], **w.lines())
    assert await deliveries(w) == ["unknown", "accepted"]


async def test_a_reset_is_repeated_once_and_marked(hebei: World) -> None:
    w = hebei
    w.emulator.faults.add("reset", method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(grid=AGAIN + CARD, **w.lines())


async def test_lost_twice_it_goes_to_the_next_person(hebei: World) -> None:
    w = hebei
    w.emulator.faults.add("reset", times=2, method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(**{**w.lines(), "village": [w.lines()["village"], AGAIN + MOVED + CARD]})
    assert await deliveries(w) == ["unknown", "unknown", "accepted"]


async def test_too_many_requests_pause_the_bot_and_lose_nothing(hebei: World) -> None:
    """Also over a restart nothing goes out before the time that Telegram asked for."""
    w = hebei
    w.emulator.faults.add("429", method="sendMessage", chat_id=GRID, retry_after=70)
    await w.list_arrives()
    w.look_away()
    await w.until(2026, 3, 12, 9, 1)
    w.silent()
    await w.restart()
    w.silent()
    await w.until(2026, 3, 12, 9, 2)
    w.rings(grid=CARD)
    assert await deliveries(w) == ["throttled", "accepted"]


async def test_what_telegram_finds_badly_made_goes_as_plain_text(hebei: World, log: Log) -> None:
    w = hebei
    w.emulator.faults.add("400", method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(grid=CARD, **w.lines())
    assert w.phone(GRID).last.buttons == []
    assert [one["event"] for one in log if one["log_level"] == "warning"] == ["notice_rejected"]


@pytest.mark.expected_errors("notice_undisplayable")
async def test_refused_even_as_plain_text_the_person_hears_that_there_is_something(hebei: World) -> None:
    w = hebei
    w.emulator.faults.add("400", times=2, method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(grid="有一条通知在这里显示不了，请点「今日待办」查看", **w.lines())


@pytest.mark.expected_errors("notice_undisplayable", "notice_failed")
async def test_refused_whatever_it_says_it_is_given_up_and_logged(hebei: World) -> None:
    w = hebei
    w.emulator.faults.add("400", times=3, method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.rings(**w.lines())


def dies_while_sending(w: World, patch: pytest.MonkeyPatch) -> None:
    """From now on the process dies between the lease and the sends."""

    async def lease() -> bool:
        await w.lease()
        return False

    patch.setattr(w.app.sender, "drain", lease)


async def test_what_was_leased_when_the_process_died_goes_once_more(
    hebei: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each chat one message was in hand. Its place in the day's budget is not used up by the stop."""
    w = hebei
    dies_while_sending(w, monkeypatch)
    await w.list_arrives({}, *({"household_no": f"YL-107206-02-0{n}"} for n in (1, 2)))
    w.silent()
    await w.restart()
    cards = [AGAIN + "🔶 新线索 DP-260312-01", *(f"🔶 新线索 DP-260312-0{n}" for n in (2, 3))]
    lines = w.lines(clues=3, households=3)
    w.rings(grid=cards, **{name: AGAIN + str(line) for name, line in lines.items()})
    await w.restart()
    w.silent()


async def test_a_lease_broken_off_twice_moves_on(hebei: World, monkeypatch: pytest.MonkeyPatch) -> None:
    w = hebei
    await w.list_arrives()
    w.look_away()
    await w.until(2026, 3, 13, 14, 30)
    w.look_away()
    dies_while_sending(w, monkeypatch)
    await w.until(2026, 3, 13, 19, 30)
    await w.starts()
    dies_while_sending(w, monkeypatch)
    await w.app.settle()
    w.silent()
    await w.restart()
    w.rings(village=AGAIN + MOVED + "⏳ DP-260312-01…这是到期前最后一次提醒")


async def test_an_answer_waits_in_the_outbox_for_the_process(
    hebei: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Handled and committed, but the process dies before a word is sent."""
    w = hebei
    await w.list_arrives()
    w.look_away()

    async def dies() -> bool:
        return False

    monkeypatch.setattr(w.app.sender, "drain", dies)
    await w.tap(GRID, "现在核实")
    w.silent()
    await w.restart()
    w.rings(grid="线索快核（2/2） 下三合义村1组1号户\n这次怎么核实的？")


async def test_what_is_over_is_not_told_any_more(hebei: World) -> None:
    """The card could not be sent at first; meanwhile the village has settled the matter."""
    w = hebei
    w.emulator.faults.add("500", times=2, method="sendMessage", chat_id=GRID)
    await w.list_arrives()
    w.look_away()
    async with w.reading() as session:
        task = (await session.scalars(select(Task))).one()
    w.phone(VILLAGE).tap_data(f"fill:{task.id}", w.phone(VILLAGE).last)
    await w.pull()
    await w.fill(VILLAGE, *NO_RISK)
    w.look_away()
    await w.until(2026, 3, 12, 10)
    w.silent()
