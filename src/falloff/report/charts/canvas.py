"""What all charts are drawn with: escaped elements, the frame, a legend, one style sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

from markupsafe import Markup, escape

from falloff.report.visible import visible

# Okabe-Ito hues for students; beyond them they come round again, told apart by the legend.
_STUDENT_HUES = 6
_LEGEND_WIDTH = 380
_NOTHING = Markup("")

Points = Iterable[tuple[float, float]]


def element(tag: str, *children: str, **attributes: object) -> Markup:
    """An element; text in attributes and children is made visible and escaped.

    None leaves an attribute out. ``class_`` is written ``class``, ``text_anchor`` ``text-anchor``.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inner = join(map(_shown, children))
    return Markup(f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>")  # noqa: S704


def text(content: str, x: float, y: float, **attributes: object) -> Markup:
    return element("text", content, x=x, y=y, **attributes)


def path(points: Points, *, closed: bool = False, **attributes: object) -> Markup:
    """A line through points."""
    return element("path", d=f"M{_steps(points)}{'z' if closed else ''}", **attributes)


def boxes(corners: Points, width: float, height: float, **attributes: object) -> Markup:
    """Boxes of one size in one element, by their upper left corners."""
    w, h = _value(width), _value(height)
    drawn = "".join(f"M{_value(x)} {_value(y)}h{w}v{h}h-{w}z" for x, y in corners)
    return element("path", d=drawn, **attributes)


def rule(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Markup:
    return element("path", d=f"M{_steps([(x1, y1), (x2, y2)])}", **attributes)


def series(number: int, *children: str) -> Markup:
    """All that belongs to one model: coloured, dashed and switched on and off together."""
    return element("g", *children, class_=f"series seat-{number} hue-{hue(number)}")


def hue(number: int) -> int:
    """The colour of a model: 0 for the teacher, then six that come round again."""
    return 0 if number == 0 else (number - 1) % _STUDENT_HUES + 1


def frame(
    title: str,
    description: str,
    width: float,
    height: float,
    *content: str,
    standalone: bool = False,
) -> Markup:
    """The whole chart with its accessible name.

    ``standalone`` carries its own style sheet and paper, since it may be shown on any ground.
    """
    uid = hashlib.blake2b(f"{title}\0{description}".encode(errors="replace"), digest_size=6)
    name = f"chart-{uid.hexdigest()}"
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        element("style", style_sheet()) if standalone else _NOTHING,
        element("rect", width=width, height=height, class_="paper") if standalone else _NOTHING,
        *content,
        xmlns="http://www.w3.org/2000/svg" if standalone else None,
        viewBox=f"0 0 {_value(float(width))} {_value(float(height))}",
        width=width if standalone else None,
        height=height if standalone else None,
        class_="chart",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def legend(names: Iterable[tuple[int, str]], x: float, y: float) -> tuple[Markup, float]:
    """Swatch and name of each model, one a line from ``y`` down, and the height they take."""
    rows = [
        series(
            number,
            rule(x, y + 16 * i - 4, x + 26, y + 16 * i - 4, class_="line"),
            text(fitted(name, _LEGEND_WIDTH), x + 34, y + 16 * i, class_="ink"),
        )
        for i, (number, name) in enumerate(names)
    ]
    return join(rows), 16.0 * len(rows)


def join(parts: Iterable[str]) -> Markup:
    return _NOTHING.join(parts)


def text_width(content: str, size: float = 12) -> float:
    """About how wide a text is; generous, since the reader's system font is not known."""
    return 0.62 * size * len(content)


def fitted(content: str, width: float) -> str:
    """As much of a text as fits into ``width``."""
    room = int(width / text_width("m"))
    return content if len(content) <= room else f"{content[: room - 1]}…"


@cache
def style_sheet() -> Markup:
    """The style of all charts: the same file goes into the page and into standalone charts."""
    source = files("falloff.report.charts").joinpath("charts.css")
    return Markup(source.read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _steps(points: Points) -> str:
    """The first point and then steps from point to point, in tenths of a pixel: half the bytes."""
    tenths = [(round(10 * x), round(10 * y)) for x, y in points]
    moves = [(x - a, y - b) for (a, b), (x, y) in pairwise(tenths)]
    (x, y), *_ = tenths
    steps = "".join(f"{_tenth(dx)}{_tenth(dy)}" for dx, dy in moves)
    return f"{x / 10:g} {y / 10:g}l{steps}" if steps else f"{x / 10:g} {y / 10:g}"


def _tenth(number: int) -> str:
    """A number in tenths with whatever it takes to stand apart from the one before."""
    text = f"{number / 10:g}".replace("0.", ".") if abs(number) < 10 else f"{number / 10:g}"
    return text if number < 0 else f" {text}"


def _shown(child: str) -> Markup:
    return child if isinstance(child, Markup) else escape(visible(child))


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(escape(visible(str(value))))
