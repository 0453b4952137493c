"""Plays the dialogues and writes down what comes back: `python -m tests.conversations.record [name …]`.

What it writes is to be read before it is committed: a golden file is a promise, not a log.
"""

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conversations.situations import Situations
from tests.conversations.talk import HERE, Dialogue, Heard, acting, answer, dialogues
from tests.stories.world import World, build_county


def main(names: Sequence[str]) -> None:
    paths = [HERE / f"{name}.yaml" for name in names] or sorted(HERE.glob("*.yaml"))
    with tempfile.TemporaryDirectory() as folder:
        county = build_county(Path(folder), linked=True)
        situations = Situations(county, Path(folder))
        for path in paths:
            talks = asyncio.run(_played(path, situations))
            path.write_text(_head(path) + "\n".join(talks), encoding="utf-8")


async def _played(path: Path, situations: Situations) -> list[str]:
    written = []
    for dialogue in dialogues([path]):
        async with situations.open(dialogue.given) as w:
            heard = [await _heard(w, dialogue, turn) for turn in dialogue.talk]
        written.append(_dialogue(dialogue, heard))
    return written


async def _heard(w: World, dialogue: Dialogue, turn: Mapping[str, Any]) -> Heard:
    try:
        return await answer(w, *acting(turn))
    except LookupError as error:
        print(dialogue.name, acting(turn), error)
        return {}


def _head(path: Path) -> str:
    """The comment at the top of the file."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#"))


def _dialogue(dialogue: Dialogue, heard: Sequence[Heard]) -> str:
    lines = [f"- about: {dialogue.about}"]
    if dialogue.given:
        lines.append(f"  given: {dialogue.given}")
    if dialogue.taps is not None:
        lines.append(f"  taps: {dialogue.taps}")
    if dialogue.way is not None:
        lines.append(f"  way: {dialogue.way}")
    lines.append("  talk:")
    for turn, came in zip(dialogue.talk, heard, strict=True):
        lines += _turn(turn, came)
    return "\n".join(lines) + "\n"


def _turn(turn: Mapping[str, Any], came: Heard) -> list[str]:
    who, pressed = acting(turn)
    shown = _quoted(pressed[0]) if len(pressed) == 1 else f"[{', '.join(map(_quoted, pressed))}]"
    lines = [f"    - {who}: {shown}"]
    for key, value in came.items():
        if isinstance(value, list):
            lines.append(f"      {key}:")
            for one in value:
                lines += ["        - |-", *_block(one, 10)]
        else:
            lines += [f"      {key}: |-", *_block(value, 8)]
    return lines


def _quoted(label: str) -> str:
    plain = not set(label) & set(":#[]{},\"'&*!|>%@`") and not label.isdecimal()
    return label if plain else f'"{label}"'


def _block(text: str, indent: int) -> list[str]:
    return [f"{' ' * indent}{line}" if line else "" for line in text.splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
