"""Scripted misfortune and rate limits: each arrives at aiogram as the error class it should."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from simulator import Emulator, Phone
from simulator.errors import ApiError
from simulator.faults import Faults, Kind
from simulator.limits import RateLimits
from tests.simulator.moved_clock import Clock

REFUSALS: list[tuple[Kind, type[TelegramAPIError], str]] = [
    ("429", TelegramRetryAfter, "Too Many Requests: retry after 7"),
    ("403", TelegramForbiddenError, "Forbidden: bot was blocked by the user"),
    ("deactivated", TelegramForbiddenError, "Forbidden: user is deactivated"),
    ("400", TelegramBadRequest, "Bad Request: scripted fault"),
    ("not_found", TelegramBadRequest, "Bad Request: chat not found"),
    ("500", TelegramServerError, "Internal Server Error"),
    ("502", TelegramServerError, "Bad Gateway"),
]


@pytest.mark.parametrize(("kind", "error", "words"), REFUSALS)
async def test_a_refusal_does_nothing(
    bot: Bot, phone: Phone, emulator: Emulator, kind: Kind, error: type[TelegramAPIError], words: str
) -> None:
    emulator.faults.add(kind, retry_after=7)
    with pytest.raises(error) as refusal:
        await bot.send_message(phone.id, "x")
    assert words in str(refusal.value)
    assert phone.received == []
    await bot.send_message(phone.id, "x")
    assert [message.text for message in phone.received] == ["x"]


async def test_a_wait_is_told_in_seconds(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("429", retry_after=7)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(phone.id, "x")
    assert refusal.value.retry_after == 7


async def test_a_migrated_chat_says_where_it_is_now(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("migrate", moved_to=-1001234)
    with pytest.raises(TelegramMigrateToChat) as refusal:
        await bot.send_message(phone.id, "x")
    assert refusal.value.migrate_to_chat_id == -1001234
    assert phone.received == []


async def test_an_outage_lasts_until_it_is_over(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("reset", times=None)
    for _ in range(3):
        with pytest.raises(TelegramNetworkError):
            await bot.send_message(phone.id, "x")
    emulator.faults.clear()
    await bot.send_message(phone.id, "x")
    assert [message.text for message in phone.received] == ["x"]


def test_a_fault_by_chance_strikes_the_same_requests_in_every_run() -> None:
    struck = []
    for _ in range(2):
        faults = Faults(seed=7)
        faults.add("502", times=None, chance=0.3)
        struck.append([faults.take("sendMessage", 15) is not None for _ in range(200)])
    assert struck[0] == struck[1]
    assert 30 < sum(struck[0]) < 90


async def test_a_gateway_answers_with_a_page(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("gateway")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(phone.id, "x")
    assert phone.received == []


async def test_accepted_and_then_dropped(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("drop")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(phone.id, "x")
    assert [message.text for message in phone.received] == ["x"]
    assert emulator.calls("sendMessage")[-1].status == 0


@pytest.mark.parametrize("in_chat", [False, True])
async def test_reset_before_anything_is_done(
    bot: Bot, phone: Phone, emulator: Emulator, in_chat: bool
) -> None:
    emulator.faults.add("reset", chat_id=phone.id if in_chat else None)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(phone.id, "x")
    assert phone.received == []
    await bot.send_message(phone.id, "x")


async def test_slow_is_done_but_answered_late(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("slow", delay=60)
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(phone.id, "x", request_timeout=1)
    assert [message.text for message in phone.received] == ["x"]


async def test_a_slow_answer_comes(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("slow", delay=0.05)
    sent = await bot.send_message(phone.id, "x")
    assert sent.text == "x"


async def test_faults_choose_method_and_chat(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    other = emulator.person(id=16)
    other.start()
    emulator.faults.add("403", 2, method="sendMessage", chat_id=phone.id)
    assert len(emulator.faults.pending()) == 1
    await bot.send_message(other.id, "x")
    await bot.send_chat_action(phone.id, "typing")
    for _ in range(2):
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(phone.id, "x")
    await bot.send_message(phone.id, "x")
    assert emulator.faults.pending() == []


async def test_a_poll_is_spared_unless_named(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("500")
    assert len(await bot.get_updates()) == 1
    emulator.faults.clear()
    emulator.faults.add("502", method="getUpdates")
    with pytest.raises(TelegramServerError):
        await bot.get_updates()


def test_an_unknown_fault_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        emulator.faults.add("flood")  # type: ignore[arg-type]


def _tries(limits: RateLimits, clock: Clock, chat: int, count: int) -> list[int]:
    """Seconds to wait told by each try, 0 for a message that went through."""
    waits = []
    for _ in range(count):
        try:
            limits.check("sendMessage", 1, chat)
        except ApiError as refusal:
            waits.append(refusal.parameters["retry_after"])
        else:
            waits.append(0)
    return waits


def test_a_chat_has_a_small_burst_and_one_a_second() -> None:
    clock = Clock(0.0)
    limits = RateLimits(clock, enabled=True)
    assert _tries(limits, clock, 5, 4) == [0, 0, 0, 1]
    clock.now += 1
    assert _tries(limits, clock, 5, 2) == [0, 1]


def test_a_group_has_twenty_a_minute() -> None:
    clock = Clock(0.0)
    limits = RateLimits(clock, enabled=True)
    assert _tries(limits, clock, -5, 21) == [0] * 20 + [3]


def test_a_bot_has_thirty_a_second_over_all_chats() -> None:
    clock = Clock(0.0)
    limits = RateLimits(clock, enabled=True)
    waits = [_tries(limits, clock, chat, 1)[0] for chat in range(1, 32)]
    assert waits == [0] * 30 + [1]


def test_answers_to_taps_are_not_counted() -> None:
    limits = RateLimits(Clock(0.0), enabled=True)
    for _ in range(100):
        limits.check("answerCallbackQuery", 1, 5)


async def test_limits_over_http_count_edits(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.limits.enabled = True
    emulator.limits.per_chat = (2.0, 0.01)
    sent = await bot.send_message(phone.id, "x")
    await bot.edit_message_text("y", chat_id=phone.id, message_id=sent.message_id)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(phone.id, "z")
    assert refusal.value.retry_after > 90
    emulator.limits.enabled = False
    await bot.send_message(phone.id, "z")


async def test_a_shutdown_does_not_wait_for_a_slow_answer(emulator: Emulator) -> None:
    async def close() -> None:
        emulator.release(closing=True)

    await asyncio.wait_for(asyncio.gather(emulator.pause(60), close()), 5)
