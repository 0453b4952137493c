"""Where processes are born: the libraries are loaded once, and every `jintang …` is a fork of this process.

It listens on a socket, one connection for one life: it reads an order, a JSON object with the `words` of
the command, its whole `env`, its `log`, and a `folder` for one that is to die by the rules of
tests/faults; it answers `born PID`, and `gone STATUS` at the end. Who hangs up kills his child. It ends
with its standard input. A child is a process like any other, but is there in a tenth of a second.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import jintang.commands.run
import jintang.running  # noqa: F401  as slow to load as everything else together
from jintang.cli import app
from tests.faults import breaks, victim

FAILED = 70


class Nursery:
    """Children by the connection that asked for them."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._children: dict[socket.socket, int] = {}
        self._selector = selectors.DefaultSelector()
        self._deaths, self._bell = socket.socketpair()
        for one in (self._deaths, self._bell):
            one.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for what in (listener, self._deaths, sys.stdin):
            self._selector.register(what, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the standard input ends."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is self._listener:
                    self._selector.register(self._listener.accept()[0], selectors.EVENT_READ)
                elif key.fileobj is self._deaths:
                    self._deaths.recv(4096)
                    self._reap()
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)

    def end(self) -> None:
        for pid in self._children.values():
            os.kill(pid, signal.SIGKILL)

    def _hear(self, caller: socket.socket) -> None:
        with caller.makefile("rb") as lines:
            line = lines.readline()
        if not line:
            self._hang_up(caller)
        elif pid := os.fork():
            self._children[caller] = pid
            caller.sendall(f"born {pid}\n".encode())
        else:
            self._live(json.loads(line))

    def _hang_up(self, caller: socket.socket) -> None:
        if pid := self._children.pop(caller, None):
            os.kill(pid, signal.SIGKILL)
        self._selector.unregister(caller)
        caller.close()

    def _reap(self) -> None:
        """Says who has died, and of what: the exit code, or the signal as a negative number."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            caller = next((one for one, child in self._children.items() if child == pid), None)
            if caller is not None:
                del self._children[caller]
                with suppress(OSError):
                    caller.sendall(f"gone {os.waitstatus_to_exitcode(status)}\n".encode())

    def _live(self, order: dict[str, Any]) -> None:
        """The life of a child, to its very end."""
        code = FAILED
        try:
            self._leave_home(Path(order["log"]))
            code = _run(order)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _leave_home(self, log: Path) -> None:
        """Nothing of the nursery stays with a child: no socket, no signal, no standard stream."""
        signal.set_wakeup_fd(-1)
        self._bell.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        with open(os.devnull) as nothing, log.open("ab") as written:
            os.dup2(nothing.fileno(), 0)
            os.dup2(written.fileno(), 1)
            os.dup2(written.fileno(), 2)


def _run(order: dict[str, Any]) -> int:
    """Runs the command; its exit code."""
    os.environ.clear()
    os.environ.update(order["env"])
    if order["folder"] is not None:
        victim.arm(Path(order["folder"]))
        breaks.break_it(Path(order["folder"]))
    try:
        app(order["words"], prog_name="jintang")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def main() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        nursery = Nursery(listener)
        gc.collect()
        gc.freeze()
        print("ready", flush=True)
        try:
            nursery.serve()
        finally:
            nursery.end()


if __name__ == "__main__":
    main()
