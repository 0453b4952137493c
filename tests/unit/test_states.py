"""The life of a notice: what may follow what (promise 2)."""

import itertools

import pytest

from notifications.states import SETTLED, TABLE, Change, Impossible, State, after, before
from storage.post_box import QUEUED_STATES


@pytest.mark.parametrize(("state", "change"), [*itertools.product(State, Change)])
def test_what_the_table_does_not_name_cannot_happen(state: State, change: Change) -> None:
    if (state, change) in TABLE:
        assert after(state, change) is TABLE[state, change]
        assert state in before(change)
    else:
        assert state not in before(change)
        with pytest.raises(Impossible, match=f"{change} of a notice that is {state}"):
            after(state, change)


def test_what_is_settled_never_changes() -> None:
    assert not SETTLED & {state for state, _ in TABLE}


def test_from_everywhere_else_there_is_a_way_to_the_phone() -> None:
    """No state is a dead end: nothing disappears."""
    arriving = {State.accepted}
    while found := {state for (state, _), then in TABLE.items() if then in arriving} - arriving:
        arriving |= found
    assert arriving == set(State) - (SETTLED - {State.accepted})


def test_every_change_happens_somewhere() -> None:
    assert {change for _, change in TABLE} == set(Change)


def test_only_what_is_on_its_way_is_taken_into_hand() -> None:
    assert set(before(Change.lease)) | {State.leased} == set(QUEUED_STATES)


def test_a_message_in_hand_is_taken_back_by_nobody_but_its_sender() -> None:
    away = {change for state, change in TABLE if state is State.leased}
    assert Change.lease not in away
    assert away == {
        *(Change.accept, Change.wait, Change.repeat, Change.move, Change.fail, Change.lose),
        Change.supersede,
    }
