"""Families that ask the same items do not err independently.

The families of one benchmark share its items: what is hard in one is hard in the others. Draws are
made family by family, so sums over families are stretched about their point estimate by

    √(Σ_items (Σ_f ψ_f,item)² / Σ_f Σ_items ψ_f,item²)

where that is more than 1; ψ_f,item is what an item contributes to the sum by way of family f (its
influence: :mod:`falloff.analysis.influence`). Families without named items share none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from falloff.analysis.data import FamilyData, Floats

# What items contribute by way of one family, by the item's name.
Influence = Mapping[str, float]


def influence_of(data: FamilyData, psi: Floats | None) -> Influence:
    """``psi`` [items], in the order in which the family's items are met, by name."""
    if data.items is None or psi is None:
        return {}
    return dict(zip(dict.fromkeys(data.items), psi.tolist(), strict=True))


def centre_influence(data: FamilyData, roles: Sequence[str], role: str) -> Influence:
    """What each item contributes to the competence of ``role`` at the centre.

    A mean over the direct calls there that all ``roles`` have answered: Σ (y − ȳ)/n/(1 − g).
    """
    keep = data.scored(*roles) & data.at_centre
    if data.items is None or not keep.any():
        return {}
    scores = data.scores[role][keep]
    parts = (scores - scores.mean()) / len(scores) / (1 - data.chance)
    influence: dict[str, float] = {}
    for name, part in zip(np.array(data.items, dtype=object)[keep], parts.tolist(), strict=True):
        influence[name] = influence.get(name, 0.0) + part
    return influence


def combined(parts: Sequence[tuple[float, Influence]]) -> Influence:
    """The weighted sum of influences on the same family: of a ratio's two halves."""
    names = dict.fromkeys(name for _, part in parts for name in part)
    return {name: sum(w * part.get(name, 0.0) for w, part in parts) for name in names}


def stretched(draws: Floats, influences: Sequence[Influence], *, ratio: bool = False) -> Floats:
    """[1 + DRAWS] of a sum over families, wider by what they share; a ``ratio`` in logarithms."""
    by = stretch(influences)
    if by <= 1 or not draws.size or not draws[0] > 0:
        return draws
    if not ratio:
        return np.asarray(draws[0] + by * (draws - draws[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(draws[0] * np.exp(by * np.log(draws / draws[0])))


def stretch(influences: Sequence[Influence]) -> float:
    """By how much a standard deviation is too small where families are taken for independent."""
    alone = sum(psi**2 for part in influences for psi in part.values())
    together: dict[str, float] = {}
    for part in influences:
        for name, psi in part.items():
            together[name] = together.get(name, 0.0) + psi
    joint = sum(psi**2 for psi in together.values())
    return float(np.sqrt(max(1.0, joint / alone))) if alone > 0 else 1.0
