"""Profiles against the county's procedure: can the days be kept at all (domain §2.4)?"""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from config.book import Book
from config.models import CountyFile, DayKind, Procedure, Profile, ProfilesFile, Step, StepKind

DISPATCH = "dispatch"


def check_county(book: Book) -> None:
    """The county chooses among what there is."""
    procedures = {source.rpartition("/")[2].removesuffix(".yaml") for source in book.folder("procedures")}
    for file, county in book.every(CountyFile).items():
        if county.procedure not in procedures:
            book.blame(file, ("procedure",), f"没有程序 {county.procedure}，可用的有：{_listed(procedures)}")
        for profiles in book.every(ProfilesFile).values():
            if county.profile not in profiles.profiles:
                known = _listed(profiles.profiles)
                book.blame(file, ("profile",), f"没有期限方案 {county.profile}，可用的有：{known}")


def check_profiles(book: Book) -> None:
    """Every profile plans every main step, in an order and with room for the publicity."""
    procedure = _county_procedure(book)
    if procedure is None:
        return
    for file, profiles in book.every(ProfilesFile).items():
        for name, profile in profiles.profiles.items():
            _check_names(book, file, name, profile, procedure)
            _check_order(book, file, name, profile, procedure)


def check_roads(book: Book) -> None:
    """No step waits for itself; a step beside the road has days of its own."""
    for file, procedure in book.every(Procedure).items():
        try:
            TopologicalSorter({name: step.after for name, step in procedure.steps.items()}).prepare()
        except CycleError as error:
            circle = list(error.args[1])
            words = "、".join(sorted(set(circle)))
            book.blame(file, ("steps", circle[0], "after"), f"环节 {words} 互相等待，请去掉一个 after")
        for name, step in procedure.steps.items():
            if step.kind is not StepKind.main and step.days is None:
                book.blame(file, ("steps", name), "旁支环节不随总期限走，请写 days（打开后多少天）")


def _county_procedure(book: Book) -> Procedure | None:
    county = book.only(CountyFile)
    found = (one for one in book.every(Procedure).values() if county and one.name == county.procedure)
    return next(found, None)


def _main(procedure: Procedure) -> dict[str, Step]:
    return {name: step for name, step in procedure.steps.items() if step.kind is StepKind.main}


def _check_names(book: Book, file: str, name: str, profile: Profile, procedure: Procedure) -> None:
    main = _main(procedure)
    place = ("profiles", name, "plan")
    for step in profile.plan:
        if step not in main and step != DISPATCH:
            book.blame(file, (*place, step), f"没有环节 {step}，可用的有：{DISPATCH}、{_listed(main)}")
    if missing := [step for step in main if step not in profile.plan]:
        book.blame(file, place, f"计划里缺少环节 {'、'.join(missing)}，请写上第几天办完")


def _check_order(book: Book, file: str, name: str, profile: Profile, procedure: Procedure) -> None:
    plan, main = profile.plan, _main(procedure)
    if profile.days is DayKind.natural and profile.total <= profile.publicity_days:
        why = f"公示要满{profile.publicity_days}整天，再加审核，总期限至少 {profile.publicity_days + 1} 天"
        book.blame(file, ("profiles", name, "total"), why)
    for step, other in _pairs(main):
        if step not in plan or other not in plan:
            continue
        least = plan[other] + _gap(main, other, step, profile)
        if plan[step] < least:
            why = f"{step} 要等 {other}，最早第 {least} 天，请改天数"
            book.blame(file, ("profiles", name, "plan", step), why)


def _pairs(main: dict[str, Step]) -> Iterable[tuple[str, str]]:
    return ((name, other) for name, step in main.items() for other in step.after)


def _gap(main: dict[str, Step], first: str, second: str, profile: Profile) -> int:
    """Whole publicity days after the posting, the office from the day after the publicity."""
    if main[second].opens_on == "last_publicity_day":
        return profile.publicity_days
    return int(first in main and main[first].opens_on == "last_publicity_day")


def _listed(names: Iterable[str]) -> str:
    return "、".join(sorted(names))
