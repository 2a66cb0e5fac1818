"""A function of the user's in a Python file, ``FILE.py:NAME``: to score, or to solve.

Loading runs the file: it is the user's own code, like any module that is imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from falloff.core import UnknownNameError, UsageError
from falloff.probes.user_code import spec_of


@dataclass(frozen=True, kw_only=True)
class OwnFunction:
    """``name`` in the file at ``path``; ``digest`` is the file's SHA-256."""

    path: Path
    name: str
    digest: str
    function: Callable[..., Any] = field(repr=False, compare=False)

    @classmethod
    def load(cls, text: str) -> OwnFunction:
        """From ``FILE.py:NAME``. Raises :class:`falloff.core.UsageError` where there is none."""
        file, _, name = text.rpartition(":")
        path = Path(file)
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as problem:
            raise UsageError(
                f"There is no Python file '{file}'.", remedy="Write FILE.py:FUNCTION."
            ) from problem
        functions = _functions(path, digest)
        if name not in functions:
            raise UnknownNameError(f"function of {file}", name, functions)
        return cls(path=path, name=name, digest=digest, function=functions[name])

    def says_yes(self, *values: str) -> bool:
        """Whether it returns True or 1. Raises as :meth:`says`, and if it returns no such thing."""
        said = self.says(*values)
        if isinstance(said, bool | int | float) and 0 <= said <= 1:
            return bool(said == 1)
        raise self._odd(f"returned {said!r:.60}", "Return True or False, or 1 or 0.")

    def says(self, *values: str) -> Any:
        """What it returns. Raises :class:`falloff.core.UsageError` if it raises."""
        try:
            return self.function(*values)
        except Exception as problem:
            what = f"raised {type(problem).__name__}: {problem}"
            raise self._odd(what, f"It was given {values!r:.200}. Mend it there.") from problem

    def _odd(self, what: str, remedy: str) -> UsageError:
        return UsageError(f"The function '{self.name}' in '{self.path}' {what}.", remedy=remedy)


def _functions(path: Path, digest: str) -> dict[str, Callable[..., Any]]:
    name = f"falloff_function_{path.stem}_{digest[:8]}"
    spec = spec_of(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"'{path}' is no Python file.", remedy="Write FILE.py:FUNCTION.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        raise UsageError(
            f"'{path}' cannot be loaded: {type(problem).__name__}: {problem}.",
            remedy="Mend it there; --debug shows where it comes from.",
        ) from problem
    return {key: value for key, value in vars(module).items() if callable(value)}
