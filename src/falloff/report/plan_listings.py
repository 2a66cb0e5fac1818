"""A plan as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from falloff.core import money, no_price
from falloff.core.naming import short_names
from falloff.report.listings import Listing
from falloff.report.numerals import DASH, count, percent
from falloff.report.visible import one_line

if TYPE_CHECKING:
    from falloff.planning import Plan, Width


def plan_listings(plan: Plan) -> Iterator[Listing]:
    """What each model will be asked, and what will be known then."""
    names = short_names(role.model for role in plan.roles)
    yield Listing(
        title=f"Plan: {count(plan.budget)} probes on {one_line(plan.suite)},"
        f" {len(plan.families)} {'family' if len(plan.families) == 1 else 'families'}",
        heads=("Model", "Answers", "Calls", "Tokens in", "Tokens out", "Minutes", "Money"),
        spare=("Answers",),
        rows=tuple(
            (
                one_line(names[role.model]),
                count(role.answers),
                count(role.calls),
                count(role.prompt_tokens),
                count(role.completion_tokens),
                _minutes(role.minutes),
                DASH if role.money is None else money(role.money, plan.currency),
            )
            for role in plan.roles
        ),
    )
    yield Listing(
        title=f"Expected width of the 90 % interval of {plan.headline}",
        heads=("Probes a model", "±", "over simulated runs"),
        rows=tuple(
            (
                count(width.budget),
                *_expected(width),
            )
            for width in plan.widths
        ),
    )


def plan_sentences(plan: Plan) -> list[str]:
    """What it takes in all, and what the numbers rest on."""
    names = short_names(role.model for role in plan.roles)
    said = []
    if plan.money == 0 and not any(role.money is None for role in plan.roles):
        said.append("It costs nothing.")
    elif plan.money is not None:
        some = " for those with a price" if any(r.money is None for r in plan.roles) else ""
        said.append(f"In all about {money(plan.money, plan.currency)}{some}.")
    if plan.minutes is not None:
        said.append(f"About {_minutes(plan.minutes)} minutes, models side by side.")
    unknown = dict.fromkeys(role.model for role in plan.roles if role.money is None)
    said += [
        f"Money: {no_price(one_line(model))}, or --latency where it is by the hour."
        for model in unknown
    ]
    ways = dict.fromkeys(role.counted for role in plan.roles)
    for way in ways:
        of = ", ".join(one_line(names[role.model]) for role in plan.roles if role.counted == way)
        said.append(f"Tokens of {of}: {way}.")
    return [*said, *plan.said]


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """The object of ``plan --json``; the design's half-widths are shares: 0.05 is five points."""
    return asdict(plan) | {
        "calls": sum(role.calls for role in plan.roles),
        "prompt_tokens": sum(role.prompt_tokens for role in plan.roles),
        "completion_tokens": sum(role.completion_tokens for role in plan.roles),
    }


def _minutes(minutes: float | None) -> str:
    if minutes is None:
        return DASH
    return "< 1" if minutes < 1 else f"{minutes:,.0f}"


def _expected(width: Width) -> tuple[str, str]:
    if width.median is None or width.low is None or width.high is None:
        return "too few to say", DASH
    low, high = _points(width.low), _points(width.high)
    return _points(width.median), f"{low.removesuffix(' points')}–{high}"


def _points(share: float) -> str:
    return percent(share, 1 if share < 0.1 else 0).removesuffix(" %") + " points"
