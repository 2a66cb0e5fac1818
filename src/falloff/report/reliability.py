"""Reliability in words and tables: what a model solves every time that it is asked.

There only where probes were asked more than once.
"""

from __future__ import annotations

from falloff.analysis.estimates import UNDEFINED, Interval, Repeatability
from falloff.analysis.pair_estimates import Comparison
from falloff.report.listings import Listing
from falloff.report.numerals import DASH, count, percent_interval
from falloff.report.scales import spoken_name
from falloff.report.visible import one_line


def reliability_sentences(comparison: Comparison) -> tuple[str, ...]:
    """One a model: what it solves at one asking, and at every one of all."""
    return tuple(_reliability(name, found) for name, found, _, _ in _models(comparison))


def repeats(comparison: Comparison) -> Listing:
    """Every model's pass^k and flips, and each student's churn beside them."""
    rows = _models(comparison)
    powers = _powers(rows[0][1].repeats) if rows else ()
    most = powers[-1] if powers else 0
    return Listing(
        title="Repeats",
        heads=(
            "Model",
            *(f"pass^{k}" for k in powers),
            f"pass^{most} at the centre",
            "Flips",
            "Churn against teacher",
            "Beyond flips",
        ),
        rows=tuple(_repeats(powers, *row) for row in rows),
        spare=(*(f"pass^{k}" for k in powers[:-1]), "Beyond flips"),
    )


def repeats_by_family(comparison: Comparison) -> Listing:
    """Every model's first and last pass^k in every family that was asked again."""
    profiles = (comparison.teacher, *(student.profile for student in comparison.students))
    found = [
        (family.family, one_line(profile.model), family.repeatability)
        for profile in profiles
        for family in profile.families
    ]
    order = {family.family: i for i, family in enumerate(comparison.teacher.families)}
    known = [(name, model, of) for name, model, of in found if of]
    known.sort(key=lambda row: order.get(row[0], len(order)))
    most = max((of.repeats for _, _, of in known), default=0)
    return Listing(
        title="Repeats by family",
        heads=("Family", "Model", "Items", "pass^1", f"pass^{most}", "Flips"),
        rows=tuple(
            (
                spoken_name(name),
                model,
                count(of.items),
                percent_interval(of.pass_k[0]),
                percent_interval(of.pass_k[-1]),
                percent_interval(of.flips),
            )
            for name, model, of in known
        ),
    )


def _models(comparison: Comparison) -> list[tuple[str, Repeatability, Interval, Interval]]:
    """Every model that was asked again, with its churn and what of it is beyond flips."""
    teacher = comparison.teacher
    rows = []
    if teacher.repeatability:
        rows.append((one_line(teacher.model), teacher.repeatability, UNDEFINED, UNDEFINED))
    for student in comparison.students:
        if found := student.repeated:
            rows.append((one_line(student.model), found.student, found.churn, found.beyond))
    return rows


def _powers(most: int) -> tuple[int, ...]:
    """1, 2, 4, … and the last: each halves what luck may add."""
    doubling = [2**i for i in range(most.bit_length()) if 2**i < most]
    return (*doubling, most)


def _reliability(name: str, found: Repeatability) -> str:
    return (
        f"{name} solves {percent_interval(found.pass_k[0])} of probes at one asking,"
        f" {percent_interval(found.pass_k[-1])} at every one of {found.repeats}."
    )


def _repeats(
    powers: tuple[int, ...], name: str, found: Repeatability, churn: Interval, beyond: Interval
) -> tuple[str, ...]:
    return (
        name,
        *(percent_interval(found.pass_k[k - 1]) for k in powers),
        percent_interval(found.centre_pass_k[-1]) if found.centre_pass_k else DASH,
        percent_interval(found.flips),
        percent_interval(churn),
        percent_interval(beyond),
    )
