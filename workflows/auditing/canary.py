"""The canary: one message in the operators' chat, edited every few minutes through the real channel.

An edit makes no sound. It takes the road of every answer: outbox, lease, pace, channel, result.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from config.wording import day_text, fill
from notifications import outbox
from notifications.outbox import Lane
from notifications.states import SETTLED, State
from storage.post_box import Delivery, Notice
from storage.work import Marker
from workflows import meters
from workflows.desk import Desk

NAME = "canary"
EVERY = timedelta(minutes=5)
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sung:
    """How the last canary has fared: `late` has not arrived in two minutes, `lost` never will."""

    late: bool = False
    lost: bool = False


async def sing(session: AsyncSession, desk: Desk, chat_id: int, *, well: bool) -> Sung:
    """Looks after the last canary and, when it is time, sends the next; the caller commits."""
    marker = await session.get(Marker, NAME)
    last = await session.get(Notice, int(marker.value)) if marker else None
    now = desk.now()
    if last is None:
        await _send(session, desk, chat_id, None, well=well)
        return Sung()
    if last.state not in SETTLED:
        return Sung(late=now - last.created_at > LATE)
    if now - last.created_at < EVERY:
        return Sung(lost=last.state != State.accepted)
    if last.state == State.accepted and last.accepted_at is not None:
        meters.CANARY.observe(max((last.accepted_at - last.created_at).total_seconds(), 0))
    await _send(session, desk, chat_id, last, well=well)
    return Sung(lost=last.state != State.accepted)


async def _send(session: AsyncSession, desk: Desk, chat_id: int, last: Notice | None, *, well: bool) -> None:
    """Edits the message of the last canary, if that arrived in this chat, and forgets it."""
    words = desk.policy.texts["canary_well" if well else "canary_wrong"]
    arrived = last is not None and last.chat_id == chat_id and last.state == State.accepted
    edits = last.message_id if last is not None and arrived else None
    text = fill(words, {"moment": _moment(desk)})
    row = outbox.reply(session, chat_id, text, desk.now(), edits_message=edits, lane=Lane.digest)
    await session.flush()
    await session.merge(Marker(name=NAME, value=str(row.id)))
    if last is not None:
        await session.execute(delete(Delivery).where(Delivery.notice_id == last.id))
        await session.execute(delete(Notice).where(Notice.id == last.id))


def _moment(desk: Desk) -> str:
    local: datetime = desk.now().astimezone(desk.time.zone)
    return f"{day_text(local.date())} {local:%H:%M}"
