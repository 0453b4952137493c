"""The shape of the policy: what a county may write in its YAML files (design §6, domain §9.2)."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.expressions import compiled


def _readable(source: str) -> str:
    compiled(source)
    return source


Expression = Annotated[str, AfterValidator(_readable)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Misplaced(ValueError):
    """A mistake that belongs to a part of the model: `place` leads there from the model itself."""

    def __init__(self, message: str, *place: str | int) -> None:
        super().__init__(message)
        self.place = place


class Part(BaseModel):
    """A piece of a policy file: unknown words are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyFile(Part):
    """What every policy file states about itself."""

    version: int = Field(ge=1)
    effective_from: date
    source: str = Field(min_length=2, description="文号或出处")


# --- posts -------------------------------------------------------------------------------------


class Tier(StrEnum):
    grid = "grid"
    village = "village"
    township = "township"
    county = "county"
    city = "city"

    @property
    def rank(self) -> int:
        return list(Tier).index(self)


class PostRule(Part):
    """A role of officials: its Chinese name, its tier, and whether two may hold it at one place."""

    label: str
    tier: Tier
    single_holder: bool = False
    stands_in: int = Field(default=0, description="同级代办顺序，小的先找；0 表示不代办")


class PostsFile(PolicyFile):
    posts: dict[Name, PostRule]


# --- deadlines ---------------------------------------------------------------------------------


class DayKind(StrEnum):
    natural = "natural"
    working = "working"


class Profile(Part):
    """A deadline profile: total, kind of days, and the planned day of each step (domain §2.4)."""

    label: str
    total: int = Field(ge=1)
    days: DayKind
    publicity_days: int = Field(default=5, ge=1, description="公示整天数，张贴当天不算")
    plan: dict[Name, int] = Field(description="环节 → 第几天办完，受理当天为 0")
    measures_within: int = Field(default=30, description="录入后多少个自然日内定措施")

    @model_validator(mode="after")
    def _within_total(self) -> Self:
        for step, day in self.plan.items():
            if day > self.total:
                raise Misplaced(f"环节 {step} 排在总期限 {self.total} 天之后，请改天数", "plan", step)
        return self


class ProfilesFile(PolicyFile):
    profiles: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], Profile]


# --- procedures --------------------------------------------------------------------------------


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


# --- forms -------------------------------------------------------------------------------------


class Choice(Part):
    name: Name
    label: str
    exclusive: bool = Field(default=False, description="选了它就不能选别的，选了直接到下一题")
    relevant: Expression | None = None


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


class Question(Part):
    """One question of a form, in the words of XLSForm."""

    name: Name
    type: QuestionType
    label: str
    required: bool = True
    choices: tuple[Choice, ...] = ()
    choices_from: Name | None = Field(default=None, description="选项从系统里取：households、officials …")
    most: int | None = Field(default=None, ge=1, description="多选最多几项")
    days: Literal["past", "future"] = "past"
    relevant: Expression | None = None
    constraint: Expression | None = Field(default=None, description="本题答案写作 this")
    constraint_message: str | None = None
    confirm: tuple[Confirm, ...] = ()
    suggest: tuple[Suggest, ...] = ()
    recall: bool = Field(default=False, description="显示上次的答案，一点即同（R6）")
    on_summary: bool = Field(default=False, description="只在汇总卡上以按钮提供，不单独提问")
    summary: str | None = Field(default=None, description="汇总卡上的短名")

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        chosen = self.type in (QuestionType.select_one, QuestionType.select_multiple)
        if chosen and not (self.choices or self.choices_from):
            raise ValueError(f"问题 {self.name} 没有选项")
        if self.constraint and not self.constraint_message:
            raise ValueError(f"问题 {self.name} 有 constraint 就要写 constraint_message")
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
    outcomes: tuple[OutcomeRule, ...] = Field(min_length=1)
    marks: tuple[Mark, ...] = ()
    summary: bool = Field(default=True, description="提交前给一张汇总卡")
    happened_on: Name | None = Field(default=None, description="哪一题是事情发生的日期")

    def question(self, name: str) -> Question:
        return next(question for question in self.questions if question.name == name)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [question.name for question in self.questions]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise Misplaced(f"题名 {name} 写了两次，请换个题名", "questions", index)
        if self.happened_on is not None and self.happened_on not in names:
            raise Misplaced(f"没有题 {self.happened_on}，请用本表的题名", "happened_on")
        return self


