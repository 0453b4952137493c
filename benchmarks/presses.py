"""Presses by the clock, whether or not the earlier ones are answered, beside a bare aiogram bot.

Fifty people each have a form open: a button, the next question, 上一步, and so on. A wait counts from
the instant at which the press was due. Jintang and the bare bot each have a process of their own;
the people and the emulator are in this one. Limits are off: they would allow 5 answers a second.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiogram import Dispatcher
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.at_work import UNLIMITED, at_work
from benchmarks.county import County, clues
from benchmarks.filling import DATABASES, desk, prepared
from benchmarks.fingers import ANSWER, BEGIN, Ears, Hand
from benchmarks.table import Line, Size, median, percentile
from jintang.wiring import telegram
from simulator import TOKEN, Emulator, serving
from storage.engine import Database
from tests import databases
from workflows.imports.importing import import_rows

STEADY, TWICE, STEP = 30.0, 60.0, 1.1
FEWEST, MOST = 5.0, 2_000.0
GROWN = 0.05  # of what was due meanwhile
MOST_WAIT = 0.150

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people press for how many seconds."""

    chats: int
    steady_seconds: float
    step_seconds: float
    repeats: int

    @classmethod
    def of(cls, size: Size) -> "Plan":
        return cls(50, 20.0, 5.0, 5) if size is Size.full else cls(5, 1.0, 0.5, 1)


@dataclass(frozen=True, slots=True)
class Spell:
    """What came of presses at one rate: seconds of waiting, and the unanswered halfway and at the end."""

    rate: float
    waits: Sequence[float]
    halfway: int
    left: int

    @property
    def grows(self) -> bool:
        """Whether the backlog has grown in the second half by more than a hiccup."""
        return self.left - self.halfway > max(1, GROWN * len(self.waits) / 2)

    @property
    def slow(self) -> float:
        return percentile(self.waits, 0.99)


@dataclass(frozen=True, slots=True)
class Round:
    """30 a second, 60 a second, and the most a second that goes on without a growing backlog."""

    steady: Spell
    twice: Spell
    ceiling: float


async def lines(size: Size) -> list[Line]:
    """Rounds on both databases, and as many with the bare bot."""
    plan, found = Plan.of(size), []
    county = County(plan.chats)
    with TemporaryDirectory() as name:
        folder, rounds = Path(name), {}
        for kind in DATABASES:
            async with prepared(kind, folder, county.fill) as url:
                some = [await _jintang(plan, county, url, folder) for _ in range(plan.repeats)]
            rounds[kind] = [one for one, _ in some]
            cards = some[0][1]
        bare = [await _bare(plan, county, cards, folder) for _ in range(plan.repeats)]
    for kind, ours in rounds.items():
        found += _lines(kind, plan, ours, bare)
    return found


# --- two bots -----------------------------------------------------------------------------------


async def _jintang(plan: Plan, county: County, url: str, folder: Path) -> tuple[Round, list[Card]]:
    """One round, and the two cards that people go back and forth between."""
    emulator = _telegram(county)
    async with databases.copied(url, folder, "presses") as own, serving(emulator) as base:
        database = Database(own)
        await import_rows("clues", "名单", clues(county.villages, [1]), database, desk())
        await database.close()
        async with at_work(emulator, folder, "benchmarks.at_work", own, base, UNLIMITED):
            hands = await _hands(county, emulator)
            measured = await _round(plan, hands)
        sheet = hands[0].sheet
        assert sheet is not None
        return measured, [
            {"text": sheet.text, "reply_markup": sheet.markup},
            {"text": sheet.history[-1].content["text"], "reply_markup": sheet.history[-1].markup},
        ]


async def _bare(plan: Plan, county: County, cards: Sequence[Card], folder: Path) -> tuple[Spell, float]:
    """Presses at the first rate, and the most a second when everybody presses on as soon as answered."""
    emulator = _telegram(county)
    async with serving(emulator) as base:
        ordered = sorted(cards, key=lambda card: ANSWER not in str(card))
        words = ("benchmarks.presses", base, json.dumps(ordered))
        async with at_work(emulator, folder, *words):
            for village in county.villages:
                county.grid_worker(emulator, village).start()
            hands = await _hands(county, emulator)
            return await _spell(hands, STEADY, plan.steady_seconds), await _closed(hands, plan.step_seconds)


def _telegram(county: County) -> Emulator:
    emulator = Emulator()
    emulator.receipts = Ears()
    county.meet(emulator)
    return emulator


async def _hands(county: County, emulator: Emulator) -> list[Hand]:
    hands = [Hand(emulator, county.grid_worker(emulator, village)) for village in county.villages]
    for hand in hands:
        await hand.begins()
    return hands


# --- presses ------------------------------------------------------------------------------------


async def _round(plan: Plan, hands: Sequence[Hand]) -> Round:
    steady = await _spell(hands, STEADY, plan.steady_seconds)
    twice = await _spell(hands, TWICE, plan.steady_seconds)
    return Round(steady, twice, await _ceiling(hands, twice, plan.step_seconds))


