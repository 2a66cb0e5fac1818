"""The model card of a grown model: recipe, data, steps, seed, accuracy at each level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falloff.core import Coordinate, child_seed, format_dose
from falloff.lab.play import play
from falloff.lab.recipes import Recipe
from falloff.models import Model
from falloff.probes import FAMILIES

# Probes per level; a rate near 50 % then has a standard error of 6 points.
_PER_LEVEL = 60

Levels = Mapping[tuple[str, str], Mapping[float, float]]


def measure_levels(model: Model, families: tuple[str, ...]) -> Levels:
    """Share solved at each level of each axis, the other axes at their centre."""
    wanted = [
        (
            family,
            axis.name,
            dose,
            FAMILIES[family].probe(
                Coordinate.at(FAMILIES[family].axes, {axis.name: dose}),
                child_seed("card", family, axis.name, format_dose(dose), index),
            ),
        )
        for family in families
        for axis in FAMILIES[family].axes
        for dose in axis.levels
        for index in range(_PER_LEVEL)
    ]
    levels: dict[tuple[str, str], dict[float, float]] = {}
    episodes = play(model, [probe for *_, probe in wanted])
    for (family, axis_name, dose, _), episode in zip(wanted, episodes, strict=True):
        rates = levels.setdefault((family, axis_name), {})
        rates[dose] = rates.get(dose, 0.0) + (episode.outcome.score or 0.0) / _PER_LEVEL
    return levels


def card(recipe: Recipe, took: Mapping[str, Any], levels: Levels) -> str:
    """The card as Markdown with the metadata block that model hubs read."""
    data = "; ".join(
        f"{family} "
        + ", ".join(
            f"{axis} to {reach.top:g} (scale {reach.scale:g})" for axis, reach in axes.items()
        )
        for family, axes in recipe.mix.reach.items()
    )
    labels = (
        "right answers by construction (cross-entropy)"
        if recipe.labels == "gold"
        else "the teacher's own episodes and its distribution over every token (forward KL)"
    )
    size = f"width {recipe.shape.width}, {recipe.shape.layers} layers"
    return f"""---
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
tags: [falloff, micro]
---

# falloff micro: {recipe.name}

{recipe.purpose}

Grown by `falloff lab grow`; not useful for anything but studying how models fall off.

| | |
|---|---|
| parameters | {took["parameters"]:,}, Llama architecture, {size} |
| starts from | {recipe.start or "fresh weights"} |
| data | {data}; P(dose) ∝ exp(−(dose − centre)/scale) |
| labels | {labels} |
| training | {took["steps"]:,} steps, {took["tokens"]:,} tokens, seed {recipe.seed} |
| final loss a token | {took["loss"]} |
| held-out episodes of its own data solved | {100 * took["held_out_solved"]:.0f} % |

Probes solved at each level, the other axis at its centre (%, {_PER_LEVEL} probes a level):

{_table(levels)}
"""


def _table(levels: Levels) -> str:
    blocks = []
    for (family, axis), rates in levels.items():
        head = " | ".join(format_dose(dose) for dose in rates)
        row = " | ".join(f"{100 * rate:.0f}" for rate in rates.values())
        rule = "|".join(["---"] * (len(rates) + 1))
        blocks.append(f"| {family}: {axis} | {head} |\n|{rule}|\n| solved | {row} |")
    return "\n\n".join(blocks)
