"""Heat maps: a student's results beside its teacher's, and both contours over them."""

from dataclasses import replace

import pytest
from made_up_comparison import AXES, contour

from falloff.report.contents import ReportContents
from falloff.report.finding_figures import panel_scales
from falloff.report.lineup import panels
from falloff.report.region_figures import HeatPair, heat_pairs


def pair_of(contents: ReportContents, family: str = "rule_chain") -> HeatPair:
    panel = next(p for p in panels(contents.comparison) if p.family == family)
    (pair,) = heat_pairs(panel, panel_scales(panel, contents.axes))
    return pair


def test_every_student_has_one_map_with_its_teachers_contour_and_its_own(
    contents: ReportContents,
) -> None:
    pair = pair_of(contents)
    assert [number for number, _ in pair.maps] == [1, 2, 3]
    for number, chart in pair.maps:
        assert {rim.number for rim in chart.rims} <= {0, number}
        assert chart.notes
    assert [rim.number for rim in pair.maps[0][1].rims] == [0, 1]


def test_one_model_alone_has_its_own_map(alone: ReportContents) -> None:
    pair = pair_of(alone)
    ((number, chart),) = pair.maps
    assert number == 0
    assert [rim.number for rim in chart.rims] == [0]
    assert not pair.noted
    assert not chart.notes


def test_a_contour_is_told_in_words(contents: ReportContents) -> None:
    words = pair_of(contents).maps[0][1].description
    told = "micro:narrow holds τ up to steps 3 at the least distractors, at no steps at the most."
    assert told in words


@pytest.mark.parametrize("far", [True, False])
def test_what_does_not_cross_the_map_is_not_drawn(contents: ReportContents, far: bool) -> None:
    own = contour("micro:narrow", AXES["rule_chain"])
    flat = tuple(1.5 if far else 0.0 for _ in own.u)
    away = replace(own, value=flat, low=flat, high=flat)
    student = contents.comparison.students[0]
    families = tuple(
        replace(f, student=replace(f.student, contours=(away,))) for f in student.families
    )
    comparison = replace(contents.comparison, students=(replace(student, families=families),))
    chart = pair_of(replace(contents, comparison=comparison)).maps[0][1]
    assert [rim.number for rim in chart.rims] == [0]
    assert f"holds τ {'on the whole map' if far else 'nowhere'}" in chart.description


def test_a_line_stays_inside_its_map(contents: ReportContents) -> None:
    for family in ("rule_chain", "tool_chain"):
        for _, chart in pair_of(contents, family).maps:
            for rim in chart.rims:
                for x, y in (*rim.points, *rim.band):
                    assert -0.5 <= x <= len(chart.columns) - 0.5
                    assert -0.5 <= y <= len(chart.rows) - 0.5
