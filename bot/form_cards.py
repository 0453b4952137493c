"""A form page as a card: one question, its buttons, and the way back, aside and on."""

from datetime import date, timedelta
from typing import Any

from config.models import Choice, Question, QuestionType
from config.wording import day_text, fill
from notifications.channel import Button
from workflows.answers import Page
from workflows.desk import Desk
from workflows.forms import confirmation, shown

Rows = list[list[Button]]
WIDE = 7
PAGE = 8
PAST = ((0, "今天"), (1, "昨天"), (2, "前天"))
FUTURE = ((1, "明天"), (2, "后天"), (3, "大后天"))
DAYS_SHOWN = 14
ACTIONS = ("hand_over", "reassign", "assist", "extend", "escalate", "excuse")  # nobody else's to finish


def card(page: Page, desk: Desk, sheet_page: int = 0) -> tuple[str, Rows]:
    """The text and the buttons of a page."""
    if page.sheet.at is None:
        return _summary(page, desk)
    question = page.form.form.question(page.sheet.at)
    return _text(page, question, desk), _buttons(page, question, desk.today(), sheet_page)


def named_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as labels show them: days written out."""
    return {name: _spoken(value) for name, value in facts.items()}


def _spoken(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-":
        return day_text(date.fromisoformat(value))
    return value


def _text(page: Page, question: Question, desk: Desk) -> str:
    facts = named_facts(dict(page.form.facts))
    title = f"{page.form.form.title}{_nth(page, question)}{_who(page)}"
    lines = [title, fill(question.label, facts)]
    if warning := confirmation(page.form, page.sheet):
        return "\n".join([*lines, "", "❓ " + fill(warning, facts)])
    if last := _last(page, question):
        lines.append(fill(desk.policy.texts["form_last"], {"day": _last_day(page), "answer": last}))
    if question.type in (QuestionType.integer, QuestionType.text):
        lines.append(desk.policy.texts["form_type"])
    elif question.choices_from and len(page.form.choices_of(question, page.sheet.answers)) > PAGE:
        lines.append(desk.policy.texts["form_search"])
    return "\n".join(lines)


def _nth(page: Page, question: Question) -> str:
    """（3/12）; nothing for a question that only the summary offers."""
    asked = [one.name for one in page.form.asked(page.sheet.answers)]
    return f"（{asked.index(question.name) + 1}/{len(asked)}）" if question.name in asked else ""


def _who(page: Page) -> str:
    facts = page.form.facts
    return f" {facts['place']}{facts['household']}" if facts.get("household") else ""


def _last(page: Page, question: Question) -> str | None:
    if not question.recall or question.name not in page.last:
        return None
    return shown(page.form, question, page.last[question.name], page.sheet.answers)


def _last_day(page: Page) -> str:
    return f"（{page.last_on.month}月{page.last_on.day}日）" if page.last_on else ""


def _buttons(page: Page, question: Question, today: date, sheet_page: int) -> Rows:
    draft, revision, nth = page.draft.id, page.draft.revision, _index(page, question)
    if page.sheet.confirming is not None:
        sure = Button("是，就这样", f"y:{draft}:{revision}")
        return [[sure, Button("改一下", f"e:{draft}:{revision}:{nth}")], _way(page)]
    rows: Rows = []
    if _last(page, question):
        rows.append([Button("没变", f"l:{draft}:{revision}:{nth}")])
    match question.type:
        case QuestionType.select_one:
            rows += _single(page, question, sheet_page)
        case QuestionType.select_multiple:
            rows += _several(page, question)
        case QuestionType.date:
            rows += _days(page, question, today, sheet_page)
    if not question.required:
        rows.append([Button("跳过", f"x:{draft}:{revision}:{nth}")])
    return [*rows, _way(page)]


def _index(page: Page, question: Question) -> int:
    return [one.name for one in page.form.form.questions].index(question.name)


def _answer(page: Page, question: Question, value: str, label: str) -> Button:
    return Button(label, f"a:{page.draft.id}:{page.draft.revision}:{_index(page, question)}:{value}")


def _paired(buttons: list[Button]) -> Rows:
    """Two short ones side by side, a long one alone."""
    rows: Rows = []
    for button in buttons:
        short = len(button.label) <= WIDE
        if rows and short and len(rows[-1]) == 1 and len(rows[-1][0].label) <= WIDE:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _single(page: Page, question: Question, sheet_page: int) -> Rows:
    choices = page.form.choices_of(question, page.sheet.answers)
    suggested = page.form.suggested(question, page.sheet.answers)
    ordered = sorted(choices, key=lambda choice: choice.name != suggested)
    former = page.sheet.answers.get(question.name)
    start = sheet_page * PAGE if len(ordered) > PAGE + 2 else 0
    shown_now = ordered[start : start + PAGE] if len(ordered) > PAGE + 2 else ordered
    buttons = [_answer(page, question, c.name, _marked(c, suggested, former)) for c in shown_now]
    return _paired(buttons) + _turn(page, len(ordered), sheet_page)


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
    draft, nth = page.draft.id, _index(page, question)
    buttons = []
    suggested = page.form.suggested(question, page.sheet.answers)
    for choice in page.form.choices_of(question, page.sheet.answers):
        if choice.exclusive:
            was = "● " if page.sheet.answers.get(question.name) == [choice.name] else ""
            buttons.append(_answer(page, question, choice.name, f"{was}{choice.label}"))
            continue
        on = choice.name in page.sheet.marked
        label = f"{'👉' if choice.name == suggested else ''}{'☑' if on else '☐'} {choice.label}"
        buttons.append(Button(label, f"m:{draft}:{nth}:{choice.name}:{0 if on else 1}"))
    return [*_paired(buttons), [Button("选好了", f"o:{draft}:{page.draft.revision}:{nth}")]]


def _days(page: Page, question: Question, today: date, sheet_page: int) -> Rows:
    sign = -1 if question.days == "past" else 1
    near = PAST if question.days == "past" else FUTURE
    if sheet_page == 0:
        quick = [_day(page, question, today + timedelta(days=sign * n), label) for n, label in near]
        return [quick, [Button("选别的日期", f"p:{page.draft.id}:1")]]
    first = near[-1][0] + 1
    days = [today + timedelta(days=sign * n) for n in range(first, first + DAYS_SHOWN)]
    buttons = [_day(page, question, day, f"{day.month}月{day.day}日") for day in days]
    return [buttons[at : at + 3] for at in range(0, len(buttons), 3)]


def _day(page: Page, question: Question, day: date, label: str) -> Button:
    return _answer(page, question, day.isoformat(), label)


def _way(page: Page) -> list[Button]:
    """上一步 / 暂存 / 转给别人: always there."""
    draft, revision = page.draft.id, page.draft.revision
    row = [Button("上一步", f"b:{draft}:{revision}"), Button("暂存", f"s:{draft}")]
    if page.task is not None and page.task.case_id is not None and page.draft.form not in ACTIONS:
        row.append(Button("转给别人", f"act:hand_over:{page.task.id}"))
    return row


def _summary(page: Page, desk: Desk) -> tuple[str, Rows]:
    """Every answer with 改 beside it, what may be added, and 提交."""
    lines = [f"{page.form.form.title} 汇总{_who(page)}"]
    edits: list[Button] = []
    draft, revision = page.draft.id, page.draft.revision
    for question in page.form.form.questions:
        asked = question.name in page.sheet.answers
        name = question.summary or question.name
        if asked:
            value = shown(page.form, question, page.sheet.answers[question.name], page.sheet.answers)
            lines.append(f"・{name}：{value}")
            edits.append(Button(f"改 {name}", f"e:{draft}:{revision}:{_index(page, question)}"))
        elif question.on_summary:
            edits.append(Button(f"补{name}", f"e:{draft}:{revision}:{_index(page, question)}"))
    lines.append(desk.policy.texts["form_summary"])
    return "\n".join(lines), [[Button("提交", f"k:{draft}:{revision}")], *_paired(edits), _way(page)]
