"""The auditor: whatever breaks a promise is found, put right where a rule says how, and told once."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import REGISTRY
from sqlalchemy import delete, func, select, text, update

from jintang.dead_man import calling
from simulator import TOKEN, Phone
from storage.post_box import Delivery, Inbox, Notice
from storage.register import Batch, Clue
from storage.work import Audit, Case, FollowUp, Marker, Rung, Task
from tests.served import served
from tests.stories.acts import CANDIDATE
from tests.stories.world import GRID, World
from web.app import create_app
from workflows.auditing.auditor import Auditor, Operators
from workflows.auditing.checks import CHECKS
from workflows.auditing.mending import MENDS
from workflows.auditing.telling import Round, news

ROOM = 77_000
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
REPORT = "🔧 金汤自查"


class Watch:
    """A world with an auditor and the operators' phone."""

    def __init__(self, w: World) -> None:
        self.w = w
        self.phone: Phone = w.emulator.person(ROOM, "维护员", "13900000099", token=TOKEN)
        self.phone.start()
        self.operators = Operators(ROOM)
        self.auditor = self.another()

    def another(self) -> Auditor:
        return Auditor(self.w.app.database, self.w.app.desk, self.w.app.sender.real, self.operators)

    async def round(self) -> Round:
        """A look, and the sending of what is said."""
        seen = await self.auditor.round()
        await self.w.app.deliver()
        return seen

    async def breaks(self, *statements: object) -> None:
        """Something goes wrong that no code of ours does."""
        async with self.w.app.database.writing() as session:
            if session.database.embedded:
                await session.execute(text("PRAGMA defer_foreign_keys=ON"))
            for statement in statements:
                await session.execute(statement)  # type: ignore[call-overload]
            await session.commit()

    def reports(self) -> list[str]:
        return [m.text for m in self.phone.received if m.text.startswith(REPORT)]


@pytest.fixture
async def watch(hebei: World) -> AsyncIterator[Watch]:
    watch = Watch(hebei)
    await hebei.list_arrives()
    hebei.look_away()
    yield watch
    hebei.look_away()


async def count(watch: Watch, query: object) -> int:
    async with watch.w.reading() as session:
        return await session.scalar(query) or 0  # type: ignore[call-overload, no-any-return]


# --- nothing is wrong ----------------------------------------------------------------------------


async def test_where_all_is_well_nothing_is_said_but_the_canary(watch: Watch) -> None:
    for _ in range(3):
        assert await watch.round() == Round()
        watch.w.clock.set(watch.w.clock.now() + timedelta(minutes=1))
    assert [m.text for m in watch.phone.received] == ["🟢 3月12日(周四) 09:00 自查正常"]


async def test_the_canary_is_one_message_that_is_edited_every_five_minutes(watch: Watch) -> None:
    for _ in range(12):
        await watch.round()
        watch.w.clock.set(watch.w.clock.now() + timedelta(minutes=1))
    (canary,) = watch.phone.received
    assert canary.text == "🟢 3月12日(周四) 09:10 自查正常"
    assert len(canary.history) == 2
    assert await count(watch, select(func.count()).where(Notice.chat_id == ROOM)) == 1
    assert await count(watch, select(func.count()).where(Delivery.result != "accepted")) == 0


async def test_a_canary_that_does_not_come_back_is_missed(watch: Watch) -> None:
    watch.w.emulator.faults.add("502", times=None, method="sendMessage")
    await watch.round()
    watch.w.clock.set(watch.w.clock.now() + timedelta(minutes=3))
    await watch.auditor.round()
    assert REGISTRY.get_sample_value("jintang_canary_missing") == 1
    watch.w.emulator.faults.clear()
    await watch.w.until(2026, 3, 12, 9, 5)
    await watch.auditor.round()
    assert REGISTRY.get_sample_value("jintang_canary_missing") == 0


async def test_lines_that_waited_through_a_stop_wait_for_the_next_list(xinfeng: World) -> None:
    """Started again on a Saturday: the list of Friday was never made, and nobody is disturbed."""
    w = xinfeng
    watch = Watch(w)
    await w.list_arrives()
    await w.list_arrives({"source_dept": "人社", "rule_code": "job_lost"})
    w.look_away()
    await w.stopped_until(2026, 3, 14, 14, 0)
    watch.auditor = watch.another()
    assert [await watch.round() for _ in range(3)] == [Round()] * 3
    w.silent()
    await w.until(2026, 3, 16, 8, 30)
    assert any("又有提示" in m.text for m in w.phone(GRID).received)
    w.look_away()


# --- what is put right ---------------------------------------------------------------------------


