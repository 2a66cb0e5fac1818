"""A gate in words: what was asked for, what was found, and what follows."""

from __future__ import annotations

from falloff.analysis.gate import GateReport, GateResult, Ruled
from falloff.report.listings import Listing
from falloff.report.numerals import (
    DASH,
    count,
    defined,
    percent,
    percent_beside,
    percent_exact,
    plural,
    roughly,
    span,
)
from falloff.report.scales import spoken_name, spoken_place
from falloff.report.unfinished import errors_words, placed_words
from falloff.report.visible import one_line

_SUBJECTS = {
    "overall": "retention overall",
    "worst_cell": "retention in the worst cell",
    "centre": "competence at the centre, to the teacher's",
    "lost": "lost: solved by the teacher alone",
    "pass_k": "pass^k, to the teacher's",
    "inside": "retention inside the training data's rim",
    "rim": "retention at the rim",
    "beyond": "retention beyond the rim",
    "drop": "retention less the baseline's",
}
_LABELS = {
    "overall": "retention overall",
    "worst_cell": "worst cell",
    "centre": "centre ratio",
    "lost": "lost to the teacher",
    "pass_k": "pass^k ratio",
    "inside": "inside the rim",
    "rim": "at the rim",
    "beyond": "beyond the rim",
    "drop": "against the baseline",
}
STANDINGS = {
    "pass": "pass",
    "fail": "fail",
    "inconclusive": "inconclusive",
    "unmeasured": "not measured",
}


def gate_title(report: GateReport, result: GateResult) -> str:
    """What follows for one student: ``micro:narrow fails as a replacement of micro:teacher``."""
    name, teacher = one_line(result.student), one_line(report.teacher)
    said = {
        "pass": f"{name} may take {teacher}'s place by this policy",
        "fail": f"{name} may not take {teacher}'s place by this policy",
        "inconclusive": f"Whether {name} may take {teacher}'s place is not settled",
    }[result.status]
    return f"{said}: {_tally(result)}."


def gate_advice(result: GateResult) -> str:
    """What would settle an open gate; empty where it is settled."""
    if result.status != "inconclusive":
        return ""
    if not result.finished:
        return "The run is not finished: the command that made it goes on with it."
    if result.further is None:
        return "No number of further probes that can be named would settle it."
    return (
        f"About {roughly(result.further)} further probes to each model would settle it in four"
        " cases of five: run the same comparison with a larger --budget."
    )


def gate_gaps(result: GateResult) -> tuple[str, ...]:
    """Why rules could not be weighed, a sentence each."""
    return tuple(rule_sentence(rule) for rule in result.rules if rule.why is not None)


def gate_listing(result: GateResult) -> Listing:
    """Every rule with its evidence."""
    return Listing(
        title=f"Rules, {one_line(result.student)}",
        heads=("Rule", "Margin", "Estimate", "95 % bounds", "Probes", "Standing"),
        spare=("Probes", "Estimate"),
        rows=tuple(
            (
                _label(rule),
                rule_margin(rule),
                _signed(rule, rule.estimate),
                _bounds(rule),
                count(rule.probes) if rule.why is None else "",
                STANDINGS[rule.status],
            )
            for rule in result.rules
        ),
    )


def rule_subject(rule: Ruled) -> str:
    """Of what a rule is: ``retention of tool chain``."""
    if rule.cell is not None:
        place = spoken_place(rule.cell.coordinate, {})
        return f"{_SUBJECTS[rule.kind]}: {spoken_name(rule.cell.family)}, {place}"
    if rule.name:
        return f"retention of {spoken_name(rule.name)} ({rule.kind})"
    return _SUBJECTS[rule.kind]


def rule_margin(rule: Ruled) -> str:
    """``at least 90 %``."""
    if rule.kind == "drop":
        return f"at least {percent(rule.margin, 1).removesuffix(' %').removesuffix('.0')} points"
    return f"at {'most' if rule.at_most else 'least'} {percent_exact(rule.margin)}"


def rule_sentence(rule: Ruled) -> str:
    """A rule, its margin and its evidence in a sentence."""
    head = f"{rule_subject(rule)} must be {rule_margin(rule)}"
    if rule.why is not None:
        return f"{head}, but {one_line(rule.why, limit=200).rstrip('?')}."
    further = (
        "" if rule.further is None else f"; some {roughly(rule.further)} probes would settle it"
    )
    return (
        f"{head}; it is {_signed(rule, rule.estimate)}, 95 % bounds {_bounds(rule)},"
        f" from {plural(rule.probes, 'probe')}{further}."
    )


def gate_notes(report: GateReport) -> tuple[str, ...]:
    """What a reader must know of the policy, the run and the bounds."""
    policy = report.policy
    notes = [
        f"Policy: {one_line(policy.name, limit=200)}."
        if policy.name
        else "No policy was given, so the default holds: retention overall at least 90 %."
    ]
    if report.unasked or not all(result.finished for result in report.students):
        placed = placed_words(
            probes=report.probes,
            budget=report.budget,
            answered=report.answered,
            unasked=report.unasked,
        )
        notes.append(f"{placed} It cannot pass before it is finished.")
    if report.errors:
        notes.append(errors_words(report.errors))
    if any(result.anytime for result in report.students):
        notes.append(
            "Bounds are those that hold however often a run is looked at and continued, since this"
            " one was, or may be."
        )
    if report.against:
        run, student = (one_line(text, limit=200) for text in report.against)
        notes.append(
            f"The baseline is {student} of {run}, "
            + ("on the same probes." if report.paired else "its draws taken as independent.")
        )
    if policy.drop is not None and not report.against:
        notes.append("[against] is not in scope, since there is no --against.")
    return tuple(notes)


def _label(rule: Ruled) -> str:
    """What stands in a table, where there is little room."""
    if rule.cell is not None:
        place = spoken_place(rule.cell.coordinate, {})
        return f"worst cell, {spoken_name(rule.cell.family)}\n{place}"
    return f"{rule.kind} {spoken_name(rule.name)}" if rule.name else _LABELS[rule.kind]


def _tally(result: GateResult) -> str:
    met = [rule.status for rule in result.rules]
    said = {
        "fail": "failed",
        "unmeasured": "not measured",
        "inconclusive": "not settled",
        "pass": "passed",
    }
    parts = [f"{met.count(key)} {word}" for key, word in said.items() if key in met]
    return f"of {plural(len(met), 'rule')} {', '.join(parts)}"


def _signed(rule: Ruled, value: float | None) -> str:
    """A share beside its margin, so that rounding never puts it on the other side."""
    if not defined(value):
        return DASH
    if rule.kind == "drop":
        return percent(value, 1).replace(" %", " points")
    return percent_beside(value, rule.margin)


def _bounds(rule: Ruled) -> str:
    if not (defined(rule.low) and defined(rule.high)):
        return DASH
    low, high = _signed(rule, rule.low), _signed(rule, rule.high)
    unit = high[high.rindex(" ") :]
    return span(low.removesuffix(unit), high)
