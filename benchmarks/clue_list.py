"""A list of clues lands: the import of `jintang import clues` beside raw inserts of every row it makes.

Each import runs in a process of its own, so that its memory is its own.
"""

import asyncio
import csv
import json
import random
import resource
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.filling import DATABASES, SEED, desk, fill_province, number_of, prepared, unlocked, villages
from benchmarks.table import Line, Size, median, percentile
from storage.bells import Work
from storage.engine import Database, Unit
from tests import databases
from workflows.imports import Kind, import_file

RAW_AT_ONCE = 1000
MADE = ("cases", "clues", "tasks", "rungs", "notices", "audit")
BESIDE = ("policy_versions", "batches")
HEADER = (
    *("signal_id", "source_dept", "rule_code", "event_date", "received_date", "village_code"),
    *("household_no", "band", "note"),
)
RULES = (("医保", "medical_burden"), ("医保", "not_insured"), ("人社", "job_lost"), ("教育", "many_students"))
MOST_TIMES, MOST_SECONDS, MOST_MEGABYTES, MOST_COMMIT = 8.0, 60.0, 500.0, 0.05

Import = dict[str, Any]


async def lines(size: Size) -> list[Line]:
    """100,000 clues on 80,000 households in Hebei's 54,145 villages, on both databases."""
    clues, homes = size.pick(100_000, 300), size.pick(80_000, 400)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clues.csv"
        write_list(file, clues, homes)
        found = []
        for kind in DATABASES:
            async with prepared(kind, Path(folder), partial(fill_province, count=homes)) as url:
                imports, raws = [], []
                for _ in range(size.pick(5, 1)):
                    seen, raw = await _once(url, Path(folder), file)
                    imports.append(seen)
                    raws.append(raw)
            found.append(_line(kind, clues, imports, raws))
        return found


def write_list(file: Path, clues: int, homes: int, seed: int = SEED) -> None:
    """Five of a hundred ring red, two name a household nobody knows, three carry a note."""
    chance, places = random.Random(seed), villages()
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(HEADER)
        for serial in range(1, clues + 1):
            red, lost, noted = (chance.random() < share for share in (0.05, 0.02, 0.03))
            dept, rule = RULES[0] if red else chance.choice(RULES)
            home = f"XX-{serial}" if lost else number_of(chance.randint(1, homes))
            dates = f"2026-02-{chance.randint(1, 28):02d}", f"2026-03-{chance.randint(5, 9):02d}"
            band, note = "high" if red else "low", "请尽快入户" if noted else ""
            rows.writerow((f"BM-{serial:06d}", dept, rule, *dates, chance.choice(places), home, band, note))


async def _once(source: str, folder: Path, file: Path) -> tuple[Import, float]:
    """One import, and the same rows raw into another copy; the rows have to be there."""
    async with databases.copied(source, folder) as url:
        seen = await _in_own_process(url, file)
        async with databases.copied(source, folder, "raw") as empty:
            return seen, await _raw(Database(url), Database(empty))


async def _in_own_process(url: str, file: Path) -> Import:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.clue_list", url, str(file), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the import ended with {process.returncode}")
    seen: Import = json.loads(said)
    return seen


class _Timed(Database):
    """A database that notes how long each writing unit was open."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.commits: list[float] = []

    @asynccontextmanager
    async def writing(self, rings: Work | None = Work.notices) -> AsyncIterator[Unit]:
        async with super().writing(rings) as session:
            began = perf_counter()
            yield session
            self.commits.append(perf_counter() - began)


async def _import(url: str, file: Path) -> Import:
    unlocked()
    database, at = _Timed(url), desk()
    began = perf_counter()
    report = await import_file(Kind.clues, file, database, at)
    seconds = perf_counter() - began
    await database.close()
    return {
        "seconds": seconds,
        "added": report.added,
        "states": dict(report.states),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "commits": database.commits,
    }


async def _raw(full: Database, empty: Database) -> float:
    """Seconds for every row of `full` by executemany of the driver, a commit per thousand."""
    seconds = 0.0
    async with full.engine.connect() as source:
        for table in (*BESIDE, *MADE):
            rows = await source.exec_driver_sql(f'SELECT * FROM "{table}" ORDER BY 1')
            words = _insert(table, len(rows.keys()), embedded=full.embedded)
            kept = [tuple(map(_plain, row)) for row in rows]
            async with empty.engine.execution_options(writing=True).connect() as target:
                began = perf_counter()
                await _insert_all(target, words, kept)
                seconds += perf_counter() - began if table in MADE else 0.0
    await full.close()
    await empty.close()
    return seconds


def _plain(value: Any) -> Any:
    """JSON as text, which either driver takes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


async def _insert_all(target: AsyncConnection, words: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), RAW_AT_ONCE):
        await target.exec_driver_sql(words, rows[start : start + RAW_AT_ONCE])
        await target.commit()


def _insert(table: str, columns: int, *, embedded: bool) -> str:
    marks = ", ".join("?" if embedded else f"${nth}" for nth in range(1, columns + 1))
    return f'INSERT INTO "{table}" VALUES ({marks})'


def _line(kind: str, clues: int, imports: Sequence[Import], raws: Sequence[float]) -> Line:
    seconds, raw = median(one["seconds"] for one in imports), median(raws)
    memory = max(one["megabytes"] for one in imports)
    commits = [commit for one in imports for commit in one["commits"]]
    slow = sum(commit > MOST_COMMIT for commit in commits)
    met = seconds / raw <= MOST_TIMES and seconds < MOST_SECONDS and memory < MOST_MEGABYTES and not slow
    return Line(
        work=f"import of {clues:,} clues on Hebei's tree",
        database=kind,
        figure=f"{seconds:.1f} s, {memory:.0f} MB",
        reference=f"raw inserts of the same rows {raw:.1f} s",
        ratio=seconds / raw,
        aim="≤ 8 × raw, < 500 MB, < 60 s, commits < 50 ms",
        met=met,
        note=f"median of {len(imports)}; {len(commits)} commits, p50 {median(commits) * 1000:.0f} ms, "
        f"p99 {percentile(commits, 0.99) * 1000:.0f} ms, longest {max(commits) * 1000:.0f} ms, "
        f"{slow} over 50 ms",
    )


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_import(sys.argv[1], Path(sys.argv[2])))))
