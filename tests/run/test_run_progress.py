"""Progress: counts, rates and when to show them, without a clock."""

from __future__ import annotations

import pytest

from falloff.core import Outcome, Reason
from falloff.run.progress import Meter

SOLVED = Outcome(score=1.0, reason=Reason.SOLVED, calls=2)
ERROR = Outcome(score=None, reason=Reason.ERROR, calls=1)


def test_counts_add_up_over_models() -> None:
    meter = Meter({"teacher": "big", "student": "small"}, start=0.0)
    meter.expect(10)
    meter.found("teacher", 4)
    meter.note("teacher", SOLVED)
    meter.note("student", ERROR)
    seen = meter.snapshot(2.0)
    assert (seen.done, seen.total, seen.errors, seen.calls) == (6, 20, 1, 3)
    assert (seen.models["teacher"].done, seen.models["student"].done) == (5, 1)


def test_the_rate_is_of_this_session_alone() -> None:
    meter = Meter({"teacher": "big"}, start=100.0)
    meter.expect(10)
    meter.found("teacher", 6)
    meter.note("teacher", SOLVED)
    assert meter.snapshot(102.0).rate == pytest.approx(0.5)
    assert meter.snapshot(102.0).eta_seconds == pytest.approx(6.0)


def test_the_slowest_model_decides_the_time_left() -> None:
    meter = Meter({"teacher": "big", "student": "small"}, start=0.0)
    meter.expect(4)
    for role in ("teacher", "teacher", "teacher", "student"):
        meter.note(role, SOLVED)
    assert meter.snapshot(3.0).eta_seconds == pytest.approx(9.0)


def test_no_time_left_is_promised_before_every_model_has_answered() -> None:
    meter = Meter({"teacher": "big", "student": "small"}, start=0.0)
    meter.expect(4)
    meter.note("teacher", SOLVED)
    assert meter.snapshot(1.0).eta_seconds is None


def test_snapshots_are_due_five_times_a_second_at_most() -> None:
    meter = Meter({"teacher": "big"}, start=0.0)
    due = [millisecond for millisecond in range(1000) if meter.is_due(millisecond / 1000)]
    assert len(due) == 5
