"""A list as it was read: rows of text cells with their place, whatever kind of file it came from."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workflows.imports.csv_text import csv_rows
from workflows.imports.report import FileRefused
from workflows.imports.workbook import workbook_rows

MOST_BYTES = 64 * 1024 * 1024
_WORKBOOK_SIGNS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `number` counts from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines that hold anything; `digest` is the hash of the content."""

    name: str
    digest: str
    rows: tuple[Row, ...] = field(repr=False)


def read_sheet(name: str, content: bytes) -> Sheet:
    """The sheet in a CSV or Excel file; raises `FileRefused` where it cannot be read."""
    if len(content) > MOST_BYTES:
        raise FileRefused(f"{name} 超过 64 MB，请分成几个文件导入")
    read: Callable[[str, bytes], Iterable[Sequence[str]]] = csv_rows
    if content.startswith(_WORKBOOK_SIGNS):
        read = workbook_rows
    return _sheet(name, content, read(name, content))


def sheet_of(name: str, records: Sequence[Mapping[str, object]]) -> Sheet:
    """The sheet of a list that never was a file: one mapping of column to value per row."""
    header = tuple(dict.fromkeys(column for record in records for column in record))
    lines = [header, *(tuple(_text(record.get(column)) for column in header) for record in records)]
    return _sheet(name, json.dumps(lines, ensure_ascii=False).encode(), lines)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _sheet(name: str, content: bytes, lines: Iterable[Sequence[str]]) -> Sheet:
    numbered = (Row(number, tuple(line)) for number, line in enumerate(lines, start=1))
    rows = tuple(row for row in numbered if any(cell.strip() for cell in row.cells))
    if not rows:
        raise FileRefused(f"{name} 是空的，请检查是不是选错了文件")
    return Sheet(name, hashlib.sha256(content).hexdigest(), rows)
