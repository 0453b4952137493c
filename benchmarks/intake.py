"""A clue in by HTTP until its message is accepted, beside a bare HTTP server that sends a bare message.

Jintang, the bare server and the emulator are a process each, and nothing else is to be done. Times are
those of one machine's clock: from the start of the request to the emulator's receipt of the card.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import uvicorn
from fastapi import FastAPI

from benchmarks.emulator import Emulator, emulating
from benchmarks.filling import DATABASES, MONDAY, SECRET, desk, fill, prepared, unlocked
from benchmarks.outbox import WORDS
from benchmarks.table import Line, Size, median, percentile
from jintang.wiring import telegram
from simulator import TOKEN
from storage.engine import Database
from storage.people import Duty, Official, Region
from storage.register import Household
from tests.run.process import Environment, free_port, running
from workflows.keys import add_key

CITY = "130800000000"
FIRST_CHAT = 60_000
COUNTIES, TOWNS = 4, 20
WARMING, READY_SECONDS, LAST_SECONDS = 3, 60.0, 20.0
GAP_SECONDS, BARE_GAP_SECONDS = 0.3, 0.1  # a county hears of every fourth: one a second is what a chat bears
MOST_SECONDS = 0.25
OPEN_DAY = """version: 1
effective_from: 2026-01-01
source: a day without quiet hours or budget
windows: [{opens: "00:00", closes: "23:59"}]
morning: "08:30"
daily_budget: 100000
urgent_budget: 100000
last_call_minutes: 30
"""

Client = aiohttp.ClientSession
Hand = Callable[[Client, int], Awaitable[None]]


async def lines(size: Size) -> list[Line]:
    """Rounds of clues one after the other, each about a household and a grid worker of its own."""
    rounds, each = size.pick(5, 1), size.pick(100, 5)
    gap, found = GAP_SECONDS if size is Size.full else BARE_GAP_SECONDS, []
    people = rounds * each + WARMING
    async with emulating() as emulator:
        await emulator.meet(range(FIRST_CHAT, FIRST_CHAT + people + TOWNS + COUNTIES))
        async with telegram(TOKEN, emulator.base, None) as bot:
            await bot.delete_webhook(drop_pending_updates=True)  # nobody waits for an answer to a /start
        async with _bare(emulator.base) as hand:
            bare = await _measured(emulator, hand, rounds * each, BARE_GAP_SECONDS)
        with TemporaryDirectory() as folder:
            for kind in DATABASES:
                keys: list[str] = []

                async def filling(database: Database, keys: list[str] = keys) -> None:
                    keys.append(await _county(database, people))

                async with (
                    prepared(kind, Path(folder), filling) as url,
                    _jintang(Path(folder), url, emulator.base, keys[0]) as hand,
                ):
                    found.append(_line(kind, await _measured(emulator, hand, rounds * each, gap), bare))
    return found


# --- the county ---------------------------------------------------------------------------------


async def _county(database: Database, people: int) -> str:
    """A village, a household and a linked grid worker for each clue, clerks above them; a key for all."""
    unlocked()
    await fill(database, Region, _regions(people))
    posts = [("grid_worker", _village(nth)) for nth in range(people)]
    posts += [("township_clerk", _town(nth)) for nth in range(TOWNS)]
    posts += [("county_clerk", _county_code(nth)) for nth in range(COUNTIES)]
    person = {"name": "演练", "phone": "13900000000", "linked_at": MONDAY}
    officials = (
        {"id": nth, "staff_no": f"YL{nth}", "phone_hash": str(nth), "chat_id": FIRST_CHAT + nth - 1, **person}
        for nth in range(1, len(posts) + 1)
    )
    await fill(database, Official, officials)
    duties = (
        {"official_id": nth, "post": post, "region_code": region, "from_on": date(2020, 1, 1)}
        for nth, (post, region) in enumerate(posts, 1)
    )
    await fill(database, Duty, duties)
    homes = (
        {"number": f"YL-{nth}", "region_code": _village(nth), "village_code": _village(nth)}
        for nth in range(people)
    )
    await fill(database, Household, homes)
    async with database.writing() as session:
        key = await add_key(session, desk(), "演练", None, None)
        await session.commit()
        return key


def _regions(people: int) -> list[dict[str, str | None]]:
    """Those above before those below."""
    places: list[tuple[str, str, str | None, str]] = [
        (CITY, "承德市", None, "city"),
        *((_county_code(nth), f"演练{nth}县", CITY, "county") for nth in range(COUNTIES)),
        *((_town(nth), f"演练{nth}镇", _county_code(nth), "township") for nth in range(TOWNS)),
        *((_village(nth), f"演练{nth}村", _town(nth), "village") for nth in range(people)),
    ]
    names = ("code", "name", "parent_code", "level")
    return [dict(zip(names, (code, name, above, level), strict=True)) for code, name, above, level in places]


def _county_code(nth: int) -> str:
    return f"13089{nth % COUNTIES}000000"


def _town(nth: int) -> str:
    return f"{_county_code(nth)[:6]}{900 + nth % TOWNS}000"


def _village(nth: int) -> str:
    return f"{_town(nth)[:9]}{1 + nth // TOWNS:03d}"


def _clue(nth: int) -> dict[str, str]:
    """A red one: it waits for no opening."""
    return {
        "signal_id": f"YB-{nth}",
        "source_dept": "医保",
        "rule_code": "medical_burden",
        "received_date": str(datetime.now(ZoneInfo("Asia/Shanghai")).date()),
        "household_no": f"YL-{nth}",
        "band": "high",
    }


# --- the two servers ------------------------------------------------------------------------------


@asynccontextmanager
async def _jintang(folder: Path, url: str, base: str, key: str) -> AsyncIterator[Hand]:
    """`jintang run`; gives the way to hand a clue to it."""
    address = f"http://127.0.0.1:{free_port()}"
    policy = folder / "policy"
    policy.mkdir(exist_ok=True)
    (policy / "quiet.yaml").write_text(OPEN_DAY, encoding="utf-8")
    env: Environment = {
        **os.environ,
        "JINTANG_DATABASE__URL": url,
        "JINTANG_SECRET_KEY": SECRET,
        "JINTANG_TELEGRAM__TOKEN": TOKEN,
        "JINTANG_TELEGRAM__API_BASE": base,
        "JINTANG_WEB__PORT": address.rpartition(":")[2],
        "JINTANG_POLICY_DIR": str(policy),
    }

    async def hand(client: Client, nth: int) -> None:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"bench-{nth}"}
        sent = {"clues": [_clue(nth)]}
        async with client.post(f"{address}/api/v1/clues", json=sent, headers=headers) as answer:
            states = [one["state"] for one in (await answer.json())["clues"]]
        if states != ["open"]:
            raise RuntimeError(f"clue {nth} became {states}")

    async with running(env, folder / "run.log"):
        await _up(f"{address}/readyz")
        yield hand


@asynccontextmanager
async def _bare(base: str) -> AsyncIterator[Hand]:
    """A server of the same libraries that keeps nothing."""
    port = free_port()
    words = (sys.executable, "-m", "benchmarks.intake", base, str(port))
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)

    async def hand(client: Client, nth: int) -> None:
        async with client.post(f"http://127.0.0.1:{port}/{FIRST_CHAT + nth}", json=_clue(nth)) as answer:
            answer.raise_for_status()

    try:
        await _up(f"http://127.0.0.1:{port}/")
        yield hand
    finally:
        process.terminate()
        await process.wait()


async def _up(address: str) -> None:
    async with asyncio.timeout(READY_SECONDS), Client() as client:
        while not await _answers(client, address):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)


async def _answers(client: Client, address: str) -> bool:
    try:
        async with client.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


def _serve_bare(base: str, port: str) -> None:
    bot, app = telegram(TOKEN, base, None), FastAPI()

    @app.get("/")
    async def here() -> bool:
        return True

    @app.post("/{chat_id}")
    async def clue(chat_id: int, _clue: dict[str, str]) -> bool:
        await bot.send_message(chat_id, WORDS)
        return True

    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


# --- measuring -----------------------------------------------------------------------------------


async def _measured(emulator: Emulator, hand: Hand, count: int, gap: float) -> list[float]:
    """Seconds from each request to the receipt of its card; the first few only warm up."""
    last = await _receipts(emulator, 0)
    number = last[-1]["number"] if last else 0
    began: dict[int, float] = {}
    async with Client() as client:
        for nth in range(WARMING + count):
            began[FIRST_CHAT + nth] = time()
            await hand(client, nth)
            await asyncio.sleep(gap)
    came = await _all_came(emulator, number, began)
    return [came[chat] - at for chat, at in [*began.items()][WARMING:]]


async def _all_came(emulator: Emulator, number: int, began: Mapping[int, float]) -> dict[int, float]:
    """When each person's first message came."""
    async with asyncio.timeout(LAST_SECONDS):
        while True:
            receipts = await _receipts(emulator, number)
            came = {one["chat_id"]: one["at"] for one in reversed(receipts)}
            if began.keys() <= came.keys():
                return came
            await asyncio.sleep(0.5)


async def _receipts(emulator: Emulator, after: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await emulator.ask("GET", f"receipts?after={after}")
    return found


def _line(kind: str, measured: Sequence[float], bare: Sequence[float]) -> Line:
    slowest = percentile(measured, 0.99)
    return Line(
        work="clue in by HTTP → message accepted by the emulator, idle system",
        database=kind,
        figure=_told(measured),
        reference=f"bare HTTP → bare send {_told(bare)}",
        ratio=median(measured) / median(bare),
        aim=f"p99 < {MOST_SECONDS * 1000:g} ms",
        met=slowest < MOST_SECONDS,
        note=f"{len(measured):,} red clues one after the other, idle between them; the ratio is of medians; "
        f"the slowest {max(measured) * 1000:.0f} ms",
    )


def _told(seconds: Sequence[float]) -> str:
    return f"p50 {median(seconds) * 1000:.0f} ms, p99 {percentile(seconds, 0.99) * 1000:.0f} ms"


if __name__ == "__main__":
    _serve_bare(*sys.argv[1:])
