"""Walks every way through a form that its expressions can tell apart."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from config.catalogue import FACTS
from config.expressions import holds
from config.models import Choice, Form, Question, QuestionType

Answers = dict[str, Any]

_EMPTY: dict[QuestionType, Any] = {
    QuestionType.select_one: "",
    QuestionType.select_multiple: [],
    QuestionType.integer: 0,
    QuestionType.date: "",
    QuestionType.text: "",
}
_DAY, _NUMBERS = "2026-03-12", (0, 1, 2)


def walks(form: Form) -> Iterator[Answers]:
    """Every finished sheet, one for each choice that some expression of the form names."""
    yield from _from(form, {}, frozenset(re.findall(r"\w+", _all_expressions(form))))


def bound(form: Form, answers: Answers) -> dict[str, Any]:
    """What the expressions see: facts, answers, and empty values for what is not answered."""
    empty = {question.name: _EMPTY[question.type] for question in form.questions}
    return {**FACTS, "income_line": 8000, **empty, **answers}


def ending(form: Form, answers: Answers) -> str | None:
    names = bound(form, answers)
    return next((rule.outcome for rule in form.outcomes if holds(rule.when, names)), None)


def _from(form: Form, answers: Answers, named: frozenset[str]) -> Iterator[Answers]:
    question = _next(form, answers)
    if question is None:
        yield answers
        return
    for value in _values(form, question, answers, named):
        names = {**bound(form, answers), "this": value}
        if holds(question.constraint, names):
            yield from _from(form, {**answers, question.name: value}, named)


def _next(form: Form, answers: Answers) -> Question | None:
    names = bound(form, answers)
    asked = (q for q in form.questions if not q.on_summary and q.name not in answers)
    return next((q for q in asked if holds(q.relevant, names)), None)


def _values(form: Form, question: Question, answers: Answers, named: frozenset[str]) -> Sequence[Any]:
    match question.type:
        case QuestionType.integer:
            return _NUMBERS
        case QuestionType.date:
            return (_DAY,)
        case QuestionType.text:
            return ("一句话",)
    names = bound(form, answers)
    offered = [choice.name for choice in question.choices if holds(choice.relevant, names)]
    chosen = _telling(question.choices, offered, named) or ["from_the_system"]
    return [[name] for name in chosen] if question.type is QuestionType.select_multiple else chosen


def _telling(choices: Sequence[Choice], offered: Sequence[str], named: frozenset[str]) -> list[str]:
    """The choices that expressions name, and one for all the others."""
    others = [name for name in offered if name not in named]
    return [name for name in offered if name in named] + others[:1]


def _all_expressions(form: Form) -> str:
    written = [rule.when for rule in (*form.outcomes, *form.marks)]
    for question in form.questions:
        written += [question.relevant, question.constraint]
        written += [rule.when for rule in (*question.confirm, *question.suggest)]
        written += [choice.relevant for choice in question.choices]
    return " ".join(filter(None, written))
