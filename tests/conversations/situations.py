"""Where a dialogue begins: a county in which this and that has already been done.

A situation is a list of names, done in order; what has been reached once is kept and copied.
"""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from config.loader import load_policy
from config.models import Policy
from jintang.story import ORDINARY
from simulator import TOKEN, Emulator
from storage.engine import Database
from tests import databases
from tests.stories import acts
from tests.stories.world import COUNTY, GRID, NAMES, THURSDAY, TOWN, VILLAGE, World, world

DISABILITY = {"signal_id": "CL-90001", "source_dept": "残联", "rule_code": "new_disability", "band": "low"}
UNMATCHED = {"household_no": "YL-107206-09-09"}
SOLVED = (*acts.CHECKED, "属实", "因病", "选好了", "都能过得去", "勉强，要帮一把", "小困难，已解决")
INCOME = """\
version: 1
effective_from: 2026-01-01
source: 演练
lines:
  - {province: 河北, year: 2026, effective_from: 2026-01-01, value: 8500, document: 演练1号}
"""
ROAD = (
    (GRID, acts.A2, "a2"),
    (COUNTY, "信息比对", "comparison"),
    (TOWN, "乡镇审核", "town"),
    (VILLAGE, "民主评议", "review"),
    (VILLAGE, "张贴公示", "posting"),
    (VILLAGE, "公示期满", "publicity"),
    (COUNTY, "县级审定", "county"),
    (TOWN, "公告录入", "entry"),
    (VILLAGE, "定措施", "measures"),
)
DOUBTS = ("信息比对", "有疑点", "今天", "车辆", "选好了", "提交")


def _does(chat_id: int, form: Sequence[str]) -> Callable[[World], Awaitable[None]]:
    async def act(w: World) -> None:
        await w.does(chat_id, *form)

    return act


def _until(*when: int) -> Callable[[World], Awaitable[None]]:
    async def act(w: World) -> None:
        await w.until(*when)

    return act


async def _alert(w: World) -> None:
    await w.list_arrives()


async def _again(w: World) -> None:
    """A signal of another kind: the same kind would be known to have been looked at."""
    await w.list_arrives(DISABILITY)


async def _unmatched(w: World) -> None:
    await w.list_arrives(UNMATCHED)


async def _by_the_book(w: World) -> None:
    """A whole recognition with the ordinary answers, up to the measures."""
    await w.fill(GRID, *acts.CANDIDATE)
    for who, card, form in ROAD:
        await w.fill(who, card, *ORDINARY[form])
        if form == "posting":
            await w.until(2026, 3, 17, 16)
        elif form == "entry":
            await w.until(2026, 3, 18, 9)


async def _nothing(w: World) -> None:
    """The policy of such a situation differs, see `_policy`."""


DONE: dict[str, Callable[[World], Awaitable[None]]] = {
    "income_line": _nothing,
    "alert": _alert,
    "solved": _does(GRID, (*SOLVED, "报销或医疗救助", "选好了", "提交")),
    "again": _again,
    "unmatched": _unmatched,
    "candidate": _does(GRID, acts.CANDIDATE),
    "signed": _does(GRID, acts.SIGNED),
    "unwilling": _does(GRID, acts.UNWILLING),
    "no_doubts": _does(COUNTY, acts.NO_DOUBTS),
    "doubts": _does(COUNTY, DOUBTS),
    "passed": _does(VILLAGE, acts.PASSED),
    "posted": _does(VILLAGE, acts.POSTED),
    "no_objection": _does(VILLAGE, acts.NO_OBJECTION),
    "objection": _does(VILLAGE, acts.OBJECTION),
    "agreed": _does(TOWN, acts.AGREED),
    "approved": _does(COUNTY, acts.APPROVED),
    "entered": _does(TOWN, acts.ENTERED),
    "planned": _does(VILLAGE, acts.PLANNED),
    "by_the_book": _by_the_book,
    "next_day": _until(2026, 3, 13, 9),
    "overdue": _until(2026, 3, 16, 9),
    "publicity_over": _until(2026, 3, 17, 16),
    "next_morning": _until(2026, 3, 18, 9),
    "visit_due": _until(2026, 4, 13, 9),
}

# Longer ways by one name.
WAYS = {
    "publicity": "alert candidate signed no_doubts agreed passed posted publicity_over",
    "decision": "publicity no_objection",
    "recognised": "decision approved entered next_morning",
    "followed": "recognised planned visit_due",
}


def way(names: str) -> tuple[str, ...]:
    """What is to be done, one after the other."""
    return tuple(one for name in names.split() for one in (way(WAYS[name]) if name in WAYS else (name,)))


@dataclass(frozen=True, slots=True)
class Kept:
    """A county as it stood: the database, the moment, the phones."""

    url: str
    at: datetime
    emulator: Emulator

    def give_phones(self, emulator: Emulator) -> None:
        """The people and their chats, copied to another emulator."""
        old, new = self.emulator.bot(TOKEN), emulator.bot(TOKEN)
        new.chats, people = copy.deepcopy((old.chats, self.emulator.people), {id(old): new})
        emulator.people.update(people)
        new.last_message_id = old.last_message_id


@dataclass
class Situations:
    """Reaches situations, and keeps what it has reached for the next dialogue."""

    county: str
    folder: Path
    _kept: dict[tuple[str, ...], Kept] = field(default_factory=dict)
    _opened: int = 0

    @asynccontextmanager
    async def open(self, given: str) -> AsyncIterator[World]:
        """A county where this has been done, and all phones have been looked at."""
        names = way(given)
        async with self._world(names, await self._reach(names)) as here:
            here.look_away()
            yield here

    async def _reach(self, names: tuple[str, ...]) -> Kept:
        if names not in self._kept:
            self._kept[names] = await self._build(names)
        return self._kept[names]

    async def _build(self, names: tuple[str, ...]) -> Kept:
        before = await self._reach(names[:-1]) if names else None
        async with self._world(names, before) as here:
            await (DONE[names[-1]] if names else _say_hello)(here)
            await _put_in_order(here)
            database = here.app.database
            await databases.settle(database)
            url = await databases.copy(_address(database), self.folder, str(self._opened))
            return Kept(url, here.clock.now(), here.emulator)

    @asynccontextmanager
    async def _world(self, names: tuple[str, ...], kept: Kept | None) -> AsyncIterator[World]:
        self._opened += 1
        folder = self.folder / str(self._opened)
        folder.mkdir()
        url, start = (kept.url, kept.at) if kept else (self.county, THURSDAY)
        async with world(url, folder, self._policy(names), start=start) as here:
            if kept:
                kept.give_phones(here.emulator)
            yield here

    def _policy(self, names: tuple[str, ...]) -> Policy:
        """河北's; with an income line, if the situation says so."""
        if "income_line" not in names:
            return load_policy("hebei")
        county = self.folder / "policy"
        county.mkdir(exist_ok=True)
        (county / "income.yaml").write_text(INCOME, encoding="utf-8")
        return load_policy("hebei", county)


async def _put_in_order(here: World) -> None:
    """The inbox is empty, update numbers begin anew."""
    async with here.app.database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM inbox")


def _address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


async def _say_hello(here: World) -> None:
    for chat_id in NAMES.values():
        here.phone(chat_id).start()
    await here.pull()
