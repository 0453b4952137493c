"""`jintang run` as a process: stopped in mid-form, by polling and by webhook, whole and in parts."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from simulator import TOKEN, Emulator, serving
from tests.run.process import appears, command, free_port, installed, link, report, running, said_once


async def test_from_nothing_to_a_card_and_through_a_restart(tmp_path: Path) -> None:
    emulator, log = Emulator(), tmp_path / "run.log"
    async with serving(emulator) as base, installed(tmp_path, base) as env:
        async with running(env, log):
            phone = await link(env, emulator)
            await emulator.until(lambda: bool(phone.commands), 10)
            phone.tap("报线索")
            await appears(emulator, phone, "1组1号户")
            phone.tap("1组1号户")
            await appears(emulator, phone, "务工不稳")
        async with running(env, log):
            phone.tap("务工不稳")
            await appears(emulator, phone, "干部排查")
            phone.tap("干部排查")
            await appears(emulator, phone, "突发，很急")
            phone.tap("突发，很急")
            await appears(emulator, phone, "现在核实")
    said_once(emulator)


async def test_by_webhook(tmp_path: Path) -> None:
    emulator, log = Emulator(), tmp_path / "run.log"
    async with serving(emulator) as base, installed(tmp_path, base) as env:
        address = f"http://127.0.0.1:{env['JINTANG_WEB__PORT']}"
        more = {"JINTANG_TELEGRAM__MODE": "webhook", "JINTANG_WEB__BASE_URL": address}
        async with running(env | more, log):
            await report(emulator, await link(env, emulator))
        webhook = emulator.bot(TOKEN).webhook
        assert webhook is not None
        assert webhook.url.startswith(f"{address}/telegram/")
        assert webhook.secret_token
        assert webhook.secret_token not in webhook.url
    said_once(emulator)


@pytest.mark.postgresql_only(reason="an embedded database has one process")
async def test_in_parts_and_the_next_takes_over_when_one_is_killed(tmp_path: Path) -> None:
    emulator, log = Emulator(), tmp_path / "run.log"
    ports = [{"JINTANG_WEB__PORT": str(free_port())} for _ in range(4)]
    async with (
        serving(emulator) as base,
        installed(tmp_path, base) as env,
        running(env, log, "bot", "scheduler", **ports[0]) as first,
        running(env, log, "sender", **ports[1]) as sender,
    ):
        phone = await link(env, emulator)
        async with running(env, log, "bot", **ports[2]), running(env, log, "sender", "scheduler", **ports[3]):
            for process in (first, sender):
                await process.kill()
            await report(emulator, phone)
    said_once(emulator)


async def test_a_departments_program_hands_in_a_red_clue(tmp_path: Path) -> None:
    emulator, log = Emulator(), tmp_path / "run.log"
    async with serving(emulator) as base, installed(tmp_path, base) as env, running(env, log):
        phone = await link(env, emulator)
        key = (await command(env, "key", "add", "医保")).split()[0]
        clue = {"signal_id": "YB-1", "source_dept": "医保", "rule_code": "medical_burden", "band": "high"}
        clue |= {"received_date": "2026-03-01", "household_no": "YL-1"}
        address = f"http://127.0.0.1:{env['JINTANG_WEB__PORT']}/api/v1/clues"
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.post(address, json={"clues": [clue]}) as answer,
        ):
            assert [one["state"] for one in (await answer.json())["clues"]] == ["open"]
        await emulator.until(lambda: any("急·新线索" in m.text for m in phone.messages), 30)
    said_once(emulator)


async def test_the_operators_see_that_all_is_well(tmp_path: Path) -> None:
    """The auditor's canary, what the process measures, and what a library has to say."""
    emulator, log = Emulator(), tmp_path / "run.log"
    async with serving(emulator) as base, installed(tmp_path, base) as env:
        room = emulator.person(77_000, "维护员", "13900000099", token=TOKEN)
        room.start()
        async with running(env, log, JINTANG_OPERATORS__CHAT="77000"), aiohttp.ClientSession() as client:
            await emulator.until(lambda: any("自查正常" in m.text for m in room.messages), 30)
            async with client.get(f"http://127.0.0.1:{env['JINTANG_WEB__PORT']}/metrics") as answer:
                said = await answer.text()
            reader, writer = await asyncio.open_connection("127.0.0.1", int(env["JINTANG_WEB__PORT"]))
            writer.write(b"nonsense\r\n\r\n")
            assert b"400 Bad Request" in await reader.read()
            writer.close()
            await writer.wait_closed()
        assert "jintang_audit_rounds_total 1.0" in said
        assert 'jintang_audit_found{check="cases_standing"} 0.0' in said
        assert "[WARNING  ] Invalid HTTP request" in log.read_text()
