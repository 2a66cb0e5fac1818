"""The finding as Markdown: for a pull request, a model card, a README.

Names come from outside and are escaped: none of them can open a table cell, a link or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from falloff.analysis.novelty import Novelty
from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.report.beyond import misfits
from falloff.report.caveats import caveats
from falloff.report.costs import cost_sentences, costs, savings
from falloff.report.definitions import DEFINITIONS
from falloff.report.disputed import disputed_sentences
from falloff.report.geometry import Cloud, geometry_listing
from falloff.report.likeness import likeness
from falloff.report.lineup import panels
from falloff.report.listings import (
    Listing,
    beyond_size,
    curves,
    families,
    ranking,
    worst_cells,
)
from falloff.report.names import briefly, names_of, novelty_briefly
from falloff.report.novelty_wording import novelty_listings, novelty_sentences
from falloff.report.null_wording import null_sentences
from falloff.report.numerals import count, percent
from falloff.report.unfinished import WHOLE, Standing
from falloff.report.visible import one_line
from falloff.report.wording import (
    anytime_sentence,
    by_retention,
    headline,
    illusion_sentence,
    lede,
    verdict_sentence,
)
from falloff.report.wording_effects import wording_alarms

_MARKS = re.compile(r"([\\`*_\[\]<>|~#])")
_MOST_CELLS = 10
# Without a page to link to, the numbers that the tables show are defined on the spot.
_DEFINED_HERE = ("retention", "centre-ratio", "illusion", "volume", "edge", "shape", "verdict")


def markdown_report(
    comparison: Comparison,
    novelty: Novelty | None = None,
    *,
    standing: Standing = WHOLE,
    geometry: Sequence[Cloud] = (),
    definitions: str = "",
) -> str:
    """The finding with its tables. ``definitions``: where the numbers are defined, a link."""
    names, comparison = names_of(comparison), briefly(comparison)
    novelty = novelty_briefly(novelty, names) if novelty else None
    blocks = [
        f"# {safe_text(headline(comparison))}",
        *map(safe_text, caveats(comparison, standing)),
        safe_text(lede(comparison)),
        _verdicts(comparison),
        *map(safe_text, null_sentences(comparison)),
        table(ranking(comparison)),
        _section(families(comparison)),
        _misfits(comparison),
        *map(safe_text, wording_alarms(comparison)),
        _section(curves(comparison)),
        _section(beyond_size(comparison)),
        _section(worst_cells(comparison, most=_MOST_CELLS)),
        *map(safe_text, disputed_sentences(comparison)),
        *map(_section, likeness(comparison)),
        _section(costs(comparison)),
        _section(savings(comparison)),
        *map(safe_text, cost_sentences(comparison)),
        *map(_section, novelty_listings(novelty)),
        *(map(safe_text, novelty_sentences(novelty)) if novelty else ()),
        _section(geometry_listing(geometry, names)),
        _foot(comparison),
        _definitions(definitions),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _verdicts(comparison: Comparison) -> str:
    return "\n".join(
        f"- **{student.verdict.status}**: {safe_text(_said(student))}"
        for student in by_retention(comparison)
    )


def _said(student: StudentComparison) -> str:
    sentences = (verdict_sentence(student), illusion_sentence(student), anytime_sentence(student))
    return " ".join(filter(None, sentences))


def _misfits(comparison: Comparison) -> str:
    return "\n\n".join(safe_text(alarm) for panel in panels(comparison) for alarm in misfits(panel))


def _section(listing: Listing) -> str:
    return f"## {listing.title}\n\n{table(listing)}" if listing.rows else ""


def table(listing: Listing) -> str:
    """A listing as a table; empty where it has no rows."""
    if not listing.rows:
        return ""
    lines = [listing.heads, ("---",) * len(listing.heads)]
    lines += [tuple(safe_text(cell).replace("\n", "<br>") for cell in row) for row in listing.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _foot(comparison: Comparison) -> str:
    return (
        f"{count(comparison.probes)} probes per model on {safe_text(one_line(comparison.suite))};"
        f" μ: {safe_text(one_line(comparison.measure))}; τ = {percent(comparison.threshold)};"
        " 90 % intervals."
    )


def _definitions(link: str) -> str:
    if link:
        target = link.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return f"[How each number is defined]({target})"
    lines = [
        f"- {d.name}: {safe_text(d.meaning)}" for d in DEFINITIONS if d.anchor in _DEFINED_HERE
    ]
    return "## How each number is defined\n\n" + "\n".join(lines)


def safe_text(text: str) -> str:
    """Text in which nothing is Markdown; ``://`` is broken so that no bare link forms."""
    return _MARKS.sub(r"\\\1", text).replace("://", ":/\\/")
