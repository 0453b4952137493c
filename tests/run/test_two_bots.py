"""Two bots by region: each person hears from their own, and a 429 of one holds up no other."""

from pathlib import Path

from simulator import TOKEN, Emulator, serving
from tests.run.process import GRID, installed, link, report, running

OF_THE_COUNTY = "20002:" + "B" * 35


async def test_each_speaks_to_its_own_and_is_paused_alone(tmp_path: Path) -> None:
    emulator, log = Emulator(), tmp_path / "run.log"
    async with serving(emulator) as base, installed(tmp_path, base) as env:
        room = emulator.person(77_000, "维护员", "13900000099", token=TOKEN)
        room.start()
        more = {
            "JINTANG_TELEGRAM__BOTS": f'{{"130828": "{OF_THE_COUNTY}"}}',
            "JINTANG_OPERATORS__CHAT": "77000",
        }
        env |= more
        async with running(env, log):
            phone = await link(env, emulator, OF_THE_COUNTY)
            await report(emulator, phone)
        fault = emulator.faults.add("429", method="sendMessage", chat_id=GRID.chat_id, retry_after=600)
        seen = len(room.received)
        async with running(env, log):
            phone.tap("报线索")
            await emulator.until(lambda: fault.times == 0, 30)
            room.say("/start")
            await emulator.until(lambda: len(room.received) > seen, 30)
        told = {one.bot_id for one in emulator.receipts.after(chat_id=GRID.chat_id)}
        assert told == {20002}
        assert {one.bot_id for one in emulator.receipts.after(chat_id=77_000)} == {int(TOKEN.split(":")[0])}
