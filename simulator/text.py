"""Text as Telegram measures it: UTF-16 units, trimmed ends, and entities it finds by itself."""

from __future__ import annotations

import re

from simulator.errors import Json

_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/<>])", re.ASCII)
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%()\[\]-]+")


def units(text: str) -> int:
    """Length in UTF-16 code units, the measure of every limit and offset of the Bot API."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for char in text if char > "\uffff")


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Cut white space at both ends, as Telegram does, and move the entities with it."""
    bare = text.strip()
    if bare == text:
        return text, entities
    cut = len(text) - len(text.lstrip())
    moved = (_clip(entity, cut, units(bare)) for entity in entities)
    return bare, [entity for entity in moved if entity["length"] > 0]


def _clip(entity: Json, cut: int, length: int) -> Json:
    start = min(max(entity["offset"] - cut, 0), length)
    end = min(max(entity["offset"] + entity["length"] - cut, 0), length)
    return {**entity, "offset": start, "length": end - start}


def find_entities(text: str) -> list[Json]:
    """Commands and addresses that Telegram marks without being asked."""
    if "/" not in text:
        return []
    return [*_spans("bot_command", _COMMAND, text), *_spans("url", _URL, text)]


def _spans(kind: str, pattern: re.Pattern[str], text: str) -> list[Json]:
    return [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for match in pattern.finditer(text)
    ]


def with_found(text: str, entities: list[Json]) -> list[Json]:
    """The given entities and the found ones outside of them, in Telegram's order."""
    alone = (found for found in find_entities(text) if not any(_overlap(found, other) for other in entities))
    found = [*alone]
    if found:
        return sorted([*entities, *found], key=lambda entity: (entity["offset"], -entity["length"]))
    return entities


def _overlap(one: Json, other: Json) -> bool:
    begins_before_end = one["offset"] < other["offset"] + other["length"]
    return bool(begins_before_end and other["offset"] < one["offset"] + one["length"])
