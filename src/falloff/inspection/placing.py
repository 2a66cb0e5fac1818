"""Which probes a task asks, and how a probe is written into a sample's metadata and read back."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from falloff.core import Coordinate, Probe, UnknownNameError, UsageError, child_rng, child_seed
from falloff.probes import FAMILIES, Family

LEVELS = ("centre", "grid")
_AXIS = "axis."


def place(
    family: Family, doses: Mapping[str, Any], *, samples: int, seed: int, levels: str
) -> tuple[Probe, ...]:
    """``samples`` probes of one family; the same for the same arguments, in every process.

    Axes without a dose stand at the centre; with ``levels`` "grid" the probes are spread evenly
    over the listed levels of those axes, in an order that the seed decides. Their mean score then
    estimates the mean over the grid without bias, also where there are fewer probes than places.

    Raises :class:`falloff.core.UsageError` for doses that the family does not have.
    """
    _check(samples=samples, seed=seed, **doses)
    if samples < 1:
        raise UsageError(f"samples is {samples}.", remedy="Give at least 1.")
    if levels not in LEVELS:
        raise UnknownNameError("value of levels", levels, LEVELS)
    at = Coordinate.at(family.axes, {axis: float(dose) for axis, dose in doses.items()})
    if levels == "centre":
        places = [at]
    else:
        free = [(at[a.name],) if a.name in doses else a.levels for a in family.axes]
        names = [axis.name for axis in family.axes]
        cells = itertools.product(*free)
        places = [Coordinate(doses=tuple(zip(names, cell, strict=True))) for cell in cells]
        child_rng("inspect places", family.name, seed).shuffle(places)
    cycle = itertools.islice(itertools.cycle(places), samples)
    return tuple(
        family.probe(place, child_seed("inspect", seed, family.name, i))
        for i, place in enumerate(cycle)
    )


def as_metadata(probe: Probe) -> dict[str, Any]:
    """A probe as flat JSON, its doses under ``axis.…`` as in the rows of a run."""
    family = {"capability": FAMILIES[probe.family].capability} if probe.family in FAMILIES else {}
    return {
        "family": probe.family,
        **family,
        "version": probe.version,
        "coordinate": probe.coordinate.key,
        **{f"{_AXIS}{axis}": dose for axis, dose in probe.coordinate},
        # As text: a viewer in a browser would round 63 bits.
        "seed": f"{probe.seed:016x}",
    }


def from_metadata(metadata: Mapping[str, Any]) -> Probe:
    """The inverse of :func:`as_metadata`."""
    doses = tuple(
        (key.removeprefix(_AXIS), dose) for key, dose in metadata.items() if key.startswith(_AXIS)
    )
    return Probe(
        family=metadata["family"],
        version=metadata["version"],
        coordinate=Coordinate(doses=doses),
        seed=int(metadata["seed"], 16),
    )


def _check(**numbers: Any) -> None:
    for name, value in numbers.items():
        whole = name in ("samples", "seed")
        fine = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if not fine:
            kind = "whole number" if whole else "number"
            raise UsageError(f"{name} is {value!r}.", remedy=f"Give one {kind}: -T {name}=3.")
