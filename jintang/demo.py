"""The demo: Jintang on its own emulator, five phones on a page, a bar that moves time."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import form_cards
from config.clock import SetClock
from config.loader import load_policy
from config.models import Policy
from config.wording import moment_text
from jintang import drill, logs
from jintang.form_trial import sample
from jintang.roles import PARTS, Role
from jintang.story import Play
from jintang.wiring import Jintang, jintang
from notifications.outbox import reply
from simulator import TOKEN, Emulator, create_app, serving
from storage import migrate
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from workflows import pages
from workflows.authority import person_of
from workflows.casebook import STAGES
from workflows.overview import situation

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 12, 9, 0, tzinfo=ZONE)
HEADER = "演练·人物虚构·未连接Telegram"
STORY_SECONDS = 90.0
GREETING_SECONDS = 30
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass
class Demo:
    """One county on one page; `again` starts it anew."""

    emulator: Emulator
    clock: SetClock
    policy: str = "hebei"
    app: Jintang | None = None
    play: Play | None = None
    busy: bool = False
    world: int = 0
    play_next: bool = False
    numbers: list[dict[str, str]] = field(default_factory=list)
    again: asyncio.Event = field(default_factory=asyncio.Event)
    story: asyncio.Task[None] | None = None
    _work: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def running(self) -> Jintang:
        assert self.app is not None
        return self.app

    # --- the page's bar -------------------------------------------------------------------------

    async def state(self) -> dict[str, Any]:
        """What the bar over the phones shows."""
        now = self.clock.now().astimezone(ZONE)
        return {
            "header": HEADER,
            "now": now.isoformat(),
            "now_text": moment_text(now),
            "busy": self.busy or self.app is None,
            "world": self.world,
            "phones": [_phone(player) for player in drill.PLAYERS],
            "time_buttons": [
                {"label": "+1小时", "action": "/demo/clock", "body": {"hours": 1}},
                {"label": "+1天", "action": "/demo/clock", "body": {"days": 1}},
            ],
            "actions": [
                {"label": "下发医保名单", "action": "/demo/list", "body": {}},
                {"label": "重新开始", "action": "/demo/again", "body": {}},
            ],
            "levels": [],
            "story": self.play.shown() if self.play else None,
            "numbers": self.numbers,
        }

    def routes(self) -> list[Route]:
        wished = {
            "clock": self._clock,
            "list": self._list,
            "play": self._play,
            "stop": self._stop,
            "again": self._again,
        }
        return [
            Route(f"/demo/{name}", self._when_ready(act), methods=["POST"]) for name, act in wished.items()
        ]

    def _when_ready(self, act: Endpoint) -> Endpoint:
        """While a fresh county is being made, a wish is answered with patience."""

        async def wish(request: Request) -> Response:
            if self.app is None:
                return JSONResponse({"error": "还在准备，请过几秒再点"}, status_code=409)
            return await act(request)

        return wish

    async def _clock(self, request: Request) -> Response:
        to = target(await request.json(), self.clock.now().astimezone(ZONE))
        if to is None:
            return JSONResponse({"error": "时间只能往前走，一次最多 400 天"}, status_code=400)
        self._start(self.advance(to))
        return JSONResponse({"ok": True})

    async def _list(self, _request: Request) -> Response:
        self._start(self.send_list())
        return JSONResponse({"ok": True})

    async def _play(self, _request: Request) -> Response:
        if self.story is None or self.story.done():
            if self._used():
                self.play_next = True
                self.again.set()
            else:
                self.start_story()
        return JSONResponse({"ok": True})

    def _used(self) -> bool:
        """Whether anything has happened yet: the story needs a county as it was in the beginning."""
        return self.clock.now() > START or any(one["value"] != "0" for one in self.numbers)

    def start_story(self) -> None:
        self.play_next = False
        self.play = Play(self, STORY_SECONDS)
        self.story = asyncio.create_task(self.play.run())

    async def _stop(self, _request: Request) -> Response:
        await self.stop_story()
        return JSONResponse({"ok": True})

    async def _again(self, _request: Request) -> Response:
        await self.stop_story()
        self.again.set()
        return JSONResponse({"ok": True})

    async def stop_story(self) -> None:
        if self.story is not None:
            self.story.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.story
        self.story = self.play = None

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # --- what the bar and the story do ----------------------------------------------------------

    async def advance(self, to: datetime) -> None:
        """Moves time to `to`, visiting every due instant on the way."""
        async with self._at_work():
            await self.running.advance(self.clock, to)

    async def send_list(self) -> None:
        async with self._at_work():
            await drill.send_list(self.running.database, self.running.desk)
            await self.running.settle()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        self.busy = True
        try:
            yield
            await self.count()
        finally:
            self.busy = False
            self.emulator.events.publish("demo")

    async def count(self) -> None:
        """The numbers at the edge of the bar."""
        app = self.running
        async with app.database.reading() as session:
            found = await situation(session, app.desk, drill.COUNTY)
        stages = [(STAGES[stage], str(found.stages[stage])) for stage in ("verifying", "recognising")]
        counted = [("在办", str(found.cases)), *stages, ("超期", str(found.overdue))]
        self.numbers = [{"label": label, "value": value} for label, value in counted]


def _phone(player: drill.Player) -> dict[str, Any]:
    return {
        "user_id": player.chat_id,
        "title": player.title,
        "subtitle": player.place,
        "bot_token": TOKEN,
    }


def target(body: dict[str, Any], now: datetime) -> datetime | None:
    """The moment a request asks for; None if it lies behind, too far ahead, or says nothing."""
    if "to" in body:
        try:
            to = datetime.combine(date.fromisoformat(str(body["to"])), time(9), ZONE)
        except ValueError:
            return None
    else:
        hours, days = body.get("hours", 0), body.get("days", 0)
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in (hours, days)):
            return None
        to = now + timedelta(hours=hours, days=days)
    return to if now < to <= now + timedelta(days=400) else None


@asynccontextmanager
async def county(demo: Demo, base: str, folder: Path, policy: Policy | None = None) -> AsyncIterator[Jintang]:
    """A fresh county: database, people, phones."""
    use_vault(Vault(new_secret()))
    url = f"sqlite+aiosqlite:///{folder / 'demo.sqlite3'}"
    await migrate.upgrade(url)
    async with jintang(
        database=Database(url),
        policy=policy or load_policy(demo.policy),
        clock=demo.clock,
        token=TOKEN,
        api_base=base,
        limits=None,
    ) as app:
        await drill.install(app.database, app.desk)
        await drill.link_all(app.database, app.desk)
        for player in drill.PLAYERS:
            demo.emulator.person(player.chat_id, player.name, player.phone, token=TOKEN).start()
        yield app


@dataclass(frozen=True, slots=True)
class Trial:
    """A form to be tried on the grid worker's phone, and the policy it is part of."""

    policy: Policy
    form: str


