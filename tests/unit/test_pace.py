"""How fast is sent: a burst, then a rate, kept as one instant (design §5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.pace import Limits, Meter, Rate

NOW = 1_000.0
LIMITS = Limits()


def turns(meter: Meter, count: int, now: float = NOW) -> list[float]:
    return [round(meter.take(now) - NOW, 3) for _ in range(count)]


def test_a_chat_has_three_at_once_then_one_a_second() -> None:
    meter = Meter(LIMITS.chat, even_at=0)
    assert turns(meter, 5) == [0, 0, 0, 1, 2]
    assert turns(meter, 1, NOW + 3) == [3]
    assert turns(meter, 4, NOW + 100) == [100, 100, 100, 101]


def test_a_bot_has_twenty_five_a_second_after_its_burst() -> None:
    meter = Meter(LIMITS.notices, even_at=0)
    assert turns(meter, 22)[19:] == [0, 0.04, 0.08]


def test_both_lanes_together_leave_room_for_messages_that_arrive_unevenly() -> None:
    telegram_bears = 30
    assert LIMITS.notices.per_second + LIMITS.answers.per_second <= telegram_bears
    assert LIMITS.notices.burst + LIMITS.answers.burst < telegram_bears


def test_a_pause_holds_everything_back() -> None:
    meter = Meter(LIMITS.notices, even_at=0, paused_until=NOW + 7)
    assert turns(meter, 1) == [7]


def test_only_what_comes_soon_is_taken() -> None:
    meter = Meter(Rate(10, 1), even_at=0)
    assert meter.take_within(NOW, 0.25, 100) == pytest.approx([NOW, NOW + 0.1, NOW + 0.2])
    assert meter.take_within(NOW, 0.25, 100) == []
    assert meter.take_within(NOW + 0.1, 0.25, 100) == pytest.approx([NOW + 0.3])


def test_no_more_is_taken_than_is_asked_for() -> None:
    assert len(Meter(LIMITS.notices, even_at=0).take_within(NOW, 1, 4)) == 4


@given(
    st.floats(0.1, 100),
    st.integers(1, 50),
    st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_in_any_stretch_of_time_no_more_than_burst_and_rate(
    per_second: float, burst: int, gaps: list[float]
) -> None:
    meter, now, sent = Meter(Rate(per_second, burst), even_at=0), NOW, []
    for gap in gaps:
        now += gap
        sent.append(meter.take(now))
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            allowed = burst + (sent[last] - sent[first]) * per_second
            assert last - first + 1 <= allowed + 1e-3


@given(st.floats(0, 2_000), st.lists(st.floats(0, 5), min_size=1, max_size=30))
def test_turns_come_in_order_and_never_in_the_past(even_at: float, gaps: list[float]) -> None:
    meter, now, before = Meter(LIMITS.chat, even_at), NOW, 0.0
    for gap in gaps:
        now += gap
        turn = meter.take(now)
        assert turn >= max(now, before)
        before = turn
