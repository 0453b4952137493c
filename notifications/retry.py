"""What follows from the result of a send: a result in, a decision out, no I/O (promise 2)."""

from dataclasses import dataclass
from enum import StrEnum

from notifications.channel import Outcome, Result

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 300.0
MOST_DOUBLINGS = 16


class Next(StrEnum):
    done = "done"
    again = "again"  # the same message later
    repeat = "repeat"  # once more, marked 重发
    plain = "plain"  # once more as plain text
    move = "move"  # to somebody else (promise 6)
    give_up = "give_up"


@dataclass(frozen=True, slots=True)
class Decision:
    next: Next
    wait_seconds: float = 0.0
    pauses_bot: bool = False


def decide(outcome: Outcome, *, attempts: int, resent: bool, plain: bool, personal: bool) -> Decision:
    """The decision after attempt number `attempts`.

    `resent`: this was the marked repeat; `plain`: this was the plain text; `personal`: an answer
    to somebody's own press, which is of no use to anybody else.
    """
    match outcome.result:
        case Result.accepted:
            return Decision(Next.done)
        case Result.throttled:
            return Decision(Next.again, max(outcome.retry_after, 1.0), pauses_bot=True)
        case Result.unreachable:
            return Decision(Next.give_up if personal else Next.move)
        case Result.rejected:
            return Decision(Next.give_up if plain else Next.plain)
        case Result.unknown if not resent:
            return Decision(Next.repeat)
        case Result.unknown:
            return Decision(Next.give_up if personal else Next.move)
        case Result.failed:
            return Decision(Next.again, backoff(attempts))


def backoff(attempts: int) -> float:
    """Seconds to wait after that many attempts: doubling, with a ceiling."""
    doublings = min(max(attempts - 1, 0), MOST_DOUBLINGS)
    return min(FIRST_WAIT_SECONDS * 2.0**doublings, LONGEST_WAIT_SECONDS)
