"""Writing notices: what is to be told goes into the commit that makes it true (promise 1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from notifications.channel import Button
from notifications.states import SETTLED, Change, State, before
from storage.inserting import insert_rows
from storage.post_box import Notice
from storage.states import being

WAITING = tuple(state for state in before(Change.supersede) if state not in (State.leased, State.carried))
Rows = Sequence[Sequence[Button]]


class Lane(IntEnum):
    """Who goes first: answers to a press, then what is late or urgent, down to the lists."""

    answer = 0
    pressing = 1
    alert = 2
    reminder = 3
    digest = 4


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to be told to one post; `kind` names the text, `facts` fill it.

    `state`: pending goes out at `not_before`; held waits for the morning list; staged waits for
    the end of its batch. `line` is how it reads as one line of a list.
    """

    kind: str
    facts: dict[str, Any]
    line: str
    not_before: datetime
    post: str | None = None
    region_code: str | None = None
    official_id: int | None = None
    lane: Lane = Lane.reminder
    state: str = "pending"
    event: str | None = None
    batch: str | None = None
    once: str | None = None
    urgent: bool = False
    collapse: bool = False
    due_on: date | None = None
    case_id: int | None = None
    task_id: int | None = None
    buttons: Rows = field(default=())
    useless_after: datetime | None = None


def notice(telling: Telling, now: datetime) -> Notice:
    """A telling as a notice that its maker still works on."""
    return Notice(**_row(telling, now))


def _row(telling: Telling, now: datetime) -> dict[str, Any]:
    return {
        "kind": telling.kind,
        "facts": {**telling.facts, "line": telling.line},
        "post": telling.post,
        "region_code": telling.region_code,
        "official_id": telling.official_id,
        "lane": int(telling.lane),
        "state": telling.state,
        "event": telling.event,
        "batch": telling.batch,
        "once": telling.once,
        "urgent": telling.urgent,
        "collapse": telling.collapse,
        "due_on": telling.due_on,
        "case_id": telling.case_id,
        "task_id": telling.task_id,
        "buttons": packed(telling.buttons),
        "not_before": telling.not_before,
        "useless_after": telling.useless_after,
        "created_at": now,
    }


async def tell(session: AsyncSession, tellings: Iterable[Telling], now: datetime) -> None:
    await insert_rows(session, Notice, [_row(telling, now) for telling in tellings])


def reply(
    session: AsyncSession,
    chat_id: int,
    text: str,
    now: datetime,
    *,
    buttons: Rows = (),
    keyboard: Sequence[Sequence[str]] | None = None,
    asks_contact: bool = False,
    edits_message: int | None = None,
    draft_id: int | None = None,
    bot_id: int | None = None,
    lane: Lane = Lane.answer,
) -> Notice:
    """Adds an answer to a press or a message: it needs no plan, and goes to this chat only."""
    facts = {"text": text, "keyboard": keyboard, "asks_contact": asks_contact}
    row = Notice(
        kind="reply",
        facts=facts,
        chat_id=chat_id,
        bot_id=bot_id,
        lane=int(lane),
        state=State.planned,
        buttons=packed(buttons),
        not_before=now,
        edits_message=edits_message,
        draft_id=draft_id,
        created_at=now,
    )
    session.add(row)
    return row


async def supersede(session: AsyncSession, task_ids: Sequence[int], but: str = "") -> None:
    """What these tasks made known is no longer true: unsent notices are dropped, but those of event `but`."""
    if task_ids:
        stale = Notice.task_id.in_(task_ids) & Notice.state.in_(WAITING)
        stale |= (
            Notice.task_id.in_(task_ids) & (Notice.state == State.carried) & _on_its_way(Notice.carrier_id)
        )
        stale &= Notice.event.is_distinct_from(but)
        dropping = update(Notice).where(stale).values(state=State.superseded).returning(Notice.id)
        await set_free(session, (await session.scalars(dropping)).all())


def _on_its_way(carrier_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Whether the carrier has not gone out yet: what it carries may still be needed as itself."""
    carrier = aliased(Notice)
    return carrier_id.in_(select(carrier.id).where(carrier.state.not_in(SETTLED)))


async def set_free(session: AsyncSession, carriers: Sequence[int]) -> None:
    """These do not go out: what they carried waits for its turn again."""
    if carriers:
        inside = Notice.carrier_id.in_(carriers) & Notice.state.in_(before(Change.set_free))
        freed = {"state": State.pending, "carrier_id": None, "sent_on": None}
        await session.execute(update(Notice).where(inside).values(freed))


async def strip_cards(session: AsyncSession, task_ids: Sequence[int], now: datetime) -> None:
    """The cards of these tasks are settled: their buttons come off, their words stay."""
    if not task_ids:
        return
    shown = Notice.task_id.in_(task_ids) & Notice.message_id.is_not(None) & (Notice.kind != "reply")
    for card in await session.scalars(select(Notice).where(shown, Notice.sent_chat_id.is_not(None))):
        strip_card(session, card, now)


def strip_card(session: AsyncSession, card: Notice, now: datetime) -> None:
    """Takes the buttons off one sent card."""
    if card.message_id is not None and card.sent_chat_id is not None:
        chat_id, bot_id = card.sent_chat_id, card.bot_id
        reply(session, chat_id, "", now, edits_message=card.message_id, bot_id=bot_id, lane=Lane.digest)


async def tell_once(session: AsyncSession, tellings: Iterable[Telling], now: datetime) -> None:
    """Tellings with a `once`, some of which may be there already."""
    await insert_rows(session, Notice, [_row(telling, now) for telling in tellings], unless_there=True)


def _staged(batch: str) -> ColumnElement[bool]:
    return (Notice.batch == batch) & being(Notice.state, "staged")


async def release(session: AsyncSession, batch: str) -> None:
    """The batch is complete: its staged notices may go, each at the moment chosen for it."""
    await session.execute(update(Notice).where(_staged(batch)).values(state=State.pending))


async def release_some(session: AsyncSession, batch: str, most: int) -> bool:
    """About `most` of a batch's staged notices, all of a place together; whether there were any."""
    counted = select(Notice.region_code, func.count()).where(_staged(batch)).group_by(Notice.region_code)
    places: list[str | None] = []
    count = 0
    for place, many in (await session.execute(counted.limit(most))).all():
        if places and count + many > most:
            break
        places.append(place)
        count += many
    here = _staged(batch) & Notice.region_code.in_(places)
    await session.execute(update(Notice).where(here).values(state=State.pending))
    return bool(places)


def packed(rows: Rows) -> list[list[list[str]]]:
    return [[[button.label, button.data] for button in row] for row in rows]


def unpacked(rows: Iterable[Iterable[Sequence[str]]]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(Button(label, data) for label, data in row) for row in rows)
