"""Filling a form in at the terminal, question by question, as the chat would: nothing is kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from config.models import Choice, Form, Question, QuestionType
from config.wording import day_text, fill
from workflows.forms import SKIPPED, Refused, Sheet, answer, back, begin, confirmation, marks, outcome, shown
from workflows.open_form import OpenForm

Say = Callable[[str], None]
Ask = Callable[[], str]
BACK, SKIP, YES, END = "b", "s", "y", "q"
HOW = "写序号或答案；多选写 1,3；b 上一步，s 跳过，q 不填了"
SOURCES = ("households", "officials", "colleagues", "villages", "days")


class Left(Exception):
    """Whoever tried it had enough."""


def sample(today: date) -> dict[str, Any]:
    """What a form may name, of a household that is not there."""
    return {
        "place": "演练村",
        "household": "1组1号户",
        "words": "医疗自付较高",
        "source": "医保2月",
        "last": "",
        "due": (today + timedelta(days=2)).isoformat(),
        "limit": (today + timedelta(days=10)).isoformat(),
        "income_line": 0,
        "brief": "（这里写着这一户的要紧情况）",
    }


def opened(form: Form, today: date) -> OpenForm:
    """The form on the table, with three choices wherever the system would give some."""
    some = tuple(Choice(name=f"x{nth}", label=f"演练选项{nth}") for nth in (1, 2, 3))
    return OpenForm(form, sample(today), dict.fromkeys(SOURCES, some))


def play(form: OpenForm, ends: Mapping[str, str], today: date, say: Say, ask: Ask) -> Sheet:
    """Asks until the sheet is complete, then says how it ends; raises `Left`."""
    say(f"{form.form.title}（试填，不登记）。{HOW}")
    sheet = begin(form)
    while sheet.at is not None:
        question = form.question(sheet.at)
        say(_asked(form, sheet, question))
        turned = _turned(form, sheet, question, ask().strip(), today)
        if isinstance(turned, Refused):
            say(f"  ✗ {_at_a_terminal(question, turned.message)}")
        else:
            sheet = turned
    _tell(form, sheet, ends, say)
    return sheet


def _asked(form: OpenForm, sheet: Sheet, question: Question) -> str:
    facts = {name: _written(value) for name, value in form.facts.items()} | form.figures(sheet.answers)
    warning = confirmation(form, sheet)
    if warning is not None:
        return f"  ❓ {fill(warning, facts)}（y 是，就这样；或重新回答）"
    names = [one.name for one in form.asked(sheet.answers)]
    part = form.part_of(question)
    title = f"{part.label} " if part else ""
    lines = [f"{title}{names.index(question.name) + 1}/{len(names)} {fill(question.label, facts)}"]
    choices = form.choices_of(question, sheet.answers)
    suggested = form.suggested(question, sheet.answers)
    for nth, choice in enumerate(choices, start=1):
        lines.append(f"  {nth} {'👉' if choice.name == suggested else ''}{choice.label}")
    if question.name in sheet.answers:
        lines.append(f"  （原来答的：{shown(form, question, sheet.answers[question.name], sheet.answers)}）")
    return "\n".join(lines)


def _written(value: Any) -> Any:
    """Days written out, as the chat does."""
    try:
        return day_text(date.fromisoformat(value))
    except (TypeError, ValueError):
        return value


def _turned(form: OpenForm, sheet: Sheet, question: Question, words: str, today: date) -> Sheet | Refused:
    match words.lower():
        case "q":
            raise Left
        case "b":
            return back(form, sheet)
        case "s":
            return answer(form, sheet, SKIPPED, today=today)
        case "y" if sheet.confirming is not None:
            return answer(form, sheet, sheet.confirming, today=today)
    choices = form.choices_of(question, sheet.answers)
    if not choices:
        return answer(form, sheet, words, today=today)
    return answer(form, sheet, _chosen(question, choices, words), today=today)


def _at_a_terminal(question: Question, message: str) -> str:
    """What a phone says of its buttons, said of numbers."""
    if question.type is QuestionType.select_multiple and "选好了" in message:
        message = "请写序号，几项之间用逗号，例如 1,3"
    elif "从按钮里选" in message:
        message = "请写上面的序号，例如 1"
    return message if question.required else f"{message}；也可以写 s 跳过"


def _chosen(question: Question, choices: Sequence[Choice], words: str) -> Any:
    """The names of the choices with these numbers or labels; what is neither stays, to be refused."""
    numbers = {choice.label: choice.name for choice in choices}
    numbers |= {str(nth): choice.name for nth, choice in enumerate(choices, start=1)}
    if question.type is QuestionType.select_multiple:
        return [numbers.get(one.strip(), one) for one in words.replace("，", ",").split(",") if one.strip()]
    return numbers.get(words, words)


def _tell(form: OpenForm, sheet: Sheet, ends: Mapping[str, str], say: Say) -> None:
    say(f"{form.form.title} 汇总")
    for question in form.every(sheet.answers):
        if question.name in sheet.answers:
            part = form.part_of(question)
            title = f"{part.label} " if part else ""
            value = shown(form, question, sheet.answers[question.name], sheet.answers)
            say(f"・{title}{question.summary or question.label}：{value}")
    ended = str(outcome(form, sheet))
    noted = "".join(f"，另记 {name}" for name in marks(form, sheet.answers))
    say(f"结果：{ends.get(ended, '填完')}{noted}")
