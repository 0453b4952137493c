"""The page of phones in a real browser: messages come by themselves, buttons and texts go out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulator import TOKEN, Emulator, create_app, serving

WIDE, NARROW = (1600, 950), (390, 844)
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
SEATS = {11: "市级", 12: "县级专员", 13: "乡业务员", 14: "村信息员", 15: "网格员"}
KEYS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="现在核实", callback_data="check")]])
BOTTOM = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="验证手机号", request_contact=True)]])


class Browser:
    """A headless Chromium with waits for what should be seen."""

    def __init__(self, profile: Path) -> None:
        options = webdriver.ChromeOptions()
        for flag in FLAGS.split():
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={profile}")
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def open(self, base: str, size: tuple[int, int]) -> None:
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get("about:blank")
        self.complaints()  # what the page of the test before said when its server went
        self.driver.get(base)
        self.wait(lambda: self.all("html[data-ready]"))

    def wait(self, seen: Callable[[], Any]) -> Any:
        waiting = WebDriverWait(self.driver, 10, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda driver: seen())

    def all(self, selector: str) -> list[WebElement]:
        found: list[WebElement] = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def one(self, selector: str) -> WebElement:
        element: WebElement = self.wait(
            lambda: next((found for found in self.all(selector) if found.is_displayed()), None)
        )
        return element

    def text(self, selector: str, expected: str) -> None:
        self.wait(lambda: any(expected in (found.text or "") for found in self.all(selector)))

    def press(self, label: str) -> None:
        """Click the button of the bar with this name as soon as it is enabled."""
        path = f'//*[@id="bar"]//button[normalize-space()="{label}"]'
        self.wait(lambda: self.driver.find_element(By.XPATH, path).is_enabled())
        self.driver.find_element(By.XPATH, path).click()

    def complaints(self) -> list[str]:
        log: list[dict[str, Any]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in log]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.driver.quit()


class Exercise:
    """A small stand-in for the demo: a panel, five phones, and a record of what was pressed."""

    def __init__(self, emulator: Emulator) -> None:
        self.pressed: list[dict[str, Any]] = []
        self.story: dict[str, Any] | None = None
        for user_id in SEATS:
            emulator.person(id=user_id, first_name=f"人物{user_id}").start()

    def panel(self) -> dict[str, Any]:
        return {
            "header": "演练·人物虚构·未连接Telegram",
            "now": "2026-03-12T09:00:00+08:00",
            "now_text": "3月12日(周四) 09:00",
            "busy": False,
            "phones": [
                {"user_id": user_id, "title": title, "subtitle": "大塘村", "bot_token": TOKEN}
                for user_id, title in SEATS.items()
            ],
            "time_buttons": [{"label": "+1小时", "action": "/demo/clock", "body": {"hours": 1}}],
            "actions": [{"label": "下发医保名单", "action": "/demo/list", "body": {}}],
            "levels": [],
            "story": self.story,
            "numbers": [{"label": "在办", "value": "12"}],
        }

    async def press(self, request: Request) -> JSONResponse:
        self.pressed.append({request.path_params["what"]: await request.json()})
        return JSONResponse({})

    def app(self, emulator: Emulator) -> Starlette:
        routes = [Route("/demo/{what}", self.press, methods=["POST"])]
        return create_app(emulator, extra_routes=routes, extra_panel=self.panel)


@pytest.fixture
def exercise(emulator: Emulator) -> Exercise:
    return Exercise(emulator)


@pytest.fixture
async def base(emulator: Emulator, exercise: Exercise) -> AsyncIterator[str]:
    async with serving(exercise.app(emulator)) as address:
        yield address


def _dispatcher() -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.callback_query()
    async def tapped(query: CallbackQuery) -> None:
        await query.answer("已记下")
        if isinstance(query.message, Message):
            await query.message.edit_text("<b>核实中</b>", parse_mode="HTML")

    @dispatcher.message()
    async def said(message: Message) -> None:
        await message.answer(f"收到{message.text or '号码'}", reply_markup=BOTTOM)

    return dispatcher


@pytest.fixture
async def bot(base: str) -> AsyncIterator[Bot]:
    """A live bot that answers taps and texts."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    async with Bot(TOKEN, session=session).context() as bot:
        await bot.delete_webhook(drop_pending_updates=True)
        dispatcher = _dispatcher()
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
        yield bot
        await dispatcher.stop_polling()
        await polling


