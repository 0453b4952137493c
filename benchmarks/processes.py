"""Processes of one benchmark: each gets ready, then all are let go together."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import Select

from storage.engine import Database

LOOK_SECONDS = 0.02
Go = Callable[[], None]


@asynccontextmanager
async def waiting(count: int, module: str, *words: str) -> AsyncIterator[Go]:
    """So many of `python -m module words`, all waiting for the word that is given; ended on leaving."""
    processes = [await _ready(module, *words) for _ in range(count)]

    def go() -> None:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")

    try:
        yield go
    finally:
        for process in processes:
            process.terminate()
            await process.wait()


async def _ready(module: str, *words: str) -> Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words), stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def until_none(database: Database, left: Select[int]) -> None:
    """Returns when a count of rows has come to nothing: other processes work on them."""
    while True:
        async with database.reading() as session:
            if not await session.scalar(left):
                return
        await asyncio.sleep(LOOK_SECONDS)


async def let_go() -> None:
    """In such a process: ready, and waiting for the word."""
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
