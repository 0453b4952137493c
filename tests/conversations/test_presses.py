"""Every button again: late, twice, by others, forged. Nothing changes and all are answered (promise 2)."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import pytest
from sqlalchemy import select

from simulator import Message, Tap
from simulator.state import buttons_of
from storage.register import Clue
from storage.work import Case, Draft, FollowUp, Submission, Task
from tests.conversations.situations import Situations
from tests.stories.world import GRID, NAMES, World

KEPT = (Case, Clue, Draft, FollowUp, Submission, Task)
AT_ONCE = 90  # updates that come with one poll
GARBAGE = (
    ":",
    "a:",
    "a:::::",
    "k:",
    "fill:",
    "fill:9999999",
    "fill:-1",
    "act:",
    "act::1",
    "act:a1:1",
    "act:county:1",
    "new:",
    "new:county",
    "draft:",
    "draft:0",
    "area:",
    "area:000000000000",
    "cases:%",
    "open:1e3",
    "case:٣",
    "why:",
    "todo:-1",
    "todo:9999",
    "mine:x",
    "p:1:9999",
    "a:1:1:0:now:later",
    "m:1:0:none:1",
    "l:1:1:0",
    "我要通过",
    "9" * 64,
    "a:" + "9" * 62,
    "fill:" + "1" * 59,
    "k:1:" + "٣" * 30,
    "\x00" * 64,
)
Row = tuple[Any, ...]
Press = tuple[int, Message, str]


@dataclass(frozen=True, slots=True, repr=False)
class Button:
    """A button as it was seen on somebody's phone."""

    chat_id: int
    message: Message
    data: str


@dataclass(slots=True, repr=False)
class Played:
    """A county after a full recognition, and every button that was seen on the way."""

    world: World
    buttons: list[Button]

    async def pressed(self, presses: Iterable[Press]) -> list[Tap]:
        """These presses one after the other."""
        taps = []
        for some in batched(presses, AT_ONCE):
            taps += [self.world.phone(who).tap_data(data, message) for who, message, data in some]
            await self.world.pull()
        return taps

    async def rows(self) -> dict[str, dict[int, Row]]:
        """What is kept of the matter, row by row."""
        async with self.world.reading() as session:
            return {
                table.__tablename__: {row.id: _values(row) for row in await session.scalars(select(table))}
                for table in KEPT
            }


def batched(presses: Iterable[Press], count: int) -> Iterator[list[Press]]:
    """So many at a time."""
    left = iter(presses)
    while some := list(islice(left, count)):
        yield some


def _values(row: Any) -> Row:
    """All but the mark that somebody has opened the form."""
    return tuple(getattr(row, column.key) for column in row.__table__.columns if column.key != "started_at")


@pytest.fixture
async def played(situations: Situations) -> AsyncIterator[Played]:
    async with situations.open("alert by_the_book") as w:
        yield Played(w, [*_seen(w)])


def _seen(w: World) -> Iterable[Button]:
    """Every button of every version of every message, the same once."""
    seen = {}
    for chat_id in NAMES.values():
        for message in w.phone(chat_id).received:
            for version in range(len(message.history) + 1):
                for button in chain(*buttons_of(message.markup_at(version))):
                    seen[chat_id, button["callback_data"]] = Button(chat_id, message, button["callback_data"])
    return seen.values()


def _unlike(before: dict[str, dict[int, Row]], after: dict[str, dict[int, Row]]) -> list[str]:
    """What has changed; a draft opened anew changes nothing yet."""
    found = []
    for table, rows in before.items():
        now = after[table]
        found += [f"{table} {id}: {row} → {now.get(id)}" for id, row in rows.items() if now.get(id) != row]
        found += [f"{table} {id} is new: {now[id]}" for id in now.keys() - rows.keys() if table != "drafts"]
    return found


def _unanswered(taps: Iterable[Tap]) -> list[str]:
    return [tap.data for tap in taps if tap.answer is None]


async def test_late_and_twice_by_the_owner(played: Played) -> None:
    before = await played.rows()
    assert len(played.buttons) > 250
    presses = [(b.chat_id, b.message, b.data) for b in played.buttons for _ in range(2)]
    taps = await played.pressed(presses)
    assert _unlike(before, await played.rows()) == []
    assert _unanswered(taps) == []


async def test_by_everybody_else(played: Played) -> None:
    before = await played.rows()
    others = [(who, b.message, b.data) for b in played.buttons for who in NAMES.values() if who != b.chat_id]
    taps = await played.pressed(others)
    assert _unlike(before, await played.rows()) == []
    assert _unanswered(taps) == []


async def test_with_altered_digits(played: Played) -> None:
    """Of the answers to one question on one card one is altered, and of a question the newest revision."""
    before = await played.rows()
    alike = {(b.chat_id, *b.data.split(":")[:2], b.data.split(":")[3:4] != []): b for b in played.buttons}
    altered = {(b.chat_id, data): b for b in alike.values() for data in _altered(b.data)}
    taps = await played.pressed((who, b.message, data) for (who, data), b in altered.items())
    assert _unlike(before, await played.rows()) == []
    assert _unanswered(taps) == []


def _altered(data: str) -> Iterable[str]:
    """Numbers one more and one less, another answer, a part left out, a part too many."""
    parts = data.split(":")
    for nth, part in enumerate(parts[1:], 1):
        others = [str(int(part) + 1), str(int(part) - 1)] if part.isascii() and part.isdigit() else []
        for other in (*others, "", "none"):
            yield ":".join([*parts[:nth], other, *parts[nth + 1 :]])
    yield ":".join(parts[:-1]) or ":"
    yield f"{data}:1"[:64]


async def test_garbage(played: Played) -> None:
    before = await played.rows()
    own = {who: played.world.phone(who).last for who in NAMES.values()}
    taps = await played.pressed((who, own[who], data) for data in GARBAGE for who in own)
    assert _unlike(before, await played.rows()) == []
    assert _unanswered(taps) == []


async def test_a_stranger_learns_how_to_be_linked(played: Played) -> None:
    w, before = played.world, await played.rows()
    w.meet(20_001, "stranger", "13900000099")
    w.phone(20_001).start()
    await w.pull()
    own = w.phone(20_001).last
    taps = await played.pressed((20_001, own, b.data) for b in played.buttons)
    assert _unlike(before, await played.rows()) == []
    assert {tap.answer["text"] for tap in taps if tap.answer} == {w.app.desk.policy.texts["link_unknown"]}


async def test_a_press_on_a_message_too_old_to_be_shown(played: Played) -> None:
    w, before = played.world, await played.rows()
    for b in played.buttons[:20]:
        w.phone(b.chat_id).tap_data(b.data, b.message, inaccessible=True)
    await w.pull()
    assert _unlike(before, await played.rows()) == []


async def test_an_expired_press_is_done_all_the_same(situations: Situations) -> None:
    async with situations.open("alert") as w:
        old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
        w.emulator.faults.add("400", 2, method="answerCallbackQuery", description=old)
        await w.tap(GRID, "现在核实")
        await w.tap(GRID, "上门见到人")
        assert "哪天核实的？" in w.phone(GRID).last.text
        assert w.emulator.faults.pending() == []
