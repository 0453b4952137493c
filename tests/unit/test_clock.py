"""Clocks: aware, in UTC, never back; today is a local date. Instants keep their moment in the database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from config.clock import LocalTime, SetClock, SystemClock
from storage.types import Instant
from tests.unit.county import ZONE, moment

EVENING = datetime(2026, 3, 12, 16, 30, tzinfo=UTC)
MOMENTS = st.builds(datetime.combine, st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.times(), st.just(ZONE))
DIALECTS = [sqlite.dialect(), postgresql.dialect()]


def test_the_system_clock_is_aware_and_goes_on() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_set_clock_stands_and_is_told_in_utc() -> None:
    clock = SetClock(moment("2026-03-12 09:00"))
    assert clock.now() == clock.now() == datetime(2026, 3, 12, 1, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_set_clock_goes_forward_only() -> None:
    clock = SetClock(EVENING)
    clock.set(EVENING)
    clock.set(EVENING + timedelta(seconds=1))
    with pytest.raises(ValueError, match="不能往回拨"):
        clock.set(EVENING)
    assert clock.now() == EVENING + timedelta(seconds=1)


def test_today_is_the_countys_date() -> None:
    """Half past four in the afternoon in London is already tomorrow here."""
    assert LocalTime(SetClock(EVENING)).today() == date(2026, 3, 13)
    assert LocalTime(SetClock(EVENING), "Europe/London").today() == date(2026, 3, 12)
    assert LocalTime(SetClock(EVENING)).now() == EVENING


@given(MOMENTS)
def test_an_instant_comes_back_from_every_database(at: datetime) -> None:
    for dialect in DIALECTS:
        back = Instant().process_result_value(Instant().process_bind_param(at, dialect), dialect)
        assert back == at
        assert back is not None
        assert back.tzinfo is UTC


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_an_instant_without_a_zone_is_refused(dialect: object) -> None:
    naive = EVENING.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(naive, dialect)  # type: ignore[arg-type]
    assert Instant().process_bind_param(None, dialect) is None  # type: ignore[arg-type]
