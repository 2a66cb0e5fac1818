"""How many calls any placement can save: even spread against the best placement there is.

Both with the same estimator, maximum likelihood in the observer's own form, and many calls. The
best placement for one number minimises its asymptotic variance c'M⁻¹c over all placements (a
c-optimal design), here by Elfving's linear programme (Elfving 1952). It has to know the observer
beforehand, which no program does: look-ahead with this estimator cannot save more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import brentq, linprog
from scipy.stats import qmc

from falloff.models.observers import Observer, Pooled
from falloff.probes import Family

from . import edges
from .observers import TAU, Bent, Floats, box, draw_observer, grid_positions
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("even", "best")
BOXES = ("sim_1d", "sim_2d", "sim_3d", "sim_4d", "shipped_2d", "shipped_3d")
KIND = "pooled"
# Half-width of the band about τ over which the boundary's shift is read, and points that read it.
_BAND = 0.03
_POINTS = 2**15
_STEP = 1e-4
# A parameter of which even calls on every cell tell nothing has no finite error.
_SINGULAR = 1e-10


def limits(subject: Subject) -> list[tuple]:
    """(target, 1, SD of one call spread evenly, SD of one call at its best), in the target's unit.

    Of the edge in levels; of S and of V at τ as a share of their value.
    """
    family = box(subject.box, chance=subject.chance)
    observer = draw_observer(family, subject.kind, subject.index)
    at, make = _form(observer)
    cells = grid_positions(family)
    p, slopes = _slopes(make, at, cells)
    p = np.clip(family.chance + (1 - family.chance) * p, 1e-9, 1 - 1e-9)
    told = (1 - family.chance) * slopes / np.sqrt(p * (1 - p))[:, None]
    rows = []
    for name, gradient in _targets(family, make, at, cells):
        rows.append((name, 1, even(told, gradient), best(told, gradient)))
    return rows


def even(told: Floats, gradient: Floats) -> float:
    """SD a call, calls spread evenly over cells: ``told`` [cells, d], ``gradient`` [d]."""
    size = np.sqrt((told**2).mean(axis=0))
    if size.min() < _SINGULAR:
        return float("nan")
    scaled, wanted = told / size, gradient / size
    information = scaled.T @ scaled / len(told)
    if np.linalg.eigvalsh(information)[0] < _SINGULAR:
        return float("nan")
    return float(np.sqrt(wanted @ np.linalg.solve(information, wanted)))


def best(told: Floats, gradient: Floats) -> float:
    """SD a call at the best weights: min Σ|z| with Σ z·told = gradient."""
    size = np.abs(told).max(axis=0)
    if size.min() < _SINGULAR:
        return float("nan")
    columns = (told / size).T
    found = linprog(
        np.ones(2 * len(told)), A_eq=np.hstack([columns, -columns]), b_eq=gradient / size
    )
    return float(found.fun) if found.success else float("nan")


def _form(observer: Observer) -> tuple[Floats, Callable[[Floats], Observer]]:
    """A pooled observer's parameters, and the observer that has given ones.

    Half-way points, log exponents of the axes, lapse; log pooling where there is something to pool.
    """
    rule = observer.rule
    k = len(rule.half)
    powers = np.log(rule.rule.exponent * np.array(rule.powers))
    pooling = [np.log(rule.rule.pooling)] if k > 1 else []

    def make(at: Floats) -> Observer:
        half, own = tuple(at[:k]), np.exp(at[k : 2 * k])
        exponent = float(np.exp(at[k : 2 * k].mean()))
        pooled = float(np.exp(at[2 * k + 1])) if k > 1 else rule.rule.pooling
        bare = Pooled(half=half, exponent=exponent, pooling=pooled)
        bent = Bent(rule=bare, half=half, powers=tuple(own / exponent))
        return Observer(rule=bent, lapse=float(at[2 * k]))

    return np.array([*rule.half, *powers, observer.lapse, *pooling]), make


def _slopes(make, at: Floats, u: Floats) -> tuple[Floats, Floats]:
    """Competence at u [n, k], and its derivative by each parameter [n, d]."""
    return make(at).competence(u), _derivatives(lambda x: make(x).competence(u), at)


def _derivatives(value: Callable[[Floats], Floats | float], at: Floats) -> Floats:
    steps = _STEP * np.eye(len(at))
    return np.stack([(value(at + s) - value(at - s)) / (2 * _STEP) for s in steps], axis=-1)


def _targets(family: Family, make, at: Floats, cells: Floats) -> Iterator[tuple[str, Floats]]:
    """Each number's derivative by the parameters."""
    axes = len(family.axes)
    if axes == 1:
        levels = len(family.axes[0].levels) - 1
        yield "limit:edge", levels * _derivatives(lambda x: make(x).edge(0, 1, TAU), at)
        return
    p, slopes = _slopes(make, at, cells)
    yield "limit:volume", slopes.mean(axis=0) / p.mean()
    # The boundary c = τ moves by the slopes there: a kernel over c reads them off a dense set.
    u = qmc.Sobol(axes, seed=0).random(_POINTS)
    p, slopes = _slopes(make, at, u)
    kernel = np.clip(1 - np.abs(p - TAU) / _BAND, 0, None) / _BAND
    yield "limit:volume_at", (kernel @ slopes / len(u)) / (p >= TAU).mean()


def units(count: int) -> Iterator[Unit]:
    for index in range(count):
        for name in BOXES:
            for chance in edges.CHANCES if name == edges.BOX else (0.0,):
                yield Unit("limit", Subject(name, chance, KIND, index), limits)


def table(folder: Path = RESULTS) -> Table:
    return Table("limits", COLUMNS, folder)


def calls(deviations: Floats, target: float, worst: float) -> float:
    """Calls to a mean absolute error of ``target`` over observers, each erring ``worst`` at most.

    ``deviations`` [observers]: SDs of one call; |error| is √(2/π)·SD/√n on average.
    """

    def excess(log_n: float) -> float:
        errors = np.sqrt(2 / np.pi) * deviations * np.exp(-log_n / 2)
        return float(np.minimum(errors, worst).mean() - target)

    return float(np.exp(brentq(excess, -20.0, 60.0)))
