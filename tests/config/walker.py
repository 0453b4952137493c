"""Walks the ways through a form that its expressions can tell apart: all of them, or many by chance."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.catalogue import FACTS
from config.expressions import holds
from config.models import Choice, Form, Question, QuestionType
from workflows.open_form import OpenForm, value_of

Answers = Mapping[str, Any]
KNOWN = {**FACTS, "income_line": 8000}
BY_CHANCE, SEED = 60, 20260312
_DAY, _NUMBERS = "2026-03-12", (0, 1, 2)


def opened(form: Form) -> OpenForm:
    return OpenForm(form, KNOWN)


def walks(form: Form) -> Iterator[Answers]:
    """Finished sheets, one for each choice that an expression names; by chance where questions repeat."""
    on, named = opened(form), frozenset(re.findall(r"\w+", _all_expressions(form)))
    if not form.repeated:
        yield from _from(on, {}, named)
        return
    chance = random.Random(SEED)
    for _ in range(BY_CHANCE):
        yield _by_chance(on, named, chance)


def bound(form: Form, answers: Answers) -> dict[str, Any]:
    """What the expressions see: facts, answers, and empty values for what is not answered."""
    return {**opened(form).bound(answers), **answers}


def ending(form: Form, answers: Answers) -> str | None:
    names = opened(form).bound(answers)
    return next((rule.outcome for rule in form.outcomes if holds(rule.when, names)), None)


def _from(on: OpenForm, answers: Answers, named: frozenset[str]) -> Iterator[Answers]:
    question = _next(on, answers)
    if question is None:
        yield answers
        return
    for value in _values(on, question, answers, named):
        yield from _from(on, {**answers, question.name: value}, named)


def _by_chance(on: OpenForm, named: frozenset[str], chance: random.Random) -> Answers:
    answers = dict[str, Any]()
    while question := _next(on, answers):
        answers[question.name] = chance.choice(_values(on, question, answers, named))
    return answers


def _next(on: OpenForm, answers: Answers) -> Question | None:
    return next((one for one in on.asked(answers) if one.name not in answers), None)


def _values(on: OpenForm, question: Question, answers: Answers, named: frozenset[str]) -> Sequence[Any]:
    """The answers that are taken."""
    offered = _offered(on, question, answers, named)
    names = dict(on.bound(answers, question.name))
    return [one for one in offered if holds(question.constraint, {**names, "this": value_of(question, one)})]


def _offered(on: OpenForm, question: Question, answers: Answers, named: frozenset[str]) -> Sequence[Any]:
    match question.type:
        case QuestionType.integer:
            return _NUMBERS
        case QuestionType.date:
            return (_DAY,)
        case QuestionType.text:
            return ("一句话",)
    offered = [choice.name for choice in on.choices_of(question, answers)]
    chosen = _telling(question.choices, offered, named) or ["from_the_system"]
    return [[name] for name in chosen] if question.type is QuestionType.select_multiple else chosen


def _telling(choices: Sequence[Choice], offered: Sequence[str], named: frozenset[str]) -> list[str]:
    """The choices that expressions name, and one for all the others."""
    others = [name for name in offered if name not in named]
    return [name for name in offered if name in named] + others[:1]


def _all_expressions(form: Form) -> str:
    written = [form.brief, *(rule.when for rule in (*form.outcomes, *form.marks))]
    written += [group.relevant for group in form.groups]
    for question in form.questions:
        written += [question.relevant, question.constraint]
        written += [rule.when for rule in (*question.confirm, *question.suggest)]
        written += [choice.relevant for choice in question.choices]
    return " ".join(filter(None, written))