async def _spell(hands: Sequence[Hand], rate: float, seconds: float) -> Spell:
    """So many presses a second, each person in turn; a press is due though the last is unanswered."""
    presses: list[asyncio.Task[float]] = []
    count, halfway, begin = round(rate * seconds), 0, time.time()
    for nth in range(count):
        due = begin + nth / rate
        await asyncio.sleep(max(0.0, due - time.time()))
        if nth == count // 2:
            halfway = _unanswered(presses)
        presses.append(asyncio.create_task(hands[nth % len(hands)].press(due)))
    left = _unanswered(presses)
    return Spell(rate, await asyncio.gather(*presses), halfway, left)


def _unanswered(presses: Sequence[asyncio.Task[float]]) -> int:
    return sum(not press.done() for press in presses)


async def _ceiling(hands: Sequence[Hand], known: Spell, seconds: float) -> float:
    """The highest rate, in steps up or down from a known one, at which the backlog does not grow."""
    step, rate = 1 / STEP if known.grows else STEP, known.rate
    while FEWEST < rate * step < MOST:
        spell = await _spell(hands, rate * step, seconds)
        if known.grows and not spell.grows:
            return spell.rate
        if spell.grows and not known.grows:
            return rate
        rate = spell.rate
    return rate


async def _closed(hands: Sequence[Hand], seconds: float) -> float:
    """Presses a second when each person presses on as soon as the answer is there."""
    begin = time.time()

    async def on(hand: Hand) -> int:
        count = 0
        while time.time() < begin + seconds:
            await hand.press(time.time())
            count += 1
        return count

    count = sum(await asyncio.gather(*map(on, hands)))
    return count / (time.time() - begin)


# --- the bare bot --------------------------------------------------------------------------------


async def _echo(base: str, cards: Sequence[Card]) -> None:
    """A bot that keeps nothing: a press changes the card into the other one and back."""
    first, second = ((card["text"], InlineKeyboardMarkup(**card["reply_markup"])) for card in cards)
    handlers = Dispatcher()

    @handlers.message()
    async def start(message: Message) -> None:
        offer = InlineKeyboardButton(text=BEGIN, callback_data="begin")
        await message.answer(BEGIN, reply_markup=InlineKeyboardMarkup(inline_keyboard=[[offer]]))

    @handlers.callback_query()
    async def press(event: CallbackQuery) -> None:
        assert isinstance(event.message, Message)
        if event.data == "begin":
            await event.message.answer(first[0], reply_markup=first[1])
        else:
            text, markup = second if event.message.text == first[0] else first
            await event.message.edit_text(text, reply_markup=markup)
        await event.answer()

    await handlers.start_polling(telegram(TOKEN, base, None))  # until SIGTERM


# --- lines --------------------------------------------------------------------------------------


def _lines(kind: str, plan: Plan, ours: Sequence[Round], bare: Sequence[tuple[Spell, float]]) -> list[Line]:
    slow = median(one.steady.slow for one in ours)
    bare_slow = median(spell.slow for spell, _ in bare)
    ceiling, most = median(one.ceiling for one in ours), median(rate for _, rate in bare)
    grown = [one for one in ours if one.twice.grows]
    usual = median(wait for one in ours for wait in one.steady.waits)
    over = f"over {plan.chats} chats"
    return [
        Line(
            work=f"{STEADY:g} presses a second {over} → answer and next question",
            database=kind,
            figure=f"p50 {usual * 1e3:.0f} ms, p99 {slow * 1e3:.0f} ms",
            reference=f"bare aiogram p99 {bare_slow * 1e3:.0f} ms",
            ratio=slow / bare_slow,
            aim=f"p99 < {MOST_WAIT * 1e3:g} ms",
            met=slow < MOST_WAIT,
            note=f"medians of {plan.repeats}, {plan.steady_seconds:g} s each; open loop, limits off; "
            "a wait is from when the press was due until its edit is accepted",
        ),
        Line(
            work=f"{TWICE:g} presses a second {over}",
            database=kind,
            figure=f"p99 {median(one.twice.slow for one in ours) * 1e3:.0f} ms, "
            f"at most {max(one.twice.left for one in ours)} unanswered at the end",
            reference="",
            ratio=None,
            aim="the backlog does not grow",
            met=not grown,
            note="unanswered halfway and at the end: "
            + ", ".join(f"{one.twice.halfway} and {one.twice.left}" for one in ours),
        ),
        Line(
            work=f"most presses a second {over} without a growing backlog",
            database=kind,
            figure=f"{ceiling:.0f}/s",
            reference=f"bare aiogram {most:.0f}/s, each pressing on as soon as answered",
            ratio=ceiling / most,
            aim="",
            met=None,
            note=f"medians of {plan.repeats}; steps of {STEP:g} × for {plan.step_seconds:g} s; a backlog "
            f"grows if the second half adds more than {GROWN:.0%} of what is due in it",
        ),
    ]


if __name__ == "__main__":
    asyncio.run(_echo(sys.argv[1], json.loads(sys.argv[2])))
