"""Checking a list of officials: one line is a person and one post; some posts take one holder only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from config.models import PostRule, Tier
from workflows.imports.cells import Unfit, code, day, group_number, phone_number, plain
from workflows.imports.checking import Fault, Reading, Sieve, text_of
from workflows.imports.layout import Layout
from workflows.imports.places import LEVELS, Place, Tree

HELPER = "helper"  # helpers come from every tier (domain §5.1)
_LEVELS_OF_TIER = {
    Tier.grid: ("group", "village"),
    Tier.village: ("village",),
    Tier.township: ("township",),
    Tier.county: ("county",),
    Tier.city: ("city",),
}

DutyKey = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """A person and one of their posts, as they shall stand."""

    staff_no: str
    name: str
    phone: str
    post: str
    place: Place
    from_on: date
    to_on: date | None
    deputy_no: str | None

    @property
    def key(self) -> DutyKey:
        return self.staff_no, self.post, self.place.code, self.from_on

    def overlaps(self, other: "OfficialRow") -> bool:
        return self.from_on <= (other.to_on or date.max) and other.from_on <= (self.to_on or date.max)


@dataclass(frozen=True, slots=True)
class KnownOfficials:
    """Who is kept: name and phone by staff number, and every duty as the row that would make it."""

    persons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    duties: Mapping[DutyKey, OfficialRow] = field(default_factory=dict)


class _Check:
    """The rules of one list: posts of the policy, the area tree, what is kept."""

    def __init__(self, posts: Mapping[str, PostRule], tree: Tree, known: KnownOfficials) -> None:
        self.posts = posts
        self.tree = tree
        self.known = known
        self.names = {name: name for name in posts} | {rule.label: name for name, rule in posts.items()}

    def row(self, reading: Reading) -> OfficialRow | None:
        staff_no = reading.need("staff_no", code)
        name = reading.need("name", text_of())
        phone = reading.need("phone", phone_number)
        post = reading.need("post", self.post)
        group = reading.take("group", group_number)
        place = reading.need("region_code", lambda text: self.tree.place(text, group))
        from_on, to_on = reading.need("from", day), reading.take("to", day)
        deputy_no = reading.take("deputy_staff_no", code)
        if not (staff_no and name and phone and post and place and from_on):
            return None
        row = OfficialRow(staff_no, name, phone, post, place, from_on, to_on, deputy_no)
        self._blame(reading, row)
        return self._over(row)

    def post(self, text: str) -> str:
        found = self.names.get(plain(text))
        if found is None:
            labels = "、".join(rule.label for rule in self.posts.values())
            raise Unfit(f"没有这个岗位，可写：{labels}")
        return found

    def _blame(self, reading: Reading, row: OfficialRow) -> None:
        rule = self.posts[row.post]
        fitting = _LEVELS_OF_TIER[rule.tier]
        if row.post != HELPER and row.place.level not in fitting:
            wanted = "或".join(LEVELS[level] for level in fitting)
            reading.blame("region_code", f"是{LEVELS[row.place.level]}代码，{rule.label}要写{wanted}代码")
        if row.to_on and row.to_on < row.from_on:
            reading.blame("to", "早于到任日期，请核对两个日期")
        if row.deputy_no == row.staff_no:
            reading.blame("deputy_staff_no", "不能是本人，请写别人的工号或空着")

    def _over(self, row: OfficialRow) -> OfficialRow:
        """An empty cell leaves what is known of the duty."""
        kept = self.known.duties.get(row.key)
        if kept is None:
            return row
        return replace(row, to_on=row.to_on or kept.to_on, deputy_no=row.deputy_no or kept.deputy_no)


def check_officials(
    file: str, layout: Layout, posts: Mapping[str, PostRule], tree: Tree, known: KnownOfficials
) -> Sieve[OfficialRow]:
    """The officials of a list as they shall stand; a deputy may come later in the same list."""
    check = _Check(posts, tree, known)
    sieve: Sieve[OfficialRow] = Sieve(file, layout)
    for reading in sieve.readings():
        sieve.settle(reading, check.row(reading))
    sieve.drop_repeats("staff_no", lambda row: row.key)
    _drop_contradictions(sieve)
    _drop_shared_phones(sieve, known)
    standing = -1
    while standing != len(sieve.taken):
        standing = len(sieve.taken)
        _drop_overlaps(sieve, posts, known)
        sieve.drop_while(lambda row: row.staff_no, lambda row, listed: _deputy_fault(row, listed, known))
    return sieve


def _drop_contradictions(sieve: Sieve[OfficialRow]) -> None:
    """One staff number is one person: name and phone of the first line hold."""
    first: dict[str, tuple[int, OfficialRow]] = {}
    for number, row in list(sieve.taken.items()):
        earlier, said = first.setdefault(row.staff_no, (number, row))
        for column, differs in (("name", said.name != row.name), ("phone", said.phone != row.phone)):
            if differs:
                sieve.drop(number, column, f"与第{earlier}行同一工号的不一样，请改成一样的")


def _drop_shared_phones(sieve: Sieve[OfficialRow], known: KnownOfficials) -> None:
    """A phone is one person's, for it proves who links a chat."""
    listed = {row.staff_no for row in sieve.taken.values()}
    owners = {phone: no for no, (_, phone) in known.persons.items() if no not in listed}
    for number, row in list(sieve.taken.items()):
        owner = owners.setdefault(row.phone, row.staff_no)
        if owner != row.staff_no:
            sieve.drop(number, "phone", f"已是工号 {owner} 的手机号，请核对")


