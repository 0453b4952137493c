"""Who can be told: promise 6 as a pure function over duties (design §4).

Reachable = on duty today, linked, not blocked. Otherwise the deputy, another post of the tier,
the tier above, up to the county.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.models import PostRule, Tier


@dataclass(frozen=True, slots=True)
class Holder:
    """A duty with what is needed to reach the person; `deputy` is the person who stands in."""

    official_id: int
    post: str
    region_code: str
    from_on: date
    to_on: date | None
    reachable: bool
    deputy_id: int | None = None
    deputy_reachable: bool = False

    def on_duty(self, today: date) -> bool:
        return self.from_on <= today and (self.to_on is None or today <= self.to_on)


@dataclass(frozen=True, slots=True)
class Reached:
    """The persons to be told, and whether they are told in somebody else's place."""

    officials: tuple[int, ...]
    moved: bool = False


Place = tuple[str, str]  # post, region code
Roster = Mapping[Place, Sequence[Holder]]
NOBODY = Reached(())


def reach(
    post: str, lineage: Sequence[tuple[Tier, str]], roster: Roster, posts: Mapping[str, PostRule], today: date
) -> Reached:
    """Whom a notice for `post` reaches; `lineage` is the region and those above it, lowest first."""
    own = _here(post, lineage, roster, posts, today)
    if own:
        return Reached(own)
    for place in _stand_ins(post, lineage, posts):
        if found := _holders(roster.get(place, ()), today) or _deputies(roster.get(place, ()), today):
            return Reached(found[:1], moved=True)
    return NOBODY


def stand_in(official: int, away: Mapping[int, int]) -> int | None:
    """Who acts for a person today: themselves, or whoever stands in; nobody where all of them are away."""
    passed = {official}
    while (instead := away.get(official)) is not None:
        if instead in passed:
            return None
        passed.add(instead)
        official = instead
    return official


def without(roster: Roster, gone: Collection[int]) -> Roster:
    """The roster as if these persons could not be reached."""
    if not gone:
        return roster
    return {place: [_deaf(holder, gone) for holder in holders] for place, holders in roster.items()}


def _deaf(holder: Holder, gone: Collection[int]) -> Holder:
    return replace(
        holder,
        reachable=holder.reachable and holder.official_id not in gone,
        deputy_reachable=holder.deputy_reachable and holder.deputy_id not in gone,
    )


def _here(
    post: str, lineage: Sequence[tuple[Tier, str]], roster: Roster, posts: Mapping[str, PostRule], today: date
) -> tuple[int, ...]:
    for region in _places(posts[post].tier, lineage):
        holders = roster.get((post, region), ())
        if found := _holders(holders, today) or _deputies(holders, today):
            return found
    return ()


def _stand_ins(
    post: str, lineage: Sequence[tuple[Tier, str]], posts: Mapping[str, PostRule]
) -> Iterable[Place]:
    tier = posts[post].tier
    if tier is Tier.city:
        return
    for at in list(Tier)[tier.rank : Tier.city.rank]:
        peers = [(rule.stands_in, name) for name, rule in posts.items() if rule.tier is at and rule.stands_in]
        for _, name in sorted(peers):
            for region in _places(at, lineage):
                yield name, region


def _places(tier: Tier, lineage: Sequence[tuple[Tier, str]]) -> Iterable[str]:
    """Where a post of `tier` may be held: a grid worker at a group or at the whole village."""
    wide = {Tier.grid, Tier.village} if tier is Tier.grid else {tier}
    return (code for at, code in lineage if at in wide)


def _holders(holders: Iterable[Holder], today: date) -> tuple[int, ...]:
    return _once(h.official_id for h in holders if h.on_duty(today) and h.reachable)


def _deputies(holders: Iterable[Holder], today: date) -> tuple[int, ...]:
    present = (h for h in holders if h.on_duty(today) and h.deputy_reachable)
    return _once(h.deputy_id for h in present if h.deputy_id is not None)


def _once(officials: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(officials))
