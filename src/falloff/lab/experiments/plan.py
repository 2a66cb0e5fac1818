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

from falloff.lab.experiments.dig import Dig
from falloff.lab.experiments.experiment import Experiment, Member
from falloff.lab.experiments.given import Given
from falloff.lab.experiments.measuring import Sample, family_content
from falloff.lab.recipe import AnyRecipe, Recipe
from falloff.probes import FAMILIES

# Raised when the lab grows other weights, or judges otherwise, by the same recipe.
_VERSION = 1
# What a measurement costs, as tokens trained, for the estimate of the time left.
_TOKENS_A_PROBE = 300
# And what asking one costs, choosing it, recording it and all.
_TOKENS_ASKED = 150


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A model to be grown into ``models/KEY``; ``needs``: keys by the recipe's names for them, and
    ``extra`` that of its mined examples."""

    key: str
    name: str
    recipe: AnyRecipe | Given
    needs: Mapping[str, str]
    extra: str | None = None

    @property
    def after(self) -> frozenset[str]:
        """Keys of the jobs that have to be done before it."""
        return frozenset([*self.needs.values(), *([self.extra] if self.extra else [])])

    @property
    def did(self) -> str:
        return "grown"

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
    def after(self) -> frozenset[str]:
        return frozenset({self.model})

    @property
    def did(self) -> str:
        return f"measured on seed {self.sample.seed}"

    @property
    def work(self) -> float:
        return _TOKENS_A_PROBE * len(self.sample.families) * (self.sample.box + self.sample.centre)


@dataclass(frozen=True, kw_only=True)
class Comparing:
    """A comparison of two models, kept as ``compared/KEY.falloff``, for what is mined by it."""

    key: str
    name: str
    teacher: str
    student: str
    families: tuple[str, ...]
    budget: int
    seed: int

    @property
    def after(self) -> frozenset[str]:
        return frozenset({self.teacher, self.student})

    @property
    def did(self) -> str:
        return f"compared on {', '.join(self.families)}"

    @property
    def work(self) -> float:
        return 2 * _TOKENS_ASKED * self.budget


@dataclass(frozen=True, kw_only=True)
class Digging:
    """Examples to be mined into ``mined/KEY``, by the comparison of that key."""

    key: str
    name: str
    dig: Dig
    compared: str
    teacher: str
    seed: int

    @property
    def after(self) -> frozenset[str]:
        return frozenset({self.teacher, self.compared})

    @property
    def did(self) -> str:
        return "mined"

    @property
    def work(self) -> float:
        return 1.5 * _TOKENS_ASKED * self.dig.count


Job = Growth | Reading | Comparing | Digging


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All jobs of an experiment in the order in which they are best done: seed by seed.

    ``readings``: keys of the measurements, by seed and model.
    """

    jobs: tuple[Job, ...]
    readings: Mapping[int, Mapping[str, str]]

    @classmethod
    def of(cls, experiment: Experiment) -> Plan:
        jobs: dict[str, Job] = {}
        readings: dict[int, dict[str, str]] = {}
        for seed in experiment.seeds:
            sample = Sample.of(experiment, seed)
            keys: dict[str, str] = {}
            for name, member in experiment.members.items():
                dug = _digging(member, seed, keys)
                jobs |= {job.key: jobs.get(job.key, job) for job in dug}
                grown = _growth(member, seed, keys, extra=dug[-1].key if dug else None)
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


def run_file(out: Path, key: str) -> Path:
    """Where a comparison is."""
    return out / "compared" / f"{key}.falloff"


def mined_folder(out: Path, key: str) -> Path:
    """Where mined examples are."""
    return out / "mined" / key


def _growth(member: Member, seed: int, keys: Mapping[str, str], *, extra: str | None) -> Growth:
    recipe = member.at(seed)
    needs = {name: keys[name] for name in recipe.needs}
    return Growth(
        key=_digest(_content(recipe, needs, extra)),
        name=_of_seed(member.name, member, seed),
        recipe=recipe,
        needs=needs,
        extra=extra,
    )


def _digging(member: Member, seed: int, keys: Mapping[str, str]) -> list[Comparing | Digging]:
    """What the member's extra examples take; nothing if it has none."""
    dig = member.dig
    if dig is None:
        return []
    seed_of_it = 0 if member.once else seed
    teacher, student = keys[dig.teacher], keys[dig.student]
    asked = {
        "compared": {"teacher": teacher, "student": student},
        "families": {name: family_content(name) for name in dig.families},
        "budget": dig.budget,
        "seed": seed_of_it,
    }
    compared = Comparing(
        key=_digest(asked),
        name=_of_seed(dig.student, member, seed),
        teacher=teacher,
        student=student,
        families=dig.families,
        budget=dig.budget,
        seed=seed_of_it,
    )
    return [
        compared,
        Digging(
            key=_digest({"mined": compared.key, "where": dig.where, "count": dig.count}),
            name=_of_seed(dig.name, member, seed),
            dig=dig,
            compared=compared.key,
            teacher=teacher,
            seed=seed_of_it,
        ),
    ]


def _of_seed(name: str, member: Member, seed: int) -> str:
    return name if member.once else f"{name} (seed {seed})"


def _content(
    recipe: AnyRecipe | Given, needs: Mapping[str, str], extra: str | None
) -> dict[str, Any]:
    """All that decides a model's weights: names are replaced by what they stand for."""
    said = recipe.as_dict()
    for name in ("name", "purpose"):
        del said[name]
    for role in ("start", "teacher", "source"):
        if said.get(role):
            said[role] = needs[said[role]]
    if extra:
        said["extra"] = extra
    corpus = said.get("corpus") or said.get("calibration")
    families = corpus["mix"]["reach"] if corpus else ()
    return {"families": {name: FAMILIES[name].version for name in families}, **said}


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps({"version": _VERSION, **content}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]
