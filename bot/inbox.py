"""Updates on their way in: written first, acknowledged, then handled in order (promise 2)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommandScopeChat, CallbackQuery, Update
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answering import Answer
from bot.context import Context
from bot.keyboard import commands
from config.wording import day_text
from notifications import disclosure
from storage.engine import Database
from storage.post_box import Inbox
from workflows.answers import NotYet, NotYours, Over, Stale
from workflows.authority import person_of
from workflows.desk import Desk

log = structlog.get_logger(__name__)
MOST_TRIES = 3
HIDDEN = "（已遮住）"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]


class InboxKeeper:
    """Writes updates down and has them handled by the handlers, one transaction each."""

    def __init__(
        self, database: Database, desk: Desk, bot: Bot, handlers: Dispatcher, wake: Callable[[], None]
    ) -> None:
        self.database = database
        self.desk = desk
        self.bot = bot
        self.handlers = handlers
        self.wake = wake
        self.waiting = asyncio.Event()
        self._turn = asyncio.Lock()

    async def receive(self, updates: Sequence[Update]) -> None:
        """Keeps the updates; after this they may be acknowledged. One seen before changes nothing."""
        if not updates:
            return
        rows = [self._row(update) for update in updates]
        async with self.database.writing() as session:
            await session.execute(insert(Inbox).values(rows).on_conflict_do_nothing())
            await session.commit()
        self.waiting.set()

    def _row(self, update: Update) -> dict[str, Any]:
        payload = update.model_dump(mode="json", exclude_none=True)
        return {
            "bot_id": self.bot.id,
            "update_id": update.update_id,
            "chat_id": _chat_of(update),
            "payload": screened(payload),
            "received_at": self.desk.now(),
            "state": "waiting",
            "tries": 0,
        }

    async def work_off(self) -> bool:
        """Handles everything that waits, in order; whether there was anything."""
        worked = False
        async with self._turn:
            while (row_id := await self._next()) is not None:
                worked = True
                await self._handle(row_id)
        return worked

    async def _next(self) -> int | None:
        async with self.database.reading() as session:
            query = select(Inbox.id).where(Inbox.state == "waiting").order_by(Inbox.id).limit(1)
            return await session.scalar(query)

    async def _handle(self, row_id: int) -> None:
        try:
            after = await self._handled(row_id)
        except Exception as error:  # whatever a handler does wrong, the chat goes on
            log.error("update_failed", inbox=row_id, error=type(error).__name__, exc_info=True)
            await self._failed(row_id)
            return
        self.wake()
        await after()

    async def _handled(self, row_id: int) -> Callable[[], Any]:
        """One update in one commit; what may follow only after it comes back as a callable."""
        async with self.database.writing() as session:
            row = await session.get_one(Inbox, row_id)
            update = Update.model_validate(row.payload or {}, context={"bot": self.bot})
            chat_id, hidden = row.chat_id, (row.payload or {}).get(HIDDEN_KEY)
            context = await self._context(session, update, chat_id or 0)
            if hidden:
                context.answer.say(context.text("blocked_sensitive", kind=hidden))
            elif chat_id is not None and _private(update):
                context = await self._dispatch(session, update, context)
            row = await session.get_one(Inbox, row_id)
            row.state, row.payload = "handled", None
            await session.commit()
        return lambda: self._after(update, context, bool(hidden))

    async def _dispatch(self, session: AsyncSession, update: Update, context: Context) -> Context:
        try:
            await self.handlers.feed_update(self.bot, update, context=context)
            return context
        except NotYours:
            key = context.text("not_yours")
        except NotYet as early:
            key = context.text("not_yet", day=day_text(early.day))
        except Over as over:
            key = context.text("done_by", post=over.by) if over.by else context.text("stale")
        except Stale:
            key = context.text("stale")
        await session.rollback()
        context = await self._context(session, update, context.answer.chat_id)
        if update.callback_query is None:
            context.answer.say(key)
        context.answer.hint(key)
        return context

    async def _context(self, session: AsyncSession, update: Update, chat_id: int) -> Context:
        press = update.callback_query
        card = press.message.message_id if press and press.message else None
        answer = Answer(session, chat_id, self.desk.now(), card)
        return Context(session, self.desk, answer, await person_of(session, self.desk, chat_id))

    async def _after(self, update: Update, context: Context, hidden: bool) -> None:
        """The toast of a press, the command menu, the removal of what must not stand in the chat."""
        try:
            if update.callback_query is not None:
                await self._toast(update.callback_query, context.answer)
            if (tier := context.answer.commands_for) is not None:
                scope = BotCommandScopeChat(chat_id=context.answer.chat_id)
                await self.bot.set_my_commands(commands(tier), scope=scope)
            if hidden and update.message is not None:
                await self.bot.delete_message(update.message.chat.id, update.message.message_id)
        except AiogramError as error:  # too old, or already gone: the work itself is done
            log.info("toast_missed", error=type(error).__name__)

    async def _toast(self, press: CallbackQuery, answer: Answer) -> None:
        await self.bot.answer_callback_query(press.id, text=answer.toast, show_alert=answer.alert)

    async def _failed(self, row_id: int) -> None:
        """After three failures the update is set aside and the person is told."""
        async with self.database.writing() as session:
            row = await session.get_one(Inbox, row_id)
            row.tries += 1
            if row.tries >= MOST_TRIES:
                row.state, row.payload = "set_aside", None
                if row.chat_id is not None:
                    answer = Answer(session, row.chat_id, self.desk.now(), None)
                    answer.say(self.desk.policy.texts["set_aside"])
            await session.commit()
        self.wake()


HIDDEN_KEY = "hidden"


def screened(payload: dict[str, Any]) -> dict[str, Any]:
    """The update without ID, card or phone numbers in its words; what was there is named (promise 10)."""
    for kind in ("message", "edited_message"):
        message = payload.get(kind, {})
        for part in ("text", "caption"):
            if found := disclosure.find(message.get(part, "")):
                message[part] = HIDDEN
                message.pop("entities", None)
                payload[HIDDEN_KEY] = found
    return payload


def _chat_of(update: Update) -> int | None:
    if update.callback_query is not None:
        message = update.callback_query.message
        return message.chat.id if message else update.callback_query.from_user.id
    event = update.message or update.edited_message or update.my_chat_member
    return event.chat.id if event else None


def _private(update: Update) -> bool:
    press = update.callback_query
    event = press.message if press else update.message or update.my_chat_member
    return event is None or event.chat.type == "private"
