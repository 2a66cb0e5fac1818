"""What can go wrong, and how to mend it.

    FalloffError
    ├── UsageError            exit 2: what was typed, or written in a file, is off
    │   ├── UnknownNameError  a name nobody registered, with the nearest one
    │   └── RunFileError      a run file that is no run, is too new, or belongs to another run
    ├── ModelError            exit 3: a model cannot be loaded or does not answer
    │   ├── UnansweredError       one request failed, asked as often as makes sense
    │   ├── UnusableModelError    every request would fail alike: a wrong key, an unknown name
    │   └── RunStoppedError       a run ended early; the same command goes on with it
    │       └── CostLimitError    it would have cost more than was allowed
    └── SetupError            exit 3: the machine lacks something: an extra, a writable path

Every error says what is wrong, what was got, and how to mend it. The command line prints it
without a traceback (``--debug`` shows one) and exits with its code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FalloffError(Exception):
    """Base of all errors meant for people.

    ``message`` says what is wrong, where, and what was got; ``remedy`` how to mend it.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class UsageError(FalloffError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not there, with a suggestion and the list of those that are."""

    def __init__(self, what: str, name: str, available: Iterable[str]) -> None:
        names = sorted(available)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        super().__init__(
            f"Unknown {what} '{name}'.", remedy=f"{hint}Available: {', '.join(names) or 'none'}."
        )
        self.suggestion = near[0] if near else None


class RunFileError(UsageError):
    """A run file cannot be used."""


class ModelError(FalloffError):
    """A model cannot be loaded, or does not answer."""

    exit_code = 3


class UnansweredError(ModelError):
    """One request was not answered, though it was asked as often as makes sense."""


class UnusableModelError(ModelError):
    """Every further request would fail for the same reason, so none should be made."""


class RunStoppedError(ModelError):
    """A run ended before it was done. What it has is kept, and the same command goes on."""


class CostLimitError(RunStoppedError):
    """A run ended before it would cost more than was allowed; with a higher limit it goes on."""


class SetupError(FalloffError):
    """The machine lacks something the command needs."""

    exit_code = 3


def missing_extra(package: str, extra: str, purpose: str) -> SetupError:
    """The error for an optional dependency that is not installed."""
    return SetupError(
        f"{purpose} needs the package '{package}', which is not installed.",
        remedy=f"Install it with: pip install 'falloff[{extra}]'",
    )
