"""The machine's clock of a victim: kept in a file, so that it can be moved while the process runs or is dead.

It runs `speed` times as fast as real time, so that a lease of 30 s ends within a second or two.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

SPEED = 20.0


class FileClock:
    """Tells the time that the file says; whoever reads it sees it move."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = 0
        self._base, self._since = datetime.now(UTC), time.time()

    def now(self) -> datetime:
        if (seen := self._file.stat().st_mtime_ns) != self._seen:
            base, since = self._file.read_text().split()
            self._base, self._since, self._seen = datetime.fromisoformat(base), float(since), seen
        return self._base + timedelta(seconds=(time.time() - self._since) * SPEED)

    def set(self, to: datetime) -> None:
        """From now on it is `to`, for everybody who reads the file."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{to.astimezone(UTC).isoformat()} {time.time()!r}")
        os.replace(fresh, self._file)
