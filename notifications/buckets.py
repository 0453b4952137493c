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

    def wait(self, now: float) -> float:
        """Takes a token; the seconds to wait until it is there."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate) - 1
        self.at = now
        return max(0.0, -self.tokens / self.rate)


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
        now = self._monotonic()
        wait = max(self._chat(chat_id, now).wait(now), self._shared(lane, now), self._paused_until - now)
        if wait > 0:
            await asyncio.sleep(wait)

    def _shared(self, lane: int, now: float) -> float:
        if lane > 0:
            return self._bot.wait(now)
        return self._answers.wait(now) if self._answers.tokens > 0 else self._bot.wait(now)

    def _chat(self, chat_id: int, now: float) -> Bucket:
        if len(self._chats) > 10_000:
            self._chats = {k: b for k, b in self._chats.items() if now - b.at < 60}
        return self._chats.setdefault(
            chat_id, Bucket(self._chat_rate, self._chat_burst, self._chat_burst, now)
        )
