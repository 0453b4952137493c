"""看一遍: the whole story in ninety captioned seconds, played on the real phones by real presses."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from jintang import drill
from simulator import TOKEN, Emulator, Phone
from workflows.dates import schedule
from workflows.desk import Desk

CITY, COUNTY, TOWN, VILLAGE, GRID = (player.chat_id for player in drill.PLAYERS)
PATIENCE_SECONDS = 10.0


class Stage(Protocol):
    """What a story is played on."""

    emulator: Emulator

    async def advance(self, to: datetime) -> None: ...
    async def send_list(self) -> None: ...
    async def count(self) -> None: ...
    @property
    def running(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Scene:
    """A caption, the phone it is about, what happens, and its share of the time."""

    caption: str
    phone: int | None
    act: Callable[[], Awaitable[None]]
    share: float = 1.0


@dataclass
class Play:
    """One playing of the story; `seconds` is how long it takes altogether."""

    stage: Stage
    seconds: float
    step: int = 0
    caption: str = ""
    phone: int | None = None
    over: bool = False
    _scenes: Sequence[Scene] = field(default_factory=tuple)

    def shown(self) -> dict[str, Any]:
        """The story as the page shows it."""
        return {
            "playing": not self.over,
            "caption": self.caption,
            "step": self.step,
            "steps": len(self._scenes),
            "highlight": self.phone,
        }

    async def run(self) -> None:
        self._scenes = self._script()
        whole = sum(scene.share for scene in self._scenes)
        try:
            for nth, scene in enumerate(self._scenes, 1):
                self.step, self.caption, self.phone = nth, scene.caption, scene.phone
                self.stage.emulator.events.publish("demo")
                until = asyncio.get_running_loop().time() + self.seconds * scene.share / whole
                await scene.act()
                await self.stage.count()
                await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))
        except TimeoutError:
            self.caption = "有人先点了别的，这里接不上了。请点“看一遍”重新看"
        finally:
            self.over = True
            self.stage.emulator.events.publish("demo")

    # --- the script ------------------------------------------------------------------------------

    def _script(self) -> tuple[Scene, ...]:
        return (
            Scene("一份医保名单到了县里，里面有一户自付较高", COUNTY, self.stage.send_list, 0.8),
            Scene("四级都响了：网格员收到卡片，村、乡镇、县各一行，市里只见数", GRID, _nothing),
            Scene("没有人点开。到期前一天，网格员的早上清单提醒一次", GRID, self._day_before),
            Scene("周末不打扰。过了期限，工作日一早，乡镇收到带按钮的提醒", TOWN, self._overdue),
            Scene("乡镇点“乡镇协助”，告诉村里怎么帮", TOWN, self._assist),
            Scene("网格员上门，一题一题点：有难处，扛不住，拟纳入", GRID, self._check, 1.5),
            Scene("四个同步：授权采集、评议、比对、审核一起开始", GRID, self._collect, 1.5),
            Scene("村里开评议会，登记人数和结果，张贴公示", VILLAGE, self._review, 1.3),
            Scene("公示的五天里，县里比对，乡镇审核", COUNTY, self._offices),
            Scene("公示满五整天，没有异议", VILLAGE, self._publicity),
            Scene("县级审定，乡镇公告并录入，没有超过总期限", TOWN, self._decide, 1.2),
            Scene("接着定措施，以后按颜色走访。这一户没有掉下去", VILLAGE, self._measures),
        )

    # --- acts -------------------------------------------------------------------------------------

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.stage.running.desk
        return desk

    async def _to(self, days: int, hour: int, minute: int = 0) -> None:
        """So many days on, at that hour; never backward."""
        now = self._desk.now()
        to = (now + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        if to > now:
            await self.stage.advance(to)

    async def _next_working(self, days: int, hour: int, minute: int = 0) -> None:
        today = self._desk.today()
        day = self._desk.calendar.first_working_on_or_after(today + timedelta(days=days))
        await self._to((day - today).days, hour, minute)

    async def _day_before(self) -> None:
        await self._next_working(1, 8, 45)

    async def _overdue(self) -> None:
        policy = self._desk.policy
        start = self._desk.today() - timedelta(days=1)
        due = schedule(policy.profile, policy.procedure, start, self._desk.calendar).steps["visit"].planned
        await self._next_working((due - self._desk.today()).days + 1, 8, 45)

    async def _assist(self) -> None:
        await self._tap(TOWN, "乡镇协助", "协助联系户主")

    async def _check(self) -> None:
        await self._tap(GRID, "现在核实", "上门见到人", "今天", "属实", "☐ 因病", "选好了", "都能过得去")
        await self._tap(GRID, "扛不住", "👉 有风险，拟纳入", "提交")

    async def _collect(self) -> None:
        await self._form(GRID, "a2")

    async def _review(self) -> None:
        await self._next_working(1, 10)
        await self._form(VILLAGE, "review")
        await self._form(VILLAGE, "posting")

    async def _offices(self) -> None:
        await self._form(COUNTY, "comparison")
        await self._form(TOWN, "town")

    async def _publicity(self) -> None:
        await self._next_working(5, 15, 10)
        await self._form(VILLAGE, "publicity")

    async def _decide(self) -> None:
        await self._form(COUNTY, "county")
        await self._form(TOWN, "entry")

    async def _measures(self) -> None:
        await self._next_working(1, 8, 45)
        await self._form(VILLAGE, "measures")

    # --- fingers ---------------------------------------------------------------------------------

    async def _form(self, chat: int, step: str) -> None:
        """Opens the newest card of the step and gives its ordinary answers."""
        await self._tap(chat, self._desk.policy.forms[step].title, *ORDINARY[step])

    async def _tap(self, chat: int, *labels: str) -> None:
        for label in labels:
            await self._one(chat, label)

    async def _one(self, chat: int, label: str) -> None:
        """One press, or typed words after ✎, on the newest card, as soon as it shows."""
        emulator = self.stage.emulator
        phone = emulator.phone(chat, TOKEN)
        if not label.startswith("✎"):
            await emulator.until(lambda: any(label in m.buttons for m in phone.messages), PATIENCE_SECONDS)
        before = look(phone)
        phone.say(label[1:]) if label.startswith("✎") else phone.tap(label)
        await emulator.until(lambda: answered(phone, before), PATIENCE_SECONDS)


Look = dict[int, tuple[str, list[str]]]


def look(phone: Phone) -> Look:
    """What the bot has written so far in this chat."""
    return {message.id: (message.text, list(message.buttons)) for message in phone.received}


def answered(phone: Phone, before: Look) -> bool:
    """Whether a message has come or changed; one that only lost its buttons is no answer."""
    now = look(phone)
    return any(
        seen != before.get(one) and (seen[1] or seen[0] != before.get(one, ("", []))[0])
        for one, seen in now.items()
    )


async def _nothing() -> None:
    """A moment to look."""


# What is answered on each form when all goes well; ✎ stands before typed words.
ORDINARY: dict[str, tuple[str, ...]] = {
    "a2": (
        *("本人签(按手印)", "今天", "没变", "没变", "本村老房", "一样"),
        *("16–59岁", "☐ 患有大病", "选好了", "丧失劳动力", "居民医保", "都没有"),
        *("配偶", "16–59岁", "健康", "普通劳动力", "10–12个月", "省外", "居民医保", "都没有"),
        *("儿子", "6–15岁", "健康", "初中", "居民医保", "都没有"),
        *("安全", "👉 都在", "👉 都参了", "没问题", "不愁"),
        *(
            "✎3.8万",
            "✎6000",
            "✎2000",
            "0",
            "✎1800",
            "0",
            "✎5万",
            "少了一些",
            "对，43800",
        ),
        *("没变", "☐ 亲戚能帮", "☐ 能打工", "选好了", "都没有", "☐ 看病报销救助", "选好了"),
        *("👉 边缘易致贫户", "一周内", "☐ 户口簿", "☐ 诊断书或病历", "☐ 发票或结算单", "选好了"),
        *("☐ 村干部", "选好了", "签了", "提交"),
    ),
    "review": ("通过", "今天", "村民代表会议", "✎30", "✎26", "✎25", "✎1", "✎0", "提交"),
    "posting": ("今天", "村务公开栏", "对，都没有", "提交"),
    "comparison": ("无异常", "今天"),
    "town": ("没抽查", "同意", "今天", "提交"),
    "publicity": ("没有异议", "今天"),
    "county": ("同意纳入", "今天", "边缘易致贫户", "✎3", "提交"),
    "entry": ("今天", "今天"),
    "measures": ("☐ 健康帮扶", "选好了", "医保卫健", "明天", "村里", "知道并同意", "提交"),
}