async def serve(
    host: str,
    port: int,
    ready: Callable[[str], Awaitable[None] | None],
    policy: str = "hebei",
    trial: Trial | None = None,
) -> None:
    """Serves the page until interrupted; 重新开始 begins a fresh county behind the same page."""
    logs.without_values()
    chosen = trial.policy if trial else load_policy(policy)
    demo = Demo(Emulator(), SetClock(START), policy)
    demo.emulator = Emulator(now=lambda: demo.clock.now().timestamp())
    page = create_app(demo.emulator, extra_routes=demo.routes(), extra_panel=demo.state)
    async with serving(page, host, port) as base:
        said = ready(base)
        if said is not None:
            await said
        while True:
            demo.world += 1
            demo.again.clear()
            with tempfile.TemporaryDirectory(prefix="jintang-demo-") as folder:
                async with county(demo, base, Path(folder), chosen) as app:
                    demo.app = app
                    await _until_again(demo, app, trial)
            demo.app, demo.numbers = None, []
            demo.emulator.reset()
            demo.clock = SetClock(START)


async def offer(demo: Demo, app: Jintang, form: str) -> None:
    """The form on the grid worker's phone, once it has been greeted; filled in, it registers nothing."""
    desk, chat = app.desk, drill.PLAYERS[-1].chat_id
    await demo.emulator.until(lambda: bool(demo.emulator.phone(chat, TOKEN).received), GREETING_SECONDS)
    async with app.database.writing() as session:
        person = await person_of(session, desk, chat)
        assert person is not None
        page = await pages.open_sheet(session, desk, person, form, None)
        page.draft.facts = sample(desk.today())
        page = await pages.open_page(session, desk, page.draft, person)
        text, buttons = form_cards.card(page, desk)
        reply(session, chat, text, desk.now(), buttons=buttons, draft_id=page.draft.id, bot_id=app.bot.id)
        await session.commit()


async def _until_again(demo: Demo, app: Jintang, trial: Trial | None) -> None:
    """Runs the county until somebody wants a fresh one."""
    stop = asyncio.Event()
    running = asyncio.create_task(app.run(stop, PARTS - {Role.auditor}))  # time here is a toy
    asked = asyncio.create_task(demo.again.wait())
    try:
        await demo.count()
        if trial is not None:
            await offer(demo, app, trial.form)
        if demo.play_next:
            demo.start_story()
        await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await running
