"""Long polling: updates are fetched, kept in the inbox, and only then acknowledged."""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
)

from bot.receiving import ALLOWED, Receiver
from storage.engine import is_away

log = structlog.get_logger(__name__)
POLL_SECONDS = 25
PAUSE_SECONDS = 2.0


async def poll(bot: Bot, receiver: Receiver, stop: asyncio.Event) -> None:
    """Fetches until told to stop."""
    offset: int | None = None
    while not stop.is_set():
        fetching = asyncio.create_task(fetch(bot, receiver, offset))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not fetching.done():
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
            return
        offset = fetching.result()


async def fetch(bot: Bot, receiver: Receiver, offset: int | None) -> int | None:
    """One request; the offset that acknowledges what has been kept."""
    try:
        updates = await bot.get_updates(
            offset=offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED, request_timeout=POLL_SECONDS + 10
        )
        payloads = [update.model_dump(mode="json", exclude_none=True) for update in updates]
        await receiver.receive(bot.id, payloads)
    except TelegramRetryAfter as error:
        await asyncio.sleep(error.retry_after)
        return offset
    except TelegramConflictError:
        await _call_off_webhook(bot)
        return offset
    except Exception as error:
        if not isinstance(error, TelegramAPIError | ClientDecodeError) and not is_away(error):
            raise
        log.warning("poll_failed", error=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)
        return offset
    return updates[-1].update_id + 1 if updates else offset


async def _call_off_webhook(bot: Bot) -> None:
    """Telegram does not let us fetch: what it still sends to a webhook is to wait for us instead."""
    log.warning("poll_in_conflict", bot=bot.id)
    try:
        await bot.delete_webhook(drop_pending_updates=False)
    except TelegramAPIError as error:
        log.warning("webhook_stays", error=type(error).__name__)
    await asyncio.sleep(PAUSE_SECONDS)
