"""Cases on their road: opened, moved on by outcomes, sent back, handed up, closed (domain §2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Effect, Outcome, Policy, Procedure
from storage.inserting import made
from storage.register import Clue, Household
from storage.work import Case, Draft, Task
from workflows import events
from workflows.apart import in_the_same_hands
from workflows.desk import Desk
from workflows.events import Subject
from workflows.followups import begin_follow_up, end_follow_up
from workflows.income import line_in_force
from workflows.procedure import Facts, StepFact, openable, settled, undone_by
from workflows.recipients import desk_above
from workflows.tasks import (
    Opening,
    case_schedule,
    open_tasks,
    open_tasks_of,
    renew_dates,
    renew_rungs,
    retire,
    silence,
    step_days,
)
from workflows.words import answers_in_words


@dataclass(frozen=True, slots=True)
class Act:
    """A finished answer sheet: how the step ended, on which day, by whom."""

    outcome: str
    happened_on: date
    answers: Mapping[str, Any]
    actor: int
    marks: Sequence[str] = ()


@dataclass(slots=True)
class Numbers:
    """Case numbers of a day, DP-260312-07; they never change and are never used twice.

    `last`: the last one given, None where the day has none yet.
    """

    day: date
    last: str | None

    def take(self, count: int) -> list[str]:
        used = int((self.last or "0").rpartition("-")[2])
        taken = [f"DP-{self.day:%y%m%d}-{used + nth:02d}" for nth in range(1, count + 1)]
        self.last = taken[-1] if taken else self.last
        return taken


async def numbers_of(session: AsyncSession, day: date) -> Numbers:
    last = select(Case.number).where(Case.opened_on == day).order_by(Case.id.desc()).limit(1)
    return Numbers(day, await session.scalar(last))


def new_case(desk: Desk, household: Household, number: str, start: date, *, urgent: bool) -> Case:
    """A case under the policy in force today, which stays its policy (promise 4)."""
    policy = desk.policy
    case = made(
        Case,
        number=number,
        household_id=household.id,
        region_code=household.region_code,
        policy_digest=policy.digest,
        profile=policy.county.profile,
        procedure=policy.county.procedure,
        start_on=start,
        opened_on=desk.today(),
        limit_on=start,
        urgent=urgent,
        stage="verifying",
        words="",
    )
    case.limit_on = case_limit(desk, policy, case)
    return case


def case_limit(desk: Desk, policy: Policy, case: Case) -> date:
    """The total limit by the profile, counted from the case's start."""
    return desk.schedule(policy, case.profile, case.procedure, case.start_on).limit


async def redate(session: AsyncSession, desk: Desk, policy: Policy, case: Case, *, later: bool) -> None:
    """The start or the limit has moved: the open main tasks get new dates, a new due version, new rungs.

    A later limit gives more days from today on, never fewer. With an earlier start the dates are
    those of a case that had begun then: the order in which its signals came in makes no difference.
    """
    dates = case_schedule(desk, policy, case).steps
    steps = policy.procedures[case.procedure].steps
    for task in await open_tasks_of(session, case.id):
        if task.step in dates and task.procedure == case.procedure:
            ends_on = task.opens_on if steps[task.step].opens_on == "last_publicity_day" else None
            since = desk.today() if later else task.opens_on
            task.planned_on, task.latest_on, due = step_days(desk, dates[task.step], ends_on, since)
            task.due_on = max(task.due_on, due) if later else due
            await renew_dates(session, desk, policy, task, case)


# --- an outcome --------------------------------------------------------------------------------


async def apply(session: AsyncSession, desk: Desk, task: Task, act: Act) -> Outcome:
    """What the outcome of a step does to the case, all in the caller's commit (promise 1).

    The case has its own outcomes; one that only the form of today knows is that of today's procedure.
    """
    case = await session.get_one(Case, task.case_id)
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {case.region_code, task.region_code})
    policy = await desk.policy_of(session, case.policy_digest)
    step = policy.procedures[task.procedure].steps[task.step]
    outcomes = {**desk.policy.procedures[task.procedure].steps[task.step].outcomes, **step.outcomes}
    name = settled(outcomes, act.outcome, task.attempts + 1)
    outcome = outcomes[name]
    road = _Road(session, desk, policy, case, household)
    said = answers_in_words(policy, task, act.answers)
    await road.note_marks(task, act, said)
    await road.effect(task, name, outcome, act, said)
    if outcome.tells:
        await road.tell(outcome.tells, task, {**said, "result": outcome.label})
    if case.closed_on is None:
        await road.onward()
        await road.take_apart()
    desk.record(
        session,
        f"{task.step}.{name}",
        actor=act.actor,
        case_id=case.id,
        task_id=task.id,
        happened_on=act.happened_on.isoformat(),
    )
    return outcome


