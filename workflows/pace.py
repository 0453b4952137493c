"""How many rows one commit may hold: as many as keep it short, learnt from the commits before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

AIM_SECONDS = 0.035  # a commit stays under 0.05 s (design §7), the disk may need the rest


@dataclass(slots=True)
class Pace:
    """The size of the next chunk; one commit changes it at most twofold: a single slow one is forgiven.

    Never under `smallest`: on a busy machine the fixed cost of a commit fills the time whatever its
    size, and smaller chunks would only make more of them.
    """

    size: int = 20
    smallest: int = 10
    largest: int = 1000

    @contextmanager
    def watching(self, rows: int) -> Iterator[None]:
        """Learns from what happens within, which is a commit of so many rows."""
        began = perf_counter()
        yield
        self.took(rows, perf_counter() - began)

    def took(self, rows: int, seconds: float) -> None:
        fitting = int(rows * AIM_SECONDS / max(seconds, 1e-6))
        within = min(max(fitting, self.size // 2), self.size * 2)
        self.size = min(max(within, self.smallest), self.largest)
