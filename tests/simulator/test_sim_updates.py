"""Updates: long poll, acknowledgement, kinds, duplicates, and what each act of a person sends."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)

from simulator import TOKEN, Emulator, Phone, Tap
from simulator.exchange import Reply, exchange
from tests.simulator.moved_clock import Clock

KEYS = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="现在核实", callback_data="go")],
        [
            InlineKeyboardButton(text="改天", callback_data="later"),
            InlineKeyboardButton(text="表", url="https://e.cn"),
        ],
    ]
)


async def newest(bot: Bot) -> Update:
    return (await bot.get_updates())[-1]


async def test_start_brings_its_payload(bot: Bot, phone: Phone) -> None:
    update = await newest(bot)
    assert update.message is not None
    assert update.message.text == "/start invite-7"
    assert update.message.entities is not None
    assert update.message.entities[0].type == "bot_command"
    assert update.message.from_user is not None
    assert (update.message.from_user.id, update.message.from_user.first_name) == (15, "王小满")


async def test_an_offset_acknowledges(bot: Bot, phone: Phone) -> None:
    phone.say("一")
    phone.say("二")
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["/start invite-7", "一", "二"]
    assert len(await bot.get_updates(limit=1)) == 1
    rest = await bot.get_updates(offset=updates[1].update_id + 1)
    assert [update.update_id for update in rest] == [updates[2].update_id]
    assert (await bot.get_webhook_info()).pending_update_count == 1
    assert len(await bot.get_updates(offset=-1)) == 1
    assert await bot.get_updates(offset=updates[2].update_id + 1) == []


async def test_dropping_pending_updates(bot: Bot, phone: Phone) -> None:
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == []


async def _poll(emulator: Emulator) -> Reply:
    return await exchange(emulator, TOKEN, "getUpdates", {"timeout": "50"})


async def test_a_waiting_poll_wakes_at_once(emulator: Emulator) -> None:
    async def act() -> None:
        emulator.person(id=1).start()

    reply, _ = await asyncio.wait_for(asyncio.gather(_poll(emulator), act()), 5)
    assert len(reply.body["result"]) == 1


async def test_a_poll_over_http_wakes_at_once(bot: Bot, emulator: Emulator) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await bot.get_me()
    emulator.person(id=1).start()
    assert len(await asyncio.wait_for(poll, 5)) == 1


async def test_a_second_poll_ends_the_first(bot: Bot, emulator: Emulator) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=50))
    while not emulator.bot().updates.polls:
        await bot.get_me()
    assert await bot.get_updates() == []
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await asyncio.wait_for(first, 5)


async def test_a_poll_ends_when_the_server_does(emulator: Emulator) -> None:
    async def close() -> None:
        emulator.release(closing=True)

    reply, _ = await asyncio.wait_for(asyncio.gather(_poll(emulator), close()), 5)
    assert reply.body == {"ok": True, "result": []}


async def test_only_the_asked_kinds_come(bot: Bot, phone: Phone) -> None:
    await bot.get_updates(offset=-1, allowed_updates=["message"])
    phone.block()
    phone.unblock()
    phone.say("x")
    kinds = [update.event_type for update in await bot.get_updates()]
    assert kinds == ["message", "message"]


async def test_a_duplicate_update_comes_after_its_acknowledgement(bot: Bot, emulator: Emulator) -> None:
    emulator.faults.add("duplicate")
    emulator.person(id=1).start()
    (first,) = await bot.get_updates()
    (again,) = await bot.get_updates(offset=first.update_id + 1)
    assert again.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == []


def _shown(phone: Phone) -> tuple[str | None, bool]:
    return phone.toast, phone.alert


async def test_a_tap_and_its_answer(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.id, "x", reply_markup=KEYS)
    tap = phone.tap("现在核实")
    assert isinstance(tap, Tap)
    assert _shown(phone) == (None, False)
    query = (await newest(bot)).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id, query.from_user.id) == ("go", phone.last.id, phone.id)
    await bot.answer_callback_query(query.id, text="好", show_alert=True)
    assert _shown(phone) == ("好", True)
    await bot.answer_callback_query(query.id, text="又一次")
    assert _shown(phone) == ("好", True)


async def test_answers_that_are_refused(bot: Bot, phone: Phone, clock: Clock) -> None:
    await bot.send_message(phone.id, "x", reply_markup=KEYS)
    tap = phone.tap_at(phone.last, 1, 0)
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(tap.id, text="长" * 201)
    clock.now += 3601
    old = "query is too old and response timeout expired or query ID is invalid"
    for query_id in (tap.id, "12345"):
        with pytest.raises(TelegramBadRequest, match=old):
            await bot.answer_callback_query(query_id)


async def test_forged_data_and_messages_too_old_to_show(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.id, "x", reply_markup=KEYS)
    phone.tap_data("forged", phone.last, inaccessible=True)
    query = (await newest(bot)).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.date) == ("forged", 0)


async def test_buttons_that_are_not_there(bot: Bot, phone: Phone) -> None:
    with pytest.raises(LookupError, match="no button '现在核实'"):
        phone.tap("现在核实")
    await bot.send_message(phone.id, "x", reply_markup=KEYS)
    with pytest.raises(LookupError, match="sends nothing to the bot"):
        phone.tap("表")
    with pytest.raises(LookupError, match="there are"):
        phone.last.button("没有")
    assert phone.last.button("改天")["callback_data"] == "later"


async def test_the_reply_keyboard_sends_text_and_contact(bot: Bot, phone: Phone) -> None:
    keyboard = ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text="验证手机号", request_contact=True)], [KeyboardButton(text="帮助")]]
    )
    asked = await bot.send_message(phone.id, "x", reply_markup=keyboard)
    phone.tap("帮助")
    message = (await newest(bot)).message
    assert message is not None
    assert message.text == "帮助"
    phone.press("验证手机号")
    message = (await newest(bot)).message
    assert message is not None
    assert message.contact is not None
    assert (message.contact.user_id, message.contact.phone_number) == (phone.id, "+8610000000015")
    assert message.reply_to_message is not None
    assert message.reply_to_message.message_id == asked.message_id


async def test_a_foreign_contact_names_another_person(bot: Bot, phone: Phone) -> None:
    phone.send_contact("+8610000000099", "别人", user_id=99)
    message = (await newest(bot)).message
    assert message is not None
    assert message.contact is not None
    assert message.contact.user_id == 99


async def test_everything_else_a_person_may_send(bot: Bot, phone: Phone) -> None:
    phone.send_photo(caption="图")
    phone.send_document("名单.csv")
    phone.send_voice()
    phone.send_location()
    phone.forward("转来的话")
    messages = [update.message for update in await bot.get_updates() if update.message]
    assert [message.content_type for message in messages[1:]] == [
        "photo", "document", "voice", "location", "text",
    ]  # fmt: skip
    assert messages[-1].forward_origin is not None


async def test_a_reply_and_an_edit_of_a_person(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.id, "哪天去")
    said = phone.say("周五", reply_to=phone.last)
    message = (await newest(bot)).message
    assert message is not None
    assert message.reply_to_message is not None
    assert message.reply_to_message.text == "哪天去"
    phone.edit(said, "周六")
    edited = (await newest(bot)).edited_message
    assert edited is not None
    assert edited.text == "周六"


async def test_block_and_unblock_are_told(bot: Bot, phone: Phone) -> None:
    phone.block()
    member = (await newest(bot)).my_chat_member
    assert member is not None
    assert (member.old_chat_member.status, member.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(LookupError, match="has blocked it"):
        phone.say("x")
    phone.unblock()
    member = (await newest(bot)).my_chat_member
    assert member is not None
    assert member.new_chat_member.status == "member"


async def test_leaving_clears_the_chat(phone: Phone) -> None:
    phone.leave()
    assert phone.messages == []
    assert phone.chat is not None
    assert phone.chat.blocked


async def test_a_group(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    other = emulator.person(first_name="乙")
    group = emulator.group("大塘村工作群", [phone, other])
    sent = await bot.send_message(group.id, "大家好")
    assert (sent.chat.type, sent.chat.title, sent.message_id) == ("supergroup", "大塘村工作群", 1)
    phone.say("收到", chat=group)
    other.leave(group)
    messages = [update.message for update in await bot.get_updates() if update.message]
    assert messages[-2].chat.id == group.id
    assert messages[-1].left_chat_member is not None
    assert (await bot.get_chat(group.id)).title == "大塘村工作群"
    assert await bot.leave_chat(group.id)
    member = (await newest(bot)).my_chat_member
    assert member is not None
    assert member.new_chat_member.status == "left"


async def test_leaving_a_private_chat_is_refused(bot: Bot, phone: Phone) -> None:
    with pytest.raises(TelegramBadRequest, match="private chats"):
        await bot.leave_chat(phone.id)
