"""Telegram's reading of `parse_mode=HTML`: tags become entities, faults become its own messages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.errors import Json, bad_request
from simulator.text import units

_SPACE = " \t\r\n\0\v"
_END = "\0"
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+))|([a-zA-Z]+));?")
_LINK = re.compile(r"(?:(?:https?|tg|ton)://\S+|[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?|mailto:\S+)$")
_MENTION = re.compile(r"tg://user\?id=(\d+)$")
_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
    "tg-emoji": "custom_emoji",
}  # fmt: skip


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    chunk: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and its entities; raises Telegram's 400 with the byte offset of the fault."""
    if "<" not in source and "&" not in source:
        return source, []
    return _Parser(source.replace(_END, "") + _END).run()


class _Parser:
    """One pass over the source; the last character is a NUL that stands for the end."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.offset = 0
        self.chunks: list[str] = []
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        while (char := self.source[self.at]) != _END:
            if char == "<":
                self._tag()
            elif char == "&":
                self._write(self._reference() or self._take())
            else:
                self._write(self._plain())
        if self.open:
            raise self._error(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.chunks), self.entities

    def _error(self, reason: str, at: int | None = None) -> Exception:
        place = "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        return bad_request(f"can't parse entities: {reason}{place}")

    def _write(self, text: str) -> None:
        self.chunks.append(text)
        self.offset += units(text)

    def _take(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _plain(self) -> str:
        begin = self.at
        while self.source[self.at] not in f"<&{_END}":
            self.at += 1
        return self.source[begin : self.at]

    def _reference(self) -> str:
        match = _REFERENCE.match(self.source, self.at)
        if match is None:
            return ""
        char = _character(match)
        if char:
            self.at = match.end()
        return char

    def _skip_space(self) -> None:
        while self.source[self.at] in _SPACE and self.source[self.at] != _END:
            self.at += 1

    def _until(self, stops: str) -> str:
        begin = self.at
        while self.source[self.at] not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self.source[self.at] == "/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        tag = self._until(_SPACE + ">").lower()
        if self.source[self.at] == _END:
            raise self._error("Unclosed start tag", begin)
        if tag not in _KINDS:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        argument = self._attributes(tag, begin)
        if tag == "span" and argument != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self.at += 1
        self.open.append(_Open(tag, argument, self.offset, len(self.chunks)))

    def _attributes(self, tag: str, begin: int) -> str:
        argument = ""
        self._skip_space()
        while self.source[self.at] != ">":
            name = self._until(_SPACE + "=>/\"'")
            if not name:
                raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
            argument = _argument(tag, name, self._value(tag, begin)) or argument
            self._skip_space()
        return argument

    def _value(self, tag: str, begin: int) -> str:
        self._skip_space()
        value = ""
        if self.source[self.at] == "=":
            self.at += 1
            self._skip_space()
            value = self._quoted() if self.source[self.at] in "'\"" else self._name_token()
        if self.source[self.at] == _END:
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        return value

    def _name_token(self) -> str:
        begin = self.at
        while re.match(r"[A-Za-z0-9.-]", self.source[self.at]):
            self.at += 1
        if self.source[self.at] not in _SPACE + ">":
            raise self._error("Unexpected end of name token", begin)
        return self.source[begin : self.at].lower()

    def _quoted(self) -> str:
        quote = self._take()
        value: list[str] = []
        while self.source[self.at] not in (quote, _END):
            value.append(self._reference() or self._take())
        if self.source[self.at] == quote:
            self.at += 1
        return "".join(value)

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.at += 1
        found = self._until(_SPACE + ">")
        self._skip_space()
        if self.source[self.at] != ">":
            raise self._error("Unclosed end tag", begin)
        self.at += 1
        expected = self.open.pop()
        if found and found != expected.tag:
            place = len(self.source[:begin].encode())
            raise self._error(
                f'Unmatched end tag at byte offset {place}, expected "</{expected.tag}>", found "</{found}>"'
            )
        if self.offset > expected.offset:
            self._close(expected)

    def _close(self, tag: _Open) -> None:
        entity: Json = {"type": _KINDS[tag.tag], "offset": tag.offset, "length": self.offset - tag.offset}
        if tag.tag == "a":
            entity = _link(entity, tag.argument or "".join(self.chunks[tag.chunk :]))
        elif tag.tag in ("pre", "code"):
            self._close_code(entity, tag)
            return
        elif tag.tag == "tg-emoji":
            entity["custom_emoji_id"] = tag.argument
        elif tag.tag == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        if entity:
            self.entities.append(entity)

    def _close_code(self, entity: Json, tag: _Open) -> None:
        """`<pre><code class="language-x">` is one block with a language."""
        inner = self.entities[-1] if self.entities else {}
        same = (inner.get("offset"), inner.get("length")) == (entity["offset"], entity["length"])
        if tag.tag == "pre" and same and inner["type"] == "code" and inner.get("language"):
            inner["type"] = "pre"
            return
        if tag.tag == "code" and tag.argument and any(outer.tag == "pre" for outer in self.open):
            entity["language"] = tag.argument
        self.entities.append(entity)


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name, "")
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def _argument(tag: str, name: str, value: str) -> str:
    if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id")):
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return "1" if (tag, name) == ("blockquote", "expandable") else ""


def _link(entity: Json, address: str) -> Json:
    mention = _MENTION.match(address)
    if mention:
        return {**entity, "type": "text_mention", "user": {"id": int(mention.group(1))}}
    return {**entity, "url": address} if _LINK.match(address) else {}
