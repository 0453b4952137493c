"""A dialogue played on the phones: one presses or types, and what comes back is written down as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulator import Message
from tests.stories.world import NAMES, World

HERE = Path(__file__).parent
SAYS = ("card", "toast", "window")
Heard = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One talk of a file; each turn names who acts, what is pressed or ✎typed, and what comes back."""

    file: str
    about: str
    given: str
    talk: Sequence[Mapping[str, Any]]
    taps: int | None
    way: str | None

    @property
    def name(self) -> str:
        return f"{self.file}·{self.about}"


def dialogues(paths: Iterable[Path] | None = None) -> list[Dialogue]:
    """All dialogues of the folder, in order."""
    found = []
    for path in sorted(HERE.glob("*.yaml")) if paths is None else paths:
        for one in yaml.safe_load(path.read_text(encoding="utf-8")):
            more = one.get("given", ""), one["talk"], one.get("taps"), one.get("way")
            found.append(Dialogue(path.stem, one["about"], *more))
    return found


def acting(turn: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Who acts in a turn, and what they press one after the other."""
    who = next(name for name in turn if name in NAMES)
    pressed = turn[who]
    return who, pressed if isinstance(pressed, list) else [pressed]


def said(turn: Mapping[str, Any]) -> Heard:
    return {key: turn[key] for key in SAYS if key in turn}


async def played(w: World, talk: Sequence[Mapping[str, Any]]) -> list[Heard]:
    """What came back in each turn; where several were pressed, after the last."""
    return [await answer(w, *acting(turn)) for turn in talk]


async def answer(w: World, who: str, pressed: Sequence[str]) -> Heard:
    """What comes back on this phone after the last of these presses."""
    chat_id = NAMES[who]
    await w.fill(chat_id, *pressed[:-1])
    before = _looks(w, chat_id)
    await w.fill(chat_id, pressed[-1])
    heard: Heard = {}
    if cards := [_drawn(m, w) for m in _fresh(w, chat_id, before)]:
        heard["card"] = cards[0] if len(cards) == 1 else cards
    phone = w.phone(chat_id)
    if not pressed[-1].startswith("✎") and phone.toast:
        heard["window" if phone.alert else "toast"] = phone.toast
    return heard


def _looks(w: World, chat_id: int) -> dict[int, tuple[str, list[str]]]:
    return {m.id: (m.text, m.buttons) for m in w.phone(chat_id).received}


def _fresh(w: World, chat_id: int, before: Mapping[int, tuple[str, list[str]]]) -> list[Message]:
    """Messages that came or changed; a card that only lost its buttons is no answer."""
    return [m for m in w.phone(chat_id).received if _says_more(m, *before.get(m.id, ("", [])))]


def _says_more(message: Message, text: str, buttons: list[str]) -> bool:
    return message.text != text or (message.buttons != buttons and message.buttons != [])


def _drawn(message: Message, w: World) -> str:
    """A message as one sees it: the text, a line for each row of buttons, the keyboard it brings."""
    rows = ["".join(f"[{button['text']}]" for button in row) for row in message.rows]
    bottom = message.chat.keyboard
    if bottom is not None and bottom.message_id == message.id:
        rows += ["⌨ " + "｜".join(button["text"] for button in row) for row in bottom.rows]
    return "\n".join([message.text, *rows])
