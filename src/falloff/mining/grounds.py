"""Where to dig: places of a family's box, weighted by what the student lost there.

    weight(x) = μ(x) · (c_T(x) − c_S(x)) · exp(−d(x)/reach),   where c_S(x) < τ ≤ c_T(x)

d is the distance in u, along the axis that is farthest off, from the nearest place that the student
still holds: just beyond its edge the weight is that of the lost volume, and it fades further out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from falloff.analysis import TAU, FamilyData
from falloff.analysis.inference import draw
from falloff.core import Coordinate, UnknownNameError

Floats = NDArray[np.float64]

Where = Literal["edge", "box", "centre"]
WHERE: tuple[Where, ...] = get_args(Where)
# Of the length of an axis: about a level.
REACH = 0.2
# Places that weigh less than this share of all are left out, which keeps their list short.
_LEAST = 1e-6


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where one family is dug, ``weights`` adding up to 1 over ``places``.

    ``share``: its part of all examples. ``expected``: how often the teacher should be right there.
    ``lost``: the volume that the student lost, ∫ max(c_T − c_S, 0) dμ. No ``places``: nothing here.
    """

    family: str
    share: float
    places: tuple[Coordinate, ...]
    weights: tuple[float, ...]
    expected: float
    lost: float


def find_where(name: str) -> Where:
    """Raises :class:`falloff.core.UnknownNameError` for a place that is none."""
    if name not in WHERE:
        raise UnknownNameError("place to mine", name, WHERE)
    return name


def grounds(
    families: Sequence[tuple[float, FamilyData]], teacher: str, student: str, where: Where
) -> list[Ground]:
    """The ground of each family, given with its weight in the headline.

    Families share the examples as they share the loss beyond the edge, whatever ``where`` is, so
    that examples from the edge, the box and the centre differ in their places alone. Without a loss
    they share them by weight; at the edge there is then nothing to be had.
    """
    dug = [_dig(data, teacher, student, where) for _, data in families]
    weights = np.array([weight for weight, _ in families])
    losses = weights * np.array([found.share for found in dug])
    shares = losses if losses.sum() > 0 or where == "edge" else weights
    total = shares.sum() or 1.0
    return [
        replace(found, share=float(share / total)) for found, share in zip(dug, shares, strict=True)
    ]


def _dig(data: FamilyData, teacher: str, student: str, where: Where) -> Ground:
    """The ground of one family; its ``share`` is the weight of its edge, not yet a share."""
    draws = draw(data, (teacher, student), tau=TAU)
    box = len(data.grid)
    of_teacher, of_student = (draws[role].competence[0, :box] for role in (teacher, student))
    mu, u = data.mu[:box], data.u[:box]
    loss = mu * np.maximum(of_teacher - of_student, 0.0)
    beyond = (of_student < TAU) & (of_teacher >= TAU)
    edge = np.where(beyond, loss * np.exp(-_distance(u, of_student >= TAU) / REACH), 0.0)
    centre = (u == 0).all(axis=1).astype(np.float64)
    chosen = {"edge": edge, "box": mu, "centre": centre}[where]
    total = float(chosen.sum())
    kept = np.flatnonzero(chosen > _LEAST * total) if total else np.array([], dtype=int)
    weights = chosen[kept] / chosen[kept].sum() if total else np.array([])
    return Ground(
        family=data.name,
        share=float(edge.sum()),
        places=tuple(data.grid[i] for i in kept),
        # Rounded, so that another machine's last digit draws no other places.
        weights=tuple(round(float(weight), 9) for weight in weights),
        expected=float(weights @ of_teacher[kept]) if total else 0.0,
        lost=float(loss.sum()),
    )


def _distance(u: Floats, held: NDArray[np.bool_]) -> Floats:
    """[places] from the nearest place that is held, or from the centre where none is."""
    anchors = u[held] if held.any() else np.zeros((1, u.shape[1]))
    nearest = np.full(len(u), np.inf)
    for anchor in anchors:
        nearest = np.minimum(nearest, np.abs(u - anchor).max(axis=1, initial=0.0))
    return nearest