async def test_a_rung_nobody_fires_is_fired_and_told_of_once(watch: Watch) -> None:
    pending = update(Rung).where(Rung.state == "pending")
    await watch.breaks(pending.values(fires_at=watch.w.clock.now() - timedelta(hours=1)))
    assert await watch.auditor.round() == Round()  # a scheduler may be about to
    assert "rungs_unfired" in (await watch.auditor.round()).mended
    late = Rung.state == "pending", Rung.fires_at < watch.w.clock.now()
    assert await count(watch, select(func.count()).select_from(Rung).where(*late)) == 0
    await watch.round()
    await watch.round()
    (report,) = watch.reports()
    assert "到时间的提醒没有发出" in report
    assert "已自动补好" in report
    assert await count(watch, select(func.count()).where(Audit.action == "audit.mended")) == 1


async def test_a_task_without_a_ladder_gets_it(watch: Watch) -> None:
    before = await count(watch, select(func.count()).select_from(Rung))
    await watch.breaks(delete(Rung))
    assert (await watch.round()).mended == {"tasks_silent": 1}
    assert await count(watch, select(func.count()).select_from(Rung)) == before


async def test_a_case_without_a_step_goes_on(watch: Watch) -> None:
    await watch.breaks(update(Task).values(state="cancelled"))
    assert (await watch.round()).mended == {"cases_standing": 1}
    assert await count(watch, select(func.count()).where(Task.state == "open", Task.step == "visit")) == 1


async def test_a_household_under_watch_is_visited_again(watch: Watch) -> None:
    done = {"state": "done", "outcome": "done"}
    await watch.breaks(
        update(Task).values(done),
        update(Case).values(recognised_on=watch.w.app.desk.today(), stage="following"),
    )
    assert (await watch.round()).mended == {"cases_standing": 1}
    assert await count(watch, select(func.count()).where(FollowUp.done_on.is_(None))) == 1
    assert await count(watch, select(func.count()).where(Task.state == "open", Task.step == "followup")) == 1


async def test_what_outlives_its_case_is_ended_and_its_signals_get_the_result(watch: Watch) -> None:
    await watch.breaks(
        update(Case).values(closed_on=watch.w.app.desk.today(), result="solved", stage="closed")
    )
    assert (await watch.round()).mended == {"clues_unanswered": 1, "tasks_outliving": 1}
    assert await count(watch, select(func.count()).where(Clue.result == "solved")) == 1


async def test_what_hangs_in_a_list_or_a_batch_goes_out_by_itself(watch: Watch) -> None:
    w = watch.w
    await w.until(2026, 3, 12, 11, 0)
    old = {"created_at": w.clock.now() - timedelta(days=5), "not_before": w.clock.now() - timedelta(days=5)}
    carried = select(Notice.id).where(Notice.kind == "alert").limit(1).scalar_subquery()
    for state, name in (("held", "unlisted"), ("staged", "unreleased")):
        await watch.breaks(update(Notice).where(Notice.id == carried).values(state=state, **old))
        await watch.auditor.round()
        assert (await watch.round()).mended == {f"notices_{name}": 1}
    w.look_away()
    await watch.breaks(
        update(Notice).where(Notice.kind == "batch_village").values(state="superseded"),
        update(Notice)
        .where(Notice.id == carried)
        .values(
            state="carried",
            carrier_id=select(Notice.id).where(Notice.kind == "batch_village").limit(1).scalar_subquery(),
        ),
    )
    watch.auditor = watch.another()
    assert (await watch.round()).mended == {"notices_stranded": 1}
    assert w.phone(GRID).news()


# --- what a person has to look at ----------------------------------------------------------------


async def test_what_cannot_be_put_right_is_told_once_a_day_until_it_is_over(watch: Watch) -> None:
    w = watch.w
    long_ago = w.clock.now() - timedelta(hours=2)
    row = {"bot_id": 1, "update_id": 1, "chat_id": 1, "received_at": long_ago, "state": "waiting", "tries": 0}
    await watch.breaks(Inbox.__table__.insert().values(row))  # type: ignore[attr-defined]
    await watch.round()
    for _ in range(3):
        assert (await watch.round()).found == {"updates_unhandled": 1}
    assert len(watch.reports()) == 1
    assert "手机上的操作没有处理：1，要人看一下" in watch.reports()[0]
    w.clock.set(w.clock.now() + timedelta(minutes=6))
    await watch.round()
    assert watch.phone.received[0].text == "🔧 3月12日(周四) 09:06 自查有问题，看上面的消息"
    await watch.breaks(update(Inbox).values(state="handled"))
    await watch.round()
    await watch.round()
    assert len(watch.reports()) == 2
    assert "已恢复正常" in watch.reports()[1]
    assert await count(watch, select(func.count()).where(Marker.name.startswith("audit:"))) == 0


