"""What a run's answers mean: from its file where that is kept, else estimated. Puts rooms together.

What is kept is the comparison without what it took, since prices are no matter of the answers. Its
key is a digest of all that :func:`falloff.analysis.compare` is given, of the code behind it and of
the libraries under that: anything else, and it is estimated anew, to the same bit.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import scipy

from falloff import __version__
from falloff.analysis import Comparison, Profile, Spending, StudentComparison, compare
from falloff.analysis.scopes import Scopes
from falloff.core import FalloffError, PriceTable
from falloff.gather import families_of, spending_of
from falloff.packing import fingerprint, pack, unpack
from falloff.run import NULL, keep_estimates, open_for_reading

if TYPE_CHECKING:
    from falloff.run import RunReader

# Bytes of what is kept, not compressed. Draws of every cell are most of it.
_LARGEST = 64_000_000
# The rooms whose code decides an estimate.
_DECIDE = ("core", "analysis")
_NOTHING = Spending(probes=0, calls=0, prompt_tokens=0, completion_tokens=0, seconds=0.0)


def comparison_of(path: Path, prices: PriceTable, *, keep: bool = False) -> Comparison:
    """Everything that is estimated of the run at ``path``, with what it took at these prices.

    ``keep``: leave it in the file, for a caller who has just written that. Where it cannot be left
    there, it is not.
    """
    with open_for_reading(path) as reader:
        given, spending = _given(reader), spending_of(reader, prices)
        key = fingerprint(given, _code())
        found = _kept(reader, key)
    if found is None:
        found = compare(**given, spending=dict.fromkeys(spending, _NOTHING))
        if keep and len(packed := pack(found)) <= _LARGEST:
            with suppress(FalloffError):
                keep_estimates(path, key, zlib.compress(packed, level=1))
    return _with_spending(found, spending)


def _given(reader: RunReader) -> dict[str, Any]:
    """What the estimates follow from, as :func:`falloff.analysis.compare` takes it."""
    manifest = reader.manifest
    teacher, *students = manifest.models
    return {
        "families": families_of(reader),
        "teacher": teacher,
        "students": students,
        "models": {role: manifest.stamp(role).spec for role in manifest.roles},
        "null": NULL if manifest.null else None,
        "suite": f"{manifest.suite} {manifest.suite_version}",
    }


@cache
def _code() -> str:
    """What would estimate here."""
    here = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=16)
    for room in _DECIDE:
        for file in sorted((here / room).rglob("*.py")):
            digest.update(file.read_bytes())
    versions = __version__, numpy.__version__, scipy.__version__
    return " ".join((*versions, digest.hexdigest()))


def _kept(reader: RunReader, key: str) -> Comparison | None:
    """What the file keeps under this key, if it does and it can be read."""
    blob = reader.estimates(key)
    if blob is None:
        return None
    try:
        packed = zlib.decompressobj().decompress(blob, _LARGEST)
        return unpack(Comparison, packed, {"Scopes": Scopes})
    except (zlib.error, ValueError, FalloffError):
        return None


def _with_spending(of: Comparison, spending: Mapping[str, Spending]) -> Comparison:
    """``spending`` by role, in the order of the manifest's: teacher, students, null."""
    taken = iter(spending.values())

    def profile(one: Profile) -> Profile:
        return replace(one, spending=next(taken))

    def student(one: StudentComparison) -> StudentComparison:
        return replace(one, profile=profile(one.profile))

    return replace(
        of,
        teacher=profile(of.teacher),
        students=tuple(student(one) for one in of.students),
        null=of.null and student(of.null),
    )
