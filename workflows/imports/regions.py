"""Checking a list of regions: levels go down step by step, so a circle of parents cannot pass."""

from collections.abc import Mapping
from dataclasses import replace

from workflows.imports.cells import Unfit, code, day, group_number, plain
from workflows.imports.checking import Fault, Reading, Sieve, text_of
from workflows.imports.layout import Layout
from workflows.imports.places import CODE, GROUP_CODE, LEVELS, RANKS, RegionFact, Tree

_WORDS = {
    "city": ("市", "市级", "地级市", "设区市", "地区", "州", "盟"),
    "county": ("县", "县级", "区", "县级市", "旗", "自治县"),
    "township": ("乡镇", "乡", "镇", "乡级", "街道", "街道办事处", "苏木", "民族乡"),
    "village": ("村", "村级", "行政村", "社区", "居委会", "村委会"),
    "group": ("组", "网格", "村民小组", "小组"),
}
_LEVEL_OF = {word: level for level, words in _WORDS.items() for word in (level, *words)}


def check_regions(file: str, layout: Layout, tree: Tree) -> Sieve[RegionFact]:
    """The regions of a list as they shall stand; a parent may come later in the same list."""
    sieve: Sieve[RegionFact] = Sieve(file, layout)
    for reading in sieve.readings():
        sieve.settle(reading, _region(reading, tree))
    sieve.drop_repeats("code", lambda region: region.code)
    sieve.drop_while(lambda region: region.code, lambda region, listed: _fault(region, listed, tree))
    return sieve


def _region(reading: Reading, tree: Tree) -> RegionFact | None:
    found = reading.need("code", region_code)
    name = reading.need("name", text_of())
    level = reading.need("level", _level)
    parent = reading.take("parent_code", region_code)
    valid_to = reading.take("valid_to", day)
    successor = reading.take("successor", region_code)
    if not (found and name and level):
        return None
    if (level == "group") != ("-" in found):
        reading.blame("code", "与级别不符：组写成“村代码-03”，其余写 12 位数字")
    return _over(tree.regions.get(found), RegionFact(found, name, parent, level, valid_to, successor))


def _over(kept: RegionFact | None, given: RegionFact) -> RegionFact:
    """What the list says over what is kept: an empty cell leaves what is known."""
    if kept is None:
        return given
    return replace(
        given,
        parent_code=given.parent_code or kept.parent_code,
        valid_to=given.valid_to or kept.valid_to,
        successor=given.successor or kept.successor,
    )


def _level(text: str) -> str:
    found = _LEVEL_OF.get(plain(text).lower())
    if found is None:
        raise Unfit(f"只能写：{'、'.join(LEVELS.values())}")
    return found


def region_code(text: str) -> str:
    """A 12-digit code, or that of a group with its number in two digits."""
    found = code(text)
    parts = GROUP_CODE.fullmatch(found)
    if parts:
        return f"{parts[1]}-{group_number(parts[2])}"
    if not CODE.fullmatch(found):
        raise Unfit("不是 12 位行政区划代码，请核对")
    return found


def _fault(region: RegionFact, listed: Mapping[str, RegionFact], tree: Tree) -> Fault | None:
    kept = tree.regions.get(region.code)
    if kept and kept.level != region.level:
        return "level", f"已登记为{LEVELS[kept.level]}，级别不能改，请核对代码"
    return _parent_fault(region, listed, tree) or _successor_fault(region, listed, tree)


def _parent_fault(region: RegionFact, listed: Mapping[str, RegionFact], tree: Tree) -> Fault | None:
    rank = RANKS[region.level]
    if region.parent_code is None:
        return ("parent_code", "不能空着，请写上级的代码") if rank > RANKS["county"] else None
    parent = listed.get(region.parent_code) or tree.regions.get(region.parent_code)
    if parent is None:
        return "parent_code", f"{region.parent_code} 不在行政区划里，也不在这张表里，请先写上级"
    if RANKS[parent.level] != rank - 1:
        return (
            "parent_code",
            f"{parent.code} 是{LEVELS[parent.level]}，不能是{LEVELS[region.level]}的上级，请核对",
        )
    return None


def _successor_fault(region: RegionFact, listed: Mapping[str, RegionFact], tree: Tree) -> Fault | None:
    if region.successor is None:
        return None
    if region.valid_to is None:
        return "successor", "写了并入代码，就要写上有效期至哪天"
    following = listed.get(region.successor) or tree.regions.get(region.successor)
    if following is None or following.code == region.code:
        return "successor", f"{region.successor} 不在行政区划里，请核对并入哪个代码"
    if following.level != region.level:
        return "successor", f"{following.code} 是{LEVELS[following.level]}，请写同级的代码"
    return None
