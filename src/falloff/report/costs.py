"""What it cost: tables and sentences on calls, tokens, time and money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from falloff.analysis.estimates import Profile
from falloff.analysis.pair_estimates import Comparison
from falloff.analysis.spending import Spending, together
from falloff.core import costs_nothing, money, no_price
from falloff.report.listings import Listing
from falloff.report.numerals import DASH, count, percent, percent_interval
from falloff.report.saving import MEASURES, better_ones, measure_of, shares, worth_words
from falloff.report.scales import spoken_name
from falloff.report.visible import one_line

_HEADS = (
    *("Model", "Answers", "Calls", "Tokens read", "Cached", "Tokens written", "Thinking"),
    *("An answer", "Money", "Per 1,000", "Size"),
)


def cost_sentences(comparison: Comparison) -> tuple[str, ...]:
    """What the run cost in all, and whose price is not known."""
    spent = [(name, profile.spending) for name, profile in _asked(comparison)]
    known = [spending.money for _, spending in spent if spending.money is not None]
    unknown = dict.fromkeys(
        profile.model
        for _, profile in _asked(comparison)
        if profile.spending.money is None and not costs_nothing(profile.model)
    )
    said = []
    if known:
        whole = money(sum(known), spent[0][1].currency)
        said.append(f"The run cost {whole}{', as far as prices are known' if unknown else ''}.")
    if unknown:
        said.append(_sentence(no_price(", ".join(map(one_line, unknown)))))
    return tuple(said)


def costs(comparison: Comparison) -> Listing:
    """One row a model; without columns of which nothing is known."""
    listing = Listing(
        title="What it cost",
        heads=_HEADS,
        spare=("Thinking", "Cached", "Per 1,000", "Size", "Answers", "Tokens read"),
        rows=tuple(
            (name, *_row(profile.spending), _per_thousand(profile.spending), _size(profile))
            for name, profile in _asked(comparison)
        ),
    )
    return _with_something(listing)


def costs_by_capability(comparison: Comparison) -> Listing:
    """The same for each capability, and money where it is known."""
    return _parts(comparison, "Capability", _by_capability)


def costs_by_family(comparison: Comparison) -> Listing:
    return _parts(
        comparison,
        "Family",
        lambda profile: {
            spoken_name(name): part for name, part in profile.spending.by_family.items()
        },
    )


def savings(comparison: Comparison) -> Listing:
    """Every student's price as shares of its teacher's, beside what it keeps."""
    measure = measure_of(comparison)
    rows = []
    for student in comparison.students:
        known = shares(comparison, student)
        worth = DASH
        if measure and len(comparison.students) > 1 and student.retention.estimate is not None:
            better = better_ones(comparison, student, measure)
            worth = worth_words(student, better)
        cells = [percent(known[m.key]) for m in MEASURES]
        rows.append((one_line(student.model), percent_interval(student.retention), *cells, worth))
    worth_by = f"Worth it, by {measure.name.lower()}" if measure else "Worth it"
    listing = Listing(
        title="What it saves: shares of the teacher's, for an answer",
        heads=("Student", "Retention", *(m.name for m in MEASURES), worth_by),
        rows=tuple(rows),
    )
    listing = _with_something(listing)
    return listing if len(listing.heads) > 2 else replace(listing, rows=())


def _asked(comparison: Comparison) -> list[tuple[str, Profile]]:
    """Everybody by name, the teacher's second asking last."""
    profiles = [comparison.teacher, *(student.profile for student in comparison.students)]
    named = [(one_line(profile.model), profile) for profile in profiles]
    if comparison.null:
        named.append((f"{one_line(comparison.null.model)}, again", comparison.null.profile))
    return named


def _row(spent: Spending) -> tuple[str, ...]:
    latency = DASH
    if spent.median_seconds is not None and spent.p90_seconds is not None:
        latency = f"{duration(spent.median_seconds)} (90 %: {duration(spent.p90_seconds)})"
    return (
        count(spent.probes),
        count(spent.calls),
        count(spent.prompt_tokens),
        count(spent.cached_tokens),
        count(spent.completion_tokens),
        count(spent.thinking_tokens),
        latency,
        DASH if spent.money is None else money(spent.money, spent.currency),
    )


def _parts(
    comparison: Comparison, head: str, parts: Callable[[Profile], dict[str, Spending]]
) -> Listing:
    rows = [
        (part, name, *_row(spent))
        for name, profile in _asked(comparison)
        for part, spent in parts(profile).items()
    ]
    order = {part: i for i, part in enumerate(dict.fromkeys(row[0] for row in rows))}
    listing = Listing(
        title=f"By {head.lower()}",
        heads=(head, *_HEADS[:-2]),
        rows=tuple(sorted(rows, key=lambda row: order[row[0]])),
    )
    return _with_something(listing)


def _with_something(listing: Listing) -> Listing:
    """Without the columns in which every row has nothing, or nought."""
    for i, head in reversed(list(enumerate(listing.heads))):
        if i and all(row[i] in (DASH, "0") for row in listing.rows):
            spare = tuple(name for name in listing.spare if name != head)
            listing = replace(listing.without(head), spare=spare)
    return listing


def _by_capability(profile: Profile) -> dict[str, Spending]:
    named: dict[str, list[Spending]] = {}
    for family in profile.families:
        if family.family in profile.spending.by_family:
            part = profile.spending.by_family[family.family]
            named.setdefault(spoken_name(family.capability), []).append(part)
    return {capability: together(parts) for capability, parts in named.items()}


def _per_thousand(spent: Spending) -> str:
    cost = spent.per_thousand()
    return DASH if cost is None else money(cost, spent.currency)


def _size(profile: Profile) -> str:
    size = profile.spending.size
    return DASH if size is None else file_size(size)


def duration(seconds: float) -> str:
    """``240 ms``, ``3.2 s``."""
    if seconds < 1:
        return f"{float(f'{1000 * seconds:.2g}'):g} ms"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def file_size(size: int) -> str:
    """``93 MB``, in powers of ten."""
    for unit, of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= of:
            return f"{size / of:.3g} {unit}"
    return f"{size} B"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
