"""A county in a test: real database, real dispatcher, real HTTP to the emulator, a clock that is moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from jintang import drill
from jintang.wiring import Jintang, jintang
from notifications.buckets import Buckets
from simulator import TOKEN, Emulator, serving
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Base, Database
from workflows.desk import Desk

ZONE = ZoneInfo("Asia/Shanghai")
THURSDAY = datetime(2026, 3, 12, 9, 0, tzinfo=ZONE)
CITY, COUNTY, TOWN, VILLAGE, GRID = (player.chat_id for player in drill.PLAYERS)


@dataclass
class World:
    """Everything a story needs."""

    app: Jintang
    emulator: Emulator
    clock: SetClock

    def phone(self, chat_id: int):
        return self.emulator.phone(chat_id, TOKEN)

    async def pull(self) -> None:
        """Fetches what people did, handles it, sends the answers."""
        updates = await self.app.bot.get_updates(offset=self._offset, timeout=0)
        await self.app.inbox.receive(updates)
        if updates:
            self._offset = updates[-1].update_id + 1
        await self.app.settle()

    _offset: int | None = None

    async def tap(self, chat_id: int, label: str, message=None) -> None:
        self.phone(chat_id).tap(label, message)
        await self.pull()

    async def say(self, chat_id: int, text: str) -> None:
        self.phone(chat_id).say(text)
        await self.pull()

    async def list_arrives(self) -> None:
        await drill.send_list(self.app.database, self.app.desk)
        await self.app.settle()

    async def until(self, *when: int) -> None:
        """Moves the clock to a local moment: year, month, day, hour, minute."""
        await self.app.advance(self.clock, datetime(*when, tzinfo=ZONE))

    async def fill(self, chat_id: int, *labels: str) -> None:
        """Presses one button after the other on the newest card that has it."""
        for label in labels:
            if label.startswith("✎"):
                await self.say(chat_id, label[1:])
            else:
                await self.tap(chat_id, label)


@asynccontextmanager
async def world(tmp_path: Path, policy: str = "hebei", start: datetime = THURSDAY) -> AsyncIterator[World]:
    use_vault(Vault(new_secret()))
    clock = SetClock(start)
    emulator = Emulator(now=lambda: clock.now().timestamp())
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/county.sqlite3")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    chosen = load_policy(policy)
    async with (
        serving(emulator) as base,
        jintang(
            database=database,
            policy=chosen,
            clock=clock,
            token=TOKEN,
            api_base=base,
            buckets=Buckets.without_limits(),
        ) as app,
    ):
        await drill.install(database, Desk(chosen, LocalTime(clock)))
        await drill.link_all(database, app.desk)
        for player in drill.PLAYERS:
            emulator.person(player.chat_id, player.name, player.phone, token=TOKEN).start()
        here = World(app, emulator, clock)
        await here.pull()
        for player in drill.PLAYERS:
            here.phone(player.chat_id).news()
        yield here
