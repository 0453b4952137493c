"""Methods that write into a chat: send and edit, with Telegram's checks in Telegram's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.bots import BotAccount
from simulator.errors import Json, bad_request, forbidden
from simulator.html import parse_html
from simulator.keyboards import Markup, read_markup
from simulator.schema import Upload
from simulator.shelf import StoredFile
from simulator.state import Chat, Message
from simulator.text import trim, units, with_found

if TYPE_CHECKING:
    from simulator.emulator import Emulator

TEXT = 4096
CAPTION = 1024
_KEPT_BY_EDIT = ("reply_to_message", "has_protected_content")


def open_chat(bot: BotAccount, chat_id: int | str) -> Chat:
    """The chat if the bot may write there, else the refusal Telegram gives."""
    chat = bot.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.bot_left:
        raise forbidden("bot is not a member of the supergroup chat")
    if chat.person is not None and chat.person.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def formatted(em: Emulator, p: Json, text_name: str, entities_name: str) -> tuple[str, list[Json]]:
    """The text of a request after entity parsing and trimming."""
    text, entities = p.get(text_name) or "", p.get(entities_name) or []
    mode = (p.get("parse_mode") or "").lower()
    if mode == "html":
        text, entities = parse_html(text)
    elif mode:
        raise bad_request("unsupported parse_mode")
    text, entities = trim(text, entities)
    return text, with_found(text, [*filter(None, (_known_user(em, entity) for entity in entities))])


def _known_user(em: Emulator, entity: Json) -> Json | None:
    """A mention of somebody unknown is dropped, as Telegram does."""
    if entity["type"] != "text_mention":
        return entity
    person = em.people.get(entity["user"]["id"])
    return {**entity, "user": person.as_user()} if person else None


def _text_content(em: Emulator, p: Json) -> Json:
    text, entities = formatted(em, p, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT:
        raise bad_request("message is too long")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if p.get("link_preview_options"):
        content["link_preview_options"] = p["link_preview_options"]
    return content


def _caption_content(em: Emulator, p: Json) -> Json:
    caption, entities = formatted(em, p, "caption", "caption_entities")
    if units(caption) > CAPTION:
        raise bad_request("message caption is too long")
    content: Json = {"caption": caption} if caption else {}
    return {**content, "caption_entities": entities} if entities else content


def _markup(em: Emulator, p: Json) -> Markup:
    return read_markup(p.get("reply_markup"), em.violation)


def _post(em: Emulator, bot: BotAccount, p: Json, content: Json) -> Json:
    markup = _markup(em, p)
    chat = open_chat(bot, p["chat_id"])
    content = {**_reply_to(chat, p.get("reply_parameters")), **content}
    if p.get("protect_content"):
        content["has_protected_content"] = True
    return em.post(chat, bot, content, markup, silent=bool(p.get("disable_notification"))).as_api()


def _reply_to(chat: Chat, parameters: Json | None) -> Json:
    if not parameters:
        return {}
    message = chat.find(parameters.get("message_id"))
    if message is None:
        if parameters.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": quoted(message)}


def quoted(message: Message) -> Json:
    """A message as it stands inside a reply: without the message it replies to itself."""
    quote = message.as_api()
    quote.pop("reply_to_message", None)
    return quote


def send_message(em: Emulator, bot: BotAccount, p: Json) -> Json:
    return _post(em, bot, p, _text_content(em, p))


def send_photo(em: Emulator, bot: BotAccount, p: Json) -> Json:
    caption = _caption_content(em, p)
    file = _file(em, p["photo"], "photos", "photo.jpg")
    return _post(em, bot, p, {"photo": em.shelf.as_photo(file), **caption})


def send_document(em: Emulator, bot: BotAccount, p: Json) -> Json:
    caption = _caption_content(em, p)
    file = _file(em, p["document"], "documents", "file")
    return _post(em, bot, p, {"document": em.shelf.as_document(file), **caption})


def _file(em: Emulator, given: Upload | str, folder: str, name: str) -> StoredFile:
    if isinstance(given, Upload):
        return em.shelf.store(folder, given.name or name, given.mime, given.data)
    if "://" in given:
        raise bad_request("failed to get HTTP URL content")
    return em.shelf.get(given)


def _to_edit(bot: BotAccount, p: Json) -> Message:
    if "chat_id" not in p or "message_id" not in p:
        raise bad_request("message identifier is not specified")
    message = open_chat(bot, p["chat_id"]).find(p["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not bot or message.frozen:
        raise bad_request("message can't be edited")
    return message


def _replace(em: Emulator, message: Message, content: Json, markup: Json | None) -> Json:
    if (content, markup) == (message.content, message.markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message"
        )
    message.replace(content, markup, em.clock())
    em.events.publish("edited", message.chat, message.id)
    return message.as_api()


def edit_message_text(em: Emulator, bot: BotAccount, p: Json) -> Json:
    if not p.get("text"):
        raise bad_request("message text is empty")
    content = _text_content(em, p)
    markup = _markup(em, p)
    message = _to_edit(bot, p)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    kept: Json = {name: message.content[name] for name in _KEPT_BY_EDIT if name in message.content}
    return _replace(em, message, {**kept, **content}, markup.inline)


def edit_message_reply_markup(em: Emulator, bot: BotAccount, p: Json) -> Json:
    markup = _markup(em, p)
    message = _to_edit(bot, p)
    return _replace(em, message, message.content, markup.inline)
