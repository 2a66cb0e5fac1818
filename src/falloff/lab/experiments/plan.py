"""An experiment as jobs: what has to be grown and measured, each under a name that is its content.

A model's key is a hash of its recipe, of the keys of the models that it needs, and of the versions
of its families; a measurement's, of its model's key and its sample. So experiments share what they
have in common, and what is there already is not done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from falloff.lab.experiments.experiment import Experiment, Member
from falloff.lab.experiments.given import Given
from falloff.lab.experiments.measuring import Sample
from falloff.lab.recipe import AnyRecipe, Recipe
from falloff.probes import FAMILIES

# Raised when the lab grows other weights, or judges otherwise, by the same recipe.
_VERSION = 1
# What a measurement costs, as tokens trained, for the estimate of the time left.
_TOKENS_A_PROBE = 300


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A model to be grown into ``models/KEY``; ``needs``: keys by the recipe's names for them."""

    key: str
    name: str
    recipe: AnyRecipe | Given
    needs: Mapping[str, str]

    @property
    def work(self) -> float:
        """About how many tokens it is trained on, teacher and student each counting."""
        if not isinstance(self.recipe, Recipe):
            return 1e4
        plan = self.recipe.schedule
        tokens = plan.max_tokens or plan.max_steps * plan.tokens
        return tokens * (1 + plan.cooldown) * (1.5 if self.recipe.teacher else 1.0)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A model's answers to a sample, to be kept as ``answers/KEY.json``.

    ``holds_centre``: it is the teacher, and has to hold the centre of every family.
    """

    key: str
    name: str
    model: str
    sample: Sample
    holds_centre: bool

    @property
    def work(self) -> float:
        return _TOKENS_A_PROBE * len(self.sample.families) * (self.sample.box + self.sample.centre)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All jobs of an experiment in the order in which they are best done: seed by seed.

    ``readings``: keys of the measurements, by seed and model.
    """

    jobs: tuple[Growth | Reading, ...]
    readings: Mapping[int, Mapping[str, str]]

    @classmethod
    def of(cls, experiment: Experiment) -> Plan:
        jobs: dict[str, Growth | Reading] = {}
        readings: dict[int, dict[str, str]] = {}
        for seed in experiment.seeds:
            sample = Sample.of(experiment, seed)
            keys: dict[str, str] = {}
            for name, member in experiment.members.items():
                grown = _growth(member, seed, keys)
                keys[name] = grown.key
                checked = name == experiment.teacher
                content = {"model": grown.key, "sample": sample.as_dict(), "checked": checked}
                read = Reading(
                    key=_digest(content),
                    name=grown.name,
                    model=grown.key,
                    sample=sample,
                    holds_centre=checked,
                )
                jobs.setdefault(grown.key, grown)
                jobs.setdefault(read.key, read)
                readings.setdefault(seed, {})[name] = read.key
        return cls(jobs=tuple(jobs.values()), readings=readings)


def model_folder(out: Path, key: str) -> Path:
    """Where a grown model is."""
    return out / "models" / key


def answers_file(out: Path, key: str) -> Path:
    """Where a measurement is."""
    return out / "answers" / f"{key}.json"


def _growth(member: Member, seed: int, keys: Mapping[str, str]) -> Growth:
    recipe = member.at(seed)
    needs = {name: keys[name] for name in recipe.needs}
    return Growth(
        key=_digest(_content(recipe, needs)),
        name=member.name if member.once else f"{member.name} (seed {seed})",
        recipe=recipe,
        needs=needs,
    )


def _content(recipe: AnyRecipe | Given, needs: Mapping[str, str]) -> dict[str, Any]:
    """All that decides a model's weights: names are replaced by what they stand for."""
    said = recipe.as_dict()
    for name in ("name", "purpose"):
        del said[name]
    for role in ("start", "teacher", "source"):
        if said.get(role):
            said[role] = needs[said[role]]
    corpus = said.get("corpus") or said.get("calibration")
    families = corpus["mix"]["reach"] if corpus else ()
    return {"families": {name: FAMILIES[name].version for name in families}, **said}


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps({"version": _VERSION, **content}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]
