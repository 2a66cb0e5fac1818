"""From a policy and a comparison to the rules of a gate."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

import numpy as np

from falloff.analysis.data import Floats
from falloff.analysis.estimates import Interval, Status
from falloff.analysis.gate import Rule
from falloff.analysis.novelty import Novelty, StudentNovelty
from falloff.analysis.pair_estimates import StudentComparison
from falloff.analysis.policy import DROP, ByName, Policy
from falloff.analysis.scopes import Scopes
from falloff.analysis.verdict import Scope

NOT_ESTABLISHED = {
    Status.CENTRE_NOT_ESTABLISHED: "the teacher does not hold its centre: nothing is established",
    Status.ERRORS: "too many probes got no answer",
    Status.TOO_FEW: "too few probes were scored",
}
_Z = 1.645
_ZONES = {"inside": "inside", "rim": "at", "beyond": "beyond"}


def rules_of(
    policy: Policy,
    student: StudentComparison,
    novelty: Novelty | None = None,
    difference: Floats | None = None,
) -> tuple[Rule, ...]:
    """Every margin of the policy, with what it is set for.

    ``difference``: draws of overall retention less a baseline's, where there is a baseline.
    """
    scopes = student.scopes or Scopes()
    total = sum(scopes.probes.values())

    def ratio(kind: str, margin: float | None, draws: Floats, why: str) -> Iterator[Rule]:
        if margin is not None:
            scope = Scope(draws=draws, margin=margin, probes=total)
            yield Rule(kind=kind, margin=margin, scope=scope, missing=None if draws.size else why)

    none = "no family can be compared"
    return (
        *ratio("overall", policy.overall, scopes.overall, none),
        *_by_name("capability", policy.capability, scopes.capabilities, student),
        *_by_name("family", policy.family, scopes.families, student),
        *_worst_cell(policy.worst_cell, scopes),
        *ratio("centre", policy.centre, scopes.centre, none),
        *_lost(policy.lost, scopes, total),
        *ratio("pass_k", policy.pass_k, scopes.pass_k, "nothing was asked again: use --repeats"),
        *_novelty(policy, student, novelty),
        *_baseline(policy, difference, total),
    )


def _by_name(
    kind: str, margin: ByName | None, draws: Mapping[str, Floats], student: StudentComparison
) -> Iterator[Rule]:
    """A rule for every name the policy has, or for all that the run has."""
    if margin is None:
        return
    probes = (student.scopes or Scopes()).probes
    of = {f.family: f.capability if kind == "capability" else f.family for f in student.families}
    wanted = margin if isinstance(margin, Mapping) else dict.fromkeys(of.values(), margin)
    for name, least in wanted.items():
        families = [f for f in student.families if of[f.family] == name]
        why = _not_there(name, set(of.values()))
        if families:
            why = NOT_ESTABLISHED.get(families[0].status, "it cannot be compared")
        known = name in draws
        yield Rule(
            kind=kind,
            name=name,
            margin=least,
            scope=Scope(
                draws=draws[name],
                margin=least,
                probes=sum(probes.get(f.family, 0) for f in families),
            )
            if known
            else None,
            missing=None if known else why,
        )


def _not_there(name: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f" (it has {near[0]})" if near else ""
    return f"it was not measured: it is not in this run{hint}"


def _worst_cell(margin: float | None, scopes: Scopes) -> Iterator[Rule]:
    if margin is not None:
        missing = None if scopes.cells else "there is no cell that the teacher holds"
        yield Rule(kind="worst_cell", margin=margin, cells=scopes.cells, missing=missing)


def _lost(margin: float | None, scopes: Scopes, total: int) -> Iterator[Rule]:
    if margin is None:
        return
    scope = Scope(draws=scopes.lost, margin=margin, probes=total, at_least=False, ratio=False)
    missing = None if scopes.lost.size else "no draw from the box was answered by both"
    yield Rule(kind="lost", margin=margin, scope=scope, missing=missing)


def _novelty(policy: Policy, student: StudentComparison, novelty: Novelty | None) -> Iterator[Rule]:
    of: StudentNovelty | None = next(
        (s for s in (novelty.students if novelty else ()) if s.model == student.model), None
    )
    for kind, zone_name in _ZONES.items():
        margin: float | None = getattr(policy, kind)
        if margin is None:
            continue
        zone = next((z for z in (of.zones if of else ()) if z.zone == zone_name), None)
        draws = _normal(zone.retention) if zone else np.empty(0)
        why = "the run has no training data to be near to: use --train-data"
        if novelty is not None:
            why = novelty.why or "too few probes lie there, or the teacher solves next to none"
        scope = Scope(draws=draws, margin=margin, probes=zone.probes if zone else 0)
        yield Rule(kind=kind, margin=margin, scope=scope, missing=None if draws.size else why)


def _baseline(policy: Policy, difference: Floats | None, total: int) -> Iterator[Rule]:
    if difference is None:
        return
    drop = DROP if policy.drop is None else policy.drop
    yield Rule(
        kind="drop",
        margin=-drop,
        scope=Scope(draws=difference, margin=-drop, probes=total, ratio=False),
        missing=None if difference.size else "overall retention is not known in both runs",
    )


def _normal(interval: Interval) -> Floats:
    """Draws with this estimate and these bounds; none where it is undefined.

    Two halves of a normal distribution, as the bounds need not lie evenly.
    """
    if interval.estimate is None or interval.low is None or interval.high is None:
        return np.empty(0)
    z = np.random.Generator(np.random.PCG64(0)).standard_normal(2000)
    below, above = interval.estimate - interval.low, interval.high - interval.estimate
    draws = interval.estimate + z * np.where(z < 0, below, above) / _Z
    return np.concatenate([[interval.estimate], draws])
