"""What a benchmark gives: lines of one table, each figure beside its reference from the same run."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """`full` is what the report shows; `small` only shows that a benchmark runs."""

    full = "full"
    small = "small"

    def pick(self, full: int, small: int) -> int:
        return full if self is Size.full else small


@dataclass(frozen=True, slots=True)
class Line:
    """`ratio` is the figure divided by its reference; `met` is None where there is no aim."""

    work: str
    database: str
    figure: str
    reference: str
    ratio: float | None
    aim: str
    met: bool | None
    note: str = ""


def median(samples: Iterable[float]) -> float:
    return statistics.median(samples)


def percentile(samples: Iterable[float], share: float) -> float:
    """The smallest sample that `share` (0…1) of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
