"""What the dispatcher asks of a messenger: one message out, one result back, no exceptions."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to go: plain text, buttons in rows, or the edit of an earlier message."""

    chat_id: int
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None
    asks_contact: bool = False
    edits_message: int | None = None
    plain: bool = False


class Result(StrEnum):
    """How a send ended, in the words the retry rules need."""

    accepted = "accepted"
    throttled = "throttled"  # 429
    unreachable = "unreachable"  # 403, chat not found, deactivated
    rejected = "rejected"  # 400
    failed = "failed"  # 5xx, or nothing was written
    unknown = "unknown"  # time-out, or reset after writing


@dataclass(frozen=True, slots=True)
class Outcome:
    """`chat_id` is set where the chat has moved to another number."""

    result: Result
    message_id: int | None = None
    chat_id: int | None = None
    retry_after: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Toast:
    """The short answer to a press."""

    press_id: str
    text: str | None = None
    alert: bool = field(default=False)


class Channel(Protocol):
    """A messenger. `send` never raises for what a network or a server may do."""

    name: str

    async def send(self, message: Outgoing) -> Outcome: ...

    async def answers(self) -> bool:
        """Whether the messenger is there, asked by something that changes nothing."""
        ...
