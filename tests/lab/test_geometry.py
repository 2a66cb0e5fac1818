"""Laws of the measures of geometry, and the command on the embedded models."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import falloff
from falloff.cli.geometry import geometry_of_run, say_geometry
from falloff.core import UsageError
from falloff.lab.dimension import (
    effective_rank,
    linear_cka,
    participation_ratio,
    rank_correlation,
    two_nn,
)
from falloff.lab.geometry import ZONES, Cloud, ModelGeometry, tracking

SUITE = Path(__file__).parent.parent / "two_families.toml"

seeds = st.integers(0, 2**32 - 1)


def noise(seed, points, width):
    return np.random.default_rng(seed).standard_normal((points, width))


def embedded(cloud, seed, width=40):
    """The cloud turned into a wider space, scaled and shifted."""
    turn = np.linalg.qr(noise(seed, width, width))[0][: cloud.shape[1]]
    return 3.7 * cloud @ turn + 11.0


@given(seeds, st.integers(2, 12))
@settings(max_examples=10)
def test_isotropic_noise_has_the_dimension_that_it_has(seed, d):
    cloud = embedded(noise(seed, 3000, d), seed)
    assert participation_ratio(cloud) == pytest.approx(d, rel=0.03)
    assert effective_rank(cloud) == pytest.approx(d, rel=0.03)


@given(seeds)
@settings(max_examples=5)
def test_two_nn_finds_the_dimension_of_a_bent_surface(seed):
    angle, height = np.random.default_rng(seed).random((2, 900))
    roll = np.column_stack([angle * np.cos(9 * angle), angle * np.sin(9 * angle), 1.4 * height])
    assert two_nn(embedded(roll, seed)) == pytest.approx(2, abs=0.3)
    assert two_nn(embedded(noise(seed, 900, 1), seed)) == pytest.approx(1, abs=0.15)
    assert participation_ratio(roll) > 2  # it is flat nowhere


@given(seeds)
@settings(max_examples=10)
def test_cka_sees_neither_rotation_nor_scale_nor_shift(seed):
    cloud = noise(seed, 200, 12)
    assert linear_cka(cloud, embedded(cloud, seed)) == pytest.approx(1)
    other = cloud[:, :6] + 0.5 * noise(seed + 1, 200, 6)
    assert linear_cka(cloud, other) == pytest.approx(linear_cka(embedded(cloud, 1), other))
    assert 0.2 < linear_cka(cloud, other) < 0.95


def test_clouds_with_nothing_in_common_are_not_alike_though_points_are_few():
    found = [linear_cka(noise(seed, 60, 100), noise(seed + 1000, 60, 100)) for seed in range(40)]
    assert abs(np.mean(found)) < 0.05


def test_points_that_say_nothing_have_no_dimension():
    same = np.ones((50, 5))
    assert all(np.isnan(f(same)) for f in (participation_ratio, effective_rank, two_nn))
    assert np.isnan(linear_cka(same, noise(0, 50, 5)))
    assert np.isnan(two_nn(noise(0, 7, 3)))


def test_rank_correlation_of_many_models_covers_the_truth():
    x, errors = noise(1, 60, 2).T
    found = rank_correlation(x, x + errors)
    assert 0.3 < found.low < found.estimate < found.high < 0.95
    assert rank_correlation(x, np.exp(x)).estimate == pytest.approx(1)
    assert rank_correlation(x, -x).estimate == pytest.approx(-1)
    assert rank_correlation(x[:4], x[:4]).estimate is None
    assert rank_correlation(x, np.zeros(60)).estimate is None


def test_only_students_are_held_against_retention():
    def model(retention, value):
        clouds = tuple(
            Cloud(zone=zone, points=9, participation_ratio=value, effective_rank=1.0,
                  two_nn=-value, cka=float("nan"))
            for zone in ZONES
        )  # fmt: skip
        return ModelGeometry(
            model="m", retention=retention, untrained=retention is None, width=4, clouds=clouds
        )

    found = tracking([model(None, 99.0), *(model(r, 10 * r) for r in np.linspace(0.2, 1, 8))])
    by_measure = {one.measure: one for one in found if one.zone == "edge"}
    assert by_measure["participation_ratio"].correlation.estimate == pytest.approx(1)
    assert by_measure["two_nn"].correlation.estimate == pytest.approx(-1)
    assert by_measure["cka"].correlation.estimate is None
    assert by_measure["cka"].models == 8


def test_the_command_shows_models_beside_untrained_ones(tmp_path, capsys):
    run = tmp_path / "run.falloff"
    falloff.compare("micro:teacher", "micro:narrow", suite=SUITE, budget=60, run=run)
    say_geometry(*geometry_of_run(run, count=24, layer=-1, seed=0), as_json=True)
    teacher, student, *untrained = json.loads(capsys.readouterr().out)["models"]
    assert [teacher["model"], student["model"]] == ["micro:teacher", "micro:narrow"]
    assert len(untrained) == 2
    assert all(model["untrained"] for model in untrained)
    assert [cloud["cka"] for cloud in teacher["clouds"]] == pytest.approx([1, 1, 1])
    for cloud, fresh in zip(student["clouds"], untrained[-1]["clouds"], strict=True):
        assert cloud["zone"] == fresh["zone"]
        assert 1 <= cloud["participation_ratio"] <= student["width"]
        assert cloud["participation_ratio"] != fresh["participation_ratio"]


def test_models_that_show_no_weights_are_refused(tmp_path):
    run = tmp_path / "run.falloff"
    falloff.compare("sim:teacher", "sim:narrow", suite=SUITE, budget=32, run=run)
    with pytest.raises(UsageError, match="'sim:teacher' shows no hidden states"):
        geometry_of_run(run, count=24, layer=-1, seed=0)
