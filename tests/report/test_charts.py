"""Charts are valid SVG, say in words what they show, and escape what they are given."""

import re
from xml.etree import ElementTree

import pytest

from falloff.report.charts import (
    DotPlot,
    DotRow,
    Edge,
    HeatMap,
    Line,
    LineChart,
    Point,
    RadialPlot,
    Reach,
    Rim,
    Ring,
    Spoke,
    dot_plot,
    heat_map,
    line_chart,
    radial_plot,
)

EVIL = "</title><script>x</script>\"' onload=x \x00 & \u202e"
SVG = "{http://www.w3.org/2000/svg}"


def lines(name: str) -> str:
    line = Line(
        number=1,
        name=name,
        u=tuple(i / 200 for i in range(201)),
        value=tuple(1 - i / 200 for i in range(201)),
        low=(0.0,) * 201,
        high=(1.0,) * 201,
        points=(Point(u=0.5, value=-0.1, n=3, note=name, link="#show:place=c1"),),
        edge=Edge(u=1.0, label=f"> {name}", low=0.8, beyond=True),
    )
    ticks = tuple((i / 20, str(2**i)) for i in range(21))
    chart = LineChart(
        title=name, description=name, x_label=name, ticks=ticks, lines=(line,), threshold=0.5
    )
    return line_chart(chart, standalone=True)


def radial(name: str) -> str:
    reaches = (Reach(u=0.5, low=0.4, high=0.6), Reach(u=1.0, beyond=True), Reach(u=None))
    return radial_plot(
        RadialPlot(
            title=name,
            description=name,
            spokes=tuple(Spoke(label=name, note=name) for _ in reaches),
            rings=(Ring(number=0, name=name, reaches=reaches),),
        ),
        standalone=True,
    )


def heat(name: str) -> str:
    chart = HeatMap(
        title=name,
        description=name,
        x_label=name,
        y_label=name,
        columns=(name, "2"),
        rows=(name, "2"),
        values={(0, 0): (1.0, 4), (1, 1): (-0.1, 2)},
        notes={(0, 0): name},
        rims=(Rim(number=1, name=name, points=((-0.5, 1.0), (1.0, -0.5))),),
    )
    return heat_map(chart, standalone=True)


def dots(name: str) -> str:
    rows = (DotRow(number=3, name=name, label=name, value=0.4, low=0.3, high=0.5, other=0.9),)
    return dot_plot(
        DotPlot(title=name, description=name, ticks=((0.0, "0"), (1.0, name)), rows=rows),
        standalone=True,
    )


@pytest.mark.parametrize("draw", [lines, radial, heat, dots])
def test_a_chart_is_xml_with_an_accessible_name(draw) -> None:
    root = ElementTree.fromstring(draw("steps"))  # noqa: S314 - our own
    assert root.get("role") == "img"
    ids = {element.get("id") for element in root.iter()}
    assert set(root.get("aria-labelledby").split()) <= ids
    assert root.find(f"{SVG}title").text == root.find(f"{SVG}desc").text == "steps"


@pytest.mark.parametrize("draw", [lines, radial, heat, dots])
def test_a_hostile_name_stays_text(draw) -> None:
    root = ElementTree.fromstring(draw(EVIL))  # noqa: S314 - our own
    assert not [element for element in root.iter() if "script" in element.tag]
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    assert root.find(f"{SVG}title").text.startswith("</title><script>x</script>")
    assert r"\x00 & \u202e" in root.find(f"{SVG}title").text


@pytest.mark.parametrize("draw", [lines, radial, heat, dots])
def test_a_standalone_chart_has_no_unknown_colour(draw) -> None:
    """Styles are inside, without variables that only a page would define."""
    assert "var(" not in draw("steps")
    assert "prefers-color-scheme: dark" in draw("steps")


def test_a_line_is_thinned_to_what_can_be_seen() -> None:
    longest = max(re.findall(r' d="([^"]*)"', lines("steps")), key=len)
    assert longest.count("L") < 100


def test_tick_labels_never_touch() -> None:
    root = ElementTree.fromstring(lines("x"))  # noqa: S314 - our own
    labels = [e for e in root.iter(f"{SVG}text") if e.text.isdigit()]
    places = [float(label.get("x")) for label in labels]
    assert labels[0].text == "1"
    assert labels[-1].text == str(2**20)
    widths = [6.5 * len(label.text) for label in labels]
    for i in range(1, len(labels)):
        assert places[i] - places[i - 1] > (widths[i] + widths[i - 1]) / 2


def test_long_names_of_rows_leave_the_cells_their_room() -> None:
    chart = HeatMap(
        title="t",
        description="d",
        x_label="x",
        y_label="y",
        columns=tuple(map(str, range(8))),
        rows=("no backup left: report", "ok"),
        values={(0, 0): (1.0, 9), (1, 0): (1.0, 9)},
    )
    root = ElementTree.fromstring(heat_map(chart, standalone=True))  # noqa: S314 - our own
    figures = [float(e.get("x")) for e in root.iter(f"{SVG}text") if e.text == "100"]
    assert figures[1] - figures[0] > 28
