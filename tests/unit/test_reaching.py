"""Whom a notice reaches: own holder, deputy, stand-in, the tier above, nobody (promise 6)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Tier
from notifications.reach import NOBODY, Holder, Reached, Roster, reach, region_of, without
from tests.unit.county import CITY, COUNTY, GROUP, LINEAGE, OTHER_VILLAGE, POLICY, TOWN, VILLAGE

TODAY = date(2026, 3, 12)
DAY = timedelta(days=1)
PLACES = {
    "grid_worker": GROUP,
    "village_clerk": VILLAGE,
    "village_head": VILLAGE,
    "first_secretary": VILLAGE,
    "helper": VILLAGE,
    "township_clerk": TOWN,
    "township_lead": TOWN,
    "county_clerk": COUNTY,
    "county_lead": COUNTY,
    "department_liaison": COUNTY,
    "city_lead": CITY,
}
NUMBERS = {post: number for number, post in enumerate(PLACES, 1)}


def holder(number: int, post: str, region: str | None = None, **facts: object) -> Holder:
    known: dict[str, object] = {"from_on": date(2026, 1, 1), "to_on": None, "reachable": True}
    return Holder(number, post, region or PLACES[post], **{**known, **facts})  # type: ignore[arg-type]


def roster(*holders: Holder) -> Roster:
    found: dict[tuple[str, str], list[Holder]] = {}
    for one in holders:
        found.setdefault((one.post, one.region_code), []).append(one)
    return found


def whom(post: str, *holders: Holder, at: str | None = None) -> Reached:
    return reach(post, LINEAGE[at or PLACES[post]], roster(*holders), POLICY.posts, TODAY)


def staff(*posts: str) -> list[Holder]:
    return [holder(NUMBERS[post], post) for post in posts]


def test_all_holders_of_the_post_are_told() -> None:
    two = [holder(1, "village_clerk"), holder(2, "village_clerk")]
    assert whom("village_clerk", *two) == Reached((1, 2))


def test_who_cannot_be_reached_is_left_out() -> None:
    two = [holder(1, "village_clerk", reachable=False), holder(2, "village_clerk")]
    assert whom("village_clerk", *two) == Reached((2,))


def test_a_deputy_stands_in_without_it_being_a_move() -> None:
    away = holder(1, "village_clerk", reachable=False, deputy_id=9, deputy_reachable=True)
    assert whom("village_clerk", away, holder(3, "village_head")) == Reached((9,))


DUTIES = [
    (TODAY, TODAY, True),
    (TODAY - DAY, None, True),
    (TODAY - 9 * DAY, TODAY - DAY, False),
    (TODAY + DAY, None, False),
]


@pytest.mark.parametrize(("from_on", "to_on", "told"), DUTIES)
def test_both_days_of_a_duty_count(from_on: date, to_on: date | None, told: bool) -> None:
    facts = {"deputy_id": 9, "deputy_reachable": True}
    one = holder(1, "village_clerk", from_on=from_on, to_on=to_on)
    assert (whom("village_clerk", one) == Reached((1,))) is told
    away = holder(1, "village_clerk", from_on=from_on, to_on=to_on, reachable=False, **facts)
    assert (whom("village_clerk", away) == Reached((9,))) is told


def test_the_groups_own_worker_comes_before_the_villages() -> None:
    whole = holder(2, "grid_worker", VILLAGE)
    assert whom("grid_worker", holder(1, "grid_worker"), whole) == Reached((1,))
    away = holder(1, "grid_worker", reachable=False)
    assert whom("grid_worker", away, whole) == Reached((2,))
    deputised = holder(1, "grid_worker", reachable=False, deputy_id=9, deputy_reachable=True)
    assert whom("grid_worker", deputised, whole) == Reached((9,))


ORDER = (
    "village_clerk",
    "village_head",
    "first_secretary",
    "township_clerk",
    "township_lead",
    "county_clerk",
    "county_lead",
)


@pytest.mark.parametrize("nth", range(len(ORDER)))
def test_stand_ins_of_a_grid_worker_come_in_order(nth: int) -> None:
    assert whom("grid_worker", *staff(*ORDER[nth:])) == Reached((NUMBERS[ORDER[nth]],), moved=True)


MOVES = [
    # post, who is there, who is told
    ("village_head", ("village_clerk", "first_secretary"), "village_clerk"),
    ("township_clerk", ("township_lead", "county_clerk"), "township_lead"),
    ("township_lead", ("township_clerk", "county_clerk"), "township_clerk"),
    ("county_clerk", ("county_lead",), "county_lead"),
    # never downward, never sideways to posts that do not stand in
    ("township_clerk", ("village_clerk", "county_clerk"), "county_clerk"),
    ("village_clerk", ("helper", "grid_worker"), None),
    ("county_lead", ("department_liaison",), None),
    # the city gets no case
    ("county_clerk", ("city_lead",), None),
    ("grid_worker", ("city_lead",), None),
    # and nobody stands in for the city
    ("city_lead", ("county_lead", "county_clerk"), None),
    ("grid_worker", (), None),
]


@pytest.mark.parametrize(("post", "there", "told"), MOVES)
def test_moves(post: str, there: tuple[str, ...], told: str | None) -> None:
    expected = Reached((NUMBERS[told],), moved=True) if told else NOBODY
    assert whom(post, *staff(*there)) == expected


def test_no_policy_can_make_the_city_a_stand_in() -> None:
    posts = dict(POLICY.posts)
    posts["city_lead"] = posts["city_lead"].model_copy(update={"stands_in": 1})
    there = roster(holder(1, "city_lead"))
    assert reach("county_clerk", LINEAGE[COUNTY], there, posts, TODAY) == NOBODY


def test_only_one_stand_in_is_told_and_his_deputy_before_the_next_post() -> None:
    two = [holder(1, "village_clerk"), holder(2, "village_clerk")]
    assert whom("grid_worker", *two) == Reached((1,), moved=True)
    away = holder(1, "village_clerk", reachable=False, deputy_id=9, deputy_reachable=True)
    assert whom("grid_worker", away, holder(3, "village_head")) == Reached((9,), moved=True)


def test_who_did_not_answer_is_passed_over_also_as_a_deputy() -> None:
    """A notice that did not arrive goes on as if that person could not be reached."""
    clerk = holder(1, "village_clerk", deputy_id=2, deputy_reachable=True)
    there = roster(clerk, holder(3, "village_head", deputy_id=1, deputy_reachable=True))
    told = [_told_without(there, *gone) for gone in ((), (1,), (1, 2), (1, 2, 3))]
    assert told == [Reached((1,)), Reached((2,)), Reached((3,), moved=True), NOBODY]


def _told_without(there: Roster, *gone: int) -> Reached:
    return reach("village_clerk", LINEAGE[VILLAGE], without(there, gone), POLICY.posts, TODAY)


def test_another_village_is_not_asked() -> None:
    assert whom("village_clerk", holder(1, "village_head", OTHER_VILLAGE)) == NOBODY


HELD = [("grid_worker", GROUP, GROUP), ("grid_worker", VILLAGE, VILLAGE), ("county_lead", GROUP, COUNTY)]


@pytest.mark.parametrize(("post", "at", "region"), HELD)
def test_where_a_post_is_held(post: str, at: str, region: str) -> None:
    assert region_of(post, LINEAGE[at], POLICY.posts) == region


HOLDERS = st.lists(
    st.builds(
        lambda post, number, reachable, deputy: holder(
            number, post, reachable=reachable, deputy_id=100 + number, deputy_reachable=deputy
        ),
        st.sampled_from([post for post in PLACES if post != "city_lead"]),
        st.integers(1, 20),
        st.booleans(),
        st.booleans(),
    )
    | st.builds(lambda number: holder(number, "city_lead"), st.integers(200, 210)),
    max_size=8,
)
LOCAL = st.sampled_from([post for post, rule in POLICY.posts.items() if rule.tier is not Tier.city])


@given(LOCAL, HOLDERS)
def test_the_city_is_never_told_and_the_unreachable_neither(post: str, holders: list[Holder]) -> None:
    told = set(whom(post, *holders).officials)
    here = {one.official_id for one in holders if one.reachable and one.post != "city_lead"}
    deputies = {one.deputy_id for one in holders if one.deputy_reachable}
    assert told <= here | deputies


@given(LOCAL, HOLDERS)
def test_whoever_can_stand_in_is_found(post: str, holders: list[Holder]) -> None:
    rank = POLICY.posts[post].tier.rank
    able = [
        one
        for one in holders
        if (one.reachable or one.deputy_reachable)
        and rank <= POLICY.posts[one.post].tier.rank < Tier.city.rank
        and (POLICY.posts[one.post].stands_in or one.post == post)
    ]
    assert bool(whom(post, *holders).officials) is bool(able)
