"""Expressions of the forms: known names, real choices, and an answer of yes or no for any answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.book import Book
from config.catalogue import FACTS
from config.expressions import compiled
from config.models import Form, Question, QuestionType
from config.source import Place

_EMPTY: Mapping[QuestionType, Any] = {
    QuestionType.select_one: "",
    QuestionType.select_multiple: [],
    QuestionType.integer: 0,
    QuestionType.date: "",
    QuestionType.text: "",
    QuestionType.calculate: 0,
}
_ANSWERED: Mapping[QuestionType, Any] = {
    QuestionType.select_one: "some",
    QuestionType.select_multiple: ["some"],
    QuestionType.integer: 2,
    QuestionType.date: "2026-03-12",
    QuestionType.text: "一句话",
    QuestionType.calculate: 2,
}
_BOUND_BY_MACRO = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*(\w+)\s*,")
_EQUALS = re.compile(r"\b(\w+)\s*[!=]=\s*['\"](\w*)['\"]")
_CONTAINS = re.compile(r"['\"](\w*)['\"]\s+in\s+(\w+)")
_AMONG = re.compile(r"\b(\w+)\s+in\s+\[([^\]]*)\]")
_WORD = re.compile(r"['\"](\w*)['\"]")


@dataclass(frozen=True)
class Written:
    """Where an expression stands: of which question, and which one's answer it calls `this`."""

    place: Place
    source: str
    this: Question | None = None
    of: Question | None = None
    asks: bool = False
    number: bool = False


def check_expressions(book: Book) -> None:
    for file, form in book.every(Form).items():
        every = {question.name: question for question in form.questions}
        for written in _written(form):
            inside = form.repeated.get(written.of.name) if written.of else None
            seen = {n: q for n, q in every.items() if form.repeated.get(n) in (None, inside)}
            message = _unknown_name(written, form, seen, repeats=inside is not None)
            message = message or _too_early(written, form) or _unknown_choice(written, every)
            if message := message or _unanswerable(written, form, seen):
                book.blame(file, written.place, message)


def _written(form: Form) -> Iterator[Written]:
    for index, question in enumerate(form.questions):
        yield from _of_question(("questions", index), question)
    for index, group in enumerate(form.groups):
        its = [question for question in form.questions if question.group == group.name]
        if group.relevant and its:
            yield Written(("groups", index, "relevant"), group.relevant, of=_outside(its[0]), asks=True)
    for index, rule in enumerate(form.outcomes):
        if rule.when is not None:
            yield Written(("outcomes", index, "when"), rule.when)
    if form.brief is not None:
        yield Written(("brief",), form.brief)
    for index, mark in enumerate(form.marks):
        yield Written(("marks", index, "when"), mark.when)


def _outside(first: Question) -> Question:
    """What a group is asked by is said before its first question, and not of one of several."""
    return first.model_copy(update={"group": None})


def _of_question(place: Place, question: Question) -> Iterator[Written]:
    if question.relevant:
        yield Written((*place, "relevant"), question.relevant, of=question, asks=True)
    if question.constraint:
        yield Written((*place, "constraint"), question.constraint, question, question, asks=True)
    if question.calculation:
        yield Written((*place, "calculation"), question.calculation, of=question, asks=True, number=True)
    for index, confirm in enumerate(question.confirm):
        yield Written((*place, "confirm", index, "when"), confirm.when, of=question)
    for index, suggest in enumerate(question.suggest):
        yield Written((*place, "suggest", index, "when"), suggest.when, of=question)
    for index, choice in enumerate(question.choices):
        if choice.relevant:
            yield Written((*place, "choices", index, "relevant"), choice.relevant, of=question, asks=True)


