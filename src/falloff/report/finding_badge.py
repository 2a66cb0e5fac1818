"""The finding as a badge: what is kept, coloured by the verdict."""

from __future__ import annotations

from falloff.analysis.pair_estimates import Comparison
from falloff.report.charts import Badge
from falloff.report.numerals import defined, percent, percent_interval
from falloff.report.wording import headline


def finding_badge(comparison: Comparison) -> Badge:
    """Of the one student, or of the one model; ``comparison`` has no more."""
    student = next(iter(comparison.students), None)
    of = student.retention if student else comparison.teacher.volume
    known = defined(of.estimate)
    label = "keeps of its teacher" if student else "holds of the box"
    if known and defined(of.low) and defined(of.high):
        value = percent_interval(of)
    else:
        value = percent(of.estimate) if known else "not measured"
    standing = student.verdict.status if student else "plain"
    return Badge(label=label, value=value, title=headline(comparison), standing=standing)
