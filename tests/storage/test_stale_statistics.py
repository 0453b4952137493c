"""A storm comes faster than statistics: a lease is cheap though PostgreSQL believes the queue empty."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text, true

from notifications.heads import NOTICES, WINDOW, Heads
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.people import Official
from storage.post_box import Notice

pytestmark = pytest.mark.postgresql_only(reason="SQLite has no statistics that could be stale")
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
PEOPLE, WAITING = 100, 2_000


async def fill(database: Database) -> None:
    use_vault(Vault(new_secret()))
    person = {"name": "演练", "phone": "13900000000", "linked_at": NOW}
    people = [
        {"id": n, "staff_no": f"YL{n}", "phone_hash": str(n), "chat_id": n, **person}
        for n in range(1, PEOPLE + 1)
    ]
    notice = {
        "kind": "reply",
        "facts": {"text": "x"},
        "state": "planned",
        "not_before": NOW,
        "created_at": NOW,
    }
    async with database.writing() as session:
        await session.execute(insert(Official), people)
        await session.commit()
        await session.execute(text("ANALYZE"))  # the queue is empty
        some = [{"official_id": n % PEOPLE + 1, "state": "planned", **notice} for n in range(WAITING)]
        await session.execute(insert(Notice), some)
        await session.commit()


def rows_read(plan: dict[str, object]) -> float:
    """How many rows a plan has looked at, node by node."""
    inner = plan.get("Plans", [])
    assert isinstance(inner, list)
    removed = sum(float(str(value)) for name, value in plan.items() if name.startswith("Rows Removed"))
    here = (float(str(plan["Actual Rows"])) + removed) * float(str(plan["Actual Loops"]))
    return here + sum(rows_read(one) for one in inner)


async def test_a_lease_does_not_grow_with_the_square_of_the_queue(database_url: str) -> None:
    database = Database(database_url)
    await fill(database)
    heads = Heads(NOTICES, true(), 1, None)
    query, moments = heads._first, {"room": 48, "window": WINDOW, **heads._moments(NOW)}
    async with database.reading() as session:
        words = "EXPLAIN (ANALYZE, FORMAT JSON) " + str(
            query.params(**moments).compile(
                dialect=database.engine.dialect, compile_kwargs={"literal_binds": True}
            )
        )
        plan = (await session.execute(text(words.replace(":", "\\:")))).scalar_one()
    await database.close()
    assert rows_read(plan[0]["Plan"]) < 50 * WAITING
