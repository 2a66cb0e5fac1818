"""What a shell offers for a word that is begun. Loads what it needs only when it is asked."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path

# Models that lie on this disk, by prefix: what their paths end in.
_ON_DISK = {"hf": "/", "gguf": ".gguf"}
# Of COMP_WORDBREAKS, those that occur in words of ours.
_BREAKS = ":=@"


def suites() -> list[str]:
    """Suites by name."""
    from falloff.probes import SUITES

    return list(SUITES)


def families() -> list[str]:
    """Families of all suites."""
    from falloff.probes import FAMILIES

    return list(FAMILIES)


def models(incomplete: str) -> list[str]:
    """Embedded and simulated models, folders and files of local ones, prefixes of the others."""
    from falloff.models import LOADERS
    from falloff.models.micro import embedded_names
    from falloff.models.simulated_names import KEPT, NAMES

    prefix, colon, begun = incomplete.partition(":")
    if colon and prefix in _ON_DISK:
        return [f"{prefix}:{path}" for path in _paths(begun, _ON_DISK[prefix])]
    embedded = [f"micro:{name}" for name in embedded_names()]
    simulated = [f"sim:{name}" for name in (*NAMES, f"{KEPT}0.8")]
    others = [f"{name}:" for name in LOADERS if name not in ("micro", "sim")]
    return [*embedded, *simulated, *others]


def trackers() -> list[str]:
    """Where a finding can be logged to."""
    from falloff.tracking import TRACKERS

    return list(TRACKERS)


def runs(incomplete: str) -> list[str]:
    """Run files that go on like this; those under runs/ always. Anything else is the shell's."""
    return sorted(set(_runs(incomplete)))


def _runs(incomplete: str) -> Iterator[str]:
    for pattern in (f"{incomplete}*.falloff", "runs/*.falloff"):
        try:
            yield from map(str, Path().glob(pattern))
        except (NotImplementedError, ValueError, OSError):  # an absolute path: the shell's affair
            continue


def _paths(begun: str, ending: str) -> list[str]:
    """Folders that go on like this, with a slash, and files with that ending."""
    folder, _, name = begun.rpartition("/")
    try:
        inside = sorted(os.scandir(f"{folder}/" if folder or begun else "."), key=lambda e: e.name)
    except OSError:
        return []
    above = begun.removesuffix(name)
    return [
        above + entry.name + ("/" if entry.is_dir() else "")
        for entry in inside
        if entry.name.startswith(name) and (entry.is_dir() or entry.name.endswith(ending))
        if name.startswith(".") or not entry.name.startswith(".")
    ]


def complete_in_bash(answer: Callable[[], object], environment: MutableMapping[str, str]) -> None:
    """Print what ``answer`` prints for the words of ``environment``, as bash has them.

    Bash breaks words at some signs, so ``micro:te`` comes as three, and only what follows the last
    sign is replaced: the words are put together again, and what stands before it is left out.
    """
    words = environment["COMP_WORDS"].split("\n")[: int(environment["COMP_CWORD"]) + 1]
    whole = _joined(words)
    start = whole[-1].removesuffix(words[-1].lstrip(_BREAKS)) if whole[-1] != words[-1] else ""
    environment["COMP_WORDS"] = "\n".join(whole)
    environment["COMP_CWORD"] = str(len(whole) - 1)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        answer()
    for line in said.getvalue().splitlines():
        print(line.removeprefix(start))


def _joined(words: list[str]) -> list[str]:
    """Words, with those that stand around a sign as one."""
    whole = words[:1]
    for before, word in itertools.pairwise(words):
        if word and (not word.strip(_BREAKS) or not before.strip(_BREAKS)):
            whole[-1] += word
        else:
            whole.append(word)
    return whole
