"""What follows from the result of a send (promise 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channel import Outcome, Result
from notifications.retry import LONGEST_WAIT_SECONDS, Decision, Next, backoff, decide

DECISIONS = [
    # result, resent, plain, personal, next
    (Result.accepted, False, False, False, Next.done),
    (Result.accepted, True, True, True, Next.done),
    (Result.throttled, False, False, False, Next.again),
    (Result.throttled, True, True, True, Next.again),
    # 403, chat not found: to somebody else, an answer to a press not
    (Result.unreachable, False, False, False, Next.move),
    (Result.unreachable, True, False, False, Next.move),
    (Result.unreachable, False, False, True, Next.give_up),
    # 400: once more as plain text
    (Result.rejected, False, False, False, Next.plain),
    (Result.rejected, True, False, True, Next.plain),
    (Result.rejected, False, True, False, Next.give_up),
    # a time-out: one repeat, then somebody else
    (Result.unknown, False, False, False, Next.repeat),
    (Result.unknown, False, False, True, Next.repeat),
    (Result.unknown, True, False, False, Next.move),
    (Result.unknown, True, False, True, Next.give_up),
    # 5xx, or nothing was written: again and again
    (Result.failed, False, False, False, Next.again),
    (Result.failed, True, True, True, Next.again),
]


@pytest.mark.parametrize(("result", "resent", "plain", "personal", "following"), DECISIONS)
def test_decisions(result: Result, resent: bool, plain: bool, personal: bool, following: Next) -> None:
    found = decide(Outcome(result), attempts=1, resent=resent, plain=plain, personal=personal)
    assert found.next is following


def test_every_result_is_in_the_table() -> None:
    assert {row[0] for row in DECISIONS} == set(Result)


@pytest.mark.parametrize(("asked", "waited"), [(0.0, 1.0), (0.2, 1.0), (7.0, 7.0), (900.0, 900.0)])
def test_429_pauses_the_bot_for_as_long_as_it_asks(asked: float, waited: float) -> None:
    outcome = Outcome(Result.throttled, retry_after=asked)
    found = decide(outcome, attempts=4, resent=False, plain=False, personal=False)
    assert found == Decision(Next.again, waited, pauses_bot=True)


def test_only_429_pauses_the_bot() -> None:
    others = [Outcome(result) for result in Result if result is not Result.throttled]
    facts = {"attempts": 1, "resent": False, "plain": False, "personal": False}
    assert not any(decide(one, **facts).pauses_bot for one in others)


BACKOFFS = [(0, 2), (1, 2), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (100, 300), (5_000, 300)]


@pytest.mark.parametrize(("attempts", "seconds"), BACKOFFS)
def test_backoff_doubles_up_to_five_minutes(attempts: int, seconds: float) -> None:
    assert backoff(attempts) == seconds


@given(st.integers(0, 10**6))
def test_backoff_never_falls_and_never_fails(attempts: int) -> None:
    """An outage of many days is thousands of attempts."""
    assert 0 < backoff(attempts) <= backoff(attempts + 1) <= LONGEST_WAIT_SECONDS
