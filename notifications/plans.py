"""A person's plan as rows: the cards that go, what rides in them or in a list, what waits for the morning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.compose import Sheaf
from notifications.due import LISTS, Due
from notifications.states import State
from storage.post_box import Notice


@dataclass(frozen=True, slots=True)
class Person:
    """A person whose messages are planned."""

    official_id: int
    bot_id: int | None
    due: Mapping[int, Due]


class Changes:
    """What planning changes, gathered for a few statements."""

    def __init__(self, now: datetime, morning: datetime) -> None:
        self.today = now.date()
        self.morning = morning
        self.going: list[dict[str, Any]] = []
        self.carried: list[dict[str, Any]] = []
        self.late: list[dict[str, Any]] = []

    def settle(self, person: Person, sheaf: Sheaf, carrier: Notice | None) -> None:
        """The cards of one person, what rides in them or in the list, and what waits for the morning."""
        riders = dict(sheaf.carried)
        if carrier is not None:
            riders |= dict.fromkeys(sheaf.listed, carrier.id)
        for child, carrying in riders.items():
            self._carry(person, person.due[child], carrying)
        for card in sheaf.cards:
            riding = [person.due[child] for child, carrying in riders.items() if carrying == card]
            self._go(person, person.due[card], riding)
        self.late += [{"at": one, "not_before": self.morning} for one in sheaf.deferred]

    def _go(self, person: Person, card: Due, riding: Iterable[Due]) -> None:
        self.going.append(
            {
                "at": card.id,
                "official_id": person.official_id,
                "bot_id": person.bot_id,
                "moved": card.moved,
                "spoken": _spoken(card, riding),
                "sent_on": self.today,
            }
        )

    def _carry(self, person: Person, child: Due, carrying: int) -> None:
        facts = {"carrier_id": carrying, "official_id": person.official_id, "moved": child.moved}
        self.carried.append({"at": child.id, **facts})

    async def write(self, session: AsyncSession) -> None:
        connection = await session.connection()
        for rows, state in ((self.going, State.planned), (self.carried, State.carried), (self.late, None)):
            if rows:
                names: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "at"}
                fixed = {"state": state} if state else {}
                change = update(Notice).where(Notice.id == bindparam("at")).values(**names, **fixed)
                await connection.execute(change, rows)


def _spoken(card: Due, riding: Iterable[Due]) -> list[str]:
    """The posts a card speaks to; a list, or what was moved here, speaks to the person."""
    if card.kind.startswith(LISTS) or card.moved:
        return []
    posts = {card.post} | {due.post for due in riding if not due.moved}
    return sorted(filter(None, posts))
