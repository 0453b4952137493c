"""Who acts for whom while people are away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.reach import stand_in


@pytest.mark.parametrize(
    ("away", "acts"),
    [
        ({}, 1),
        ({2: 3}, 1),
        ({1: 2}, 2),
        ({1: 2, 2: 3}, 3),
        ({1: 2, 2: 1}, None),
        ({1: 2, 2: 3, 3: 2}, None),
        ({1: 1}, None),
    ],
)
def test_who_acts_today(away: dict[int, int], acts: int | None) -> None:
    assert stand_in(1, away) == acts


@given(st.dictionaries(st.integers(1, 6), st.integers(1, 6)), st.integers(1, 6))
def test_whoever_acts_is_there(away: dict[int, int], one: int) -> None:
    assert stand_in(one, away) not in away
