"""Geometry comes onto the page from a file, whose numbers are checked first."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from falloff.core import UsageError
from falloff.report import html_report
from falloff.report.contents import ReportContents
from falloff.report.geometry import geometry_listing, read_geometry

RUN = ("hf:teacher", "hf:student")


def model(name: str, untrained: bool = False) -> dict:
    cloud = {"points": 300, "participation_ratio": 7.25, "effective_rank": 20.1, "two_nn": None}
    clouds = [{"zone": zone, "cka": 0.5, **cloud} for zone in ("centre", "edge", "beyond")]
    return {"model": name, "untrained": untrained, "width": 64, "retention": 0.8, "clouds": clouds}


def written(folder: Path, content: object) -> Path:
    file = folder / "geometry.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_every_model_has_a_row_a_zone_and_untrained_networks_too(
    tmp_path: Path, contents: ReportContents
) -> None:
    models = [*map(model, RUN), model("untrained <b>", untrained=True)]
    clouds = read_geometry(written(tmp_path, {"models": models}), RUN)
    rows = geometry_listing(clouds).rows
    assert len(rows) == 9
    assert rows[0][1:3] == ("centre", "300")
    assert rows[0][5] == "–"
    page = html_report(replace(contents, geometry=clouds))
    assert 'id="geometry"' in page
    assert "untrained &lt;b&gt;" in page
    assert 'id="geometry"' not in html_report(contents)


@pytest.mark.parametrize("content", ["", "[]", "null", {"models": [{"model": "x"}]}, {"models": 3}])
def test_a_file_without_geometry_is_one_error(tmp_path: Path, content: object) -> None:
    with pytest.raises(UsageError, match="no geometry in it"):
        read_geometry(written(tmp_path, content), RUN)


def test_geometry_of_another_run_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, {"models": [model("hf:other")]})
    with pytest.raises(UsageError, match="'hf:other', which is not in this run"):
        read_geometry(file, RUN)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_geometry(tmp_path / "none.json", RUN)
