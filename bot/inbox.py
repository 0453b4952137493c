"""Updates that were kept are handled: in order for each chat, one transaction each (promise 2)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommandScopeChat, CallbackQuery, Update
from sqlalchemy import ColumnElement, Select, bindparam, exists, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot import meters
from bot.answering import Answer
from bot.context import Context
from bot.keyboard import commands
from bot.receiving import HIDDEN_KEY
from config.wording import day_text
from storage.bells import Work
from storage.engine import Database, is_away, later
from storage.post_box import Inbox
from workflows.authority import person_of
from workflows.desk import Desk
from workflows.pages import NotYet, NotYours, Over, OwnWork, Stale

log = structlog.get_logger(__name__)
MOST_TRIES = 3
AT_ONCE, AFTER_AT_ONCE = 16, 16
LOOK_SECONDS = 1.0
WAITS: ColumnElement[str] = literal_column("'waiting'")  # as the index of what waits says it
UNHANDLED = (  # an update that still waits and is in nobody else's hand
    select(Inbox)
    .where(Inbox.id == bindparam("id"), Inbox.state == "waiting")
    .with_for_update(skip_locked=True)
)
After = Callable[[], Awaitable[None]]


class InboxKeeper:
    """Has the updates of some bots handled by the handlers."""

    def __init__(self, database: Database, desk: Desk, bots: Mapping[int, Bot], handlers: Dispatcher) -> None:
        self.database = database
        self.desk = desk
        self.bots = bots
        self.handlers = handlers
        self._turn = asyncio.Lock()
        self._slots = asyncio.Semaphore(AFTER_AT_ONCE)
        self._afters: set[asyncio.Task[None]] = set()
        self._heads = self._firsts()

    async def run(self, stop: asyncio.Event) -> None:
        """Works the inbox off whenever something has come in."""
        bell = self.database.bells.hang(Work.updates)
        while not stop.is_set():
            worked = False
            with later(log, "handling_later"):
                worked = await self._some()
            if not worked:
                await _ring_or_stop(bell.wait(LOOK_SECONDS), stop)
        await self.settled()

    async def work_off(self) -> bool:
        """Handles everything that waits, in order, with all that follows; whether there was anything."""
        worked = False
        while await self._some():
            worked = True
        await self.settled()
        return worked

    async def settled(self) -> None:
        """What followed after the commits is over too."""
        if self._afters:
            await asyncio.wait(self._afters)

    async def _some(self) -> bool:
        """The next update of some chats, one after the other; whether any waited."""
        async with self._turn:
            heads = await self.database.look(self._heads)
            for row in heads:
                await self._one(row.id)
            return bool(heads)

    async def _one(self, row_id: int) -> None:
        """One update; what follows its commit holds up nobody."""
        try:
            after = await self._handled(row_id)
        except Exception as error:  # whatever a handler does wrong, the chat goes on
            if is_away(error):
                raise
            log.error("update_failed", inbox=row_id, error=type(error).__name__, exc_info=True)
            await self._failed(row_id)
            return
        if after is not None:
            self._follow(after)

    def _firsts(self) -> Select[Any]:
        """The first update of each chat that waits, the oldest first."""
        earlier = aliased(Inbox)
        same = (earlier.bot_id == Inbox.bot_id) & (earlier.chat_id == Inbox.chat_id)
        before = (earlier.state == WAITS) & (earlier.update_id < Inbox.update_id)
        waiting = (Inbox.state == WAITS) & Inbox.bot_id.in_(self.bots)
        head = ~exists(select(earlier.id).where(same, before))
        return select(Inbox.id).where(waiting, head).order_by(Inbox.id).limit(AT_ONCE)

    def _follow(self, after: After) -> None:
        async def following() -> None:
            async with self._slots:
                await after()

        task = asyncio.create_task(following())
        self._afters.add(task)
        task.add_done_callback(self._afters.discard)

    async def _handled(self, row_id: int) -> After | None:
        """One update in one commit; what may follow only after it comes back as a callable.

        None where somebody else has handled it meanwhile.
        """
        async with self.database.writing() as session:
            row = await session.scalar(UNHANDLED, {"id": row_id})
            if row is None:
                return None
            bot = self.bots[row.bot_id]
            update = Update.model_validate(row.payload or {}, context={"bot": bot})
            chat_id, hidden = row.chat_id, (row.payload or {}).get(HIDDEN_KEY)
            context = await self._context(session, update, chat_id or 0, bot.id)
            if hidden:
                context.answer.say(context.text("blocked_sensitive", kind=hidden))
            elif chat_id is not None and _private(update):
                context = await self._dispatch(session, bot, update, context)
            row = await session.get_one(Inbox, row_id)
            row.state, row.payload = "handled", None
            await session.commit()
        meters.HANDLED.labels("handled").inc()
        meters.LAG.observe(max((self.desk.now() - row.received_at).total_seconds(), 0))
        return lambda: self._after(bot, update, context, bool(hidden))

    async def _dispatch(self, session: AsyncSession, bot: Bot, update: Update, context: Context) -> Context:
        try:
            await self.handlers.feed_update(bot, update, context=context)
            return context
        except OwnWork:
            key = context.text("own_work")
        except NotYours:
            key = context.text("not_yours")
        except NotYet as early:
            key = context.text("not_yet", day=day_text(early.day))
        except Over as over:
            key = context.text("done_by", post=over.by) if over.by else context.text("stale")
        except Stale:
            key = context.text("stale")
        await session.rollback()
        context = await self._context(session, update, context.answer.chat_id, bot.id)
        if update.callback_query is None:
            context.answer.say(key)
        context.answer.hint(key)
        return context

    async def _context(self, session: AsyncSession, update: Update, chat_id: int, bot_id: int) -> Context:
        press = update.callback_query
        card = press.message.message_id if press and press.message else None
        answer = Answer(session, chat_id, self.desk.now(), card, bot_id)
        return Context(session, self.desk, answer, await person_of(session, self.desk, chat_id))

    async def _after(self, bot: Bot, update: Update, context: Context, hidden: bool) -> None:
        """The toast of a press, the command menu, the removal of what must not stand in the chat."""
        try:
            if update.callback_query is not None:
                await self._toast(bot, update.callback_query, context.answer)
            if (tier := context.answer.commands_for) is not None:
                scope = BotCommandScopeChat(chat_id=context.answer.chat_id)
                await bot.set_my_commands(commands(tier), scope=scope)
            if hidden and update.message is not None:
                await bot.delete_message(update.message.chat.id, update.message.message_id)
        except AiogramError as error:  # too old, or already gone: the work itself is done
            log.info("toast_missed", error=type(error).__name__)

    async def _toast(self, bot: Bot, press: CallbackQuery, answer: Answer) -> None:
        await bot.answer_callback_query(press.id, text=answer.toast, show_alert=answer.alert)

    async def _failed(self, row_id: int) -> None:
        """After three failures the update is set aside and the person is told."""
        async with self.database.writing() as session:
            row = await session.scalar(UNHANDLED, {"id": row_id})
            if row is None:
                return
            row.tries += 1
            meters.HANDLED.labels("failed").inc()
            if row.tries >= MOST_TRIES:
                row.state, row.payload = "set_aside", None
                meters.HANDLED.labels("set_aside").inc()
                if row.chat_id is not None:
                    answer = Answer(session, row.chat_id, self.desk.now(), None, row.bot_id)
                    answer.say(self.desk.policy.texts["set_aside"])
            await session.commit()


async def _ring_or_stop(ringing: Awaitable[None], stop: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(ringing), asyncio.create_task(stop.wait())]
    _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


def _private(update: Update) -> bool:
    press = update.callback_query
    event = press.message if press else update.message or update.my_chat_member
    return event is None or event.chat.type == "private"
