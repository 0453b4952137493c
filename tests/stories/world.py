"""A county in a test: real database, real dispatcher, real HTTP to the emulator, a clock that is moved."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from config.models import Policy
from config.wording import day_text
from jintang import drill
from jintang.wiring import Jintang, jintang
from simulator import TOKEN, Emulator, Message, Phone, serving
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from tests import databases
from workflows.desk import Desk
from workflows.imports.importing import import_rows

ZONE = ZoneInfo("Asia/Shanghai")
THURSDAY = datetime(2026, 3, 12, 9, 0, tzinfo=ZONE)
BUILT = datetime(2026, 1, 5, 9, 0, tzinfo=ZONE)
VAULT = Vault(new_secret())
CITY, COUNTY, TOWN, VILLAGE, GRID = (player.chat_id for player in drill.PLAYERS)
NAMES = {"city": CITY, "county": COUNTY, "town": TOWN, "village": VILLAGE, "grid": GRID}
HOME = "YL-107206-01-01"  # 下三合义村1组 1号户
Heard = str | Sequence[str]


@dataclass
class World:
    """Everything a story needs."""

    app: Jintang
    emulator: Emulator
    clock: SetClock
    _wiring: "_Wiring"
    _phones: dict[int, Phone] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _heard: dict[int, list[Message]] = field(default_factory=dict)
    _offset: int | None = None

    # --- phones ---------------------------------------------------------------------------------

    def phone(self, chat_id: int) -> Phone:
        if chat_id not in self._phones:
            self._phones[chat_id] = self.emulator.phone(chat_id, TOKEN)
        return self._phones[chat_id]

    async def pull(self) -> None:
        """Fetches what people did, handles it, sends the answers."""
        updates = await self.app.bot.get_updates(offset=self._offset, timeout=0)
        await self.receive(updates)
        if updates:
            self._offset = updates[-1].update_id + 1
        await self.app.settle()

    async def receive(self, updates: Sequence[Update]) -> None:
        """What was fetched is kept, not yet handled."""
        payloads = [update.model_dump(mode="json", exclude_none=True) for update in updates]
        await self.app.receiver.receive(self.app.bot.id, payloads)

    async def tap(self, chat_id: int, label: str, message: Message | None = None) -> None:
        """Presses a button of a message, by default the newest that has it; its mark may be left out."""
        phone = self.phone(chat_id)
        cards = [message] if message else [m for m in reversed(phone.messages) if m.buttons]
        for card in cards:
            if full := _full(card.buttons, label):
                phone.tap(full, card)
                break
        else:
            phone.tap(label, message)
        await self.pull()

    async def say(self, chat_id: int, text: str) -> None:
        self.phone(chat_id).say(text)
        await self.pull()

    async def fill(self, chat_id: int, *labels: str) -> None:
        """Presses one button after the other on the newest card that has it; ✎ stands before typed words."""
        for label in labels:
            if label.startswith("✎"):
                await self.say(chat_id, label[1:])
            else:
                await self.tap(chat_id, label)

    async def does(self, chat_id: int, *labels: str) -> str:
        """Fills a form in from its first button on; its last words. What else rings stays to be heard."""
        self._listen(chat_id)
        await self.tap(chat_id, labels[0])
        form = self._reply(chat_id)
        for label in labels[1:]:
            if label.startswith("✎"):
                await self.say(chat_id, label[1:])
                form = self._reply(chat_id)
            else:
                await self.tap(chat_id, label, form)
        return form.text

    def _reply(self, chat_id: int) -> Message:
        """The answer to what was just done: it is the first to arrive."""
        fresh = self.phone(chat_id).news()
        assert fresh, f"{self._name(chat_id)} 的手机没有回话，{self.phone(chat_id).toast!r}"
        self._heard.setdefault(chat_id, []).extend(fresh[1:])
        return fresh[0]

    # --- what is heard ----------------------------------------------------------------------------

    def rings(self, **expected: Heard) -> None:
        """These messages have come since the last look, these phones rang, and no other phone did."""
        heard = {name: [m.text for m in some] for name, some in self._all_heard().items() if some}
        wanted = {name: [some] if isinstance(some, str) else list(some) for name, some in expected.items()}
        fits = heard.keys() == wanted.keys() and all(_fits(heard[name], wanted[name]) for name in heard)
        assert fits, f"手机上是：{_shown(heard)}\n应该是：{_shown(wanted)}"

    def silent(self) -> None:
        """No phone has rung since the last look."""
        self.rings()

    def diary(self, table: str) -> None:
        """What came since the last look, a row for each message: `3-13 08:30 grid ☀️…快到期`.

        A row goes on in the next line if that begins with …
        """
        came = [(m.date, name, m) for name, some in self._all_heard().items() for m in some]
        order = [*self._names.values()]
        came.sort(key=lambda one: (one[0], order.index(one[1]), one[2].id))
        heard = [f"{_moment(at)} {name} {m.text}" for at, name, m in came]
        wanted = _rows(table)
        assert _fits(heard, wanted), f"手机上是：{_shown({'': heard})}\n应该是：{_shown({'': wanted})}"

    def look_away(self) -> None:
        """What has rung so far is none of this story's business."""
        self._all_heard()

    async def lease(self) -> None:
        """Messages are taken into hand and not sent: there the process dies."""
        sender = self.app.sender
        await sender.drop_useless()
        for pump in sender.pumps:
            if await pump.turn(pump.queue.slots):
                return

    def _listen(self, chat_id: int) -> None:
        self._heard.setdefault(chat_id, []).extend(self.phone(chat_id).news())

    def _all_heard(self) -> dict[str, list[Message]]:
        for chat_id in self._names:
            self._listen(chat_id)
        heard = {name: self._heard.get(chat_id, []) for chat_id, name in self._names.items()}
        self._heard = {}
        return heard

    def _name(self, chat_id: int) -> str:
        return self._names.get(chat_id, str(chat_id))

    # --- time -------------------------------------------------------------------------------------

    async def until(self, *when: int) -> None:
        """Moves the clock to a local moment, by way of every due instant: year, month, day, hour, minute."""
        await self.app.advance(self.clock, datetime(*when, tzinfo=ZONE))

    async def stopped_until(self, *when: int) -> None:
        """The process stood still till then; now it runs again."""
        self.clock.set(datetime(*when, tzinfo=ZONE))
        await self.restart()

    async def restart(self) -> None:
        """The process ends and starts again over the same database."""
        await self.starts()
        await self.pull()

    async def starts(self) -> None:
        """Started again, but nothing done yet."""
        self.app = await self._wiring.again()
        await self.app.sender.recover()

    # --- what happens ------------------------------------------------------------------------------

    async def list_arrives(self, *signals: dict[str, Any]) -> None:
        """A department's list; by default one signal about the first household."""
        number = len(self._wiring.lists)
        self._wiring.lists.append(number)
        rows = [self._signal(f"YB-{number:02d}{nth:03d}", one) for nth, one in enumerate(signals or [{}])]
        report = await import_rows("clues", f"名单{number}", rows, self.app.database, self.app.desk)
        assert not report.rejected, report
        await self.app.settle()

    def lines(self, clues: int = 1, households: int = 1, due: str = "") -> dict[str, Heard]:
        """What 河北's routing says of a list beside its cards, to be heard on the day itself."""
        said = f"{day_text(self.today())} 新线索 {clues} 条，涉及 {households} 户"
        return {
            "village": f"{said}，网格员 {due}",
            "town": f"{said}、1 个村",
            "county": f"{said}、1 个乡镇",
            "city": f"围场满族蒙古族自治县：{said}",
        }

    def _signal(self, signal_id: str, about: dict[str, Any]) -> dict[str, Any]:
        today = self.today().isoformat()
        return {
            "signal_id": signal_id,
            "source_dept": "医保",
            "rule_code": "medical_burden",
            "event_date": today,
            "received_date": today,
            "village_code": drill.VILLAGE,
            "household_no": HOME,
            "person_role": "户主",
            "direction": "漏",
            "band": "middle",
            **about,
        }

    async def imported(self, kind: str, *rows: dict[str, object]) -> None:
        """Another import of the county; every row must be good."""
        report = await import_rows(
            kind, f"{kind}{self.today()}", list(rows), self.app.database, self.app.desk
        )
        assert not report.rejected, report
        await self.app.settle()

    async def joins(self, number: int, name: str, *duties: tuple[str, str], deputy: str = "") -> int:
        """Somebody new is on the roster, linked or not; the chat."""
        staff, phone = f"YL{number:02d}", f"139000000{number:02d}"
        row = {"staff_no": staff, "name": f"演练{number:02d}", "phone": phone, "deputy_staff_no": deputy}
        rows = [
            {**row, "region_code": region, "post": post, "from": "2026-01-01", "to": ""}
            for post, region in duties
        ]
        await self.imported("officials", *rows)
        self.meet(10_000 + number, name, phone)
        return 10_000 + number

    def meet(self, chat_id: int, name: str, phone: str) -> None:
        """A person whose phone the story listens to."""
        self.emulator.person(chat_id, name, phone, token=TOKEN)
        self._names[chat_id] = name

    async def links(self, chat_id: int) -> None:
        """Start, then the own contact; the welcome is read."""
        self.phone(chat_id).start()
        await self.pull()
        self.phone(chat_id).share_contact()
        await self.pull()

    def today(self) -> date:
        return self.app.desk.today()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        async with self.app.database.reading() as session:
            yield session


