"""From a run and the student's training prompts to what novelty says. Thin: it puts rooms together.

The distances of a run's probes are kept in its file, with a digest of the training data; a prompt
of it is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from falloff.analysis.novelty import Novelty, Rim, along_novelty, traffic_of
from falloff.run import open_for_reading, open_for_writing
from falloff.surroundings import Surroundings
from falloff.training import TrainingData

if TYPE_CHECKING:
    from falloff.analysis import Comparison, FamilyData
    from falloff.run import RunReader

# A file that holds so large a share of the probes word for word is the benchmark itself.
_SAME = 0.5
_EQUAL = 1e-6


def keep_novelty(path: Path, training: TrainingData) -> None:
    """Work out the distances of all probes of a run, and keep them in its file."""
    with open_for_reading(path) as reader:
        distances, manifest = _distances(reader, training), reader.manifest
        facts = _facts(training, distances, _as_they_stand(reader, distances))
    with open_for_writing(path, manifest) as store:
        store.keep_novelty(facts, distances)


def novelty_of(
    reader: RunReader,
    families: Sequence[FamilyData],
    comparison: Comparison,
    around: Surroundings,
) -> Novelty | None:
    """What novelty says; None where no training data was ever given."""
    training, facts = around.training, reader.manifest.training
    if training is not None:
        distances = _distances(reader, training)
        facts = _facts(training, distances, _as_they_stand(reader, distances))
    elif facts is not None:
        distances = reader.distances()
    else:
        return None
    by_family = {
        data.name: np.array(
            [distances.get(probe, np.nan) for probe in reader.evidence(data.name).probe_ids],
            dtype=np.float64,
        )
        for data in families
    }
    roles = tuple(reader.manifest.models)
    rim = Rim(distance=facts["rim"], prompts=facts["prompts"], why=facts["why"])
    found, probes = along_novelty(
        families,
        by_family,
        rim,
        comparison,
        roles=roles,
        view=facts["view"],
        sees=facts["sees"],
        digest=facts["digest"],
        tau=comparison.threshold,
    )
    found = replace(found, said=tuple(facts["said"]))
    if training is None or around.traffic is None:
        return found
    asked = training.distances(around.traffic.texts)
    found = traffic_of(found, families, probes, rim, roles, asked)
    return replace(found, said=(*found.said, *around.traffic.said))


def _distances(reader: RunReader, training: TrainingData) -> dict[str, float]:
    openings = dict(reader.openings())
    distances = training.distances(list(openings.values())).tolist() if openings else []
    return dict(zip(openings, distances, strict=True))


def _as_they_stand(reader: RunReader, distances: Mapping[str, float]) -> list[float]:
    """Distances of a benchmark's items without any stress, which changes words; else of all."""
    if reader.manifest.bench is None:
        return list(distances.values())
    families = (reader.evidence(stamp.name) for stamp in reader.manifest.families)
    return [
        distances[probe]
        for family in families
        for probe, at in zip(family.probe_ids, family.coordinates, strict=True)
        if probe in distances and not any(dose for _, dose in at)
    ]


def _facts(
    training: TrainingData, distances: Mapping[str, float], unstressed: Sequence[float]
) -> dict[str, Any]:
    """What the run says of the training data: no prompt, no path."""
    rim = training.rim
    stressed = len(unstressed) < len(distances)
    said = list(training.prompts.said)
    equal = sum(distance <= _EQUAL for distance in unstressed)
    if unstressed and equal >= _SAME * len(unstressed):
        said.insert(
            0,
            f"{equal:,} of {len(unstressed):,} probes{' without stress' * stressed} stand word for"
            " word in the training file: it is the benchmark itself, or holds it. No number here"
            " says how far a student carries.",
        )
    if not training.nearest.exact:
        said.append(
            "More training prompts than are all compared: the nearest is looked for in a shortlist"
            f"{' of an approximate index' if training.nearest.indexed else ''}."
        )
    return {
        "digest": training.prompts.digest,
        "view": training.view.name,
        "sees": training.view.sees,
        "prompts": rim.prompts,
        "rim": rim.distance,
        "why": rim.why,
        "said": said,
    }
