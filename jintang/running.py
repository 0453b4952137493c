"""A process at work: what its roles say, until it is told to stop."""

import asyncio
import signal
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import structlog
import uvicorn
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from bot.receiving import ALLOWED
from config.clock import SystemClock
from config.settings import OperatorsSettings, Settings
from jintang import logs
from jintang.console import say
from jintang.dead_man import calling
from jintang.installation import Refused, policy_of, read_settings, ready_database
from jintang.roles import PARTS, Role, parts
from jintang.wiring import Jintang, jintang
from storage.crypto import vault
from storage.engine import Database
from storage.leading import file_lock
from storage.listening import pause
from storage.work import Marker
from web.app import create_app
from web.webhook import Hook
from workflows.auditing.auditor import Operators
from workflows.reception import Reception

LOOPBACK = ("127.0.0.1", "localhost", "::1")
log = structlog.get_logger(__name__)
LAST_SECONDS = 19
AGAIN_SECONDS = 5.0


async def work(chosen: Collection[Role]) -> None:
    """Everything, or the chosen roles, until SIGTERM or Ctrl+C. Raises `Refused` where it may not begin."""
    logs.set_up()
    settings, roles = read_settings(), parts(chosen)
    if settings.telegram.token is None:
        raise Refused("没有设置 JINTANG_TELEGRAM__TOKEN，请填机器人的令牌")
    async with ready_database(settings) as database:
        await check_drill(settings, database)
        with _alone(database, roles):
            await _serve(settings, database, roles)


@contextmanager
def _alone(database: Database, roles: frozenset[Role]) -> Iterator[None]:
    """An embedded database is worked on by one process that does everything."""
    if not database.embedded:
        yield
        return
    if roles != PARTS:
        raise Refused("SQLite 只能由一个进程全做；要分开做，请用 PostgreSQL（见 README）")
    with file_lock(database, "run") as mine:
        if not mine:
            raise Refused("已经有一个金汤在用这个数据库，请先停掉它")
        yield


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


async def _serve(settings: Settings, database: Database, roles: frozenset[Role]) -> None:
    telegram = settings.telegram
    assert telegram.token is not None
    async with jintang(
        database=database,
        policy=policy_of(settings),
        clock=SystemClock(),
        token=telegram.token.get_secret_value(),
        more_tokens=[token.get_secret_value() for token in telegram.bots.values()],
        api_base=telegram.api_base,
        proxy=telegram.proxy,
        timezone=settings.timezone,
        operators=operators_of(settings.operators),
    ) as app:
        await _until_stopped(settings, app, roles)


def operators_of(settings: OperatorsSettings) -> Operators:
    """Whom the auditor tells."""
    url = settings.ping_url
    return Operators(settings.chat, calling(url.get_secret_value()) if url else None)


async def _until_stopped(settings: Settings, app: Jintang, roles: frozenset[Role]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    web, polling = settings.web, settings.telegram.mode == "polling"
    hooks = {} if polling else hooks_of(app.bots)
    receive = app.receiver.receive if hooks and Role.web in roles else None
    reception = Reception(app.database, app.desk) if Role.web in roles else None
    face = create_app(app.database, app.desk.time, roles, hooks, receive, reception)
    config = uvicorn.Config(face, host=web.host, port=web.port, log_level="warning", log_config=None)
    server = Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(_served(server, stop))
        if receive is not None:
            group.create_task(_set_webhooks(app.bots, hooks, web.base_url, stop))
        say(f"金汤已开始工作，健康检查 http://{web.host}:{web.port}/readyz")
        working = group.create_task(app.run(stop, roles, polling=polling))
        group.create_task(_ended(working, stop))
    say("金汤已停。")


def hooks_of(bots: Collection[Bot]) -> dict[str, Hook]:
    """The webhooks of the bots by their paths; every process derives the same from the county's key."""
    return {
        vault().secret_for(f"webhook path of {bot.id}"): Hook(
            bot.id, vault().secret_for(f"webhook token of {bot.id}")
        )
        for bot in bots
    }


async def _set_webhooks(
    bots: Collection[Bot], hooks: Mapping[str, Hook], base_url: str, stop: asyncio.Event
) -> None:
    """Tells Telegram where to send updates, until it has heard; meanwhile they wait there."""
    paths = {hook.bot_id: (path, hook.token) for path, hook in hooks.items()}
    for bot in bots:
        path, token = paths[bot.id]
        address = f"{base_url.rstrip('/')}/telegram/{path}"
        while not stop.is_set():
            try:
                await bot.set_webhook(address, secret_token=token, allowed_updates=ALLOWED)
                break
            except TelegramAPIError as error:
                log.warning("webhook_not_set", bot=bot.id, error=type(error).__name__)
                await pause(stop, AGAIN_SECONDS)


async def _ended(working: asyncio.Task[None], stop: asyncio.Event) -> None:
    """What is under way when told to stop may finish, but not for ever."""
    await stop.wait()
    _, late = await asyncio.wait({working}, timeout=LAST_SECONDS)
    for task in late:
        task.cancel()


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
