"""How wide the headline's interval will be: the real design, played over models of the prior.

A teacher's region is drawn from the prior that the analysis starts with, given that it holds the
centre. A student keeps a share of it, drawn from ``KEPT`` and somewhat more or less in every
family, in one of the ways there are. Then everything is as in a run: the design places, coins
decide, the analysis takes its interval.

A replicate plays a few of many families, drawn over the capabilities, each with its share of the
budget. Errors of families add up as those of independent ones do, so the whole suite's interval is
narrower than theirs by √(Σ w² / Σ w′²), w and w′ the families' parts in the two headlines.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from falloff.analysis import FamilyData, FixedPool, headline_intervals
from falloff.analysis.comparison import shares_of
from falloff.analysis.layout import Layout
from falloff.analysis.posterior import prior
from falloff.analysis.region import Regions
from falloff.core import Coordinate, Reason, UsageError, child_seed
from falloff.models.observers import WAYS, Observer, student_of
from falloff.planning.forecast import Width
from falloff.probes import Family
from falloff.sampling import FamilyEvidence
from falloff.sampling.aims import VOLUME, Aim
from falloff.sampling.look_ahead import LookAhead
from falloff.sampling.space_filling import LEAST_PER_FAMILY
from falloff.sparse import LEAST_SENSIBLE

Floats = NDArray[np.float64]

KEPT = (0.5, 1.0)
# How much a family's share may differ from the student's own, as a standard deviation.
_UNEVEN = 0.1
_CENTRE = 0.5
_TRIES = 1000
# Places of a box on which a student's share is solved for, where the grid has more.
_MOST_PLACES = 256
STEPS = (1, 2, 4)
# More probes of a family than this take too long to play.
_MOST_PROBES = 1500
_FAMILIES, _FEWEST, _MOST_REPLICATES = 5, 3, 8
# Seconds of one core to spend, and what a family of two models takes: at least, and a probe.
_SECONDS, _START, _EACH = 3.5, 0.2, 0.0036


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A rule from the prior: one region, its lapse included."""

    regions: Regions

    def competence(self, u: Floats) -> Floats:
        return np.asarray(self.regions.competence(u)[0], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the run would ask: ``calls`` by family as an answer takes them, for the design."""

    families: Sequence[Family]
    weights: Mapping[str, float]
    calls: Mapping[str, float]
    students: int
    budget: int
    seed: int
    aim: Aim = VOLUME

    @property
    def roles(self) -> tuple[str, ...]:
        return ("teacher", *(f"student{i}" for i in range(1, self.students + 1)))


@dataclass(frozen=True, kw_only=True)
class Effort:
    """``steps``: multiples of the budget that are played, those too small to say anything left
    out; ``families`` are played in each of ``replicates``.
    """

    steps: tuple[int, ...]
    families: int
    replicates: int


def effort_of(question: Question) -> Effort:
    """What can be played within ``_SECONDS``; the same on every machine."""
    each = question.budget / len(question.families)
    steps = tuple(step for step in STEPS if LEAST_SENSIBLE <= step * each <= _MOST_PROBES)
    if not steps:
        return Effort(steps=(), families=0, replicates=0)
    one = len(question.roles) / 2 * (_START + _EACH * steps[-1] * each)
    families = min(len(question.families), _FAMILIES, max(1, int(_SECONDS / _FEWEST / one)))
    replicates = min(max(_FEWEST, round(_SECONDS / families / one)), _MOST_REPLICATES)
    return Effort(steps=steps, families=families, replicates=replicates)


def widths(question: Question, effort: Effort) -> tuple[Width, ...]:
    """At the budget and at multiples of it; one trajectory a replicate gives all of them.

    Steps too large to play are left out.
    """
    found = [_replicate(question, effort, number) for number in range(effort.replicates)]
    played = dict(zip(effort.steps, zip(*found, strict=True), strict=False))
    each = question.budget / len(question.families)
    return tuple(
        _width(step * question.budget, played.get(step, ()))
        for step in STEPS
        if step in played or step * each < LEAST_SENSIBLE
    )


def _width(budget: int, of: Sequence[float]) -> Width:
    known = [width for width in of if np.isfinite(width)]
    if not known:
        return Width(budget=budget)
    return Width(budget=budget, median=float(np.median(known)), low=min(known), high=max(known))


def _part(question: Question, count: int, rng: np.random.Generator) -> tuple[Question, float]:
    """The question for so many of its families, and what the whole's width is of the part's."""
    by_capability: dict[str, list[Family]] = {}
    for index in rng.permutation(len(question.families)):
        family = question.families[index]
        by_capability.setdefault(family.capability, []).append(family)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*by_capability.values()))
    chosen = [family for family in turns if family is not None][:count]
    budget = max(round(question.budget * count / len(question.families)), LEAST_PER_FAMILY * count)
    narrower = _spread(question.families, question) / _spread(chosen, question)
    return replace(question, families=chosen, budget=budget), narrower


def _spread(families: Sequence[Family], question: Question) -> float:
    shares = shares_of([(f.capability, question.weights.get(f.name, 1.0)) for f in families])
    return float(np.sqrt(np.sum(np.square(shares))))


def _replicate(whole: Question, effort: Effort, number: int) -> list[float]:
    seed = child_seed("plan", whole.seed, number)
    rng = np.random.Generator(np.random.PCG64(seed))
    kept = rng.uniform(*KEPT, size=whole.students)
    question, narrower = _part(whole, effort.families, rng)
    families = {family.name: family for family in question.families}
    models = {n: _models(family, question.roles, kept, rng) for n, family in families.items()}
    found = []
    for known in _Play(question, models, effort.steps, rng, seed).run():
        data = [_data(families[name], own, question.weights) for name, own in known.items()]
        intervals = headline_intervals(data, *question.roles)
        widest = max((_half(i.low, i.high) for i in intervals.values()), default=np.nan)
        found.append(narrower * widest)
    return found


def _half(low: float | None, high: float | None) -> float:
    return float("nan") if low is None or high is None else (high - low) / 2


def _models(
    family: Family, roles: Sequence[str], kept: Floats, rng: np.random.Generator
) -> dict[str, Observer]:
    layout = Layout(axes=family.axes)
    grid = family.grid
    u = layout.columns(grid[:: -(-len(grid) // _MOST_PLACES)])
    weights = np.full(len(u), 1 / len(u))
    teacher = _teacher(layout, rng)
    models = {roles[0]: teacher}
    for role, share in zip(roles[1:], kept, strict=True):
        own = float(np.clip(share + _UNEVEN * rng.standard_normal(), 0.2, 1.0))
        ways = [way for way in WAYS if way != "region" or len(layout.doses) > 1]
        way = str(rng.choice(ways))
        try:
            models[role] = student_of(teacher, own, u, weights, how=way)  # type: ignore[arg-type]
        except UsageError:
            models[role] = student_of(teacher, own, u, weights, how="lapse")
    return models


def _teacher(layout: Layout, rng: np.random.Generator) -> Observer:
    """From the prior, the centre held."""
    centre = np.zeros((1, layout.width))
    for _ in range(_TRIES):
        drawn = prior(len(layout.doses), 1, rng, layout.labels)
        rule = _Drawn(regions=drawn.regions)
        if rule.competence(centre)[0] >= _CENTRE:
            break
    return Observer(rule=rule, labels=layout.labels)


@dataclass
class _Play:
    """One run of the design over all steps of its budget."""

    question: Question
    models: Mapping[str, Mapping[str, Observer]]
    steps: Sequence[int]
    rng: np.random.Generator
    seed: int
    _known: dict[str, FamilyEvidence] = field(init=False)

    def run(self) -> Iterator[Mapping[str, FamilyEvidence]]:
        """What is known at the end of each step."""
        families = {family.name: family for family in self.question.families}
        self._known = {n: FamilyEvidence.none_yet(n, self.question.roles) for n in families}
        for step in self.steps:
            # A smaller budget's probes are the first of a larger one, in rounds that it cuts.
            design = LookAhead(
                families=self.question.families,
                seed=self.seed,
                budget=step * self.question.budget,
                weights=self.question.weights,
                aim=self.question.aim,
            )
            while allocation := design.allocate(self._known):
                for name, count in allocation.items():
                    self._ask(design, families[name], count)
            yield dict(self._known)

    def _ask(self, design: LookAhead, family: Family, count: int) -> None:
        while count > 0:
            known = self._known[family.name]
            placed = design.place(family, count, known)
            u = Layout(axes=family.axes).columns([each.coordinate for each in placed])
            chance, calls = family.chance, self.question.calls[family.name]
            scores = {}
            for role, observer in self.models[family.name].items():
                p = chance + (1 - chance) * observer.competence(u)
                new = (self.rng.random(len(placed)) < p).astype(np.float64)
                scores[role] = np.append(known.scores[role], new)
            self._known[family.name] = FamilyEvidence(
                family=family.name,
                coordinates=known.coordinates + tuple(each.coordinate for each in placed),
                shares=known.shares + tuple(each.share for each in placed),
                scores=scores,
                calls={role: np.full(len(all_), calls) for role, all_ in scores.items()},
            )
            count -= len(placed)


def _data(family: Family, known: FamilyEvidence, weights: Mapping[str, float]) -> FamilyData:
    grid: tuple[Coordinate, ...] = family.grid
    used = len(family.pool.eligible) if family.pool else 0
    return FamilyData(
        name=family.name,
        capability=family.capability,
        axes=family.axes,
        chance=family.chance,
        grid=grid,
        weights=(1 / len(grid),) * len(grid),
        weight=weights.get(family.name, 1.0),
        coordinates=known.coordinates,
        shares=known.shares,
        scores=known.scores,
        answers=dict.fromkeys(known.scores, (None,) * known.count),
        reasons={
            role: tuple(Reason.SOLVED if score else Reason.WRONG for score in scores)
            for role, scores in known.scores.items()
        },
        items=tuple(str(i % used) for i in range(known.count)) if used else None,
        pool=FixedPool(used=used, rejected={}) if used else None,
    )