def _deputy_fault(row: OfficialRow, listed: Mapping[str, OfficialRow], known: KnownOfficials) -> Fault | None:
    if row.deputy_no is None or row.deputy_no in listed or row.deputy_no in known.persons:
        return None
    return "deputy_staff_no", f"{row.deputy_no} 没有登记，请核对，或把这个人也写进表里"


def _drop_overlaps(sieve: Sieve[OfficialRow], posts: Mapping[str, PostRule], known: KnownOfficials) -> None:
    """Two holders of a single post on one day, or one person twice in a post: the later line falls."""
    listed = {row.key for row in sieve.taken.values()}
    held: defaultdict[tuple[str, ...], list[tuple[int, OfficialRow]]] = defaultdict(list)
    for key, duty in known.duties.items():
        if key not in listed:
            held[_seat(duty, posts)].append((0, duty))
    for number, row in _changes_first(sieve.taken, known):
        seat = held[_seat(row, posts)]
        other = next(((at, duty) for at, duty in seat if duty.overlaps(row)), None)
        if other is None:
            seat.append((number, row))
        else:
            sieve.drop(number, "from", _overlap(posts[row.post].label, row, *other))


def _changes_first(
    taken: Mapping[int, OfficialRow], known: KnownOfficials
) -> Iterable[tuple[int, OfficialRow]]:
    """Lines about duties already kept come first: they may make room for a new holder."""
    return sorted(taken.items(), key=lambda item: item[1].key not in known.duties)


def _seat(row: OfficialRow, posts: Mapping[str, PostRule]) -> tuple[str, ...]:
    rule = posts.get(row.post)
    single = rule is not None and rule.single_holder
    return (row.post, row.place.code) if single else (row.post, row.place.code, row.staff_no)


def _overlap(label: str, row: OfficialRow, number: int, other: OfficialRow) -> str:
    where = f"第{number}行" if number else "已登记"
    since = f"{where}的工号 {other.staff_no} 自 {other.from_on} 起"
    if other.staff_no == row.staff_no:
        return f"与{since}的同一岗位日期重叠，请沿用原到任日期，或先写上离任日期"
    return f"与{since}任{label}的日期重叠，这个岗位同一天只能一人，请给前任写上离任日期"