# --- who is told -------------------------------------------------------------------------------


class Mode(StrEnum):
    now = "now"  # a message of its own, in the next open window
    list = "list"  # a line of the next morning list
    line = "line"  # one line per batch
    count = "count"  # type: ignore[assignment]  # a count per batch, never a case (hides str.count)


class Told(Part):
    post: str = Field(description="岗位名，或 holder、helper")
    mode: Mode


class RoutingFile(PolicyFile):
    """Who is told of which event (domain §5.2)."""

    events: dict[Name, tuple[Told, ...]]


class Anchor(StrEnum):
    created = "created"
    week = "week"  # the Monday of the week of the due date
    half = "half"
    latest = "latest"
    due = "due"
    due_end = "due_end"  # 24:00 of the due day


class Relative(StrEnum):
    """A recipient seen from the task: whoever holds it, and the desks and leads above."""

    holder = "holder"
    head = "head"  # the lead of the holder's own tier
    above_desk = "above_desk"
    above_lead = "above_lead"
    county_desk = "county_desk"


class RungTo(Part):
    post: Relative
    mode: Mode


class RungRule(Part):
    """One rung of the ladder (domain §9.1): a moment counted from an anchor, and who hears."""

    name: Name
    anchor: Anchor
    days: int = 0
    day_kind: DayKind = DayKind.natural
    at: time | None = None
    unless_started: bool = False
    escalates: bool = False
    before_limit: bool = Field(default=False, description="不晚于总期限前最后一个工作时段")
    per_town: bool = False
    to: tuple[RungTo, ...] = Field(min_length=1)


class LadderFile(PolicyFile):
    ladders: dict[Name, tuple[RungRule, ...]]


# --- levels, clues, windows --------------------------------------------------------------------


class Level(Part):
    label: str
    mark: str
    every_days: int = Field(ge=1)
    words: str


class LevelsFile(PolicyFile):
    levels: dict[Name, Level]
    on_recognition: Name
    on_danger: Name


class ClueRule(Part):
    """One department rule: which urgency, which words (domain §3.2)."""

    dept: str
    rule: str
    words: str = Field(description="卡片上的短语，不写病名金额")
    risk: str | None = None
    urgent_bands: tuple[str, ...] = ()
    muted: bool = False


class ClueRulesFile(PolicyFile):
    suppress_days: int = 90
    bands: tuple[str, ...] = Field(description="由低到高")
    risks: dict[str, str]
    rules: tuple[ClueRule, ...]


class Window(Part):
    opens: time
    closes: time


class QuietFile(PolicyFile):
    """Open windows of a working day, budget and morning list (domain §7.2 R3, R4)."""

    windows: tuple[Window, ...] = Field(min_length=1)
    morning: time
    daily_budget: int = 3
    urgent_budget: int = 2
    last_call_minutes: int = Field(default=30, description="窗口关闭前多少分钟发最后一批")


class IncomeLine(Part):
    province: str
    year: int
    effective_from: date
    value: int
    document: str


class IncomeFile(PolicyFile):
    lines: tuple[IncomeLine, ...] = ()


class CalendarFile(PolicyFile):
    """Years whose holidays the State Council has announced; other years are 暂估."""

    announced: tuple[int, ...]


class TextsFile(PolicyFile):
    texts: dict[Name, str]


class CountyFile(PolicyFile):
    """The county's choices among what the other files offer."""

    name: str
    label: str
    province: str
    profile: str
    procedure: Name
    four_together: bool = Field(description="四个同步")
    officials_term: str = "监测对象"


class Policy(Part):
    """Everything a county has decided, read and checked; `digest` is the hash of the content."""

    digest: str
    county: CountyFile
    posts: dict[str, PostRule]
    profiles: dict[str, Profile]
    procedures: dict[str, Procedure]
    forms: dict[str, Form]
    routing: dict[str, tuple[Told, ...]]
    ladders: dict[str, tuple[RungRule, ...]]
    levels: LevelsFile
    clues: ClueRulesFile
    quiet: QuietFile
    income: IncomeFile
    calendar: CalendarFile
    texts: dict[str, str]

    @property
    def profile(self) -> Profile:
        return self.profiles[self.county.profile]

    @property
    def procedure(self) -> Procedure:
        return self.procedures[self.county.procedure]

    def dumped(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
