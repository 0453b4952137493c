"""Keyboards under a message and at the bottom of a chat, with Telegram's limits on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.errors import Json, bad_request

INLINE_ROW = 8
INLINE_TOTAL = 100
REPLY_ROW = 12
REPLY_TOTAL = 300
_ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game", "pay",
)  # fmt: skip


@dataclass(slots=True)
class Markup:
    """What a `reply_markup` parameter asks for; at most one of the four is set."""

    inline: Json | None = None
    reply: Json | None = None
    remove: bool = False
    force_reply: Json | None = None

    @property
    def freezes(self) -> bool:
        """Telegram refuses to edit a message that was sent with any keyboard but an inline one."""
        return self.remove or self.reply is not None or self.force_reply is not None


def read_markup(value: Json | None, note: Callable[[str], None]) -> Markup:
    """Check a `reply_markup`; what Telegram silently cuts is told to `note`."""
    if not value:
        return Markup()
    if "inline_keyboard" in value:
        return Markup(inline=_inline(value["inline_keyboard"], note))
    if "keyboard" in value:
        return Markup(reply=_reply(value, note))
    if value.get("remove_keyboard"):
        return Markup(remove=True)
    return Markup(force_reply=value if value.get("force_reply") else None)


def _inline(rows: list[list[Json]], note: Callable[[str], None]) -> Json | None:
    kept = [[_inline_button(button) for button in row if button.get("text")] for row in rows]
    if any(len(row) > INLINE_ROW for row in kept):
        note(f"reply_markup: an inline row holds at most {INLINE_ROW} buttons, the rest was cut")
    kept = [row[:INLINE_ROW] for row in kept if row]
    if sum(map(len, kept)) > INLINE_TOTAL:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _inline_button(button: Json) -> Json:
    if not any(action in button for action in _ACTIONS):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_address(button["url"])
    if "web_app" in button and not button["web_app"]["url"].startswith("https://"):
        address = button["web_app"]["url"]
        raise bad_request(
            f"inline keyboard button Web App URL '{address}' is invalid: Only HTTPS links are allowed"
        )
    return button


def _check_address(address: str) -> None:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme in ("http", "https") and "." not in (parts.hostname or ""):
        raise bad_request(f"inline keyboard button URL '{address}' is invalid: Wrong HTTP URL")
    if parts.scheme not in ("http", "https", "tg", "ton"):
        raise bad_request(f"inline keyboard button URL '{address}' is invalid: Unsupported URL protocol")


def _reply(value: Json, note: Callable[[str], None]) -> Json | None:
    rows = [[_reply_button(button) for button in row] for row in value["keyboard"]]
    if any(len(row) > REPLY_ROW for row in rows) or sum(map(len, rows)) > REPLY_TOTAL:
        note(f"reply_markup: a keyboard holds {REPLY_ROW} buttons in a row and {REPLY_TOTAL} in all")
    kept = [[button for button in row if button["text"]][:REPLY_ROW] for row in rows]
    kept = [row for row in kept if row]
    return {**value, "keyboard": kept} if kept else None


def _reply_button(button: str | Json) -> Json:
    return {"text": button} if isinstance(button, str) else button
