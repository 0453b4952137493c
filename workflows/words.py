"""The facts that texts are filled with: where, which household, which step, until when (L1, domain §8)."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from config.models import Policy, Tier
from config.wording import day_text, village_name
from notifications.roster import Areas
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows.forms import OpenForm, shown

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


def case_facts(areas: Areas, household: Household, case: Case) -> dict[str, Any]:
    """What every text about a case may name."""
    return {
        **household_facts(areas, household),
        "code": case.number,
        "words": case.words,
        "source": case.sources,
        "limit": day_text(case.limit_on),
        "start": day_text(case.start_on),
    }


def task_facts(policy: Policy, task: Task, today: date) -> dict[str, Any]:
    """What every text about a task may name; dates are written out."""
    step = policy.procedures[task.procedure].steps[task.step]
    return {
        "step": step.label,
        "missing": step.missing,
        "due": day_text(task.due_on),
        "latest": day_text(task.latest_on),
        "todo": policy.texts[f"todo_{task.step}"],
        "days": max((task.latest_on - today).days, 0),
        "tier": TIER_WORDS[policy.posts[task.post].tier],
    }


def waiting_facts(areas: Areas, clue: Clue, task: Task) -> dict[str, Any]:
    """What texts about a signal without a household may name."""
    who = "未配户线索"
    return {"code": clue.signal_id, "place": place(areas, task.region_code), "household": who, "who": who}


def clue_words(policy: Policy, clues: Iterable[Clue]) -> tuple[str, str]:
    """What the signals say, each sort once, and where they came from (医疗自付较高；务工中断, 医保2月)."""
    known = {(rule.dept, rule.rule): rule.words for rule in policy.clues.rules}
    said: dict[str, None] = {}
    sources: dict[str, None] = {}
    for clue in clues:
        risk = policy.clues.risks.get(clue.risk or "", "情况待核实")
        said.setdefault(known.get((clue.dept, clue.rule)) or risk)
        sources.setdefault(clue.dept + (f"{clue.event_on.month}月" if clue.event_on else ""))
    return "；".join(said)[:WORDS_LONG], "、".join(sources)[:WORDS_LONG]


def answers_in_words(policy: Policy, task: Task, answers: Mapping[str, Any]) -> dict[str, str]:
    """Each answer as its label, by the name of its question; `items` are the dangers."""
    form = policy.forms[policy.procedures[task.procedure].steps[task.step].form]
    sheet = OpenForm(form, {"due": "", "limit": "", "income_line": 0})
    named = {question.name: question for question in form.questions}
    said = {n: shown(sheet, named[n], v, answers) for n, v in answers.items() if n in named and v is not None}
    return {**said, "items": said.get("danger", "")}
