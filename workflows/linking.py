"""Linking a phone to a person of the roster: an invitation, then the own contact (design §5).

A chat that opens an invitation is remembered until it shares the contact; without one the
phone number alone must stand on the roster.
"""

import hashlib
import secrets
import unicodedata
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.dispatcher import unpark
from storage.crypto import vault
from storage.people import Linking, LinkToken, Official
from workflows.authority import Person, with_posts
from workflows.desk import Desk

INVITATION_MINUTES = 15
MOST_WRONG = 5
PHONE_LONG = 11


class Refusal(StrEnum):
    no_match = "no_match"  # the number is not on the roster, or not the one invited
    not_own = "not_own"  # somebody else's contact
    too_often = "too_often"


def normal_phone(phone: str) -> str:
    """Eleven digits, without +86 and separators."""
    digits = "".join(mark for mark in unicodedata.normalize("NFKC", phone) if mark.isdecimal())
    for abroad in ("0086", "86"):
        if len(digits) == len(abroad) + PHONE_LONG and digits.startswith(abroad):
            return digits.removeprefix(abroad)
    return digits


async def invite(session: AsyncSession, desk: Desk, official: Official) -> str:
    """A single-use token for 15 minutes; only its hash is kept. The caller commits."""
    token = secrets.token_urlsafe(24)
    expires = desk.now() + timedelta(minutes=INVITATION_MINUTES)
    session.add(LinkToken(token_hash=_hash(token), official_id=official.id, expires_at=expires))
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def remember(session: AsyncSession, desk: Desk, chat_id: int, token: str) -> bool:
    """A chat has opened an invitation; whether it is still good."""
    kept = await session.get(LinkToken, _hash(token))
    if kept is None or kept.used_at is not None or kept.expires_at < desk.now():
        return False
    linking = await session.get(Linking, chat_id)
    if linking is None:
        session.add(Linking(chat_id=chat_id, token_hash=kept.token_hash, wrong=0))
    else:
        linking.token_hash = kept.token_hash
    return True


async def link(
    session: AsyncSession, desk: Desk, chat_id: int, sender_id: int, owner_id: int | None, phone: str
) -> Person | Refusal:
    """Links the chat to the person of the roster whose phone this is. The caller commits."""
    if owner_id != sender_id:
        return Refusal.not_own
    linking = await session.get(Linking, chat_id)
    if linking is not None and linking.wrong >= MOST_WRONG:
        return Refusal.too_often
    official = await _owner(session, phone)
    token = await session.get(LinkToken, linking.token_hash) if linking else None
    if official is None or (token is not None and token.official_id != official.id):
        if linking is not None:
            linking.wrong += 1
        return Refusal.no_match
    if token is not None:
        token.used_at = desk.now()
    await _unlink_others(session, chat_id, official)
    official.chat_id, official.linked_at, official.blocked_at = chat_id, desk.now(), None
    await session.flush()
    await unpark(session)
    desk.record(session, "official.linked", actor=official.id)
    return await with_posts(session, desk, official)


async def _owner(session: AsyncSession, phone: str) -> Official | None:
    query = select(Official).where(Official.phone_hash == vault().find_by(normal_phone(phone)))
    owners = (await session.scalars(query)).all()
    return owners[0] if len(owners) == 1 else None


async def _unlink_others(session: AsyncSession, chat_id: int, official: Official) -> None:
    """One chat, one person."""
    query = select(Official).where(Official.chat_id == chat_id, Official.id != official.id)
    for other in await session.scalars(query):
        other.chat_id = None
    await session.flush()


async def set_blocked(session: AsyncSession, desk: Desk, chat_id: int, *, blocked: bool) -> None:
    """The person stopped or restarted the bot; what waits for them is resolved anew (promise 6)."""
    official = (await session.scalars(select(Official).where(Official.chat_id == chat_id))).first()
    if official is not None:
        official.blocked_at = desk.now() if blocked else None
        if not blocked:
            await unpark(session)
