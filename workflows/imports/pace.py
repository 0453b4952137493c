"""How many rows one commit may hold: as many as keep it short, learnt from the commits before."""

from dataclasses import dataclass

AIM_SECONDS = 0.030  # a commit stays under 0.05 s (design §7), the disk may need the rest


@dataclass(slots=True)
class Pace:
    """The size of the next chunk; grows at most twofold, shrinks at once."""

    size: int = 20
    smallest: int = 1
    largest: int = 1000

    def took(self, rows: int, seconds: float) -> None:
        fitting = int(rows * AIM_SECONDS / max(seconds, 1e-6))
        self.size = max(self.smallest, min(fitting, self.size * 2, self.largest))
