"""An official's fingers: a task is looked up and its form filled in, however often Jintang dies meanwhile."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from simulator import Message
from tests.faults.county import County

PATIENCE_SECONDS = 12.0
TRIES = 12
TYPING = "请直接打字发来"
EMPTY = "☐"
T = TypeVar("T")


class Stuck(AssertionError):
    """The person has waited, has looked everything up again, and still cannot go on."""


async def fill(county: County, chat_id: int, household: str, labels: Sequence[str]) -> None:
    """Looks a household up in the list of what is to do, and presses one button after the other.

    ✎ stands before words that are typed. Who gets no answer looks whether the sheet is unfinished,
    still to be begun, or finished after all.
    """
    hand = _Hand(county, chat_id, household)
    rest: list[str] = []
    for _ in range(TRIES):
        try:
            if await hand.unfinished():
                rest, hand.lost = rest or [*labels], True
            elif await hand.to_do():
                rest = [*labels]
            else:
                assert rest, f"{household} is not to do"
                return
            while rest:
                rest = await hand.press(rest)
            return
        except TimeoutError:
            continue
    raise Stuck(f"{rest} is nowhere: {[(m.text, m.buttons) for m in hand.cards()[-3:]]}")


class _Hand:
    """One person, busy with one household."""

    def __init__(self, county: County, chat_id: int, household: str) -> None:
        self.county = county
        self.phone = county.phone(chat_id)
        self.household = household
        self.lost = False

    def cards(self, since: int = 0) -> list[Message]:
        return [message for message in self.phone.received[since:] if self._is_about(message.text)]

    def _is_about(self, words: str) -> bool:
        return self.household in words.replace(" ", "")

    async def press(self, rest: list[str]) -> list[str]:
        """The next press, once its card is there, until it shows; what is left to be pressed.

        Who has lost the thread may find that the last press was heard after all.
        """
        card, nth = await self._until(lambda: self._next(rest[: 2 if self.lost else 1]))
        label, before, count = rest[nth], len(card.history), len(self.cards())
        if label.startswith("✎"):
            self.phone.say(label[1:])
        else:
            self.phone.tap(_full(card, label) or label, card)
        await self._until(lambda: len(card.history) > before or len(self.cards()) > count)
        self.lost = False
        return rest[nth + 1 :]

    def _next(self, labels: Sequence[str]) -> tuple[Message, int] | None:
        """The newest card with one of the labels, and which.

        Where it has both, the first has been pressed, unless its box is still empty.
        """
        for card in reversed(self.cards()):
            there = [nth for nth, label in enumerate(labels) if self._shows(card, label)]
            if there:
                empty = (_full(card, labels[there[0]]) or "").startswith(EMPTY)
                return card, there[0] if empty else there[-1]
        return None

    def _shows(self, card: Message, label: str) -> bool:
        return TYPING in card.text if label.startswith("✎") else _full(card, label) is not None

    async def unfinished(self) -> bool:
        """Takes the unfinished sheet out again, if there is one."""
        told = await self._asks("/drafts", "没填完")
        label = next((one for one in told.buttons if self._is_about(one)), None)
        return label is not None and await self._opens(told, label)

    async def to_do(self) -> bool:
        """Opens the household's card from the list of what is to do, if it is there."""
        told = await self._asks("/todo", "待办")
        line = next((line for line in told.text.splitlines() if self._is_about(line)), "")
        number = re.match(r"\d+\.", line)
        label = next((one for one in told.buttons if number and one.startswith(number[0])), None)
        return label is not None and await self._opens(told, label)

    async def _asks(self, command: str, words: str) -> Message:
        since = len(self.phone.received)
        self.county.asks(self.phone.person.id, command)
        told = await self._until(lambda: [m for m in self.phone.received[since:] if words in m.text])
        return told[-1]

    async def _opens(self, told: Message, label: str) -> bool:
        since, before = len(self.phone.received), len(told.history)
        self.phone.tap(label, told)
        await self._until(lambda: self.cards(since) or len(told.history) > before)
        return True

    async def _until(self, condition: Callable[[], T]) -> T:
        return await self.county.emulator.until(condition, PATIENCE_SECONDS)


def _full(message: Message, label: str) -> str | None:
    """The button so called; a mark may stand before its name."""
    return next((one for one in message.buttons if label in (one, one.partition(" ")[2])), None)
