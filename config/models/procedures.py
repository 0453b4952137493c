"""Procedures, their steps, and what an outcome does (domain §2.1–2.2)."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from config.models.deadlines import DayKind
from config.models.part import Misplaced, Name, Part, PolicyFile


class Effect(StrEnum):
    """What an outcome does to the case: the whole vocabulary of the step engine."""

    done = "done"  # the step is finished, what waits for it may open
    again = "again"  # the step stays open for another attempt
    back = "back"  # an earlier step is reopened whole (退回)
    hand_up = "hand_up"  # the tier above takes the task over
    close = "close"  # the case ends with a result


class Outcome(Part):
    """What happens to the case when a step ends this way."""

    label: str
    effect: Effect
    result: Name | None = Field(default=None, description="办结结果，effect 为 close 时必填")
    to: Name | None = Field(default=None, description="退回到哪个环节，effect 为 back 时必填")
    limit: int | None = Field(default=None, ge=1, description="effect 为 again 时：第几次起改按 then 办理")
    then: Name | None = None
    redo: tuple[Name, ...] = Field(default=(), description="effect 为 back 时：一并重办的环节")
    asks: Name | None = Field(
        default=None, description="effect 为 back 时：本表哪一题说了要补什么，选项名是那张表的组名或题名"
    )
    opens: tuple[Name, ...] = Field(default=(), description="同时打开的旁支环节")
    tells: Name | None = Field(default=None, description="按 routing 告知的事件")
    stops_clock: bool = False
    ask_again_days: int | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs = {Effect.close: self.result, Effect.back: self.to}
        if self.effect in needs and needs[self.effect] is None:
            raise ValueError(f"结果“{self.label}”缺少 {'result' if self.effect is Effect.close else 'to'}")
        if (self.limit is None) != (self.then is None):
            raise ValueError(f"结果“{self.label}”的 limit 与 then 要一起写")
        return self


class StepKind(StrEnum):
    main = "main"  # on the road of the case
    side = "side"  # opened by an outcome; the road waits while it is open
    extra = "extra"  # opened beside the road; nothing waits for it


class Step(Part):
    """One step of a procedure: who, after what, on which form, with which outcomes."""

    label: str
    kind: StepKind = StepKind.main
    post: Name
    after: tuple[Name, ...] = ()
    together: bool = Field(default=False, description="四个同步打开时，拟纳入后立即开始")
    office: bool = Field(default=False, description="机关环节，最迟日期落在工作日")
    opens_on: Literal["at_once", "last_publicity_day"] = "at_once"
    days: int | None = Field(default=None, description="期限不随总期限走的环节：打开后多少天")
    day_kind: DayKind = DayKind.natural
    checks: tuple[Name, ...] = Field(default=(), description="审核哪些环节：办过那些环节的人不办这一步")
    missing: str = Field(description="超期时说缺什么，不说谁的不是（R19）")
    form: Name
    outcomes: dict[Name, Outcome]

    @model_validator(mode="after")
    def _then_exists(self) -> Self:
        for name, outcome in self.outcomes.items():
            if outcome.then is not None and outcome.then not in self.outcomes:
                raise Misplaced(f"环节“{self.label}”没有结果 {outcome.then}", "outcomes", name, "then")
        return self


class Procedure(PolicyFile):
    """An ordered set of steps (domain §2.1–2.2)."""

    name: Name
    label: str
    first: Name
    steps: dict[Name, Step]
    last: Name | None = Field(default=None, description="总期限以哪一环节办完为准")

    @model_validator(mode="after")
    def _closed_world(self) -> Self:
        for name, step in self.steps.items():
            self._check_known(step.after, "steps", name, "after")
            self._check_known(step.checks, "steps", name, "checks")
            for outcome_name, outcome in step.outcomes.items():
                place = ("steps", name, "outcomes", outcome_name)
                self._check_known((outcome.to,) if outcome.to else (), *place, "to")
                self._check_known(outcome.opens, *place, "opens")
                self._check_known(outcome.redo, *place, "redo")
        self._check_known((self.first,), "first")
        self._check_known((self.last,) if self.last else (), "last")
        return self

    def _check_known(self, named: tuple[str, ...], *place: str) -> None:
        if unknown := sorted(set(named) - set(self.steps)):
            raise Misplaced(f"没有环节 {'、'.join(unknown)}，请用 steps 里的名称", *place)
