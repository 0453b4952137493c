"""The form engine, pure: (sheet, answer) -> sheet (design §5; vocabulary of XLSForm).

A sheet knows nothing of chats or databases. An answer that is refused, or that wants to be
confirmed, comes back as a value, never as an exception.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from config.expressions import holds
from config.models import Group, Question, QuestionType
from workflows.open_form import Answers, OpenForm, PartOfForm, name_of, parted, value_of
from workflows.spoken import read_day, read_number

SKIPPED = None
TEXT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answer sheet: what is answered, which question is open (`at`, None at the summary).

    `asking` are questions to be answered again, though they have an answer.
    """

    answers: Answers = field(default_factory=dict)
    at: str | None = None
    marked: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()
    confirming: Any = None
    editing: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer cannot be taken; `message` says what to write instead."""

    message: str


def begin(form: OpenForm, answers: Answers | None = None, asking: Iterable[str] = ()) -> Sheet:
    """A sheet at its first open question: fresh, or with what is known, or with some to be asked again."""
    return _onward(form, Sheet(answers=dict(answers or {}), asking=tuple(asking)))


def answer(form: OpenForm, sheet: Sheet, value: Any, *, today: date) -> Sheet | Refused:
    """The sheet after `value` was given to the open question.

    A soft rule that fires leaves the question open with `confirming` set to the value; giving
    the same value again takes it.
    """
    if sheet.at is None:
        return Refused("这张表已经填完，请看汇总。")
    question = form.question(sheet.at)
    taken = _read(form, question, sheet, value, today)
    if isinstance(taken, Refused):
        return taken
    answers = {**sheet.answers, question.name: taken}
    if complaint := _constraint(form, question, answers):
        return Refused(complaint)
    if sheet.confirming != taken and _to_confirm(form, question, answers):
        return replace(sheet, confirming=taken)
    summed = _summed_anew(form, sheet.answers, answers)
    return _onward(form, replace(sheet, answers=summed, asking=_without(sheet, {question.name})))


def confirmation(form: OpenForm, sheet: Sheet) -> str | None:
    """What the open question asks to be sure about, if anything."""
    if sheet.at is None or sheet.confirming is None:
        return None
    question = form.question(sheet.at)
    return _to_confirm(form, question, {**sheet.answers, question.name: sheet.confirming})


def toggle(form: OpenForm, sheet: Sheet, choice: str, *, wanted: bool) -> Sheet | Refused:
    """The sheet with one option of a multiple choice put as wanted; twice is the same as once."""
    if sheet.at is None:
        return Refused("这张表已经填完，请看汇总。")
    question = form.question(sheet.at)
    offered = {one.name for one in form.choices_of(question, sheet.answers)}
    if question.type is not QuestionType.select_multiple or choice not in offered:
        return Refused("请从按钮里选。")
    kept = [name for name in sheet.marked if name != choice]
    marked = (*kept, choice) if wanted else tuple(kept)
    if question.most is not None and len(marked) > question.most:
        return Refused(f"最多选 {question.most} 项，请先取消一项。")
    return replace(sheet, marked=marked, confirming=None)


def back(form: OpenForm, sheet: Sheet) -> Sheet:
    """The sheet at the question before; at the first question nothing changes."""
    names: list[str] = [question.name for question in form.asked(sheet.answers)]
    here = names.index(sheet.at) if sheet.at in names else len(names)
    return open_at(form, sheet, names[here - 1]) if here > 0 else sheet


def open_at(form: OpenForm, sheet: Sheet, name: str) -> Sheet:
    """The sheet at question `name`, its former answer marked; one that does not matter stays shut.

    What excludes all else is not marked: it would bar every other choice.
    """
    if name not in _kept(form, sheet.answers):
        return sheet
    return replace(sheet, at=name, marked=_marked(form, sheet, name), confirming=None, editing=True)


def _marked(form: OpenForm, sheet: Sheet, name: str) -> tuple[str, ...]:
    former = sheet.answers.get(name)
    alone = {choice.name for choice in form.question(name).choices if choice.exclusive}
    return tuple(one for one in former if one not in alone) if isinstance(former, list) else ()


def _without(sheet: Sheet, names: Set[str]) -> tuple[str, ...]:
    return tuple(name for name in sheet.asking if name not in names)


def again(form: OpenForm, sheet: Sheet, part: PartOfForm, last: Answers) -> Sheet:
    """The sheet with everything of a group as it was last time; what no longer fits is asked."""
    names = [question.name for question in form.of_part(part, sheet.answers)]
    answers = {**sheet.answers, **{name: last[name] for name in names if name in last}}
    return begin(form, _summed_anew(form, sheet.answers, answers), _without(sheet, {*names}))


def another(form: OpenForm, sheet: Sheet, group: Group) -> Sheet | Refused:
    """The sheet with one more of a group that repeats, at its first question."""
    return _counted(form, sheet, group, form.count(group, sheet.answers) + 1)


def without(form: OpenForm, sheet: Sheet, group: Group, nth: int) -> Sheet | Refused:
    """The sheet without the `nth` of a group; those behind it move up."""
    count = form.count(group, sheet.answers)
    if not 0 < nth <= count:
        return sheet
    kept = dict[str, Any]()
    for name, value in sheet.answers.items():
        of, its, plain = parted(name)
        if of != group.name or its < nth:
            kept[name] = value
        elif its > nth:
            kept[name_of(of, its - 1, plain)] = value
    return _counted(form, replace(sheet, answers=kept), group, count - 1)


def _counted(form: OpenForm, sheet: Sheet, group: Group, count: int) -> Sheet | Refused:
    question = form.question(group.count or "")
    answers = {**sheet.answers, question.name: count}
    if complaint := _constraint(form, question, answers):
        return Refused(complaint)
    summed = _summed_anew(form, sheet.answers, answers)
    return replace(_onward(form, replace(sheet, answers=summed)), editing=True)


def _summed_anew(form: OpenForm, before: Answers, answers: Answers) -> dict[str, Any]:
    """What others come to follows them; where it had been put right by hand, it is asked again."""
    changed = dict(answers)
    for question in form.every(answers):
        if question.calculation is None or question.name not in before.keys() & changed.keys():
            continue
        was, is_now = form.worked_out(question, before), form.worked_out(question, changed)
        if was == is_now or changed[question.name] != before[question.name]:
            continue
        if before[question.name] == was and is_now is not None:
            changed[question.name] = is_now
        else:
            del changed[question.name]
    return changed


def outcome(form: OpenForm, sheet: Sheet) -> str | None:
    """How a complete sheet ends; None while a question is open."""
    if sheet.at is not None:
        return None
    bound = form.bound(sheet.answers)
    return next((rule.outcome for rule in form.form.outcomes if holds(rule.when, bound)), None)


def marks(form: OpenForm, answers: Answers) -> list[str]:
    bound = form.bound(answers)
    return [mark.name for mark in form.form.marks if holds(mark.when, bound)]


def shown(form: OpenForm, question: Question, value: Any, answers: Answers) -> str:
    """An answer in words, as a summary or 上次 shows it."""
    if value is None or value == []:
        return "（跳过）"
    labels = {choice.name: choice.label for choice in form.choices_of(question, answers)}
    if isinstance(value, list):
        return "、".join(str(labels.get(name, name)) for name in value)
    if question.type is QuestionType.date:
        day = date.fromisoformat(value)
        return f"{day.month}月{day.day}日"
    return labels.get(value, str(value))


def _onward(form: OpenForm, sheet: Sheet) -> Sheet:
    """Drops answers that no longer matter or no longer fit, and opens the first question to be answered."""
    answers = _pruned(form, sheet.answers)
    while True:
        waiting = (q for q in form.asked(answers) if q.name in sheet.asking or not _stands(form, q, answers))
        following = next(waiting, None)
        if following is None or following.name in sheet.asking or following.name not in answers:
            turned = Sheet(answers=answers, at=following.name if following else None, asking=sheet.asking)
            return replace(turned, marked=_marked(form, turned, turned.at)) if turned.at else turned
        del answers[following.name]
        answers = _pruned(form, answers)


def _pruned(form: OpenForm, answers: Answers) -> dict[str, Any]:
    """The answers to questions that matter."""
    pruned = dict(answers)
    while gone := pruned.keys() - _kept(form, pruned):
        pruned = {name: value for name, value in pruned.items() if name not in gone}
    return pruned


def _kept(form: OpenForm, answers: Answers) -> set[str]:
    return {question.name for question in form.asked(answers)} | {*form.offered(answers)}


def _stands(form: OpenForm, question: Question, answers: Answers) -> bool:
    """Whether the question has an answer, and one that could be given after all that stands before it."""
    if question.name not in answers:
        return False
    value = answers[question.name]
    chosen = _chosen(question, value)
    if not chosen.issubset(choice.name for choice in form.choices_of(question, answers)):
        return False
    return _constraint(form, question, answers) is None


def _chosen(question: Question, value: Any) -> set[str]:
    """The choices that the answer names."""
    if value is None or isinstance(value, int) or question.type in (QuestionType.date, QuestionType.text):
        return set()
    return {value} if isinstance(value, str) else {*value}


def fits(form: OpenForm, question: Question, value: Any, answers: Answers) -> bool:
    """Whether a former answer could be given now."""
    return _stands(form, question, {**answers, question.name: value})


def _constraint(form: OpenForm, question: Question, answers: Answers) -> str | None:
    if question.constraint is None or answers[question.name] is None:
        return None
    bound = {**form.bound(answers, question.name), "this": value_of(question, answers[question.name])}
    return None if holds(question.constraint, bound) else question.constraint_message


def _to_confirm(form: OpenForm, question: Question, answers: Answers) -> str | None:
    bound = form.bound(answers, question.name)
    return next((rule.message for rule in question.confirm if holds(rule.when, bound)), None)


def _read(form: OpenForm, question: Question, sheet: Sheet, value: Any, today: date) -> Any:
    if value is SKIPPED:
        return Refused("这一题要答一下才能往下走。") if question.required else SKIPPED
    if question.type is QuestionType.select_one:
        names = [choice.name for choice in form.choices_of(question, sheet.answers)]
        return value if value in names else Refused("请从按钮里选一个。")
    if question.type is QuestionType.select_multiple:
        return _read_several(form, question, sheet, value)
    if question.type is QuestionType.integer:
        bands = {choice.name for choice in form.choices_of(question, sheet.answers)}
        return value if value in bands else _read_integer(question, value)
    if question.type is QuestionType.date:
        return _read_date(question, value, today)
    return _read_text(value)


def _read_several(form: OpenForm, question: Question, sheet: Sheet, value: Any) -> Any:
    offered = form.choices_of(question, sheet.answers)
    chosen = [value] if isinstance(value, str) else list(value)
    known = {choice.name: choice for choice in offered}
    if not chosen or any(name not in known for name in chosen):
        return Refused("请至少选一项，再点“选好了”。")
    alone = [name for name in chosen if known[name].exclusive]
    if alone and len(chosen) > 1:
        return Refused(f"“{known[alone[0]].label}”不能和别的一起选。")
    if question.most is not None and len(chosen) > question.most:
        return Refused(f"最多选 {question.most} 项。")
    return chosen


def _read_integer(question: Question, value: Any) -> int | Refused:
    """A number; only what is worked out from others can be below zero."""
    number = read_number(str(value))
    if number is None or (number < 0 and question.calculation is None):
        return Refused("请写一个数，例如 12、3.8万、三万八。")
    return number


def _read_date(question: Question, value: Any, today: date) -> str | Refused:
    day = read_day(str(value), today)
    if day is None:
        return Refused("请写成 3月12日 这样的日期。")
    if question.days == "past" and day > today:
        return Refused("日期不能晚于今天，请重写。")
    if question.days != "past" and day < today:
        return Refused("日期不能早于今天，请重写。")
    return day.isoformat()


def _read_text(value: Any) -> str | Refused:
    text = str(value).strip()
    if not text:
        return Refused("请写几个字。")
    return text if len(text) <= TEXT_LIMIT else Refused(f"最多 {TEXT_LIMIT} 个字，请写短一点。")
