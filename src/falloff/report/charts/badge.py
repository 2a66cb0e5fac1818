"""A badge: a label and a value on one line, as an SVG that needs nothing from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from falloff.report.charts.canvas import element, fitted, text_width

# White on each has a contrast of at least 4.5.
_COLOURS = {"pass": "#1a7f37", "fail": "#b42318", "inconclusive": "#8a5a00", "plain": "#30638e"}
_LABEL = "#3b424a"
_HEIGHT, _PAD = 20.0, 8.0
_MOST = 420


@dataclass(frozen=True, kw_only=True)
class Badge:
    """``standing``: pass, fail, inconclusive or plain. ``title`` says it in full, for all."""

    label: str
    value: str
    title: str
    standing: str = "plain"


def badge_svg(badge: Badge) -> Markup:
    label, value = fitted(badge.label, _MOST), fitted(badge.value, _MOST)
    left, right = (text_width(part) + 2 * _PAD for part in (label, value))
    return element(
        "svg",
        element("title", badge.title),
        element("rect", width=left + right, height=_HEIGHT, rx=3.0, fill=_LABEL),
        element(
            "path",
            d=f"M{left:.1f} 0h{right - 3:.1f}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3:.1f}z",
            fill=_COLOURS[badge.standing],
        ),
        element(
            "g",
            element("text", label, x=left / 2, y=14.0),
            element("text", value, x=left + right / 2, y=14.0),
            fill="#ffffff",
            text_anchor="middle",
            font_family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
            font_size=12,
        ),
        xmlns="http://www.w3.org/2000/svg",
        width=left + right,
        height=_HEIGHT,
        viewBox=f"0 0 {left + right:.1f} {_HEIGHT:.0f}",
        role="img",
        aria_label=badge.title,
    )
