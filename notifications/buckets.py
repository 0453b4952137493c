"""Token buckets in monotonic real time: 25/s per bot, 5/s beside it for answers, 1/s per chat (design §5)."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Lets `rate` sends a second through, `burst` at once."""

    rate: float
    burst: float
    tokens: float
    at: float

    def has_one(self, now: float) -> bool:
        """Whether a token is there now."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return self.tokens >= 1

    def wait(self, now: float) -> float:
        """Takes a token; the seconds to wait until it is there."""
        wanting = 0 if self.has_one(now) else 1 - self.tokens
        self.tokens -= 1
        return wanting / self.rate


class Buckets:
    """The send limits of one bot."""

    def __init__(
        self,
        *,
        per_second: float = 25,
        answers_per_second: float = 5,
        per_chat_second: float = 1,
        chat_burst: float = 3,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        now = monotonic()
        self._bot = Bucket(per_second, per_second, per_second, now)
        self._answers = Bucket(answers_per_second, answers_per_second, answers_per_second, now)
        self._chat_rate, self._chat_burst = per_chat_second, chat_burst
        self._chats: dict[int, Bucket] = {}
        self._paused_until = 0.0

    @classmethod
    def without_limits(cls) -> "Buckets":
        return cls(per_second=1e6, answers_per_second=1e6, per_chat_second=1e6, chat_burst=1e6)

    def pause(self, seconds: float) -> None:
        """429: nobody sends before `seconds` have passed."""
        self._paused_until = max(self._paused_until, self._monotonic() + seconds)

    async def turn(self, chat_id: int, lane: int) -> None:
        """Waits until this chat and this bot may send."""
        if (wait := self.wait(chat_id, lane)) > 0:
            await asyncio.sleep(wait)

    def wait(self, chat_id: int, lane: int) -> float:
        """Takes the turn; the seconds until it comes."""
        now = self._monotonic()
        shared = self._shared(lane, now)
        return max(self._chat(chat_id, now).wait(now), shared, self._paused_until - now, 0.0)

    def _shared(self, lane: int, now: float) -> float:
        reserved = lane == 0 and self._answers.has_one(now)
        return (self._answers if reserved else self._bot).wait(now)

    def _chat(self, chat_id: int, now: float) -> Bucket:
        if len(self._chats) > 10_000:
            self._chats = {k: b for k, b in self._chats.items() if now - b.at < 60}
        return self._chats.setdefault(
            chat_id, Bucket(self._chat_rate, self._chat_burst, self._chat_burst, now)
        )
