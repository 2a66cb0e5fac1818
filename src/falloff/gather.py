"""From a run file to what the report shows: the probes on which the models differ, side by side."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from falloff.analysis import Comparison, FamilyData, Spending
from falloff.analysis.novelty import Novelty
from falloff.core import Coordinate, Outcome, PriceTable, Probe, Transcript, UsageError
from falloff.models.weights import weights_size
from falloff.probes import FAMILIES
from falloff.probes.own import digest, load_families, load_installed
from falloff.probes.task import Task
from falloff.report import Divergence, ModelAnswer, ReportContents
from falloff.report.choosing import MOST_SHOWN, in_turn
from falloff.report.lineup import Seat, seats
from falloff.report.unfinished import Standing
from falloff.run import FamilyStamp, PlacedProbe, RunReader

# Probes of a family whose wording is looked up: their effects are then known to about a point.
_MOST_WORDINGS = 10_000

UNKNOWN_GOLD = (
    "not known: the family that asked is not here, or in another version; families from a file of"
    " your own come with --probes FILE"
)


def contents_of(
    reader: RunReader, comparison: Comparison, novelty: Novelty | None = None
) -> ReportContents:
    """Everything that the report shows of a run."""
    manifest = reader.manifest
    differing, shown = divergences(reader, seats(comparison))
    return ReportContents(
        comparison=comparison,
        manifest=manifest.as_dict(),
        divergences=shown,
        left_out=differing - len(shown),
        run=str(reader.path),
        created=_created(reader),
        standing=standing_of(reader, comparison.probes),
        axes={stamp.name: stamp.axes for stamp in manifest.families},
        novelty=novelty,
    )


def standing_of(reader: RunReader, probes: int) -> Standing:
    """How far the run is, ``probes`` having been placed for each model."""
    manifest, counts = reader.manifest, reader.completeness().values()
    return Standing(
        finished=manifest.finished,
        answered=sum(count.answered for count in counts),
        errors=sum(count.errors for count in counts),
        unasked=sum(count.unasked for count in counts),
        probes=probes,
        budget=manifest.sessions[-1].budget if manifest.sessions else None,
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


def _templates(probes: tuple[str, ...]) -> tuple[int | None, ...]:
    """The number of each probe's wording; None where its family's code is not here.

    To know it the task is made anew, so of a very large run every k-th probe stands for all.
    """
    every = math.ceil(len(probes) / _MOST_WORDINGS)
    tasks = (
        task_of(Probe.parse(probe)) if number % every == 0 else None
        for number, probe in enumerate(probes)
    )
    return tuple(task.template if task else None for task in tasks)


def divergences(reader: RunReader, seated: tuple[Seat, ...]) -> tuple[int, tuple[Divergence, ...]]:
    """How many probes some models solved and others did not; and those that a report shows.

    Of one model alone, those that it failed. Transcripts are read of the latter only.
    """
    roles = list(reader.manifest.models)
    have_families(reader)
    count, found = reader.differing(roles, MOST_SHOWN)
    silent = [_silent(reader, placed, outcomes) for placed, outcomes in found.values()]
    shown = itertools.islice(in_turn(silent, seated), MOST_SHOWN)
    return count, tuple(_with_words(reader, one, *found[one.probe]) for one in shown)


def all_divergences(reader: RunReader) -> Iterator[Divergence]:
    """Every such probe with what was said, one by one, by family and place in the run."""
    have_families(reader)
    for placed, outcomes in reader.each_differing(list(reader.manifest.models)):
        yield _with_words(reader, _silent(reader, placed, outcomes), placed, outcomes)


def _silent(reader: RunReader, placed: PlacedProbe, outcomes: Mapping[str, Outcome]) -> Divergence:
    """Without what was said, models in the order of the manifest."""
    family = placed.probe.family
    return Divergence(
        probe=placed.probe.id,
        family=family,
        capability=next(s.capability for s in reader.manifest.families if s.name == family),
        coordinate=placed.probe.coordinate,
        gold="",
        answers=tuple(
            ModelAnswer(
                model=reader.manifest.models[role].spec,
                transcript=Transcript(messages=()),
                outcome=outcome,
            )
            for role, outcome in outcomes.items()
        ),
    )


def _with_words(
    reader: RunReader, divergence: Divergence, placed: PlacedProbe, outcomes: Mapping[str, Outcome]
) -> Divergence:
    """With what was said, and what would have been right."""
    key = divergence.probe
    said = {role: dict(reader.transcripts(role, [key])) for role in outcomes}
    return replace(
        divergence,
        gold=task.gold if (task := task_of(placed.probe)) else UNKNOWN_GOLD,
        answers=tuple(
            replace(answer, transcript=said[role][key])
            for role, answer in zip(outcomes, divergence.answers, strict=True)
            if key in said[role]
        ),
    )


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
