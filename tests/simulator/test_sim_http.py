"""The emulator over plain HTTP: ways to send fields, the record, the persons' routes, the events."""

from __future__ import annotations

import base64
import json
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulator import TOKEN, Emulator, Phone, create_app, serving
from simulator.schema import bot_api
from simulator.state import HISTORY


async def call(http: aiohttp.ClientSession, method: str, **options: Any) -> tuple[int, dict[str, Any]]:
    async with http.post(f"/bot{TOKEN}/{method}", **options) as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body


async def act(http: aiohttp.ClientSession, path: str, **body: Any) -> Any:
    async with http.post(f"/sim/{path}", json=body) as answer:
        return await answer.json()


async def read(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get(f"/sim/{path}") as answer:
        return await answer.json()


async def test_fields_come_as_json_form_multipart_or_query(http: aiohttp.ClientSession, phone: Phone) -> None:
    fields = {"chat_id": str(phone.id), "text": "一"}
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    for options in ({"json": {**fields, "chat_id": phone.id}}, {"data": fields}, {"data": multipart}):
        assert (await call(http, "sendMessage", **options))[0] == 200
    async with http.get(f"/bot{TOKEN}/sendmessage", params=fields) as answer:
        assert (await answer.json())["result"]["text"] == "一"
    assert len(phone.received) == 4


async def test_the_answer_has_telegrams_shape(http: aiohttp.ClientSession, phone: Phone) -> None:
    _, body = await call(http, "sendMessage", json={"chat_id": phone.id, "text": "一"})
    message = body["result"]
    assert body["ok"] is True
    assert set(message) == {"message_id", "from", "chat", "date", "text"}
    assert message["chat"] == {"id": phone.id, "first_name": "王小满", "type": "private"}


BROKEN = [
    ({"text": "x"}, "chat_id is empty"),
    ({"chat_id": "15"}, "message text is empty"),
    ({"chat_id": "15", "text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
    ({"chat_id": "15", "text": "x", "reply_markup": "{}"}, None),
    (
        {"chat_id": "15", "text": "x", "message_thread_id": "x"},
        'parameter "message_thread_id" must be an integer',
    ),
    ({"chat_id": "15", "text": "x", "entities": "{}"}, "entities must be an array"),
    (
        {"chat_id": "15", "text": "x", "reply_markup": '{"inline_keyboard": [[{"url": "https://e.cn"}]]}'},
        "can't parse reply_markup.inline_keyboard[0][0]: Can't find field \"text\"",
    ),
    (
        {"chat_id": "15", "text": "x", "reply_markup": '{"inline_keyboard": [[{"text": 5, "url": "e.cn"}]]}'},
        "can't parse reply_markup.inline_keyboard[0][0].text: it must be of type String",
    ),
]


@pytest.mark.parametrize(("fields", "reason"), BROKEN)
async def test_broken_requests(
    http: aiohttp.ClientSession, phone: Phone, fields: dict[str, str], reason: str | None
) -> None:
    status, body = await call(http, "sendMessage", data=fields)
    expected = (200, None) if reason is None else (400, f"Bad Request: {reason}")
    assert (status, body.get("description")) == expected


async def test_broken_json_and_lost_files(http: aiohttp.ClientSession, phone: Phone) -> None:
    headers = {"Content-Type": "application/json"}
    for text, reason in (("{", "can't parse JSON object"), ("[]", "JSON object expected")):
        status, body = await call(http, "getMe", data=text, headers=headers)
        assert (status, body["description"]) == (400, f"Bad Request: {reason}")
    lost = {"chat_id": "15", "photo": "attach://nothing"}
    status, body = await call(http, "sendPhoto", data=lost)
    assert (status, body["description"]) == (400, "Bad Request: wrong file identifier/HTTP URL specified")
    for method, field in (("sendPhoto", "photo"), ("sendDocument", "document")):
        _, body = await call(http, method, data={"chat_id": "15"})
        assert body["description"] == f"Bad Request: there is no {field} in the request"


@pytest.mark.expected_errors("unknown field colour", "unknown parameter volume")
async def test_what_is_not_in_the_bot_api_is_noted(
    http: aiohttp.ClientSession, phone: Phone, emulator: Emulator
) -> None:
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "x", "colour": "red"}]]}
    fields = {"chat_id": phone.id, "text": "x", "reply_markup": keyboard, "volume": 11}
    assert (await call(http, "sendMessage", json=fields))[0] == 200
    noted = await read(http, "violations")
    assert noted == [
        "reply_markup.inline_keyboard[0][0]: unknown field colour",
        "sendMessage: unknown parameter volume",
    ]


