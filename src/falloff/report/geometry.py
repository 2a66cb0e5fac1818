"""Geometry of open weights, as ``falloff lab geometry --json`` has written it: a table, no verdict.

The numbers come from a file, so every one of them is checked before it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from falloff.core import UsageError
from falloff.report.listings import Listing
from falloff.report.numerals import quantity
from falloff.report.visible import one_line

_REMEDY = "Write it anew: falloff lab geometry RUN --json > geometry.json."
_DASH = "–"
_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """One model's hidden states in one zone; None where a number is undefined."""

    model: str
    zone: str
    points: int
    participation_ratio: float | None
    effective_rank: float | None
    two_nn: float | None
    cka: float | None


def read_geometry(path: Path, models: Sequence[str]) -> tuple[Cloud, ...]:
    """The file's clouds, which must be of the ``models`` of the run, teacher first.

    Untrained networks stand among them under names of their own. Raises
    :class:`falloff.core.UsageError` for a file that is not there, not geometry, or of another run.
    """
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        clouds = tuple(_cloud(of, one) for of in written["models"] for one in of["clouds"])
        trained = {str(of["model"]) for of in written["models"] if not of["untrained"]}
    except OSError as problem:
        raise UsageError(
            f"The geometry in '{path}' cannot be read: {problem.strerror}.", remedy=_REMEDY
        ) from problem
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise UsageError(f"'{path}' has no geometry in it.", remedy=_REMEDY) from problem
    if strangers := sorted(trained - set(models)):
        raise UsageError(
            f"The geometry in '{path}' is of '{one_line(strangers[0])}', which is not in this run.",
            remedy=_REMEDY,
        )
    return clouds


def geometry_listing(clouds: Sequence[Cloud], names: Mapping[str, str] = _NO_NAMES) -> Listing:
    """Every model's clouds, zone by zone, under its short name where ``names`` has one."""
    return Listing(
        title="Geometry",
        heads=("Model", "Zone", "Prompts", "Participation ratio", "Effective rank", "TwoNN", "CKA"),
        rows=tuple(
            (
                one_line(names.get(cloud.model, cloud.model)),
                one_line(cloud.zone),
                f"{cloud.points:,}",
                *map(
                    _shown,
                    (cloud.participation_ratio, cloud.effective_rank, cloud.two_nn, cloud.cka),
                ),
            )
            for cloud in clouds
        ),
    )


def _cloud(of: Mapping[str, Any], one: Mapping[str, Any]) -> Cloud:
    return Cloud(
        model=str(of["model"]),
        zone=str(one["zone"]),
        points=int(one["points"]),
        participation_ratio=_number(one["participation_ratio"]),
        effective_rank=_number(one["effective_rank"]),
        two_nn=_number(one["two_nn"]),
        cka=_number(one["cka"]),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _shown(value: float | None) -> str:
    return _DASH if value is None else quantity(value)
