"""A process of its own as a place: what it does wrong, such as running out of memory, ends it and
not the run.

It is a fresh Python, which takes nothing from this one: no ``__main__`` to guard, no threads or
locks half copied. It ends by itself when this process is gone, however that went.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from concurrent.futures import Future, InvalidStateError
from typing import IO

from falloff.models.hosting.place import LostError

# Seconds that a process has to end by itself.
_PATIENCE = 2.0
_MOST_SAID = 300


class ProcessPlace:
    """A model in a process of ``threads`` threads. Requests go in a line each, by number."""

    def __init__(self, spec: str, *, threads: int) -> None:
        log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 - this Python, our own module
            [sys.executable, "-P", "-m", "falloff.models.hosting.serve", spec],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            env=_environment(threads),
        )
        self._open: dict[int, Future[str]] = {0: Future()}
        self._facts = self._open[0]
        self._asked = 0
        self._lost = ""
        self._lock = threading.Lock()
        self._outbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.close = weakref.finalize(self, _end, self._process, log, self._outbox)
        into, out = self._process.stdin, self._process.stdout
        threading.Thread(target=_write, args=(into, self._outbox), daemon=True).start()
        # Through a weak reference, since a thread would keep this from ever being let go.
        threading.Thread(target=_read, args=(out, weakref.ref(self), log), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def facts(self) -> Future[str]:
        return self._facts

    def reply(self, request: str) -> Future[str]:
        future: Future[str] = Future()
        with self._lock:
            if self._lost:
                future.set_exception(LostError(self._lost))
                return future
            self._asked += 1
            self._open[self._asked] = future
            self._outbox.put(f"{self._asked} {request}\n")
        return future

    def forget(self, conversation: str) -> None:
        self._outbox.put(f"forget {json.dumps(conversation)}\n")

    def heard(self, line: str) -> None:
        """A line that the process has written: a number, and the answer to what it was asked."""
        number, _, answer = line.partition(" ")
        with self._lock:
            future = self._open.pop(int(number))
        if future.set_running_or_notify_cancel():
            future.set_result(answer)

    def ended(self, log: IO[str]) -> None:
        """The process has closed its end."""
        why = f"The process {_how(self._process)}{_last_words(log)}"
        with self._lock:
            self._lost = why
            left, self._open = self._open, {}
        for future in left.values():
            try:
                future.set_exception(LostError(why))
            except InvalidStateError:  # cancelled: nobody waits any more
                continue


def _environment(threads: int) -> dict[str, str]:
    """This one's, with the same modules in reach, and no more threads than it was given."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109
    return {"OMP_NUM_THREADS": str(threads), **os.environ, "PYTHONPATH": path}


def _write(into: IO[str], outbox: queue.SimpleQueue[str | None]) -> None:
    """On a thread of its own: a process that is stopped reads nothing, and a pipe is soon full."""
    try:
        with into:
            while (line := outbox.get()) is not None:
                into.write(line)
                into.flush()
    except (OSError, ValueError):  # it has ended, and whoever reads will hear of it
        return


def _read(out: IO[str], place: weakref.ref[ProcessPlace], log: IO[str]) -> None:
    with out:
        for line in out:
            if here := place():
                here.heard(line)
            del here
    if here := place():
        here.ended(log)


def _end(
    process: subprocess.Popen[str], log: IO[str], outbox: queue.SimpleQueue[str | None]
) -> None:
    outbox.put(None)  # closes its input, at which it ends
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()


def _how(process: subprocess.Popen[str]) -> str:
    try:
        code = process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return "closed its output"
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _last_words(log: IO[str]) -> str:
    """The last line of what it wrote to stderr."""
    try:
        log.seek(0)
        lines = [line for line in log.read().splitlines() if line.strip()]
    except ValueError:  # closed, since nobody wants it any more
        return "."
    said = "".join(c for c in "".join(lines[-1:]) if c.isprintable())[:_MOST_SAID].rstrip(".")
    return f": {said}." if said else "."
