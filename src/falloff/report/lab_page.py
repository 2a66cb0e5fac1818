"""The lab's findings as a page of Markdown, with one figure an experiment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from falloff.analysis.findings import Finding
from falloff.analysis.hypotheses import LEAST_SEEDS, Answer
from falloff.report.lab_figures import figure_of
from falloff.report.lab_listings import (
    contrast_listing,
    effect_words,
    model_listing,
    verdict_listing,
)
from falloff.report.markdown import safe_text, table
from falloff.report.numerals import plural

_HEAD = """# What the lab found

The lab grows small teachers and students under control, to see whether distilling narrows a model
and what mends it. Each hypothesis says beforehand, in its TOML, what it would take to hold; the
verdict is counted from the numbers. [How experiments are written](experiments.md); what the words
mean, and what all this does not show, is at the end. This page is written by `falloff lab report`.
"""
_NOTHING_STATED = "No hypothesis was run yet, so none is answered here."
_DEFINITIONS = f"""## How it is measured

- Every model of a seed is asked the same probes, greedy; each seed has probes of its own. Verdicts
  are exact: either the oracle's whole episode is the model's arg-max, or the episode is played.
- **Competence** c = (score − g·readable)/(1 − g), g the family's chance level. **Volume**: its mean
  over probes drawn from μ, uniform over the listed levels of the box. **Retention**: volume over
  the teacher's. **Centre**: its mean over probes at the centre.
- **Near**: off the centre, where the narrow corpus is expected to hold at least one item, its thin
  tail. **Beyond**: where it is expected to hold less than one.
- **Effects** are taken within each training seed; over seeds, Student's 90 % interval of the mean.
  **Held**: the whole interval meets the criterion. **Did not hold**: none of it does. **Not
  decided**: anything else, a condition that is not met, or fewer than {LEAST_SEEDS} seeds.
"""
_LIMITS = """## What it does not show

- Micro models of a tenth to a third of a million weights, in a dialect of their own, are no
  frontier models. That something holds here makes it possible elsewhere, not likely; that it fails
  here makes it no law.
- What is grown once for all seeds has one seed: the teacher, and in the setting `quick` the base
  that all students start from. Intervals hold over students, not over those.
- One setting of slices, sizes and budgets each. The settings were chosen on whether teacher and
  base learn, never on a hypothesis; others may fall otherwise.
- "Not decided" is no evidence either way.
"""


def lab_page(findings: Sequence[Finding], stem: str, remarks: str = "") -> str:
    """The page; figures are named as :func:`lab_figures` names them. ``remarks``: Markdown that
    someone wrote about the findings, put after the verdicts."""
    stated = [found for found in findings if found.hypothesis]
    blocks = [
        _HEAD,
        f"{_counted(stated)}\n\n{table(verdict_listing(stated))}\n" if stated else _NOTHING_STATED,
        remarks and f"{remarks.strip()}\n",
        *(_section(found, stem) for found in findings),
        _DEFINITIONS,
        _LIMITS,
    ]
    return "\n".join(block for block in blocks if block)


def lab_figures(findings: Sequence[Finding], stem: str) -> dict[str, str]:
    """SVG by file name, for every finding that has a figure."""
    drawn = {_figure_name(found, stem): figure_of(found) for found in findings}
    return {name: str(figure) for name, figure in drawn.items() if figure is not None}


def _figure_name(found: Finding, stem: str) -> str:
    return f"{stem}-{found.experiment}-{found.setting}.svg"


def _counted(stated: Sequence[Finding]) -> str:
    """How many of which verdict."""
    counts = Counter(str(found.verdict) for found in stated)
    said = [f"**{counts[str(answer)]} {answer}**" for answer in Answer if counts[str(answer)]]
    return f"Of {plural(len(stated), 'verdict')}, {', '.join(said)}:"


def _section(found: Finding, stem: str) -> str:
    title = f"{found.hypothesis or found.experiment} ({found.setting})"
    name = _figure_name(found, stem)
    asked = (
        f"{plural(found.seeds, 'seed')}; {', '.join(found.families)}; {found.box} probes of the box"
        f" and {found.centre} at the centre a family and seed; setting `{found.setting}`."
    )
    parts = [
        f"## {safe_text(title)}: {safe_text(found.claim or found.purpose)}",
        _verdict(found),
        f"{safe_text(found.purpose)} {asked}" if found.claim else asked,
        f"![{safe_text(title)}]({name})" if figure_of(found) is not None else "",
        table(contrast_listing(found)),
        table(model_listing(found)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(found: Finding) -> str:
    if not found.hypothesis:
        return ""
    first = next(row for row in found.contrasts if row.role == "decides")
    return (
        f"**{str(found.verdict).capitalize()}** ({safe_text(found.why)})."
        f" {safe_text(first.name)}: {effect_words(first.effect, first.measure)}."
    )
