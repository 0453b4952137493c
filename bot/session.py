"""The HTTP session to Telegram: a gateway's page in HTML is a server error like Telegram's own.

The models of the answers are kept: pydantic forgets a generic model nobody holds, and aiogram
holds none, so that each answer would build its model anew, at 8 ms.
"""

from functools import cache
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

SERVER_ERROR = 500


@cache
def _kept(returning: Any) -> Any:
    """The model of an answer; once asked for, it stays."""
    return Response[returning]


class Session(AiohttpSession):
    """aiogram's session, with the status looked at before the content."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        if status_code >= SERVER_ERROR and not content.lstrip().startswith("{"):
            raise TelegramServerError(method=cast(TelegramMethod[object], method), message=str(status_code))
        _kept(method.__returning__)
        return super().check_response(bot, method, status_code, content)
