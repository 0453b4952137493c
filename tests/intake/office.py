"""The office of a department whose program hands in clues: a served intake over a real database."""

import io
import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from sqlalchemy import func, select

from config.clock import SetClock
from storage.base import Base
from storage.engine import Database
from storage.register import Clue
from workflows.desk import Desk
from workflows.imports.private import id_check_digit
from workflows.keys import add_key

VILLAGE = "130828107206"
Json = dict[str, Any]


def clue(serial: int, **more: Any) -> Json:
    """A red signal about household H<serial>."""
    return {
        "signal_id": f"YB-{serial}",
        "source_dept": "医保",
        "rule_code": "medical_burden",
        "event_date": "2026-03-01",
        "received_date": "2026-03-10",
        "village_code": VILLAGE,
        "household_no": f"H{serial}",
        "person_role": "户主",
        "risk_code": "01",
        "direction": "漏",
        "band": "high",
        "note": "本季度住院两次",
    } | more


def id_number(serial: int) -> str:
    first17 = f"13082819700307{serial:03d}"
    return first17 + id_check_digit(first17)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Json:
        found: Json = json.loads(self.text)
        return found

    @property
    def states(self) -> list[str]:
        return [one["state"] for one in self.body["clues"]]

    @property
    def error(self) -> str:
        return str(self.body["error"])


@dataclass
class Office:
    """`key` is a key of 医保."""

    address: str
    database: Database
    desk: Desk
    clock: SetClock
    key: str

    async def post(self, body: Any, *, key: str | None = "", once: str | None = None) -> Said:
        """The answer to a body, or to a list of clues."""
        data = body if isinstance(body, bytes) else json.dumps({"clues": body}).encode()
        headers = {} if key is None else {"Authorization": f"Bearer {key or self.key}"}
        headers |= {} if once is None else {"Idempotency-Key": once}
        url = f"{self.address}/api/v1/clues"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=io.BytesIO(data), headers=headers) as answer,
        ):
            return Said(answer.status, dict(answer.headers), await answer.text())

    async def get(self, path: str) -> Said:
        async with aiohttp.ClientSession() as session, session.get(f"{self.address}{path}") as answer:
            return Said(answer.status, dict(answer.headers), await answer.text())

    async def another_key(self, name: str, dept: str | None, **more: Any) -> str:
        async with self.database.writing() as session:
            key = await add_key(session, self.desk, name, dept, more.get("until"))
            await session.commit()
            return key

    async def count(self, entity: type[Base] = Clue) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(entity)) or 0
