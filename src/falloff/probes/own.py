"""Families from outside the package: a user's file, or an installed package's entry point.

    [project.entry-points."falloff.probes"]
    ours = "our_package.our_probes"

Loading runs the file: it is the user's own code, like any module that is imported.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from falloff.core import UsageError
from falloff.probes.contract import Breach
from falloff.probes.family import FAMILIES, Family

GROUP = "falloff.probes"


def load_families(path: Path) -> tuple[Family, ...]:
    """The families that a Python file registers.

    Raises :class:`falloff.core.UsageError` if there is no such file, if it raises, or if it
    registers none.
    """
    name = f"falloff_own_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"There is no Python file '{path}'.", remedy="Give a file ending in .py.")
    before = set(FAMILIES)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except UsageError:
        raise
    except Exception as problem:
        line = _line(problem, path)
        raise UsageError(
            f"'{path}' cannot be loaded: {type(problem).__name__}: {problem}{line}.",
            remedy="Mend it there; --debug shows where it comes from.",
        ) from problem
    made = tuple(FAMILIES[name] for name in FAMILIES if name not in before)
    if not made:
        raise UsageError(f"'{path}' registers no family.", remedy="Decorate one with @family(…).")
    return made


def load_installed() -> None:
    """Register the families of installed packages that offer some."""
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            entry.load()
        except UsageError:
            raise
        except Exception as problem:
            raise UsageError(
                f"The probe families of '{entry.value}' cannot be loaded: {problem!r}.",
                remedy="Mend that package, or uninstall it.",
            ) from problem


def same_in_every_process(path: Path) -> list[Breach]:
    """Breaches by families that follow Python's own hashing, whose seed differs by process."""
    said = [_fingerprints(path, hash_seed) for hash_seed in ("1", "2")]
    return [
        Breach(rule="same_in_every_process", where=name, what="depends on PYTHONHASHSEED")
        for name in said[0]
        if said[0][name] != said[1].get(name)
    ]


def _fingerprints(path: Path, hash_seed: str) -> dict[str, str]:
    done = subprocess.run(  # noqa: S603 - the interpreter itself, a fixed program
        [sys.executable, "-c", _PRINT, str(path)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=False,
        text=True,
    )
    # What raises there raises here too, where it is reported.
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


_PRINT = """
import json, pathlib, sys
from falloff.probes.contract import fingerprint
from falloff.probes.own import load_families
print(json.dumps({f.name: fingerprint(f) for f in load_families(pathlib.Path(sys.argv[1]))}))
"""


def _line(problem: Exception, path: Path) -> str:
    """Where in the file it happened."""
    trace, found = problem.__traceback__, None
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            found = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {found})" if found else ""
