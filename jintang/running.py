"""A process at work: it polls, handles, sends and ticks until it is told to stop."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn

from config.clock import SystemClock
from config.models import Policy
from config.settings import Settings
from jintang.console import say
from jintang.installation import Refused, policy_of, read_settings, ready_database
from jintang.wiring import Jintang, jintang
from storage.engine import Database
from storage.work import Marker
from web.health import create_app

LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def work() -> None:
    """Everything, until SIGTERM or Ctrl+C. Raises `Refused` where it may not begin."""
    settings = read_settings()
    policy = policy_of(settings)
    if settings.telegram.token is None:
        raise Refused("没有设置 JINTANG_TELEGRAM__TOKEN，请填机器人的令牌")
    if settings.telegram.mode == "webhook":
        raise Refused("还不支持 webhook，请把 JINTANG_TELEGRAM__MODE 设为 polling")
    async with ready_database(settings) as database:
        await check_drill(settings, database)
        await _serve(settings, policy, database)


async def check_drill(settings: Settings, database: Database) -> None:
    """A real Bot API address is refused unless the database holds a drill (domain §5.4)."""
    host = urlsplit(settings.telegram.api_base or "https://api.telegram.org").hostname
    if host in LOOPBACK:
        return
    async with database.reading() as session:
        if await session.get(Marker, "drill") is None:
            raise Refused(
                "这个数据库没有标为演练，不能连接境外的 Telegram。"
                "演练请用 jintang init --drill；真实数据等公开级别（L0）上线后再连"
            )


async def _serve(settings: Settings, policy: Policy, database: Database) -> None:
    token = settings.telegram.token
    assert token is not None
    async with jintang(
        database=database,
        policy=policy,
        clock=SystemClock(),
        token=token.get_secret_value(),
        api_base=settings.telegram.api_base,
        proxy=settings.telegram.proxy,
        timezone=settings.timezone,
    ) as app:
        await _until_stopped(settings, app, database)


async def _until_stopped(settings: Settings, app: Jintang, database: Database) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    web = settings.web
    config = uvicorn.Config(create_app(database), host=web.host, port=web.port, log_level="warning")
    server = Server(config)
    say(f"金汤已开始工作，健康检查 http://{web.host}:{web.port}/readyz")
    async with asyncio.TaskGroup() as group:
        group.create_task(_served(server, stop))
        group.create_task(app.run(stop))
    say("金汤已停。")


class Server(uvicorn.Server):
    """An HTTP server that leaves signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _served(server: Server, stop: asyncio.Event) -> None:
    """The HTTP face for as long as the rest."""
    serving = asyncio.create_task(server.serve())
    await stop.wait()
    server.should_exit = True
    await serving
