"""What came of an experiment: the answer to its hypothesis, and its models, as numbers to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from falloff.analysis.estimates import Interval
from falloff.analysis.hypotheses import Answer, Judgement


@dataclass(frozen=True, kw_only=True)
class ContrastRow:
    """A contrast by its ``formula``; ``effects`` one a seed; ``at_least`` or ``within``: asked."""

    name: str
    role: str
    measure: str
    formula: str
    at_least: float | None
    within: float | None
    effects: tuple[float, ...]
    effect: Interval
    answer: Answer

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "effects": list(self.effects), "effect": self.effect.as_dict()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ContrastRow:
        return cls(
            **{
                **given,
                "effects": tuple(map(float, given["effects"])),
                "effect": _interval(given["effect"]),
                "answer": Answer(given["answer"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """A model: how it was made, what that took, and its ``numbers`` over the seeds, by measure.

    ``tokens`` and ``cpu_seconds`` are those of one seed, on average.
    """

    name: str
    recipe: str
    purpose: str
    parameters: int
    tokens: int
    cpu_seconds: float
    numbers: Mapping[str, Interval]

    def as_dict(self) -> dict[str, Any]:
        numbers = {name: number.as_dict() for name, number in self.numbers.items()}
        return {**vars(self), "numbers": numbers}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ModelRow:
        numbers = {name: _interval(number) for name, number in given["numbers"].items()}
        return cls(**{**given, "numbers": numbers})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One experiment after its run. ``hypothesis`` and ``claim`` are empty where none was stated;
    ``verdict`` and ``why`` answer it. ``seeds``: how many are done; ``box``, ``centre``: probes a
    family put to every model in each.
    """

    experiment: str
    setting: str
    purpose: str
    hypothesis: str
    claim: str
    verdict: Answer
    why: str
    seeds: int
    families: tuple[str, ...]
    box: int
    centre: int
    contrasts: tuple[ContrastRow, ...]
    models: tuple[ModelRow, ...]

    @property
    def effect(self) -> Interval:
        """Of the first contrast that decides; undefined without any."""
        return next(
            (c.effect for c in self.contrasts if c.role == "decides"), Interval(estimate=None)
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "families": list(self.families),
            "contrasts": [contrast.as_dict() for contrast in self.contrasts],
            "models": [model.as_dict() for model in self.models],
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Finding:
        """The finding that :meth:`as_dict` has written. Raises KeyError, TypeError or ValueError
        for anything else."""
        return cls(
            **{
                **given,
                "verdict": Answer(given["verdict"]),
                "families": tuple(given["families"]),
                "contrasts": tuple(map(ContrastRow.from_dict, given["contrasts"])),
                "models": tuple(map(ModelRow.from_dict, given["models"])),
            }
        )


def contrast_rows(judgement: Judgement) -> tuple[ContrastRow, ...]:
    """A judgement's contrasts as rows."""
    return tuple(
        ContrastRow(
            name=found.contrast.name,
            role=found.contrast.role,
            measure=found.contrast.measure,
            formula=found.contrast.formula,
            at_least=found.contrast.at_least,
            within=found.contrast.within,
            effects=found.effects,
            effect=found.effect,
            answer=found.answer,
        )
        for found in judgement.found
    )


def _interval(given: Mapping[str, Any]) -> Interval:
    return Interval(**given)
