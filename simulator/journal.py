"""A bounded record of every request a bot made."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from simulator.bell import Bell
from simulator.errors import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `at` is emulated time, `status` 0 means that no answer left the house."""

    number: int
    at: float
    bot_id: int
    method: str
    params: Json
    status: int
    result: Any

    @property
    def ok(self) -> bool:
        return self.status == 200

    def as_json(self) -> Json:
        params = {name: _plain(value) for name, value in self.params.items()}
        return {
            "number": self.number,
            "at": self.at,
            "bot_id": self.bot_id,
            "method": self.method,
            "params": params,
            "status": self.status,
            "result": self.result,
        }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | dict | None) else repr(value)


class Journal:
    def __init__(self, size: int) -> None:
        self._calls: deque[Call] = deque(maxlen=size)
        self._number = 0
        self.bell = Bell()

    def write(self, at: float, bot_id: int, method: str, params: Json, status: int, result: Any) -> None:
        self._number += 1
        self._calls.append(Call(self._number, at, bot_id, method, params, status, result))
        self.bell.ring()

    def clear(self) -> None:
        self._calls.clear()

    def calls(self, method: str | None = None, chat_id: int | None = None) -> list[Call]:
        return [
            call
            for call in self._calls
            if method in (None, call.method) and chat_id in (None, call.params.get("chat_id"))
        ]
