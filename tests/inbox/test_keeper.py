"""Promise 2 on the way in: every update is handled once, in the order of its chat, whatever comes between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from config.clock import SetClock
from config.loader import load_policy
from jintang.wiring import Jintang, jintang
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.post_box import Inbox, Notice

TOKEN = "7000000001:test"
NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
CHATS, EACH = range(1001, 1051), 4


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[Sequence[Jintang]]:
    """Two processes, as far as the database can tell."""
    use_vault(Vault(new_secret()))
    policy = load_policy("hebei")
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                jintang(database=Database(database_url), policy=policy, clock=SetClock(NOON), token=TOKEN)
            )
            for _ in range(2)
        ]


def said(update_id: int, chat_id: int, text: str) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private"}
    sender = {"id": chat_id, "is_bot": False, "first_name": "演练"}
    message = {"message_id": update_id, "date": 0, "chat": chat, "from": sender, "text": text}
    return {"update_id": update_id, "message": message}


def everything() -> list[dict[str, Any]]:
    ids = iter(range(1, len(CHATS) * EACH + 1))
    return [said(next(ids), chat_id, f"第{nth}句") for nth in range(EACH) for chat_id in CHATS]


async def answers(app: Jintang) -> dict[int | None, int]:
    async with app.database.reading() as session:
        rows = await session.execute(select(Notice.chat_id, func.count()).group_by(Notice.chat_id))
        return dict(rows.all())


async def kept(app: Jintang) -> Sequence[Inbox]:
    async with app.database.reading() as session:
        return (await session.scalars(select(Inbox).order_by(Inbox.update_id))).all()


async def test_two_that_race_for_the_same_updates_handle_each_once(two: Sequence[Jintang]) -> None:
    updates = everything()
    await asyncio.gather(*(app.receiver.receive(app.bot.id, updates) for app in two))
    await asyncio.gather(*(app.inbox.work_off() for app in two))
    rows = await kept(two[0])
    assert [row.update_id for row in rows] == [update["update_id"] for update in updates]
    assert {(row.state, row.payload, row.tries) for row in rows} == {("handled", None, 0)}
    assert await answers(two[0]) == dict.fromkeys(CHATS, EACH)


async def test_what_comes_again_after_it_was_handled_changes_nothing(two: Sequence[Jintang]) -> None:
    updates = everything()
    for again in (updates, updates, updates[::-1]):
        await two[0].receiver.receive(two[0].bot.id, again)
        await two[0].inbox.work_off()
    assert await answers(two[0]) == dict.fromkeys(CHATS, EACH)


async def test_what_comes_in_the_wrong_order_is_handled_in_the_order_it_was_said(
    two: Sequence[Jintang], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, handled = two[0], list[int]()
    dispatch = app.inbox._dispatch

    async def noted(session: Any, bot: Any, update: Any, context: Any) -> Any:
        handled.append(update.update_id)
        return await dispatch(session, bot, update, context)

    monkeypatch.setattr(app.inbox, "_dispatch", noted)
    await app.receiver.receive(app.bot.id, everything()[::-1])
    await app.inbox.work_off()
    for chat_id in CHATS:
        own = [one for one in handled if (one - 1) % len(CHATS) == chat_id - CHATS.start]
        assert own == sorted(own)
        assert len(own) == EACH


async def test_who_dies_after_acknowledging_leaves_it_to_the_next(two: Sequence[Jintang]) -> None:
    died, next_one = two
    await died.receiver.receive(died.bot.id, everything())
    await died.database.close()
    await next_one.inbox.work_off()
    assert await answers(next_one) == dict.fromkeys(CHATS, EACH)


class Death(BaseException):
    """Nothing of ours catches it."""


async def test_a_death_while_handling_leaves_nothing_half_done(
    two: Sequence[Jintang], monkeypatch: pytest.MonkeyPatch
) -> None:
    died, next_one = two
    dispatch = died.inbox._dispatch

    async def dies(*about: Any) -> Any:
        await dispatch(*about)
        raise Death

    monkeypatch.setattr(died.inbox, "_dispatch", dies)
    await died.receiver.receive(died.bot.id, [said(1, 15, "你好")])
    with pytest.raises(Death):
        await died.inbox.work_off()
    assert await answers(next_one) == {}
    await next_one.inbox.work_off()
    assert await answers(next_one) == {15: 1}


@pytest.mark.expected_errors("update_failed", times=3)
async def test_an_update_nobody_can_handle_is_set_aside_and_the_chat_goes_on(two: Sequence[Jintang]) -> None:
    app = two[0]
    poison = {"update_id": 1, "message": {"message_id": "x", "chat": {"id": 15, "type": "private"}}}
    await app.receiver.receive(app.bot.id, [poison, said(2, 15, "你好"), said(3, 16, "你好")])
    await app.inbox.work_off()
    rows = await kept(app)
    assert [(row.state, row.tries) for row in rows] == [("set_aside", 3), ("handled", 0), ("handled", 0)]
    assert {row.payload for row in rows} == {None}
    async with app.database.reading() as session:
        told = (await session.scalars(select(Notice).where(Notice.chat_id == 15).order_by(Notice.id))).all()
    assert told[0].facts["text"] == app.desk.policy.texts["set_aside"]
    assert len(told) == 2
