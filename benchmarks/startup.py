"""From `jintang run` to ready, with few tasks and with a million, beside bare imports of what it imports."""

import asyncio
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp

from benchmarks.filling import DATABASES, SECRET, fill_tasks, prepared
from benchmarks.table import Line, Size, median
from simulator import TOKEN, Emulator, serving
from tests.run.process import Environment, free_port, running

NAMED = """
import sys, jintang.cli, jintang.running
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(*(name for name, file in files.items() if "site-packages" in file))
"""
IMPORTED = "import sys, importlib; [importlib.import_module(name) for name in sys.argv[1:]]"
READY_SECONDS = 60.0
LOOK_SECONDS = 0.01
MOST_TIMES, MOST_BEYOND = 1.5, 2.0


async def lines(size: Size) -> list[Line]:
    """Start-up with 10³ and 10⁶ open tasks, on both databases."""
    counts = (1_000, 1_000_000) if size is Size.full else (100, 1_000)
    repeats, found = size.pick(5, 1), []
    libraries = (await _python("-c", NAMED)).split()
    with TemporaryDirectory() as folder:
        async with serving(Emulator()) as base:
            for kind in DATABASES:
                ready, bare = [], []
                for count in counts:
                    async with prepared(kind, Path(folder), partial(fill_tasks, count=count)) as url:
                        times = [await _pair(_environment(url, base), libraries) for _ in range(repeats)]
                    ready.append(median(one for one, _ in times))
                    bare += [other for _, other in times]
                found.append(_line(kind, counts, ready, median(bare), repeats))
    return found


def _environment(url: str, base: str) -> Environment:
    return {
        **os.environ,
        "JINTANG_DATABASE__URL": url,
        "JINTANG_SECRET_KEY": SECRET,
        "JINTANG_TELEGRAM__TOKEN": TOKEN,
        "JINTANG_TELEGRAM__API_BASE": base,
        "JINTANG_WEB__PORT": str(free_port()),
    }


async def _pair(env: Environment, libraries: Sequence[str]) -> tuple[float, float]:
    """Seconds to ready, and seconds of a process that imports what the first has imported of others."""
    began = perf_counter()
    await _python("-c", IMPORTED, *libraries)
    bare = perf_counter() - began
    return await _to_ready(env), bare


async def _python(*words: str) -> str:
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"a process ended with {process.returncode}")
    return said.decode()


async def _to_ready(env: Environment) -> float:
    """Seconds from the start of `jintang run` until `/readyz` says that it is."""
    address = f"http://127.0.0.1:{env['JINTANG_WEB__PORT']}/readyz"
    with TemporaryDirectory() as folder:
        began = perf_counter()
        async with running(env, Path(folder) / "run.log"), aiohttp.ClientSession() as client:
            async with asyncio.timeout(READY_SECONDS):
                await _until_ready(client, address)
            return perf_counter() - began


async def _until_ready(client: aiohttp.ClientSession, address: str) -> None:
    while not await _is_ready(client, address):  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(LOOK_SECONDS)


async def _is_ready(client: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with client.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


def _line(kind: str, counts: Sequence[int], ready: Sequence[float], bare: float, repeats: int) -> Line:
    (few, many), beyond = ready, max(ready) - bare
    return Line(
        work=f"start-up to ready with {counts[-1]:,} tasks open",
        database=kind,
        figure=f"{many:.2f} s",
        reference=f"{counts[0]:,} open {few:.2f} s; bare imports {bare:.2f} s",
        ratio=many / few,
        aim=f"≤ {MOST_TIMES:g} × {counts[0]:,} open, ≤ {MOST_BEYOND:g} s beyond bare imports",
        met=many / few <= MOST_TIMES and beyond <= MOST_BEYOND,
        note=f"medians of {repeats}; {beyond:.2f} s beyond bare imports",
    )
