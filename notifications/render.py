"""From a notice to a message: the text of its kind, who else it stands for, its buttons."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from config.wording import fill
from notifications.channel import Button, Outgoing
from notifications.outbox import unpacked

LIST_SHOWS = 14
LIST_BUTTONS = 8


class Written(Protocol):
    """What a message is made of: a notice, or the few columns of it that a sender reads."""

    kind: str
    facts: dict[str, Any]
    buttons: list[Any]
    moved: bool
    resent: bool
    edits_message: int | None


class Listed(Protocol):
    """What a line of a list has a button for."""

    facts: dict[str, Any]
    task_id: int | None


def message(notice: Written, chat_id: int, texts: Mapping[str, str], posts: Sequence[str]) -> Outgoing:
    """The message of `notice`; `posts` are the Chinese names of the posts it speaks to."""
    facts = notice.facts
    keyboard = facts.get("keyboard")
    return Outgoing(
        chat_id=chat_id,
        text=_text(notice, texts, posts),
        buttons=unpacked(notice.buttons),
        keyboard=tuple(tuple(row) for row in keyboard) if keyboard is not None else None,
        asks_contact=bool(facts.get("asks_contact")),
        edits_message=notice.edits_message,
    )


def _text(notice: Written, texts: Mapping[str, str], posts: Sequence[str]) -> str:
    if notice.kind == "reply":
        again = notice.resent and notice.edits_message is None
        return "\n".join([*([texts["resent_mark"]] if again else []), str(notice.facts["text"])])
    heads = [texts["resent_mark"]] if notice.resent else []
    if notice.moved and notice.kind != "list_moved":
        heads.append(texts["moved_mark"])
    if len(posts) > 1:
        heads.append(fill(texts["both_posts"], {"posts": "、".join(posts)}))
    also = notice.facts.get("also", ())
    return "\n".join([*heads, fill(texts[notice.kind], notice.facts), *also, *_lines(notice, texts)])


def _lines(notice: Written, texts: Mapping[str, str]) -> list[str]:
    """The lines of a list that fit, and how many more there are."""
    lines = list(notice.facts.get("lines", ()))
    more = len(lines) - LIST_SHOWS
    return lines if more <= 1 else [*lines[:LIST_SHOWS], fill(texts["list_more"], {"count": more})]


def list_facts(lines: Sequence[str], posts: str) -> dict[str, object]:
    """The facts of a list card."""
    return {"count": len(lines), "post": posts, "lines": ["・" + line for line in lines]}


def list_buttons(notices: Sequence[Listed]) -> list[list[Button]]:
    """One button for each task on the list, two in a row, and the way to all of them."""
    labels: dict[str, str] = {}
    for notice in notices:
        if notice.task_id is not None:
            labels.setdefault(f"open:{notice.task_id}", str(notice.facts.get("label", "")) or "查看")
    shown = [Button(label, data) for data, label in list(labels.items())[:LIST_BUTTONS]]
    rows = [shown[at : at + 2] for at in range(0, len(shown), 2)]
    return [*rows, [Button("今日待办", "todo")]]