async def onward(session: AsyncSession, desk: Desk, case: Case) -> None:
    """Opens what the procedure lets open on a case that stands still; the caller commits."""
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {case.region_code})
    policy = await desk.policy_of(session, case.policy_digest)
    await _Road(session, desk, policy, case, household).from_standing()


class _Road:
    """One case while an outcome moves it."""

    def __init__(
        self, session: AsyncSession, desk: Desk, policy: Policy, case: Case, household: Household
    ) -> None:
        self.session = session
        self.desk = desk
        self.policy = policy
        self.case = case
        self.household = household

    @property
    def procedure(self) -> Procedure:
        return self.policy.procedures[self.case.procedure]

    async def tell(self, event: str, task: Task, said: Mapping[str, str]) -> None:
        subject = Subject(self.policy, self.case, self.household, task)
        await events.tell(self.session, self.desk, subject, event, said)

    async def note_marks(self, task: Task, act: Act, said: Mapping[str, str]) -> None:
        """A danger makes the case urgent and is told to the township at once; a death is told too."""
        if "danger" in act.marks:
            self.case.urgent = True
        form = self.policy.forms[self.policy.procedures[task.procedure].steps[task.step].form]
        for mark in form.marks:
            if mark.name in act.marks and mark.tells:
                await self.tell(mark.tells, task, said)

    async def effect(
        self, task: Task, name: str, outcome: Outcome, act: Act, said: Mapping[str, str]
    ) -> None:
        match outcome.effect:
            case Effect.done:
                await self._done(task, name, act)
            case Effect.again:
                self._again(task, outcome, act)
            case Effect.back:
                await self._back(task, name, outcome, act, said)
            case Effect.hand_up:
                await self.hand_up(task)
            case Effect.close:
                await self._done(task, name, act)
                await self._close(outcome, act)
        for side in outcome.opens:
            await self._open(side)
        if outcome.opens and outcome.effect is Effect.again:
            await silence(self.session, [task.id])

    async def _done(self, task: Task, name: str, act: Act) -> None:
        task.state, task.outcome = "done", name
        task.happened_on, task.recorded_at = act.happened_on, self.desk.now()
        await retire(self.session, self.desk, [task.id])
        await self._after(task, name, act)

    async def _after(self, task: Task, name: str, act: Act) -> None:
        """What single steps leave behind on the case."""
        if task.step == self.procedure.first and name == "candidate":
            self.case.candidate_on, self.case.stage = act.happened_on, "recognising"
        if task.step in (self.procedure.first, "recheck"):
            await settle_clues(self.session, self.case, name, act.happened_on)
        if task.procedure == "followup":
            await end_follow_up(self.session, self.desk, self.policy, self.case, self.household, act)
        if "category" in act.answers:
            self.case.category = str(act.answers["category"])
        if task.step == "county":
            line = line_in_force(self.desk.policy, act.happened_on)
            self.case.income_line = f"{line.value}（{line.document}）" if line else None
        if task.step == self.procedure.last:
            self.case.recognised_on, self.case.stage = act.happened_on, "following"
            await begin_follow_up(
                self.session, self.desk, self.policy, self.case, self.household, act.happened_on
            )

    def _again(self, task: Task, outcome: Outcome, act: Act) -> None:
        """Another attempt on another day; the dates stay. Only what has a limit is counted."""
        task.attempts += outcome.limit is not None
        planned = next((act.answers.get(k) for k in ("later_on", "next_on") if act.answers.get(k)), None)
        task.expected_on = date.fromisoformat(planned) if planned else None

    async def _back(self, task: Task, name: str, outcome: Outcome, act: Act, said: Mapping[str, str]) -> None:
        """退回: the step is reopened whole, and what rests on it is to be done again."""
        undone = undone_by(outcome, task.step)
        query = select(Task).where(Task.case_id == self.case.id, Task.procedure == self.case.procedure)
        for other in (await self.session.scalars(query)).all():
            if other.step in undone and other.state in ("open", "done"):
                other.state = "returned" if other.state == "done" else "cancelled"
                await retire(self.session, self.desk, [other.id])
        task.state, task.outcome = "returned", name
        task.happened_on, task.recorded_at = act.happened_on, self.desk.now()
        assert outcome.to is not None
        await self.session.flush()
        facts = {"reason": _why(said) or outcome.label, "post": self.policy.posts[task.post].label}
        asks = None if outcome.asks is None else asked_again(act.answers.get(outcome.asks))
        await self._open(outcome.to, kind="task_returned", facts=facts, asks=asks)

    async def take_apart(self) -> None:
        """A check that nobody else at its desk could do goes to the desk above."""
        await self.session.flush()
        for task in await in_the_same_hands(self.session, self.desk, self.policy, self.case):
            await self.hand_up(task)
            reason = self.desk.policy.texts["same_hands"]
            await self.tell("handed_up", task, {"reason": reason})

    async def hand_up(self, task: Task) -> None:
        """The desk above takes the task over; the dates stay, the rungs are counted anew."""
        task.post, task.region_code = desk_above(
            self.desk.areas, self.policy.posts, (task.post, task.region_code)
        )
        task.assigned_id, task.attempts = None, 0
        await renew_rungs(self.session, self.desk, self.policy, task, self.case.limit_on)

    async def _close(self, outcome: Outcome, act: Act) -> None:
        case = self.case
        case.closed_on, case.result, case.stage = act.happened_on, outcome.result, "closed"
        if outcome.stops_clock:
            case.clock_stopped_on = act.happened_on
        if outcome.ask_again_days:
            case.ask_again_on = act.happened_on + timedelta(days=outcome.ask_again_days)
        await settle_clues(self.session, case, outcome.result or "closed", act.happened_on)
        left = await open_tasks_of(self.session, case.id)
        for task in left:
            task.state = "cancelled"
        await retire(self.session, self.desk, [task.id for task in left])
        await drop_drafts(self.session, [task.id for task in left])

    # --- what opens next ----------------------------------------------------------------------

    async def onward(self) -> None:
        """Opens every step whose turn has come."""
        await self.session.flush()
        together = self.policy.county.four_together
        for step in openable(self.procedure, await self._facts(), together=together):
            await self._open(step)

    async def from_standing(self) -> None:
        """The same for a case of which nothing is open; without its first step it begins anew."""
        first = self.procedure.first
        if (await self._facts()).get(first, StepFact()).done:
            await self.onward()
        else:
            await self._open(first)

    async def _facts(self) -> Facts:
        query = select(Task).where(Task.case_id == self.case.id, Task.procedure == self.case.procedure)
        facts: dict[str, StepFact] = {}
        for task in (await self.session.scalars(query)).all():
            before = facts.get(task.step, StepFact())
            facts[task.step] = StepFact(
                before.open or task.state == "open", before.done or task.state == "done", before.rounds + 1
            )
        return facts

    async def _open(
        self,
        step: str,
        kind: str = "task_opened",
        facts: dict[str, Any] | None = None,
        asks: Sequence[str] | None = None,
    ) -> None:
        """Opens a step; publicity opens on the last of its whole days."""
        rounds = (await self._facts()).get(step, StepFact()).rounds
        opens_on = None
        if self.procedure.steps[step].opens_on == "last_publicity_day":
            kind, opens_on, facts = await self._publicity()
        opening = Opening(
            case=self.case,
            household=self.household,
            step=step,
            procedure=self.case.procedure,
            kind="measures_due" if step == "measures" else kind,
            round=rounds + 1,
            opens_on=opens_on,
            asks=asks,
            facts=facts or {},
        )
        await open_tasks(self.session, self.desk, self.policy, [opening])

    async def _publicity(self) -> tuple[str, date, dict[str, Any]]:
        posted = await self.session.scalar(
            select(func.max(Task.happened_on)).where(
                Task.case_id == self.case.id, Task.step.in_(self._posting()), Task.state == "done"
            )
        )
        start = posted or self.desk.today()
        days = self.policy.profiles[self.case.profile].publicity_days
        last = start + timedelta(days=days)
        first = start + timedelta(days=1)
        span = {"first": f"{first.month}月{first.day}日", "end": f"{last.month}月{last.day}日", "days": days}
        return "publicity_ends", last, span

    def _posting(self) -> tuple[str, ...]:
        steps = self.procedure.steps.values()
        return next(step.after for step in steps if step.opens_on == "last_publicity_day")


