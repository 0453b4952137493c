"""News for whoever watches the phones: a numbered, bounded list with a bell."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from simulator.bell import Bell
from simulator.errors import Json
from simulator.state import Chat

KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something a phone shows: `kind` is message, edited, deleted, answer, action, keyboard, pinned …"""

    number: int
    kind: str
    chat: Chat | None
    message_id: int | None
    more: Json


class Events:
    def __init__(self) -> None:
        self.bell = Bell()
        self.number = 0
        self._kept: deque[Event] = deque(maxlen=KEPT)

    def publish(
        self, kind: str, chat: Chat | None = None, message_id: int | None = None, **more: Any
    ) -> None:
        self.number += 1
        self._kept.append(Event(self.number, kind, chat, message_id, more))
        self.bell.ring()

    def after(self, number: int) -> list[Event] | None:
        """What came after `number`; None when some of it is forgotten already."""
        missed = self.number - number
        if missed < 0 or missed > len(self._kept):
            return None
        return [*self._kept][len(self._kept) - missed :]
