"""The county that victims work for: a database of its own, its phones, and what was imported into it."""

import csv
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_, select

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from jintang import drill
from notifications.states import State
from simulator import TOKEN, Emulator, Phone, serving
from storage import migrate
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.post_box import Inbox, Notice
from storage.register import Batch
from storage.work import Rung
from tests import databases
from tests.faults import victim
from tests.faults.clock import FileClock
from tests.run.process import free_port
from tests.stories.world import BUILT, THURSDAY
from workflows.desk import Desk

SECRET = new_secret()
UNDER_WAY = (State.planned, State.leased, State.deferred)


@dataclass(eq=False)
class County:
    """What outlives every process: the rows, the phones, the clock."""

    folder: Path
    url: str
    base: str
    emulator: Emulator
    clock: FileClock
    database: Database
    port: int = field(default_factory=free_port)
    asked: Counter[tuple[int, str]] = field(default_factory=Counter)

    @property
    def log(self) -> Path:
        return self.folder / "run.log"

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "JINTANG_DATABASE__URL": self.url,
            "JINTANG_SECRET_KEY": SECRET,
            "JINTANG_TELEGRAM__TOKEN": TOKEN,
            "JINTANG_TELEGRAM__API_BASE": self.base,
            "JINTANG_WEB__PORT": str(self.port),
        }

    def phone(self, chat_id: int) -> Phone:
        return self.emulator.phone(chat_id, TOKEN)

    def asks(self, chat_id: int, command: str) -> None:
        """An official types a command; how often it was typed is remembered."""
        self.asked[chat_id, command] += 1
        self.phone(chat_id).say(command)

    def clues(self, name: str, signals: Sequence[Mapping[str, str]]) -> Path:
        """A department's list as a file."""
        file = self.folder / f"{name}.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.DictWriter(opened, fieldnames=list(signals[0]))
            writer.writeheader()
            writer.writerows(signals)
        return file

    async def at_rest(self) -> bool:
        """Whether everything that is due by now has been done, sent and kept."""
        now = self.clock.now()
        waiting = (
            select(Inbox.id).where(Inbox.state == "waiting"),
            select(Notice.id).where(
                or_(
                    Notice.state.in_(UNDER_WAY),
                    Notice.state == State.staged,
                    (Notice.state == State.pending) & (Notice.not_before <= now),
                )
            ),
            select(Rung.id).where(Rung.state == "pending", Rung.fires_at <= now),
            select(Batch.id).where(Batch.kind == "clues", ~Batch.told),
        )
        async with self.database.reading() as session:
            for query in waiting:
                if await session.scalar(query.limit(1)) is not None:
                    return False
        return not self.emulator.bot(TOKEN).updates

    async def in_hand(self) -> bool:
        """Whether a message is in the hand of a process that is gone, or waits for its repeat."""
        left = Notice.state.in_((State.leased, State.deferred))
        async with self.database.reading() as session:
            return bool(await session.scalar(select(func.count()).select_from(Notice).where(left)))

    def point(self, point: "victim.Point") -> None:
        (self.folder / victim.POINT).write_text(str(point))

    def no_point(self) -> None:
        (self.folder / victim.POINT).unlink(missing_ok=True)


async def build(folder: Path) -> str:
    """The address of a county whose five officials are linked, to be copied."""
    use_vault(Vault(SECRET))
    url = await databases.new(folder, "template")
    await migrate.upgrade(url)
    database = Database(url)
    desk = Desk(load_policy("hebei"), LocalTime(SetClock(BUILT)))
    await drill.install(database, desk)
    await drill.link_all(database, desk)
    await databases.settle(database)
    return url


@asynccontextmanager
async def county(template: str, folder: Path, start: datetime = THURSDAY) -> AsyncIterator[County]:
    """The county on the morning of `start`; every phone has a chat with the bot."""
    use_vault(Vault(SECRET))
    (folder / victim.CLOCK).touch()
    clock = FileClock(folder / victim.CLOCK)
    clock.set(start)
    emulator = Emulator(now=lambda: clock.now().timestamp())
    async with databases.copied(template, folder) as url, serving(emulator) as base:
        database = Database(url)
        here = County(folder, url, base, emulator, clock, database)
        for player in drill.PLAYERS:
            emulator.person(player.chat_id, player.name, player.phone, token=TOKEN).start()
        try:
            yield here
        finally:
            await database.close()
