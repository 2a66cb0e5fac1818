"""Families from outside the package: a user's file, or an installed package's entry point.

    [project.entry-points."falloff.probes"]
    ours = "our_package.our_probes"

Loading runs the file: it is the user's own code, like any module that is imported.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from falloff.core import UsageError
from falloff.probes.contract import Breach, breaches
from falloff.probes.family import FAMILIES, Family
from falloff.probes.suite import Suite
from falloff.probes.user_code import spec_of

GROUP = "falloff.probes"
# In the order in which they are chosen for families that come without a suite.
_DIALECTS = ("chat", "plain", "completion", "micro")
# Rules of the contract without which nothing can be asked.
BEFORE_ASKING = ("declares_itself", "is_deterministic", "oracle_solves")
_LOADED: dict[Path, tuple[str, tuple[Family, ...]]] = {}


def load_families(path: Path) -> tuple[Family, ...]:
    """The families that a Python file registers; again in one process, if the file has changed.

    Raises :class:`falloff.core.UsageError` if there is no such file, if it raises, or if it
    registers none.
    """
    place, now = path.resolve(), digest(path)
    before, made = _LOADED.pop(place, ("", ()))
    there = [family.name for family in made if family.name in FAMILIES]
    if before != now or len(there) < len(made):
        for name in there:
            FAMILIES.forget(name)
        made = _run(path)
    _LOADED[place] = now, made
    return made


def digest(path: Path) -> str:
    """SHA-256 of a Python file, in hexadecimal. Raises as :func:`load_families`."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as problem:
        raise _no_file(path) from problem


def _no_file(path: Path) -> UsageError:
    return UsageError(f"There is no Python file '{path}'.", remedy="Give a file ending in .py.")


def _run(path: Path) -> tuple[Family, ...]:
    """Run the file; what it has registered by the time that it fails is taken back."""
    before = set(FAMILIES)
    try:
        _import(path)
    except BaseException:
        for name in set(FAMILIES) - before:
            FAMILIES.forget(name)
        raise
    made = tuple(FAMILIES[name] for name in FAMILIES if name not in before)
    if not made:
        raise UsageError(f"'{path}' registers no family.", remedy="Decorate one with @family(…).")
    return made


def _import(path: Path) -> None:
    name = f"falloff_own_{path.stem}"
    spec = spec_of(name, path)
    if spec is None or spec.loader is None:
        raise _no_file(path)
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


def own_suite(path: Path, families: tuple[Family, ...]) -> Suite:
    """The suite of a file's families, in the first dialect that all of them speak.

    Raises :class:`falloff.core.UsageError` if there is none.
    """
    spoken = [name for name in _DIALECTS if all(name in f.renderers for f in families)]
    if not spoken:
        each = "; ".join(f"{f.name}: {', '.join(sorted(f.renderers)) or 'none'}" for f in families)
        raise UsageError(
            f"The families of '{path}' have none of the dialects {', '.join(_DIALECTS)} in common"
            f" ({each}).",
            remedy="Give them one, or say which to ask in which dialect in a suite file.",
        )
    return Suite(
        name=path.stem,
        version="1",
        dialect=spoken[0],
        family_names=tuple(family.name for family in families),
        public=False,
    )


def check_playable(path: Path, families: tuple[Family, ...]) -> None:
    """Play each family once at every place, before models are asked.

    Raises :class:`falloff.core.UsageError` where it declares itself badly, raises, is another when
    made again, or where its own solution fails.
    """
    for family in families:
        for breach in breaches(family, seeds=1, rules=BEFORE_ASKING):
            raise UsageError(
                f"Family '{family.name}' in '{path}' cannot be asked: {breach.what}"
                f" [{breach.where}].",
                remedy=f"Mend it there; falloff probes check {path} tells all that is wrong.",
            )


def load_installed() -> None:
    """Register the families of installed packages that offer some, reasoning-gym among them.

    Raises :class:`falloff.core.UsageError` for a package that cannot be loaded.
    """
    if importlib.util.find_spec("reasoning_gym"):
        importlib.import_module("falloff.probes.gym")
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
