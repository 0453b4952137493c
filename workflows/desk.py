"""What every use case needs at hand: the time, the policy in force, the frozen ones, the audit."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.calendar import Calendar
from config.clock import LocalTime
from config.models import Policy
from notifications.quiet import Hours
from notifications.roster import Areas
from storage.inserting import insert_rows
from storage.work import Audit, PolicyVersion
from workflows.dates import Schedule, schedule

SCHEDULES = 10_000


class Desk:
    """The county's desk: one per process."""

    def __init__(self, policy: Policy, time: LocalTime) -> None:
        self.policy = policy
        self.time = time
        self.calendar = Calendar(policy.calendar.announced)
        self.hours = Hours(policy.quiet, self.calendar, time.zone)
        self.areas = Areas()
        self._frozen: dict[str, Policy] = {policy.digest: policy}
        self._kept: set[str] = set()
        self._schedules: dict[tuple[Any, ...], Schedule] = {}

    def now(self) -> datetime:
        return self.time.now()

    def today(self) -> date:
        return self.time.today()

    async def keep_policy(self, session: AsyncSession) -> None:
        """Stores the policy in force by its digest, once, so that cases can freeze it."""
        if self.policy.digest in self._kept:
            return
        kept = select(PolicyVersion.digest).where(PolicyVersion.digest == self.policy.digest)
        if await session.scalar(kept) is not None:
            self._kept.add(self.policy.digest)
        else:
            version = PolicyVersion(
                digest=self.policy.digest, content=self.policy.dumped(), stored_at=self.now()
            )
            session.add(version)
            await session.flush()

    async def policy_of(self, session: AsyncSession, digest: str) -> Policy:
        """The policy frozen under `digest` (promise 4)."""
        if digest not in self._frozen:
            version = await session.get_one(PolicyVersion, digest)
            self._frozen[digest] = Policy.model_validate(version.content)
        return self._frozen[digest]

    def schedule(
        self, policy: Policy, profile: str, procedure: str, start: date, limit: date | None = None
    ) -> Schedule:
        """The dates of a case; a list brings hundreds with the same, so they are remembered."""
        about = (policy.digest, profile, procedure, start, limit)
        if about not in self._schedules:
            if len(self._schedules) >= SCHEDULES:
                self._schedules.clear()
            rules = policy.profiles[profile], policy.procedures[procedure]
            self._schedules[about] = schedule(*rules, start, self.calendar, limit)
        return self._schedules[about]

    def record(
        self,
        session: AsyncSession,
        action: str,
        *,
        actor: int | None = None,
        case_id: int | None = None,
        task_id: int | None = None,
        **detail: Any,
    ) -> None:
        """Adds the audit row of what is being done, to be committed with it (promise 1)."""
        row = Audit(
            at=self.now(), actor_id=actor, action=action, case_id=case_id, task_id=task_id, detail=detail
        )
        session.add(row)

    async def record_all(
        self, session: AsyncSession, action: str, about: Iterable[tuple[int, dict[str, Any]]]
    ) -> None:
        """The audit rows of the same action on many cases: the case and the details of each."""
        same = {"at": self.now(), "actor_id": None, "action": action, "task_id": None}
        await insert_rows(
            session, Audit, ({**same, "case_id": case_id, "detail": detail} for case_id, detail in about)
        )