def _tap_and_type(browser: Browser, phone: str, message_id: int) -> None:
    browser.one(f'{phone} [data-message-id="{message_id}"] [data-callback="check"]').click()
    browser.text(f"{phone} .toast", "已记下")
    browser.text(f'{phone} [data-message-id="{message_id}"] strong', "核实中")
    browser.text(f'{phone} [data-message-id="{message_id}"] .edited', "已编辑")
    browser.one(f"{phone} .text").send_keys("你好 <b>\n")
    browser.text(f"{phone} .mine .body", "你好 <b>")
    browser.text(f"{phone} .message:not(.mine) .body", "收到你好 <b>")
    browser.one(f'{phone} [data-key="验证手机号"]').click()
    browser.text(f"{phone} .mine .card", "人物15")
    browser.text(f"{phone} .message:not(.mine) .body", "收到号码")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1600", "390"])
async def test_a_conversation_on_the_page(
    browser: Browser, base: str, bot: Bot, size: tuple[int, int]
) -> None:
    phone = '[data-user-id="15"]'
    await asyncio.to_thread(browser.open, base, size)
    sent = await bot.send_message(15, "🔶 新线索", reply_markup=KEYS)
    if size == NARROW:
        await asyncio.to_thread(browser.text, '[data-tab="15"] .badge', "1")
        await asyncio.to_thread(lambda: browser.one('[data-tab="15"]').click())
    await asyncio.to_thread(_tap_and_type, browser, phone, sent.message_id)
    shown = [found for found in browser.all(".phone") if found.is_displayed()]
    assert len(shown) == (5 if size == WIDE else 1)
    sideways = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.driver.execute_script(sideways) == 0
    assert browser.complaints() == []


def _press_panel(browser: Browser) -> None:
    browser.text("#notice", "演练·人物虚构·未连接Telegram")
    browser.text("#clock-now", "3月12日(周四) 09:00")
    browser.text("#numbers", "在办")
    for label in ("+1小时", "下发医保名单", "看一遍"):
        browser.press(label)
    browser.driver.execute_script(
        "const d = document.getElementById('clock-date'); d.value = '2026-03-20';"
        "d.dispatchEvent(new Event('change'));"
    )


async def test_the_bar_moves_the_exercise(browser: Browser, base: str, exercise: Exercise) -> None:
    await asyncio.to_thread(browser.open, base, WIDE)
    await asyncio.to_thread(_press_panel, browser)
    await asyncio.to_thread(browser.wait, lambda: len(exercise.pressed) == 4)
    assert exercise.pressed == [
        {"clock": {"hours": 1}},
        {"list": {}},
        {"play": {}},
        {"clock": {"to": "2026-03-20"}},
    ]


async def test_a_story_shows_its_caption_and_lifts_a_phone(
    browser: Browser, base: str, exercise: Exercise, emulator: Emulator
) -> None:
    await asyncio.to_thread(browser.open, base, WIDE)
    exercise.story = {"playing": True, "caption": "网格员收到线索", "step": 3, "steps": 12, "highlight": 15}
    emulator.events.publish("demo")
    await asyncio.to_thread(browser.text, "#story-caption", "网格员收到线索")
    await asyncio.to_thread(browser.one, '[data-user-id="15"].lifted')
    await asyncio.to_thread(browser.text, "#play", "停止")
    await asyncio.to_thread(lambda: browser.one("#play").click())
    await asyncio.to_thread(browser.wait, lambda: exercise.pressed == [{"stop": {}}])


async def test_markup_in_a_text_stays_text(browser: Browser, base: str, emulator: Emulator) -> None:
    emulator.phone(11).say("<img src=x onerror=alert(1)>")
    await asyncio.to_thread(browser.open, base, WIDE)
    await asyncio.to_thread(browser.text, '[data-user-id="11"] .body', "<img src=x onerror=alert(1)>")
    assert browser.all(".log img") == []


async def test_the_page_recovers_after_a_lost_stream(browser: Browser, base: str, emulator: Emulator) -> None:
    await asyncio.to_thread(browser.open, base, WIDE)
    emulator.release(closing=True)
    emulator.release(closing=False)
    emulator.phone(13).say("断线以后")
    await asyncio.to_thread(browser.text, '[data-user-id="13"] .body', "断线以后")
