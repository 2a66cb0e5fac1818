"""From a benchmark to what is asked: which stressors, each a family, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from falloff.core import UnknownNameError, UsageError
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.family import StressFamily
from falloff.probes.bench.reading import read_benchmark
from falloff.probes.bench.stressor import Stressor
from falloff.probes.bench.stressors.catalogue import STRESSORS
from falloff.probes.bench.stressors.paraphrase import PARAPHRASE
from falloff.probes.family import FAMILIES
from falloff.probes.suite import Suite

# Fewer items say nothing of a stressor.
LEAST_ITEMS = 8
# Replies of the paraphraser of that name, by item and style.
Write = Callable[[Benchmark, str], Mapping[tuple[str, str], str]]


@dataclass(frozen=True)
class Bench:
    """A benchmark of the user's, as it is asked for; each as ``falloff compare`` has it.

    ``file``: a path, or ``hf:NAME?config=…&split=…`` (:mod:`falloff.probes.bench.hub`).
    ``columns``: ``"prompt=question,answer=label"``, or so by role; guessed unless named.
    ``scoring``: one of the rules of :mod:`falloff.probes.bench.scoring`. ``stressors``: names,
    parted by commas, two with a plus between for both at once; all that can be had unless named.
    ``solver``: ``FILE.py:NAME``. ``paraphraser``: the spec of a model that writes the stressor
    ``paraphrase``, none of those that are asked.
    """

    file: str | Path
    _: KW_ONLY
    columns: str | Mapping[str, str] = ""
    scoring: str = "auto"
    stressors: str = ""
    solver: str | None = None
    paraphraser: str | None = None

    def prepare(self, write: Write | None = None) -> PreparedBench:
        """Read it and try every stressor on every item.

        ``write`` has the paraphrases written, if ``paraphraser`` is named. Raises
        :class:`falloff.core.UsageError` for what cannot be used.
        """
        named = [_both(part) for part in self.stressors.split(",") if part.strip()]
        bench = read_benchmark(
            self.file, columns=self.columns, scoring=self.scoring, solver=self.solver
        )
        if self.paraphraser and named and not any(PARAPHRASE in both for both in named):
            raise UsageError(
                "There is nothing for the paraphraser to write.",
                remedy="Add paraphrase to --stressors, or leave --paraphraser out.",
            )
        if self.paraphraser and write:
            bench = bench.reworded(self.paraphraser, write(bench, self.paraphraser))
        left_out: dict[str, str] = {}
        families = []
        for stressors in named or [(s,) for s in STRESSORS.values() if not _unasked(s, bench)]:
            lacking = next(filter(None, (s.lacks(bench) for s in stressors)), None)
            family = None if lacking else StressFamily.of(bench, stressors)
            name = "+".join(stressor.name for stressor in stressors)
            if family and family.pool and len(family.pool.eligible) < LEAST_ITEMS:
                lacking = f"it can be put on {len(family.pool.eligible)} items{_why(family)}"
            if lacking and named:
                raise UsageError(
                    f"The stressor {name} cannot be put on '{self.file}': {lacking}.",
                    remedy=f"At least {LEAST_ITEMS} items are needed. Leave it out of --stressors.",
                )
            if lacking:
                left_out[name] = lacking
            elif family:
                families.append(family)
        if not families:
            raise UsageError(
                f"No stressor can be put on '{self.file}'.",
                remedy=f"At least {LEAST_ITEMS} items are needed, in English for most of them.",
            )
        return PreparedBench(bench=bench, families=tuple(families), left_out=left_out)


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedBench:
    """A benchmark that is ready to be asked. ``left_out``: stressors it is not asked under."""

    bench: Benchmark
    families: tuple[StressFamily, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> tuple[str, ...]:
        """What was understood and what was left out, for people."""
        lines = list(self.bench.said)
        for family in self.families:
            if family.pool and family.pool.rejected:
                lines.append(
                    f"{family.name}: {len(family.pool.eligible)} of {family.pool.size}"
                    f" items{_why(family)}."
                )
        lines += [f"Not asked: {name}, since {why}." for name, why in self.left_out.items()]
        return tuple(lines)

    @property
    def stamp(self) -> dict[str, Any]:
        """For the manifest: what was read, how, and what was lost; no path."""
        return {
            "name": self.bench.name,
            "digest": self.bench.digest,
            "items": len(self.bench.items),
            "columns": dict(self.bench.columns),
            "scoring": self.bench.scoring.rpartition("/")[2],
            "losses": dict(self.bench.losses),
            "left_out": dict(self.left_out),
        } | ({"paraphraser": self.bench.paraphraser} if self.bench.paraphraser else {})

    def suite(self) -> Suite:
        """The suite of its families, which are registered in place of those of an earlier one."""
        for family in self.families:
            if family.name in FAMILIES:
                if not isinstance(FAMILIES[family.name], StressFamily):
                    raise UsageError(
                        f"There is another family '{family.name}'.", remedy="Rename that one."
                    )
                FAMILIES.forget(family.name)
            FAMILIES.register(family.name, version=family.version)(family)
        return Suite(
            name=self.bench.name,
            version=self.bench.digest[:8],
            dialect="chat",
            family_names=tuple(family.name for family in self.families),
            public=False,
        )


def _unasked(stressor: Stressor, bench: Benchmark) -> bool:
    """Whether nobody has asked for it: then nothing is said of it either."""
    return stressor.opt_in and bench.paraphraser is None


def _both(text: str) -> tuple[Stressor, ...]:
    """One stressor, or two with a plus between them."""
    names = [name.strip() for name in text.split("+")]
    for name in names:
        if name not in STRESSORS:
            raise UnknownNameError("stressor", name, STRESSORS)
    if len(set(names)) < len(names) or len(names) > 2:
        raise UsageError(
            f"'{text.strip()}' is no pair of stressors.", remedy="Write two of them: typos+framing."
        )
    return tuple(STRESSORS[name] for name in names)


def _why(family: StressFamily) -> str:
    rejected = family.pool.rejected if family.pool else {}
    reasons = ", ".join(f"{reason} ({count})" for reason, count in rejected.items())
    return f"; rejected: {reasons}" if reasons else ""