async def test_every_promise_a_row_can_break_is_looked_at(watch: Watch) -> None:
    """Each check without a rule for mending finds its own kind of wrong, and nothing else does."""
    w = watch.w
    old = w.clock.now() - timedelta(hours=3)
    alert = update(Notice).where(Notice.kind == "alert")
    ended = w.app.sender.real.now() - timedelta(minutes=2)
    wrong: dict[str, object] = {
        "notices_unplanned": alert.values(state="pending", not_before=old),
        "notices_unsent": alert.values(state="planned", not_before=old),
        "notices_unreturned": alert.values(state="leased", leased_until=ended),
        "batches_untold": update(Batch).where(Batch.kind == "clues").values(told=False, imported_at=old),
        "clues_unmatched": update(Clue).values(state="waiting", case_id=None),
        "cases_unexplained": update(Case).values(closed_on=w.app.desk.today(), result=None),
    }
    assert wrong.keys() | MENDS.keys() | {"updates_unhandled"} == {check.name for check in CHECKS}
    for name, statement in wrong.items():
        auditor = Auditor(w.app.database, w.app.desk, w.app.sender.real, Operators())
        await watch.breaks(statement)
        await auditor.round()
        assert name in (await auditor.round()).found, name
        undo = {
            "batches_untold": update(Batch).values(told=True),
            "clues_unmatched": update(Clue).values(state="done", result="no_risk"),
            "cases_unexplained": update(Case).values(result="no_risk"),
        }.get(name, alert.values(state="accepted"))
        await watch.breaks(undo)


async def test_after_every_step_of_a_story_the_auditor_finds_nothing(watch: Watch) -> None:
    w = watch.w
    await w.does(GRID, *CANDIDATE)
    for days in (1, 2, 5, 9, 20):
        await w.until(
            *(w.clock.now() + timedelta(days=days)).astimezone(w.app.desk.time.zone).timetuple()[:5]
        )
        auditor = watch.another()
        for _ in range(2):
            assert await auditor.round() == Round()


# --- the dead man's switch -----------------------------------------------------------------------


async def test_the_address_is_called_only_while_all_is_well(watch: Watch) -> None:
    calls: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response()

    site = web.Application()
    site.router.add_get("/ping/secret", answer)
    async with TestServer(site) as server:
        watch.operators = Operators(ROOM, calling(str(server.make_url("/ping/secret"))))
        watch.auditor = watch.another()
        await watch.round()
        assert calls == ["/ping/secret"]
        await watch.breaks(update(Case).values(closed_on=watch.w.app.desk.today(), result=None))
        watch.auditor = watch.another()
        await watch.round()
        assert calls == ["/ping/secret"]
        await watch.breaks(update(Case).values(result="no_risk"))
    assert not await calling("http://127.0.0.1:9/")()


# --- one leads -----------------------------------------------------------------------------------


def test_what_is_told_once_and_again_after_a_day() -> None:
    texts = {"audit_found": "{what}{count}", "audit_over": "{what}好了", "check_a": "甲", "check_b": "乙"}
    now = datetime(2026, 3, 12, 9).astimezone()
    first = news(texts, Round(found={"a": 2}), {}, now)
    assert first.lines == ("甲2",)
    soon = news(texts, Round(found={"a": 3, "b": 1}), first.told, now + timedelta(hours=1))
    assert soon.lines == ("乙1",)
    later = news(texts, Round(found={"a": 3}), soon.told, now + timedelta(hours=24))
    assert later.lines == ("甲3", "乙好了")
    assert later.told == {"a": now + timedelta(hours=24)}


# --- what is measured ----------------------------------------------------------------------------


async def metrics(watch: Watch) -> str:
    app = create_app(watch.w.app.database, watch.w.app.desk.time)
    async with served(app) as base, aiohttp.ClientSession() as client, client.get(f"{base}/metrics") as said:
        return await said.text()


async def test_the_gauges_tell_what_stands(watch: Watch) -> None:
    w = watch.w
    since = w.clock.now() - timedelta(seconds=90)
    await watch.breaks(
        update(Notice).where(Notice.kind == "alert").values(state="planned", not_before=since),
        update(Notice).where(Notice.kind == "batch_city").values(state="parked"),
    )
    said = await metrics(watch)
    assert 'jintang_queue_depth{lane="2",state="planned"} 1.0' in said
    assert 'jintang_oldest_due_seconds{kind="sending"} 90.0' in said
    assert 'jintang_notices_waiting{state="parked"} 1.0' in said


async def test_alert_rules_and_board_ask_for_what_there_is(watch: Watch) -> None:
    await watch.round()
    known = {line.split()[2] for line in (await metrics(watch)).splitlines() if line.startswith("# TYPE")}
    rules = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())["groups"][0]["rules"]
    board = json.loads((OPERATIONS / "board.json").read_text())["panels"]
    asked = [rule["expr"] for rule in rules] + [t["expr"] for panel in board for t in panel["targets"]]
    names = {name for expr in asked for name in re.findall(r"jintang_\w+", expr)}
    assert {re.sub(r"_bucket$", "", name) for name in names} <= known
    assert len({panel["id"] for panel in board}) == len(board)


def test_the_guide_explains_every_check(watch: Watch) -> None:
    guide = (OPERATIONS / "README.md").read_text()
    texts = watch.w.app.desk.policy.texts
    missing: Sequence[str] = [name for check in CHECKS if (name := texts[f"check_{check.name}"]) not in guide]
    assert not missing
