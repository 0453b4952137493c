"""A form on the table, unrolled: the questions of a group that repeats are there once for each one counted.

The question `health` of the second of `members` is called `members[2].health`; answers are kept under that
name. An expression of the group sees the answers of its own one under the plain names, its number as `nth`,
and all of them, there and elsewhere, as the list `members`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from config.expressions import holds, number
from config.models import Choice, Form, Group, Question, QuestionType

Answers = Mapping[str, Any]
EMPTY: Mapping[QuestionType, Any] = {
    QuestionType.select_one: "",
    QuestionType.select_multiple: [],
    QuestionType.integer: 0,
    QuestionType.date: "",
    QuestionType.text: "",
    QuestionType.calculate: 0,
}
MOST_ALIKE = 30
_ONE_OF_SEVERAL = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


@dataclass(frozen=True, slots=True)
class PartOfForm:
    """A group, or the `nth` of a group that repeats."""

    group: Group
    nth: int = 0

    @property
    def label(self) -> str:
        return self.group.label.replace("{nth}", str(self.nth))


def name_of(group: str, nth: int, question: str) -> str:
    """What the question of the `nth` is called; for a group that does not repeat, the question's name."""
    return f"{group}[{nth}].{question}" if nth else question


def parted(name: str) -> tuple[str, int, str]:
    """(members, 2, health) of `members[2].health`; of any other name ("", 0, name)."""
    found = _ONE_OF_SEVERAL.fullmatch(name)
    return (found[1], int(found[2]), found[3]) if found else ("", 0, name)


