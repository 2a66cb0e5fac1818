"""Tables of what was asked on request: stressors, null, repeats, tokens of teacher and student."""

from __future__ import annotations

from falloff.analysis.fidelity import NOT_ASKED
from falloff.analysis.pair_estimates import Comparison, Fidelity, StudentComparison
from falloff.report.listings import Listing
from falloff.report.null_wording import null_listing
from falloff.report.numerals import number_interval, percent, percent_interval
from falloff.report.reliability import repeats
from falloff.report.stressors import stressors
from falloff.report.visible import one_line


def likeness(comparison: Comparison) -> tuple[Listing, ...]:
    """The tables that have rows: none of what was not asked for."""
    found = (
        stressors(comparison),
        null_listing(comparison),
        repeats(comparison),
        tokens(comparison),
    )
    return tuple(listing for listing in found if listing.rows)


def tokens(comparison: Comparison) -> Listing:
    """Every student's answers and tokens against its teacher's."""
    rows = [_tokens(s, s.fidelity) for s in comparison.students if s.fidelity]
    asked = any(s.fidelity and s.fidelity.why != NOT_ASKED for s in comparison.students)
    return Listing(
        title="Fidelity",
        heads=(
            "Student",
            "Same answer",
            "Same answer where both fail",
            "KL, at least, nats a token",
            "Same top token",
            "Seen by both",
            "Note",
        ),
        rows=tuple(rows) if asked else (),
        spare=("Seen by both",),
    )


def _tokens(student: StudentComparison, found: Fidelity) -> tuple[str, ...]:
    return (
        one_line(student.model),
        percent_interval(found.agreement),
        percent_interval(found.same_wrong),
        number_interval(found.kl),
        percent_interval(found.same_top),
        percent(found.named),
        found.why or "",
    )