def _unknown_name(
    written: Written, form: Form, questions: Mapping[str, Question], *, repeats: bool
) -> str | None:
    known = {*questions, *FACTS, *_BOUND_BY_MACRO.findall(written.source), *_lists(form)}
    known |= {"nth"} if repeats else set()
    if written.this is not None:
        known.add("this")
    unknown = sorted(set(compiled(written.source).variables()) - known)
    if not unknown:
        return None
    if unknown == ["nth"]:
        return "nth 只在逐个问的组里才有，请删去"
    if (group := form.repeated.get(unknown[0])) is not None:
        return (
            f"{unknown[0]} 在组 {group.name} 里逐个问，组外要写 {group.name}.exists(m, m.{unknown[0]} == …)"
        )
    return f"表达式里的 {'、'.join(unknown)} 不是本表的题名；另外能用的有：{'、'.join(sorted(FACTS))}"


def _too_early(written: Written, form: Form) -> str | None:
    """A question is asked, and its choices offered, by what was answered before it."""
    if written.of is None or not written.asks:
        return None
    names = [question.name for question in form.questions]
    here = names.index(written.of.name)
    places = {name: place for place, name in enumerate(names)}
    for group in form.groups:
        if group.count:
            its = (places[q.name] for q in form.questions if q.group == group.name)
            places[group.name] = max(its, default=-1)
    later = [n for n in compiled(written.source).variables() if places.get(n, -1) >= here]
    same = {written.of.name} if written.this is not None else set()
    wrong = [name for name in later if name not in same and not _of_same_group(written.of, name, form)]
    if not wrong:
        return None
    return f"{wrong[0]} 排在这一题后面（或就是这一题），问到这里还没有答案，请把它移到前面"


def _of_same_group(question: Question, name: str, form: Form) -> bool:
    """Whether the list of a group is looked at from within: so far it holds those before."""
    return question.group == name and question.name in form.repeated


def _unknown_choice(written: Written, questions: Mapping[str, Question]) -> str | None:
    equal = {name for name, _ in _EQUALS.findall(written.source)} | {
        n for n, _ in _AMONG.findall(written.source)
    }
    for name, word in _compared(written.source):
        question = written.this if name == "this" else questions.get(name)
        if question is None or not word:
            continue
        if question.type is QuestionType.select_multiple and name in equal:
            return f"题 {question.name} 是多选，不能用等号：单选写 题名 == '选项'，多选写 '选项' in 题名"
        if not question.choices or question.choices_from:
            continue
        if word not in (choice.name for choice in question.choices):
            return f"题 {question.name} 没有选项 {word}，请改成它的选项名"
    return None


def _compared(source: str) -> Iterator[tuple[str, str]]:
    """Every question name together with a choice it is compared with."""
    yield from _EQUALS.findall(source)
    yield from ((name, word) for word, name in _CONTAINS.findall(source))
    for name, words in _AMONG.findall(source):
        yield from ((name, word) for word in _WORD.findall(words))


def _lists(form: Form) -> list[str]:
    return [group.name for group in form.groups if group.count]


def _unanswerable(written: Written, form: Form, questions: Mapping[str, Question]) -> str | None:
    """A dry run over no answers and over answers everywhere."""
    for examples in (_EMPTY, _ANSWERED):
        facts: dict[str, Any] = {**FACTS, "nth": 1}
        facts |= {name: examples[question.type] for name, question in questions.items()}
        for group in _lists(form):
            facts[group] = [{q.name: examples[q.type] for q in form.questions if q.group == group}]
        if written.this is not None:
            facts["this"] = _ANSWERED[written.this.type]
        try:
            answer = compiled(written.source).execute(facts)
        except (LookupError, RuntimeError, TypeError, ValueError):
            return "表达式算不出来：单选写 题名 == '选项'，多选写 '选项' in 题名，数字不加引号"
        if written.number and (isinstance(answer, bool) or not isinstance(answer, int)):
            return "要算出一个整数，例如 wages + rent"
        if not written.number and not isinstance(answer, bool):
            return "表达式要得出是或否，请写成比较，例如 题名 == '选项'"
    return None
