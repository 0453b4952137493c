"""Telegram as a `Channel`: a message out, and what became of it in the words of the retry rules."""

from dataclasses import replace

import aiohttp
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from notifications.channel import Outcome, Outgoing, Result

SAME = "message is not modified"
GONE = ("message to edit not found", "message can't be edited")
NO_CHAT = ("chat not found", "user not found", "peer_id_invalid", "bot can't initiate conversation")
LONGEST = 4096
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup


class TelegramChannel:
    """Sends through one bot."""

    name = "telegram"

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def answers(self) -> bool:
        try:
            await self.bot.get_me()
        except (TelegramAPIError, ClientDecodeError):
            return False
        return True

    async def send(self, message: Outgoing) -> Outcome:
        try:
            return Outcome(Result.accepted, message_id=await self._say(message))
        except TelegramMigrateToChat as error:
            moved = await self.send(replace(message, chat_id=error.migrate_to_chat_id))
            return replace(moved, chat_id=error.migrate_to_chat_id)
        except TelegramRetryAfter as error:
            return Outcome(Result.throttled, retry_after=float(error.retry_after), error=str(error))
        except TelegramBadRequest as error:
            return await self._bad_request(message, error)
        except (TelegramForbiddenError, TelegramNotFound) as error:
            return Outcome(Result.unreachable, error=error.message)
        except (TelegramServerError, RestartingTelegram) as error:
            return Outcome(Result.failed, error=error.message)
        except TelegramNetworkError as error:
            return Outcome(_network(error), error=type(error.__cause__ or error).__name__)
        except (TelegramEntityTooLarge, ClientDecodeError) as error:
            return Outcome(Result.unknown, error=type(error).__name__)
        except TelegramAPIError as error:
            return Outcome(Result.rejected, error=error.message)

    async def _say(self, message: Outgoing) -> int | None:
        if message.edits_message is None:
            *before, last = _parts(message.text)
            for part in before:
                await self.bot.send_message(message.chat_id, part)
            sent = await self.bot.send_message(message.chat_id, last, reply_markup=markup(message))
            return sent.message_id
        inline = InlineKeyboardMarkup(inline_keyboard=_inline(message))
        if not message.text:
            await self.bot.edit_message_reply_markup(
                chat_id=message.chat_id, message_id=message.edits_message, reply_markup=inline
            )
        else:
            await self.bot.edit_message_text(
                message.text[:LONGEST],
                chat_id=message.chat_id,
                message_id=message.edits_message,
                reply_markup=inline,
            )
        return message.edits_message

    async def _bad_request(self, message: Outgoing, error: TelegramBadRequest) -> Outcome:
        said = error.message.lower()
        if SAME in said:
            return Outcome(Result.accepted, message_id=message.edits_message)
        if any(words in said for words in NO_CHAT):
            return Outcome(Result.unreachable, error=error.message)
        if message.edits_message is not None and not message.text:
            return Outcome(Result.accepted, message_id=message.edits_message)  # nothing left to strip
        if message.edits_message is not None and any(words in said for words in GONE):
            return await self.send(replace(message, edits_message=None))
        return Outcome(Result.rejected, error=error.message)


def _network(error: TelegramNetworkError) -> Result:
    """Nothing was written where no connection came about; otherwise nobody knows."""
    cause = error.__cause__ or error.__context__
    return Result.failed if isinstance(cause, aiohttp.ClientConnectorError) else Result.unknown


def _parts(text: str) -> list[str]:
    """The text in pieces of at most 4096 UTF-16 units, cut at line ends where there are any."""
    parts, rest = [], text
    while _units(rest) > LONGEST:
        cut = rest[: LONGEST // 2].rfind("\n")
        cut = cut if cut > 0 else LONGEST // 2
        parts.append(rest[:cut])
        rest = rest[cut:].lstrip("\n")
    return [*parts, rest]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _inline(message: Outgoing) -> list[list[InlineKeyboardButton]]:
    if message.plain:
        return []
    return [
        [InlineKeyboardButton(text=b.label, callback_data=b.data) for b in row] for row in message.buttons
    ]


def markup(message: Outgoing) -> Markup | None:
    """Inline buttons, or the permanent keyboard, or the button that shares the own contact."""
    if message.asks_contact:
        share = KeyboardButton(text=message.keyboard[0][0] if message.keyboard else "☎", request_contact=True)
        return ReplyKeyboardMarkup(keyboard=[[share]], resize_keyboard=True)
    if message.keyboard is not None:
        rows = [[KeyboardButton(text=label) for label in row] for row in message.keyboard]
        return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, is_persistent=True)
    inline = _inline(message)
    return InlineKeyboardMarkup(inline_keyboard=inline) if inline else None
