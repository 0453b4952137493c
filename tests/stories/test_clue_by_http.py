"""A department's program hands in a clue over HTTP, and the grid worker's phone rings."""

import aiohttp
from sqlalchemy import func, select

from storage.gate import Answer
from tests.served import served
from tests.stories.acts import NO_RISK
from tests.stories.world import GRID, HOME, World
from web.app import create_app
from workflows.keys import add_key
from workflows.reception import Reception

CLUE = {
    "signal_id": "YB-HTTP-1",
    "source_dept": "医保",
    "rule_code": "medical_burden",
    "received_date": "2026-03-12",
    "household_no": HOME,
    "band": "middle",
}


async def handed_in(w: World, clue: dict[str, str]) -> str:
    """The word for one clue."""
    async with w.app.database.writing() as session:
        key = await add_key(session, w.app.desk, "医保", "医保", None)
        await session.commit()
    app = create_app(w.app.database, w.app.desk.time, reception=Reception(w.app.database, w.app.desk))
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "1"}
    async with served(app) as address, aiohttp.ClientSession(headers=headers) as client:
        states = []
        for _ in range(2):
            async with client.post(f"{address}/api/v1/clues", json={"clues": [clue]}) as answer:
                states += [one["state"] for one in (await answer.json())["clues"]]
    await w.app.settle()
    assert states[0] == states[1]
    return states[0]


async def test_a_clue_by_http_is_a_card_on_the_grid_workers_phone(hebei: World) -> None:
    assert await handed_in(hebei, CLUE) == "open"
    hebei.rings(grid="🔶 新线索 DP-260312-01…近期医疗自付较高", **hebei.lines(due="3月14日(周六) 前核实"))
    assert (await hebei.does(GRID, *NO_RISK)).startswith("✅ 已登记")


async def test_a_red_one_rings_three_phones_at_once(hebei: World) -> None:
    assert await handed_in(hebei, {**CLUE, "band": "high"}) == "open"
    alert = "🔴 急·新线索 DP-260312-01"
    lines = hebei.lines()
    hebei.rings(grid=alert, village=alert, town=alert, county=lines["county"], city=lines["city"])


async def test_answers_are_tidied_up_with_the_time(hebei: World) -> None:
    assert await handed_in(hebei, CLUE) == "open"
    hebei.look_away()
    await hebei.until(2026, 3, 19, 9, 1)
    hebei.look_away()
    async with hebei.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Answer)) == 0
