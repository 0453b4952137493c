"""Scripted misfortune: the next requests are refused, cut off, slowed, or an update comes twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from simulator.errors import ApiError, Json, too_many_requests

Kind = Literal["429", "403", "400", "500", "502", "gateway", "drop", "reset", "slow", "duplicate", "reorder"]
KINDS: tuple[str, ...] = get_args(Kind)
_OF_UPDATES = ("duplicate", "reorder")
_WORDS = {
    "403": "Forbidden: bot was blocked by the user",
    "400": "Bad Request: scripted fault",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
}


@dataclass(slots=True)
class Fault:
    """One line of the script; it applies `times` times and is then gone.

    429, 403, 400, 500, 502: refused with Telegram's JSON, nothing is done
    gateway: 502 with an HTML page instead of JSON, nothing is done
    drop: done, then the connection is closed without an answer
    reset: the connection is reset, nothing is done (before the body is read, unless `chat_id` is given)
    slow: done, answered after `delay` seconds
    duplicate: the next update is delivered once more after it was acknowledged
    reorder: of the next two updates that wait together, the second is delivered first
    """

    kind: Kind
    times: int = 1
    method: str | None = None
    chat_id: int | None = None
    retry_after: int = 1
    delay: float = 1.0
    description: str | None = None

    def error(self) -> ApiError | None:
        if self.kind == "429":
            return too_many_requests(self.retry_after)
        if self.kind in _WORDS:
            return ApiError(int(self.kind), self.description or _WORDS[self.kind])
        return None

    def fits(self, method: str, chat_id: object) -> bool:
        """Without a method a fault spares getUpdates, so that a waiting poll does not use it up."""
        right_method = method != "getUpdates" if self.method is None else self.method == method
        return right_method and self.kind not in _OF_UPDATES and self.chat_id in (None, chat_id)


class Faults:
    """The script, first line first."""

    def __init__(self) -> None:
        self._script: list[Fault] = []

    def add(
        self,
        kind: Kind,
        times: int = 1,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        retry_after: int = 1,
        delay: float = 1.0,
        description: str | None = None,
    ) -> Fault:
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}, known are {', '.join(KINDS)}")
        fault = Fault(kind, times, method, chat_id, retry_after, delay, description)
        self._script.append(fault)
        return fault

    def clear(self) -> None:
        self._script.clear()

    def pending(self) -> list[Json]:
        return [asdict(fault) for fault in self._script]

    def take(self, method: str, chat_id: object) -> Fault | None:
        """The fault for this request, if the script has one."""
        return self._use(next((fault for fault in self._script if fault.fits(method, chat_id)), None))

    def take_reset(self, method: str) -> bool:
        """Whether to reset the connection before its body is read."""
        fault = next((fault for fault in self._script if fault.fits(method, fault.chat_id)), None)
        if fault is None or fault.kind != "reset" or fault.chat_id is not None:
            return False
        self._use(fault)
        return True

    def take_duplicate(self) -> bool:
        return self._use(next((f for f in self._script if f.kind == "duplicate"), None)) is not None

    def take_reorder(self) -> bool:
        return self._use(next((f for f in self._script if f.kind == "reorder"), None)) is not None

    def _use(self, fault: Fault | None) -> Fault | None:
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._script.remove(fault)
        return fault
