"""Mining a run: dig where it tells to, ask the teacher, keep what is right, write it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.analysis import Spending
from falloff.analysis.fitted import with_expectations
from falloff.asking import ModelLike, PricesLike, Wanted, ask_by
from falloff.config import read_prices
from falloff.core import PriceTable, Probe, RunFileError, UsageError, child_seed
from falloff.gather import families_of, spending_of
from falloff.mining.examples import json_lines, prompt_row, sft_row
from falloff.mining.freshness import Known
from falloff.mining.grounds import Where, find_where, grounds
from falloff.mining.quota import Quota, first_good, quotas
from falloff.mining.source import nothing_lost, student_of, suite_of, teacher_of, usable_families
from falloff.probes import Suite
from falloff.report import write_text
from falloff.run import Progress, open_for_reading

if TYPE_CHECKING:
    from falloff.result import Run

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
    """What was mined, and where it is: two files of training data, and the run of the answers.

    ``loss``: what of an earlier session's answers could not be saved from a damaged file.
    """

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
    calls_now: int = 0
    loss: str | None = None

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
            "calls_now": self.calls_now,
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
    number, table = student_of(run, student), read_prices(prices)
    suite = suite_of(run.manifest)
    design = _design(run, number, suite, families, where=find_where(where), count=count, seed=seed)
    wanted = Wanted(
        mode="measure",
        suite=None,
        probes=None,
        shots=run.manifest.shots,
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
    )
    roles = {"model": teacher if teacher is not None else teacher_of(run.manifest)}
    now = [0]

    def told(done: Progress) -> None:
        now[0] = done.calls
        progress(done)

    try:
        path, loss = ask_by(
            design, replace(suite, family_names=tuple(design.grounds)), roles, wanted, told
        )
    except RunFileError as problem:
        # The file of the answers has another flag here.
        remedy = problem.remedy.replace("--run", "--answers")
        raise RunFileError(problem.message, remedy=remedy) from problem
    examples = _examples(design, path, suite.dialect, table)
    if not examples.sft:
        raise _nothing_solved(examples)
    return Mined(
        run=str(run.path),
        student=run.comparison.students[number].model,
        teacher=examples.teacher,
        where=design.where,
        wanted=count,
        examples=len(examples.sft),
        families=tuple(examples.families),
        sft=write_text(Path(out) / SFT, json_lines(examples.sft)),
        prompts=write_text(Path(out) / PROMPTS, json_lines(examples.prompts)),
        answers=path,
        spending=examples.spending,
        calls_now=now[0],
        loss=loss,
    )


def _design(
    run: Run,
    number: int,
    suite: Suite,
    wanted: Sequence[str],
    *,
    where: Where,
    count: int,
    seed: int,
) -> Quota:
    """Where to dig for the student of that number, what the run asked being known."""
    manifest, student = run.manifest, run.comparison.students[number]
    teacher, *students = manifest.models
    with open_for_reading(run.path) as reader:
        asked = {name: reader.evidence(name).probe_ids for name in suite.family_names}
        measured = with_expectations(families_of(reader), list(manifest.models))
    usable = usable_families(run, student, measured, wanted)
    dug = [g for g in grounds(usable, teacher, students[number], where) if g.places]
    if not dug:
        raise nothing_lost(run, student)
    design = Quota(
        grounds={ground.family: ground for ground in dug},
        families={family.name: family for family in suite.families},
        quota=quotas(dug, count),
        where=where,
        seed=child_seed("mine", manifest.seed, seed),
        known=Known(manifest.dialect),
    )
    for name in design.grounds:
        for probe in asked[name]:
            design.known.add(design.families[name], Probe.parse(probe))
    return design


@dataclass(kw_only=True)
class _Examples:
    """What the answers give: rows of both files, and the counts of each family."""

    teacher: str
    spending: Spending
    sft: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[dict[str, Any]] = field(default_factory=list)
    families: list[MinedFamily] = field(default_factory=list)


def _examples(design: Quota, answers: Path, dialect: str, prices: PriceTable) -> _Examples:
    with open_for_reading(answers) as reader:
        spending = spending_of(reader, prices)["model"]
        found = _Examples(teacher=reader.manifest.stamp("model").spec, spending=spending)
        for name, ground in design.grounds.items():
            family, evidence = design.families[name], reader.evidence(name)
            chosen = [evidence.probe_ids[i] for i in first_good(design, evidence)]
            before = len(found.sft)
            for probe_id, said in reader.transcripts("model", chosen):
                probe = Probe.parse(probe_id)
                if row := sft_row(family, probe, said, dialect):
                    found.sft.append(row)
                    found.prompts.append(prompt_row(family, probe, dialect))
            found.families.append(
                MinedFamily(
                    family=name,
                    lost=ground.lost,
                    wanted=design.quota[name],
                    asked=evidence.count,
                    new=design.fresh(evidence),
                    solved=int((evidence.scores["model"] >= 1).sum()),
                    examples=len(found.sft) - before,
                )
            )
    return found


def _nothing_solved(examples: _Examples) -> UsageError:
    asked, solved, new = (
        sum(getattr(family, count) for family in examples.families)
        for count in ("asked", "solved", "new")
    )
    return UsageError(
        f"{examples.teacher} solved nothing new there: {asked} probes were tried, {solved} of them"
        f" solved, {new} of them new.",
        remedy="Name a stronger model with --teacher, or mine elsewhere: --where box, centre.",
    )
