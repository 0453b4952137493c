"""Reading one YAML file with the line of every value, so that a mistake can be pointed at.

YAML 1.2 words only: `no` is a word, 08:30 is a text, a key is always a text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from config.faults import Fault

Place = tuple[str | int, ...]

_NULL = {"", "~", "null"}
_BOOLEAN = {"true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Source:
    """A policy file as it was read: `name` within its layer, `shown` in messages."""

    name: str
    shown: str
    content: Any = None
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, message: str) -> Fault:
        return Fault(self.shown, self.line(place), self._spoken(place), message)

    def _spoken(self, place: Place) -> str:
        """The place in words: items of a list by their `name`, else by their number from 1."""
        words: list[str] = []
        inside = self.content
        for part in place:
            inside = _inside(inside, part)
            named = inside.get("name") if isinstance(part, int) and isinstance(inside, dict) else None
            words.append(str(named or (part + 1 if isinstance(part, int) else part)))
        return ".".join(words)


def read(path: Path, name: str, shown: str) -> tuple[Source, list[Fault]]:
    """The file with its lines, and what its YAML gets wrong; never raises for a bad file."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except UnicodeDecodeError:
        return Source(name, shown), [Fault(shown, 1, "", "文件不是 UTF-8 编码，请另存为 UTF-8")]
    except yaml.MarkedYAMLError as error:
        return Source(name, shown), [Fault(shown, _line_of(error), "", _complaint(error))]
    except yaml.YAMLError:
        return Source(name, shown), [Fault(shown, 1, "", "文件里有不能用的控制字符，请删掉")]
    if not isinstance(node, yaml.MappingNode):
        return Source(name, shown), [Fault(shown, 1, "", "文件要写成“名称: 内容”的样子")]
    reading = _Reading(shown)
    content = reading.value(node, ())
    return Source(name, shown, content, reading.lines), reading.faults


class _Reading:
    """Turns nodes into plain values, noting lines and repeated keys on the way."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.lines: dict[Place, int] = {}
        self.faults: list[Fault] = []
        self._open: set[int] = set()

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            self._blame(self.lines[place], place, "这一项引用了自己，请写出具体内容")
            return None
        self._open.add(id(node))
        inside = (
            self._mapping(node, place) if isinstance(node, yaml.MappingNode) else self._items(node, place)
        )
        self._open.discard(id(node))
        return inside

    def _items(self, node: yaml.Node, place: Place) -> list[Any]:
        return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        inside: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in inside:
                self._blame(key.start_mark.line + 1, (*place, name), f"{name} 写了两次，请只留一个")
                continue
            self.lines[(*place, name)] = key.start_mark.line + 1
            inside[name] = self.value(value, (*place, name))
        return inside

    def _blame(self, line: int, place: Place, message: str) -> None:
        self.faults.append(Fault(self.shown, line, ".".join(map(str, place)), message))


def _scalar(node: yaml.ScalarNode) -> Any:
    word = str(node.value)
    if node.style:  # quoted or a block: a text as it stands
        return word
    if word in _NULL:
        return None
    if word in _BOOLEAN:
        return _BOOLEAN[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _DECIMAL.fullmatch(word) else word


def _inside(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _line_of(error: yaml.MarkedYAMLError) -> int:
    """What was opened and never closed is told where it was opened, all else where it went wrong."""
    opened = any(sign in (error.context or "") for sign in ("scanning", "flow"))
    mark = error.context_mark if opened and error.context_mark else error.problem_mark
    return mark.line + 1 if mark else 1


_COMPLAINTS = {
    "cannot start any token": "这里有不能用的字符：缩进用空格不用制表符，特殊符号要加引号",
    "mapping values": "冒号的位置不对：一行只写一个“名称: 内容”，内容里有冒号要加引号",
    "expected <block end>": "缩进没对齐，同级的内容要从同一列开始",
    "could not find expected ':'": "这里少了冒号，请写成“名称: 内容”",
    "quoted scalar": "引号没有成对",
    "expected ',' or": "方括号或花括号没有成对，或少了逗号",
    "alias": "引用的名称没有定义，请写出具体内容",
}


def _complaint(error: yaml.MarkedYAMLError) -> str:
    told = f"{error.context} {error.problem}"
    known = (words for sign, words in _COMPLAINTS.items() if sign in told)
    return next(known, "YAML 写法不对，请检查缩进、冒号和引号")
