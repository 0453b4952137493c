"""What is due, and to whom it goes: the rows that planning reads, sorted by what becomes of them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from notifications.addressing import Found
from notifications.compose import Item
from notifications.outbox import Lane
from storage.post_box import Notice

LISTS = ("list_", "digest_")


@dataclass(slots=True)
class Due:
    """The few columns of a due notice that planning needs."""

    id: int
    kind: str
    event: str | None
    batch: str | None
    post: str | None
    region_code: str | None
    official_id: int | None
    not_to: list[Any]
    lane: int
    due_on: date | None
    urgent: bool
    collapse: bool
    moved: bool
    task_id: int | None
    useless_after: datetime | None

    @property
    def item(self) -> Item:
        return Item(
            id=self.id,
            event=self.event,
            batch=self.batch,
            lane=self.lane or int(Lane.reminder),
            due_on=self.due_on,
            urgent=self.urgent,
            line=self.kind.startswith("batch_"),
            gathers=self.moved or self.collapse,
            task=self.task_id,
            whole=self.kind.startswith(LISTS),
        )


COLUMNS = [getattr(Notice, name) for name in Due.__dataclass_fields__]


@dataclass(slots=True)
class Addresses:
    """What became of the due notices: with a person, for nobody, for nobody new, for several, of no use."""

    people: dict[int, list[Due]] = field(default_factory=lambda: defaultdict(list))
    parked: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    several: dict[int, Found] = field(default_factory=dict)

    def sort_in(self, due: Due, found: Found) -> None:
        if found.nobody:
            self.parked.append(due.id)
        elif not found.officials:
            self.dropped.append(due.id)
        elif len(found.officials) > 1:
            self.several[due.id] = found
        else:
            due.official_id, due.moved = found.officials[0], found.moved
            self.people[found.officials[0]].append(due)


def part_among(notice: Notice, found: Found, now: datetime) -> list[Notice]:
    """The notice becomes the first person's, the others get copies."""
    notice.official_id, notice.moved = found.officials[0], found.moved
    return [_twin(notice, official, now) for official in found.officials[1:]]


def _twin(notice: Notice, official: int, now: datetime) -> Notice:
    same = (
        "kind",
        "facts",
        "buttons",
        "post",
        "region_code",
        "lane",
        "urgent",
        "collapse",
        "due_on",
        "moved",
    )
    links = ("case_id", "task_id", "event", "batch", "not_before", "useless_after", "not_to", "state")
    copied = {name: getattr(notice, name) for name in (*same, *links)}
    return Notice(**copied, official_id=official, created_at=now, attempts=0)
