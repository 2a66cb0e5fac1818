"""Standard output and errors that bear their reader's going away, as ``| head`` does."""

from __future__ import annotations

import io
import sys

from falloff.core import SetupError

_ERRORS = 2


class Outlet(io.FileIO):
    """Bytes to an open descriptor; once nobody reads on, they go nowhere and ``is_gone`` is true.

    What cannot be written for another reason, a full disk, is said once, as a
    :class:`falloff.core.SetupError`; of standard errors there is no place to say it.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.is_gone = False
        self._complains = descriptor != _ERRORS

    # FileIO takes any buffer, which has no name before Python 3.12.
    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        if not self.is_gone:
            try:
                return super().write(data)
            except BrokenPipeError:
                self.is_gone = True
            except OSError as problem:
                self.is_gone = True
                if self._complains:
                    raise SetupError(
                        f"Not all could be printed: {problem.strerror}.",
                        remedy="Make room where standard output goes.",
                    ) from problem
        return len(data)


def install() -> None:
    """Put outlets in the place of ``sys.stdout`` and ``sys.stderr`` where these are no terminals.

    One that was closed from the start stays None, as Python has it.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.flush()
            outlet = io.TextIOWrapper(
                io.BufferedWriter(Outlet(stream.fileno())),
                encoding=stream.encoding,
                errors=stream.errors,
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, outlet)


def nobody_reads() -> bool:
    """Whether what is printed reaches nobody any more."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(raw, Outlet) and raw.is_gone
