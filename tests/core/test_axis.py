"""Axes and coordinates."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.core import Axis, Coordinate, UnknownNameError, UsageError

STEPS = Axis(name="steps", unit="steps", levels=(1, 2, 4, 16), description="")
NOISE = Axis(name="noise", unit="%", levels=(0, 0.5, 1), description="", integer=False)
AXES = (STEPS, NOISE)


def test_the_scale_is_zero_at_the_centre_and_one_at_the_top():
    assert STEPS.u(1) == 0
    assert STEPS.u(16) == pytest.approx(1)


def test_the_log_scale_follows_its_formula():
    assert STEPS.u(4) == pytest.approx(math.log2(5 / 2) / math.log2(17 / 2))


@given(st.floats(0, 1))
def test_dose_is_the_inverse_of_u(u):
    assert STEPS.u(STEPS.dose(u)) == pytest.approx(u, abs=1e-12)


@given(st.lists(st.floats(1, 16), min_size=2, max_size=2, unique=True))
def test_the_scale_is_monotone(doses):
    low, high = sorted(doses)
    assert STEPS.u(low) <= STEPS.u(high)


def test_the_key_of_a_coordinate_is_canonical():
    at = Coordinate.at(AXES, {"noise": 0.5, "steps": 3})
    assert at.key == "steps=3,noise=0.5"
    assert Coordinate.parse(AXES, at.key) == at


def test_axes_left_out_stand_at_their_centre():
    assert Coordinate.parse(AXES, "").key == "steps=1,noise=0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("steps=17", "has no dose 17"),
        ("steps=0", "has no dose 0"),
        ("steps=1.5", "has no dose 1.5"),
        ("steps=nan", "has no dose nan"),
        ("steps=x", "is not a dose"),
        ("steps", "is not a dose"),
    ],
)
def test_a_bad_dose_is_one_clear_error(text, message):
    with pytest.raises(UsageError, match=message) as caught:
        Coordinate.parse(AXES, text)
    assert caught.value.remedy


def test_an_unknown_axis_is_answered_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'steps'"):
        Coordinate.parse(AXES, "step=2")


def test_levels_that_do_not_ascend_are_refused():
    with pytest.raises(UsageError, match="levels"):
        Axis(name="a", unit="", levels=(2, 1), description="")
