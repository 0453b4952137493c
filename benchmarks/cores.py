"""How many processors of the machine are at work, whoever works."""

import os
from pathlib import Path
from time import perf_counter

STAT = Path("/proc/stat")
IDLE = slice(3, 5)  # idle, and waiting for the disk (man 5 proc_stat)
TICKS = os.sysconf("SC_CLK_TCK")


class Cores:
    """Measured from the moment it is made."""

    def __init__(self) -> None:
        self._began, self._busy = perf_counter(), _busy()

    def used(self) -> float:
        """Processors at work on average, 0…all."""
        return (_busy() - self._busy) / (perf_counter() - self._began)


def _busy() -> float:
    """Seconds that the processors have worked since the machine started."""
    ticks = [int(one) for one in STAT.read_text().split("\n", 1)[0].split()[1:]]
    return (sum(ticks) - sum(ticks[IDLE])) / TICKS