@lru_cache(maxsize=4096)
def _of_the_nth(question: Question, nth: int) -> Question:
    changed = {"name": name_of(question.group or "", nth, question.name)}
    return question.model_copy(update={**changed, "label": question.label.replace("{nth}", str(nth))})


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form together with what is known of the case, and with the choices taken from the system."""

    form: Form
    facts: Mapping[str, Any]
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    _looked_at: list["_Seen"] = field(default_factory=list, init=False, repr=False, compare=False)

    def question(self, name: str) -> Question:
        """The question of that name, unrolled; `StopIteration` where the form has none."""
        _, nth, plain = parted(name)
        question = self.form.question(plain)
        return _of_the_nth(question, nth) if nth else question

    def every(self, answers: Answers) -> Iterator[Question]:
        """All questions in order, each of a group that repeats once for each one counted."""
        repeated, done = self.form.repeated, set()
        for question in self.form.questions:
            group = repeated.get(question.name)
            if group is None:
                yield question
            elif group.name not in done:
                done.add(group.name)
                alike = [one for one in self.form.questions if one.group == group.name]
                for nth in range(1, self.count(group, answers) + 1):
                    yield from (_of_the_nth(one, nth) for one in alike)

    def count(self, group: Group, answers: Answers) -> int:
        """How many there are of a group that repeats."""
        counted = self.question(group.count or "")
        return min(int(value_of(counted, answers.get(counted.name))), MOST_ALIKE)

    def parts(self, answers: Answers) -> Iterator[tuple[PartOfForm | None, list[Question]]]:
        """The questions by what they belong to, in order; None for those of no group."""
        part, some = None, list[Question]()
        for question in self.every(answers):
            its = self.part_of(question)
            if its != part and some:
                yield part, some
                some = []
            part = its
            some.append(question)
        if some:
            yield part, some

    def of_part(self, part: PartOfForm, answers: Answers) -> list[Question]:
        return [one for one in self.every(answers) if self.part_of(one) == part]

    def part_of(self, question: Question) -> PartOfForm | None:
        if question.group is None:
            return None
        return PartOfForm(self.form.group(question.group), parted(question.name)[1])

    def bound(self, answers: Answers, of: str = "") -> Mapping[str, Any]:
        """Every name that an expression of the question `of` may use; what is unanswered is empty."""
        return self._within(self._seen(answers).names, of)

    def _seen(self, answers: Answers) -> "_Seen":
        """What the answers come to, worked out once: a press asks for the same ones many times."""
        if not self._looked_at or self._looked_at[0].answers != answers:
            self._looked_at[:] = [_Seen(self, dict(answers))]
        return self._looked_at[0]

    def names(self, answers: Answers) -> dict[str, Any]:
        """The names that every expression may use: facts, answers, a list for each group that repeats."""
        names = dict(self.facts)
        repeated = self.form.repeated
        for question in self.form.questions:
            if question.name not in repeated:
                names[question.name] = value_of(question, answers.get(question.name))
        for group in self.form.groups:
            if group.count:
                names[group.name] = [
                    self._the_nth(group, nth, answers) for nth in range(1, self.count(group, answers) + 1)
                ]
        for question in self.form.questions:
            if question.type is QuestionType.calculate and question.calculation:
                names[question.name] = number(question.calculation, names)
        return names

    def _the_nth(self, group: Group, nth: int, answers: Answers) -> dict[str, Any]:
        alike = (one for one in self.form.questions if one.group == group.name)
        return {one.name: value_of(one, answers.get(name_of(group.name, nth, one.name))) for one in alike}

    def _within(self, names: Mapping[str, Any], of: str) -> Mapping[str, Any]:
        """The names, and those of the one that the question belongs to."""
        group, nth, _ = parted(of)
        alike = names.get(group, ()) if nth else ()
        return {**names, **alike[nth - 1], "nth": nth} if 0 < nth <= len(alike) else names

    def asked(self, answers: Answers) -> list[Question]:
        """The questions that matter given the answers, in order; those of the summary card not."""
        mattering = self._seen(answers).mattering
        return [one for one in mattering if not one.on_summary and one.type is not QuestionType.calculate]

    def figures(self, answers: Answers) -> dict[str, int]:
        """What is worked out and shown, by the name of its question."""
        seen = self._seen(answers)
        worked_out = (one for one in seen.mattering if one.type is QuestionType.calculate)
        return {one.name: seen.names[one.name] for one in worked_out}

    def offered(self, answers: Answers) -> Iterable[str]:
        """The names of the questions that only the summary offers."""
        return (one.name for one in self._seen(answers).mattering if one.on_summary)

    def mattering(self, answers: Answers) -> Iterator[Question]:
        """The questions whose condition holds, and that of their group."""
        bound = self.bound(answers)
        groups = {group.name: holds(group.relevant, bound) for group in self.form.groups}
        for one in self.every(answers):
            if groups.get(one.group or "", True) and holds(one.relevant, self._within(bound, one.name)):
                yield one

    def choices_of(self, question: Question, answers: Answers) -> tuple[Choice, ...]:
        offered = self.choices.get(question.choices_from or "", ()) + question.choices
        bound = self.bound(answers, question.name)
        return tuple(choice for choice in offered if holds(choice.relevant, bound))

    def suggested(self, question: Question, answers: Answers) -> str | None:
        """The choice the rules lean to; shown first, never taken by itself."""
        bound = self.bound(answers, question.name)
        return next((s.choice for s in question.suggest if holds(s.when, bound)), None)

    def brief(self, answers: Answers) -> bool:
        """Whether a complete sheet needs no summary before it is submitted."""
        form = self.form
        return not form.summary or (form.brief is not None and holds(form.brief, self.bound(answers)))

    def worked_out(self, question: Question, answers: Answers) -> int | None:
        """What the answers before it come to, where a question is asked for that; offered, never taken."""
        if question.calculation is None:
            return None
        return number(question.calculation, self.bound(answers, question.name))


def shows(form: Form, name: str, field: str) -> bool:
    """Whether the label of the question is filled with this."""
    return f"{{{field}}}" in form.question(parted(name)[2]).label


class _Seen:
    """A set of answers with what follows of it."""

    def __init__(self, form: OpenForm, answers: Answers) -> None:
        self.form, self.answers = form, answers

    @cached_property
    def names(self) -> Mapping[str, Any]:
        return self.form.names(self.answers)

    @cached_property
    def mattering(self) -> Sequence[Question]:
        return [*self.form.mattering(self.answers)]


def value_of(question: Question, value: Any) -> Any:
    """What expressions see of an answer: nothing answered is empty, a band of a number is its value."""
    if value is None:
        return EMPTY[question.type]
    if question.type is QuestionType.integer and isinstance(value, str):
        return next(choice.value for choice in question.choices if choice.name == value)
    return value
