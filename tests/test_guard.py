"""The guard itself: each kind of wrong fails its own test, and none of its neighbours."""

import re
from pathlib import Path

import pytest

from tests.guard import complaints
from tests.unhandled import unhandled

ROOT = Path(__file__).parents[1]
SUITE = """
import asyncio, logging, threading
import pytest
import structlog
from simulator import Emulator
from tests.guard import listen

log = structlog.get_logger()

async def work():
    raise ValueError("lost")

def test_well_before(): pass

def test_unawaited(): work()

def test_unawaited_in_a_circle():
    circle = [work()]
    circle.append(circle)

def test_well_between(): pass

async def test_unretrieved():
    circle = [asyncio.create_task(work())]
    circle.append(circle)
    await asyncio.sleep(0)

def test_error(): log.error("broken", nth=1)

def test_exception():
    try: 1 / 0
    except ZeroDivisionError: log.exception("broken")

def test_library(): logging.getLogger("aiogram.event").error("no luck")

def test_library_that_tells_no_other():
    logger = logging.getLogger("uvicorn.error")
    logger.propagate = False
    logger.critical("no luck")

def test_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()

def test_violation(): Emulator().violation("sendMessage: unknown parameter volume")

@pytest.fixture
def late():
    yield
    log.error("broken")

def test_after_its_end(late): pass

def test_process(tmp_path):
    listen(tmp_path / "log")
    (tmp_path / "log").write_text("2026-03-12 09:00:00 [error    ] broken\\nTraceback: ...")

@pytest.mark.expected_errors("broken")
def test_too_many():
    log.error("broken")
    log.error("broken")

@pytest.mark.expected_errors("broken")
def test_not_come(): pass

@pytest.mark.expected_errors("broken", times=2)
@pytest.mark.expected_errors("unknown parameter")
def test_well_as_expected():
    log.error("broken")
    Emulator().violation("sendMessage: unknown parameter volume")
    log.error("broken")

def test_well_after(): log.warning("not so bad")
"""


def test_each_wrong_fails_its_own_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the settings of the repository, whose filter makes errors of warnings."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    suite = pytester.makepyfile(SUITE)
    plugins = ("-p", "no:hypothesispytest", "-p", "tests.guard")
    run = pytester.runpytest_subprocess("-c", str(ROOT / "pyproject.toml"), "-rA", *plugins, suite)
    ends = [re.match(r"(\w+) \S+::(\w+)", line) for line in run.outlines]
    told = {end[2] for end in ends if end and end[1] in ("ERROR", "FAILED")}
    assert told == {name for name in re.findall(r"def (test_\w+)", SUITE) if "_well_" not in name}


def test_it_stands_over_the_whole_suite(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin("tests.guard")


def test_what_was_expected_and_what_was_not() -> None:
    wrongs = ["update_failed {}\nTraceback", "notice_failed {}"]
    assert complaints(wrongs, ["notice_failed", "update_failed"]) == []
    assert complaints(wrongs, ["update_failed"]) == ["notice_failed {}"]
    assert complaints([], ["update_failed"]) == ["expected, but it did not come: update_failed"]


def test_an_entry_of_a_log_is_told_once_with_its_lines() -> None:
    log = (
        "金汤已开始工作\n"
        "2026-03-12 09:00:00 [info     ] notice_failed error=None\n"
        "2026-03-12 09:00:01 [ERROR    ] asyncio: Task exception was never retrieved\nTraceback (most …\n"
        "2026-03-12 09:00:02 [warning  ] later\n"
    )
    assert unhandled(log) == [
        "2026-03-12 09:00:01 [ERROR    ] asyncio: Task exception was never retrieved\nTraceback (most …\n"
    ]
    assert unhandled("x.py:1: RuntimeWarning: coroutine 'work' was never awaited\n")
