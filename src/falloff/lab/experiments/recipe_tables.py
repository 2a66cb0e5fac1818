"""From a model's table in an experiment to its recipe for a seed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import UsageError
from falloff.lab.corpus import Corpus, Mix, Reach
from falloff.lab.experiments.dig import Dig
from falloff.lab.experiments.given import Given
from falloff.lab.experiments.tables import Table
from falloff.lab.network import Shape
from falloff.lab.recipe import (
    AnyRecipe,
    Objective,
    OnPolicy,
    PolicyGradient,
    Pruned,
    Quantised,
    Recipe,
)
from falloff.lab.schedule import Schedule
from falloff.probes import FAMILIES

_OF_ALL = ("recipe", "purpose", "once", "against")
_TRAINED = ("corpus", "schedule", "shape", "start", "layers", "target", "target_at", "extra")
_DISTILLED = (*_TRAINED, "teacher", "answers")
_SOFT = (*_DISTILLED, "loss", "beta", "temperature", "top_k")
# Recipes by name, and the dials that each has.
DIALS: Mapping[str, tuple[str, ...]] = {
    "supervised": _TRAINED,
    "sequence-kd": _DISTILLED,
    "logit-kd": _SOFT,
    "on-policy-kd": (*_SOFT, "share", "own_temperature"),
    "minillm": (*_DISTILLED, "share", "teacher_share", "normalised"),
    "quantised": ("source", "bits", "method", "group", "calibration"),
    "pruned": ("source", "layers"),
    "checkpoint": ("folder",),
}
_LOSSES = ("forward_kl", "reverse_kl", "jsd")


@dataclass(frozen=True)
class Parts:
    """What models of an experiment name: tables of slices, corpora, schedules and shapes, and what
    is mined."""

    families: tuple[str, ...]
    slices: Table
    corpora: Table
    schedules: Table
    shapes: Table
    mined: Mapping[str, Dig]

    def mix(self, name: str) -> Mix:
        """A slice over the experiment's families: a reach for each role of an axis, or by the axis'
        own name, as ``"rule_chain.steps"``."""
        table = self.slices.table(name)
        own = {f"{f}.{a.name}" for f in self.families for a in FAMILIES[f].axes}
        table.known({"families", "difficulty", "shift", *own})
        reach = {
            family: {
                axis.name: table.table(key if key in table.values else axis.role).filled(Reach)
                for axis in FAMILIES[family].axes
                for key in [f"{family}.{axis.name}"]
            }
            for family in table.get("families", "texts", list(self.families))
        }
        return Mix(reach=reach)

    def corpus(self, name: str) -> Callable[[int], Corpus]:
        """A corpus for every seed; those of one seed and slice hold the same items."""
        table = self.corpora.table(name)
        table.known({"slice", "size", "templates", "noise"}, "dial")
        mix = self.mix(table.choice("slice", self.slices.values))
        size = table.get("size", "int", None)
        templates, noise = table.get("templates", "int", 1), table.get("noise", "float", 0.0)
        return lambda seed: Corpus(mix=mix, seed=seed, size=size, templates=templates, noise=noise)


def recipe_of(name: str, table: Table, parts: Parts) -> Callable[[int], AnyRecipe | Given]:
    """The recipe of a model's table for each seed. Raises :class:`UsageError` for anything off."""
    kind = table.choice("recipe", DIALS)
    table.known((*_OF_ALL, *DIALS[kind]), f"dial of recipe {kind}")
    purpose = table.get("purpose", "str", "")
    if kind == "quantised":
        return _quantised(name, purpose, table, parts)
    if kind == "checkpoint":
        given = Given.of(
            table.get("folder", "str"), name=name, purpose=purpose, beside=table.file.parent
        )
        return lambda _: given
    if kind == "pruned":
        pruned = Pruned(
            name=name,
            purpose=purpose,
            source=table.get("source", "str"),
            layers=tuple(table.get("layers", "ints")),
        )
        return lambda _: pruned
    corpus = parts.corpus(_named(table, "corpus", parts.corpora.values))
    shape = _filled(table, "shape", parts.shapes, Shape)
    schedule = _filled(table, "schedule", parts.schedules, Schedule)
    if schedule is None:
        raise UsageError(f"Model '{name}' has no schedule.", remedy="Give one of [schedules].")
    layers, target = table.get("layers", "ints", None), table.get("target", "float", None)
    if target is not None and not 0 < target <= 1:
        raise table.wrong("target", "a share, above 0 and at most 1")
    common: dict[str, Any] = {
        "name": name,
        "purpose": purpose,
        "schedule": schedule,
        "shape": shape,
        "start": table.get("start", "str", None),
        "layers": None if layers is None else tuple(layers),
        "target": target,
        "target_at": table.choice("target_at", ("mix", "centre"), "mix"),
        "extra": _named(table, "extra", parts.mined) if "extra" in table.values else None,
        **({} if kind == "supervised" else _teaching(kind, table)),
    }

    def recipe(seed: int) -> Recipe:
        return Recipe(corpus=corpus(seed), seed=seed, **common)

    recipe(0)  # what does not fit together is said before anything is grown
    return recipe


