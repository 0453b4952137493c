"""A form page as a card: one question, its buttons, and the way back, aside and on."""

from datetime import date, timedelta
from typing import Any

from bot.form_presses import Rows, answer, key_of, of_part, paired, way, who
from bot.form_summary import summary
from config.models import Choice, Question, QuestionType
from config.wording import day_text, fill
from notifications.channel import Button
from workflows.desk import Desk
from workflows.forms import confirmation, fits, shown
from workflows.pages import Page

PAGE = 8
PAST = ((0, "今天"), (1, "昨天"), (2, "前天"))
FUTURE = ((1, "明天"), (2, "后天"), (3, "大后天"))
NEAR = {"past": PAST, "future": FUTURE, "coming": ((0, "今天"), *FUTURE[:2])}
DAYS_SHOWN = 14
NO_LINE = "未配置"


def card(page: Page, desk: Desk, sheet_page: int = 0) -> tuple[str, Rows]:
    """The text and the buttons of a page."""
    if page.sheet.at is None:
        return summary(page, desk)
    question = page.form.question(page.sheet.at)
    return _text(page, question, desk), _buttons(page, question, desk.today(), sheet_page)


def named_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as labels show them: days written out, a line that is not configured said to be so."""
    spoken = {name: _spoken(value) for name, value in facts.items()}
    return spoken | ({} if facts.get("income_line") else {"income_line": NO_LINE})


def _spoken(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-":
        return day_text(date.fromisoformat(value))
    return value


def _text(page: Page, question: Question, desk: Desk) -> str:
    facts = named_facts(dict(page.form.facts)) | page.form.figures(page.sheet.answers)
    title = f"{page.form.form.title}{_whereabouts(page, question)}{who(page)}"
    lines = [title, fill(question.label, facts)]
    if warning := confirmation(page.form, page.sheet):
        return "\n".join([*lines, "", "❓ " + fill(warning, facts)])
    if recalled := _recalled(page, question):
        text, day = _last_text(page)
        lines.append(fill(desk.policy.texts[text], {"day": day, "answer": recalled[0]}))
    if question.type in (QuestionType.integer, QuestionType.text):
        lines.append(desk.policy.texts[_how_to_type(question)])
    elif question.choices_from and len(page.form.choices_of(question, page.sheet.answers)) > PAGE:
        lines.append(desk.policy.texts["form_search"])
    return "\n".join(lines)


def _how_to_type(question: Question) -> str:
    if question.calculation:
        return "form_type_if_wrong"
    return "form_type_or_tap" if question.choices else "form_type"


def _whereabouts(page: Page, question: Question) -> str:
    """（3/12）, within its group where it has one; nothing for a question that only the summary offers."""
    part = page.form.part_of(question)
    asked = [one.name for one in page.form.asked(page.sheet.answers) if page.form.part_of(one) == part]
    title = f"·{part.label}" if part else ""
    return f"{title}（{asked.index(question.name) + 1}/{len(asked)}）" if question.name in asked else title


def _recalled(page: Page, question: Question) -> tuple[str, Button] | None:
    """What was said last time, and the button that says it again: of a question, or of a whole group."""
    part, answers, last = page.form.part_of(question), page.sheet.answers, page.last.answers
    if part is not None and part.group.recall:
        its = page.form.of_part(part, answers)
        said = [shown(page.form, one, last[one.name], answers) for one in its if one.name in last]
        if said and question == next(one for one in page.form.asked(answers) if one in its):
            return "，".join(said), of_part(page, "w", part, "都没变")
    if question.name in last and fits(page.form, question, last[question.name], answers):
        same = f"l:{page.draft.id}:{page.draft.revision}:{key_of(page, question)}"
        return shown(page.form, question, last[question.name], answers), Button("没变", same)
    return None


def _last_text(page: Page) -> tuple[str, str]:
    """The text that tells of it, and its day: an answer has one, the register has none."""
    said_on = page.last.said_on
    return ("form_last", f"（{said_on.month}月{said_on.day}日）") if said_on else ("form_registered", "")


def _buttons(page: Page, question: Question, today: date, sheet_page: int) -> Rows:
    draft, revision, key = page.draft.id, page.draft.revision, key_of(page, question)
    if page.sheet.confirming is not None:
        sure = Button("是，就这样", f"y:{draft}:{revision}")
        return [[sure, Button("改一下", f"e:{draft}:{revision}:{key}")], way(page)]
    rows: Rows = []
    if recalled := _recalled(page, question):
        rows.append([recalled[1]])
    match question.type:
        case QuestionType.select_one:
            rows += _single(page, question, sheet_page)
        case QuestionType.integer:
            rows += _amounts(page, question)
        case QuestionType.select_multiple:
            rows += _several(page, question)
        case QuestionType.date:
            rows += _days(page, question, today, sheet_page)
    if not question.required:
        rows.append([Button("跳过", f"x:{draft}:{revision}:{key}")])
    return [*rows, way(page)]


def _single(page: Page, question: Question, sheet_page: int) -> Rows:
    choices = page.form.choices_of(question, page.sheet.answers)
    suggested = page.form.suggested(question, page.sheet.answers)
    ordered = sorted(choices, key=lambda choice: choice.name != suggested)
    former = page.sheet.answers.get(question.name)
    start = sheet_page * PAGE if len(ordered) > PAGE + 2 else 0
    shown_now = ordered[start : start + PAGE] if len(ordered) > PAGE + 2 else ordered
    buttons = [answer(page, question, c.name, _marked(c, suggested, former)) for c in shown_now]
    return paired(buttons) + _turn(page, len(ordered), sheet_page)


def _amounts(page: Page, question: Question) -> Rows:
    """What the answers before come to, and bands to tap where an exact number is not known."""
    answers = page.sheet.answers
    total = page.form.worked_out(question, answers)
    proposed = [] if total is None else [[answer(page, question, str(total), f"对，{total}")]]
    former = answers.get(question.name)
    bands = page.form.choices_of(question, answers)
    return proposed + paired([answer(page, question, c.name, _marked(c, None, former)) for c in bands])


def _marked(choice: Choice, suggested: str | None, former: Any) -> str:
    if choice.name == former:
        return f"● {choice.label}"
    return f"👉 {choice.label}" if choice.name == suggested else choice.label


def _turn(page: Page, count: int, sheet_page: int) -> Rows:
    if count <= PAGE + 2:
        return []
    row = []
    if sheet_page > 0:
        row.append(Button("‹ 前一页", f"p:{page.draft.id}:{sheet_page - 1}"))
    if (sheet_page + 1) * PAGE < count:
        row.append(Button("后一页 ›", f"p:{page.draft.id}:{sheet_page + 1}"))
    return [row]


def _several(page: Page, question: Question) -> Rows:
    draft, key = page.draft.id, key_of(page, question)
    buttons = []
    suggested = page.form.suggested(question, page.sheet.answers)
    for choice in page.form.choices_of(question, page.sheet.answers):
        if choice.exclusive:
            was = "● " if page.sheet.answers.get(question.name) == [choice.name] else ""
            buttons.append(answer(page, question, choice.name, f"{was}{choice.label}"))
            continue
        on = choice.name in page.sheet.marked
        label = f"{'👉' if choice.name == suggested else ''}{'☑' if on else '☐'} {choice.label}"
        buttons.append(Button(label, f"m:{draft}:{key}:{choice.name}:{0 if on else 1}"))
    return [*paired(buttons), [Button("选好了", f"o:{draft}:{page.draft.revision}:{key}")]]


def _days(page: Page, question: Question, today: date, sheet_page: int) -> Rows:
    sign = -1 if question.days == "past" else 1
    near = NEAR[question.days]
    if sheet_page == 0:
        quick = [_day(page, question, today + timedelta(days=sign * n), label) for n, label in near]
        return [quick, [Button("选别的日期", f"p:{page.draft.id}:1")]]
    first = near[-1][0] + 1
    days = [today + timedelta(days=sign * n) for n in range(first, first + DAYS_SHOWN)]
    buttons = [_day(page, question, day, f"{day.month}月{day.day}日") for day in days]
    return [buttons[at : at + 3] for at in range(0, len(buttons), 3)]


def _day(page: Page, question: Question, day: date, label: str) -> Button:
    return answer(page, question, day.isoformat(), label)
