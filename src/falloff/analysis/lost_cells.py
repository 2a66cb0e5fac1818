"""The cells in which a student lost most, and whether the answers there bear the fit out.

A loss is one of fitted competence, which learns from the cells around. Few answers in the cell
itself weigh little in the fit, so they are asked once more: where they contradict it beyond chance,
the form does not hold there, and the loss is not claimed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import bdtr, bdtrc, ndtr, ndtri

from falloff.analysis.contrasts import Pair
from falloff.analysis.data import Floats
from falloff.analysis.estimates import Interval
from falloff.analysis.intervals import interval
from falloff.analysis.pair_estimates import CellDrop

# Worst cells listed at the most.
_WORST = 8
_ALPHA = 0.05


@dataclass(frozen=True, kw_only=True)
class LostCells:
    """``worst``: losses that are established; ``disputed``: those that the answers contradict."""

    worst: tuple[CellDrop, ...] = ()
    disputed: tuple[CellDrop, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Loss:
    """``p``: one-sided, of no loss; ``sd`` of the loss; ``contradicted``: p of the answers."""

    cell: CellDrop
    p: float
    sd: float
    contradicted: float


def lost_cells(pairs: Sequence[Pair]) -> LostCells:
    """Cells with a drop of fitted competence whose interval excludes 0, after Holm.

    Over all cells of all families at once; normal intervals of the joint draws, widened to the
    level that Holm's procedure (1979) leaves the cell. The largest lower bound comes first: a loss
    that is large only as a point is not sure to be large.
    """
    found = sorted((loss for pair in pairs for loss in _losses(pair)), key=lambda loss: loss.p)
    worst: list[CellDrop] = []
    disputed: list[CellDrop] = []
    for rank, loss in enumerate(found):
        level = _ALPHA / (len(found) - rank)
        if loss.p >= level:
            break
        half = float(-ndtri(level)) * loss.sd
        point = loss.cell.drop.estimate or 0.0
        sure = Interval(estimate=point, low=point - half, high=min(point + half, 1.0))
        kept = disputed if loss.contradicted < _ALPHA else worst
        kept.append(replace(loss.cell, drop=sure))
    return LostCells(worst=_largest(worst)[:_WORST], disputed=_largest(disputed))


def contradiction(fit: tuple[Floats, Floats], solved: tuple[float, float], n: int) -> float:
    """p that answers be so much kinder to the student than the ``fit`` of both says.

    ``fit``: draws of the chance to solve a probe there, teacher and student; ``solved`` of ``n``
    each. Kinder: the teacher solved fewer, or the student more; the smaller of the two tails,
    doubled as two are looked at. Answers count as independent.
    """
    teacher, student = (np.clip(draws, 0.0, 1.0) for draws in fit)
    fewer = bdtr(math.ceil(solved[0]), n, teacher).mean()
    more = bdtrc(math.floor(solved[1]) - 1, n, student).mean() if solved[1] >= 1 else 1.0
    return float(min(2 * min(fewer, more), 1.0))


def _losses(pair: Pair) -> list[_Loss]:
    """Each asked cell with its drop."""
    data, (teacher, student) = pair.data, pair.roles
    difference = pair.teacher.competence - pair.student.competence
    sd = np.maximum(difference[1:].std(axis=0), 1e-6)
    p = ndtr(-difference[0] / sd)
    keep = data.scored(teacher, student)
    result = []
    for place in np.unique(data.place_of[keep]).tolist():
        here = keep & (data.place_of == place)
        solved = tuple(float(data.scores[role][here].sum()) for role in (teacher, student))
        n = int(here.sum())
        cell = CellDrop(
            family=data.name,
            coordinate=data.places[place],
            n=n,
            teacher_solved=solved[0],
            student_solved=solved[1],
            teacher=interval(pair.teacher.competence[:, place]),
            student=interval(pair.student.competence[:, place]),
            drop=Interval(estimate=float(difference[0, place])),
        )
        fit = tuple(
            data.chance + (1 - data.chance) * draws.competence[1:, place]
            for draws in (pair.teacher, pair.student)
        )
        result.append(
            _Loss(
                cell=cell,
                p=float(p[place]),
                sd=float(sd[place]),
                contradicted=contradiction((fit[0], fit[1]), (solved[0], solved[1]), n),
            )
        )
    return result


def _largest(cells: Sequence[CellDrop]) -> tuple[CellDrop, ...]:
    return tuple(sorted(cells, key=lambda cell: -(cell.drop.low or 0.0)))
