"""The Python face: compare, measure, and the run they leave behind."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from threadpoolctl import threadpool_limits

from falloff.core import Coordinate, UsageError, missing_extra
from falloff.models import Model, load_model
from falloff.probes import SUITES, Suite
from falloff.run import (
    FamilyStamp,
    Manifest,
    Mode,
    Progress,
    RunReader,
    RunStore,
    conduct,
    open_for_reading,
    open_for_writing,
)
from falloff.sampling import Design, FamilyEvidence

if TYPE_CHECKING:
    from falloff.measure import Comparison, FamilyData
    from falloff.report import ReportContents

ModelLike = str | Model | Callable[..., Any]

BUDGET = 600
SUITE = "micro"


def compare(
    teacher: ModelLike,
    student: ModelLike | Sequence[ModelLike],
    *,
    suite: str = SUITE,
    budget: int = BUDGET,
    precision: float | None = None,
    seed: int = 0,
    run: str | Path | None = None,
    fresh: bool = False,
    repeats: int = 1,
    logprobs: int = 0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Run:
    """Put the same probes to a teacher and to one student or several, and compare them.

    ``budget`` is the number of probes put to each model. With ``precision`` it is a cap: asking
    stops once the 90 % interval of retention is at most ± that wide (0.05 is five points), every
    student's. ``run`` is the file that keeps every answer (by default one under ``runs/`` that
    follows from everything else): the same call again goes on where it stopped and asks nothing
    twice; a larger budget continues; ``fresh`` starts over. A plain function is a model too: called
    once a turn with the messages, it returns text.

    ``repeats``: probes at the centre and those drawn from the box are asked until each model has so
    many answers to them that are decoded alike, by its own sampling: for pass^k and flips.
    ``logprobs``: so many of the likeliest tokens are kept with their log-probabilities, where a
    model gives them: for KL and the same top token.

    Raises :class:`falloff.core.UsageError` for what cannot be asked,
    :class:`falloff.core.ModelError` for a model that cannot be loaded or stops answering.
    """
    students = cast("list[ModelLike]", student if isinstance(student, list | tuple) else [student])
    if not students:
        raise UsageError("There is no student to compare.", remedy="Name at least one.")
    roles = {"teacher": teacher}
    roles |= {f"student{i}": model for i, model in enumerate(students, start=1)}
    return _ask(
        "compare", roles, suite, budget, precision, seed, run, fresh, repeats, logprobs, progress
    )


def measure(
    model: ModelLike,
    *,
    suite: str = SUITE,
    budget: int = BUDGET,
    precision: float | None = None,
    seed: int = 0,
    run: str | Path | None = None,
    fresh: bool = False,
    repeats: int = 1,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Run:
    """Measure one model alone: centre, curves, edges and volume. Arguments as for `compare`.

    ``precision`` is that of the overall volume.
    """
    roles = {"model": model}
    return _ask("measure", roles, suite, budget, precision, seed, run, fresh, repeats, 0, progress)


def open_run(path: str | Path) -> Run:
    """A run that is on disk, finished or not.

    Raises :class:`falloff.core.RunFileError` if there is none that can be read.
    """
    with open_for_reading(Path(path)):
        return Run(Path(path))


class Run:
    """A finished or unfinished run and what its answers mean. Read from its file when needed."""

    def __init__(self, path: Path, *, loss: str | None = None) -> None:
        self.path = path
        # What could not be saved of a damaged file when it was opened to go on; None if nothing.
        self.loss = loss

    @cached_property
    def manifest(self) -> Manifest:
        """What decides the run's answers: versions, seed, suite, models, decoding."""
        with self._reader() as reader:
            return reader.manifest

    @cached_property
    def comparison(self) -> Comparison:
        """Everything that is estimated. A measured model alone is the teacher, without students."""
        from falloff.measure import compare as compare_results

        with self._reader() as reader:
            manifest = reader.manifest
            data = [_family_data(reader, stamp) for stamp in manifest.families]
            spending = {role: reader.spending(role) for role in manifest.models}
        teacher, *students = manifest.models
        return compare_results(
            data,
            teacher=teacher,
            students=students,
            models={role: stamp.spec for role, stamp in manifest.models.items()},
            spending=spending,
            suite=f"{manifest.suite} {manifest.suite_version}",
        )

    def curves(self) -> list[dict[str, Any]]:
        """Fitted curves as rows: model, family, axis, dose, u, competence, low, high."""
        comparison = self.comparison
        return [
            {
                "model": profile.model,
                "family": family.family,
                "axis": curve.axis,
                "dose": dose,
                "u": u,
                "competence": c,
                "low": low,
                "high": high,
            }
            for profile in (comparison.teacher, *(s.profile for s in comparison.students))
            for family in profile.families
            for curve in family.curves
            for dose, u, c, low, high in zip(
                curve.doses, curve.u, curve.competence, curve.low, curve.high, strict=True
            )
        ]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every outcome as a row: probe, family, doses by axis, role, model, score, reason, …"""
        with self._reader() as reader:
            for role, stamp in reader.manifest.models.items():
                for placed, outcome in reader.outcomes(role):
                    probe = placed.probe
                    yield {
                        "probe": probe.id,
                        "family": probe.family,
                        "coordinate": probe.coordinate.key,
                        **{f"axis.{axis}": dose for axis, dose in probe.coordinate},
                        "share": placed.share,
                        "role": role,
                        "model": stamp.spec,
                        "score": outcome.score,
                        "reason": outcome.reason.value,
                        "answer": outcome.answer,
                        "calls": outcome.calls,
                        "prompt_tokens": outcome.prompt_tokens,
                        "completion_tokens": outcome.completion_tokens,
                        "seconds": outcome.seconds,
                        "error": outcome.error,
                    }

    def to_frame(self) -> Any:
        """:meth:`rows` as a data frame: polars where it is installed, else pandas."""
        rows = list(self.rows())
        try:
            import polars
        except ImportError:
            return _pandas_frame(rows)
        return polars.DataFrame(rows, infer_schema_length=None)

    def report(self, out: str | Path) -> Path:
        """Write the report as one HTML file and return its path."""
        from falloff.report import html_report, write_text

        return write_text(Path(out), html_report(self.contents()))

    def as_dict(self) -> dict[str, Any]:
        """The finding as one JSON object: what ``compare --json`` and ``measure --json`` print."""
        from falloff.report import comparison_as_dict, profile_as_dict

        comparison, run = self.comparison, str(self.path)
        profiles = [comparison.teacher, *(student.profile for student in comparison.students)]
        calls = sum(profile.spending.calls for profile in profiles)
        if self.manifest.mode == "measure":
            return profile_as_dict(comparison.teacher, run=run, calls=calls)
        return comparison_as_dict(comparison, run=run, calls=calls)

    def contents(self) -> ReportContents:
        """What the report is made of: the comparison, and the probes on which models differ."""
        from falloff.gather import contents_of

        with self._reader() as reader:
            return contents_of(reader, self.comparison)

    def _repr_html_(self) -> str:
        from falloff.report import notebook_html

        return notebook_html(self.comparison)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def _reader(self) -> RunReader:
        return open_for_reading(self.path)


def _ask(
    mode: Mode,
    roles: Mapping[str, ModelLike],
    suite_name: str,
    budget: int,
    precision: float | None,
    seed: int,
    path: str | Path | None,
    fresh: bool,
    repeats: int,
    logprobs: int,
    progress: Callable[[Progress], None],
) -> Run:
    suite = SUITES[suite_name]
    # Here, since it loads scipy, and the nouns of this module need none.
    from falloff.sampling.look_ahead import LookAhead

    design = LookAhead(families=suite.families, seed=seed, budget=budget, precision=precision)
    # Says what is wrong with the budget before a file is made or a model loaded.
    design.allocate({f.name: FamilyEvidence.none_yet(f.name, roles) for f in suite.families})
    models = {role: load_model(model) for role, model in roles.items()}
    manifest = Manifest.of(
        mode=mode,
        suite=suite.name,
        suite_version=suite.version,
        families=suite.families,
        dialect=suite.dialect,
        seed=seed,
        design=design,
        models=models,
        logprobs=logprobs,
        repeats=repeats,
    )
    file = Path(path) if path else manifest.default_path()
    # Small models gain nothing from a second BLAS thread, and lose most of their speed to it where
    # the cores are busy.
    with (
        open_for_writing(file, manifest, fresh=fresh) as store,
        threadpool_limits(limits=1, user_api="blas"),
    ):
        _finish(_conduct(design, suite, models, store, repeats, progress))
        return Run(file, loss=store.loss)


async def _conduct(
    design: Design,
    suite: Suite,
    models: Mapping[str, Model],
    store: RunStore,
    repeats: int,
    progress: Callable[[Progress], None],
) -> None:
    try:
        await conduct(
            design=design,
            families=suite.families,
            models=models,
            store=store,
            repeats=repeats,
            progress=progress,
        )
    finally:
        for model in models.values():
            await model.close()


def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, also from inside a running event loop such as a notebook's."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def _family_data(reader: RunReader, stamp: FamilyStamp) -> FamilyData:
    from falloff.measure import FamilyData
    from falloff.run.evidence import repeats_of, tokens_of

    answers = reader.evidence(stamp.name)
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
        coordinates=answers.coordinates,
        shares=answers.shares,
        scores=answers.scores,
        answers=answers.answers,
        reasons=answers.reasons,
        repeats=repeats_of(reader, stamp.name),
        tokens=tokens_of(reader, stamp.name),
    )


def _pandas_frame(rows: list[dict[str, Any]]) -> Any:
    try:
        import pandas
    except ImportError as error:
        raise missing_extra("polars", "frames", "A data frame") from error
    return pandas.DataFrame(rows)
