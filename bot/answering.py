"""Answering one press or message: what is said is written to the outbox, the toast comes after the commit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from notifications import outbox
from notifications.channel import Button
from storage.post_box import Notice

Rows = Sequence[Sequence[Button]]


class Answer:
    """Where the answer to the update at hand is gathered."""

    def __init__(
        self, session: AsyncSession, chat_id: int, now: datetime, card: int | None, bot_id: int
    ) -> None:
        self.session = session
        self.chat_id = chat_id
        self.now = now
        self.card = card
        self.bot_id = bot_id
        self.toast: str | None = None
        self.alert = False
        self.commands_for: Tier | None = None

    def say(
        self,
        text: str,
        buttons: Rows = (),
        *,
        keyboard: Sequence[Sequence[str]] | None = None,
        asks_contact: bool = False,
        draft_id: int | None = None,
    ) -> Notice:
        """A new message."""
        return outbox.reply(
            self.session,
            self.chat_id,
            text,
            self.now,
            buttons=buttons,
            keyboard=keyboard,
            asks_contact=asks_contact,
            draft_id=draft_id,
            bot_id=self.bot_id,
        )

    def show(self, text: str, buttons: Rows = (), *, draft_id: int | None = None) -> Notice:
        """In place of the card that was pressed; as a new message where nothing was pressed."""
        return outbox.reply(
            self.session,
            self.chat_id,
            text,
            self.now,
            buttons=buttons,
            edits_message=self.card,
            draft_id=draft_id,
            bot_id=self.bot_id,
        )

    def strip(self, message_id: int, chat_id: int | None = None) -> None:
        """Takes the buttons off an earlier message."""
        chat_id = chat_id or self.chat_id
        outbox.reply(self.session, chat_id, "", self.now, edits_message=message_id, bot_id=self.bot_id)

    def offer_commands(self, tier: Tier) -> None:
        """The command menu of this chat becomes that of the tier, after the commit."""
        self.commands_for = tier

    def hint(self, text: str, *, alert: bool = False) -> None:
        """The short answer that floats over the chat."""
        self.toast, self.alert = text, alert
