"""A gate for other programs: one JSON object, and JUnit XML as build servers read it."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree as ET

from falloff.analysis.gate import GateReport, GateResult, Ruled
from falloff.report.gate_wording import (
    gate_advice,
    gate_notes,
    gate_title,
    rule_sentence,
    rule_subject,
)
from falloff.report.visible import one_line

_LONG = 500


def gate_as_dict(report: GateReport) -> dict[str, Any]:
    """The object of ``gate --json``; bounds are one-sided at 95 %."""
    return {
        "gate": report.status,
        "run": report.run,
        "suite": report.suite,
        "teacher": report.teacher,
        "probes": report.probes,
        "policy": report.policy.name or None,
        "students": [_result(report, result) for result in report.students],
        "answered": report.answered,
        "errors": report.errors,
        "unasked": report.unasked,
        "against": dict(zip(("run", "student"), report.against, strict=True))
        if report.against
        else None,
        "paired": report.paired,
        "notes": list(gate_notes(report)),
    }


def junit_xml(report: GateReport) -> str:
    """A test suite a student, a test case a rule; what is open is an error, never a success."""
    suites = ET.Element("testsuites", name="falloff gate")
    for result in report.students:
        suite = ET.SubElement(
            suites,
            "testsuite",
            name=one_line(result.student),
            tests=str(len(result.rules) + 1),
            failures=str(sum(r.status in ("fail", "unmeasured") for r in result.rules)),
            errors=str(
                sum(r.status == "inconclusive" for r in result.rules) + (not result.finished)
            ),
        )
        for rule in result.rules:
            _case(suite, result, rule)
        case = _element(suite, "testcase", classname=result.student, name="the run is finished")
        if not result.finished:
            _element(case, "error", gate_advice(result), type="inconclusive", message="unfinished")
        _element(suite, "system-out", "\n".join((gate_title(report, result), *gate_notes(report))))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, result: GateResult, rule: Ruled) -> None:
    case = _element(suite, "testcase", classname=result.student, name=rule.key)
    kind = {"fail": "failure", "unmeasured": "failure", "inconclusive": "error"}.get(rule.status)
    if kind:
        _element(case, kind, rule_sentence(rule), type=rule.status, message=rule_subject(rule))


def _element(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """An element whose text holds no character that XML has no place for."""
    shown = {name: one_line(value, limit=_LONG) for name, value in attributes.items()}
    child = ET.SubElement(parent, tag, shown)
    if text:
        child.text = "\n".join(one_line(line, limit=_LONG) for line in text.split("\n"))
    return child


def _result(report: GateReport, result: GateResult) -> dict[str, Any]:
    return {
        "student": result.student,
        "gate": result.status,
        "finding": gate_title(report, result),
        "rules": [_rule(rule) for rule in result.rules],
        "anytime": result.anytime,
        "finished": result.finished,
        "further_probes": result.further,
    }


def _rule(rule: Ruled) -> dict[str, Any]:
    return {
        "rule": rule.key,
        "status": rule.status,
        "margin": rule.margin,
        "at_most": rule.at_most,
        "estimate": _finite(rule.estimate),
        "low": _finite(rule.low),
        "high": _finite(rule.high),
        "probes": rule.probes,
        "further_probes": rule.further,
        "why": rule.why,
        "cell": {
            "family": rule.cell.family,
            "coordinate": {axis: float(dose) for axis, dose in rule.cell.coordinate},
        }
        if rule.cell
        else None,
    }


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
