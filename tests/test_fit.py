"""``falloff.fit`` from Python: curves and regions, the same from a file as from rows."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import falloff

ROOT = Path(__file__).parent.parent
LENGTHS = ROOT / "examples" / "synthetic-lengths.csv"
STEPS, NOISE = (1, 2, 4, 8, 16), (0, 1, 2, 4)
CELLS = tuple(itertools.product(STEPS, NOISE))


def competence(steps, noise, reach):
    return 1 / (1 + ((steps - 1) / (10 * reach)) ** 2 + (noise / (3 * reach)) ** 2)


def rows(reaches, *, repeats=8, seed=0, cells=CELLS):
    """Outcomes of models (name → reach) on every cell, the same items."""
    rng = np.random.default_rng(seed)
    return [
        {
            "model": model,
            "item": f"{i}/{steps}/{noise}",
            "level_steps": steps,
            "level_noise": noise,
            "score": bool(rng.random() < competence(steps, noise, reach)),
        }
        for model, reach in reaches.items()
        for i in range(repeats)
        for steps, noise in cells
    ]


def test_a_file_and_its_rows_give_the_same_curves():
    lines = [line.split(",") for line in LENGTHS.read_text().splitlines()]
    same = [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
    by_file, by_rows = (falloff.fit(data, resamples=100) for data in (str(LENGTHS), same))
    assert by_file.curves == by_rows.curves
    assert by_file.pairs == by_rows.pairs
    assert by_file.as_dict() | {"data": None} == by_rows.as_dict()


def test_the_example_of_the_docs_runs():
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "fit.md").read_text(), re.S)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert "synthetic-teacher" in done.stdout


def test_several_level_columns_give_a_region_a_model_and_paired_retention(tmp_path):
    fit = falloff.fit(rows({"big": 1.0, "small": 0.5}))
    assert fit.curves == ()
    big, small = fit.regions
    assert [curve.axis for curve in big.profile.curves] == ["level_steps", "level_noise"]
    assert small.profile.volume.high < big.profile.volume.low
    (pair,) = fit.pairs
    assert (pair.reference, pair.model, pair.items) == ("big", "small", 160)
    assert pair.retention.high < 1
    said = json.loads(json.dumps(fit.as_dict(), allow_nan=False))
    assert [axis["scale"] for axis in said["axes"]] == ["log", "linear"]
    assert said["regions"][0]["edges"].keys() == {"level_steps", "level_noise"}
    paths = fit.plot(tmp_path / "plot.svg")
    assert [path.name for path in paths] == ["plot-1.svg", "plot-2.svg"]
    for path in paths:
        assert ElementTree.fromstring(path.read_text()).tag.endswith("svg")  # noqa: S314
    assert "<svg" in fit._repr_html_()


def test_volumes_of_regions_hold_the_truth_about_as_often_as_they_say():
    """Of 24 intervals at 90 %, fewer than 18 hold it with a probability of 2 %."""
    truth = np.mean([competence(steps, noise, 1.0) for steps, noise in CELLS])
    held = 0
    for seed in range(24):
        volume = falloff.fit(rows({"big": 1.0}, seed=seed)).regions[0].profile.volume
        held += volume.low <= truth <= volume.high
    assert held >= 18


@pytest.mark.parametrize("solved", [True, False])
def test_all_right_and_all_wrong_are_results_without_a_warning(solved):
    same = [row | {"score": solved} for row in rows({"big": 1.0}, repeats=2)]
    (region,) = falloff.fit(same).regions
    volume = region.profile.volume
    assert volume.estimate == pytest.approx(float(solved), abs=0.01)
    assert volume.high - volume.low > 0.01
    if solved:
        assert all(curve.edge.censored == "above" for curve in region.profile.curves)
    else:
        assert region.profile.status == "centre_not_established"


def test_cells_without_rows_are_left_to_the_fit():
    few = [cell for cell in CELLS if cell[0] == 1 or cell[1] == 0]
    (region,) = falloff.fit(rows({"big": 1.0}, cells=few, repeats=20)).regions
    assert 0.3 < region.profile.volume.estimate < 0.8


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (rows({"a": 1.0}, cells=CELLS[1:]), {}, "no row at the centre, level_steps=1"),
        (rows({"a": 1.0}, cells=CELLS[:4]), {}, "'level_steps' has one level only, 1"),
        (
            rows({"a": 1.0}) + rows({"b": 1.0}, cells=CELLS[:4]),
            {},
            "'b' has rows at one level of 'level_steps' only, 1",
        ),
        (rows({"a": 1.0}) + rows({"b": 1.0}, repeats=1, cells=CELLS[:3]), {}, "'b' has 3 rows"),
        (rows({"a": 1.0}), {"level_column": ["level_steps", "noise"]}, "no.*'noise'"),
        (rows({"a": 1.0}), {"weight_column": "item"}, "is not a number"),
        ([r | {"weight": 1} for r in rows({"a": 1.0})], {}, "no place for weights"),
        (rows({"a": 1.0}), {"criterion": 2}, "not between the chance level"),
        (rows({"a": 1.0}), {"chance": -1}, "chance level of -1"),
        (rows({"a": 1.0}, cells=[(s, n) for s in range(70) for n in range(70)]), {}, "4,900 cells"),
    ],
)
def test_what_cannot_be_fitted_is_one_clear_error(data, options, message):
    with pytest.raises(falloff.FalloffError, match=message):
        falloff.fit(data, **options)
