"""Lists as cards: what waits, my households, unfinished sheets, how things stand."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from bot.context import Context
from config.models import Tier
from config.wording import day_text
from notifications.channel import Button
from storage.work import Case, Draft
from workflows.casebook import STAGES, households_of
from workflows.overview import Situation, situation
from workflows.todo import Waiting, waiting_for
from workflows.together import STEPS, ready_for
from workflows.words import household_facts, place

Card = tuple[str, list[list[Button]]]
PAGE, SEVERAL = 8, 2
REASONS = {
    "household_away": "农户外出",
    "comparison_pending": "比对未回",
    "meeting_failed": "开不成会",
    "road_cut": "路不通",
    "other": "其他",
}


def turning(what: str, page: int, count: int) -> list[list[Button]]:
    """The buttons that leaf through a list."""
    row = [Button("‹ 前一页", f"{what}:{page - 1}")] if page > 0 else []
    if (page + 1) * PAGE < count:
        row.append(Button("后一页 ›", f"{what}:{page + 1}"))
    return [row] if row else []


def paired(buttons: Sequence[Button]) -> list[list[Button]]:
    return [list(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


async def todo(context: Context, page: int) -> Card:
    """今日待办, the late ones on top."""
    waiting = await waiting_for(context.session, context.desk, context.me)
    if not waiting:
        return context.text("list_empty"), []
    shown = waiting[page * PAGE : (page + 1) * PAGE]
    first = waiting[0].task.due_on
    title = context.text(
        "list_morning", date=day_text(context.desk.today()), count=len(waiting), due=day_text(first)
    )
    lines = [f"{nth}. {one.line}" for nth, one in enumerate(shown, page * PAGE + 1)]
    buttons = paired([_open(nth, one) for nth, one in enumerate(shown, page * PAGE + 1)])
    together = await _together(context, waiting)
    return "\n".join([title, *lines]), [*buttons, *turning("todo", page, len(waiting)), *together]


async def _together(context: Context, waiting: Sequence[Waiting]) -> list[list[Button]]:
    """一起审定, where at least two checks need no look of their own."""
    rows = []
    for form, step in STEPS.items():
        if sum(one.task.step == step for one in waiting) >= SEVERAL:
            ready = await ready_for(context.session, context.desk, context.me, form)
            if len(ready) >= SEVERAL:
                title = context.desk.policy.forms[form].title
                rows.append([Button(f"{title}（{len(ready)}户）", f"new:{form}")])
    return rows


def _open(nth: int, one: Waiting) -> Button:
    return Button(f"{nth}. {one.step}", f"open:{one.task.id}")


async def households(context: Context, page: int) -> Card:
    """我的户: the households of the person's area with how they stand."""
    desk, person = context.desk, context.me
    regions = {region for post, region in person.held if desk.policy.posts[post].tier is not Tier.city}
    found = await households_of(context.session, desk, person, regions)
    if not found:
        return context.text("list_no_households"), []
    cases = await _open_cases(context, [household.id for household in found])
    found.sort(key=lambda household: household.id not in cases)
    lines, buttons = [], []
    for household in found[page * PAGE : (page + 1) * PAGE]:
        facts = household_facts(desk.areas, household)
        case = cases.get(household.id)
        level = desk.policy.levels.levels.get(case.level or "") if case else None
        mark = level.mark if level else "・"
        lines.append(f"{mark} {facts['who']} {STAGES[case.stage] if case else '没有在办'}")
        if case is not None:
            buttons.append(Button(str(facts["who"])[-12:], f"case:{case.id}"))
    title = context.text("list_households", count=len(found), open=len(cases))
    return "\n".join([title, *lines]), [*paired(buttons), *turning("mine", page, len(found))]


async def _open_cases(context: Context, household_ids: Sequence[int]) -> dict[int, Case]:
    query = select(Case).where(Case.household_id.in_(household_ids), Case.closed_on.is_(None))
    return {case.household_id: case for case in await context.session.scalars(query)}


def drafts(context: Context, unfinished: Sequence[Draft], title: str = "list_drafts") -> Card:
    if not unfinished:
        return context.text("list_no_drafts"), []
    buttons = [Button(_draft_label(context, draft), f"draft:{draft.id}") for draft in unfinished[:PAGE]]
    return context.text(title, count=len(unfinished)), [[button] for button in buttons]


def _draft_label(context: Context, draft: Draft) -> str:
    title = context.desk.policy.forms[draft.form].title
    return f"{title} {draft.facts.get('place', '')}{draft.facts.get('household', '')}".strip()


async def situations(context: Context) -> list[Card]:
    """现在情况 of every area the person answers for."""
    desk = context.desk
    wide = [
        region for post, region in context.me.held if desk.policy.posts[post].tier.rank >= Tier.township.rank
    ]
    return [await situation_card(context, region) for region in dict.fromkeys(wide)]


async def situation_card(context: Context, region: str) -> Card:
    found = await situation(context.session, context.desk, region)
    lines = [_numbers(context, found)]
    if found.overdue_by_step:
        lines.append(context.text("list_stuck", steps=_counted(found.overdue_by_step)))
    if found.reasons:
        named = {REASONS[code]: count for code, count in found.reasons.items()}
        lines.append(context.text("list_reasons", reasons=_counted(named)))
    lines += [_area(context, code, found) for code in sorted(found.areas)]
    return "\n".join(lines), _area_buttons(context, found)


def _numbers(context: Context, found: Situation) -> str:
    stages = {stage: found.stages[stage] for stage in ("verifying", "recognising", "following")}
    return context.text(
        "list_situation",
        area=found.name,
        date=day_text(context.desk.today()),
        cases=found.cases,
        due_today=found.due_today,
        overdue=found.overdue,
        **stages,
    )


def _counted(numbers: Mapping[str, int]) -> str:
    return "、".join(f"{name} {count}" for name, count in sorted(numbers.items()))


def _area(context: Context, code: str, found: Situation) -> str:
    numbers = found.areas[code]
    key = "list_area_late" if numbers["overdue"] else "list_area"
    area = place(context.desk.areas, code)
    return context.text(key, area=area, cases=numbers["cases"], overdue=numbers["overdue"])


def _area_buttons(context: Context, found: Situation) -> list[list[Button]]:
    """The city sees numbers only; county and township open the areas below, down to the cases."""
    if context.me.tier(context.desk.policy.posts) is Tier.city:
        return []
    names = [(code, place(context.desk.areas, code)) for code in sorted(found.areas)]
    what = "area" if found.tier in (Tier.county,) else "cases"
    return paired([Button(name[-12:], f"{what}:{code}") for code, name in names[:40]])
