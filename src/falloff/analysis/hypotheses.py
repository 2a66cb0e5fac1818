"""Claims about how models differ, judged over training seeds by a criterion stated beforehand.

An effect is a difference of means, mean(plus) − mean(minus), of one number a model, taken within
each training seed, so that what the models of a seed share (start, text, probes) cancels. Over the
n seeds its interval is Student's, at 90 %:

    d̄ ± t(n − 1; .95) · s/√n

A criterion is met where the whole interval is on its side, failed where it is all on the other, and
otherwise open: with 90 % two-sided, each of both errors is at most 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import correlation, fmean, stdev
from typing import Literal

from falloff.analysis.estimates import UNDEFINED, Interval

Role = Literal["decides", "condition", "beside"]

# Fewer seeds decide nothing, however alike they are.
LEAST_SEEDS = 5
_HIGH = 0.95


class Answer(StrEnum):
    """Whether a criterion is met, or a hypothesis holds."""

    HELD = "held"
    FAILED = "did not hold"
    OPEN = "not decided"


# What a measure says of one model (or one family of it, or None where undefined) in one seed.
Value = float | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A number of a model: over all families, or of one."""

    model: str
    family: str | None = None

    def __str__(self) -> str:
        return f"{self.model}:{self.family}" if self.family else self.model


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """mean(``plus``) − mean(``minus``) of ``measure``, and what it has to be.

    ``at_least``: the effect is that or more. ``within``: it is no larger, either way. ``role``:
    *decides* the hypothesis; is a *condition* for deciding at all; or stands *beside* it.
    ``tracks``: the effect is Spearman's ρ between ``measure`` and this one over the ``plus``.
    """

    name: str
    measure: str
    plus: tuple[Part, ...]
    minus: tuple[Part, ...] = ()
    at_least: float | None = None
    within: float | None = None
    role: Role = "decides"
    tracks: str | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """All that it needs to know of its models."""
        return (self.measure, self.tracks) if self.tracks else (self.measure,)

    def effect(self, seed: Mapping[str, Mapping[Part, Value]]) -> Value:
        """In one seed, of its numbers by measure; None where one of them is undefined."""
        above = _known(seed[self.measure], self.plus)
        if above is None:
            return None
        if self.tracks:
            others = _known(seed[self.tracks], self.plus)
            return None if others is None else _spearman(above, others)
        below = _known(seed[self.measure], self.minus)
        return None if below is None else fmean(above) - (fmean(below) if below else 0.0)

    def answer(self, effect: Interval) -> Answer:
        """Whether the criterion is met, by the interval of the effect."""
        low, high = effect.low, effect.high
        if low is None or high is None:
            return Answer.OPEN
        if self.at_least is not None:
            return (
                Answer.HELD
                if low >= self.at_least
                else Answer.FAILED
                if high < self.at_least
                else Answer.OPEN
            )
        most = self.within or 0.0
        if -most <= low and high <= most:
            return Answer.HELD
        return Answer.FAILED if low > most or high < -most else Answer.OPEN

    @property
    def formula(self) -> str:
        """``retention of kd-broad − kd-narrow``; several models on a side are their mean."""
        if self.tracks:
            return f"ρ of {self.measure} and {self.tracks} over {', '.join(map(str, self.plus))}"
        sides = [", ".join(map(str, side)) for side in (self.plus, self.minus) if side]
        return f"{self.measure} of {' − '.join(sides)}"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A hypothesis as experiments state it, before they are run."""

    hypothesis: str
    claim: str
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A contrast over the seeds: the effect in each, its interval, whether the criterion is met."""

    contrast: Contrast
    effects: tuple[float, ...]
    effect: Interval
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The answer to a claim, its ``effect`` that of the first contrast that decides."""

    claim: Claim
    found: tuple[Found, ...]
    seeds: int
    answer: Answer
    why: str

    @property
    def effect(self) -> Interval:
        return next((f.effect for f in self.found if f.contrast.role == "decides"), UNDEFINED)


def over_seeds(effects: Sequence[float]) -> Interval:
    """The mean of effects, one a seed, with Student's 90 % interval; of one alone no interval."""
    # Its function for t alone; scipy.stats takes seconds to import.
    from scipy.special import stdtrit

    n = len(effects)
    if n == 0:
        return UNDEFINED
    mean = fmean(effects)
    if n == 1:
        return Interval(estimate=mean)
    half = float(stdtrit(n - 1, _HIGH)) * stdev(effects) / math.sqrt(n)
    return Interval(estimate=mean, low=mean - half, high=mean + half)


def judge(claim: Claim, seeds: Sequence[Mapping[str, Mapping[Part, Value]]]) -> Judgement:
    """``seeds``: for each, by measure, the numbers of all parts that the claim names."""
    found = tuple(_find(contrast, seeds) for contrast in claim.contrasts)
    answer, why = _verdict(found, len(seeds))
    return Judgement(claim=claim, found=found, seeds=len(seeds), answer=answer, why=why)


def _find(contrast: Contrast, seeds: Sequence[Mapping[str, Mapping[Part, Value]]]) -> Found:
    values = [contrast.effect(seed) for seed in seeds]
    effects = tuple(value for value in values if value is not None)
    effect = over_seeds(effects)
    # A seed in which it is undefined is no seed for it.
    answer = contrast.answer(effect) if len(effects) >= LEAST_SEEDS else Answer.OPEN
    return Found(contrast=contrast, effects=effects, effect=effect, answer=answer)


def _verdict(found: Sequence[Found], seeds: int) -> tuple[Answer, str]:
    if seeds < LEAST_SEEDS:
        return Answer.OPEN, f"{seeds} of {LEAST_SEEDS} seeds"
    for one in found:
        if one.contrast.role == "condition" and one.answer != Answer.HELD:
            return Answer.OPEN, f"the condition '{one.contrast.name}' is not met"
    deciding = [one for one in found if one.contrast.role == "decides"]
    for answer in (Answer.FAILED, Answer.OPEN):
        names = [one.contrast.name for one in deciding if one.answer == answer]
        if names:
            return answer, f"{'failed' if answer == Answer.FAILED else 'open'}: {', '.join(names)}"
    return Answer.HELD, "every criterion is met"


def _known(values: Mapping[Part, Value], parts: Sequence[Part]) -> list[float] | None:
    """The numbers of all ``parts``; None if one is undefined."""
    known = [v for part in parts if (v := values[part]) is not None and math.isfinite(v)]
    return known if len(known) == len(parts) else None


def _spearman(one: Sequence[float], other: Sequence[float]) -> Value:
    """The correlation of ranks, ties sharing theirs; None where either does not vary."""
    ranks = [[sum((w < v) + (w <= v) for w in xs) / 2 for v in xs] for xs in (one, other)]
    return correlation(*ranks) if all(len(set(r)) > 1 for r in ranks) else None
