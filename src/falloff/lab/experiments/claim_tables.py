"""From an experiment's ``[hypothesis]`` to the claim it states."""

from __future__ import annotations

from collections.abc import Collection

from falloff.analysis.hypotheses import Claim, Contrast, Part
from falloff.core import UnknownNameError, UsageError
from falloff.lab.experiments.measures import MEASURES, WHOLE
from falloff.lab.experiments.tables import Table

_ROLES = ("decides", "condition", "beside")
_FEWEST_RANKED = 4


def claim_of(table: Table, models: Collection[str], families: Collection[str]) -> Claim | None:
    """The claim of the whole file's ``table``; None if it states none. Raises
    :class:`UsageError` for a contrast that is off."""
    if "hypothesis" not in table.values:
        return None
    stated = table.table("hypothesis")
    stated.known(("name", "claim", "contrasts"))
    contrasts = tuple(_contrast(one, models, families) for one in stated.tables("contrasts"))
    if not any(one.role == "decides" for one in contrasts):
        raise UsageError(
            f"{table.file.name}: no contrast decides the hypothesis.",
            remedy='Give [[hypothesis.contrasts]] with a criterion and role = "decides".',
        )
    return Claim(
        hypothesis=stated.get("name", "str"),
        claim=stated.get("claim", "str"),
        contrasts=contrasts,
    )


def _contrast(table: Table, models: Collection[str], families: Collection[str]) -> Contrast:
    table.known(("name", "measure", "tracks", "plus", "minus", "at_least", "within", "role"))
    at_least, within = (table.get(key, "float", None) for key in ("at_least", "within"))
    if (at_least is None) == (within is None) or (within is not None and within <= 0):
        raise UsageError(
            f"{table.file.name}, [{table.where}] has no criterion, or two.",
            remedy="Give at_least = …, or within = … (greater than 0).",
        )
    plus, minus = (
        tuple(_part(text, table, models, families) for text in table.get(key, "texts", ()))
        for key in ("plus", "minus")
    )
    if not plus:
        raise UsageError(
            f"{table.file.name}, [{table.where}] has no plus.", remedy='Write plus = ["model"].'
        )
    measure = table.choice("measure", MEASURES)
    tracks = table.choice("tracks", MEASURES) if "tracks" in table.values else None
    if tracks and (minus or len(plus) < _FEWEST_RANKED):
        raise table.wrong("tracks", f"over {_FEWEST_RANKED} models in plus or more, and no minus")
    if {measure, tracks} & set(WHOLE) and any(part.family for part in (*plus, *minus)):
        raise table.wrong("plus", "models as a whole: such a measure has no families")
    return Contrast(
        name=table.get("name", "str"),
        measure=measure,
        tracks=tracks,
        plus=plus,
        minus=minus,
        at_least=at_least,
        within=within,
        role=table.choice("role", _ROLES, "decides"),  # type: ignore[arg-type]
    )


def _part(text: str, table: Table, models: Collection[str], families: Collection[str]) -> Part:
    model, _, family = text.partition(":")
    if model not in models:
        raise UnknownNameError(f"model in {table.file.name}, [{table.where}]:", model, models)
    if family and family not in families:
        raise UnknownNameError(f"family in {table.file.name}, [{table.where}]:", family, families)
    return Part(model=model, family=family or None)
