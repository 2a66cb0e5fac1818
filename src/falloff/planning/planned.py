"""From what is wanted to a plan: how long talks are, how many, what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from falloff.asking import ModelLike, Wanted, suite_of
from falloff.core import Usage, costs_nothing
from falloff.models.load import read_spec
from falloff.planning.counting import counter_for
from falloff.planning.forecast import Plan, RoleForecast, Width
from falloff.planning.talks import SAMPLE, Length, lengths, sample_talks
from falloff.probes import Suite
from falloff.run import open_for_reading
from falloff.sampling import FamilyEvidence
from falloff.sampling.aims import find_aim
from falloff.sampling.batches import BATCH
from falloff.sampling.look_ahead import LookAhead
from falloff.sparse import TOO_FEW_TO_SAY

# Answers worth having in flight, where a model does not say.
_AT_ONCE = {"micro": 64, "hf": 32, "gguf": 4, "sim": 64}
_OTHERS_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Planner:
    """``roles`` as they would be asked. ``latency`` in seconds a call; None: as measured in the
    run's file, where there is one. ``concurrency``: answers in flight; None: each model's own.
    """

    roles: Mapping[str, ModelLike]
    wanted: Wanted
    latency: float | None = None
    concurrency: int | None = None

    @cached_property
    def suite(self) -> Suite:
        suite = suite_of(self.wanted)
        names = {family.name: FamilyEvidence.none_yet(family.name, ()) for family in suite.families}
        # Says what is wrong with the budget.
        LookAhead(
            families=suite.families, seed=self.wanted.seed, budget=self.wanted.budget
        ).allocate(names)
        return suite

    @cached_property
    def forecasts(self) -> tuple[RoleForecast, ...]:
        """What each model will be asked and what it will say."""
        return tuple(self._forecast(role, name) for role, name in self._names.items())

    @property
    def money(self) -> float | None:
        """In all, of models whose cost is known; None where it is of none."""
        known = [each.money for each in self.forecasts if each.money is not None]
        return sum(known) if known else None

    @cached_property
    def _names(self) -> dict[str, str]:
        return {role: _spec(model) for role, model in self.roles.items()}

    @cached_property
    def _talks(self) -> Any:
        wanted, suite = self.wanted, self.suite
        return sample_talks(
            suite.families,
            dialect=suite.dialect,
            shots=wanted.shots,
            seed=wanted.seed,
            roles=tuple(self._names),
        )

    @cached_property
    def calls(self) -> dict[str, float]:
        """Calls of an answer by family."""
        return {name: sum(map(len, talks)) / len(talks) for name, talks in self._talks.items()}

    def _forecast(self, role: str, name: str) -> RoleForecast:
        counter = counter_for(name)
        by_family = lengths(self._talks, counter)
        answers = self._answers(role)
        shares = _shares(self.calls, self.wanted.budget)

        def total(of: Callable[[Length], float]) -> int:
            return round(answers * sum(shares[f] * of(length) for f, length in by_family.items()))

        calls = total(lambda length: length.calls)
        usage = Usage(
            prompt_tokens=total(lambda length: length.prompt_tokens),
            completion_tokens=total(lambda length: length.completion_tokens),
        )
        seconds = self._seconds(role, name, calls)
        price = self.wanted.terms.prices.of(name)
        money = None
        if price is None and costs_nothing(name):
            money = 0.0
        elif price is not None and not (price.per_hour and seconds is None):
            busy = Usage(**{**vars(usage), "busy": seconds or 0.0})
            money = price.of(busy)
        return RoleForecast(
            role=role,
            model=name,
            answers=answers,
            calls=calls,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            counted=counter.said,
            minutes=None if seconds is None else seconds / 60,
            money=money,
        )

    def _answers(self, role: str) -> int:
        """Repeats and the teacher's second asking included."""
        budget, repeats = self.wanted.budget, self.wanted.repeats
        pattern = find_aim(self.wanted.aim).pattern
        again = sum(share != "look" for share in pattern) / len(pattern)
        extra = round(budget * again * repeats) if repeats > 1 else 0
        return budget * (2 if self.wanted.null and role == "teacher" else 1) + extra

    def _seconds(self, role: str, name: str, calls: int) -> float | None:
        latency = self.latency if self.latency is not None else self.measured.get(role)
        if latency is None:
            return None
        at_once = self.concurrency or _at_once(name)
        return calls * latency / min(at_once, BATCH * len(self.suite.families))

    @cached_property
    def measured(self) -> dict[str, float]:
        """Seconds a call by role, as far as the run's file has them."""
        file = self.wanted.run and Path(self.wanted.run)
        if not file or not file.is_file():
            return {}
        with open_for_reading(file) as reader:
            spent = {r: reader.spending(r) for r in reader.manifest.roles if r in self._names}
        return {role: each.seconds / each.calls for role, each in spent.items() if each.calls}

    def plan(self) -> Plan:
        """All of it, the widths included, which take some seconds."""
        from falloff.planning.widths import Question, effort_of, widths

        # Before the widths, which take seconds: a model that is not there is told of at once.
        minutes = [each.minutes for each in self.forecasts]
        question = Question(
            families=self.suite.families,
            weights=self.suite.weights,
            calls=self.calls,
            students=len(self._names) - 1,
            budget=self.wanted.budget,
            seed=self.wanted.seed,
            aim=find_aim(self.wanted.aim),
        )
        effort = effort_of(question)
        found = widths(question, effort)
        return Plan(
            mode=self.wanted.mode,
            suite=f"{self.suite.name} {self.suite.version}",
            families=tuple(family.name for family in self.suite.families),
            budget=self.wanted.budget,
            concurrency=self.concurrency,
            latency=self.latency,
            currency=self.wanted.terms.prices.currency,
            roles=self.forecasts,
            minutes=None if None in minutes else max(m for m in minutes if m is not None),
            money=self.money,
            headline="retention" if question.students else "volume",
            widths=found,
            replicates=effort.replicates,
            said=tuple(self._said(effort.families, effort.replicates, found)),
        )

    def _said(self, families: int, replicates: int, found: tuple[Width, ...]) -> list[str]:
        wanted, count = self.wanted, len(self.suite.families)
        said = [
            f"Tokens and calls: the oracle's solutions to {SAMPLE} probes of each family; a model"
            " that thinks aloud writes more, one that errs in a talk may need more calls or fewer.",
        ]
        if wanted.repeats > 1:
            said.append("Repeats are counted at their most.")
        if wanted.precision is not None:
            said.append("The budget is a cap: with --precision the run may end sooner.")
        if any(each.minutes is None for each in self.forecasts):
            said.append("Minutes are not known: give --latency, in seconds a call.")
        elif self.latency is None:
            said.append(f"Latency: as measured so far in '{wanted.run}'.")
        if replicates:
            part = "" if families == count else f", each of {families} of the {count} families"
            said.append(
                f"Width: {replicates} simulated runs{part}, of models drawn from the prior,"
                " students that keep 50 to 100 %; narrower where a student fails on the items on"
                " which its teacher does."
            )
        elif not found:
            said.append("Width: not simulated, since the budget is too large to play.")
        if any(width.median is None for width in found):
            said.append(f"{TOO_FEW_TO_SAY}.")
        return said


