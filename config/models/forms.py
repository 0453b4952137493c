"""Forms in the words of XLSForm (domain §4)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from config.models.part import Expression, Misplaced, Name, Part, PolicyFile


class Choice(Part):
    name: Name
    label: str
    exclusive: bool = Field(default=False, description="选了它就不能选别的，选了直接到下一题")
    relevant: Expression | None = None
    value: int | None = Field(default=None, description="数字题的一档：算的时候当作多少")


class Confirm(Part):
    """A soft rule: ask once more, never block a human judgement (domain §4.1)."""

    when: Expression
    message: str


class Suggest(Part):
    when: Expression
    choice: Name


class QuestionType(StrEnum):
    select_one = "select_one"
    select_multiple = "select_multiple"
    integer = "integer"
    date = "date"
    text = "text"
    calculate = "calculate"


class Group(Part):
    """Questions that belong together; with `count` they are asked of each one counted.

    A group is a `begin_group` of XLSForm, one with `count` a `begin_repeat` with its `repeat_count`.
    """

    name: Name
    label: str = Field(description="汇总卡上的小标题；逐个问的写上 {nth}，例如 第{nth}位")
    count: Name | None = Field(default=None, description="哪一题的数是个数，逐个问")
    another: str | None = Field(default=None, description="汇总卡上再加一个的按钮")
    recall: bool = Field(default=False, description="整组显示上次的答案，一点即同（R6）")
    relevant: Expression | None = Field(default=None, description="什么时候问这一组")

    @model_validator(mode="after")
    def _repeats(self) -> Self:
        if (self.count is None) != (self.another is None):
            raise ValueError(f"组 {self.name} 的 count 和 another 要么都写，要么都不写")
        if (self.count is not None) != ("{nth}" in self.label):
            raise ValueError(f"组 {self.name} 逐个问才写 {{nth}}，逐个问就要写 {{nth}}")
        return self


class Question(Part):
    """One question of a form, in the words of XLSForm."""

    name: Name
    type: QuestionType
    label: str
    required: bool = True
    choices: tuple[Choice, ...] = ()
    choices_from: Name | None = Field(default=None, description="选项从系统里取：households、officials …")
    most: int | None = Field(default=None, ge=1, description="多选最多几项")
    days: Literal["past", "future", "coming"] = Field(
        default="past", description="日期题：past 今天以前，future 以后，coming 今天起"
    )
    relevant: Expression | None = None
    constraint: Expression | None = Field(default=None, description="本题答案写作 this")
    constraint_message: str | None = None
    confirm: tuple[Confirm, ...] = ()
    suggest: tuple[Suggest, ...] = ()
    recall: bool = Field(default=False, description="显示上次的答案，一点即同（R6）")
    recall_from: str | None = Field(
        default=None,
        pattern=r"^[a-z]\w*\.[a-z]\w*$",
        description="从别处取：表名.题名，或登记 household.members",
    )
    calculation: Expression | None = Field(
        default=None, description="由前面的答案算出来：数字题一点即用，calculate 不问，只给人看"
    )
    on_summary: bool = Field(default=False, description="只在汇总卡上以按钮提供，不单独提问")
    summary: str | None = Field(default=None, description="汇总卡上的短名")
    group: Name | None = Field(default=None, description="属于哪一组；同一组的题要挨着写")

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        chosen = self.type in (QuestionType.select_one, QuestionType.select_multiple)
        if chosen and not (self.choices or self.choices_from):
            raise ValueError(f"问题 {self.name} 没有选项")
        if self.constraint and not self.constraint_message:
            raise ValueError(f"问题 {self.name} 有 constraint 就要写 constraint_message")
        number = self.type is QuestionType.integer
        if number != all(choice.value is not None for choice in self.choices) and self.choices:
            raise ValueError(f"问题 {self.name} 的选项：数字题的都要写 value，别的题都不写")
        if self.type is QuestionType.calculate and self.calculation is None:
            raise ValueError(f"问题 {self.name} 是 calculate，要写 calculation")
        if self.calculation and not number and self.type is not QuestionType.calculate:
            raise ValueError(f"问题 {self.name} 不是数字题，算不出来，请删去 calculation")
        return self


class OutcomeRule(Part):
    when: Expression | None = None
    outcome: Name


class Mark(Part):
    """Something an answer says about the case beside the outcome: a danger, a death."""

    when: Expression
    name: Name
    tells: Name | None = Field(default=None, description="按 routing 告知的事件")


class Form(PolicyFile):
    """A form: questions in order; the first outcome rule that holds names how it ended."""

    name: Name
    title: str
    questions: tuple[Question, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = ()
    outcomes: tuple[OutcomeRule, ...] = Field(min_length=1)
    marks: tuple[Mark, ...] = ()
    summary: bool = Field(default=True, description="提交前给一张汇总卡")
    brief: Expression | None = Field(default=None, description="成立就不要汇总卡，答完就登记")
    happened_on: Name | None = Field(default=None, description="哪一题是事情发生的日期")

    def question(self, name: str) -> Question:
        return next(question for question in self.questions if question.name == name)

    def group(self, name: str) -> Group:
        return next(group for group in self.groups if group.name == name)

    @cached_property
    def repeated(self) -> Mapping[str, Group]:
        """The group of every question that is asked more than once, by the name of the question."""
        groups = {group.name: group for group in self.groups if group.count}
        return {q.name: groups[q.group] for q in self.questions if q.group in groups}

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [question.name for question in self.questions]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise Misplaced(f"题名 {name} 写了两次，请换个题名", "questions", index)
        if self.happened_on is not None and self.happened_on not in names:
            raise Misplaced(f"没有题 {self.happened_on}，请用本表的题名", "happened_on")
        return self
