"""Checks a request against the machine-readable Bot API and turns its fields into values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from simulator.errors import Json, bad_request

_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "message_id": "message identifier is not specified",
}
_PLAIN: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
    "Float": (int, float),
}
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    mime: str
    data: bytes

    def __repr__(self) -> str:
        return f"Upload({self.name!r}, {len(self.data)} bytes)"


@cache
def bot_api() -> Json:
    """The extract that stands beside this file."""
    text = files("simulator").joinpath("bot_api.json").read_text(encoding="utf-8")
    extract: Json = json.loads(text)
    return extract


@cache
def method_names() -> dict[str, str]:
    """Telegram reads method names without regard to case."""
    return {name.lower(): name for name in bot_api()["methods"]}


def read_params(method: str, raw: Mapping[str, Any], note: Note) -> Json:
    """Values of the known fields; unknown names go to `note`, a missing required field is a 400."""
    fields = bot_api()["methods"][method]
    values: Json = {}
    for name, value in raw.items():
        if name in fields:
            values[name] = _value(name, value, fields[name]["types"], raw, note)
        elif not isinstance(value, Upload):
            note(f"{method}: unknown parameter {name}")
    for name, field in fields.items():
        if field["required"] and values.get(name) in (None, ""):
            raise bad_request(_MISSING.get(name, f'parameter "{name}" is required'))
    return values


def _value(name: str, value: Any, types: list[str], raw: Mapping[str, Any], note: Note) -> Any:
    if "InputFile" in types:
        return _file(value, raw)
    if types == ["String"]:
        return str(value)
    if isinstance(value, str):
        value = _from_text(name, value, types)
    if value != {} or types[0].startswith("Array of "):
        _check(value, types, name, note)
    return value


def _file(value: Any, raw: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("attach://"):
        attached = raw.get(value.removeprefix("attach://"))
        if not isinstance(attached, Upload):
            raise bad_request("wrong file identifier/HTTP URL specified")
        return attached
    return value


def _from_text(name: str, text: str, types: list[str]) -> Any:
    """Form fields are text: numbers, booleans and JSON objects are read back."""
    if types[0] == "Integer":
        return _integer(name, text, "String" in types)
    if types[0] == "Boolean":
        return text.lower() in ("true", "1", "yes")
    try:
        return json.loads(text)
    except ValueError:
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def _integer(name: str, text: str, or_text: bool) -> int | str:
    try:
        return int(text)
    except ValueError:
        if or_text:
            return text
        raise bad_request(f'parameter "{name}" must be an integer') from None


def _check(value: Any, types: list[str], path: str, note: Note) -> None:
    if len(types) == 1 and types[0].startswith("Array of "):
        _check_array(value, types[0].removeprefix("Array of "), path, note)
    elif isinstance(value, dict):
        _check_object(value, _candidates(types), path, note)
    elif not any(isinstance(value, _PLAIN.get(kind, ())) for kind in types):
        raise bad_request(f"can't parse {path}: it must be of type {' or '.join(types)}")


def _check_array(value: Any, kind: str, path: str, note: Note) -> None:
    if not isinstance(value, list):
        raise bad_request(f"{path} must be an array")
    for index, item in enumerate(value):
        _check(item, [kind], f"{path}[{index}]", note)


def _candidates(types: list[str]) -> list[Json]:
    known = bot_api()["types"]
    found: list[Json] = []
    for kind in types:
        entry = known.get(kind, {})
        found += _candidates(entry["any_of"]) if "any_of" in entry else [entry.get("fields", {})]
    return found


def _check_object(value: Json, candidates: list[Json], path: str, note: Note) -> None:
    """Compare with the type that fits best: several types may share a parameter."""
    fields = min(candidates, key=lambda fields: _misfit(value, fields), default={})
    for name, item in value.items():
        if name not in fields:
            note(f"{path}: unknown field {name}")
        else:
            _check(item, fields[name]["types"], f"{path}.{name}", note)
    for name, field in fields.items():
        if field["required"] and name not in value:
            raise bad_request(f"can't parse {path}: Can't find field \"{name}\"")


def _misfit(value: Json, fields: Json) -> int:
    missing = sum(1 for name, field in fields.items() if field["required"] and name not in value)
    return missing + sum(1 for name in value if name not in fields)
