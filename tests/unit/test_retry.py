"""What follows from the result of a send (promise 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channel import Outcome, Result
from notifications.retry import LONGEST_WAIT_SECONDS, Decision, backoff, decide
from notifications.states import Change

DECISIONS = [
    # result, resent, personal, change
    (Result.accepted, False, False, Change.accept),
    (Result.accepted, True, True, Change.accept),
    (Result.throttled, False, False, Change.wait),
    (Result.throttled, True, True, Change.wait),
    # 403, chat not found: to somebody else, an answer to a press not
    (Result.unreachable, False, False, Change.move),
    (Result.unreachable, True, False, Change.move),
    (Result.unreachable, False, True, Change.fail),
    # refused even without its words
    (Result.rejected, False, False, Change.fail),
    (Result.rejected, True, True, Change.fail),
    # a time-out: one repeat, then somebody else
    (Result.unknown, False, False, Change.repeat),
    (Result.unknown, False, True, Change.repeat),
    (Result.unknown, True, False, Change.move),
    (Result.unknown, True, True, Change.lose),
    # 5xx, or nothing was written: again and again
    (Result.failed, False, False, Change.wait),
    (Result.failed, True, True, Change.wait),
]


@pytest.mark.parametrize(("result", "resent", "personal", "change"), DECISIONS)
def test_decisions(result: Result, resent: bool, personal: bool, change: Change) -> None:
    assert decide(Outcome(result), attempts=1, resent=resent, personal=personal).change is change


def test_every_result_is_in_the_table() -> None:
    assert {row[0] for row in DECISIONS} == set(Result)


@pytest.mark.parametrize(("asked", "paused"), [(0.0, 1.0), (0.2, 1.0), (7.0, 7.0), (900.0, 900.0)])
def test_429_pauses_the_bot_for_as_long_as_it_asks(asked: float, paused: float) -> None:
    outcome = Outcome(Result.throttled, retry_after=asked)
    found = decide(outcome, attempts=4, resent=False, personal=False)
    assert found == Decision(Change.wait, pause_seconds=paused)


def test_only_429_pauses_the_bot() -> None:
    others = [Outcome(result) for result in Result if result is not Result.throttled]
    assert not any(decide(one, attempts=1, resent=False, personal=False).pause_seconds for one in others)


BACKOFFS = [(0, 2), (1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (100, 60), (5_000, 60)]


@pytest.mark.parametrize(("attempts", "seconds"), BACKOFFS)
def test_backoff_doubles_up_to_a_minute(attempts: int, seconds: float) -> None:
    assert backoff(attempts) == seconds


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_chance_shortens_a_wait_by_half_at_most(attempts: int, jitter: float) -> None:
    """An outage of many days is thousands of attempts."""
    longest = backoff(attempts)
    assert longest / 2 <= backoff(attempts, jitter) <= longest <= LONGEST_WAIT_SECONDS
