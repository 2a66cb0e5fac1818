"""Progress on stderr: a live line on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from falloff.core import money
from falloff.core.naming import short_names

if TYPE_CHECKING:
    from falloff.run import Progress

# Seconds between plain lines.
_PLAIN_EVERY = 5.0

Show = Callable[["Progress"], None]
Span = tuple[float, float, float]


@contextmanager
def progress_display() -> Iterator[Show]:
    """A function to hand to a run; the line it draws is gone when the run is done.

    What the user should know of the models stays, and is said once.
    """
    if sys.stderr.isatty():
        with _live() as show:
            yield _with_notes(show)
    else:
        yield _with_notes(_plain())


def _with_notes(show: Show) -> Show:
    said: set[str] = set()

    def show_all(progress: Progress) -> None:
        for note in progress.notes:
            if note not in said:
                said.add(note)
                print(f"Note: {note}", file=sys.stderr, flush=True)
        show(progress)

    return show_all


@contextmanager
def _live() -> Iterator[Show]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)

    def show(progress: Progress) -> None:
        # Not before: a question may come first, whose cursor and line it would take.
        live.start()
        live.update(Text(line(progress)), refresh=True)

    try:
        yield show
    finally:
        live.stop()


def _plain() -> Show:
    last = time.monotonic()

    def show(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PLAIN_EVERY:
            last = now
            print(line(progress), file=sys.stderr, flush=True)

    return show


def line(progress: Progress, known: Mapping[str, Span] | None = None) -> str:
    """One line: answers, rate, time left, and what is known so far of every model by name.

    ``known``: value, low and high by role; unless given, what the design believes, which is less
    than what is estimated of a run that is done.
    """
    models = progress.models
    names = short_names(model.name for model in models.values())
    if known is None:
        done = 0 < progress.total <= progress.done
        believed = {} if done else models
        known = {role: m.headline.span for role, m in believed.items() if m.headline}
    parts = [
        f"{progress.done}/{progress.total} answers",
        f"{progress.calls} calls",
        *_tokens(progress),
        _rate(progress.rate),
    ]
    if progress.eta_seconds is not None:
        parts.append(f"{duration(progress.eta_seconds)} left")
    spent = [(names[m.name], m.money) for m in models.values() if m.money is not None]
    if spent:
        parts.append(", ".join(f"{name} {money(cost, progress.currency)}" for name, cost in spent))
    if progress.errors:
        parts.append(f"{progress.errors} errors")
    spans = [f"{names[models[role].name]} {interval(*span)}" for role, span in known.items()]
    solved = [f"{names[m.name]} {m.score:.0%}" for m in models.values() if m.score is not None]
    if spans:
        kept = "keeps so far" if len(models) > 1 else "holds so far"
        parts.append(f"{kept}: {', '.join(spans)}")
    elif solved:
        parts.append(f"solved so far: {', '.join(solved)}")
    return " · ".join(parts)


def _tokens(progress: Progress) -> list[str]:
    """``52k + 3.1k tokens (40 % cached)``: in and out, where models count them."""
    said, heard = progress.prompt_tokens, progress.completion_tokens
    if not said + heard:
        return []
    cached = f" ({progress.cached_tokens / said:.0%} cached)" if progress.cached_tokens else ""
    return [f"{_short(said)} + {_short(heard)} tokens{cached}"]


def _rate(per_second: float) -> str:
    """Of slow models by the minute, lest it read 0."""
    return f"{per_second:.0f}/s" if per_second >= 1 else f"{60 * per_second:.0f}/min"


def _short(count: int) -> str:
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)


def interval(value: float, low: float, high: float) -> str:
    """``78 % (72–84 %)``, as the report spells it."""
    from falloff.analysis.estimates import Interval
    from falloff.report.numerals import percent_interval

    return percent_interval(Interval(estimate=value, low=low, high=high))


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"
