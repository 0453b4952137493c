"""One person, one moment: cards, one list, or tomorrow (docs/rules.md §7)."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.compose import Budget, Item, Sheaf, compose

TODAY = date(2026, 3, 12)
FULL = Budget(normal=3, urgent=2)


def item(number: int, due_in: int | None = 5, **facts: object) -> Item:
    due_on = None if due_in is None else TODAY + timedelta(days=due_in)
    return replace(Item(number, event=None, batch=None, lane=3, due_on=due_on), **facts)


def items(count: int, **facts: object) -> list[Item]:
    return [item(number, **facts) for number in range(1, count + 1)]


def plan(some: list[Item], budget: Budget = FULL) -> Sheaf:
    return compose(some, budget, TODAY)


def test_nothing_gives_nothing() -> None:
    assert plan([]) == Sheaf()


def test_what_fits_goes_as_cards() -> None:
    assert plan(items(3)).cards == [1, 2, 3]


def test_five_cards_are_two_and_a_list_of_three() -> None:
    """The example of the rules."""
    found = plan(items(5))
    assert (found.cards, found.listed, found.deferred) == ([1, 2], [3, 4, 5], [])


def test_without_room_what_is_due_goes_in_one_list_with_the_rest() -> None:
    found = plan([item(1, 9), item(2, 1)], Budget(0, 2))
    assert (found.cards, found.listed) == ([], [2, 1])


def test_without_room_what_is_not_due_waits() -> None:
    assert plan([item(1, 5), item(2, None)], Budget(0, 2)).deferred == [1, 2]


def test_a_list_of_one_goes_as_the_card_itself() -> None:
    found = plan([item(1, 0)], Budget(0, 2))
    assert (found.cards, found.listed) == ([1], [])


def test_two_urgent_ones_are_beside_the_budget_and_a_third_joins_the_list() -> None:
    red = items(3, urgent=True, lane=1)
    found = plan([*red, item(4), item(5)], Budget(3, 2))
    assert found.cards == [1, 2, 4, 5, 3]
    found = plan([*red, item(4), item(5), item(6)], Budget(3, 2))
    assert (found.cards, found.listed) == ([1, 2, 4, 5], [3, 6])


def test_moved_ones_go_in_one_list_even_without_room() -> None:
    found = plan([item(1, gathers=True), item(2, gathers=True), item(3)], Budget(0, 2))
    assert (found.cards, found.listed, found.deferred) == ([], [1, 2, 3], [])


def test_of_several_moved_notices_about_one_task_the_newest_is_said() -> None:
    found = plan([item(n, gathers=True, task=7) for n in (1, 2, 3)])
    assert (found.cards, found.carried) == ([3], {1: 3, 2: 3})


def test_one_event_is_one_message_and_the_own_post_speaks() -> None:
    found = plan([item(1, event="rung:1", gathers=True), item(2, event="rung:1")])
    assert (found.cards, found.carried) == ([2], {1: 2})


def test_a_line_rides_in_a_card_of_its_batch() -> None:
    line = item(3, event="batch:1:village", batch="batch:1", line=True)
    found = plan([item(1, event="a", batch="batch:1"), item(2, event="b", batch="batch:1"), line])
    assert (found.cards, found.carried) == ([1, 2], {3: 1})
    other = plan([item(1, event="a", batch="batch:2"), line])
    assert other.cards == [1, 3]


def test_a_ready_list_goes_as_it_is_and_before_the_others() -> None:
    found = plan([item(1, lane=1), item(9, lane=4, whole=True), item(2)], Budget(3, 2))
    assert found.cards == [9, 1, 2]


def test_the_worst_comes_first() -> None:
    found = plan([item(1, 5), item(2, 1), item(3, 9, lane=1), item(4, None)], Budget(1, 2))
    assert found.listed == [3, 2, 1, 4]


# --- for any notices ---------------------------------------------------------------------------

EVENTS = st.none() | st.sampled_from(["rung:1", "rung:2", "alert:1"])
BATCHES = st.none() | st.sampled_from(["batch:1", "batch:2"])


@st.composite
def notices(draw: st.DrawFn) -> list[Item]:
    found = []
    for number in range(1, draw(st.integers(0, 9)) + 1):
        line, batch = draw(st.booleans()), draw(BATCHES)
        one = item(
            number,
            draw(st.none() | st.integers(-3, 6)),
            event=f"{batch}:{number}" if line else draw(EVENTS),
            batch=batch,
            lane=4 if line else draw(st.integers(1, 3)),
            line=line,
            urgent=not line and draw(st.booleans()),
            gathers=draw(st.booleans()),
            task=draw(st.none() | st.integers(1, 2)),
            whole=not line and draw(st.integers(0, 9)) == 0,
        )
        found.append(one)
    return found


BUDGETS = st.builds(Budget, normal=st.integers(0, 3), urgent=st.integers(0, 2))


@given(notices(), BUDGETS)
def test_every_item_is_in_exactly_one_part(some: list[Item], budget: Budget) -> None:
    found = plan(some, budget)
    parts = [*found.cards, *found.listed, *found.carried, *found.deferred]
    assert sorted(parts) == [one.id for one in some]


@given(notices(), BUDGETS)
def test_what_is_carried_is_carried_by_something_that_is_there(some: list[Item], budget: Budget) -> None:
    found = plan(some, budget)
    for number in found.carried:
        seen = {number}
        while number in found.carried:
            number = found.carried[number]
            assert number not in seen
            seen.add(number)
        assert number in {*found.cards, *found.listed, *found.deferred}


@given(notices(), BUDGETS)
def test_an_event_is_said_once(some: list[Item], budget: Budget) -> None:
    found = plan(some, budget)
    said = {*found.cards, *found.listed, *found.deferred}
    events = [one.event for one in some if one.id in said and one.event and not one.whole]
    assert len(events) == len(set(events))


@given(notices(), BUDGETS)
def test_the_budget_is_exceeded_only_by_what_is_urgent_moved_or_pressing(
    some: list[Item], budget: Budget
) -> None:
    found, by_id = plan(some, budget), {one.id: one for one in some}
    lone = found.cards[-1:] if not found.listed else []
    red = [n for n in found.cards if by_id[n].urgent and not by_id[n].gathers and not by_id[n].whole]
    whole = [n for n in found.cards if by_id[n].whole]
    ordinary = len(found.cards) - len(red) - len(whole) + bool(found.listed)
    pressing = [one for one in some if one.due_on and one.due_on <= TODAY + timedelta(days=1)]
    listed_anyway = [one for one in some if one.gathers or one.urgent]
    assert len(red) <= budget.urgent + len(lone)
    room = max(budget.normal - len(whole), 0)
    assert ordinary <= room or (ordinary == 1 and bool(pressing or listed_anyway))


@given(notices(), BUDGETS)
def test_nothing_due_by_tomorrow_waits_for_tomorrow(some: list[Item], budget: Budget) -> None:
    late = {one.id for one in some if one.due_on and one.due_on <= TODAY + timedelta(days=1)}
    assert not late & set(plan(some, budget).deferred)


@given(notices(), BUDGETS)
def test_a_list_has_at_least_two(some: list[Item], budget: Budget) -> None:
    assert len(plan(some, budget).listed) != 1
