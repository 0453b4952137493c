"""What follows from the result of a send: a result in, a decision out, no I/O (promise 2)."""

from dataclasses import dataclass

from notifications.channel import Outcome, Result
from notifications.states import Change

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 60.0
MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True)
class Decision:
    """`wait_seconds` until the notice may go again; `pause_seconds` in which the bot sends nothing."""

    change: Change
    wait_seconds: float = 0.0
    pause_seconds: float = 0.0


def decide(outcome: Outcome, *, attempts: int, resent: bool, personal: bool, jitter: float = 1.0) -> Decision:
    """The decision after attempt number `attempts`.

    `resent`: this was the marked repeat; `personal`: an answer to somebody's own press, which is of
    no use to anybody else; `jitter` in 0…1 spreads the waits.
    """
    match outcome.result:
        case Result.accepted:
            return Decision(Change.accept)
        case Result.throttled:
            return Decision(Change.wait, pause_seconds=max(outcome.retry_after, 1.0))
        case Result.unreachable:
            return Decision(Change.fail if personal else Change.move)
        case Result.rejected:
            return Decision(Change.fail)
        case Result.unknown if not resent:
            return Decision(Change.repeat)
        case Result.unknown:
            return Decision(Change.lose if personal else Change.move)
        case Result.failed:
            return Decision(Change.wait, backoff(attempts, jitter))


def backoff(attempts: int, jitter: float = 1.0) -> float:
    """Seconds to wait after that many attempts: doubling up to a ceiling, half of it left to chance."""
    doublings = min(max(attempts - 1, 0), MOST_DOUBLINGS)
    longest = min(FIRST_WAIT_SECONDS * 2.0**doublings, LONGEST_WAIT_SECONDS)
    return longest * (0.5 + 0.5 * jitter)
