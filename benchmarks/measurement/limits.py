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
from scipy.stats import norm, qmc

from falloff.models.observers import Observer, Pooled
from falloff.probes import Family

from . import edges, verdict
from .observers import TAU, Bent, Floats, box, draw_observer, draw_pair, grid_positions
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
    form = _Form(draw_observer(family, subject.kind, subject.index))
    told = _told(family, form)
    return [
        (name, 1, even(told, gradient), best(told, gradient))
        for name, gradient in _targets(family, form)
    ]


def recognising(subject: Subject) -> list[tuple]:
    """SDs of log(S_student/S_teacher), one call to each, of the pairs that the verdict should fail.

    Each model has the placement that is best for it, which the same probes for both cannot be.
    """
    family = box(subject.box, chance=subject.chance)
    pair = draw_pair(family, subject.kind, subject.index, kept=verdict.KEPT["below"])
    squares = np.zeros(2)
    for observer in pair.values():
        form = _Form(observer)
        told, gradient = _told(family, form), form.log_volume(grid_positions(family))
        squares += np.square([even(told, gradient), best(told, gradient)])
    return [("below", 1, *np.sqrt(squares))]


def power(deviations: Floats, calls: int) -> float:
    """How often a retention of .8 is found below .9, one-sided at 95 %, over ``deviations``."""
    distance = np.log(verdict.MARGIN / verdict.KEPT["below"])
    return float(norm.cdf(distance * np.sqrt(calls) / deviations - norm.ppf(0.95)).mean())


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


class _Form:
    """A pooled observer by its parameters ``at`` [d].

    Half-way points, log exponents of the axes, lapse; log pooling where there is something to pool.
    """

    def __init__(self, observer: Observer) -> None:
        rule = observer.rule
        half = np.array(rule.half) * np.resize(observer.stretch, len(rule.half))
        exponents = np.log(rule.rule.exponent * observer.sharpness * np.array(rule.powers))
        self._axes = len(half)
        self._pooling = np.log(rule.rule.pooling)
        pooling = [self._pooling] if self._axes > 1 else []
        self.at = np.array([*half, *exponents, observer.lapse, *pooling])

    def observer(self, at: Floats) -> Observer:
        k = self._axes
        half, exponents = tuple(at[:k]), at[k : 2 * k]
        bare = Pooled(
            half=half,
            exponent=float(np.exp(exponents.mean())),
            pooling=float(np.exp(at[2 * k + 1] if k > 1 else self._pooling)),
        )
        powers = tuple(np.exp(exponents - exponents.mean()))
        return Observer(rule=Bent(rule=bare, half=half, powers=powers), lapse=float(at[2 * k]))

    def competence(self, u: Floats) -> Floats:
        return self.observer(self.at).competence(u)

    def slopes(self, u: Floats) -> Floats:
        """Of competence at u [n, k] by each parameter, [n, d]."""
        return self.derivatives(lambda observer: observer.competence(u))

    def log_volume(self, u: Floats) -> Floats:
        """Of log S over the cells u, [d]."""
        return self.slopes(u).mean(axis=0) / self.competence(u).mean()

    def derivatives(self, value: Callable[[Observer], Floats | float | None]) -> Floats:
        steps = _STEP * np.eye(len(self.at))
        return np.stack(
            [
                (value(self.observer(self.at + step)) - value(self.observer(self.at - step)))
                / (2 * _STEP)
                for step in steps
            ],
            axis=-1,
        )


def _told(family: Family, form: _Form) -> Floats:
    """[cells, d] what one call at a cell tells of each parameter, in its own noise."""
    cells, chance = grid_positions(family), family.chance
    p = np.clip(chance + (1 - chance) * form.competence(cells), 1e-9, 1 - 1e-9)
    return (1 - chance) * form.slopes(cells) / np.sqrt(p * (1 - p))[:, None]


def _targets(family: Family, form: _Form) -> Iterator[tuple[str, Floats]]:
    """Each number's derivative by the parameters."""
    axes = len(family.axes)
    if axes == 1:
        levels = len(family.axes[0].levels) - 1
        yield "limit:edge", levels * form.derivatives(lambda o: o.edge(0, 1, TAU))
        return
    yield "limit:volume", form.log_volume(grid_positions(family))
    # The boundary c = τ moves by the slopes there: a kernel over c reads them off a dense set.
    u = qmc.Sobol(axes, seed=0).random(_POINTS)
    p = form.competence(u)
    kernel = np.clip(1 - np.abs(p - TAU) / _BAND, 0, None) / _BAND
    yield "limit:volume_at", (kernel @ form.slopes(u) / len(u)) / (p >= TAU).mean()


def units(count: int) -> Iterator[Unit]:
    for index in range(count):
        for name in BOXES:
            for chance in edges.CHANCES if name == edges.BOX else (0.0,):
                yield Unit("limit", Subject(name, chance, KIND, index), limits)
        for name in verdict.BOXES:
            for chance in verdict.CHANCES:
                yield Unit("below", Subject(name, chance, KIND, index), recognising)


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
