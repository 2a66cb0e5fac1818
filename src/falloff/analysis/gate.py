"""A student against a policy: every rule with its evidence, and what follows from all of them.

    pass           every rule is on the good side of its margin, each at 95 % (intersection-union)
    fail           some rule is on the bad side, by Holm's procedure over all rules; or something
                   that the policy names was not measured, or is not established
    inconclusive   anything else; and a run that would pass, but is not finished

The worst cell is one rule over many cells: it passes where all of them do, and fails by its
smallest probability times their number (Bonferroni), so that cells do not weigh on other rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from falloff.analysis.anytime import ALPHA
from falloff.analysis.policy import Policy
from falloff.analysis.scopes import CellDraws
from falloff.analysis.verdict import Ruling, Scope, Weighed, holm, weigh
from falloff.core import Coordinate

Standing = Literal["pass", "fail", "inconclusive", "unmeasured"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of a policy. ``kind`` and ``name``: of what (``family``, ``tool_chain``).

    ``missing`` says why there is nothing to weigh; None where there is a scope. Of the worst cell
    ``cells`` has the draws and ``scope`` none.
    """

    kind: str
    margin: float
    name: str = ""
    scope: Scope | None = None
    cells: tuple[CellDraws, ...] = ()
    missing: str | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.name}" if self.name else self.kind


@dataclass(frozen=True, kw_only=True)
class RuledCell:
    """The cell that decides the rule of the worst cell."""

    family: str
    coordinate: Coordinate


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """A rule and how it stands. ``low`` and ``high``: one-sided 95 % bounds, over ``probes``.

    ``further``: probes in all, to each model, that would settle it in four cases of five. ``why``
    says why nothing was weighed. ``at_most``: the margin is an upper one.
    """

    kind: str
    name: str
    key: str
    status: Standing
    margin: float
    at_most: bool
    estimate: float | None
    low: float | None
    high: float | None
    probes: int
    further: int | None = None
    why: str | None = None
    cell: RuledCell | None = None


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """What the gate says of one student. ``anytime``: bounds are those of a run looked at often.

    ``finished``: whether all that was wanted was asked. ``further`` would settle every open rule;
    None where that cannot be said, or nothing is open.
    """

    student: str
    status: Ruling
    rules: tuple[Ruled, ...]
    anytime: bool
    finished: bool
    further: int | None


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """A policy applied to the students of a run; ``status`` is the worst of theirs.

    ``answered``, ``errors`` and ``unasked`` count answers, over all models; ``budget`` is what was
    wanted of each, None where the run does not say. ``against``: the baseline's run and student;
    ``paired``: whether the difference to it is of the same probes.
    """

    policy: Policy
    run: str
    suite: str
    teacher: str
    probes: int
    students: tuple[GateResult, ...]
    answered: int
    errors: int
    unasked: int
    budget: int | None = None
    against: tuple[str, str] | None = None
    paired: bool = False

    @property
    def status(self) -> Ruling:
        met = {result.status for result in self.students}
        worst: tuple[Ruling, ...] = ("fail", "inconclusive", "pass")
        return next(status for status in worst if status in met)


def gate(
    student: str, rules: Sequence[Rule], *, probes: int, anytime: bool, finished: bool
) -> GateResult:
    """Weigh the rules of a run that put ``probes`` to each model."""
    weighed = {rule.key: _weigh(rule, anytime=anytime) for rule in rules}
    failed = set(holm({key: found.good for key, (found, _) in weighed.items()}))
    ruled = tuple(
        _ruled(rule, *weighed[rule.key], failed=rule.key in failed, total=probes, finished=finished)
        for rule in rules
    )
    open_ = [rule.further for rule in ruled if rule.status == "inconclusive"]
    return GateResult(
        student=student,
        status=_status(ruled, finished=finished),
        rules=ruled,
        anytime=anytime,
        finished=finished,
        further=max((n for n in open_ if n is not None), default=None) if all(open_) else None,
    )


def _status(ruled: Sequence[Ruled], *, finished: bool) -> Ruling:
    met = {rule.status for rule in ruled}
    if met & {"fail", "unmeasured"}:
        return "fail"
    return "pass" if finished and met == {"pass"} else "inconclusive"


def _ruled(
    rule: Rule,
    found: Weighed,
    cell: CellDraws | None,
    *,
    failed: bool,
    total: int,
    finished: bool,
) -> Ruled:
    probes = cell.probes if cell else rule.scope.probes if rule.scope else 0
    status: Standing = "fail" if failed else "pass" if found.bad < ALPHA else "inconclusive"
    if rule.missing is not None:
        # What is still being asked may yet be measured.
        status = "unmeasured" if finished else "inconclusive"
    further = None
    if status == "inconclusive" and found.further and probes:
        further = round(found.further * max(total, probes) / probes)
    return Ruled(
        kind=rule.kind,
        name=rule.name,
        key=rule.key,
        status=status,
        margin=rule.margin,
        at_most=rule.scope is not None and not rule.scope.at_least,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        probes=probes,
        further=further,
        why=rule.missing,
        cell=RuledCell(family=cell.family, coordinate=cell.coordinate) if cell else None,
    )


def _weigh(rule: Rule, *, anytime: bool) -> tuple[Weighed, CellDraws | None]:
    if rule.missing is not None:
        return Weighed(), None
    if rule.cells:
        return _worst(rule.cells, rule.margin, anytime=anytime)
    return (weigh(rule.scope, anytime=anytime) if rule.scope else Weighed()), None


def _worst(
    cells: Sequence[CellDraws], margin: float, *, anytime: bool
) -> tuple[Weighed, CellDraws]:
    """All cells as one: the cell shown is the one that is most surely below, with its own bounds.

    If none is, the one that keeps the rule from passing, if any does.
    """
    scopes = [
        Scope(draws=cell.retention, margin=margin, probes=cell.probes, ratio=False)
        for cell in cells
    ]
    each = [weigh(scope, anytime=anytime) for scope in scopes]
    surest = min(range(len(each)), key=lambda i: each[i].good)
    good = min(1.0, len(each) * each[surest].good)
    doubtful = max(range(len(each)), key=lambda i: each[i].bad)
    shown = surest if good < ALPHA else doubtful
    return replace(each[shown], bad=each[doubtful].bad, good=good), cells[shown]
