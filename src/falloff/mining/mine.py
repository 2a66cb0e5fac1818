"""Mining a run: dig where it tells to, ask the teacher, keep what is right, write it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.analysis import Spending
from falloff.analysis.fitted import with_expectations
from falloff.asking import ModelLike, PricesLike, Wanted, ask_by, price_table
from falloff.core import PriceTable, Probe, UsageError, child_seed
from falloff.gather import families_of, spending_of
from falloff.mining.examples import json_lines, prompt_row, sft_row
from falloff.mining.freshness import Known
from falloff.mining.grounds import Where, find_where, grounds
from falloff.mining.quota import Quota, first_good, quotas
from falloff.mining.source import nothing_lost, student_of, suite_of, teacher_of, usable_families
from falloff.report import write_text
from falloff.run import Progress, open_for_reading

if TYPE_CHECKING:
    from falloff.analysis import StudentComparison
    from falloff.api import Run

SFT, PROMPTS = "sft.jsonl", "prompts.jsonl"


@dataclass(frozen=True, kw_only=True)
class MinedFamily:
    """What one family gave: of ``asked`` probes ``new`` were no item seen before, and ``examples``
    were right too and are written; ``wanted`` was its quota. ``lost``: the student's lost volume.
    """

    family: str
    lost: float
    wanted: int
    asked: int
    new: int
    solved: int
    examples: int


@dataclass(frozen=True, kw_only=True)
class Mined:
    """What was mined, and where it is: two files of training data, and the run of the answers."""

    run: str
    student: str
    teacher: str
    where: Where
    wanted: int
    examples: int
    families: tuple[MinedFamily, ...]
    sft: Path
    prompts: Path
    answers: Path
    spending: Spending

    def as_dict(self) -> dict[str, Any]:
        """As ``falloff mine --json`` prints it."""
        spent = self.spending
        return {
            "run": self.run,
            "student": self.student,
            "teacher": self.teacher,
            "where": self.where,
            "wanted": self.wanted,
            "examples": self.examples,
            "families": [asdict(family) for family in self.families],
            "sft": str(self.sft),
            "prompts": str(self.prompts),
            "answers": str(self.answers),
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
            "money": spent.money,
            "currency": spent.currency,
        }


def mine_run(
    run: Run,
    *,
    out: str | Path,
    count: int,
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
    """As :meth:`falloff.Run.mine` has it.

    Raises :class:`falloff.core.UsageError` where there is nothing to mine or the teacher is right
    nowhere there, and what asking raises.
    """
    if count < 1:
        raise UsageError(f"{count} examples cannot be mined.", remedy="Give --count from 1 up.")
    place, table = find_where(where), price_table(prices)
    manifest = run.manifest
    number = student_of(run, student)
    compared, role = run.comparison.students[number], list(manifest.models)[1 + number]
    with open_for_reading(run.path) as reader:
        suite = suite_of(manifest)
        asked = {name: reader.evidence(name).probe_ids for name in suite.family_names}
        measured = with_expectations(families_of(reader), list(manifest.models))
    dug = grounds(usable_families(run, compared, measured, families), "teacher", role, place)
    dug = [ground for ground in dug if ground.places]
    if not dug:
        raise nothing_lost(run, compared)
    design = Quota(
        grounds={ground.family: ground for ground in dug},
        families={family.name: family for family in suite.families},
        quota=quotas(dug, count),
        where=place,
        seed=child_seed("mine", manifest.seed, seed),
        known=Known(manifest.dialect),
    )
    for name in design.grounds:
        for probe in asked[name]:
            design.known.add(design.families[name], Probe.parse(probe))
    path, _ = ask_by(
        design,
        replace(suite, family_names=tuple(design.grounds)),
        {"model": teacher if teacher is not None else teacher_of(manifest)},
        Wanted(
            mode="measure",
            suite=None,
            probes=None,
            shots=manifest.shots,
            dialect=None,
            budget=count,
            precision=None,
            seed=design.seed,
            run=answers,
            fresh=fresh,
            repeats=1,
            max_cost=max_cost,
            prices=table,
            confirm=confirm,
        ),
        progress,
    )
    return _written(run, compared, design, path, Path(out), count, manifest.dialect, table)


def _written(
    run: Run,
    student: StudentComparison,
    design: Quota,
    answers: Path,
    out: Path,
    count: int,
    dialect: str,
    prices: PriceTable,
) -> Mined:
    """Both files, whole or not at all, from the answers on disk."""
    sft: list[dict[str, Any]] = []
    prompts: list[dict[str, Any]] = []
    mined = []
    with open_for_reading(answers) as reader:
        for name, ground in design.grounds.items():
            family, evidence = design.families[name], reader.evidence(name)
            chosen = [evidence.probe_ids[i] for i in first_good(design, evidence)]
            before = len(sft)
            for probe_id, said in reader.transcripts("model", chosen):
                probe = Probe.parse(probe_id)
                if row := sft_row(family, probe, said, dialect):
                    sft.append(row)
                    prompts.append(prompt_row(family, probe, dialect))
            mined.append(
                MinedFamily(
                    family=name,
                    lost=ground.lost,
                    wanted=design.quota[name],
                    asked=evidence.count,
                    new=design.fresh(evidence),
                    solved=int((evidence.scores["model"] >= 1).sum()),
                    examples=len(sft) - before,
                )
            )
        spending = spending_of(reader, prices)["model"]
        teacher = reader.manifest.stamp("model").spec
    if not sft:
        tried = sum(family.asked for family in mined)
        raise UsageError(
            f"{teacher} solved nothing new there: {tried} probes were tried, "
            f"{sum(family.solved for family in mined)} of them solved,"
            f" {sum(family.new for family in mined)} of them new.",
            remedy="Name a stronger model with --teacher, or mine elsewhere: --where box, centre.",
        )
    return Mined(
        run=str(run.path),
        student=student.model,
        teacher=teacher,
        where=design.where,
        wanted=count,
        examples=len(sft),
        families=tuple(mined),
        sft=write_text(out / SFT, json_lines(sft)),
        prompts=write_text(out / PROMPTS, json_lines(prompts)),
        answers=answers,
        spending=spending,
    )
