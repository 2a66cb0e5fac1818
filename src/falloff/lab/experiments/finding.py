"""From kept answers to an experiment's finding, over the seeds that are done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.findings import Finding, ModelRow, contrast_rows
from falloff.analysis.hypotheses import Answer, Part, Value, judge, over_seeds
from falloff.lab.experiments.experiment import Experiment
from falloff.lab.experiments.measures import Pair, value
from falloff.lab.experiments.measuring import Sample, answers
from falloff.lab.experiments.plan import Plan, Reading, model_folder
from falloff.lab.experiments.work import kept

# Measures that every finding shows of every model.
SHOWN = ("volume", "retention", "centre", "near", "beyond")

Pairs = Mapping[str, Pair]


def finding(experiment: Experiment, out: Path, seeds: Sequence[int]) -> Finding:
    """What the finished ``seeds`` say. Raises :class:`falloff.core.SetupError` for kept answers
    that are damaged."""
    plan = Plan.of(experiment)
    by_seed = [_pairs(experiment, plan, out, seed) for seed in sorted(seeds)]
    judged = judge(experiment.claim, [_values(experiment, pairs) for pairs in by_seed]) if (
        experiment.claim
    ) else None  # fmt: skip
    return Finding(
        experiment=experiment.name,
        setting=experiment.setting,
        purpose=experiment.purpose,
        hypothesis=experiment.claim.hypothesis if experiment.claim else "",
        claim=experiment.claim.claim if experiment.claim else "",
        verdict=judged.answer if judged else Answer.OPEN,
        why=judged.why if judged else "nothing is claimed",
        seeds=len(by_seed),
        families=experiment.families,
        box=experiment.measurement.box,
        centre=experiment.measurement.centre,
        contrasts=contrast_rows(judged) if judged else (),
        models=tuple(
            _row(experiment, plan, out, name, by_seed, seeds) for name in experiment.members
        ),
    )


def _pairs(experiment: Experiment, plan: Plan, out: Path, seed: int) -> Pairs:
    sample, tail = Sample.of(experiment, seed), experiment.measurement.tail(seed)
    found = {name: kept(out, key) for name, key in plan.readings[seed].items()}
    asked = {name: answers(sample, one.replies) for name, one in found.items()}
    return {
        name: Pair(
            own=asked[name],
            reference=asked[member.against],
            tail=tail,
            dimensions=found[name].dimensions,
        )
        for name, member in experiment.members.items()
    }


def _values(experiment: Experiment, pairs: Pairs) -> dict[str, dict[Part, Value]]:
    """The numbers that the claim names, in one seed."""
    values: dict[str, dict[Part, Value]] = {}
    for contrast in experiment.claim.contrasts if experiment.claim else ():
        for measure in contrast.measures:
            known = values.setdefault(measure, {})
            for part in (*contrast.plus, *contrast.minus):
                if part not in known:
                    known[part] = value(measure, pairs[part.model], part.family)
    return values


def _row(
    experiment: Experiment,
    plan: Plan,
    out: Path,
    name: str,
    by_seed: Sequence[Pairs],
    seeds: Sequence[int],
) -> ModelRow:
    keys = {job.key: job.model for job in plan.jobs if isinstance(job, Reading)}
    took = [_took(model_folder(out, keys[plan.readings[seed][name]])) for seed in seeds]
    recipe = experiment.members[name].at(1)
    return ModelRow(
        name=name,
        recipe=experiment.members[name].kind,
        purpose=recipe.purpose,
        parameters=took[0].get("parameters", 0) if took else 0,
        tokens=round(fmean(t.get("tokens", 0) for t in took)) if took else 0,
        cpu_seconds=round(fmean(t.get("cpu_seconds", 0) for t in took), 1) if took else 0.0,
        numbers={
            measure: _interval([value(measure, pairs[name]) for pairs in by_seed])
            for measure in SHOWN
        },
    )


def _interval(values: Sequence[Value]) -> Interval:
    known = [v for v in values if v is not None]
    return over_seeds(known) if len(known) == len(values) else UNDEFINED


def _took(folder: Path) -> dict[str, Any]:
    """What growing it took; nothing is known of a checkpoint that somebody else has grown."""
    file = folder / "recipe.json"
    took: dict[str, Any] = json.loads(file.read_text()).get("took", {}) if file.is_file() else {}
    return took
