"""`jintang …` as a process that a test starts, watches, stops and kills: `bear`.

Starting Python and loading the libraries takes seconds, and tests do it hundreds of times: each process
that runs tests has one nursery, started when it is first asked for.
"""

import asyncio
import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


@dataclass(eq=False)
class Child:
    """A process; `status` is its exit code, or the signal it died of as a negative number."""

    pid: int
    status: int | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task[None] | None = None

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

    async def watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Waits for its end; who stops watching lets it die."""
        try:
            self.status = int((await reader.readline()).split()[1])
            self.gone.set()
        finally:
            writer.close()


async def bear(words: Sequence[str], env: Mapping[str, str], log: Path, folder: Path | None = None) -> Child:
    """A new `jintang WORDS`; with a folder it lives and dies by the rules of tests/faults.

    Nothing but `env` is in its environment, and all that it says is in `log`.
    """
    reader, writer = await asyncio.open_unix_connection(await asyncio.to_thread(_nursery))
    order = {"words": [*words], "env": {**env}, "log": str(log), "folder": str(folder) if folder else None}
    writer.write((json.dumps(order) + "\n").encode())
    child = Child(int((await reader.readline()).split()[1]))
    child.watching = asyncio.create_task(child.watch(reader, writer))
    return child


@cache
def _nursery() -> str:
    """The address of this process's nursery."""
    folder = tempfile.TemporaryDirectory(prefix="nursery-")
    address = f"{folder.name}/socket"
    words = (sys.executable, "-m", "tests.processes.nursery", address)
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"

    @atexit.register
    def end() -> None:
        process.communicate()
        folder.cleanup()

    return address
