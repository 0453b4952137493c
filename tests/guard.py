"""The guard of the whole suite: what goes wrong unasked fails the test in which it arose.

It hears every error that structlog or the standard library logs (a violation of the emulator is one, a
task whose exception nobody retrieved another), every exception in a finalizer (a coroutine that was
never awaited), and what the processes of a test wrote into their logs. A test that wants an error says
so: `@pytest.mark.expected_errors("update_failed", times=3)` names the event, or words of the first
line, and fails as well if it does not come.
"""

import gc
import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.unhandled import unhandled

Said = MutableMapping[str, Any]
Log = Sequence[Said]
MARK = "expected_errors"
ERRORS = ("error", "exception", "critical", "fatal")


@dataclass
class Watch:
    """What has been heard since the last test ended."""

    said: list[Said] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def end(self) -> list[str]:
        """Everything that went wrong; what comes from now on is the next test's."""
        read = [log.read_text(errors="replace") for log in dict.fromkeys(self.logs) if log.exists()]
        wrongs = self.wrongs + [entry for one in read for entry in unhandled(one)]
        self.said, self.wrongs, self.logs = [], [], []
        return wrongs


WATCH = Watch()


def listen(log: Path) -> None:
    """What processes write into this file counts like the test's own words."""
    WATCH.logs.append(log)


def complaints(wrongs: Iterable[str], expected: Iterable[str]) -> list[str]:
    """What was not expected, and what was expected and did not come."""
    awaited, found = list(expected), []
    for wrong in wrongs:
        first = wrong.partition("\n")[0]
        named = next((words for words in awaited if words in first), None)
        if named is None:
            found.append(wrong)
        else:
            awaited.remove(named)
    return found + [f"expected, but it did not come: {words}" for words in awaited]


@pytest.fixture
def log() -> Log:
    """What structlog said during this test."""
    return WATCH.said


# --- the session ------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}(*events, times=1): these errors are to come, so often")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[None]:
    """Hears everything for as long as tests run."""
    processors = structlog.get_config()["processors"]
    record, finalizer = logging.getLogRecordFactory(), sys.unraisablehook
    processors.insert(0, _hear)
    logging.setLogRecordFactory(_hearing(record))
    sys.unraisablehook = _unraisable
    gc.collect()
    gc.freeze()  # what was imported stays: the collection after each test need not look at it
    try:
        return (yield)
    finally:
        gc.unfreeze()
        processors.remove(_hear)
        logging.setLogRecordFactory(record)
        sys.unraisablehook = finalizer


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """The last thing of a test; cycles are broken here, so that their finalizers charge the right one."""
    try:
        yield
    except BaseException as error:
        error.add_note("\n".join(_left(item)))
        raise
    if left := _left(item):
        pytest.fail("\n\n".join(["nobody took care of this:", *left]), pytrace=False)


def _left(item: pytest.Item) -> list[str]:
    gc.collect()
    marks = item.iter_markers(MARK)
    expected = [words for mark in marks for words in mark.args * mark.kwargs.get("times", 1)]
    return complaints(WATCH.end(), expected)


# --- hearing ----------------------------------------------------------------------------------------


def _hear(_: object, method: str, entry: Said) -> Said:
    """A processor of structlog that changes nothing."""
    level = "error" if method in ERRORS else method
    WATCH.said.append({**entry, "log_level": level})
    if level == "error":
        trace = traceback.format_exc() if entry.get("exc_info") or method == "exception" else ""
        WATCH.wrongs.append(f"{entry['event']} {dict(entry)}\n{trace}")
    return entry


def _hearing(made: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """Makes a record of the standard library as `made` does; loggers that tell no other are heard too."""

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        if record.levelno >= logging.ERROR:
            trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
            WATCH.wrongs.append(f"{record.name}: {record.getMessage()}\n{trace}")
        return record

    return make


def _unraisable(what: "sys.UnraisableHookArgs") -> None:
    trace = "".join(traceback.format_exception(what.exc_type, what.exc_value, what.exc_traceback))
    words = what.err_msg or "Exception ignored in"
    WATCH.wrongs.append(f"{words}: {what.object!r} {what.exc_value}\n{trace}")
