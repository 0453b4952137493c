"""Clues handed in by another program: the checks and the landing of a file, and word of each clue."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.engine import Database
from workflows.desk import Desk
from workflows.imports.cells import Unfit, code, plain
from workflows.imports.clues import refuse_private
from workflows.imports.columns import COLUMNS, Kind
from workflows.imports.importing import import_sheet
from workflows.imports.layout import Layout
from workflows.imports.private import masked, masked_ids
from workflows.imports.report import Complaint, Disturbed
from workflows.imports.sheet import Row, Sheet
from workflows.signals import Signal

NAMES = tuple(COLUMNS[Kind.clues].synonyms)
KNOWN, REFUSED = "known", "refused"
MOST_SHOWN = 64
TRIES = 5

Record = Mapping[str, object]
MaySend = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one clue: open, merged, suppressed, waiting, known or refused; rows count from 1."""

    row: int
    signal_id: str
    state: str
    faults: Sequence[Complaint] = ()


async def import_records(
    name: str, records: Sequence[Record], database: Database, desk: Desk, may_send: MaySend
) -> list[Fate]:
    """The fate of every record, told after its commit; refused ones hold up no other.

    Raises `FileRefused`, and nothing has changed, where a number that belongs to a person stands
    outside its column. `may_send` tells which departments' clues are taken.
    """
    sheet = _sheet(name, records)
    refuse_private(_layout(sheet), sheet)
    faults: dict[int, Sequence[Complaint]] = {
        row: found for row, one in enumerate(records, 1) if (found := [*_faults(one, may_send)])
    }
    good = [row for row in sheet.rows[1:] if row.number not in faults]
    words: dict[str, str] = {}
    if good:
        rejected, words = await _landed(_with_rows(sheet, good), database, desk)
        faults |= rejected
    return [_fate(row, faults.get(row.number, ()), words) for row in sheet.rows[1:]]


async def _landed(
    sheet: Sheet, database: Database, desk: Desk
) -> tuple[dict[int, Sequence[Complaint]], dict[str, str]]:
    """The refusals by row, and the words by signal. The same at the same time elsewhere is waited out."""
    words: dict[str, str] = {}

    def became(signals: Sequence[Signal], said: Sequence[str]) -> None:
        words.update(zip((signal.signal_id for signal in signals), said, strict=True))

    for left in reversed(range(TRIES)):
        try:
            report = await import_sheet(Kind.clues, sheet, database, desk, became=became)
        except Disturbed:
            if not left:
                raise
        else:
            return {refusal.row: refusal.complaints for refusal in report.rejected}, words
    raise AssertionError("unreachable: the last try returns or raises")


def _fate(row: Row, faults: Sequence[Complaint], words: Mapping[str, str]) -> Fate:
    if faults:
        return Fate(row.number, masked_ids(plain(row.cells[0]))[:MOST_SHOWN], REFUSED, faults)
    signal_id = code(row.cells[0])
    return Fate(row.number, signal_id, words.get(signal_id, KNOWN))


# --- records as a sheet ----------------------------------------------------------------------------


def _sheet(name: str, records: Sequence[Record]) -> Sheet:
    """Row 0 is the header, with every column of the contract first; a record keeps its row, even empty."""
    header = tuple(dict.fromkeys((*NAMES, *(key for record in records for key in record))))
    rows = (
        Row(number, tuple(_text(record.get(key)) for key in header))
        for number, record in enumerate(records, 1)
    )
    return Sheet(name, "", (Row(0, header), *rows))


def _with_rows(sheet: Sheet, good: Sequence[Row]) -> Sheet:
    """Only these rows, and only what belongs to the contract."""
    rows = (Row(0, NAMES), *(Row(row.number, row.cells[: len(NAMES)]) for row in good))
    content = json.dumps([row.cells for row in rows], ensure_ascii=False).encode()
    return Sheet(sheet.name, hashlib.sha256(content).hexdigest(), rows)


def _layout(sheet: Sheet) -> Layout:
    header = sheet.rows[0].cells
    return Layout(Kind.clues, header, {name: header.index(name) for name in NAMES}, sheet.rows[1:])


def _text(value: object) -> str:
    return "" if value is None else str(value)


# --- what a file cannot have wrong -----------------------------------------------------------------


def _faults(record: Record, may_send: MaySend) -> Iterator[Complaint]:
    if not any(_text(value).strip() for value in record.values()):
        yield Complaint("", "这一条是空的")
    for key, value in record.items():
        if key not in NAMES:
            yield Complaint(key[:MOST_SHOWN], f"没有这一项，可写：{'、'.join(NAMES)}")
        elif isinstance(value, bool) or not isinstance(value, str | int | float | None):
            yield Complaint(key, "要写文字或数字")
        elif not _writable(_text(value)):
            yield Complaint(key, "里有看不见的控制字符，请去掉")
    if (dept := _dept(record)) and not may_send(dept):
        yield Complaint("source_dept", masked(f"是{dept[:MOST_SHOWN]}，这个密钥不能报送"))


def _writable(text: str) -> bool:
    return not any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text)


def _dept(record: Record) -> str:
    try:
        return code(_text(record.get("source_dept")))
    except Unfit:
        return ""  # refused by its own check
