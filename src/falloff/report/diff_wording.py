"""Two runs in words and tables: what changed, and what is not shown to have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from falloff.analysis.change import Change, FamilyChange, ModelChange, RunChange
from falloff.report.listings import Listing
from falloff.report.numerals import (
    defined,
    number_interval,
    percent,
    percent_interval,
    plural,
    points_interval,
)
from falloff.report.scales import spoken_axis, spoken_name
from falloff.report.visible import one_line
from falloff.report.vocabulary import STATUSES

_MOST_PROBES = 12
_LONG = 200


def diff_title(change: RunChange) -> str:
    """``micro:narrow → micro:broad keeps 22 points more (15–29)``, for the first student."""
    first = next((m for m in change.models if m.retention), change.models[0])
    of = first.retention or first.volume
    what = "Retention" if first.retention else "The volume"
    return f"{_names(first)}: {what.lower()} {percent(of.before.estimate)} → " + (
        f"{percent(of.after.estimate)}, {_said(of)}"
    )


def diff_listings(change: RunChange) -> Iterator[Listing]:
    """Tables a model: what it keeps or holds, family by family; edges; flipped probes."""
    for model in change.models:
        yield Listing(
            title=f"{_names(model)} ({model.role})",
            heads=("What", "Before", "After", "Difference", ""),
            rows=tuple(_rows(model)),
        )
        yield Listing(
            title=f"Edges, {_names(model)}",
            heads=("Axis", "Before", "After", "Difference", ""),
            rows=tuple(_edges(model)),
        )
        yield _flips(model)


def diff_notes(change: RunChange) -> tuple[str, ...]:
    """What must be known to read the tables."""
    notes = [
        f"Setting, before ≠ after: {one_line(setting, limit=_LONG)}" for setting in change.settings
    ]
    notes += [
        f"{one_line(name)} is in one of the runs only, and has nothing to be compared with."
        for name in change.unmatched
    ]
    for model in change.models:
        shared = model.shared
        if shared is None:
            notes.append(f"{_names(model)}: {plural(model.probes, 'probe')} in common, too few.")
            continue
        notes.append(
            f"{_names(model)}: on the {plural(shared.items, 'probe')} of both runs, solved"
            f" {percent(shared.reference.estimate)} → {percent(shared.model.estimate)},"
            f" {points_interval(shared.difference)}; {shared.churn.lost} lost,"
            f" {shared.churn.gained} gained."
        )
    return (
        *notes,
        "Differences are after less before, at 90 %, runs taken as independent; * marks those that"
        " leave 0 out.",
    )


def _rows(model: ModelChange) -> Iterator[tuple[str, ...]]:
    if model.retention is not None:
        yield _shares("retention", model.retention)
    yield _shares("volume", model.volume)
    for capability, of in model.capabilities.items():
        yield _shares(f"retention of {spoken_name(capability)}", of)
    for family in model.families:
        yield from _family(family)


def _family(family: FamilyChange) -> Iterator[tuple[str, ...]]:
    name = spoken_name(family.family)
    if family.before is not family.after or family.before is None:
        states = [STATUSES[s] if s else "not asked" for s in (family.before, family.after)]
        yield (f"{name}: status", *states, "", "")
    if family.retention is not None and defined(family.retention.difference.estimate):
        yield _shares(f"{name}: retention", family.retention)
    yield _shares(f"{name}: centre", family.centre)
    yield _shares(f"{name}: volume", family.volume)


def _edges(model: ModelChange) -> Iterator[tuple[str, ...]]:
    for family in model.families:
        for axis, edge in family.edges.items():
            yield (
                spoken_axis(family.family, axis),
                number_interval(edge.before),
                number_interval(edge.after),
                number_interval(edge.difference),
                "*" if edge.established else "",
            )


def _shares(what: str, of: Change) -> tuple[str, ...]:
    return (
        what,
        percent_interval(of.before),
        percent_interval(of.after),
        points_interval(of.difference),
        "*" if of.established else "",
    )


def _flips(model: ModelChange) -> Listing:
    """Flipped probes by family, and the first of them by name."""
    families = Counter((f.probe.partition("@")[0], f.after > f.before) for f in model.flips)
    names = dict.fromkeys(name for name, _ in families)
    rows = [
        (spoken_name(name), f"{families[name, False]} lost, {families[name, True]} gained")
        for name in names
    ]
    rows += [
        (one_line(flip.probe, limit=_LONG), "gained" if flip.after > flip.before else "lost")
        for flip in model.flips[:_MOST_PROBES]
    ]
    left = len(model.flips) - _MOST_PROBES
    if left > 0:
        rows.append((f"and {plural(left, 'more')}".removesuffix("s"), "all in --json"))
    return Listing(
        title=f"Probes flipped, {_names(model)}", heads=("Probe", "Flip"), rows=tuple(rows)
    )


def _names(model: ModelChange) -> str:
    before, after = one_line(model.before), one_line(model.after)
    return before if before == after else f"{before} → {after}"


def _said(of: Change) -> str:
    if not defined(of.difference.estimate):
        return "which cannot be compared"
    shown = f"a difference of {points_interval(of.difference)}"
    return shown if of.established else f"{shown}: no change established"
