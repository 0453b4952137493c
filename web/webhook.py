"""The webhook: an update is acknowledged once it is written down, and not before (promise 2)."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response

from storage.engine import is_away
from web.body import read_body

log = structlog.get_logger(__name__)
LARGEST = 1_000_000
HEADER = "X-Telegram-Bot-Api-Secret-Token"
Receive = Callable[[int, Sequence[dict[str, Any]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """Whose updates come along a path, and the token that Telegram sends with them."""

    bot_id: int
    token: str


def webhook(hooks: Mapping[str, Hook], receive: Receive) -> APIRouter:
    """One path for each bot; nobody knows it but Telegram, and the header must bring the token too."""
    router = APIRouter()

    @router.post("/telegram/{path}")
    async def update(path: str, request: Request) -> Response:
        hook = _known(hooks, path)
        if hook is None:
            return Response(status_code=404)
        if not _same(request.headers.get(HEADER, ""), hook.token):
            return Response(status_code=401)
        body = await read_body(request, LARGEST)
        if body is None:
            return Response(status_code=413)
        return Response(status_code=await _kept(receive, hook.bot_id, body))

    return router


def _known(hooks: Mapping[str, Hook], path: str) -> Hook | None:
    """The hook at a path; every path is compared in full, however early it differs."""
    matching = [hook for known, hook in hooks.items() if _same(known, path)]
    return matching[0] if matching else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _kept(receive: Receive, bot_id: int, body: bytes) -> int:
    """200 after the commit; 503 makes Telegram come again."""
    try:
        update = json.loads(body)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return 400
        await receive(bot_id, [update])
    except ValueError:
        return 400
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("webhook_later", error=type(error).__name__)
        return 503
    return 200
