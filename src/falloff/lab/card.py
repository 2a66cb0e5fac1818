"""The model card of a grown model: how it was made, what that took, accuracy at each level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falloff.core import Coordinate, child_seed, format_dose
from falloff.lab.play import play
from falloff.lab.recipe import (
    AnyRecipe,
    Objective,
    OnPolicy,
    PolicyGradient,
    Pruned,
    Quantised,
    Recipe,
)
from falloff.models import Model
from falloff.probes import FAMILIES

# Probes per level; a rate near 50 % then has a standard error of 6 points.
_PER_LEVEL = 60

Levels = Mapping[tuple[str, str], Mapping[float, float]]

_ANSWERS = {
    "oracle": "right answers by construction",
    "greedy": "the teacher's own episodes, greedy",
    "sampled": "the teacher's own episodes, sampled",
}
_LOSSES = {
    "cross_entropy": "cross-entropy",
    "forward_kl": "forward KL to the teacher's distribution over every token",
    "reverse_kl": "reverse KL to the teacher's distribution over every token",
    "jsd": "generalised JSD to the teacher's distribution over every token",
}


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


def card(recipe: AnyRecipe, took: Mapping[str, Any], levels: Levels | None = None) -> str:
    """The card as Markdown with the metadata block that model hubs read."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in _rows(recipe, took))
    purpose = f"{recipe.purpose}\n\n" if recipe.purpose else ""
    measured = (
        f"\nProbes solved at each level, the other axis at its centre (%, {_PER_LEVEL} probes a"
        f" level):\n\n{_table(levels)}\n"
        if levels
        else ""
    )
    return f"""---
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
tags: [falloff, micro]
---

# falloff micro: {recipe.name}

{purpose}Grown by falloff's lab; not useful for anything but studying how models fall off.

| | |
|---|---|
| parameters | {took["parameters"]:,}, Llama architecture, {took["shape"]} |
{rows}
{measured}"""


def _rows(recipe: AnyRecipe, took: Mapping[str, Any]) -> list[tuple[str, str]]:
    match recipe:
        case Quantised():
            return _quantised_rows(recipe, took)
        case Pruned():
            return [("made from", f"{recipe.source}, of which it has layers {_few(recipe.layers)}")]
        case Recipe():
            return _trained_rows(recipe, took)


def _quantised_rows(recipe: Quantised, took: Mapping[str, Any]) -> list[tuple[str, str]]:
    groups = f"groups of {recipe.group}" if recipe.group else "whole rows"
    how = "each weight to its nearest" if recipe.method == "nearest" else "GPTQ"
    return [
        ("made from", recipe.source),
        ("quantisation", f"{recipe.bits} bits, {how}, {groups} with a scale and a zero point"),
        (
            "simulated",
            "the checkpoint holds the rounded values as float16; packed, a weight would take"
            f" {took['bits_per_weight']:.2f} bits",
        ),
        ("change of a weight, relative", f"{took['weight_error']:.2%} (root mean square)"),
    ]


def _trained_rows(recipe: Recipe, took: Mapping[str, Any]) -> list[tuple[str, str]]:
    start = recipe.start or "fresh weights"
    if recipe.layers:
        start += f", of which it keeps layers {_few(recipe.layers)}"
    rows = [("starts from", start), ("data", _data(recipe)), ("answers", _ANSWERS[recipe.answers])]
    if recipe.teacher:
        rows.append(("teacher", recipe.teacher))
    rows.append(("objective", _objective(recipe.objective)))
    if recipe.on_policy:
        rows.append(("on-policy", _on_policy(recipe.on_policy)))
    if recipe.policy_gradient:
        rows.append(("policy gradient", _policy(recipe.policy_gradient)))
    return [
        *rows,
        ("training", f"{took['steps']:,} steps, {took['tokens']:,} tokens, seed {recipe.seed}"),
        ("final loss a token", str(took["loss"])),
        ("held-out episodes of its own data solved", f"{100 * took['held_out_solved']:.0f} %"),
    ]


def _data(recipe: Recipe) -> str:
    corpus = recipe.corpus
    slices = "; ".join(
        f"{family} "
        + ", ".join(
            f"{axis} to {reach.top:g} (scale {reach.scale:g})" for axis, reach in axes.items()
        )
        for family, axes in corpus.mix.reach.items()
    )
    dials = [f"{slices}; P(dose) ∝ exp(−(dose − centre)/scale)"]
    dials.append(f"{corpus.size:,} distinct items" if corpus.size else "ever new items")
    if corpus.templates > 1:
        dials.append(f"{corpus.templates} surface templates")
    if corpus.noise:
        dials.append(f"one wrong character in {corpus.noise:.0%} of the answers")
    return "; ".join(dials)


def _objective(objective: Objective) -> str:
    said = _LOSSES[objective.loss]
    if objective.loss == "cross_entropy":
        return said
    if objective.loss == "jsd":
        said += f", β = {objective.beta:g}"
    if objective.temperature != 1:
        said += f", temperature {objective.temperature:g}"
    return said + (f", its {objective.top_k} likeliest tokens" if objective.top_k else "")


def _on_policy(plan: OnPolicy) -> str:
    share = f"{plan.start:.0%}"
    if plan.end != plan.start:
        share += f" to {plan.end:.0%}"
    return f"{share} of the steps on its own text, sampled at temperature {plan.temperature:g}"


def _policy(plan: PolicyGradient) -> str:
    said = "of the reverse KL of whole answers"
    if plan.teacher_share:
        said += f", drawn with a share of {plan.teacher_share:.0%} for the teacher"
    return said + (", rewards divided by length" if plan.normalised else "")


def _few(layers: tuple[int, ...]) -> str:
    return ", ".join(map(str, layers))


def _table(levels: Levels) -> str:
    blocks = []
    for (family, axis), rates in levels.items():
        head = " | ".join(format_dose(dose) for dose in rates)
        row = " | ".join(f"{100 * rate:.0f}" for rate in rates.values())
        rule = "|".join(["---"] * (len(rates) + 1))
        blocks.append(f"| {family}: {axis} | {head} |\n|{rule}|\n| solved | {row} |")
    return "\n\n".join(blocks)
