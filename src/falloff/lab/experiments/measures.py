"""The numbers of a model in one seed, from its answers and those of the model it is held against.

Competence c of one probe: :attr:`Asked.competence`. Means go over the probes of each family and
then over families with equal weight a capability. Regions follow the tail of the experiment's
narrow corpus: *near* is off the centre, where that corpus is expected to hold at least one item;
*beyond* is where it is expected to hold less than one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from falloff.core import Coordinate
from falloff.lab.corpus import Corpus
from falloff.lab.experiments.measuring import BOX, CENTRE, Answers, Asked
from falloff.probes import FAMILIES

Value = float | None
NEAR, BEYOND = "near", "beyond"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A model's answers beside those of the one it is held against, probe by probe.

    ``dimensions``: of the model's states on all box probes, by estimator.
    """

    own: Answers
    reference: Answers
    tail: Corpus
    dimensions: Mapping[str, Value] = field(default_factory=dict)

    def of_family(self, family: str) -> Pair:
        """Of its probes alone."""
        keep = [i for i, asked in enumerate(self.own) if asked.family == family]
        return Pair(
            own=[self.own[i] for i in keep],
            reference=[self.reference[i] for i in keep],
            tail=self.tail,
        )


def region(at: Coordinate, family: str, tail: Corpus) -> str:
    """``centre``, ``near`` or ``beyond``."""
    if at == FAMILIES[family].centre:
        return CENTRE
    mix = tail.mix
    if family not in mix.reach:
        return BEYOND
    share = mix.probability(family, at) / len(mix.reach)
    return NEAR if (tail.size or 0) * share >= 1 else BEYOND


def volume(pair: Pair) -> Value:
    """S: mean competence over probes drawn from μ."""
    return _over_families(pair.own, lambda asked: asked.part == BOX)


def retention(pair: Pair) -> Value:
    """R = Σ w S / Σ w S_reference over families; None where the reference has no volume."""
    own, reference = volume(pair), _over_families(pair.reference, lambda asked: asked.part == BOX)
    return own / reference if own is not None and reference and reference > 0 else None


def centre(pair: Pair) -> Value:
    """c(0): mean competence of the sample at the centre."""
    return _over_families(pair.own, lambda asked: asked.part == CENTRE)


def near(pair: Pair) -> Value:
    """Mean competence over the box probes near."""
    return _in_region(pair, NEAR)


def beyond(pair: Pair) -> Value:
    """Mean competence over the box probes beyond."""
    return _in_region(pair, BEYOND)


def illusion(pair: Pair) -> Value:
    """Ratio at the centre less retention: by how much the centre overstates the model."""
    own, kept = centre(pair), retention(pair)
    reference = _over_families(pair.reference, lambda asked: asked.part == CENTRE)
    if own is None or kept is None or not reference or reference < 0:
        return None
    return own / reference - kept


def lost_outward(pair: Pair) -> Value:
    """Of what the reference solves in the box, the share that the model does not: in the outer half
    (some axis with u > ½) less in the inner half. Positive: losses sit at high levels."""
    lost: dict[bool, list[float]] = {False: [], True: []}
    for own, reference in zip(pair.own, pair.reference, strict=True):
        if own.part == BOX and reference.score > 0:
            lost[_outer(own)].append(max(0.0, reference.score - own.score) / reference.score)
    return fmean(lost[True]) - fmean(lost[False]) if lost[True] and lost[False] else None


def shape(pair: Pair) -> Value:
    """−log₁₀ p of the model's being a scaled copy of the reference (all edges moved by one factor),
    by falloff's likelihood ratio test; the mean over families. A scaled copy has 0.43 on average,
    p = .05 is 1.30. At most 16."""
    from falloff.lab.experiments.shapes import scaled_copy_p

    families = sorted({asked.family for asked in pair.own})
    return fmean(-math.log10(max(scaled_copy_p(pair.of_family(f)), 1e-16)) for f in families)


def participation(pair: Pair) -> Value:
    """Participation ratio of the states of the prompts' last tokens, over all box probes."""
    return pair.dimensions.get("participation_ratio")


def intrinsic(pair: Pair) -> Value:
    """TwoNN dimension of the same states."""
    return pair.dimensions.get("two_nn")


MEASURES: Mapping[str, Callable[[Pair], Value]] = {
    "volume": volume,
    "retention": retention,
    "centre": centre,
    "near": near,
    "beyond": beyond,
    "illusion": illusion,
    "lost_outward": lost_outward,
    "shape": shape,
    "participation_ratio": participation,
    "two_nn": intrinsic,
}
# Of a model as a whole, not of a family.
WHOLE = ("participation_ratio", "two_nn")


def value(measure: str, pair: Pair, family: str | None = None) -> Value:
    """A measure of all families, or of one."""
    return MEASURES[measure](pair.of_family(family) if family else pair)


def _in_region(pair: Pair, name: str) -> Value:
    return _over_families(
        pair.own,
        lambda asked: asked.part == BOX and region(asked.at, asked.family, pair.tail) == name,
    )


def _over_families(given: Answers, wanted: Callable[[Asked], bool]) -> Value:
    """Mean competence of the ``wanted`` answers; None where no family has any."""
    by_family: dict[str, list[float]] = {}
    for asked in given:
        if wanted(asked):
            by_family.setdefault(asked.family, []).append(asked.competence)
    by_capability: dict[str, list[float]] = {}
    for family, values in by_family.items():
        by_capability.setdefault(FAMILIES[family].capability, []).append(fmean(values))
    return _mean([fmean(values) for values in by_capability.values()])


def _mean(values: Sequence[float]) -> Value:
    return fmean(values) if values else None


def _outer(asked: Asked) -> bool:
    axes = [axis for axis in FAMILIES[asked.family].axes if axis.kind == "dose"]
    return any(axis.u(asked.at[axis.name]) > 0.5 for axis in axes)
