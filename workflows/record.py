"""What is on record of a case: the household, its places, and the sheet of each form that counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Form, Policy, Question, Tier
from config.wording import village_name
from storage.people import Official
from storage.register import Household
from storage.work import Case, Submission, Task
from workflows.desk import Desk
from workflows.forms import shown
from workflows.open_form import OpenForm, PartOfForm

NOT_YET = "（还没登记）"
FACTS = {"due": "", "limit": "", "income_line": 0}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was submitted, and the one before it that was sent back; empty where it is not done."""

    form: OpenForm
    submission: Submission | None
    before: Submission | None = None

    @property
    def answers(self) -> Mapping[str, Any]:
        return self.submission.answers if self.submission else {}

    def said(self, name: str) -> str:
        """The answer in words; what is worked out from others too."""
        answers = self.answers
        figures = self.form.figures(answers) if answers else {}
        if name in figures:
            return str(figures[name])
        return (
            shown(self.form, self.form.question(name), answers[name], answers) if name in answers else NOT_YET
        )

    def changed(self) -> list[str]:
        """What is answered otherwise than before it was sent back, by the short names of the questions."""
        if self.before is None:
            return []
        both = {**self.before.answers, **self.answers}
        names = [name for name in both if self.before.answers.get(name) != self.answers.get(name)]
        asked = (self.form.question(name) for name in names)
        return list(dict.fromkeys(one.summary or one.label for one in asked))

    def number(self, name: str) -> int:
        """A number that was answered or worked out; 0 where it was not."""
        return int(self.form.bound(self.answers).get(name) or 0)

    @property
    def on(self) -> date | None:
        return self.submission.happened_on if self.submission else None

    def several(self, group: str) -> Sequence[tuple[PartOfForm, Mapping[str, str]]]:
        """Each one of a group that repeats: its answers in words, by the plain names of the questions."""
        found = []
        for part, questions in self.form.parts(self.answers):
            if part is not None and part.group.name == group:
                found.append((part, dict(self._plain(questions))))
        return found

    def _plain(self, questions: Sequence[Question]) -> Sequence[tuple[str, str]]:
        answered = (one for one in questions if one.name in self.answers)
        return [(one.name.rpartition(".")[2], self.said(one.name)) for one in answered]


@dataclass(frozen=True, slots=True)
class Record:
    """A case with everything its papers say."""

    case: Case
    household: Household
    policy: Policy
    county: str
    town: str
    village: str
    group: str
    helper: str
    sheets: Mapping[str, Sheet]

    @property
    def place(self) -> str:
        return self.town + self.village

    @property
    def head(self) -> str:
        return self.household.head_name or ""


async def record_of(session: AsyncSession, desk: Desk, case: Case) -> Record:
    """Everything that is known of the case; a step sent back and done again counts as it was done last."""
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {household.region_code, household.village_code})
    policy = await desk.policy_of(session, case.policy_digest)
    helper = await session.get(Official, household.helper_id) if household.helper_id else None
    areas = desk.areas

    def named(tier: Tier) -> str:
        code = areas.above(household.village_code, tier)
        return areas.name(code) if code else ""

    own = household.region_code
    return Record(
        case=case,
        household=household,
        policy=policy,
        county=named(Tier.county),
        town=named(Tier.township),
        village=village_name(areas.name(household.village_code)),
        group=areas.name(own) if areas.tier(own) is Tier.grid else "",
        helper=helper.name if helper else "",
        sheets=await _sheets(session, {**desk.policy.forms, **policy.forms}, case),
    )


async def _sheets(session: AsyncSession, forms: Mapping[str, Form], case: Case) -> Mapping[str, Sheet]:
    """Of each form the last sheet whose step stands; a form that the case began without is today's."""
    query = (
        select(Submission, Task.state)
        .join(Task, Task.id == Submission.task_id)
        .where(Submission.case_id == case.id, Task.state != "cancelled")
        .order_by(Submission.id)
    )
    stands, before = dict[str, Submission](), dict[str, Submission]()
    for submission, state in await session.execute(query):
        (before if state == "returned" else stands)[submission.form] = submission
    return {
        name: Sheet(OpenForm(form, FACTS), stands.get(name), before.get(name)) for name, form in forms.items()
    }
