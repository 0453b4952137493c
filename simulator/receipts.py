"""What was accepted, message by message, whatever became of the answer: who counts copies looks here."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from simulator.errors import Json

SENDS = frozenset(("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageReplyMarkup"))
KEPT = 200_000


@dataclass(slots=True)
class Receipt:
    """One accepted send or edit; `at` is emulated time, `answered` that the bot was there to be told."""

    number: int
    at: float
    bot_id: int
    method: str
    chat_id: int
    message_id: int
    text: str
    answered: bool = False

    @property
    def edit(self) -> bool:
        return self.method.startswith("edit")


class Receipts:
    """The last 200,000; they outlive every process of a bot."""

    def __init__(self) -> None:
        self._kept: deque[Receipt] = deque(maxlen=KEPT)
        self._number = 0

    def write(self, at: float, bot_id: int, method: str, message: Json) -> Receipt:
        self._number += 1
        text = str(message.get("text", message.get("caption", "")))
        to, number = message["chat"]["id"], message["message_id"]
        receipt = Receipt(self._number, at, bot_id, method, to, number, text)
        self._kept.append(receipt)
        return receipt

    def after(self, number: int = 0, chat_id: int | None = None) -> list[Receipt]:
        """Those that came after receipt `number`, the oldest first."""
        return [one for one in self._kept if one.number > number and chat_id in (None, one.chat_id)]

    def as_json(self, number: int = 0, chat_id: int | None = None) -> list[dict[str, Any]]:
        return [asdict(receipt) for receipt in self.after(number, chat_id)]

    def clear(self) -> None:
        self._kept.clear()
