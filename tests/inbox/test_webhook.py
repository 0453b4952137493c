"""The webhook over HTTP: only Telegram's own words come in, and 200 is said after the commit."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.receiving import Receiver
from config.clock import LocalTime, SystemClock
from config.loader import load_policy
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.post_box import Inbox
from tests.served import served
from web.app import create_app
from web.webhook import HEADER, LARGEST, Hook
from workflows.desk import Desk

BOT, PATH, TOKEN = 7_000_000_001, "a" * 64, "b" * 64
UPDATE = {
    "update_id": 1,
    "message": {"message_id": 1, "date": 0, "chat": {"id": 15, "type": "private"}, "text": "今日待办"},
}


@dataclass
class Site:
    """A served webhook over a real database."""

    address: str
    database: Database
    away: list[Exception] = field(default_factory=list)

    async def post(self, body: Any, *, path: str = PATH, token: str | None = TOKEN) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if token is None else {HEADER: token}
        url = f"{self.address}/telegram/{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=data, headers=headers) as answer,
        ):
            return answer.status

    async def kept(self) -> Sequence[Inbox]:
        async with self.database.reading() as session:
            return (await session.scalars(select(Inbox).order_by(Inbox.id))).all()


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    use_vault(Vault(new_secret()))
    database = Database(database_url)
    receiver = Receiver(database, Desk(load_policy("hebei"), LocalTime(SystemClock())))
    here = Site("", database)

    async def receive(bot_id: int, updates: Sequence[dict[str, Any]]) -> None:
        if here.away:
            raise here.away.pop()
        await receiver.receive(bot_id, updates)

    app = create_app(database, LocalTime(SystemClock()), ["web"], {PATH: Hook(BOT, TOKEN)}, receive)
    async with served(app) as here.address:
        yield here
    await database.close()


async def test_an_update_is_kept_and_then_acknowledged(site: Site) -> None:
    assert await site.post(UPDATE) == 200
    (row,) = await site.kept()
    assert (row.bot_id, row.update_id, row.chat_id, row.state) == (BOT, 1, 15, "waiting")
    assert row.payload == UPDATE


async def test_the_same_update_again_changes_nothing(site: Site) -> None:
    assert [await site.post(UPDATE) for _ in range(3)] == [200] * 3
    assert len(await site.kept()) == 1


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [("c" * 64, TOKEN, 404), (PATH, "c" * 64, 401), (PATH, "秘密".encode().hex(), 401), (PATH, None, 401)],
)
async def test_nobody_else_gets_in(site: Site, path: str, token: str | None, status: int) -> None:
    assert await site.post(UPDATE, path=path, token=token) == status
    assert not await site.kept()


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"update_id": "1"}', b"\xff\xfe", b"null"])
async def test_what_is_no_update_is_refused(site: Site, body: bytes) -> None:
    assert await site.post(body) == 400
    assert not await site.kept()


async def test_more_than_an_update_can_be_is_refused(site: Site) -> None:
    assert await site.post(b" " * (LARGEST + 1)) == 413


@pytest.mark.parametrize("part", ["message", "callback_query", "my_chat_member", "edited_message", "poll"])
@pytest.mark.parametrize("content", [None, 1, "x", [], {}, {"chat": 1}, {"message": "x", "from": None}])
async def test_whatever_telegram_sends_is_kept(site: Site, part: str, content: Any) -> None:
    """Also what no handler will understand: it is set aside later, the rest goes on."""
    assert await site.post({"update_id": 9, part: content}) == 200
    assert [row.chat_id for row in await site.kept()] == [None]


async def test_a_number_that_is_nobodys_business_is_not_kept(site: Site) -> None:
    message = {**UPDATE["message"], "text": "电话13812345678"}  # type: ignore[dict-item]
    assert await site.post({**UPDATE, "message": message}) == 200
    (row,) = await site.kept()
    assert row.payload is not None
    assert "13812345678" not in str(row.payload)
    assert row.payload["hidden"] == "手机号"


async def test_a_database_that_is_away_makes_telegram_come_again(site: Site) -> None:
    site.away.append(OperationalError("INSERT", {}, Exception("database is down")))
    assert await site.post(UPDATE) == 503
    assert await site.post(UPDATE) == 200
    assert len(await site.kept()) == 1


async def test_health_says_which_roles_run(site: Site) -> None:
    async with aiohttp.ClientSession(site.address) as session:
        async with session.get("/healthz") as answer:
            assert await answer.json() == {"status": "ok", "roles": ["web"]}
        async with session.get("/readyz") as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "ready")
        async with session.get("/metrics") as answer:
            assert "jintang_sends_total" in await answer.text()
