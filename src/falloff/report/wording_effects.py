"""Whether the wording of probes matters, in one sentence a model."""

from __future__ import annotations

from falloff.analysis.estimates import Wording
from falloff.analysis.pair_estimates import Comparison
from falloff.report.lineup import Seat, seats
from falloff.report.numerals import count, points
from falloff.report.scales import spoken_name

# Wordings named at the most.
_MOST = 4


def wording_sentences(comparison: Comparison) -> tuple[str, ...]:
    """What was found of every model with wordings to judge, whether anything or not."""
    return tuple(_sentence(seat) for seat in seats(comparison) if _judged(seat))


def wording_alarms(comparison: Comparison) -> tuple[str, ...]:
    """The same of those models alone for which a wording is further off than chance explains."""
    return tuple(_sentence(seat) for seat in seats(comparison) if _found(seat))


def _sentence(seat: Seat) -> str:
    found, judged = _found(seat), count(len(_judged(seat)))
    if not found:
        return f"{seat.name}: none of {judged} wordings is further off than chance explains."
    named = ", ".join(_named(*one) for one in found[:_MOST])
    others = f" and {count(len(found) - _MOST)} more" if len(found) > _MOST else ""
    return (
        f"{seat.name}: the wording matters. Further off than chance explains, of {judged} wordings:"
        f" {named}{others}."
    )


def _named(family: str, wording: Wording) -> str:
    return (
        f"{spoken_name(family)} no. {wording.template}"
        f" ({points(wording.difference.estimate or 0.0)})"
    )


def _judged(seat: Seat) -> list[tuple[str, Wording]]:
    return [
        (family.family, wording)
        for family in seat.profile.families
        for wording in family.wordings
        if wording.p is not None
    ]


def _found(seat: Seat) -> list[tuple[str, Wording]]:
    """The largest difference first."""
    found = [(family, wording) for family, wording in _judged(seat) if wording.further_off]
    return sorted(found, key=lambda one: -abs(one[1].difference.estimate or 0.0))
