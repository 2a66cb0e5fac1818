"""The contour over a pair of axes is where the region's own competence is τ."""

import numpy as np
import pytest

from falloff.analysis.contours import contours
from falloff.analysis.layout import Layout
from falloff.analysis.region import Regions
from falloff.core import Axis

TAU = 0.5
AXES = tuple(Axis(name=name, unit="", description="", levels=(0, 1, 3, 7)) for name in "abc")


@pytest.fixture
def regions() -> Regions:
    rng = np.random.default_rng(5)
    return Regions(
        h=np.exp(rng.normal(-0.4, 0.4, (60, 3))),
        b=np.exp(rng.normal(1.0, 0.5, (60, 3))),
        rho=np.exp(rng.normal(0.6, 0.3, 60)),
        lapse=rng.uniform(0.0, 0.4, 60),
        link=np.exp(rng.normal(0.0, 0.5, 60)),
    )


def test_on_the_contour_competence_is_the_threshold(regions: Regions) -> None:
    u = np.linspace(0.0, 1.0, 9)
    found = regions.contour(0, 2, TAU, u)
    for i, x in enumerate(u):
        places = np.zeros((len(found), 3))
        places[:, 0], places[:, 2] = x, found[:, i]
        there = np.diagonal(regions.competence(places))
        on = found[:, i] > 0
        np.testing.assert_allclose(there[on], TAU, atol=1e-3)
        # Where there is no room left on the second axis, the first alone breaks it.
        assert (there[~on] <= TAU + 1e-9).all()


def test_it_begins_at_the_edge_of_one_axis_and_ends_at_that_of_the_other(regions: Regions) -> None:
    np.testing.assert_allclose(
        regions.contour(0, 1, TAU, np.zeros(1))[:, 0], regions.edge(1, TAU), rtol=1e-3
    )
    for just, ended in ((0.999, False), (1.001, True)):
        ends = [
            regions.contour(0, 1, TAU, np.array([edge * just]))[row, 0] == 0
            for row, edge in enumerate(regions.edge(0, TAU))
        ]
        assert set(ends) == {ended}


def test_a_centre_below_the_threshold_has_no_contour(regions: Regions) -> None:
    lost = Regions(h=regions.h, b=regions.b, rho=regions.rho, lapse=np.full(60, 0.6))
    assert not lost.contour(0, 1, TAU, np.linspace(0, 1, 5)).any()


def test_every_pair_has_a_falling_contour_within_its_band(regions: Regions) -> None:
    found = contours(Layout(axes=AXES), regions, TAU)
    assert [(c.x, c.y) for c in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    for contour in found:
        low, value, high = map(np.array, (contour.low, contour.value, contour.high))
        assert (np.diff(value) <= 1e-9).all()
        assert ((low <= value) & (value <= high)).all()
