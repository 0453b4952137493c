"""The auditor at work: one in all processes leads, and goes its rounds once a minute."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import Clock
from config.wording import day_text, fill
from notifications import outbox
from notifications.outbox import Lane
from storage.engine import Database, is_away, later
from storage.leading import lead
from storage.listening import pause
from storage.work import Marker
from workflows import meters
from workflows.auditing.canary import Sung, sing
from workflows.auditing.checks import CHECKS, LASTING, PASSING, Bounds, Check, bounds, found
from workflows.auditing.mending import MENDS
from workflows.auditing.telling import Round, news
from workflows.desk import Desk

log = structlog.get_logger(__name__)
ROUND_SECONDS = 60.0
LASTING_EVERY = 60  # rounds
STRETCH = 5_000
AT_MOST = 200
TOLD = "audit:"

Ping = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Operators:
    """Whom the auditor tells: a chat, and an address that expects a call as long as all is well."""

    chat_id: int | None = None
    ping: Ping | None = None


class Auditor:
    """Looks, mends, tells; a promise that holds costs a handful of small queries."""

    def __init__(self, database: Database, desk: Desk, real: Clock, operators: Operators) -> None:
        self.database = database
        self.desk = desk
        self.real = real
        self.operators = operators
        self._suspects: dict[str, frozenset[int]] = {}
        self._standing: dict[str, int] = {}
        self._rounds = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Goes its rounds while it leads, until told to stop."""
        await lead(self.database, "auditor", stop, self._run)

    async def _run(self, end: asyncio.Event) -> None:
        while not end.is_set():
            with later(log, "audit_later"):
                await self.round()
            await pause(end, ROUND_SECONDS)

    async def round(self) -> Round:
        """One look at what passes, every sixtieth also at what must hold for good; mended, told, counted."""
        mended: dict[str, int] = {}
        standing = await self._passing(mended)
        if self._rounds % LASTING_EVERY == 0:
            self._standing = await self._lasting(mended)
        self._rounds += 1
        seen = Round(mended, {**standing, **self._standing})
        sung = await self._speak(seen)
        _count(seen, sung)
        if seen.well and not sung.late and not sung.lost and self.operators.ping is not None:
            meters.PINGS.labels("answered" if await self.operators.ping() else "failed").inc()
        return seen

    # --- looking ---------------------------------------------------------------------------------

    async def _passing(self, mended: dict[str, int]) -> dict[str, int]:
        """What stood at the last look as well."""
        at, standing = self._bounds(), {}
        for check in PASSING:
            ids = frozenset(await self._look(found(check, at, check.row > 0).limit(AT_MOST)))
            twice = ids & self._suspects.get(check.name, frozenset())
            self._suspects[check.name] = ids
            if twice and (left := await self._mend(check, sorted(twice), mended)):
                standing[check.name] = left
        return standing

    async def _lasting(self, mended: dict[str, int]) -> dict[str, int]:
        """Whole tables, a stretch of ids at a time, so that nobody waits for the auditor."""
        standing: dict[str, int] = {}
        for check in LASTING:
            last = (await self._look(select(func.max(check.row))))[0] or 0
            for first in range(0, last + 1, STRETCH):
                stretch = check.row.between(first, first + STRETCH - 1)
                ids = await self._look(found(check, self._bounds(), stretch))
                if ids and (left := await self._mend(check, ids, mended)):
                    standing[check.name] = standing.get(check.name, 0) + left
        return standing

    def _bounds(self) -> Bounds:
        return bounds(self.desk, self.real.now())

    async def _look(self, query: Select[Any]) -> Sequence[int]:
        async with self.database.reading() as session:
            return (await session.scalars(query)).all()

    # --- mending ---------------------------------------------------------------------------------

    async def _mend(self, check: Check, ids: Sequence[int], mended: dict[str, int]) -> int:
        """Puts rows right, some in each commit; how many stand all the same."""
        left = 0
        for start in range(0, len(ids), AT_MOST):
            some = ids[start : start + AT_MOST]
            async with self.database.writing() as session:
                wrong = await self._wrong(session, check, some)
                still = await self._mend_some(session, check, wrong) if wrong else []
            left += len(still)
            if len(wrong) > len(still):
                mended[check.name] = mended.get(check.name, 0) + len(wrong) - len(still)
        return left

    async def _mend_some(self, session: AsyncSession, check: Check, wrong: Sequence[int]) -> Sequence[int]:
        """A mend that fails is a finding, not the end of the round."""
        if check.name not in MENDS:
            return wrong
        try:
            await MENDS[check.name](session, self.desk, wrong)
            await session.flush()
            still = await self._wrong(session, check, wrong)
        except Exception as error:
            if is_away(error):
                raise
            log.warning("mending_failed", check=check.name, ids=list(wrong[:10]), error=type(error).__name__)
            return wrong
        put_right = sorted(set(wrong) - set(still))
        self.desk.record(session, "audit.mended", check=check.name, ids=put_right)
        await session.commit()
        log.warning("mended", check=check.name, ids=put_right[:10], count=len(put_right))
        return still

    async def _wrong(self, session: AsyncSession, check: Check, ids: Sequence[int]) -> Sequence[int]:
        return (await session.scalars(found(check, self._bounds(), check.row.in_(ids)))).all()

    # --- telling ---------------------------------------------------------------------------------

    async def _speak(self, seen: Round) -> Sung:
        """The canary, and the news if there are any, in one commit."""
        chat_id = self.operators.chat_id
        if chat_id is None:
            return Sung()
        async with self.database.writing() as session:
            sung = await sing(session, self.desk, chat_id, well=seen.well)
            await self._tell(session, chat_id, seen)
            await session.commit()
        return sung

    async def _tell(self, session: AsyncSession, chat_id: int, seen: Round) -> None:
        texts, now = self.desk.policy.texts, self.desk.now()
        told = await _told(session)
        what = news(texts, seen, told, now)
        if what.lines:
            head = fill(texts["list_audit"], {"date": day_text(self.desk.today())})
            outbox.reply(session, chat_id, "\n".join((head, *what.lines)), now, lane=Lane.pressing)
        if what.told != told:
            await session.execute(delete(Marker).where(Marker.name.startswith(TOLD)))
            session.add_all(Marker(name=TOLD + name, value=at.isoformat()) for name, at in what.told.items())


async def _told(session: AsyncSession) -> Mapping[str, datetime]:
    rows = await session.scalars(select(Marker).where(Marker.name.startswith(TOLD)))
    return {row.name.removeprefix(TOLD): datetime.fromisoformat(row.value) for row in rows}


def _count(seen: Round, sung: Sung) -> None:
    for check in CHECKS:
        meters.FOUND.labels(check.name).set(seen.found.get(check.name, 0))
        meters.MENDED.labels(check.name).inc(seen.mended.get(check.name, 0))
    meters.CANARY_MISSING.set(sung.late or sung.lost)
    meters.ROUNDS.inc()
    meters.LAST_ROUND.set_to_current_time()