def _teaching(kind: str, table: Table) -> dict[str, Any]:
    taught: dict[str, Any] = {
        "teacher": table.get("teacher", "str"),
        "answers": table.choice("answers", ("oracle", "greedy", "sampled"), "greedy"),
    }
    if kind == "sequence-kd":
        return taught
    if kind == "minillm":
        return taught | {
            "objective": Objective(loss="reverse_kl"),
            "on_policy": _own_text(table, [1.0, 1.0], 1.0),
            "policy_gradient": PolicyGradient(
                teacher_share=table.get("teacher_share", "float", 0.2),
                normalised=table.get("normalised", "bool", True),
            ),
        }
    usual = "jsd" if kind == "on-policy-kd" else "forward_kl"
    taught["objective"] = Objective(
        loss=table.choice("loss", _LOSSES, usual),  # type: ignore[arg-type]
        beta=table.get("beta", "float", 0.5),
        temperature=table.get("temperature", "float", 1.0),
        top_k=table.get("top_k", "int", None),
    )
    if kind == "on-policy-kd":
        temperature = table.get("own_temperature", "float", 1.0)
        taught["on_policy"] = _own_text(table, [0.5, 0.5], temperature)
    return taught


def _own_text(table: Table, usual: list[float], temperature: float) -> OnPolicy:
    share = table.get("share", "floats", usual)
    if len(share) != 2:
        raise table.wrong("share", "two numbers: at the start and at the end")
    return OnPolicy(start=share[0], end=share[1], temperature=temperature)


def _quantised(name: str, purpose: str, table: Table, parts: Parts) -> Callable[[int], AnyRecipe]:
    calibration = (
        parts.corpus(_named(table, "calibration", parts.corpora.values))
        if "calibration" in table.values
        else None
    )
    method = table.choice("method", ("nearest", "gptq"), "nearest")
    source, bits = table.get("source", "str"), table.get("bits", "int")
    group = table.get("group", "int", 32)

    def recipe(seed: int) -> Quantised:
        return Quantised(
            name=name,
            purpose=purpose,
            source=source,
            bits=bits,
            method=method,  # type: ignore[arg-type]
            group=group or None,
            calibration=calibration(seed) if calibration else None,
        )

    recipe(0)
    return recipe


def _named(table: Table, key: str, names: Collection[str]) -> str:
    return table.choice(key, names)


def _filled(table: Table, key: str, known: Table, made: type[Any]) -> Any:
    """One of the ``known`` tables by name; None if the model names none."""
    if key not in table.values:
        return None
    chosen = known.table(_named(table, key, known.values))
    filled = chosen.filled(made, may_be_zero=("warmup", "cooldown"))
    if isinstance(filled, Shape) and filled.width % (2 * filled.heads):
        raise chosen.wrong("width", f"a multiple of twice the heads, {filled.heads}")
    return filled
