"""The facts that texts are filled with: where, which household, which step, until when (L1, domain §8)."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from config.models import DayKind, Policy, Tier
from config.wording import day_text, village_name
from notifications.roster import Areas
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows.desk import Desk
from workflows.forms import shown
from workflows.open_form import OpenForm

TIER_WORDS = {
    Tier.grid: "网格",
    Tier.village: "村里",
    Tier.township: "乡镇",
    Tier.county: "县里",
    Tier.city: "市里",
}
WORDS_LONG = 60


def place(areas: Areas, code: str) -> str:
    """下三合义村3组, 腰站镇, 围场满族蒙古族自治县."""
    if areas.tier(code) is Tier.grid:
        village = areas.above(code, Tier.village)
        return (place(areas, village) if village else "") + areas.name(code)
    return village_name(areas.name(code)) if areas.tier(code) is Tier.village else areas.name(code)


def short_number(number: str) -> str:
    """2号户: the last run of digits of the household number."""
    runs = re.findall(r"\d+", number)
    return f"{int(runs[-1])}号户" if runs else f"{number}户"


def household_facts(areas: Areas, household: Household) -> dict[str, Any]:
    where = place(areas, household.region_code)
    which = short_number(household.number)
    near = areas.name(household.region_code) if areas.tier(household.region_code) is Tier.grid else ""
    return {
        "place": where,
        "household": which,
        "who": where + which,
        "label": near + which,
        "kind": household.kind or "农户",
    }


def dated(desk: Desk, first: date, day: date, *, counted: bool = True) -> str:
    """A day in words; 暂估 beside one that was `counted` in working days not all announced yet."""
    unsure = counted and desk.calendar.provisional(first, day)
    return day_text(day) + (desk.policy.texts["provisional_mark"] if unsure else "")


def limit_text(desk: Desk, case: Case) -> str:
    """The total limit of a case in words."""
    profile = desk.policy.profiles.get(case.profile)
    counted = profile is not None and profile.days is DayKind.working
    return dated(desk, case.start_on, case.limit_on, counted=counted)


def case_facts(desk: Desk, household: Household, case: Case) -> dict[str, Any]:
    """What every text about a case may name."""
    return {
        **household_facts(desk.areas, household),
        "code": case.number,
        "words": case.words,
        "source": case.sources,
        "limit": limit_text(desk, case),
        "start": day_text(case.start_on),
    }


def task_day(desk: Desk, policy: Policy, task: Task, case: Case | None, day: date) -> str:
    """A day of a task in words; office steps and steps of a working profile hang on the calendar."""
    step = policy.procedures[task.procedure].steps[task.step]
    own = case is None or step.days is not None
    days = step.day_kind if own or case is None else policy.profiles[case.profile].days
    return dated(desk, task.opens_on, day, counted=step.office or days is DayKind.working)


def task_facts(desk: Desk, policy: Policy, task: Task, case: Case | None) -> dict[str, Any]:
    """What every text about a task may name; dates are written out."""
    step = policy.procedures[task.procedure].steps[task.step]
    return {
        "step": step.label,
        "missing": step.missing,
        "due": task_day(desk, policy, task, case, task.due_on),
        "latest": task_day(desk, policy, task, case, task.latest_on),
        "todo": policy.texts[f"todo_{task.step}"],
        "days": max((task.latest_on - desk.today()).days, 0),
        "tier": TIER_WORDS[policy.posts[task.post].tier],
    }


def waiting_facts(areas: Areas, clue: Clue, task: Task) -> dict[str, Any]:
    """What texts about a signal without a household may name."""
    who = "未配户线索"
    return {"code": clue.signal_id, "place": place(areas, task.region_code), "household": who, "who": who}


def clue_words(policy: Policy, clues: Iterable[Clue]) -> tuple[str, str]:
    """What the signals say, each sort once, and where they came from (医疗自付较高；务工中断, 医保2月)."""
    said: dict[str, None] = {}
    sources: dict[str, None] = {}
    for clue in clues:
        risk = policy.clues.risks.get(clue.risk or "", "情况待核实")
        known = policy.clues.by_name.get((clue.dept, clue.rule))
        said.setdefault(known.words if known else risk)
        sources.setdefault(clue.dept + (f"{clue.event_on.month}月" if clue.event_on else ""))
    return "；".join(said)[:WORDS_LONG], "、".join(sources)[:WORDS_LONG]


def answers_in_words(policy: Policy, task: Task, answers: Mapping[str, Any]) -> dict[str, str]:
    """Each answer as its label, by the name of its question; `items` are the dangers."""
    form = policy.forms[policy.procedures[task.procedure].steps[task.step].form]
    sheet = OpenForm(form, {"due": "", "limit": "", "income_line": 0})
    named = {question.name: question for question in form.questions}
    said = {n: shown(sheet, named[n], v, answers) for n, v in answers.items() if n in named and v is not None}
    return {**said, "items": said.get("danger", "")}
