"""Hypotheses over seeds: held, not held, not decided, on made-up numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.analysis.estimates import Interval
from falloff.analysis.findings import Finding, contrast_rows
from falloff.analysis.hypotheses import Answer, Claim, Contrast, Part, judge, over_seeds
from falloff.report.lab_export import findings_as_dict
from falloff.report.lab_figures import figure_of
from falloff.report.lab_page import lab_figures, lab_page

BROAD, NARROW = Part(model="broad"), Part(model="narrow", family="rules")


def contrast(**changes):
    given = {"name": "gap", "measure": "kept", "plus": (BROAD,), "minus": (NARROW,)}
    criterion = {} if "within" in changes else {"at_least": 0.05}
    return Contrast(**(given | criterion | changes))


def judged(gaps, *contrasts):
    claim = Claim(hypothesis="H1", claim="Broad keeps more.", contrasts=contrasts or (contrast(),))
    return judge(claim, [{"kept": {BROAD: 0.5 + gap, NARROW: 0.5}} for gap in gaps])


@pytest.mark.parametrize(
    ("gaps", "answer"),
    [
        ([0.20, 0.22, 0.18, 0.21, 0.19], Answer.HELD),
        ([0.01, 0.00, -0.01, 0.02, 0.01], Answer.FAILED),
        ([0.30, 0.00, 0.10, -0.05, 0.20], Answer.OPEN),
        ([0.20, 0.22, 0.18, 0.21], Answer.OPEN),
    ],
)
def test_a_criterion_is_met_failed_or_open_by_the_whole_interval(gaps, answer):
    assert judged(gaps).answer is answer


def test_tracking_is_the_correlation_of_ranks():
    parts = tuple(Part(model=name) for name in "abcd")
    seed = {
        "kept": dict(zip(parts, (1, 2, 3, 9), strict=True)),
        "size": dict(zip(parts, (1, 2, 4, 3), strict=True)),
    }
    tracking = contrast(plus=parts, minus=(), measure="size", tracks="kept")
    # 1 − 6·Σd²/(n(n² − 1)), d = 0, 0, 1, −1
    assert tracking.effect(seed) == pytest.approx(1 - 6 * 2 / (4 * 15))
    assert tracking.effect(seed | {"kept": dict.fromkeys(parts, 1.0)}) is None


def test_fewer_than_five_seeds_decide_nothing_and_it_says_so():
    assert judged([0.2] * 4).why == "4 of 5 seeds"


def test_a_condition_that_is_not_met_leaves_the_hypothesis_open():
    condition = contrast(name="alike", role="condition", within=0.05)
    found = judged([0.20, 0.22, 0.18, 0.21, 0.19], contrast(), condition)
    assert (found.answer, found.why) == (Answer.OPEN, "the condition 'alike' is not met")


def test_what_stands_beside_does_not_decide():
    beside = contrast(name="huge", role="beside", at_least=0.9)
    assert judged([0.20, 0.22, 0.18, 0.21, 0.19], contrast(), beside).answer is Answer.HELD


def test_all_that_decides_has_to_hold():
    huge = contrast(name="huge", at_least=0.9)
    found = judged([0.20, 0.22, 0.18, 0.21, 0.19], contrast(), huge)
    assert (found.answer, found.why) == (Answer.FAILED, "failed: huge")


def test_an_undefined_number_is_no_seed():
    claim = Claim(hypothesis="H1", claim="", contrasts=(contrast(),))
    seeds = [{"kept": {BROAD: 0.9, NARROW: None if i == 0 else 0.5 + i / 1e4}} for i in range(5)]
    found = judge(claim, seeds)
    assert found.answer is Answer.OPEN
    assert len(found.found[0].effects) == 4


def test_the_interval_is_students():
    found = over_seeds([1.0, 2.0, 3.0, 4.0, 5.0])
    # t(4; .95) = 2.131847 (tables), s = √2.5
    half = 2.131847 * math.sqrt(2.5 / 5)
    assert (found.estimate, found.low, found.high) == pytest.approx((3, 3 - half, 3 + half))


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=9), st.floats(-2, 2))
def test_shifting_every_effect_shifts_the_interval(effects, by):
    plain, moved = over_seeds(effects), over_seeds([effect + by for effect in effects])
    assert moved.low == pytest.approx(plain.low + by, abs=1e-9)
    assert moved.high == pytest.approx(plain.high + by, abs=1e-9)


def finding(judgement):
    return Finding(
        experiment="h1",
        setting="small",
        purpose="Labels and prompts.",
        hypothesis="H1",
        claim="Broad keeps <more>.",
        verdict=judgement.answer,
        why=judgement.why,
        seeds=judgement.seeds,
        families=("rules",),
        box=10,
        centre=5,
        contrasts=contrast_rows(judgement),
        models=(),
    )


def test_a_finding_survives_being_written():
    found = finding(judged([0.20, 0.22, 0.18, 0.21, 0.19]))
    assert Finding.from_dict(found.as_dict()) == found
    assert found.effect.estimate == pytest.approx(0.2)


def test_the_json_of_a_report_has_what_is_promised():
    (one,) = findings_as_dict([finding(judged([0.2] * 4 + [0.21]))])["hypotheses"]
    assert (one["hypothesis"], one["verdict"], one["seeds"]) == ("H1", "held", 5)
    assert set(one["effect"]) == {"estimate", "low", "high", "censored"}


def test_the_page_says_verdict_effect_and_limits_and_has_a_figure():
    found = finding(judged([0.20, 0.22, 0.18, 0.21, 0.19]))
    page = lab_page([found], "lab", "## What surprised\n\nNothing.\n")
    assert "Of 1 verdict, **1 held**" in page.partition("What surprised")[0]
    assert "Nothing." in page.partition("## H1 (small)")[0]
    assert "**Held**" in page
    assert "20 points (18–22)" in page
    assert "What it does not show" in page
    assert "<more>" not in page
    assert list(lab_figures([found], "lab")) == ["lab-h1-small.svg"]
    assert "at least 5 points" in str(figure_of(found))


def test_a_finding_without_numbers_has_no_figure():
    found = finding(judge(Claim(hypothesis="H1", claim="", contrasts=(contrast(),)), []))
    assert found.effect == Interval(estimate=None)
    assert figure_of(found) is None
    assert "lab-h1" not in lab_page([found], "lab")
