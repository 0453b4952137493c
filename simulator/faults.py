"""Scripted misfortune: the next requests are refused, cut off, slowed, or an update comes twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random
from typing import Literal, get_args

from simulator.errors import ApiError, Json, chat_migrated, too_many_requests

Kind = Literal[
    "429",
    "403",
    "deactivated",
    "400",
    "not_found",
    "migrate",
    "500",
    "502",
    "gateway",
    "drop",
    "reset",
    "slow",
    "duplicate",
    "reorder",
]
KINDS: tuple[str, ...] = get_args(Kind)
_OF_UPDATES = ("duplicate", "reorder")
_WORDS = {
    "403": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "400": (400, "Bad Request: scripted fault"),
    "not_found": (400, "Bad Request: chat not found"),
    "500": (500, "Internal Server Error"),
    "502": (502, "Bad Gateway"),
}


@dataclass(slots=True)
class Fault:
    """One line of the script; it applies `times` times and is then gone, or stays where that is None.

    Each fitting request meets it with the probability `chance`, by the script's own dice.
    429, 403, deactivated, 400, not_found, 500, 502: refused with Telegram's JSON, nothing is done
    migrate: refused, the chat is now `moved_to`
    gateway: 502 with an HTML page instead of JSON, nothing is done
    drop: done, then the connection is closed without an answer
    reset: the connection is reset, nothing is done (before the body is read, unless `chat_id` is given)
    slow: done, answered after `delay` seconds
    duplicate: the next update is delivered once more after it was acknowledged
    reorder: of the next two updates that wait together, the second is delivered first
    """

    kind: Kind
    times: int | None = 1
    method: str | None = None
    chat_id: int | None = None
    retry_after: int = 1
    delay: float = 1.0
    description: str | None = None
    chance: float = 1.0
    moved_to: int | None = None

    def error(self) -> ApiError | None:
        if self.kind == "429":
            return too_many_requests(self.retry_after)
        if self.kind == "migrate":
            return chat_migrated(self.moved_to)
        if self.kind in _WORDS:
            code, words = _WORDS[self.kind]
            return ApiError(code, self.description or words)
        return None

    @property
    def early(self) -> bool:
        """Whether it strikes before the body of the request is read."""
        return self.kind == "reset" and self.chat_id is None

    def fits(self, method: str, chat_id: object) -> bool:
        """Without a method a fault spares getUpdates, so that a waiting poll does not use it up."""
        right_method = method != "getUpdates" if self.method is None else self.method == method
        return right_method and self.kind not in _OF_UPDATES and self.chat_id in (None, chat_id)


class Faults:
    """The script, first line first; while `out`, every connection is reset, polls too."""

    def __init__(self, seed: int = 0) -> None:
        self.out = False
        self._script: list[Fault] = []
        self.seed(seed)

    def seed(self, number: int) -> None:
        """Throws the dice of `chance` anew: the same requests meet the same faults again."""
        self._dice = Random(number)

    def add(
        self,
        kind: Kind,
        times: int | None = 1,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        retry_after: int = 1,
        delay: float = 1.0,
        description: str | None = None,
        chance: float = 1.0,
        moved_to: int | None = None,
    ) -> Fault:
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}, known are {', '.join(KINDS)}")
        fault = Fault(kind, times, method, chat_id, retry_after, delay, description, chance, moved_to)
        self._script.append(fault)
        return fault

    def clear(self) -> None:
        self.out = False
        self._script.clear()

    def drop(self, fault: Fault) -> None:
        """Takes one line back, if it is still there."""
        self._script = [one for one in self._script if one is not fault]

    def pending(self) -> list[Json]:
        return [asdict(fault) for fault in self._script]

    def take(self, method: str, chat_id: object) -> Fault | None:
        """The fault for this request, if the script has one."""
        return self._first(lambda fault: not fault.early and fault.fits(method, chat_id))

    def take_reset(self, method: str) -> bool:
        """Whether to reset the connection before its body is read."""
        if self.out:
            return True
        first = next((fault for fault in self._script if fault.fits(method, fault.chat_id)), None)
        return self._first(lambda fault: fault is first and fault.early) is not None

    def take_duplicate(self) -> bool:
        return self._first(lambda fault: fault.kind == "duplicate") is not None

    def take_reorder(self) -> bool:
        return self._first(lambda fault: fault.kind == "reorder") is not None

    def _first(self, fits: Callable[[Fault], bool]) -> Fault | None:
        """The first line that fits, used up once; the dice decide where it is not certain."""
        fault = next((one for one in self._script if fits(one)), None)
        if fault is None or (fault.chance < 1 and self._dice.random() >= fault.chance):
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._script.remove(fault)
        return fault
