"""From what is wanted to a run on disk: suite, design, models and file, brought together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from falloff.config import read_prices
from falloff.core import PriceTable, RunStoppedError, UsageError, runs_here
from falloff.models import Model
from falloff.models.hosting import executing
from falloff.paraphrasing import check_paraphraser, prepare_bench
from falloff.probes import Suite
from falloff.probes.bench import Bench, PreparedBench
from falloff.probes.own import check_playable, digest, load_families, own_suite
from falloff.probes.suite_file import find_suite
from falloff.run import Manifest, Mode, Progress, RunStore, Terms, conduct, open_for_writing
from falloff.sampling import Design, FamilyEvidence
from falloff.waiting import finish

ModelLike = str | Model | Callable[..., Any]
BenchLike = str | Path | Bench | PreparedBench
PricesLike = PriceTable | Mapping[str, Any] | None

SUITE = "micro"
MOST_SHOTS = 16


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user asks for; each as :func:`falloff.compare` has it.

    ``confirm`` is called with the run's file before anything is asked; what it raises ends the run.

    Raises :class:`falloff.core.UsageError` for a number of shots that cannot be.
    """

    mode: Mode
    suite: str | Path | None
    probes: str | Path | None
    shots: int
    dialect: str | None
    budget: int
    precision: float | None
    seed: int
    run: str | Path | None
    fresh: bool
    repeats: int
    logprobs: int = 0
    null: bool = False
    bench: BenchLike | None = None
    aim: str = "volume"
    executor: str = "asyncio"
    workers: int | None = None
    max_cost: float | None = None
    prices: PricesLike = None
    confirm: Callable[[Path], None] = lambda _: None
    journal: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.shots <= MOST_SHOTS:
            raise UsageError(
                f"{self.shots} examples before every question cannot be.",
                remedy=f"Give --shots from 0 to {MOST_SHOTS}.",
            )

        if self.bench is not None and (self.suite or self.probes):
            raise UsageError(
                "A benchmark is asked alone.", remedy="Leave out --suite and --probes, or --bench."
            )
        if self.bench is not None and self.shots:
            # An example would be an item of its own, and might be the one that is asked.
            raise UsageError(
                "A benchmark is asked with the examples that it has.",
                remedy="Leave out --shots; put examples into its messages as earlier turns.",
            )

    @cached_property
    def prepared(self) -> PreparedBench | None:
        """The benchmark, read and tried under its stressors."""
        bench = self.bench
        if bench is None or isinstance(bench, PreparedBench):
            return bench
        return prepare_bench(bench if isinstance(bench, Bench) else Bench(file=bench))

    @cached_property
    def terms(self) -> Terms:
        return Terms(prices=read_prices(self.prices), limit=self.max_cost)

    @property
    def probes_file(self) -> Path | None:
        return None if self.probes is None else Path(self.probes)

    def find_suite(self) -> Suite:
        """The suite that is named, or else that of the user's own benchmark or families."""
        if self.prepared:
            return self.prepared.suite()
        own = self.probes_file
        if own is None:
            return find_suite(str(self.suite or SUITE))
        families = load_families(own)
        check_playable(own, families)
        return find_suite(str(self.suite)) if self.suite else own_suite(own, families)


def _check_limit(terms: Terms, models: Iterable[Model]) -> None:
    """At least one that is to be paid must have a price; what runs here keeps any limit."""
    specs = [model.spec for model in models]
    if terms.limit is None or any(terms.prices.of(spec) for spec in specs):
        return
    if paid := [spec for spec in specs if not runs_here(spec)]:
        raise UsageError(
            f"--max-cost cannot be kept: no price is known for {', '.join(paid)}.",
            remedy='Add it to falloff.toml: [prices] "MODEL" = {input = 2.5, output = 10}, per'
            " million tokens, or {per_hour = 1.2}.",
        )


def suite_of(wanted: Wanted) -> Suite:
    """What would be asked, in the dialect that is wanted. Raises as its parts do."""
    return _in_dialect(wanted.find_suite(), wanted.dialect)


