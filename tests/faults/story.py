"""What happens in the county of a fault run: lists, visits, mornings, deadlines that pass, two long stops."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime

from jintang import drill
from tests.faults.clock import SPEED
from tests.faults.fingers import fill
from tests.faults.killing import Killer
from tests.stories.acts import CANDIDATE, NO_DOUBTS, NO_RISK, SIGNED
from tests.stories.world import COUNTY, GRID, THURSDAY, ZONE

OUTAGE_SECONDS = 600 / SPEED
CLEARED = ("线索快核", *NO_RISK)
AT_RISK = ("线索快核", *CANDIDATE)


def at(*when: int) -> datetime:
    return datetime(2026, *when, tzinfo=ZONE)  # type: ignore[misc, arg-type]


def signals(first: int, day: datetime, households: Sequence[int]) -> list[Mapping[str, str]]:
    """One signal about each household of group 1."""
    return [
        {
            "signal_id": f"YB-{first + nth:05d}",
            "source_dept": "医保",
            "rule_code": "medical_burden",
            "event_date": day.date().isoformat(),
            "received_date": day.date().isoformat(),
            "village_code": drill.VILLAGE,
            "household_no": f"YL-107206-01-{household:02d}",
            "person_role": "户主",
            "direction": "漏",
            "band": "middle",
        }
        for nth, household in enumerate(households)
    ]


def home(number: int) -> str:
    return f"下三合义村1组{number}号户"


class Play:
    """One playing of the story; `killed` is false for the run the others are held against."""

    def __init__(self, killer: Killer, *, killed: bool, whole: bool = True) -> None:
        self.killer = killer
        self.county = killer.county
        self.killed = killed
        self.whole = whole
        self.accepted: list[str] = []

    async def run(self) -> None:
        await self.two_days()
        if self.whole:
            await self.weeks()
        await self.killer.stop()

    async def two_days(self) -> None:
        await self.list_comes(1, THURSDAY, (1, 2, 3, 4, 5, 2))
        await self.does(GRID, 1, CLEARED)
        await self.does(GRID, 2, AT_RISK)
        await self.time_is(at(3, 13, 8, 31))

    async def weeks(self) -> None:
        """Telegram is away for ten minutes, clocks jump, 72 hours and nine days pass without a process."""
        await self.does(GRID, 2, SIGNED)
        await self.does(COUNTY, 2, NO_DOUBTS)
        await self.list_comes(11, at(3, 13), (5, 6, 7), away=True)
        await self.clock_jumps(at(3, 13, 9, 0), at(3, 12, 23, 0))
        await self.does(GRID, 3, AT_RISK)
        await self.time_is(at(3, 16, 8, 45))
        await self.time_is(at(3, 17, 8, 31))
        await self.does(GRID, 4, CLEARED)
        await self.stands_still_until(at(3, 20, 9, 0))
        await self.does(GRID, 6, CLEARED)
        await self.stands_still_until(at(3, 29, 10, 0))
        await self.time_is(at(3, 30, 8, 31))
        await self.does(GRID, 7, CLEARED)
        await self.time_is(at(3, 31, 15, 0))

    # --- scenes ----------------------------------------------------------------------------------

    async def list_comes(
        self, first: int, day: datetime, households: Sequence[int], *, away: bool = False
    ) -> None:
        """A list is imported while the county runs; the import dies once and is run again.

        `away`: the first ten minutes nobody can be told.
        """
        rows = signals(first, day, households)
        file = self.county.clues(f"list{first}", rows)
        await self.killer.start()
        self.county.emulator.outage(away and self.killed)
        if self.killed:
            await self.killer.import_dies(file)
        await self.killer.imports(file)
        self.accepted += [row["signal_id"] for row in rows]
        if away and self.killed:
            async with self.killer.storm():
                await asyncio.sleep(OUTAGE_SECONDS)
            self.county.emulator.outage(False)
        await self._comes_to_rest(3)

    async def clock_jumps(self, *moments: datetime) -> None:
        """The machine's clock goes wrong, and right again."""
        right = self.county.clock.now()
        for moment in moments if self.killed else ():
            await self.killer.start()
            self.county.clock.set(moment)
            await self.killer.kill(1)
        self.county.clock.set(right)
        await self._comes_to_rest(1)

    async def does(self, chat_id: int, household: int, labels: Sequence[str]) -> None:
        """An official fills in a form, whatever dies meanwhile."""
        await self.killer.start()
        async with self.killer.misfortune() if self.killed else nullcontext():
            await fill(self.county, chat_id, home(household), labels)
        await self._comes_to_rest(1)

    async def time_is(self, moment: datetime) -> None:
        """The clock moves on while the process runs."""
        await self.killer.start()
        self.county.clock.set(moment)
        await self._comes_to_rest(4)

    async def stands_still_until(self, moment: datetime) -> None:
        """No process runs till then."""
        await self.killer.stop()
        self.county.clock.set(moment)
        await self._comes_to_rest(4)

    async def _comes_to_rest(self, kills: int) -> None:
        if self.killed:
            async with self.killer.weather():
                await self.killer.kill(kills)
        await self.killer.calm()
