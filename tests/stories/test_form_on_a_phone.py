"""A form tried on a phone: a household's members one after the other, changed, added, taken out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.clock import SetClock
from config.loader import load_policy
from config.models import Form
from jintang import drill
from jintang.demo import START, Demo, county, offer
from jintang.story import answered, look
from simulator import TOKEN, Emulator, Phone, serving
from storage.work import Draft, Submission
from tests.unit.test_form_groups import HEAD, MEMBERS, QUESTIONS

PATIENCE_SECONDS = 20
PLACE = [{"name": "place", "type": "text", "label": "住哪？", "summary": "住处", "group": "home"}]
GROUPS = [{"name": "home", "label": "户情"}, MEMBERS]


class Fingers:
    """Presses on the newest card of one phone, each when its answer has come."""

    def __init__(self, emulator: Emulator, phone: Phone) -> None:
        self.emulator = emulator
        self.phone = phone

    async def taps(self, *labels: str) -> str:
        """Presses, or typed words after ✎; the text of the newest card then."""
        for label in labels:
            await self.emulator.until(lambda wanted=label: self._offers(wanted), PATIENCE_SECONDS)
            before = look(self.phone)
            self.phone.say(label[1:]) if label.startswith("✎") else self.phone.tap(label)
            await self.emulator.until(lambda seen=before: answered(self.phone, seen), PATIENCE_SECONDS)
        return self.card

    def _offers(self, label: str) -> bool:
        return label.startswith("✎") or any(label in message.buttons for message in self.phone.received)

    @property
    def card(self) -> str:
        return self.phone.received[-1].text

    @property
    def buttons(self) -> list[str]:
        return list(self.phone.received[-1].buttons)


@pytest.fixture
async def fingers(tmp_path: Path) -> AsyncIterator[Fingers]:
    """The phone of a grid worker who is to try the form of a household."""
    form = {**HEAD, "name": "family", "title": "户情表", "questions": [*PLACE, *QUESTIONS], "groups": GROUPS}
    policy = load_policy("hebei")
    forms = {**policy.forms, "family": Form.model_validate({**form, "outcomes": [{"outcome": "done"}]})}
    clock = SetClock(START)
    emulator = Emulator(now=lambda: clock.now().timestamp())
    demo, stop = Demo(emulator, clock), asyncio.Event()
    policy = policy.model_copy(update={"forms": forms})
    async with serving(emulator) as base, county(demo, base, tmp_path, policy) as app:
        running = asyncio.create_task(app.run(stop))
        here = Fingers(emulator, emulator.phone(drill.PLAYERS[-1].chat_id, TOKEN))
        try:
            await offer(demo, app, "family")
            await emulator.until(
                lambda: any("住哪？" in m.text for m in here.phone.received), PATIENCE_SECONDS
            )
            yield here
        finally:
            stop.set()
            await running
        async with app.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Submission)) == 0
            assert await session.scalar(select(Draft.state).where(Draft.form == "family")) == "submitted"


async def test_members_are_filled_in_changed_added_and_taken_out(fingers: Fingers) -> None:
    assert fingers.card.startswith("户情表·户情（1/1） 演练村1组1号户")
    assert "几口人？" in await fingers.taps("✎老房")
    assert "户情表·第1位（1/1）" in await fingers.taps("✎2")
    assert "户情表·第2位（1/1）" in await fingers.taps("16–59", "是")
    summary = await fingers.taps("6–15", "是")
    assert "▪ 户情\n・住处：老房" in summary
    assert "▪ 第1位：16–59，是\n▪ 第2位：6–15，是" in summary
    assert {"改 户情", "改 第1位", "改 第2位", "再加一人"} <= {*fingers.buttons}

    assert "户情表·第2位" in await fingers.taps("改 第2位")
    assert "▪ 第2位：6–15，否" in await fingers.taps("改 上学吗", "否")
    assert "户情表·第3位（1/1）" in await fingers.taps("再加一人")
    assert "▪ 第3位：16–59，否" in await fingers.taps("16–59", "否")

    assert "去掉第1位吗？" in await fingers.taps("改 第1位", "去掉第1位")
    assert "▪ 第1位：16–59，是" in await fingers.taps("回到汇总")
    left = await fingers.taps("改 第2位", "去掉第2位", "去掉")
    assert "▪ 第1位：16–59，是\n▪ 第2位：16–59，否" in left
    assert "第3位" not in left
    assert "试填到头了" in await fingers.taps("提交")


async def test_old_buttons_of_a_member_do_nothing(fingers: Fingers) -> None:
    await fingers.taps("✎老房", "✎2", "16–59", "是", "6–15", "是", "改 第2位", "去掉第2位")
    asked = fingers.phone.received[-1]
    version = len(asked.history)
    assert "去掉第2位吗？" in asked.text
    assert "第2位" not in await fingers.taps("去掉")
    fingers.phone.tap("去掉", asked, version)
    await fingers.emulator.until(lambda: "已经变了" in (fingers.phone.toast or ""), PATIENCE_SECONDS)
    assert "▪ 第1位：16–59，是" in fingers.card
    assert "试填到头了" in await fingers.taps("提交")