def plan_of(
    roles: Mapping[str, ModelLike],
    wanted: Wanted,
    *,
    latency: float | None = None,
    concurrency: int | None = None,
) -> Plan:
    """What a run would take. Raises as asking would, but for models: none is loaded or asked."""
    planner = Planner(roles=roles, wanted=wanted, latency=latency, concurrency=concurrency)
    return planner.plan()


def money_of(roles: Mapping[str, ModelLike], wanted: Wanted) -> float | None:
    """About what a run would cost in all; None where no price is known."""
    return Planner(roles=roles, wanted=wanted).money


def _shares(calls: Mapping[str, float], budget: int) -> dict[str, float]:
    """Each family's share of the probes, where all are equally uncertain.

    A first batch is the same for all; of the rest a family gets the more, the fewer calls it takes:
    as 1/√calls, which is where the design's rounds lead.
    """
    first = min(budget / len(calls), BATCH)
    cheap = {family: taken**-0.5 for family, taken in calls.items()}
    left = budget - first * len(calls)
    return {f: (first + left * c / sum(cheap.values())) / budget for f, c in cheap.items()}


def _spec(model: ModelLike) -> str:
    """As a user writes it; raises for a string that is none."""
    if isinstance(model, str):
        read_spec(model)
        return model
    return str(getattr(model, "spec", getattr(model, "__name__", "function")))


def _at_once(spec: str) -> int:
    prefix, _, rest = spec.partition(":")
    if prefix in ("openai", "anthropic"):
        from falloff.models.http.settings import read_settings

        return read_settings(rest.partition("?")[2]).concurrency
    return _AT_ONCE.get(prefix, _OTHERS_AT_ONCE)
