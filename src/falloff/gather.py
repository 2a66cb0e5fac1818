"""From a run file to what the report shows: the probes on which the models differ, side by side."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from falloff.analysis import Comparison, FamilyData, Spending
from falloff.analysis.novelty import Novelty
from falloff.core import Coordinate, Outcome, PriceTable, Probe, UsageError
from falloff.models.weights import weights_size
from falloff.probes import FAMILIES
from falloff.probes.own import digest, load_families, load_installed
from falloff.probes.task import Task
from falloff.report import Divergence, ModelAnswer, ReportContents
from falloff.run import FamilyStamp, RunReader

UNKNOWN_GOLD = (
    "not known: the family that asked is not here, or in another version; families from a file of"
    " your own come with --probes FILE"
)


def contents_of(
    reader: RunReader, comparison: Comparison, novelty: Novelty | None = None
) -> ReportContents:
    """Everything that the report shows of a run."""
    counts = reader.completeness().values()
    return ReportContents(
        comparison=comparison,
        manifest=reader.manifest.as_dict(),
        divergences=tuple(divergences(reader)),
        run=str(reader.path),
        created=_created(reader),
        scored=sum(count.answered for count in counts),
        missing=sum(count.errors + count.unasked for count in counts),
        axes={stamp.name: stamp.axes for stamp in reader.manifest.families},
        novelty=novelty,
    )


def spending_of(reader: RunReader, prices: PriceTable) -> dict[str, Spending]:
    """What every role has used and, where its price is known, what that costs."""
    specs = {role: reader.manifest.stamp(role).spec for role in reader.manifest.roles}
    return {
        role: replace(
            reader.spending(role).priced(prices.of(spec), prices.currency), size=weights_size(spec)
        )
        for role, spec in specs.items()
    }


def families_of(reader: RunReader) -> list[FamilyData]:
    """All that measuring starts from, family by family."""
    have_families(reader)
    return [_family_data(reader, stamp) for stamp in reader.manifest.families]


def _family_data(reader: RunReader, stamp: FamilyStamp) -> FamilyData:
    from falloff.analysis import FixedPool
    from falloff.run.evidence import repeats_of, tokens_of

    answers, pool = reader.evidence(stamp.name), stamp.pool
    names = [axis.name for axis in stamp.axes]
    grid = tuple(
        Coordinate(doses=tuple(zip(names, cell, strict=True)))
        for cell in itertools.product(*(axis.levels for axis in stamp.axes))
    )
    return FamilyData(
        name=stamp.name,
        capability=stamp.capability,
        axes=stamp.axes,
        chance=stamp.chance,
        grid=grid,
        weights=(1 / len(grid),) * len(grid),
        weight=stamp.weight,
        coordinates=answers.coordinates,
        shares=answers.shares,
        scores=answers.scores,
        answers=answers.answers,
        reasons=answers.reasons,
        items=tuple(str(seed % pool.size) for seed in answers.seeds) if pool else None,
        pool=FixedPool(used=pool.used, rejected=pool.rejected) if pool else None,
        repeats=repeats_of(reader, stamp.name),
        tokens=tokens_of(reader, stamp.name),
        templates=_templates(answers.probe_ids),
    )


def _templates(probes: Iterable[str]) -> tuple[int | None, ...]:
    """The number of each probe's wording; None where its family's code is not here."""
    tasks = (task_of(Probe.parse(probe)) for probe in probes)
    return tuple(task.template if task else None for task in tasks)


def divergences(reader: RunReader) -> Iterator[Divergence]:
    """Probes that some models solved and others did not; of one model alone, those it failed."""
    roles = list(reader.manifest.models)
    have_families(reader)
    capability = {stamp.name: stamp.capability for stamp in reader.manifest.families}
    by_probe: dict[str, tuple[Probe, dict[str, Outcome]]] = {}
    for role in roles:
        for placed, outcome in reader.outcomes(role):
            _, outcomes = by_probe.setdefault(placed.probe.id, (placed.probe, {}))
            outcomes[role] = outcome
    differing = {
        key: (probe, outcomes)
        for key, (probe, outcomes) in by_probe.items()
        if _differ(outcomes, alone=len(roles) == 1)
    }
    said = {role: dict(reader.transcripts(role, differing)) for role in roles}
    for key, (probe, outcomes) in differing.items():
        yield Divergence(
            probe=key,
            family=probe.family,
            capability=capability[probe.family],
            coordinate=probe.coordinate,
            gold=task.gold if (task := task_of(probe)) else UNKNOWN_GOLD,
            answers=tuple(
                ModelAnswer(
                    model=reader.manifest.models[role].spec,
                    transcript=said[role][key],
                    outcome=outcomes[role],
                )
                for role in roles
                if role in outcomes and key in said[role]
            ),
        )


def _differ(outcomes: dict[str, Outcome], *, alone: bool) -> bool:
    scores = [outcome.score for outcome in outcomes.values() if outcome.score is not None]
    return bool(scores) and (min(scores) < 1 if alone else min(scores) < max(scores))


def have_families(reader: RunReader) -> None:
    """Register installed families that the run is of, as far as they can be had."""
    if any(stamp.name not in FAMILIES for stamp in reader.manifest.families):
        with suppress(UsageError):
            load_installed()


def bring_families(reader: RunReader, file: Path) -> None:
    """Register the families of ``file``, from which the run has asked.

    Raises :class:`falloff.core.UsageError` if it is not that file, or cannot be loaded.
    """
    asked_from = reader.manifest.probes_file
    if asked_from is None:
        raise UsageError(
            f"The run '{reader.path}' asked no families from a file.", remedy="Leave --probes out."
        )
    if digest(file) != asked_from:
        raise UsageError(
            f"'{file}' is not the file that '{reader.path}' asked from, or has changed since.",
            remedy="Give the file as it was, or leave --probes out.",
        )
    load_families(file)


def task_of(probe: Probe) -> Task | None:
    """The task that was asked; None where its family's code is gone, is another, or fails."""
    if probe.family not in FAMILIES or FAMILIES[probe.family].version != probe.version:
        return None
    try:
        return FAMILIES[probe.family].task(probe)
    except Exception:  # anybody's code, and an old run is to be read without it
        return None


def _created(reader: RunReader) -> str:
    """When the run was last written, local time to the minute."""
    changed = reader.path.stat().st_mtime
    return datetime.datetime.fromtimestamp(changed).astimezone().strftime("%Y-%m-%d %H:%M %Z")
