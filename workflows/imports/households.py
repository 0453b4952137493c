"""Checking a list of households: number, place, head and helper, as they shall stand in the register."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from config.models import Level
from workflows.imports.cells import Unfit, code, count, group_number, person_number, plain
from workflows.imports.checking import Reading, Sieve, text_of
from workflows.imports.layout import Layout
from workflows.imports.places import Place, Tree

MOST_MEMBERS = 30
Hasher = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household with its head; the ID number is only here as its keyed hash."""

    number: str
    region_code: str
    village_code: str
    group: str | None = None
    head_name: str | None = None
    id_hash: str | None = None
    members: int | None = None
    kind: str | None = None
    labour: str | None = None
    level: str | None = None
    helper_no: str | None = None
    provisional: bool = False

    @property
    def place(self) -> Place:
        level = "group" if self.group else "village"
        return Place(self.region_code, level, self.village_code, self.group)


@dataclass(frozen=True, slots=True)
class KnownHouseholds:
    """The kept households the list names, whose head each ID hash is, and all staff numbers."""

    rows: Mapping[str, HouseholdRow] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    staff: Collection[str] = ()


class _Check:
    """The rules of one list: levels of the policy, the area tree, what is kept."""

    def __init__(
        self, levels: Mapping[str, Level], tree: Tree, known: KnownHouseholds, find_by: Hasher
    ) -> None:
        self.tree = tree
        self.known = known
        self.find_by = find_by
        self.labels = [level.label for level in levels.values()]
        self.levels = {name: name for name in levels} | {level.label: name for name, level in levels.items()}

    def row(self, reading: Reading) -> HouseholdRow | None:
        number = reading.need("household_no", code)
        group = reading.take("group", group_number)
        place = reading.need("region_code", lambda text: self._home(text, group))
        given = HouseholdRow(
            number=number or "",
            region_code=place.code if place else "",
            village_code=(place.village_code or "") if place else "",
            group=place.group if place else None,
            head_name=reading.take("head_name", text_of()),
            id_hash=reading.take("id_number", lambda text: self.find_by(person_number(text))),
            members=reading.take("members", lambda text: count(text, MOST_MEMBERS)),
            kind=reading.take("kind", text_of()),
            labour=reading.take("labour", text_of()),
            level=reading.take("level", self.level),
            helper_no=reading.take("helper_staff_no", self.helper),
        )
        return _over(self.known.rows.get(given.number), given)

    def level(self, text: str) -> str:
        found = self.levels.get(plain(text))
        if found is None:
            raise Unfit(f"没有这个等级，可写：{'、'.join(self.labels)}")
        return found

    def helper(self, text: str) -> str:
        found = code(text)
        if found not in self.known.staff:
            raise Unfit(f"里的工号 {found} 没有登记，请核对，或先导入责任人")
        return found

    def _home(self, text: str, group: str | None) -> Place:
        place = self.tree.place(text, group)
        if place.village_code is None:
            raise Unfit(f"{place.code} 不是村代码，农户要写到村")
        return place


def _over(kept: HouseholdRow | None, given: HouseholdRow) -> HouseholdRow:
    """What the list says over what is kept: an empty cell leaves what is known."""
    if kept is None:
        return given
    same_village = given.group is None and kept.village_code == given.village_code
    return replace(
        given,
        region_code=kept.region_code if same_village else given.region_code,
        group=kept.group if same_village else given.group,
        head_name=given.head_name or kept.head_name,
        id_hash=given.id_hash or kept.id_hash,
        members=given.members or kept.members,
        kind=given.kind or kept.kind,
        labour=given.labour or kept.labour,
        level=given.level or kept.level,
        helper_no=given.helper_no or kept.helper_no,
    )


def check_households(
    file: str,
    layout: Layout,
    levels: Mapping[str, Level],
    tree: Tree,
    known: KnownHouseholds,
    find_by: Hasher,
) -> Sieve[HouseholdRow]:
    """The households of a list as they shall stand; one number, and one head, once."""
    check = _Check(levels, tree, known, find_by)
    sieve: Sieve[HouseholdRow] = Sieve(file, layout)
    for reading in sieve.readings():
        sieve.settle(reading, check.row(reading))
    sieve.drop_repeats("household_no", lambda row: row.number)
    _drop_shared_heads(sieve, known)
    return sieve


def _drop_shared_heads(sieve: Sieve[HouseholdRow], known: KnownHouseholds) -> None:
    """One person heads one household (domain §1.7)."""
    listed = {row.number for row in sieve.taken.values()}
    owners = {id_hash: number for id_hash, number in known.heads.items() if number not in listed}
    for number, row in list(sieve.taken.items()):
        if row.id_hash and owners.setdefault(row.id_hash, row.number) != row.number:
            sieve.drop(number, "id_number", f"已是户 {owners[row.id_hash]} 的户主，请核对是哪一户")
