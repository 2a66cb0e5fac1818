"""A model card's section: what the model keeps, how that was measured, what it does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from falloff.analysis.estimates import Profile, Status
from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.report.caveats import caveats
from falloff.report.charts import DotPlot, dot_plot, radial_plot
from falloff.report.finding_figures import Axes, edge_plots, edge_rows, retention_dots
from falloff.report.listings import Listing, families
from falloff.report.markdown import safe_text, table
from falloff.report.names import briefly
from falloff.report.numerals import percent, percent_interval, plural, points_interval
from falloff.report.scales import spoken_name
from falloff.report.unfinished import WHOLE, Standing
from falloff.report.visible import one_line
from falloff.report.vocabulary import STATUSES
from falloff.report.wording import headline, illusion_sentence, lede, verdict_sentence

BEGIN, END = "<!-- falloff:begin -->", "<!-- falloff:end -->"


def alone(comparison: Comparison, student: StudentComparison | None) -> Comparison:
    """The comparison with one student only, as a card is of one model."""
    return comparison if student is None else replace(comparison, students=(student,))


def card_section(
    comparison: Comparison, manifest: Mapping[str, Any], *, figure: str, standing: Standing = WHOLE
) -> str:
    """The section in Markdown between its marks; ``figure`` is the picture's file, beside it.

    ``comparison`` has one student, or none: then it is of the one model. ``standing``: what the run
    lacks.
    """
    comparison = briefly(comparison)
    student = next(iter(comparison.students), None)
    blocks = [
        BEGIN,
        f"## {'How much of its teacher it keeps' if student else 'How far out it stays good'}",
        f"**{safe_text(headline(comparison))}.**",
        safe_text(_finding(comparison, student)),
        f"![{safe_text(_alternative(comparison))}]({quote(figure)})",
        table(_capabilities(student)) if student else "",
        table(families(comparison)),
        "### How it was measured",
        safe_text(_measured(comparison, manifest, standing)),
        "### Limits",
        "\n".join(f"- {safe_text(limit)}" for limit in _limits(comparison, student)),
        END,
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def card_figure(comparison: Comparison, axes: Axes) -> str:
    """Edges along every axis, student in its teacher's; or retention, where there are none."""
    comparison = briefly(comparison)
    plots = edge_plots(comparison, edge_rows(comparison, axes))
    plot = plots[0] if plots else retention_dots(comparison)
    draw = dot_plot(plot, standalone=True) if isinstance(plot, DotPlot) else None
    return str(draw if draw is not None else radial_plot(plot, standalone=True)) + "\n"  # type: ignore[arg-type]


def subject(comparison: Comparison) -> Profile:
    """The profile that the card is of."""
    student = next(iter(comparison.students), None)
    return student.profile if student else comparison.teacher


def _finding(comparison: Comparison, student: StudentComparison | None) -> str:
    said = [lede(comparison)]
    if student:
        said += [verdict_sentence(student), illusion_sentence(student)]
    return " ".join(filter(None, said))


def _alternative(comparison: Comparison) -> str:
    names = [one_line(subject(comparison).model)]
    if comparison.students:
        names.append(f"beside {one_line(comparison.teacher.model)}")
    return f"Where {' '.join(names)} falls off, along every axis"


def _capabilities(student: StudentComparison) -> Listing:
    return Listing(
        title="Capabilities",
        heads=("Capability", "Families", "Retention", "Centre ratio", "Illusion"),
        rows=tuple(
            (
                spoken_name(of.capability),
                str(len(of.families)),
                percent_interval(of.retention),
                percent_interval(of.centre_ratio),
                points_interval(of.illusion),
            )
            for of in student.capabilities
        ),
    )


def _measured(comparison: Comparison, manifest: Mapping[str, Any], standing: Standing) -> str:
    """With what, on what, how much; in words that need nothing else."""
    both = "each of the two models, the same to both" if comparison.students else "the model"
    said = [
        f"{plural(comparison.probes, 'probe')} to {both}, on the suite"
        f" {one_line(comparison.suite)} in the dialect {one_line(str(manifest['dialect']))};"
        f" seed {manifest['seed']}, falloff {one_line(str(manifest['version']))}.",
        "Probes lead from the centre of a family, the least stressed task, outward along named axes"
        " of difficulty and shift, to where models fail; answers are checked by programs.",
        "Capability volume is the mean competence over a family's box of coordinates"
        f" ({one_line(comparison.measure)}), chance removed"
        + ("; retention is the student's over the teacher's." if comparison.students else "."),
        "An edge is the dose at which competence falls below"
        f" {percent(comparison.threshold)}. Intervals are at 90 %.",
    ]
    return " ".join([*said, *caveats(comparison, standing)])


def _limits(comparison: Comparison, student: StudentComparison | None) -> list[str]:
    """What a reader might take the numbers for, and they are not."""
    silent = [
        f"{spoken_name(family.family)} ({STATUSES[family.status]})"
        for family in (student.families if student else comparison.teacher.families)
        if family.status not in (Status.OK, Status.SATURATED)
    ]
    limits = [
        "It holds for this suite and its measure of the box, not for every use: traffic that lies"
        " elsewhere may keep more or less.",
        "One run with one seed of probes; an interval misses the truth about one time in ten.",
    ]
    if student:
        limits.append(
            "It compares with this teacher alone, and says nothing of what the teacher lacks."
        )
    if silent:
        limits.append(f"Nothing is claimed of {', '.join(silent)}.")
    return limits
