"""Mining a run: dig where it tells to, ask the teacher, keep what is right, write it down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.analysis import FamilyData, Spending
from falloff.analysis.contrasts import USABLE
from falloff.analysis.fitted import with_expectations
from falloff.asking import ModelLike, PricesLike, Wanted, ask_by, price_table
from falloff.core import Probe, PriceTable, UnknownNameError, UsageError, child_seed
from falloff.gather import families_of, spending_of
from falloff.mining.examples import json_lines, prompt_row, sft_row
from falloff.mining.freshness import Known
from falloff.mining.grounds import Where, find_where, grounds
from falloff.mining.quota import Quota, first_good, quotas
from falloff.probes import FAMILIES, Family, Suite
from falloff.report import write_text
from falloff.run import Manifest, Progress, open_for_reading

if TYPE_CHECKING:
    from falloff.analysis import FamilyComparison, StudentComparison
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
    compared = _student(run, student)
    role = list(manifest.models)[1 + run.comparison.students.index(compared)]
    with open_for_reading(run.path) as reader:
        suite = _suite(manifest)
        asked = {name: reader.evidence(name).probe_ids for name in suite.family_names}
        measured = with_expectations(families_of(reader), list(manifest.models))
    dug = grounds(_usable(run, compared, measured, families), "teacher", role, place)
    dug = [ground for ground in dug if ground.places]
    if not dug:
        raise _nothing_lost(run, compared)
    known = Known(manifest.dialect)
    design = Quota(
        grounds={ground.family: ground for ground in dug},
        families={family.name: family for family in suite.families},
        quota=quotas(dug, count),
        where=place,
        seed=child_seed("mine", manifest.seed, seed),
        known=known,
    )
    for ground in dug:
        for probe in asked[ground.family]:
            known.add(design.families[ground.family], Probe.parse(probe))
    path, _ = ask_by(
        design,
        _part(suite, [ground.family for ground in dug]),
        {"model": teacher if teacher is not None else _teacher(manifest)},
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
        ),
        progress,
    )
    return _written(run, compared, design, path, Path(out), count, manifest.dialect, table)


def _student(run: Run, wanted: str | None) -> StudentComparison:
    """The student of that name, or number from 1; the only one, unless said."""
    students = run.comparison.students
    if not students:
        raise UsageError(
            f"'{run.path}' measured one model alone, so it does not tell what a student lost.",
            remedy="Give a run of falloff compare.",
        )
    names = [one.model for one in students]
    if wanted is None:
        if len(names) > 1:
            raise UsageError(
                f"'{run.path}' has {len(names)} students.",
                remedy=f"Say which to mine for: --student N or NAME, of {', '.join(names)}.",
            )
        return students[0]
    if wanted in names:
        return students[names.index(wanted)]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return students[int(wanted) - 1]
    raise UnknownNameError("student", wanted, [*names, *map(str, range(1, len(names) + 1))])


def _suite(manifest: Manifest) -> Suite:
    """The suite that the run asked, of families as they were then.

    Raises :class:`falloff.core.UsageError` where they are not here any more, or have fixed items.
    """
    for stamp in manifest.families:
        if stamp.pool is not None:
            raise UsageError(
                f"Family '{stamp.name}' asks a benchmark's own items, so there are no new ones.",
                remedy="Mine a run of a suite; to train on what a benchmark asks would spoil it.",
            )
        if stamp.name not in FAMILIES:
            raise UsageError(
                f"Family '{stamp.name}' of the run is not here.",
                remedy="Give the file that it is from: --probes FILE.py.",
            )
        if FAMILIES[stamp.name].version != stamp.version:
            raise UsageError(
                f"The run asked version {stamp.version} of family '{stamp.name}'; here is version"
                f" {FAMILIES[stamp.name].version}.",
                remedy="Compare the models anew, then mine that run.",
            )
    return Suite(
        name=manifest.suite,
        version=manifest.suite_version,
        dialect=manifest.dialect,
        family_names=tuple(stamp.name for stamp in manifest.families),
        boxes={stamp.name: stamp.axes for stamp in manifest.families},
    )


def _part(suite: Suite, names: Sequence[str]) -> Suite:
    return Suite(
        name=suite.name,
        version=suite.version,
        dialect=suite.dialect,
        family_names=tuple(names),
        boxes=suite.boxes,
    )


def _usable(
    run: Run, student: StudentComparison, measured: Sequence[FamilyData], wanted: Sequence[str]
) -> list[tuple[float, FamilyData]]:
    """The families to mine, with their weights in the headline."""
    of = {family.family: family for family in student.families}
    for name in wanted:
        if name not in of:
            raise UnknownNameError("family of the run", name, of)
    chosen = [of[name] for name in wanted] or list(student.families)
    usable = [one for one in chosen if _is_usable(one)]
    if not usable:
        states = ", ".join(f"{one.family}: {_why_not(one)}" for one in chosen)
        raise UsageError(
            f"'{run.path}' does not tell what the student lost ({states}).",
            remedy="Give a run in which the teacher holds its centre, with more probes.",
        )
    data = {each.name: each for each in measured}
    return [(one.weight, data[one.family]) for one in usable]


def _is_usable(one: FamilyComparison) -> bool:
    return one.teacher.status in USABLE and one.retention.estimate is not None


def _why_not(one: FamilyComparison) -> str:
    return str(one.status if one.status not in USABLE else one.teacher.status).replace("_", " ")


def _nothing_lost(run: Run, student: StudentComparison) -> UsageError:
    return UsageError(
        f"'{run.path}' shows no place that {run.comparison.teacher.model} holds and"
        f" {student.model} does not.",
        remedy="There is nothing beyond the student's edge to win back; --where box mines all over"
        " the box.",
    )


def _teacher(manifest: Manifest) -> str:
    spec = manifest.stamp("teacher").spec
    if spec.startswith("function:"):
        raise UsageError(
            f"The teacher of the run is a Python function, {spec.removeprefix('function:')}.",
            remedy="Give it again, teacher=…, or name another model with --teacher.",
        )
    return spec


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
