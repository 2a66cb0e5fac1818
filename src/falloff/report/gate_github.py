"""A gate as GitHub shows it: annotations beside the job, and the job's summary in Markdown."""

from __future__ import annotations

from falloff.analysis.gate import GateReport
from falloff.report.gate_wording import (
    gate_advice,
    gate_gaps,
    gate_listing,
    gate_notes,
    gate_title,
    rule_sentence,
)
from falloff.report.markdown import safe_text, table
from falloff.report.visible import one_line

_LEVELS = {"fail": "error", "unmeasured": "error", "inconclusive": "warning", "pass": "notice"}
_MARKS = {"pass": "✅", "fail": "❌", "inconclusive": "❔"}
_LONG = 500


def workflow_commands(report: GateReport) -> tuple[str, ...]:
    """Workflow commands, one a line: the finding of every student, and each rule not passed."""
    lines = []
    for result in report.students:
        title = "falloff gate: " + one_line(result.student)
        lines.append(_command(_LEVELS[result.status], title, gate_title(report, result)))
        lines += [
            _command(_LEVELS[rule.status], title, rule_sentence(rule))
            for rule in result.rules
            if rule.status != "pass"
        ]
    return tuple(lines)


def step_summary(report: GateReport) -> str:
    """The gate with its evidence, as Markdown."""
    blocks = [f"## falloff gate: {report.status} {_MARKS[report.status]}"]
    for result in report.students:
        blocks += [
            f"**{_MARKS[result.status]} {safe_text(gate_title(report, result))}**",
            safe_text(gate_advice(result)),
            table(gate_listing(result)),
            *map(safe_text, gate_gaps(result)),
        ]
    blocks.append("\n".join(f"- {safe_text(note)}" for note in gate_notes(report)))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _command(level: str, title: str, message: str) -> str:
    """Nothing that a name holds ends the command, or begins another."""
    text = _escaped(one_line(message, limit=_LONG))
    label = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={label}::{text}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