def _full(buttons: Iterable[str], label: str) -> str | None:
    """The button so called; 👉, ●, ☐ and numbers may stand before its name."""
    named = [one for one in buttons if one == label]
    named = named or [one for one in buttons if one.partition(" ")[2] == label]
    return named[0] if named else None


def _rows(table: str) -> list[str]:
    """The rows of a diary, the columns one space apart."""
    joined = re.sub(r"\n\s*…", "…", table.strip())
    return [" ".join(line.split(maxsplit=3)) for line in joined.splitlines() if line.strip()]


def _fits(heard: Sequence[str], wanted: Sequence[str]) -> bool:
    return len(heard) == len(wanted) and all(_says(*pair) for pair in zip(heard, wanted, strict=True))


def _says(text: str, words: str) -> bool:
    """Whether the parts of `words` between … stand in the text, in this order, the first at its start."""
    first, *parts = words.split("…")
    if not text.startswith(first):
        return False
    at = len(first)
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _shown(heard: dict[str, list[str]]) -> str:
    lines = [f"\n  {name} {text!r}" for name, some in heard.items() for text in some]
    return "".join(lines) or " 没有响"


def _moment(at: float) -> str:
    local = datetime.fromtimestamp(at, ZONE)
    return f"{local.month}-{local.day} {local:%H:%M}"