@pytest.mark.expected_errors("sendDice", "flyToMoon")
async def test_methods_that_are_not_served(bot: Bot, emulator: Emulator, http: aiohttp.ClientSession) -> None:
    with pytest.raises(TelegramNotFound, match="Not Found"):
        await bot.send_dice(1)
    assert await call(http, "flyToMoon") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    assert len(emulator.violations) == 2


async def test_files_need_a_bot_and_a_path(http: aiohttp.ClientSession, phone: Phone) -> None:
    sent = phone.send_photo(b"jpeg")
    file_id = sent.content["photo"][0]["file_id"]
    _, body = await call(http, "getFile", data={"file_id": file_id})
    path = body["result"]["file_path"]
    statuses = []
    for address in (f"/file/bot{TOKEN}/{path}", "/file/bot1:x/photos/a", f"/file/bot{TOKEN}/nothing"):
        async with http.get(address) as answer:
            statuses.append(answer.status)
    assert statuses == [200, 401, 404]
    async with http.get(f"/sim/file/{file_id}") as answer:
        assert await answer.read() == b"jpeg"
    async with http.get("/sim/file/nothing") as answer:
        assert answer.status == 400


async def test_the_record_holds_method_values_and_outcome(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    await bot.send_message(phone.id, "x")
    with pytest.raises(TelegramBadRequest):
        await bot.send_message(404, "x")
    good, bad = emulator.calls("sendMessage")
    assert (good.ok, good.params["chat_id"], good.result["text"]) == (True, phone.id, "x")
    assert (bad.status, bad.result) == (400, "Bad Request: chat not found")
    assert emulator.calls(chat_id=404) == [bad]


async def test_memory_is_bounded(phone: Phone) -> None:
    emulator = Emulator(log_size=10)
    talker = emulator.person()
    talker.start()
    for number in range(HISTORY + 10):
        talker.say(str(number))
    assert len(talker.messages) == HISTORY
    assert talker.messages[-1].text == str(HISTORY + 9)


async def test_a_person_acts_over_http(http: aiohttp.ClientSession, bot: Bot) -> None:
    created = await act(http, "people", id=21, first_name="李敏", phone="+8610000000021")
    assert created["started"] is False
    assert (await read(http, "people"))[0]["first_name"] == "李敏"
    await act(http, "people/21/start", payload="p")
    sent = await bot.send_message(21, "问", reply_markup=_two_buttons())
    await act(http, "people/21/say", text="答", reply_to=sent.message_id)
    for body in ({"row": 0, "col": 1}, {"text": "一"}, {"data": "forged"}):
        assert (await act(http, "people/21/tap", message_id=sent.message_id, **body))["tap"]
    picture = base64.b64encode(b"jpeg").decode()
    await act(http, "people/21/photo", base64=picture, caption="图")
    await act(http, "people/21/contact")
    await act(http, "people/21/contact", phone="+86100", first_name="别人")
    for name in ("document", "voice", "location"):
        await act(http, f"people/21/{name}")
    await act(http, "people/21/forward", text="转")
    await act(http, "people/21/edit", message_id=1, text="改")
    updates = await bot.get_updates()
    assert [update.callback_query.data for update in updates if update.callback_query] == ["b", "a", "forged"]
    assert len([update for update in updates if update.message]) == 9
    assert updates[-1].edited_message is not None


def _two_buttons() -> Any:
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    row = [
        InlineKeyboardButton(text="一", callback_data="a"),
        InlineKeyboardButton(text="二", callback_data="b"),
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_chat_is_read_over_http(http: aiohttp.ClientSession, bot: Bot, phone: Phone) -> None:
    sent = await bot.send_message(phone.id, "x", reply_markup=_two_buttons())
    await bot.pin_chat_message(phone.id, sent.message_id)
    tap = (await act(http, "people/15/tap", text="一"))["tap"]
    await bot.answer_callback_query(tap, text="好")
    chat = await read(http, "people/15/chat")
    assert [message["text"] for message in chat["messages"]] == ["/start invite-7", "x"]
    assert (chat["pinned"], chat["answer"]["text"], chat["blocked"]) == (sent.message_id, "好", False)
    for name, blocked in (("block", True), ("unblock", False), ("leave", True)):
        await act(http, f"people/15/{name}")
        assert (await read(http, "people/15/chat"))["blocked"] is blocked
    assert (await act(http, "people/15/deactivate"))["ok"]


async def test_wrong_acts_say_why(http: aiohttp.ClientSession, phone: Phone) -> None:
    assert "unknown act" in (await act(http, "people/15/fly"))["error"]
    assert "no person 404" in (await act(http, "people/404/say", text="x"))["error"]
    assert "no message 9" in (await act(http, "people/15/tap", message_id=9))["error"]
    assert "message_id is needed" in (await act(http, "people/15/tap"))["error"]
    assert "no button" in (await act(http, "people/15/press", text="x"))["error"]


async def test_faults_limits_and_reset_over_http(
    http: aiohttp.ClientSession, phone: Phone, emulator: Emulator
) -> None:
    await act(http, "faults", kind="429", times=2, method="sendMessage", retry_after=4)
    assert (await read(http, "faults"))[0]["retry_after"] == 4
    status, body = await call(http, "sendMessage", data={"chat_id": phone.id, "text": "x"})
    assert (status, body["parameters"]) == (429, {"retry_after": 4})
    async with http.delete("/sim/faults"):
        assert emulator.faults.pending() == []
    assert (await act(http, "limits", enabled=True))["enabled"] is True
    calls = await read(http, "calls?method=sendMessage&limit=5")
    assert [(call["status"], call["params"]["chat_id"]) for call in calls] == [(429, 15)]
    await act(http, "reset")
    assert await read(http, "people") == []
    assert await read(http, "calls") == []


async def test_a_poll_and_its_offset_survive_a_reset(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    (before,) = await bot.get_updates()
    emulator.reset()
    emulator.person(id=1).start()
    (after,) = await bot.get_updates(offset=before.update_id + 1)
    assert after.update_id > before.update_id


async def _events(stream: aiohttp.StreamReader, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        line = (await stream.readline()).decode()
        if line.startswith("data: "):
            found.append(json.loads(line.removeprefix("data: ")))
    return found


async def test_events_tell_what_a_phone_shows(
    http: aiohttp.ClientSession, bot: Bot, emulator: Emulator
) -> None:
    async with http.get("/sim/events?since=0") as answer:
        emulator.person(id=1, first_name="甲").start()
        await bot.send_chat_action(1, "typing")
        sent = await bot.send_message(1, "x", disable_notification=True)
        await bot.edit_message_text("y", chat_id=1, message_id=sent.message_id)
        await bot.pin_chat_message(1, sent.message_id)
        await bot.delete_message(1, sent.message_id)
        events = await _events(answer.content, 7)
    kinds = ["people", "message", "action", "message", "edited", "pinned", "deleted"]
    assert [event["kind"] for event in events] == kinds
    assert events[3]["silent"] is True
    assert events[1]["message"]["text"] == "/start"


async def test_a_reader_who_missed_too_much_loads_anew(
    http: aiohttp.ClientSession, emulator: Emulator
) -> None:
    async with http.get("/sim/events", headers={"Last-Event-ID": "999"}) as answer:
        assert (await _events(answer.content, 1))[0]["kind"] == "reset"


async def test_the_demo_mounts_its_own_routes_and_panel(emulator: Emulator) -> None:
    async def clock(request: Any) -> JSONResponse:
        return JSONResponse({"moved": (await request.json())["hours"]})

    extra = [Route("/demo/clock", clock, methods=["POST"])]
    app = create_app(emulator, extra_routes=extra, extra_panel=lambda: {"header": "演练"})
    async with serving(app) as base, aiohttp.ClientSession(base) as http:
        async with http.get("/demo/state") as answer:
            assert await answer.json() == {"header": "演练"}
        async with http.post("/demo/clock", json={"hours": 1}) as answer:
            assert await answer.json() == {"moved": 1}


async def test_without_a_demo_there_is_no_panel(http: aiohttp.ClientSession) -> None:
    async with http.get("/demo/state") as answer:
        assert answer.status == 404
    async with http.get("/") as answer:
        assert 'lang="zh-CN"' in await answer.text()


def test_the_extract_says_where_it_comes_from() -> None:
    assert "MIT" in bot_api()["origin"]
    assert "sendMessage" in bot_api()["methods"]
