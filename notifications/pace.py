"""How fast may be sent, pure: a rate with a burst, kept as one instant (design §5).

The instant is when all that was sent would be even with the rate; it may run ahead of the clock by
the burst. One number holds what a bucket of tokens holds, and is shared through one column.
Instants are seconds of real time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second in the long run, `burst` at once."""

    per_second: float
    burst: float

    @property
    def interval(self) -> float:
        return 1 / self.per_second

    @property
    def slack(self) -> float:
        """Seconds that the even instant may lie ahead."""
        return (self.burst - 1) * self.interval


@dataclass(frozen=True, slots=True)
class Limits:
    """What Telegram bears: 30 a second for a bot, of which 5 are kept for answers; 1 a second for a chat.

    The bursts together stay below 30: messages arrive less evenly than they leave.
    """

    notices: Rate = Rate(25, 20)
    answers: Rate = Rate(5, 5)
    chat: Rate = Rate(1, 3)
    group: Rate = Rate(20 / 60, 5)


@dataclass(slots=True)
class Meter:
    """One rate in use; `even_at` and `paused_until` are what is remembered."""

    rate: Rate
    even_at: float
    paused_until: float = 0.0

    def turn(self, now: float) -> float:
        """When the next may go."""
        return max(now, self.even_at - self.rate.slack, self.paused_until)

    def take(self, now: float) -> float:
        """Takes the next turn and says when it is."""
        at = self.turn(now)
        self.even_at = max(self.even_at, at) + self.rate.interval
        return at

    def take_within(self, now: float, horizon: float, most: int) -> list[float]:
        """The turns that come within `horizon` seconds, `most` of them at most."""
        turns: list[float] = []
        while len(turns) < most and self.turn(now) <= now + horizon:
            turns.append(self.take(now))
        return turns
