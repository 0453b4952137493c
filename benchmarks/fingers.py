"""People who press the buttons of an open form: an answer brings the next question, 上一步 the last one.

The emulator is in the same process, so that a press and the acceptance of its answer are told by one
clock and cost no request.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from simulator import Emulator, Message, Phone
from simulator.receipts import Receipt, Receipts

BEGIN, ANSWER, BACK = "现在核实", "上门见到人", "上一步"
PATIENCE_SECONDS = 60.0


class Ears(Receipts):
    """Receipts that say at once whose card has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[int, asyncio.Future[float]] = {}

    def change(self, chat_id: int) -> asyncio.Future[float]:
        """The instant at which the next edit in this chat is accepted."""
        changed = self._waiting[chat_id] = asyncio.get_running_loop().create_future()
        return changed

    def write(self, at: float, bot_id: int, method: str, message: dict[str, Any]) -> Receipt:
        receipt = super().write(at, bot_id, method, message)
        if receipt.edit and (changed := self._waiting.pop(receipt.chat_id, None)) and not changed.done():
            changed.set_result(at)
        return receipt


class Hand:
    """One person with an open form, who presses again only when the card has changed."""

    def __init__(self, emulator: Emulator, phone: Phone) -> None:
        self.emulator = emulator
        self.phone = phone
        self.sheet: Message | None = None
        self._turn = asyncio.Lock()
        assert isinstance(emulator.receipts, Ears)
        self._ears = emulator.receipts

    async def begins(self) -> Message:
        """Opens the form of the newest card."""
        await self.emulator.until(lambda: self._with(BEGIN), PATIENCE_SECONDS)
        self.phone.tap(BEGIN, self._with(BEGIN))
        sheet = await self.emulator.until(lambda: self._with(BACK), PATIENCE_SECONDS)
        assert sheet is not None
        self.sheet = sheet
        return sheet

    def _with(self, label: str) -> Message | None:
        return next((m for m in reversed(self.phone.received) if label in m.buttons), None)

    async def press(self, due: float) -> float:
        """Presses the next button, if the card is there; seconds from `due` to the accepted change."""
        assert self.sheet is not None
        async with self._turn:
            changed = self._ears.change(self.phone.id)
            self.phone.tap(_next(self.sheet.buttons), self.sheet)
            try:
                return await asyncio.wait_for(changed, PATIENCE_SECONDS) - due
            except TimeoutError:
                raise RuntimeError(f"a press was not answered within {PATIENCE_SECONDS:g} s") from None


def _next(buttons: Sequence[str]) -> str:
    """The answer, if it is asked for, marked or not; else the way back."""
    return next((label for label in buttons if label.endswith(ANSWER)), BACK)
