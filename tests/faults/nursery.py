"""Where victims are born: the libraries are loaded once, and every `jintang …` is a fork of this process.

Reads one JSON object a line: `words` of the command, `env`, `folder`, `log`; answers with lines
`born PID` and `gone PID STATUS`. A victim is a process like any other, but is there in a tenth of a second.
"""

import gc
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import jintang.commands.run
import jintang.running  # noqa: F401  as slow to load as everything else together
from jintang.cli import app
from tests.faults import breaks, victim


def _say(words: str) -> None:
    os.write(1, (words + "\n").encode())


def _reap(*_: object) -> None:
    """Says who has died, and of what: the exit code, or the signal as a negative number."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say(f"gone {pid} {os.waitstatus_to_exitcode(status)}")


def _live(order: dict[str, Any]) -> int:
    """The life of a victim; its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with open(os.devnull) as nothing, open(order["log"], "ab") as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.update(order["env"])
    victim.arm(Path(order["folder"]))
    breaks.break_it(Path(order["folder"]))
    try:
        app(order["words"], prog_name="jintang")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def main() -> None:
    signal.signal(signal.SIGCHLD, _reap)
    gc.collect()
    gc.freeze()
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = _live(order)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _say(f"born {pid}")


if __name__ == "__main__":
    main()
