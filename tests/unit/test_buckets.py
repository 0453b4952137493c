"""Send limits on a clock of its own: rates, bursts, the reserved lane, the pause (design §5)."""

from dataclasses import dataclass

import pytest

from notifications.buckets import Buckets

ANSWER, ALERT = 0, 2


@dataclass
class Monotonic:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Monotonic:
    return Monotonic()


@pytest.fixture
def buckets(clock: Monotonic) -> Buckets:
    return Buckets(monotonic=clock)


def waits(buckets: Buckets, count: int, lane: int, chat: int | None = None) -> list[float]:
    """The waits of so many sends at one instant, each to a chat of its own unless one is named."""
    return [round(buckets.wait(chat or 100 + nth, lane), 3) for nth in range(count)]


def test_a_chat_has_three_at_once_then_one_a_second(buckets: Buckets, clock: Monotonic) -> None:
    assert waits(buckets, 5, ALERT, chat=7) == [0, 0, 0, 1, 2]
    clock.now += 3
    assert waits(buckets, 2, ALERT, chat=7) == [0, 1]
    clock.now += 60
    assert waits(buckets, 4, ALERT, chat=7) == [0, 0, 0, 1]


def test_a_bot_has_twenty_five_a_second(buckets: Buckets) -> None:
    assert waits(buckets, 25, ALERT) == [0] * 25
    assert waits(buckets, 3, ALERT) == [0.04, 0.08, 0.12]


def test_in_a_minute_no_more_than_the_rate_and_one_burst_goes_out(buckets: Buckets, clock: Monotonic) -> None:
    moments = []
    for nth in range(2000):
        moments.append(clock.now + buckets.wait(nth, ALERT))
        clock.now += 0.01
    first = moments[0]
    assert all(sum(at < first + second for at in moments) <= 25 * second + 25 for second in range(1, 21))


def test_answers_have_five_a_second_beside_the_rest(buckets: Buckets) -> None:
    waits(buckets, 30, ALERT)
    assert waits(buckets, 5, ANSWER) == [0] * 5
    assert waits(buckets, 1, ANSWER)[0] > 0


def test_the_reserved_lane_fills_again(buckets: Buckets, clock: Monotonic) -> None:
    """It once stood empty for ever after its first five answers."""
    waits(buckets, 5, ANSWER)
    clock.now += 10
    waits(buckets, 30, ALERT)
    assert waits(buckets, 5, ANSWER) == [0] * 5


def test_answers_beyond_the_reserved_lane_use_the_common_one(buckets: Buckets) -> None:
    assert waits(buckets, 30, ANSWER) == [0] * 30
    assert waits(buckets, 1, ANSWER) == [0.04]


def test_nobody_sends_during_a_pause_and_the_longer_one_holds(buckets: Buckets, clock: Monotonic) -> None:
    buckets.pause(30)
    buckets.pause(5)
    assert waits(buckets, 1, ALERT) == waits(buckets, 1, ANSWER) == [30]
    clock.now += 29
    assert waits(buckets, 1, ALERT, chat=9) == [1]
    clock.now += 2
    assert waits(buckets, 1, ALERT, chat=9) == [0]


def test_many_chats_are_forgotten_without_harm(buckets: Buckets, clock: Monotonic) -> None:
    for nth in range(10_050):
        clock.now += 1
        assert buckets.wait(nth, ALERT) == 0
    assert waits(buckets, 4, ALERT, chat=99_999) == [0, 0, 0, 1]


async def test_a_turn_that_has_come_is_not_waited_for(buckets: Buckets) -> None:
    await buckets.turn(7, ALERT)


async def test_without_limits_nobody_waits() -> None:
    free = Buckets.without_limits()
    assert waits(free, 500, ALERT, chat=7) == [0] * 500
