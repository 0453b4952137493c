"""`python -m benchmarks`: every benchmark in a process of its own, one after the other, and one table.

Each module of this folder with `lines(size)` is a benchmark. `--small` only shows that they run. `--write`
keeps what was measured in docs/reports/bench.json and makes the page of it; with `--only`, what was
measured of the others before stays, with its day and machine.
"""

import argparse
import asyncio
import importlib
import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.table import Line, Size

HERE = Path(__file__).parent
REPORTS = HERE.parent / "docs" / "reports"
PAGE, KEPT = REPORTS / "bench.md", REPORTS / "bench.json"
REASONS = HERE / "reasons.md"
NAMES = ("outbox", "storm", "presses", "intake", "clue_list", "sweep", "schedulers", "startup")
LOOP = 3_000_000
HEADER = ("work", "database", "measured", "against", "ratio", "aim", "met")
out = Console(soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one benchmark gave, on which day and machine."""

    name: str
    day: str
    machine: str
    lines: Sequence[Line]

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Measured":
        return cls(**{**kept, "lines": [Line(**line) for line in kept["lines"]]})


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("--small", action="store_true", help="only shows that they run")
    words.add_argument("--only", choices=NAMES, action="append", help="this one")
    words.add_argument("--write", action="store_true", help="writes docs/reports/bench.json and bench.md")
    words.add_argument("--json", choices=NAMES, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    size = Size.small if chosen.small else Size.full
    if chosen.json:
        module = importlib.import_module(f"benchmarks.{chosen.json}")
        found: list[Line] = asyncio.run(module.lines(size))
        print(json.dumps([asdict(line) for line in found], ensure_ascii=False))
        return
    for name in chosen.only or NAMES:
        measured = _measured(name, size)
        _show(measured.lines)
        if chosen.write:
            _keep(measured)


def _measured(name: str, size: Size) -> Measured:
    """What one benchmark gives, in a process of its own."""
    out.print(f"{name} …")
    small = ["--small"] if size is Size.small else []
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--json", name, *small],
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        check=True,
    )
    lines = [Line(**line) for line in json.loads(ran.stdout.splitlines()[-1])]
    return Measured(name, datetime.now(UTC).date().isoformat(), _machine(), lines)


def _keep(measured: Measured) -> None:
    """Takes the place of what was measured by this benchmark before."""
    REPORTS.mkdir(exist_ok=True)
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept[measured.name] = asdict(measured)
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page([Measured.read(kept[name]) for name in NAMES if name in kept]), encoding="utf-8")


def _cells(line: Line) -> tuple[str, ...]:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    met = {True: "yes", False: "no", None: ""}[line.met]
    return line.work, line.database, line.figure, line.reference, ratio, line.aim, met


def _show(lines: Sequence[Line]) -> None:
    table = Table(*HEADER)
    for line in lines:
        table.add_row(*_cells(line))
    out.print(table)


def page(measured: Sequence[Measured]) -> str:
    """A table for each benchmark, with its day and machine, and why some aims are not met."""
    parts = [
        "# Speed and memory",
        "",
        "Written by `make bench`; each part by `python -m benchmarks --only PART --write`.",
        "",
    ]
    return "\n".join([*parts, *(line for one in measured for line in _part(one)), REASONS.read_text("utf-8")])


def _part(measured: Measured) -> list[str]:
    return [
        f"## {measured.name}",
        "",
        f"{measured.day}: {measured.machine}.",
        "",
        "| " + " | ".join(HEADER) + " |",
        "|" + "---|" * len(HEADER),
        *("| " + " | ".join(_cells(line)) + " |" for line in measured.lines),
        "",
        *(f"* {line.work}, {line.database}: {line.note}" for line in measured.lines if line.note),
        "",
    ]


def _machine() -> str:
    """The machine and how fast it is: so many rounds of a loop a second, of one process."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} processors ({platform.machine()}, {_loops() / 1e6:.1f} million rounds of a loop "
        f"a second), {memory:.0f} GB, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _loops() -> float:
    began, total = perf_counter(), 0
    for nth in range(LOOP):
        total += nth * nth
    return LOOP / (perf_counter() - began)


if __name__ == "__main__":
    main()
