"""What a simulated model is called: ``NAME?parameter=value&parameter=value``, read with care.

sim:teacher                       pooled odds, half-way at u = 0.8
sim:teacher?rule=product&items=1  another rule, items that differ by 1 logit
sim:kept-0.8                      keeps .8 of sim:teacher's volume, a scaled copy
sim:kept-0.8?how=shape&rule=step  keeps .8 of sim:teacher?rule=step, by another shape
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, cast

from falloff.core import Axis, UnknownNameError, UsageError
from falloff.models.observers import (
    WAYS,
    Asymmetric,
    Bump,
    Compounding,
    Nominal,
    Observer,
    Plateau,
    Pooled,
    Product,
    Rule,
    Step,
    Way,
    WeakestLink,
    Weighted,
)

KEPT = "kept-"
# "same" has the teacher's curve and its own luck: the null of a comparison.
NAMES: dict[str, dict[str, Any]] = {"teacher": {}, "same": {}, "narrow": {"half": (0.45,)}}
_LAPSE = 0.02

# Rules by name with what they set beyond their own defaults.
RULES: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "pooled": (Pooled, {}),
    "weighted": (Weighted, {}),
    "weakest_link": (WeakestLink, {}),
    "product": (Product, {}),
    "step": (Step, {}),
    "plateau": (Plateau, {}),
    "asymmetric": (Asymmetric, {}),
    "bump": (Bump, {}),
    "dip": (Bump, {"size": -0.55, "at": 0.35}),
    "compounding": (Compounding, {}),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A name as it was read. ``kept`` is the retention of a student, solved for family by family.

    ``rule`` and ``shape``, the rule's own parameters, make the observer; ``cost`` is by how much
    its replies lengthen from the centre to the far corner; ``luck`` tells twins apart. ``factors``
    shrink the region at each label of a nominal axis.
    """

    kept: float | None
    how: Way
    rule: str
    shape: dict[str, Any]
    lapse: float
    items: float
    cost: float
    luck: int
    factors: tuple[float, ...]

    def observer(self, axes: tuple[Axis, ...]) -> Observer:
        """The observer on these axes, doses before labels; of a student, its teacher."""
        made, preset = RULES[self.rule]
        doses = tuple(axis for axis in axes if axis.kind == "dose")
        on_axes = {"axes": doses} if made is Compounding else {}
        rule = cast("Rule", made(**{**preset, **self.shape, **on_axes}))
        labels = len(axes) - len(doses)
        if labels:
            rule = Nominal(rule=rule, factors=self.factors, axes=labels)
        return Observer(rule=rule, lapse=self.lapse, items=self.items, labels=labels)


def read_name(text: str) -> Settings:
    """The settings of ``NAME?…``. Raises :class:`falloff.core.UsageError` for what is not there."""
    name, _, query = text.partition("?")
    kept = _kept(name)
    if kept is None and name not in NAMES:
        raise UnknownNameError("simulated model", name, [*NAMES, f"{KEPT}0.8"])
    given = _pairs(query)
    rule = given.pop("rule", "pooled")
    if rule not in RULES:
        raise UnknownNameError("rule of a simulated model", rule, RULES)
    shaping = [f.name for f in fields(RULES[rule][0]) if f.name != "axes"]
    common = ["cost", "factors", "items", "lapse", "luck", *(["how"] if kept is not None else [])]
    for key in given:
        if key not in shaping and key not in common:
            raise UnknownNameError(
                f"parameter of sim:{name} (rule {rule})", key, [*shaping, *common, "rule"]
            )
    how = given.get("how", "scaled")
    if how not in WAYS:
        raise UnknownNameError("way to keep less", how, WAYS)
    preset = {k: v for k, v in NAMES.get(name, {}).items() if k in shaping}
    return Settings(
        kept=kept,
        how=cast("Way", how),
        rule=rule,
        shape=preset | {k: _shaping(k, v) for k, v in given.items() if k in shaping},
        lapse=_number("lapse", given.get("lapse", str(_LAPSE)), lambda x: 0 <= x < 1),
        items=_number("items", given.get("items", "0"), lambda x: 0 <= x <= 3),
        cost=_number("cost", given.get("cost", "0"), lambda x: x >= 0),
        luck=int(_number("luck", given.get("luck", "0"), float.is_integer)),
        factors=_several("factors", given.get("factors", "1")),
    )


def _kept(name: str) -> float | None:
    if not name.startswith(KEPT):
        return None
    return _number("kept", name.removeprefix(KEPT), lambda x: 0 < x <= 1)


def _pairs(query: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        key, equals, value = part.partition("=")
        if not equals or key in pairs:
            raise UsageError(
                f"'{part}' is no parameter of a simulated model, or stands there twice.",
                remedy="Write sim:NAME?parameter=value&parameter=value.",
            )
        pairs[key.strip()] = value.strip()
    return pairs


def _shaping(key: str, value: str) -> Any:
    """A rule's own parameter: above 0, but for a bump's size; ``half`` may differ by axis."""
    if key == "half":
        return _several(key, value)
    if key == "size":
        return _number(key, value, lambda x: -1 <= x <= 1)
    if key in ("accuracy", "shelf"):
        return _number(key, value, lambda x: 0 < x <= 1)
    return _number(key, value, lambda x: x > 0)


def _several(key: str, value: str) -> tuple[float, ...]:
    return tuple(_number(key, part, lambda x: x > 0) for part in value.split(","))


def _number(key: str, value: str, allowed: Callable[[float], bool]) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if abs(number) < 1e6 and allowed(number):
        return number
    raise UsageError(
        f"'{value}' is no value for '{key}' of a simulated model.", remedy=_RANGES.get(key, _ABOVE)
    )


_ABOVE = "Give a number above 0."
_RANGES = {
    "kept": "Give the share that is kept, above 0 and at most 1: sim:kept-0.8.",
    "factors": "Give a number above 0 for each label: factors=1,0.7,0.5.",
    "half": "Give a position above 0, or one for each axis: half=0.5,0.8.",
    "lapse": "Give a share from 0 to below 1.",
    "items": "Give a standard deviation from 0 to 3 logits.",
    "cost": "Give 0 or more: 1 makes replies at the far corner twice as long.",
    "luck": "Give a whole number.",
    "size": "Give a share from -1 to 1.",
    "accuracy": "Give a share above 0, at most 1.",
    "shelf": "Give a share above 0, at most 1.",
}
