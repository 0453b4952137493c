"""Who may finish, who may command, who sees, who hears: posts by regions (promises 6 and 12)."""

import pytest

from config.models import Relative, Tier
from notifications.roster import Areas
from tests.unit import county
from tests.unit.county import GROUP, LINEAGE, POLICY, VILLAGE
from workflows.authority import commands, may_act, sees
from workflows.recipients import desk_above, post_place, relative_place

NO, OWN, BEHALF = (False, True), (True, False), (True, True)
AT = {
    "group": GROUP,
    "other group": county.OTHER_GROUP,
    "village": VILLAGE,
    "other village": county.OTHER_VILLAGE,
    "town": county.TOWN,
    "other town": county.OTHER_TOWN,
    "county": county.COUNTY,
    "city": county.CITY,
}


@pytest.fixture
def areas() -> Areas:
    """The county's areas, as if they had been read."""
    known = Areas()
    for code, line in LINEAGE.items():
        parent = line[1][1] if len(line) > 1 else None
        known._nodes[code] = (code, parent, line[0][0])
    return known


RIGHTS = [
    # post, where, may finish the visit of the group, a review of the village, a town's, the county's
    ("grid_worker", "group", OWN, NO, NO, NO),
    ("grid_worker", "village", OWN, NO, NO, NO),
    ("grid_worker", "other group", NO, NO, NO, NO),
    ("village_clerk", "village", BEHALF, OWN, NO, NO),
    ("village_head", "village", BEHALF, OWN, NO, NO),
    ("first_secretary", "village", BEHALF, OWN, NO, NO),
    ("village_clerk", "other village", NO, NO, NO, NO),
    ("township_clerk", "town", BEHALF, BEHALF, OWN, NO),
    ("township_lead", "town", BEHALF, BEHALF, OWN, NO),
    ("township_clerk", "other town", NO, NO, NO, NO),
    ("county_clerk", "county", BEHALF, BEHALF, BEHALF, OWN),
    ("county_lead", "county", BEHALF, BEHALF, BEHALF, OWN),
    ("city_lead", "city", NO, NO, NO, NO),
]
TASKS = [
    ("grid_worker", GROUP),
    ("village_clerk", VILLAGE),
    ("township_clerk", county.TOWN),
    ("county_clerk", county.COUNTY),
]


@pytest.mark.parametrize("row", RIGHTS, ids=lambda row: f"{row[0]} of {row[1]}")
def test_who_may_finish(row: tuple[str, str, tuple[bool, bool]]) -> None:
    post, where, *rights = row
    held = [(post, AT[where])]
    assert [may_act(held, task, LINEAGE[region], POLICY.posts) for task, region in TASKS] == rights


def test_a_second_post_helps_and_own_comes_before_on_behalf() -> None:
    both = [("township_clerk", county.TOWN), ("grid_worker", GROUP)]
    assert may_act(both, "grid_worker", LINEAGE[GROUP], POLICY.posts) == OWN
    assert may_act([], "grid_worker", LINEAGE[GROUP], POLICY.posts) == NO


COMMANDS = [
    # post, where, what may be commanded of a village's task
    ("grid_worker", "group", None),
    ("village_clerk", "village", None),
    ("township_clerk", "town", Tier.township),
    ("township_lead", "town", Tier.township),
    ("township_clerk", "other town", None),
    ("county_clerk", "county", Tier.county),
    ("city_lead", "city", None),
]


@pytest.mark.parametrize(("post", "where", "tier"), COMMANDS)
def test_who_may_command(post: str, where: str, tier: Tier | None) -> None:
    assert commands([(post, AT[where])], "village_clerk", LINEAGE[VILLAGE], POLICY.posts) is tier


def test_a_township_does_not_command_the_county_and_the_highest_tier_counts() -> None:
    town, desk = ("township_clerk", county.TOWN), ("county_clerk", county.COUNTY)
    assert commands([town], "county_clerk", LINEAGE[county.COUNTY], POLICY.posts) is None
    assert commands([town], "county_clerk", LINEAGE[VILLAGE], POLICY.posts) is None
    assert commands([town, desk], "village_clerk", LINEAGE[VILLAGE], POLICY.posts) is Tier.county


SIGHT = [
    # post, where, sees a household of: group, other group, other village, other town
    ("grid_worker", "group", [True, False, False, False]),
    ("grid_worker", "village", [True, True, False, False]),
    ("village_clerk", "village", [True, True, False, False]),
    ("township_clerk", "town", [True, True, True, False]),
    ("township_lead", "other town", [False, False, False, True]),
    ("county_clerk", "county", [True, True, True, True]),
    ("city_lead", "city", [False, False, False, False]),
]


@pytest.mark.parametrize(("post", "where", "seen"), SIGHT)
def test_who_sees_which_household(areas: Areas, post: str, where: str, seen: list[bool]) -> None:
    regions = [AT[name] for name in ("group", "other group", "other village", "other town")]
    assert [sees(areas, [(post, AT[where])], region, POLICY.posts) for region in regions] == seen


def test_nobody_sees_nothing_without_a_post(areas: Areas) -> None:
    assert not sees(areas, [], GROUP, POLICY.posts)


HEARS = [
    # holder, head, the desk above, the lead above, the county's desk
    ("grid_worker", "group", "village_head", "township_clerk", "township_lead", "county_clerk"),
    ("grid_worker", "village", "village_head", "township_clerk", "township_lead", "county_clerk"),
    ("village_clerk", "village", "village_head", "township_clerk", "township_lead", "county_clerk"),
    ("township_clerk", "town", "township_lead", "county_clerk", "county_lead", "county_clerk"),
    ("county_clerk", "county", "county_lead", None, "county_lead", "county_clerk"),
]
HELD_AT = {"village_head": VILLAGE, "township_clerk": county.TOWN, "township_lead": county.TOWN}


@pytest.mark.parametrize("row", HEARS, ids=lambda row: f"{row[0]} of {row[1]}")
def test_who_hears_of_a_rung(areas: Areas, row: tuple[str, str, str | None]) -> None:
    post, where, *expected = row
    holder = (post, AT[where])
    others = (Relative.head, Relative.above_desk, Relative.above_lead, Relative.county_desk)
    found = [relative_place(areas, POLICY.posts, relative, holder) for relative in others]
    assert found == [(name, HELD_AT.get(name, county.COUNTY)) if name else None for name in expected]
    assert relative_place(areas, POLICY.posts, Relative.holder, holder) == holder


HANDED_UP = [
    ("grid_worker", "group", ("township_clerk", county.TOWN)),
    ("village_clerk", "village", ("township_clerk", county.TOWN)),
    ("township_clerk", "town", ("county_clerk", county.COUNTY)),
    ("county_clerk", "county", ("county_clerk", county.COUNTY)),
]


@pytest.mark.parametrize(("post", "where", "desk"), HANDED_UP)
def test_who_takes_a_task_over(areas: Areas, post: str, where: str, desk: tuple[str, str]) -> None:
    assert desk_above(areas, POLICY.posts, (post, AT[where])) == desk


def test_in_a_tree_without_a_city_its_posts_sit_at_the_top(areas: Areas) -> None:
    """Whoever is to count what came in does not stop it from being told."""
    areas._nodes[county.COUNTY] = (county.COUNTY, None, Tier.county)
    assert post_place(areas, POLICY.posts, "city_lead", VILLAGE) == ("city_lead", county.COUNTY)
