"""What an import has to say: rows taken, rows refused and why, files refused as a whole."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date


class FileRefused(ValueError):
    """The file as a whole cannot be taken; nothing has changed. The message is for the person."""


class Disturbed(FileRefused):
    """Somebody else changed the same records meanwhile; what has landed counts, the rest may come again."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong in a row; `column` is the name as it stands in the file's header."""

    column: str
    reason: str

    def __str__(self) -> str:
        return f"“{self.column}”{self.reason}" if self.column else self.reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: where it stands, what is wrong, what to write instead."""

    file: str
    row: int
    complaints: tuple[Complaint, ...]

    @property
    def reason(self) -> str:
        return "；".join(map(str, self.complaints))

    def __str__(self) -> str:
        return f"{self.file} 第{self.row}行：{self.reason}"


@dataclass(slots=True)
class Report:
    """The outcome of one import: every row is added, updated, unchanged or rejected."""

    kind: str
    file: str
    rows: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Refusal] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    unused_columns: tuple[str, ...] = ()
    imported_before: date | None = None
    dry_run: bool = False
    rejected_csv: bytes | None = None
    rejected_path: str | None = None

    @property
    def accepted(self) -> int:
        return self.added + self.updated
