"""A paper as data: a title, fields, grids, sentences and lines to sign on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Fields:
    """Names with what stands behind them, two beside each other."""

    rows: Sequence[tuple[str, str]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences, each a paragraph."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on by hand."""

    names: Sequence[str]


Block: TypeAlias = Fields | Grid | Words | Signatures


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper; `number` is its place in the folder of the case."""

    number: int
    title: str
    blocks: Sequence[Block]
    public: bool = False

    @property
    def file(self) -> str:
        return f"{self.number}-{self.title}"
