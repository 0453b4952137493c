"""Sending, editing, deleting and pinning, as aiogram sees them, with Telegram's refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BufferedInputFile,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    WebAppInfo,
)

from simulator import Emulator, Phone
from tests.simulator.moved_clock import Clock


def inline(*labels: str, **action: Any) -> InlineKeyboardMarkup:
    action = action or {"callback_data": "x"}
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, **action)] for label in labels]
    )


async def refused(act: Awaitable[Any], reason: str) -> None:
    with pytest.raises(TelegramBadRequest) as refusal:
        await act
    assert refusal.value.message == f"Bad Request: {reason}"


async def test_a_message_arrives_with_its_entities(bot: Bot, phone: Phone, clock: Clock) -> None:
    sent = await bot.send_message(phone.id, " <b>新线索</b> 😀 见 /help\n", parse_mode="HTML")
    assert (sent.text, sent.chat.id, sent.date.timestamp()) == ("新线索 😀 见 /help", phone.id, clock.now)
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert [entity.type for entity in sent.entities or []] == ["bold", "bot_command"]
    assert phone.last.text == sent.text
    assert phone.last.id == sent.message_id


async def test_entities_may_be_given_instead_of_tags(bot: Bot, phone: Phone) -> None:
    bold = MessageEntity(type="bold", offset=0, length=1)
    sent = await bot.send_message(phone.id, "<b>", entities=[bold], parse_mode=None)
    assert sent.text == "<b>"
    assert [(entity.type, entity.length) for entity in sent.entities or []] == [("bold", 1)]


@pytest.mark.parametrize("text", [" ", "\n\n", "<b> </b>"])
async def test_a_blank_text_is_refused(bot: Bot, phone: Phone, text: str) -> None:
    await refused(bot.send_message(phone.id, text, parse_mode="HTML"), "message text is empty")


async def test_length_is_counted_in_utf16_after_parsing(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.id, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    await refused(bot.send_message(phone.id, "😀" * 2048 + "x"), "message is too long")
    photo = BufferedInputFile(b"jpeg", "p.jpg")
    await bot.send_photo(phone.id, photo, caption="中" * 1024)
    await refused(bot.send_photo(phone.id, photo, caption="中" * 1025), "message caption is too long")


async def test_an_unknown_tag_or_mode_is_refused(bot: Bot, phone: Phone) -> None:
    tag = 'can\'t parse entities: Unsupported start tag "h1" at byte offset 0'
    await refused(bot.send_message(phone.id, "<h1>x</h1>", parse_mode="HTML"), tag)
    await refused(bot.send_message(phone.id, "x", parse_mode="MarkdownV9"), "unsupported parse_mode")


async def test_a_mention_of_a_stranger_is_dropped(bot: Bot, phone: Phone) -> None:
    text = f'<a href="tg://user?id={phone.id}">甲</a><a href="tg://user?id=999">乙</a>'
    sent = await bot.send_message(phone.id, text, parse_mode="HTML")
    assert [entity.user.id for entity in sent.entities or [] if entity.user] == [phone.id]


async def test_who_never_pressed_start_cannot_be_written_to(bot: Bot, emulator: Emulator) -> None:
    stranger = emulator.person(id=99, first_name="陌生人")
    await refused(bot.send_message(stranger.id, "x"), "chat not found")
    await refused(bot.send_message("@somebody", "x"), "chat not found")
    assert stranger.messages == []


async def test_who_blocked_the_bot_is_a_403_until_unblocked(bot: Bot, phone: Phone) -> None:
    phone.block()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(phone.id, "x")
    phone.start()
    await bot.send_message(phone.id, "x")


async def test_a_deleted_account_is_a_403(bot: Bot, phone: Phone) -> None:
    phone.deactivate()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
        await bot.send_message(phone.id, "x")


BAD_KEYBOARDS = [
    (inline("a", callback_data="中" * 22), "BUTTON_DATA_INVALID"),
    (inline("a", callback_data=""), "BUTTON_DATA_INVALID"),
    (inline(*["a"] * 101), "reply markup is too long"),
    (
        InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="a")]]),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        inline("a", url="http://localhost/x"),
        "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
    ),
    (
        inline("a", url="ftp://e.cn"),
        "inline keyboard button URL 'ftp://e.cn' is invalid: Unsupported URL protocol",
    ),
    (
        inline("a", web_app=WebAppInfo(url="http://e.cn")),
        "inline keyboard button Web App URL 'http://e.cn' is invalid: Only HTTPS links are allowed",
    ),
]


@pytest.mark.parametrize(("keyboard", "reason"), BAD_KEYBOARDS)
async def test_bad_keyboards(bot: Bot, phone: Phone, keyboard: InlineKeyboardMarkup, reason: str) -> None:
    await refused(bot.send_message(phone.id, "x", reply_markup=keyboard), reason)


async def test_good_keyboards(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.id, "x", reply_markup=inline("a", callback_data="中" * 21 + "x"))
    await bot.send_message(phone.id, "x", reply_markup=inline("a", url="https://e.cn/form"))
    await bot.send_message(phone.id, "x", reply_markup=inline("a", copy_text=CopyTextButton(text="DP-1")))
    await bot.send_message(phone.id, "x", reply_markup=inline(*[str(n) for n in range(100)]))
    assert len(phone.last.buttons) == 100


@pytest.mark.expected_errors("at most 8")
async def test_a_wide_row_is_cut_and_noted(bot: Bot, phone: Phone) -> None:
    row = [InlineKeyboardButton(text=str(n), callback_data="x") for n in range(9)]
    await bot.send_message(phone.id, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))
    assert phone.last.buttons == [str(n) for n in range(8)]


async def test_the_reply_keyboard_stays_until_removed(bot: Bot, phone: Phone) -> None:
    rows = [[KeyboardButton(text="今天要办的"), KeyboardButton(text="走访")], [KeyboardButton(text="帮助")]]
    await bot.send_message(phone.id, "x", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    await bot.send_message(phone.id, "y")
    assert phone.keyboard == [["今天要办的", "走访"], ["帮助"]]
    await bot.send_message(phone.id, "z", reply_markup=ReplyKeyboardRemove())
    assert phone.keyboard == []


async def test_a_keyboard_goes_with_its_message(bot: Bot, phone: Phone) -> None:
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="是")]])
    sent = await bot.send_message(phone.id, "x", reply_markup=keyboard)
    await sent.delete()
    assert phone.keyboard == []


async def test_a_reply_quotes_its_message(bot: Bot, phone: Phone) -> None:
    question = phone.say("在吗")
    options = LinkPreviewOptions(is_disabled=True)
    sent = await bot.send_message(
        phone.id, "在", reply_parameters=ReplyParameters(message_id=question.id), link_preview_options=options
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "在吗"
    lost = ReplyParameters(message_id=12345)
    await refused(bot.send_message(phone.id, "x", reply_parameters=lost), "message to be replied not found")
    lenient = ReplyParameters(message_id=12345, allow_sending_without_reply=True)
    assert (await bot.send_message(phone.id, "x", reply_parameters=lenient)).reply_to_message is None


async def test_protected_and_silent_messages(bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.id, "x", protect_content=True, disable_notification=True)
    assert sent.has_protected_content
    edited = await bot.edit_message_text("y", chat_id=phone.id, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.has_protected_content


async def test_photos_and_documents_can_be_fetched(bot: Bot, phone: Phone) -> None:
    photo = await bot.send_photo(
        phone.id, BufferedInputFile(b"jpeg", "p.jpg"), caption="<i>图</i>", parse_mode="HTML"
    )
    assert photo.photo is not None
    assert photo.caption_entities is not None
    content = await bot.download(photo.photo[-1])
    assert content is not None
    assert content.read() == b"jpeg"
    again = await bot.send_photo(phone.id, photo.photo[-1].file_id)
    assert again.photo == photo.photo
    document = await bot.send_document(phone.id, BufferedInputFile("一,二".encode(), "名单.csv"))
    assert document.document is not None
    assert (document.document.file_name, document.document.file_size) == ("名单.csv", 7)


async def test_bad_files(bot: Bot, phone: Phone) -> None:
    unknown = "wrong file_id or the file is temporarily unavailable"
    await refused(bot.send_photo(phone.id, "no-such-id"), unknown)
    await refused(bot.send_photo(phone.id, "https://e.cn/p.jpg"), "failed to get HTTP URL content")
    await refused(bot.send_document(phone.id, BufferedInputFile(b"", "x")), "file must be non-empty")
    await refused(bot.get_file("no-such-id"), unknown)


async def test_an_edit_keeps_the_past(bot: Bot, phone: Phone, clock: Clock) -> None:
    sent = await bot.send_message(phone.id, "一", reply_markup=inline("旧", callback_data="old"))
    clock.now += 60
    edited = await bot.edit_message_text(
        "二", chat_id=phone.id, message_id=sent.message_id, reply_markup=inline("新", callback_data="new")
    )
    assert not isinstance(edited, bool)
    assert (edited.edit_date, edited.date) == (int(clock.now), sent.date)
    shown = phone.last
    assert (shown.text, shown.buttons, shown.edited) == ("二", ["新"], True)
    assert [version.content["text"] for version in shown.history] == ["一"]
    stale = phone.tap("旧", shown, version=0)
    (update,) = [update for update in await bot.get_updates() if update.callback_query]
    assert update.callback_query is not None
    assert (update.callback_query.id, update.callback_query.data) == (stale.id, "old")


Edit = Callable[[Bot, Phone, int], Awaitable[Any]]
SAME = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


async def test_edits_that_change_nothing(bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.id, "<b>x</b>", parse_mode="HTML", reply_markup=inline("a"))
    place: dict[str, Any] = {"chat_id": phone.id, "message_id": sent.message_id}
    same_text = bot.edit_message_text("<b>x</b> ", parse_mode="HTML", reply_markup=inline("a"), **place)
    await refused(same_text, SAME)
    await refused(bot.edit_message_reply_markup(reply_markup=inline("a"), **place), SAME)
    await bot.edit_message_reply_markup(**place)
    assert phone.last.buttons == []
    await refused(bot.edit_message_reply_markup(**place), SAME)


async def test_edits_that_cannot_be(bot: Bot, phone: Phone) -> None:
    own = phone.say("我的")
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="是")]])
    frozen = await bot.send_message(phone.id, "x", reply_markup=keyboard)
    asking = await bot.send_message(phone.id, "x", reply_markup=ForceReply())
    photo = await bot.send_photo(phone.id, BufferedInputFile(b"jpeg", "p.jpg"))
    reasons = {
        12345: "message to edit not found",
        own.id: "message can't be edited",
        frozen.message_id: "message can't be edited",
        asking.message_id: "message can't be edited",
        photo.message_id: "there is no text in the message to edit",
    }
    for message_id, reason in reasons.items():
        await refused(bot.edit_message_text("y", chat_id=phone.id, message_id=message_id), reason)
    await refused(bot.edit_message_text("y"), "message identifier is not specified")
    await refused(bot.edit_message_text("y" * 4097, chat_id=phone.id, message_id=1), "message is too long")


async def test_deleting(bot: Bot, phone: Phone, clock: Clock) -> None:
    sent = await bot.send_message(phone.id, "x")
    await bot.delete_message(phone.id, sent.message_id)
    assert phone.received == []
    await refused(bot.delete_message(phone.id, sent.message_id), "message to delete not found")
    old = await bot.send_message(phone.id, "x")
    clock.now += 48 * 3600 + 1
    fresh = await bot.send_message(phone.id, "y")
    late = "message can't be deleted for everyone"
    await refused(bot.delete_message(phone.id, old.message_id), late)
    await refused(bot.delete_messages(phone.id, [old.message_id, fresh.message_id]), late)
    assert await bot.delete_messages(phone.id, [fresh.message_id, 12345])
    assert [message.text for message in phone.received] == ["x"]


async def test_pins(bot: Bot, phone: Phone) -> None:
    first = await bot.send_message(phone.id, "一")
    second = await bot.send_message(phone.id, "二")
    for message in (first, second):
        await bot.pin_chat_message(phone.id, message.message_id)
    assert phone.pinned is not None
    assert phone.pinned.text == "二"
    assert (await bot.get_chat(phone.id)).pinned_message is not None
    await bot.unpin_chat_message(phone.id)
    assert phone.pinned.text == "一"
    await bot.unpin_all_chat_messages(phone.id)
    assert phone.pinned is None
    await refused(bot.unpin_chat_message(phone.id), "message to unpin not found")
    await refused(bot.pin_chat_message(phone.id, 12345), "message to pin not found")


async def test_typing_lasts_until_the_message(bot: Bot, phone: Phone) -> None:
    await bot.send_chat_action(phone.id, "typing")
    assert phone.action == "typing"
    await bot.send_message(phone.id, "x")
    assert phone.action is None
    await refused(bot.send_chat_action(phone.id, "dancing"), "wrong parameter action in request")
