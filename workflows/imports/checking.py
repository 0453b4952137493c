"""Checking rows one by one: a row becomes a record, or a refusal that names every fault in it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from workflows.imports.cells import Unfit, words
from workflows.imports.layout import Layout
from workflows.imports.private import masked
from workflows.imports.report import Complaint, Refusal
from workflows.imports.sheet import Row

Value = TypeVar("Value")
Record = TypeVar("Record")

Fault = tuple[str, str]

LONGEST = 64


class Reading:
    """One row while it is read: gives cells by column and gathers what does not fit."""

    def __init__(self, layout: Layout, row: Row) -> None:
        self._layout = layout
        self._row = row
        self.number = row.number
        self.complaints: list[Complaint] = []
        if any(cell.strip() for cell in row.cells[len(layout.header) :]):
            self.complaints.append(Complaint("", "这一行比表头多出一格，请看看文字里是不是有没加引号的逗号"))

    def raw(self, column: str) -> str:
        """The cell as it stands, empty where the column or the cell is missing."""
        place = self._layout.places.get(column)
        return self._row.cells[place].strip() if place is not None and place < len(self._row.cells) else ""

    def blame(self, column: str, reason: str) -> None:
        self.complaints.append(Complaint(self._layout.shown(column), masked(reason)))

    def take(self, column: str, read: Callable[[str], Value]) -> Value | None:
        """The cell as `read` understands it; None when it is empty or does not fit."""
        text = self.raw(column)
        if not text:
            return None
        try:
            return read(text)
        except Unfit as unfit:
            self.blame(column, str(unfit))
            return None

    def need(self, column: str, read: Callable[[str], Value]) -> Value | None:
        """Like `take`, but an empty cell is a fault."""
        if not self.raw(column):
            self.blame(column, "不能空着，请补上")
        return self.take(column, read)


def text_of(most: int = LONGEST) -> Callable[[str], str]:
    """A reader of plain text of at most `most` signs."""

    def read(text: str) -> str:
        found = words(text)
        if len(found) > most:
            raise Unfit(f"太长，最多 {most} 个字")
        return found

    return read


class Sieve(Generic[Record]):
    """Rows that passed so far, by the key they go by, and the refusals; rows can still fall out."""

    def __init__(self, file: str, layout: Layout) -> None:
        self.file = file
        self.layout = layout
        self.taken: dict[int, Record] = {}
        self.refusals: dict[int, Refusal] = {}

    def readings(self) -> Iterator[Reading]:
        return (Reading(self.layout, row) for row in self.layout.body)

    def settle(self, reading: Reading, record: Record | None) -> None:
        """Takes the record unless something in the row did not fit."""
        if reading.complaints or record is None:
            self.refusals[reading.number] = Refusal(self.file, reading.number, tuple(reading.complaints))
        else:
            self.taken[reading.number] = record

    def drop(self, number: int, column: str, reason: str) -> None:
        """Refuses a row that had passed, because of another one."""
        self.taken.pop(number, None)
        complaint = Complaint(self.layout.shown(column), masked(reason))
        self.refusals[number] = Refusal(self.file, number, (complaint,))

    def drop_repeats(self, column: str, key: Callable[[Record], object]) -> None:
        """Refuses every later row that goes by the key of an earlier one."""
        first: dict[object, int] = {}
        for number, record in list(self.taken.items()):
            earlier = first.setdefault(key(record), number)
            if earlier != number:
                self.drop(number, column, f"与第{earlier}行重复，请只留一行")

    def drop_while(
        self, key: Callable[[Record], str], fault: Callable[[Record, Mapping[str, Record]], Fault | None]
    ) -> None:
        """Refuses rows with a fault until none is left: a refused row may have been another's footing.

        `fault` sees the rows still standing by their key, and answers column and reason.
        """
        wrong: dict[int, Fault] = {0: ("", "")}
        while wrong:
            standing = {key(record): record for record in self.taken.values()}
            found = ((number, fault(record, standing)) for number, record in self.taken.items())
            wrong = {number: named for number, named in found if named}
            for number, (column, reason) in wrong.items():
                self.drop(number, column, reason)
