"""`python -m benchmarks`: every benchmark in a process of its own, one after the other, and one table.

Each module of this folder with `lines(size)` is a benchmark. `--small` only shows that they run.
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
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.table import Line, Size

HERE = Path(__file__).parent
REPORT = HERE.parent / "docs" / "reports" / "bench.md"
NAMES = ("outbox", "storm", "presses", "intake", "clue_list", "sweep", "startup")
HEADER = ("work", "database", "measured", "against", "ratio", "aim", "met")
out = Console(soft_wrap=True)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("--small", action="store_true", help="only shows that they run")
    words.add_argument("--only", choices=NAMES, action="append", help="this one")
    words.add_argument("--write", action="store_true", help="writes docs/reports/bench.md")
    words.add_argument("--json", choices=NAMES, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    size = Size.small if chosen.small else Size.full
    if chosen.json:
        module = importlib.import_module(f"benchmarks.{chosen.json}")
        found: list[Line] = asyncio.run(module.lines(size))
        print(json.dumps([asdict(line) for line in found], ensure_ascii=False))
        return
    lines = [line for name in chosen.only or NAMES for line in _measured(name, size)]
    _show(lines)
    if chosen.write:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(report(lines), encoding="utf-8")


def _measured(name: str, size: Size) -> list[Line]:
    """The lines of one benchmark, measured in a process of its own."""
    out.print(f"{name} …")
    small = ["--small"] if size is Size.small else []
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--json", name, *small],
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Line(**line) for line in json.loads(ran.stdout.splitlines()[-1])]


def _cells(line: Line) -> tuple[str, ...]:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    met = {True: "yes", False: "no", None: ""}[line.met]
    return line.work, line.database, line.figure, line.reference, ratio, line.aim, met


def _show(lines: Sequence[Line]) -> None:
    table = Table(*HEADER)
    for line in lines:
        table.add_row(*_cells(line))
    out.print(table)


def report(lines: Sequence[Line]) -> str:
    """The table as a page, with the machine it was measured on."""
    notes = [f"* {line.work}, {line.database}: {line.note}" for line in lines if line.note]
    return "\n".join(
        [
            "# Speed and memory",
            "",
            f"Written by `make bench` on {datetime.now(UTC).date()}: {_machine()}.",
            "",
            "| " + " | ".join(HEADER) + " |",
            "|" + "---|" * len(HEADER),
            *("| " + " | ".join(_cells(line)) + " |" for line in lines),
            "",
            *notes,
            "",
        ]
    )


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


if __name__ == "__main__":
    main()
