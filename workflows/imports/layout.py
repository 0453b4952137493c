"""Finding the header of a list: which column stands where, under whichever of its names."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.imports.columns import COLUMNS, Columns, Kind
from workflows.imports.report import FileRefused
from workflows.imports.sheet import Row, Sheet

HEADER_WITHIN = 10  # lists often begin with a title line or two
ROW_COLUMN, REASON_COLUMN = "行号", "原因"

_REMARK = re.compile(r"[(\[].*?[)\]]|[*\s]")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column of the contract stands, and the header as it was written."""

    kind: Kind
    header: tuple[str, ...]
    places: Mapping[str, int]
    body: tuple[Row, ...]

    @property
    def columns(self) -> Columns:
        return COLUMNS[self.kind]

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns we do not know and leave alone."""
        used = set(self.places.values())
        left = (name for place, name in enumerate(self.header) if place not in used and name)
        return tuple(name for name in left if name not in (ROW_COLUMN, REASON_COLUMN))

    def shown(self, column: str) -> str:
        """The column by the name the file gives it, or by ours where the file lacks it."""
        return self.header[self.places[column]] if column in self.places else self.columns.shown(column)


def laid_out(kind: Kind, sheet: Sheet) -> Layout:
    """The layout of a sheet; raises `FileRefused` when a required column is missing or doubled."""
    columns = COLUMNS[kind]
    top = sheet.rows[:HEADER_WITHIN]
    found = [_places(columns, row) for row in top]
    best = max(range(len(top)), key=lambda index: len({column for column, _ in found[index]}))
    _refuse_doubled(sheet.name, found[best])
    places = dict(found[best])
    _refuse_missing(sheet.name, columns, places)
    header = tuple(cell.strip() for cell in top[best].cells)
    return Layout(kind, header, places, sheet.rows[best + 1 :])


def header_word(text: str) -> str:
    """A column name without case, width, spaces, stars and remarks in brackets."""
    return _REMARK.sub("", unicodedata.normalize("NFKC", text)).lower()


def _places(columns: Columns, row: Row) -> list[tuple[str, int]]:
    named = _named(columns)
    words = (header_word(cell) for cell in row.cells)
    return [(named[word], place) for place, word in enumerate(words) if word in named]


def _named(columns: Columns) -> dict[str, str]:
    synonyms = {header_word(name): column for column, names in columns.synonyms.items() for name in names}
    return synonyms | {column: column for column in columns.synonyms}


def _refuse_doubled(name: str, found: Iterable[tuple[str, int]]) -> None:
    seen: dict[str, int] = {}
    for column, place in found:
        if column in seen:
            raise FileRefused(
                f"{name} 的第{seen[column] + 1}列和第{place + 1}列是同一项（{column}），请只留一列"
            )
        seen[column] = place


def _refuse_missing(name: str, columns: Columns, places: Mapping[str, int]) -> None:
    missing = [columns.shown(column) for column in columns.required if column not in places]
    if missing:
        raise FileRefused(f"{name} 的表头缺少：{'、'.join(missing)}；请补上这些列再导入")
