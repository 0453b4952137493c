"""Many cases agreed to by one confirmation: those with nothing against them, each by itself (domain §4.6)."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from storage.work import Task
from workflows.apart import may_check
from workflows.authority import Person
from workflows.brief import doubtful
from workflows.desk import Desk
from workflows.record import Record, record_of
from workflows.submitting import Finished, finish_step
from workflows.todo import Waiting, waiting_for
from workflows.words import household_facts

STEPS: Mapping[str, str] = {"together_county": "county", "together_town": "town"}
SHOWN = "shown"
UNDECIDED = "unsure"
MOST = 20


@dataclass(frozen=True, slots=True)
class Ready:
    """A case whose check needs no look of its own."""

    task: Task
    record: Record
    who: str

    @property
    def name(self) -> str:
        return f"t{self.task.id}"

    @property
    def line(self) -> str:
        return f"{self.who} {self.record.sheets['a2'].said('proposed')}"


async def ready_for(session: AsyncSession, desk: Desk, person: Person, form: str) -> list[Ready]:
    """The person's checks of that step with nothing against them, at most 20, the earliest due first."""
    step, found = STEPS[form], list[Ready]()
    for one in await waiting_for(session, desk, person):
        mine = one.task.step == step and len(found) < MOST
        if mine and (ready := await _ready(session, desk, person, one)):
            found.append(ready)
    return found


async def _ready(session: AsyncSession, desk: Desk, person: Person, one: Waiting) -> Ready | None:
    if one.case is None or not await may_check(session, desk, person.id, one.task):
        return None
    record = await record_of(session, desk, one.case)
    who = str(household_facts(desk.areas, record.household)["who"])
    return Ready(one.task, record, who) if _fits(record) else None


def _fits(record: Record) -> bool:
    """Collected, reviewed, posted without objection, and nothing that somebody should look at."""
    sheets = record.sheets
    if sheets["a2"].answers.get("proposed", UNDECIDED) == UNDECIDED:
        return False
    if sheets["review"].answers.get("result") != "passed" or sheets["publicity"].submission is None:
        return False
    return not [*doubtful(record)]


async def agree(
    session: AsyncSession, desk: Desk, person: Person, form: str, answers: Mapping[str, Any], shown: Set[str]
) -> None:
    """Each case that was shown and not excepted is agreed to as if it had been opened; the caller commits.

    One that has come to be ready meanwhile was not seen, and waits; one that is no longer is left as it is.
    """
    wanted, day = shown - {*answers["except_for"]}, date.fromisoformat(answers["happened_on"])
    for one in await ready_for(session, desk, person, form):
        if one.name in wanted:
            sheet = Finished(STEPS[form], _sheet(form, one, answers), _OUTCOMES[form], day)
            await finish_step(session, desk, person, one.task, sheet)


_OUTCOMES = {"together_county": "approved", "together_town": "agreed"}


def _sheet(form: str, one: Ready, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The sheet of the step, as a person would have filled it in."""
    day = answers["happened_on"]
    if form == "together_town":
        return {"sampled": answers["sampled"], "opinion": "agree", "happened_on": day}
    category = one.record.sheets["a2"].answers["proposed"]
    return {"decision": "approve", "happened_on": day, "category": category, "batch": answers["batch"]}
