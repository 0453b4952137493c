"""docs/reports/faults.md in two parts, each written alone: what faults did, whether breaks are noticed."""

import platform
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.breaks import BREAKS
from tests.faults.runs import Run
from tests.faults.trials import Tried

REPORT = Path(__file__).parents[2] / "docs" / "reports" / "faults.md"
KILLS, BROKEN = "kills", "broken"
COMMAND = "make faults"
LONGEST_QUOTE = 90
_BEGINS = re.compile(rf"^<!-- ({KILLS}|{BROKEN}) -->\n", re.MULTILINE)


def put(part: str, text: str, report: Path = REPORT) -> None:
    """Writes one part; the other stays as it is."""
    _, *found = _BEGINS.split(report.read_text() if report.exists() else "")
    parts = {**dict(zip(found[::2], found[1::2], strict=True)), part: text + "\n"}
    there = (f"<!-- {name} -->\n{parts[name].strip()}\n" for name in (KILLS, BROKEN) if name in parts)
    report.parent.mkdir(exist_ok=True)
    report.write_text("\n".join(there))


def _made(how: str) -> str:
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"Written by `{COMMAND}` ({how}) on {datetime.now(UTC).date()}; {versions}."


# --- what faults did -----------------------------------------------------------------------------


def of_kills(found: Mapping[str, Sequence[Run]], kills: int, seed: int) -> str:
    every = [run for some in found.values() for run in some]
    places = sum((run.tally.places for run in every), Counter[str]())
    weathers = sum((run.tally.weathers for run in every), Counter[str]())
    lines = [
        "# What faults did to it",
        "",
        f"{_made(f'kills {kills} a database, first seed {seed}')} What is done in a run and what is asked "
        "afterwards: [tests/faults/story.py](../../tests/faults/story.py), "
        "[tests/faults/verdict.py](../../tests/faults/verdict.py).",
        "",
        "| database | seeds | starts | kill points | messages accepted | marked copies | broken promises |",
        "|---|---|---:|---:|---:|---:|---:|",
        *(_row(kind, some) for kind, some in found.items()),
        "",
        "A marked copy is a message sent once more, with 重发 before it, because nobody could know whether",
        "the first had arrived.",
        "",
        "## Where it was killed",
        "",
        "| place | times |",
        "|---|---:|",
        *(f"| {place} | {count} |" for place, count in places.most_common()),
        "",
        "## What else went wrong",
        "",
        "| fault | scenes |",
        "|---|---:|",
        *(f"| {fault} | {count} |" for fault, count in weathers.most_common()),
        f"| Telegram away for ten minutes | {len(every)} |",
        f"| clock ahead and back | {len(every)} |",
        f"| 72 hours, and 9 days, without a process | {len(every)} |",
        "",
    ]
    wrongs = [
        f"* {kind}, seed {run.seed}: {wrong}"
        for kind, some in found.items()
        for run in some
        for wrong in run.verdict.wrongs
    ]
    return "\n".join([*lines, *(["## Broken promises", "", *wrongs, ""] if wrongs else [])])


def _row(kind: str, some: Sequence[Run]) -> str:
    seeds = f"{some[0].seed}–{some[-1].seed}"
    starts, kills = sum(run.tally.starts for run in some), sum(run.tally.kills for run in some)
    said = sum(run.verdict.messages for run in some), sum(run.verdict.copies for run in some)
    wrongs = sum(len(run.verdict.wrongs) for run in some)
    return f"| {kind} | {seeds} | {starts} | {kills} | {said[0]} | {said[1]} | {wrongs} |"


# --- whether a broken product is noticed ----------------------------------------------------------


def of_breaks(found: Mapping[str, Sequence[Tried]]) -> str:
    how = f"--broken, {len(BREAKS)} breaks, {', '.join(found)}"
    lines = [
        "# Whether it would notice a broken product",
        "",
        f"{_made(how)} Each break is put into the process from outside "
        "([tests/faults/breaks.py](../../tests/faults/breaks.py)) and played in the shortest scene that "
        "shows it; the same scene without the break must be found in order "
        "([tests/faults/trials.py](../../tests/faults/trials.py)).",
        "",
        "| the product, broken | played | the verdict | kills | noticed on |",
        "|---|---|---|---:|---|",
        *(_break(name, found) for name in BREAKS if any(_of(name, some) for some in found.values())),
        "",
    ]
    return "\n".join([*lines, *_alarms(found)])


def _break(name: str, found: Mapping[str, Sequence[Tried]]) -> str:
    tried = {kind: one for kind, some in found.items() for one in _of(name, some)}
    said = next((one.found for one in tried.values() if one.found), "nothing of it")
    where = ", ".join(kind for kind, one in tried.items() if one.noticed) or "**nowhere**"
    kills = max(one.kills for one in tried.values())
    return f"| {BREAKS[name].does} | {BREAKS[name].trial} | {_quoted(said)} | {kills} | {where} |"


def _of(name: str, some: Sequence[Tried]) -> list[Tried]:
    return [one for one in some if one.name == name]


def _quoted(words: str) -> str:
    plain = " ".join(words.split()).replace("|", "\\|")
    return plain if len(plain) <= LONGEST_QUOTE else plain[:LONGEST_QUOTE] + "…"


def _alarms(found: Mapping[str, Sequence[Tried]]) -> Iterator[str]:
    """What was said where nothing was broken."""
    alarms = [
        f"* {kind}, {BREAKS[one.name].trial.whole}: {_quoted(wrong)}"
        for kind, some in found.items()
        for one in some
        for wrong in one.calm
    ]
    if alarms:
        yield from ("## Said without a break", "", *alarms, "")
