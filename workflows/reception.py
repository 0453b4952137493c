"""Where programs hand in clues: who they are, what became of each clue, one answer to one request."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Database
from storage.gate import Answer
from storage.inserting import insert_rows
from workflows import keys
from workflows.desk import Desk
from workflows.imports.handed import KNOWN, REFUSED, Fate, Record, import_records
from workflows.keys import Caller

KEPT_DAYS = 7

Said = dict[str, Any]


class AnotherContent(ValueError):
    """The Idempotency-Key has been used for another request."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request under its Idempotency-Key, both as digests."""

    name: str
    content_hash: str

    @classmethod
    def of(cls, key: str, body: bytes) -> "Once":
        return cls(_digest(key.encode()), _digest(body))


class Reception:
    """Takes requests in; one process has one, so that the same request waits for itself."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self.database = database
        self.desk = desk
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def caller(self, shown: str) -> Caller | None:
        async with self.database.reading() as session:
            return await keys.caller(session, self.desk.today(), shown)

    async def hand_in(
        self, caller: Caller, records: Sequence[Record], body: bytes, idempotency_key: str | None
    ) -> Said:
        """What is said of every clue, after the commit of all. Raises `FileRefused`, `AnotherContent`.

        A key is bound to its content before anything is taken in, whatever happens then. The same request
        at the same time waits for its turn; between processes the answer kept first is everybody's.
        """
        once = Once.of(idempotency_key, body) if idempotency_key is not None else None
        turn = once.name if once else _digest(body)
        async with self._turns.setdefault(f"{caller.key_id} {turn}", asyncio.Lock()):
            if once and (said := await self._bound(caller, once)) is not None:
                return said
            name = f"请求（{caller.name}）"
            fates = await import_records(name, records, self.database, self.desk, caller.may_send)
            said = _said(fates)
            return await self._keep(caller, once, said) if once else said

    async def _bound(self, caller: Caller, once: Once) -> Said | None:
        """Binds the key to the content; what was answered already. Raises `AnotherContent`."""
        row = {"key_id": caller.key_id, "name": once.name, "content_hash": once.content_hash}
        async with self.database.claiming() as session:
            await insert_rows(
                session, Answer, [{**row, "said": None, "kept_at": self.desk.now()}], unless_there=True
            )
            kept = (await session.scalars(select(Answer).where(_is(caller, once)))).one()
            await session.commit()
        if kept.content_hash != once.content_hash:
            raise AnotherContent
        return kept.said

    async def _keep(self, caller: Caller, once: Once, said: Said) -> Said:
        """Keeps the answer, unless another process was first; then it is that one's."""
        async with self.database.claiming() as session:
            kept = (await session.scalars(select(Answer).where(_is(caller, once)).with_for_update())).first()
            if kept is not None and kept.said is None:
                kept.said, kept.kept_at = said, self.desk.now()
            await session.commit()
        return kept.said or said if kept is not None else said


def _is(caller: Caller, once: Once) -> ColumnElement[bool]:
    return (Answer.key_id == caller.key_id) & (Answer.name == once.name)


def _said(fates: Sequence[Fate]) -> Said:
    states = [fate.state for fate in fates]
    known, refused = states.count(KNOWN), states.count(REFUSED)
    return {
        "received": len(fates),
        "taken": len(fates) - known - refused,
        "known": known,
        "refused": refused,
        "clues": [_of_one(fate) for fate in fates],
    }


def _of_one(fate: Fate) -> Said:
    faults = [{"field": one.column or None, "reason": one.reason} for one in fate.faults]
    return {"row": fate.row, "signal_id": fate.signal_id, "state": fate.state, "faults": faults}


async def stale_answers(session: AsyncSession, desk: Desk) -> bool:
    """Whether any answer has been kept long enough."""
    old = select(Answer.id).where(Answer.kept_at < desk.now() - timedelta(days=KEPT_DAYS))
    return await session.scalar(old.limit(1)) is not None


async def forget_answers(session: AsyncSession, desk: Desk) -> int:
    """Drops the answers kept for `KEPT_DAYS`; how many. The caller commits."""
    old = delete(Answer).where(Answer.kept_at < desk.now() - timedelta(days=KEPT_DAYS)).returning(Answer.id)
    return len((await session.scalars(old)).all())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