def _why(said: Mapping[str, str]) -> str:
    """收支（前后对不上）。和存折差得多：what was sent back, why, and what was added."""
    what, why, note = said.get("reason") or said.get("lacking"), said.get("why"), said.get("note")
    return f"{what or ''}{f'（{why}）' if why else ''}{f'。{note}' if note else ''}"


def asked_again(chosen: Any) -> list[str]:
    """The groups and questions that an answer names."""
    return [chosen] if isinstance(chosen, str) else list(chosen or ())


async def drop_drafts(session: AsyncSession, task_ids: Sequence[int]) -> None:
    """Unfinished sheets of tasks that are over can no longer be submitted."""
    if task_ids:
        stale = Draft.task_id.in_(task_ids) & (Draft.state == "open")
        await session.execute(update(Draft).where(stale).values(state="dropped"))


async def drop_other_drafts(session: AsyncSession, task_id: int, kept: int | None) -> None:
    """Somebody finished the step: the sheets others had begun for it are put away."""
    stale = (Draft.task_id == task_id) & (Draft.state == "open") & (Draft.id != kept)
    await session.execute(update(Draft).where(stale).values(state="dropped"))


async def settle_clues(session: AsyncSession, case: Case, result: str, on: date) -> None:
    """Every clue of the check gets its own result (domain §3.3a)."""
    mine = (Clue.case_id == case.id) & (Clue.state == "open")
    await session.execute(update(Clue).where(mine).values(state="done", result=result, result_on=on))
