"""Processes that are meant to die: ordered from the nursery, told apart by their ids."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


@dataclass(eq=False)
class Victim:
    """A process of the nursery; `status` is its exit code, or the signal it died of as a negative number."""

    pid: int
    status: int | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def signal(self, number: int) -> None:
        if self.status is None:
            os.kill(self.pid, number)

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.gone.wait()

    async def dies(self, seconds: float) -> bool:
        """Whether it is gone within so many seconds."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return False
        return True


class Nursery:
    """Where `jintang` processes are born within a tenth of a second."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._victims: dict[int, Victim] = {}
        self._born: asyncio.Queue[Victim] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._turn = asyncio.Lock()

    async def bear(self, words: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> Victim:
        """A new `jintang WORDS`."""
        await self._ready.wait()
        order = {"words": [*words], "env": {**env}, "folder": str(folder), "log": str(log)}
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write((json.dumps(order) + "\n").encode())
            return await self._born.get()

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            word, *numbers = line.decode().split()
            if word == "ready":
                self._ready.set()
            elif word == "born":
                self._born.put_nowait(self._known(int(numbers[0])))
            elif word == "gone":
                victim = self._known(int(numbers[0]))
                victim.status = int(numbers[1])
                victim.gone.set()

    def _known(self, pid: int) -> Victim:
        """Its death may be told before its birth."""
        known = self._victims.get(pid)
        if known is None or known.status is not None:
            known = self._victims[pid] = Victim(pid)
        return known

    def end_all(self) -> None:
        for victim in self._victims.values():
            victim.signal(signal.SIGKILL)


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Open for as long as the block runs; no victim outlives it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.nursery"), cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    here = Nursery(process)
    listening = asyncio.create_task(here.listen())
    try:
        yield here
    finally:
        here.end_all()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening
