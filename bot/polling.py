"""Long polling: updates are fetched, kept in the inbox, and only then acknowledged."""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter

from bot.inbox import ALLOWED, InboxKeeper

log = structlog.get_logger(__name__)
POLL_SECONDS = 25
PAUSE_SECONDS = 2.0


async def poll(bot: Bot, inbox: InboxKeeper, stop: asyncio.Event) -> None:
    """Fetches until told to stop."""
    offset: int | None = None
    while not stop.is_set():
        fetching = asyncio.create_task(fetch(bot, inbox, offset))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not fetching.done():
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
            return
        offset = fetching.result()


async def fetch(bot: Bot, inbox: InboxKeeper, offset: int | None) -> int | None:
    """One request; the offset that acknowledges what has been kept."""
    try:
        updates = await bot.get_updates(
            offset=offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED, request_timeout=POLL_SECONDS + 10
        )
    except TelegramRetryAfter as error:
        await asyncio.sleep(error.retry_after)
        return offset
    except (TelegramAPIError, ClientDecodeError) as error:
        log.warning("poll_failed", error=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)
        return offset
    await inbox.receive(updates)
    return updates[-1].update_id + 1 if updates else offset


async def handle(inbox: InboxKeeper, stop: asyncio.Event) -> None:
    """Works the inbox off whenever something has come in."""
    while not stop.is_set():
        inbox.waiting.clear()
        await inbox.work_off()
        waits = [asyncio.create_task(inbox.waiting.wait()), asyncio.create_task(stop.wait())]
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
