"""What a shell offers for a word that is begun. Loads what it needs only when it is asked.

Bash takes a colon for the end of a word: there ``micro:`` is completed, and what follows it is
not, unless the colon is taken out of COMP_WORDBREAKS.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def suites() -> list[str]:
    """Suites by name."""
    from falloff.probes import SUITES

    return list(SUITES)


def families() -> list[str]:
    """Families of all suites."""
    from falloff.probes import FAMILIES

    return list(FAMILIES)


def models() -> list[str]:
    """The embedded models, and prefixes of the others."""
    from falloff.models import LOADERS
    from falloff.models.micro import embedded_names

    others = [f"{prefix}:" for prefix in LOADERS if prefix != "micro"]
    return [*(f"micro:{name}" for name in embedded_names()), *others]


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
