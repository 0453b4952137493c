"""What a person can do over HTTP: the names under `/sim/people/{id}/` and their JSON fields."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from simulator.bots import Tap
from simulator.errors import Json
from simulator.people import PICTURE, Phone
from simulator.state import Message

Act = Callable[[Phone, Json], "Message | Tap | None"]


def _message(phone: Phone, message_id: Any) -> Message | None:
    if message_id is None:
        return None
    message = phone.chat.find(message_id) if phone.chat else None
    if message is None:
        raise LookupError(f"no message {message_id} in this chat")
    return message


def _bytes(body: Json, default: bytes) -> bytes:
    return base64.b64decode(body["base64"]) if "base64" in body else default


def _contact(phone: Phone, body: Json) -> Message:
    if "phone" in body:
        return phone.send_contact(body["phone"], body.get("first_name", "某人"), body.get("user_id"))
    return phone.share_contact()


def _tap(phone: Phone, body: Json) -> Message | Tap:
    """By `data` (forged data too), by `row` and `col`, or by `text`; on a past `version` if given."""
    message = _message(phone, body.get("message_id"))
    if "text" in body:
        return phone.tap(body["text"], message, body.get("version"))
    if message is None:
        raise ValueError("message_id is needed")
    if "data" in body:
        return phone.tap_data(body["data"], message, inaccessible=bool(body.get("inaccessible")))
    return phone.tap_at(message, body["row"], body["col"], body.get("version"))


def _say(phone: Phone, body: Json) -> Message:
    return phone.say(body["text"], reply_to=_message(phone, body.get("reply_to")))


def _edit(phone: Phone, body: Json) -> None:
    message = _message(phone, body["message_id"])
    if message is not None:
        phone.edit(message, body["text"])


def _document(phone: Phone, body: Json) -> Message:
    return phone.send_document(body.get("name", "file.txt"), _bytes(body, b"text"), body.get("caption", ""))


ACTS: dict[str, Act] = {
    "start": lambda phone, body: phone.start(body.get("payload", "")),
    "say": _say,
    "edit": _edit,
    "contact": _contact,
    "photo": lambda phone, body: phone.send_photo(_bytes(body, PICTURE), body.get("caption", "")),
    "document": _document,
    "voice": lambda phone, body: phone.send_voice(_bytes(body, b"OggS")),
    "location": lambda phone, body: phone.send_location(
        body.get("latitude", 41.93), body.get("longitude", 117.76)
    ),
    "forward": lambda phone, body: phone.forward(body["text"]),
    "tap": _tap,
    "press": lambda phone, body: phone.press(body["text"]),
    "block": lambda phone, body: phone.block(),
    "unblock": lambda phone, body: phone.unblock(),
    "leave": lambda phone, body: phone.leave(),
    "deactivate": lambda phone, body: phone.deactivate(),
}
