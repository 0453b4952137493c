"""The real thing with a fictional county in it: imports, database, wiring, sender; phones that listen."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from oracle.lists import County
from sqlalchemy import select

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from jintang.wiring import Jintang, jintang
from notifications.channel import Outcome, Outgoing, Result
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.people import Official
from storage.register import Clue, Household
from tests import databases
from workflows.imports import import_file


@dataclass
class Phones:
    """A messenger that takes everything and remembers when."""

    clock: SetClock
    heard: list[tuple[datetime, int, str]] = field(default_factory=list)
    name: str = "phones"
    edits: int = 0

    async def answers(self) -> bool:
        return True

    async def send(self, message: Outgoing) -> Outcome:
        if message.edits_message is not None:
            self.edits += 1
            return Outcome(Result.accepted, message.edits_message)
        self.heard.append((self.clock.now(), message.chat_id, message.text))
        return Outcome(Result.accepted, len(self.heard))


@dataclass(frozen=True, slots=True)
class Lived:
    """A county after its days."""

    database: Database
    phones: Phones
    staff_of_chat: dict[int, str]


@asynccontextmanager
async def lived(county: County, folder: Path, days: int = 10) -> AsyncIterator[Lived]:
    """The lists come in at the county's instant, then nobody acts for `days` days, the first included."""
    use_vault(Vault(new_secret()))
    clock = SetClock(county.now - timedelta(days=1))
    async with (
        databases.fresh(folder) as url,
        jintang(
            database=Database(url),
            policy=load_policy("hebei"),
            clock=clock,
            token="1:fictional",
            limits=None,
            real=clock,
        ) as app,
    ):
        phones = Phones(clock)
        app.sender.channel = phones
        files = county.write(folder)
        await _settle_in(app, county, files)
        await app.advance(clock, county.now)
        await _import(app, "clues", files["clues"])
        end = LocalTime(clock).now().replace(hour=0, minute=0) + timedelta(days=days)
        await app.advance(clock, end - timedelta(seconds=1))
        chats = await _chats(app.database)
        yield Lived(app.database, phones, chats)


async def _settle_in(app: Jintang, county: County, files: Mapping[str, Path]) -> None:
    """The day before: people, register and what was checked earlier are in, phones are linked."""
    for kind in ("regions", "officials", "households"):
        await _import(app, kind, files[kind])
    async with app.database.writing() as session:
        for official in await session.scalars(select(Official)):
            if official.staff_no in county.linked:
                official.chat_id, official.linked_at = 5_000_000 + official.id, county.now
            if official.staff_no in county.blocked:
                official.blocked_at = county.now
        homes = {home.number: home for home in await session.scalars(select(Household))}
        session.add_all(
            Clue(
                signal_id=old.signal_id,
                dept=old.dept,
                rule=old.rule,
                received_on=old.received_on,
                person_role=old.role,
                band=old.band or None,
                household_id=homes[old.household_no].id,
                village_code=homes[old.household_no].village_code,
                state="done",
                result="no_risk",
                result_on=old.result_on,
            )
            for old in county.checked
        )
        await session.commit()


async def _import(app: Jintang, kind: str, path: Path) -> None:
    report = await import_file(kind, path, app.database, app.desk)
    assert not report.rejected, (kind, report.rejected[:3])


async def _chats(database: Database) -> dict[int, str]:
    async with database.reading() as session:
        rows = await session.execute(select(Official.chat_id, Official.staff_no))
        return {chat: staff for chat, staff in rows if chat is not None}