def _in_dialect(suite: Suite, dialect: str | None) -> Suite:
    """The suite in a dialect that every family of it speaks.

    Raises :class:`falloff.core.UnknownNameError` for another.
    """
    if dialect is None:
        return suite
    for family in suite.families:
        family.renderer(dialect)
    return replace(suite, dialect=dialect)


def ask(
    roles: Mapping[str, ModelLike], wanted: Wanted, progress: Callable[[Progress], None]
) -> tuple[Path, str | None]:
    """Ask what is wanted of the models by role.

    Returns the run's file, and what of it was lost if it was damaged.
    """
    if isinstance(wanted.bench, Bench):
        check_paraphraser(wanted.bench, roles.values())
    suite = suite_of(wanted)
    # Here, since it loads scipy, and the nouns of the Python face need none.
    from falloff.sampling.aims import find_aim
    from falloff.sampling.look_ahead import LookAhead

    design = LookAhead(
        families=suite.families,
        seed=wanted.seed,
        budget=wanted.budget,
        precision=wanted.precision,
        weights=suite.weights,
        aim=find_aim(wanted.aim),
    )
    # Says what is wrong with the budget before a file is made or a model loaded.
    design.allocate({f.name: FamilyEvidence.none_yet(f.name, roles) for f in suite.families})
    return ask_by(design, suite, roles, wanted, progress)


def ask_by(
    design: Design,
    suite: Suite,
    roles: Mapping[str, ModelLike],
    wanted: Wanted,
    progress: Callable[[Progress], None],
) -> tuple[Path, str | None]:
    """As :func:`ask`, with a design and a suite of the caller's own; ``wanted`` has the rest."""
    # A simulated model knows families by name, and a process of its own has none but falloff's.
    own = wanted.probes_file or wanted.prepared
    with executing(
        wanted.executor,
        roles.values(),
        workers=wanted.workers,
        here=("sim",) if own else (),
    ) as load:
        models = {role: load(model) for role, model in roles.items()}
        _check_limit(wanted.terms, models.values())
        return _ask(models, suite, design, wanted, progress)


def _ask(
    models: Mapping[str, Model],
    suite: Suite,
    design: Design,
    wanted: Wanted,
    progress: Callable[[Progress], None],
) -> tuple[Path, str | None]:
    manifest = Manifest.of(
        mode=wanted.mode,
        suite=suite.name,
        suite_version=suite.version,
        families=suite.families,
        dialect=suite.dialect,
        seed=wanted.seed,
        design=design,
        models=models,
        weights=suite.weights,
        logprobs=wanted.logprobs,
        shots=wanted.shots,
        probes_file=digest(wanted.probes_file) if wanted.probes_file else None,
        bench=wanted.prepared.stamp if wanted.prepared else None,
        repeats=wanted.repeats,
        null=wanted.null,
    )
    file = Path(wanted.run) if wanted.run else manifest.default_path()
    wanted.confirm(file)
    # Small models gain nothing from a second BLAS thread, and lose most of their speed to it where
    # the cores are busy.
    with (
        open_for_writing(file, manifest, fresh=wanted.fresh, journal=wanted.journal) as store,
        threadpool_limits(limits=1, user_api="blas"),
    ):
        try:
            store.begin(wanted.budget, wanted.precision)
            finish(_conduct(design, suite, models, store, wanted, progress))
            store.finish()
        except RunStoppedError:
            if not store.holds_answers():
                store.discard()
            raise
        return file, store.loss


async def _conduct(
    design: Design,
    suite: Suite,
    models: Mapping[str, Model],
    store: RunStore,
    wanted: Wanted,
    progress: Callable[[Progress], None],
) -> None:
    try:
        await conduct(
            design=design,
            families=suite.families,
            models=models,
            store=store,
            repeats=wanted.repeats,
            terms=wanted.terms,
            progress=progress,
        )
    finally:
        for model in models.values():
            await model.close()