# --- making a world ----------------------------------------------------------------------------------


@dataclass
class _Wiring:
    """How the process is started, and started again."""

    url: str
    policy: Policy
    clock: SetClock
    base: str
    lists: list[int] = field(default_factory=list)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def again(self) -> Jintang:
        await self.stack.aclose()
        return await self.stack.enter_async_context(
            jintang(
                database=Database(self.url),
                policy=self.policy,
                clock=self.clock,
                token=TOKEN,
                api_base=self.base,
                limits=None,
                real=self.clock,
            )
        )


def build_county(folder: Path, *, linked: bool) -> str:
    """The address of the fictional county's database, to be copied for each story."""
    return asyncio.run(_build(folder, linked=linked))


async def _build(folder: Path, *, linked: bool) -> str:
    use_vault(VAULT)
    url = await databases.new(folder)
    await databases.create_tables(url)
    database = Database(url)
    desk = Desk(load_policy("hebei"), LocalTime(SetClock(BUILT)))
    await drill.install(database, desk)
    if linked:
        await drill.link_all(database, desk)
    await databases.settle(database)
    return url


@asynccontextmanager
async def world(
    county: str, folder: Path, policy: Policy | str = "hebei", start: datetime = THURSDAY
) -> AsyncIterator[World]:
    """The county of `county`, copied into `folder`, on the morning of `start`."""
    use_vault(VAULT)
    clock = SetClock(start)
    emulator = Emulator(now=lambda: clock.now().timestamp())
    chosen = load_policy(policy) if isinstance(policy, str) else policy
    async with databases.copied(county, folder) as url, serving(emulator) as base:
        wiring = _Wiring(url, chosen, clock, base)
        async with wiring.stack:
            here = World(await wiring.again(), emulator, clock, wiring)
            for player, name in zip(drill.PLAYERS, NAMES, strict=True):
                here.meet(player.chat_id, name, player.phone)
            yield here
