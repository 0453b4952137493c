"""Who a rung or an event speaks to, seen from a task or a household (domain §5.2, §9.1)."""

from config.models import PostRule, Relative, Tier
from notifications.roster import Areas

DESK = {Tier.township: "township_clerk", Tier.county: "county_clerk"}
LEAD = {Tier.village: "village_head", Tier.township: "township_lead", Tier.county: "county_lead"}
ABOVE = {Tier.grid: Tier.township, Tier.village: Tier.township, Tier.township: Tier.county}
OWN = {Tier.grid: Tier.village}

Place = tuple[str, str]


def post_place(areas: Areas, posts: dict[str, PostRule], post: str, region: str) -> Place:
    """The post and the region at which it is held, seen from `region`."""
    return post, areas.seat(region, posts[post].tier)


def relative_place(
    areas: Areas, posts: dict[str, PostRule], relative: Relative, holder: Place
) -> Place | None:
    """Where a rung goes; None where there is no tier above."""
    post, region = holder
    if relative is Relative.holder:
        return holder
    tier = posts[post].tier
    match relative:
        case Relative.head:
            named = LEAD.get(OWN.get(tier, tier))
        case Relative.above_desk:
            named = DESK.get(ABOVE[tier]) if tier in ABOVE else None
        case Relative.above_lead:
            named = LEAD.get(ABOVE.get(tier, tier))
        case Relative.county_desk:
            named = DESK[Tier.county]
    return post_place(areas, posts, named, region) if named else None


def desk_above(areas: Areas, posts: dict[str, PostRule], holder: Place) -> Place:
    """The post that takes a task over when its holder's tier cannot settle it."""
    tier = posts[holder[0]].tier
    return post_place(areas, posts, DESK[ABOVE.get(tier, Tier.county)], holder[1])
