"""A run on disk and what its answers mean: what every call returns and every command shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.config import read_prices
from falloff.core import PriceTable, missing_extra
from falloff.run import Manifest, Progress, RunReader, open_for_reading
from falloff.surroundings import Surroundings, surroundings

if TYPE_CHECKING:
    from falloff.analysis import Comparison
    from falloff.analysis.change import RunChange
    from falloff.analysis.gate import GateReport
    from falloff.analysis.novelty import Novelty
    from falloff.asking import ModelLike, PricesLike
    from falloff.mining import Mined
    from falloff.report import ReportContents
    from falloff.report.geometry import Cloud
    from falloff.report.unfinished import Standing


def open_run(
    path: str | Path,
    *,
    probes: str | Path | None = None,
    train_data: str | Path | None = None,
    traffic: str | Path | None = None,
    view: str | None = None,
    prices: PricesLike = None,
) -> Run:
    """A run that is on disk, finished or not; files of prompts are as for :func:`compare`.

    ``probes``: the Python file with families of one's own that the run asked. All that was
    measured shows without it; golds, wordings and tools are the families' own.

    Raises :class:`falloff.core.RunFileError` if there is none that can be read, and
    :class:`falloff.core.UsageError` for ``probes`` that are not what the run asked.
    """
    with open_for_reading(Path(path)) as reader:
        if probes is not None:
            from falloff.gather import bring_families

            bring_families(reader, Path(probes))
    around = surroundings(train_data, traffic, view)
    return Run(Path(path), around=around, prices=read_prices(prices))


class Run:
    """A finished or unfinished run and what its answers mean. Read from its file when needed."""

    def __init__(
        self,
        path: Path,
        *,
        loss: str | None = None,
        around: Surroundings | None = None,
        prices: PriceTable | None = None,
        keep: bool = False,
    ) -> None:
        self.path = path
        self._around = around
        self._prices = prices or PriceTable()
        # Whether what is estimated may be kept in the file: by who wrote it, not by a reader.
        self._keep = keep
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
        from falloff.estimating import comparison_of

        return comparison_of(self.path, self._prices, keep=self._keep)

    @property
    def missing(self) -> int:
        """Answers that are not there, since calls failed or it was interrupted: asked for next."""
        return self.standing.missing

    @cached_property
    def standing(self) -> Standing:
        """How much of what was wanted is there."""
        from falloff.gather import standing_of

        with self._reader() as reader:
            return standing_of(reader, self.comparison.probes)

    @cached_property
    def novelty(self) -> Novelty | None:
        """What is kept how far from the training data; None where there never was any."""
        from falloff.gather import families_of
        from falloff.novelty import novelty_of

        comparison, around = self.comparison, self._around or Surroundings()
        with self._reader() as reader:
            if around.training is None and reader.manifest.training is None:
                return None
            return novelty_of(reader, families_of(reader), comparison, around)

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
        """Every outcome as a row: probe, family, doses by axis, role, model, score, reason, …

        ``template`` numbers the wording; None where the family's code is not here. Of a benchmark
        ``item`` numbers its item, from 0; answers to one item belong together.
        """
        from falloff.gather import have_families, task_of

        templates: dict[str, int | None] = {}
        with self._reader() as reader:
            have_families(reader)
            families = reader.manifest.families
            pools = {stamp.name: stamp.pool.size for stamp in families if stamp.pool}
            for role in reader.manifest.roles:
                stamp = reader.manifest.stamp(role)
                for placed, outcome in reader.outcomes(role):
                    probe = placed.probe
                    if probe.id not in templates:
                        task = task_of(probe)
                        templates[probe.id] = task.template if task else None
                    yield {
                        "probe": probe.id,
                        "family": probe.family,
                        "coordinate": probe.coordinate.key,
                        **{f"axis.{axis}": dose for axis, dose in probe.coordinate},
                        "template": templates[probe.id],
                        "share": placed.share,
                        **({"item": str(probe.seed % pools[probe.family])} if pools else {}),
                        "role": role,
                        "model": stamp.spec,
                        "score": outcome.score,
                        "reason": outcome.reason.value,
                        "answer": outcome.answer,
                        "calls": outcome.calls,
                        "prompt_tokens": outcome.prompt_tokens,
                        "completion_tokens": outcome.completion_tokens,
                        "cached_tokens": outcome.cached_tokens,
                        "thinking_tokens": outcome.thinking_tokens,
                        "seconds": outcome.seconds,
                        "error": outcome.error,
                    }

    def to_frame(self) -> Any:
        """:meth:`rows` as a data frame: polars where it is installed, else pandas."""
        rows = list(self.rows())
        if find_spec("polars"):
            import polars

            return polars.DataFrame(rows, infer_schema_length=None)
        if find_spec("pandas"):
            import pandas

            return pandas.DataFrame(rows)
        raise missing_extra("polars", "frames", "A data frame")

    def report(
        self,
        out: str | Path,
        *,
        transcripts: str | Path | None = None,
        geometry: str | Path | None = None,
    ) -> Path:
        """Write the report as one HTML file and return its path.

        ``transcripts``: a new or empty folder for pages with every transcript that differs, which
        the report then links to; a report alone has room for the first of them. ``geometry``: a
        file that ``falloff lab geometry --json`` has written of this run.
        """
        from falloff.report import html_report, write_text

        contents, out = self.contents(), Path(out)
        if geometry is not None:
            contents = replace(contents, geometry=self.geometry(geometry))
        if transcripts is not None:
            from falloff.gather import all_divergences
            from falloff.report.transcript_pages import link_between, write_transcript_pages

            with self._reader() as reader:
                index = write_transcript_pages(Path(transcripts), contents, all_divergences(reader))
            contents = replace(contents, transcripts=link_between(out, index))
        return write_text(out, html_report(contents))

    def geometry(self, file: str | Path) -> tuple[Cloud, ...]:
        """What ``falloff lab geometry --json`` has written of this run, for a report."""
        from falloff.report.geometry import read_geometry

        specs = [stamp.spec for stamp in self.manifest.models.values()]
        return read_geometry(Path(file), specs)

    def gate(
        self,
        policy: str | Path | None = None,
        *,
        student: str | None = None,
        against: str | Path | None = None,
        against_student: str | None = None,
        anytime: bool | None = None,
    ) -> GateReport:
        """May a student take its teacher's place? By a policy file, or overall retention at 90 %.

        ``student``: one, by name or by number from 1, else all. ``against``: the run of the student
        that is there now. ``anytime``: whether bounds are to hold however often the run is looked
        at and continued; unless said, where it was, or is not finished. See docs/gate.md.
        """
        from falloff.analysis.policy import DEFAULT_POLICY
        from falloff.gating import gate_run
        from falloff.policy_file import read_policy

        return gate_run(
            self,
            read_policy(Path(policy)) if policy is not None else DEFAULT_POLICY,
            student=student,
            against=None if against is None else open_run(against),
            against_student=against_student,
            anytime=anytime,
        )

    def changed_to(self, after: Run) -> RunChange:
        """What is different in another run: every number before and after, and probes flipped."""
        from falloff.differing import diff_runs

        return diff_runs(self, after)

    def mine(
        self,
        out: str | Path,
        *,
        count: int = 200,
        where: str = "edge",
        student: str | None = None,
        families: Sequence[str] = (),
        teacher: ModelLike | None = None,
        seed: int = 0,
        answers: str | Path | None = None,
        fresh: bool = False,
        max_cost: float | None = None,
        prices: PricesLike = None,
        confirm: Callable[[Path], None] = lambda _: None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Mined:
        """New examples from where a student lost what its teacher still has (docs/mine.md).

        Writes ``sft.jsonl`` and ``prompts.jsonl`` into the folder ``out``: ``count`` examples that
        the teacher solved, none of them an item that the run asked. ``where``: just beyond the
        student's "edge", or to compare with that all over the "box", or at the "centre".
        ``student``: by name or by number from 1; ``families``: unless named, all whose centre the
        teacher holds. ``teacher``: who answers, the run's own unless given.

        ``answers``: the run file that keeps what the teacher says; the same call goes on there, a
        larger ``count`` adds to it, ``fresh`` starts it over. ``seed``: another one, other
        examples. ``max_cost``, ``prices``, ``confirm`` and ``progress`` are as for :func:`compare`.

        Raises :class:`falloff.core.UsageError` where there is nothing to mine, or the teacher is
        right nowhere there.
        """
        from falloff.mining import mine_run

        return mine_run(
            self,
            out=out,
            count=count,
            where=where,
            student=student,
            families=families,
            teacher=teacher,
            seed=seed,
            answers=answers,
            fresh=fresh,
            max_cost=max_cost,
            prices=self._prices if prices is None else prices,
            confirm=confirm,
            progress=progress,
        )

    def as_dict(self) -> dict[str, Any]:
        """The finding as one JSON object: what ``compare --json`` and ``measure --json`` print."""
        from falloff.report import comparison_as_dict, profile_as_dict
        from falloff.report.caveats import caveats
        from falloff.report.novelty_export import with_novelty

        comparison, run = self.comparison, str(self.path)
        profiles = [comparison.teacher, *(student.profile for student in comparison.students)]
        if comparison.null:
            profiles.append(comparison.null.profile)
        calls = sum(profile.spending.calls for profile in profiles)
        if self.manifest.mode == "measure":
            written = profile_as_dict(comparison.teacher, run=run, calls=calls)
        else:
            written = comparison_as_dict(comparison, run=run, calls=calls)
        written |= {
            "standing": self.standing.as_dict(),
            "caveats": list(caveats(comparison, self.standing)),
        }
        return with_novelty(written, self.novelty)

    def contents(self) -> ReportContents:
        """What the report is made of: the comparison, and the probes on which models differ."""
        from falloff.gather import contents_of

        with self._reader() as reader:
            return contents_of(reader, self.comparison, self.novelty)

    def _repr_html_(self) -> str:
        from falloff.report import notebook_html

        return notebook_html(self.comparison, self.standing)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def _reader(self) -> RunReader:
        return open_for_reading(self.path)
