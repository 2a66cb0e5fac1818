"""The JSON objects keep their keys, and are JSON whatever the numbers are."""

import json
from dataclasses import replace

from falloff.analysis.audit import Audit
from falloff.analysis.estimates import Interval
from falloff.analysis.pair_estimates import CellDrop
from falloff.report import comparison_as_dict, profile_as_dict
from falloff.report.contents import ReportContents

UNAUDITED = Audit(probes=0, correction=0.0, se=float("inf"))
INTERVAL = {"estimate", "low", "high", "censored"}


def test_compare_has_the_documented_keys(contents: ReportContents) -> None:
    made = comparison_as_dict(contents.comparison, run="runs/x.falloff", calls=5170)
    assert {"teacher", "students", "covered_weight", "run", "probes", "calls"} <= set(made)
    assert (made["run"], made["probes"], made["calls"]) == ("runs/x.falloff", 600, 5170)
    student = made["students"][0]
    keys = {"model", "retention", "centre_ratio", "illusion", "verdict", "families"}
    assert keys <= set(student)
    assert student["verdict"] in {"pass", "fail", "inconclusive"}
    family = student["families"][0]
    assert {"family", "capability", "retention", "teacher", "student"} <= set(family)
    for side in (family["teacher"], family["student"]):
        assert {"centre", "volume", "edges", "status"} <= set(side)
        assert set(side["edges"]) == {"steps", "distractors"}
        assert all(set(edge) == INTERVAL for edge in side["edges"].values())
        assert set(side["centre"]) == set(side["volume"]) == INTERVAL


def test_a_censored_edge_keeps_its_bound(contents: ReportContents) -> None:
    made = comparison_as_dict(contents.comparison, run="", calls=0)
    edge = made["students"][0]["families"][0]["teacher"]["edges"]["distractors"]
    assert (edge["estimate"], edge["high"], edge["censored"]) == (16, None, "above")


def test_measure_has_the_documented_keys(contents: ReportContents) -> None:
    made = profile_as_dict(contents.comparison.teacher, run="runs/x.falloff", calls=1240)
    assert {"model", "families", "probes", "calls", "run"} <= set(made)
    keys = {"family", "capability", "centre", "volume", "volume_at", "edges", "status"}
    assert all(keys <= set(family) for family in made["families"])
    assert made["families"][2]["status"] == "centre_not_established"


def test_what_is_measured_beyond_the_size_is_there(contents: ReportContents) -> None:
    made = comparison_as_dict(contents.comparison, run="", calls=0)
    narrow = made["students"][0]
    chain, tools, _ = narrow["families"]
    for key in ("retention_in_u", "radius", "containment"):
        assert set(chain[key]) == INTERVAL
    assert chain["shape"]["different"] is True
    assert set(chain["shape"]["factor"]) == INTERVAL
    side = chain["student"]
    assert set(side["volume_relative"]) == INTERVAL
    assert side["compounding"]["distractors"] is None
    assert 0 < side["compounding"]["steps"]["step_accuracy"] <= 1
    steps = [step["competence"] for step in side["monotone"]["steps"]]
    assert steps == sorted(steps, reverse=True)
    assert not side["audit"]["misfit"]
    assert tools["student"]["audit"]["misfit"]
    assert set(tools["student"]["audit"]["correction"]) == INTERVAL
    assert narrow["bounds"]["anytime"] == {"verdict": "fail", "low": 0.35, "high": 0.48}
    assert made["students"][1]["bounds"]["anytime"]["low"] is None


def test_an_audit_without_probes_claims_no_number(contents: ReportContents) -> None:
    family = replace(contents.comparison.teacher.families[0], audit=UNAUDITED)
    made = profile_as_dict(
        replace(contents.comparison.teacher, families=(family,)), run="", calls=0
    )
    audit = made["families"][0]["audit"]
    assert audit["correction"] == dict.fromkeys(INTERVAL)
    assert audit["standard_error"] is audit["detectable"] is None


def test_numbers_that_are_no_json_become_null(contents: ReportContents) -> None:
    student = contents.comparison.students[0]
    broken = Interval(estimate=float("nan"), low=float("-inf"), high=float("inf"))
    cell: CellDrop = replace(student.worst[0], teacher_solved=float("nan"))
    student = replace(student, retention=broken, covered_weight=float("nan"), worst=(cell,))
    comparison = replace(contents.comparison, students=(student,))
    made = comparison_as_dict(comparison, run="", calls=0)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert made["students"][0]["retention"] == dict.fromkeys(INTERVAL)


def test_one_model_alone_exports_without_students(alone: ReportContents) -> None:
    made = comparison_as_dict(alone.comparison, run="", calls=0)
    assert made["students"] == []
    assert made["covered_weight"] is None
