"""Free words, and what may not be sent: an answer goes to the one open question, or we ask (promise 8)."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message
from sqlalchemy import func, select

from bot import lists
from bot.context import Context
from bot.form_presses import answer
from bot.handlers.forms import after
from bot.keyboard import keyboard
from config.models import QuestionType
from storage.post_box import Notice
from workflows import answers
from workflows.forms import Refused
from workflows.pages import NotYet, NotYours, Over, Page, drafts_of, load_page

TYPED = (QuestionType.text, QuestionType.integer, QuestionType.date)


def make() -> Router:
    router = Router(name="words")
    router.message.register(refused, F.forward_origin)
    router.message.register(said, F.text)
    router.message.register(refused)
    router.callback_query.register(unknown)
    return router


async def said(message: Message, context: Context) -> None:
    """A typed answer: to the card it replies to, or to the one open question."""
    waiting = [page for page in await _pages(context) if _takes_words(page)]
    meant = await _meant(context, message)
    waiting = [page for page in waiting if page.draft.id == meant] or waiting
    if not waiting:
        posts = context.desk.policy.posts
        context.answer.say(context.text("no_question"), keyboard=keyboard(context.me, posts))
        return
    if len(waiting) > 1:
        context.answer.say(*lists.drafts(context, [page.draft for page in waiting], "list_which"))
        return
    await _give(context, waiting[0], (message.text or "").strip())


async def _meant(context: Context, message: Message) -> int | None:
    """The sheet on whose card the person replies."""
    card = message.reply_to_message
    if card is None:
        return None
    query = (
        select(Notice.draft_id)
        .where(Notice.chat_id == message.chat.id, Notice.message_id == card.message_id)
        .where(Notice.draft_id.is_not(None))
        .order_by(Notice.id.desc())
        .limit(1)
    )
    return await context.session.scalar(query)


async def _pages(context: Context) -> list[Page]:
    found = []
    for draft in await drafts_of(context.session, context.desk, context.me):
        try:
            found.append(await load_page(context.session, context.desk, context.me, draft.id))
        except (Over, NotYet, NotYours):
            draft.state = "dropped"
    return found


def _takes_words(page: Page) -> bool:
    if page.sheet.at is None:
        return False
    question = page.form.question(page.sheet.at)
    return question.type in TYPED or bool(question.choices_from)


async def _give(context: Context, page: Page, words: str) -> None:
    question = page.form.question(page.sheet.at or "")
    if question.choices_from:
        found = [c for c in page.form.choices_of(question, page.sheet.answers) if words in c.label]
        if len(found) != 1:
            await _choose(context, page, words, len(found))
            return
        words = found[0].name
    turned = await answers.give(context.session, context.desk, page, words, page.draft.revision)
    if isinstance(turned, Refused):
        context.answer.say(turned.message)
        return
    await after(context, turned)
    await _put_away(context, page)


async def _put_away(context: Context, page: Page) -> None:
    """The card that was answered in words loses its buttons: the next one comes below it."""
    card = func.coalesce(Notice.edits_message, Notice.message_id)
    query = (
        select(card)
        .where(Notice.draft_id == page.draft.id, Notice.chat_id == context.answer.chat_id)
        .where(card.is_not(None))
        .order_by(Notice.id.desc())
        .limit(1)
    )
    message_id = await context.session.scalar(query)
    if message_id is not None:
        context.answer.strip(message_id)


async def _choose(context: Context, page: Page, words: str, count: int) -> None:
    """Nothing, or too much, fits what was typed."""
    if count == 0:
        context.answer.say(context.text("nothing_found", words=words[:20]))
        return
    question = page.form.question(page.sheet.at or "")
    found = [c for c in page.form.choices_of(question, page.sheet.answers) if words in c.label][:10]
    buttons = [[answer(page, question, c.name, c.label)] for c in found]
    context.answer.say(context.text("list_found", count=count), buttons, draft_id=page.draft.id)


async def refused(_message: Message, context: Context) -> None:
    """Files, voices, photos, positions, words of others: not taken, with what to do instead."""
    context.answer.say(context.text("only_words"))


async def unknown(_press: CallbackQuery, context: Context) -> None:
    context.answer.hint(context.text("stale"))
