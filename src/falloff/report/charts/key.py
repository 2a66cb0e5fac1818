"""What the marks of a curve chart mean, once for all charts of a page."""

from __future__ import annotations

from markupsafe import Markup

from falloff.report.charts.canvas import element, frame, path, text

_SAMPLES = (
    (path([(0, 0), (26, 10)], class_="line"), "fitted curve"),
    (element("rect", x=0, y=-2, width=26, height=14, class_="band"), "its 90 % band"),
    (element("circle", cx=13, cy=5, r=4, fill_opacity="0.4", class_="raw"), "raw results"),
    (path([(0, 0), (13, 0), (13, 10), (26, 10)], class_="steps"), "monotone, no form assumed"),
)
_PLACES = ((0, 4), (120, 4), (250, 4), (0, 26))


def line_key() -> Markup:
    """A sample of each mark with its name."""
    samples = (
        element(
            "g",
            sample,
            text(name, 34, 9, class_="muted"),
            class_="hue-0",
            transform=f"translate({x} {y})",
        )
        for (sample, name), (x, y) in zip(_SAMPLES, _PLACES, strict=True)
    )
    return frame(
        "Key to the curve charts",
        "Thick line: fitted curve. Shade: its 90 % band. Circles: raw results. Thin steps: monotone"
        " fit with no form assumed.",
        360,
        42,
        *samples,
    )
