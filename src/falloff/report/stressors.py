"""What each stressor costs on a benchmark of one's own, as a table; none where there is none."""

from __future__ import annotations

from falloff.analysis.estimates import UNDEFINED, Fall, Stress
from falloff.analysis.pair_estimates import Comparison
from falloff.report.listings import Listing
from falloff.report.numerals import DASH, count, percent_interval, points_interval
from falloff.report.scales import spoken_name
from falloff.report.visible import one_line


def stressors(comparison: Comparison) -> Listing:
    """Every stressor and model: original, under stress, the fall, flips, rejects."""
    alone = not comparison.students
    rows: list[tuple[str, ...]] = []
    for i, family in enumerate(comparison.teacher.families):
        compared = [(student.model, student.families[i].stress) for student in comparison.students]
        first = family.stress if alone else next((s for _, s in compared if s), None)
        if first is None:
            continue
        rows.append(_row(family.family, comparison.teacher.model, first, 0))
        rows += [_row(family.family, name, found, -1) for name, found in compared if found]
    return Listing(
        title="Stressors",
        heads=(
            "Stressor",
            "Model",
            "Original",
            "Stressed",
            "Fall",
            "Beyond teacher's",
            "Broken/mended",
            "Lost/gained",
            "Rejected",
        ),
        spare=("Broken/mended", "Original", "Stressed", "Rejected", "Lost/gained"),
        rows=tuple(rows),
    )


def _row(family: str, model: str, found: Stress, which: int) -> tuple[str, ...]:
    fall: Fall = found.falls[which]
    second = which < 0
    return (
        spoken_name(family),
        one_line(model),
        percent_interval(fall.original),
        percent_interval(fall.stressed),
        points_interval(fall.fall),
        points_interval(found.more if second else UNDEFINED),
        f"{count(fall.broken)}/{count(fall.mended)}",
        f"{count(found.lost)}/{count(found.gained)}" if second else DASH,
        "" if second else _rejected(found),
    )


def _rejected(found: Stress) -> str:
    """How many items of how many, and why the most of them."""
    total = sum(found.rejected.values())
    share = f"{count(total)} of {count(total + found.used)}"
    if not total:
        return share
    reason, most = max(found.rejected.items(), key=lambda pair: pair[1])
    others = f"; {count(total - most)} otherwise" if total > most else ""
    return f"{share}: {one_line(reason)}{others}"
