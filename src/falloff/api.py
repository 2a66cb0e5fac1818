"""The Python face: compare and measure. What they return is in ``result.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from falloff.asking import BenchLike, ModelLike, PricesLike, Wanted, ask
from falloff.core import UsageError
from falloff.result import Run
from falloff.run import Progress
from falloff.surroundings import Surroundings, surroundings

BUDGET = 600


def compare(
    teacher: ModelLike,
    student: ModelLike | Sequence[ModelLike],
    *,
    suite: str | Path | None = None,
    probes: str | Path | None = None,
    bench: BenchLike | None = None,
    shots: int = 0,
    dialect: str | None = None,
    budget: int = BUDGET,
    precision: float | None = None,
    aim: str = "volume",
    seed: int = 0,
    run: str | Path | None = None,
    fresh: bool = False,
    repeats: int = 1,
    logprobs: int = 0,
    null: bool = False,
    executor: str = "asyncio",
    workers: int | None = None,
    train_data: str | Path | None = None,
    traffic: str | Path | None = None,
    view: str | None = None,
    max_cost: float | None = None,
    prices: PricesLike = None,
    confirm: Callable[[Path], None] = lambda _: None,
    journal: str | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Run:
    """Put the same probes to a teacher and to one student or several, and compare them.

    ``budget`` is the number of probes put to each model. With ``precision`` it is a cap: asking
    stops once the 90 % interval of retention is at most ± that wide (0.05 is five points), every
    student's. ``run`` is the file that keeps every answer (by default one under ``runs/`` that
    follows from everything else): the same call again goes on where it stopped and asks nothing
    twice; a larger budget continues; ``fresh`` starts over. A plain function is a model too: called
    once a turn with the messages, it returns text.

    ``suite`` is a suite's name (``micro`` unless said) or a suite file, ``probes`` a Python file
    with families of one's own, asked alone unless a suite is named too. ``bench`` is a file with a
    benchmark of one's own, or a :class:`falloff.Bench` that says how to read it: its items are the
    centre, and stressors lead outward (docs/own-benchmark.md). ``shots``: so many solved
    examples stand before every question, the same for all models. ``dialect`` "plain" writes tools
    into the text, for endpoints without native tool calls; the suite has a dialect of its own.

    ``aim``: what most probes are placed for: "volume", the headline, or "edges", which are found
    with fewer probes so (docs/measurement.md), at the price of the volume, which then rests on the
    region's form.

    ``repeats``: probes at the centre and those drawn from the box are asked until each model has so
    many answers to them that are decoded alike, by its own sampling: for pass^k and flips.
    ``logprobs``: so many of the likeliest tokens are kept with their log-probabilities, where a
    model gives them: for KL and the same top token.

    ``null``: the teacher is asked a second time, all that it was asked, as an endpoint may answer
    otherwise: :attr:`Comparison.null`, and what every student's churn is beyond it. A run that is
    there already gets its null so; one that has a null keeps it.

    ``executor``: where local models compute: "asyncio", in this process; "processes", in processes
    of their own; "ray", on a Ray cluster. Answers are the same. ``workers``: copies of each model;
    unless said, as many as there are cores for them (docs/executors.md).

    ``train_data`` is a file of the prompts that the students were trained on, or of chats: then
    :attr:`Run.novelty` says what is kept inside, at and beyond their rim. ``traffic`` is a file of
    what users ask, along the same scale. ``view``: how prompts are looked at, ``ngrams`` unless
    said, ``minilm``, or the folder of a sentence-transformers model.

    ``journal``: how the run file is kept whole, ``wal``, or ``delete`` for a network disk; by
    default ``FALLOFF_JOURNAL``, or what the disk is fit for (docs/runs.md).

    ``prices`` has what models cost, by spec or name as in ``[prices]`` of a falloff.toml:
    ``{"gpt-4o*": {"input": 2.5, "output": 10}}``. With ``max_cost`` the run ends before it costs
    more, all that was answered kept. ``confirm`` is called with the run's file before anything is
    asked, and may raise.

    Raises :class:`falloff.core.UsageError` for what cannot be asked,
    :class:`falloff.core.CostLimitError` at the limit, and :class:`falloff.core.ModelError` for a
    model that cannot be loaded or stops answering.
    """
    students = cast("list[ModelLike]", student if isinstance(student, list | tuple) else [student])
    if not students:
        raise UsageError("There is no student to compare.", remedy="Name at least one.")
    roles = {"teacher": teacher}
    roles |= {f"student{i}": model for i, model in enumerate(students, start=1)}
    wanted = Wanted(
        mode="compare",
        suite=suite,
        probes=probes,
        bench=bench,
        shots=shots,
        dialect=dialect,
        budget=budget,
        precision=precision,
        aim=aim,
        seed=seed,
        run=run,
        fresh=fresh,
        repeats=repeats,
        logprobs=logprobs,
        null=null,
        executor=executor,
        workers=workers,
        max_cost=max_cost,
        prices=prices,
        confirm=confirm,
        journal=journal,
    )
    return _asked(roles, wanted, surroundings(train_data, traffic, view), progress)


def measure(
    model: ModelLike,
    *,
    suite: str | Path | None = None,
    probes: str | Path | None = None,
    bench: BenchLike | None = None,
    shots: int = 0,
    dialect: str | None = None,
    budget: int = BUDGET,
    precision: float | None = None,
    aim: str = "volume",
    seed: int = 0,
    run: str | Path | None = None,
    fresh: bool = False,
    repeats: int = 1,
    executor: str = "asyncio",
    workers: int | None = None,
    train_data: str | Path | None = None,
    traffic: str | Path | None = None,
    view: str | None = None,
    max_cost: float | None = None,
    prices: PricesLike = None,
    confirm: Callable[[Path], None] = lambda _: None,
    journal: str | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Run:
    """Measure one model alone: centre, curves, edges and volume. Arguments as for `compare`.

    ``precision`` is that of the overall volume.
    """
    wanted = Wanted(
        mode="measure",
        suite=suite,
        probes=probes,
        bench=bench,
        shots=shots,
        dialect=dialect,
        budget=budget,
        precision=precision,
        aim=aim,
        seed=seed,
        run=run,
        fresh=fresh,
        repeats=repeats,
        executor=executor,
        workers=workers,
        max_cost=max_cost,
        prices=prices,
        confirm=confirm,
        journal=journal,
    )
    around = surroundings(train_data, traffic, view)
    return _asked({"model": model}, wanted, around, progress)


def _asked(
    roles: dict[str, ModelLike],
    wanted: Wanted,
    around: Surroundings,
    progress: Callable[[Progress], None],
) -> Run:
    path, loss = ask(roles, wanted, progress)
    if around.training is not None:
        from falloff.novelty import keep_novelty

        keep_novelty(path, around.training)
    return Run(path, loss=loss, around=around, prices=wanted.terms.prices, keep=True)
