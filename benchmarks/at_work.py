"""Jintang at work in a process of its own, on a Monday morning that does not pass.

`jintang run` goes by the machine's clock, so that a benchmark at night would send nothing. Everything
else is as it wires it: the same roles in one process, real time for leases and paces.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.filling import MONDAY, unlocked
from config.clock import SetClock
from config.loader import load_policy
from jintang.wiring import LIMITS, jintang
from simulator import TOKEN, Emulator
from storage.engine import Database

UNLIMITED = "--unlimited"
UP_SECONDS, DOWN_SECONDS, LOOK_SECONDS = 60.0, 30.0, 0.05


@asynccontextmanager
async def at_work(emulator: Emulator, folder: Path, *words: str) -> AsyncIterator[None]:
    """`python -m WORDS …` for as long as the block runs, from its first request for updates on."""
    log, polls = folder / "at_work.log", emulator.bot().updates.polls
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *words), stdout=output, stderr=asyncio.subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(UP_SECONDS):
                while process.returncode is None and emulator.bot().updates.polls == polls:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            code = await asyncio.wait_for(process.wait(), DOWN_SECONDS)
            if code != 0:
                raise RuntimeError(f"{words[0]} ended with {code}: {log.read_text()[-2000:]}")


async def _work(url: str, base: str, *words: str) -> None:
    unlocked()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with jintang(
        database=Database(url),
        policy=load_policy("hebei"),
        clock=SetClock(MONDAY),
        token=TOKEN,
        api_base=base,
        limits=None if UNLIMITED in words else LIMITS,
    ) as app:
        await app.run(stop)


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
