"""What every handler is given: the unit of work, the desk, who is there, and where the answer goes."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answering import Answer
from config.wording import fill
from workflows.authority import Person
from workflows.desk import Desk


@dataclass(slots=True)
class Context:
    """One update being handled in one transaction."""

    session: AsyncSession
    desk: Desk
    answer: Answer
    person: Person | None

    @property
    def me(self) -> Person:
        """The linked person; handlers for strangers do not ask."""
        assert self.person is not None
        return self.person

    def text(self, key: str, **fields: object) -> str:
        """A text of the catalogue, filled."""
        return fill(self.desk.policy.texts[key], fields)
