"""A run as Inspect's logs: one log a model, one sample a probe, one epoch a repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalLog,
    EvalMetric,
    EvalResults,
    EvalSample,
    EvalScore,
    EvalSpec,
    EvalStats,
    write_eval_log,
)
from inspect_ai.model import ModelUsage

from falloff import __version__
from falloff.inspection.samples import eval_sample
from falloff.report.files import whole_file
from falloff.run import RunReader, open_for_reading

if TYPE_CHECKING:
    from falloff import Run
    from falloff.analysis import Interval, Profile


def write_logs(run: Run, out: Path) -> tuple[Path, ...]:
    """Write ``out``, or for a run of several models ``out`` with each one's role in its name.

    Inspect's log has one model. It is made in memory, then written whole or not at all. Raises
    :class:`falloff.core.SetupError` where it cannot be written.
    """
    comparison = run.comparison
    profiles = [comparison.teacher, *(student.profile for student in comparison.students)]
    if comparison.null:
        profiles.append(comparison.null.profile)
    written = []
    with open_for_reading(run.path) as reader:
        roles = list(reader.manifest.roles)
        for role, profile in zip(roles, profiles, strict=True):
            path = out if len(roles) == 1 else out.with_stem(f"{out.stem}-{role}")
            log = _log(reader, role, profile)
            with whole_file(path) as draft:
                write_eval_log(log, str(draft), format="eval")
            written.append(path)
    return tuple(written)


def _log(reader: RunReader, role: str, profile: Profile) -> EvalLog:
    samples = list(_samples(reader, role))
    usage = {profile.model: _usage(samples)}
    complete = not reader.completeness()[role].unasked
    return EvalLog(
        status="success" if complete else "cancelled",
        eval=_spec(reader, role, samples),
        results=_results(samples, profile),
        stats=EvalStats(started_at=_time(reader), completed_at=_time(reader), model_usage=usage),
        samples=samples,
    )


def _samples(reader: RunReader, role: str) -> Iterator[EvalSample]:
    spec = reader.manifest.stamp(role).spec
    for repeat in range(reader.manifest.repeats):
        for placed, outcome in reader.outcomes(role, repeat):
            said = next(reader.transcripts(role, [placed.probe.id], repeat), None)
            messages = said[1].messages if said else ()
            yield eval_sample(placed, outcome, messages, model=spec, epoch=repeat + 1)


def _spec(reader: RunReader, role: str, samples: list[EvalSample]) -> EvalSpec:
    """The same ids and time whenever the same run is exported."""
    manifest, stamp = reader.manifest, reader.manifest.stamp(role)
    ids = sorted({str(sample.id) for sample in samples})
    name = manifest.default_path().stem
    return EvalSpec(
        eval_id=_digest(name, role),
        run_id=_digest(name),
        task_id=_digest(manifest.suite, manifest.suite_version),
        created=_time(reader),
        task=f"falloff/{manifest.suite}",
        task_version=manifest.suite_version,
        dataset=EvalDataset(name=manifest.suite, samples=len(ids), sample_ids=ids),
        model=stamp.spec,
        config=EvalConfig(epochs=manifest.repeats),
        packages={"falloff": __version__},
        tags=[role],
        metadata={
            "role": role,
            "mode": manifest.mode,
            "seed": manifest.seed,
            "dialect": manifest.dialect,
            "design": manifest.design,
            "model": stamp.description,
        },
    )


def _results(samples: list[EvalSample], profile: Profile) -> EvalResults:
    """What was measured. No plain mean of scores: probes were placed where they tell most."""
    scored = sum(sample.error is None for sample in samples)
    figures = {"volume": profile.volume}
    for family in profile.families:
        figures[f"volume {family.family}"] = family.volume
        figures[f"centre {family.family}"] = family.centre
    score = EvalScore(
        name="outcome",
        scorer="falloff/outcome",
        scored_samples=scored,
        unscored_samples=len(samples) - scored,
        metrics=dict(_metrics(figures)),
    )
    return EvalResults(total_samples=len(samples), completed_samples=scored, scores=[score])


def _metrics(figures: Mapping[str, Interval]) -> Iterator[tuple[str, EvalMetric]]:
    for name, figure in figures.items():
        if figure.estimate is not None:
            interval = {"low": figure.low, "high": figure.high, "interval": "90 %"}
            yield name, EvalMetric(name=name, value=figure.estimate, metadata=interval)


def _usage(samples: list[EvalSample]) -> ModelUsage:
    used = [usage for sample in samples for usage in sample.model_usage.values()]
    return ModelUsage(
        input_tokens=sum(u.input_tokens for u in used),
        output_tokens=sum(u.output_tokens for u in used),
        total_tokens=sum(u.total_tokens for u in used),
    )


def _time(reader: RunReader) -> str:
    """When the run's file was last written: a run keeps no clock, so logs have no duration."""
    return datetime.fromtimestamp(reader.path.stat().st_mtime, UTC).isoformat()


def _digest(*parts: str) -> str:
    """22 characters, as many as Inspect's own ids have."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=11).hexdigest()
