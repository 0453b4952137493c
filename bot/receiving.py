"""Updates as they come in: screened, written down, and only then acknowledged (promises 2 and 10)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import meters
from notifications import disclosure
from storage.bells import Work
from storage.engine import Database
from storage.inserting import insert_for
from storage.post_box import Inbox
from workflows.desk import Desk

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
HIDDEN = "（已遮住）"
HIDDEN_KEY = "hidden"
Payload = dict[str, Any]


class Receiver:
    """Writes updates down; one that was seen before changes nothing."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self.database = database
        self.desk = desk

    async def receive(self, bot_id: int, updates: Sequence[Payload]) -> None:
        """After this they may be acknowledged. Raises KeyError for what is no update."""
        rows = [self._row(bot_id, update) for update in updates]
        if rows:
            async with self.database.claiming(Work.updates) as session:
                keeping = insert_for(session, Inbox).values(rows).on_conflict_do_nothing().returning(Inbox.id)
                kept = len((await session.scalars(keeping)).all())
                await session.commit()
            meters.RECEIVED.labels("new").inc(kept)
            meters.RECEIVED.labels("duplicate").inc(len(rows) - kept)

    def _row(self, bot_id: int, update: Payload) -> Payload:
        return {
            "bot_id": bot_id,
            "update_id": int(update["update_id"]),
            "chat_id": chat_of(update),
            "payload": screened(update),
            "received_at": self.desk.now(),
            "state": "waiting",
            "tries": 0,
        }


def screened(update: Payload) -> Payload:
    """The update without ID, card or phone numbers in its words; what was there is named (promise 10)."""
    for kind in ("message", "edited_message"):
        message = _part(update, kind)
        for part in ("text", "caption"):
            if found := disclosure.find(str(message.get(part, ""))):
                message[part] = HIDDEN
                message.pop("entities", None)
                update[HIDDEN_KEY] = found
    return update


def chat_of(update: Mapping[str, Any]) -> int | None:
    """The chat an update is about; a press on a message too old to be shown is its presser's."""
    press = _part(update, "callback_query")
    about = next((_part(update, kind) for kind in ALLOWED if kind in update), {})
    chat = _part(_part(press, "message") if press else about, "chat")
    if not chat and press:
        chat = _part(press, "from") or _part(press, "from_user")
    found = chat.get("id")
    return found if isinstance(found, int) else None


def _part(whole: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}
