"""Telegram's send limits as token buckets on real time: per bot, per chat, per group."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from simulator.errors import too_many_requests

COUNTED = frozenset(("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageReplyMarkup"))
_ROOM = 20_000


@dataclass(slots=True)
class Bucket:
    """`capacity` tokens that come back at `per_second`."""

    capacity: float
    per_second: float
    tokens: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until a token is there; 0 when one is."""
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.per_second


class RateLimits:
    """Off unless `enabled`; the three rates may be changed before the first request."""

    def __init__(self, monotonic: Callable[[], float], enabled: bool = False) -> None:
        self.enabled = enabled
        self.per_bot = (30.0, 30.0)
        self.per_chat = (3.0, 1.0)
        self.per_group = (20.0, 20 / 60)
        self._monotonic = monotonic
        self._buckets: dict[tuple[int, int | None], Bucket] = {}

    def check(self, method: str, bot_id: int, chat_id: int | str | None) -> None:
        """Take a token from each bucket concerned, or raise a 429 and take none."""
        if not self.enabled or method not in COUNTED:
            return
        now = self._monotonic()
        buckets = self._concerned(bot_id, chat_id, now)
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.tokens -= 1

    def clear(self) -> None:
        self._buckets.clear()

    def _concerned(self, bot_id: int, chat_id: int | str | None, now: float) -> list[Bucket]:
        buckets = [self._bucket((bot_id, None), self.per_bot, now)]
        if isinstance(chat_id, int):
            rate = self.per_group if chat_id < 0 else self.per_chat
            buckets.append(self._bucket((bot_id, chat_id), rate, now))
        return buckets

    def _bucket(self, key: tuple[int, int | None], rate: tuple[float, float], now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _ROOM:
                self._buckets.clear()
            bucket = self._buckets[key] = Bucket(rate[0], rate[1], rate[0], now)
        return bucket
