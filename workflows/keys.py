"""Keys of departments' programs: random, shown once, kept as a digest; each has a name and an owner."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.gate import ApiKey
from workflows.desk import Desk

BEGINNING = "jt"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who hands in; `dept` None: for every department."""

    key_id: int
    name: str
    dept: str | None

    def may_send(self, dept: str) -> bool:
        return self.dept in (None, dept)


async def add_key(session: AsyncSession, desk: Desk, name: str, dept: str | None, until: date | None) -> str:
    """A new key, which can never be read again. The caller commits."""
    mark = secrets.token_hex(4)
    key = f"{BEGINNING}_{mark}_{secrets.token_hex(32)}"
    made = desk.now()
    session.add(ApiKey(name=name, dept=dept, mark=mark, digest=_digest(key), made_at=made, expires_on=until))
    desk.record(session, "key.added", name=name, mark=mark, dept=dept, until=until and until.isoformat())
    return key


async def live_key(session: AsyncSession, name: str) -> ApiKey | None:
    """The key of this name that has not been revoked."""
    query = select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
    return (await session.scalars(query)).first()


async def all_keys(session: AsyncSession) -> Sequence[ApiKey]:
    return (await session.scalars(select(ApiKey).order_by(ApiKey.id))).all()


def revoke_key(session: AsyncSession, desk: Desk, key: ApiKey) -> None:
    """From the commit on nobody gets in with it."""
    key.revoked_at = desk.now()
    desk.record(session, "key.revoked", name=key.name, mark=key.mark)


async def caller(session: AsyncSession, today: date, shown: str) -> Caller | None:
    """Whose key this is; None where it is unknown, revoked or past its last day."""
    mark = "".join(shown.split("_")[1:2])
    kept = (await session.scalars(select(ApiKey).where(ApiKey.mark == mark))).first()
    same = hmac.compare_digest(_digest(shown), kept.digest if kept else _digest(""))
    if kept is None or not same or not is_good(kept, today):
        return None
    return Caller(kept.id, kept.name, kept.dept)


def is_good(key: ApiKey, today: date) -> bool:
    return key.revoked_at is None and (key.expires_on is None or today <= key.expires_on)


def _digest(key: str) -> str:
    """Plain SHA-256: a key of 256 random bits cannot be guessed from it."""
    return hashlib.sha256(key.encode()).hexdigest()
