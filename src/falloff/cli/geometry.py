"""lab geometry: from a run to its models' hidden states, and how they are shown."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from falloff.core import UsageError

if TYPE_CHECKING:
    from falloff.lab.geometry import ModelGeometry, Tracking


def geometry_of_run(
    run: Path, *, count: int, layer: int, seed: int
) -> tuple[list[ModelGeometry], list[Tracking]]:
    """The models of a run, and what of their geometry follows retention.

    Raises :class:`falloff.core.UsageError` for a run without students or without what retention is
    measured from.
    """
    import falloff
    from falloff.gather import families_of
    from falloff.lab.geometry import geometry_of, places_of, prompts_at, tracking
    from falloff.run import open_for_reading

    opened = falloff.open_run(run)
    compared, manifest = opened.comparison, opened.manifest
    kept = {
        student.model: student.retention.estimate
        for student in compared.students
        if student.retention.estimate is not None
    }
    if not kept:
        raise UsageError(
            f"'{run}' has no student whose retention is known.",
            remedy="Give a run of falloff compare in which the teacher holds its centre.",
        )
    used = {family.family for student in compared.students for family in student.families
            if family.retention.estimate is not None}  # fmt: skip
    roles = [role for role, stamp in manifest.models.items() if stamp.spec in kept]
    with open_for_reading(run) as reader:
        families = [data for data in families_of(reader) if data.name in used]
    places = places_of(families, roles)
    prompts = prompts_at(places, count=count, dialect=manifest.dialect, seed=seed)
    models = geometry_of(compared.teacher.model, kept, prompts, layer=layer, seed=seed)
    return models, tracking(models)


def say_geometry(
    models: Sequence[ModelGeometry], tracked: Sequence[Tracking], *, as_json: bool
) -> None:
    if as_json:
        written = {
            "models": [_finite(asdict(model)) for model in models],
            "tracking": [
                asdict(one) | {"correlation": one.correlation.as_dict()} for one in tracked
            ],
        }
        typer.echo(json.dumps(written, allow_nan=False))
        return
    width = max(len(model.model) for model in models)
    typer.echo(f"{'':{width}}  retention  zone    PR     eff. rank  TwoNN  CKA with teacher")
    for model in models:
        kept = "" if model.retention is None else f"{model.retention:.2f}"
        for number, cloud in enumerate(model.clouds):
            name, share = (model.model, kept) if number == 0 else ("", "")
            typer.echo(
                f"{name:{width}}  {share:9}  {cloud.zone:6}  {cloud.participation_ratio:5.1f}"
                f"  {cloud.effective_rank:9.1f}  {cloud.two_nn:5.1f}  {cloud.cka:.2f}"
            )
    from falloff.report.numerals import number_interval, plural

    typer.echo("\nDoes it follow retention? Spearman's rho over the students, 90 % interval:")
    for one in tracked:
        rho = one.correlation
        said = (
            f"{number_interval(rho)}, {one.models} models"
            if rho.estimate is not None
            else f"not known: {plural(one.models, 'model')}, at least 5 that differ are needed"
        )
        typer.echo(f"  {one.zone:6}  {one.measure:19}  {said}")


def _finite(value: Any) -> Any:
    """What is not a number becomes null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
