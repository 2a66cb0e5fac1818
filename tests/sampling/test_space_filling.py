"""The space-filling design: shares, evenness, unbiased draws, and budgets that grow."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.core import Axis, UsageError
from falloff.probes import FAMILIES, Family
from falloff.sampling import FamilyEvidence, Placement, SpaceFilling

CHAIN = FAMILIES["rule_chain"]
seeds = st.integers(0, 2**62)
# The first example pays for caches; a busy machine must not fail a law.
unhurried = settings(deadline=None, max_examples=50)


def placed(count: int, *, seed: int = 1, family: Family = CHAIN) -> tuple[Placement, ...]:
    nothing = FamilyEvidence.none_yet(family.name, [])
    return SpaceFilling(seed=seed, budget=0).place(family, count, nothing)


def known(family: str, placements: tuple[Placement, ...]) -> FamilyEvidence:
    return FamilyEvidence(
        family=family,
        coordinates=tuple(p.coordinate for p in placements),
        shares=tuple(p.share for p in placements),
        scores={},
    )


def with_axes(*axes: Axis) -> Family:
    return Family(
        name="made_up",
        capability="reasoning",
        version=1,
        axes=axes,
        chance=0.0,
        description="",
        generate=CHAIN.generate,
        renderers={},
    )


def axis(name: str, levels: int, *, nominal: bool = False) -> Axis:
    labels = tuple(f"kind {n}" for n in range(levels)) if nominal else ()
    return Axis(
        name=name,
        unit="",
        levels=tuple(range(levels)),
        description="",
        kind="nominal" if nominal else "dose",
        labels=labels,
    )


@unhurried
@given(seeds, st.integers(1, 60), st.integers(0, 60))
def test_a_larger_budget_begins_with_the_smaller(seed: int, count: int, more: int) -> None:
    first = placed(count, seed=seed)
    rest = SpaceFilling(seed=seed, budget=0).place(CHAIN, more, known(CHAIN.name, first))
    assert placed(count + more, seed=seed) == first + rest


@unhurried
@given(seeds)
def test_every_probe_lies_where_its_share_says(seed: int) -> None:
    for placement in placed(60, seed=seed):
        outward = sum(dose != CHAIN.centre[name] for name, dose in placement.coordinate)
        assert placement.coordinate in CHAIN.grid
        assert outward == {"centre": 0, "axis": 1}.get(placement.share, outward)


@unhurried
@given(st.integers(8, 500))
def test_shares_keep_their_proportions(count: int) -> None:
    shares = Counter(placement.share for placement in placed(count))
    for share, part in {"centre": 0.2, "axis": 0.3, "box": 0.5}.items():
        assert abs(shares[share] - part * count) <= 1


@unhurried
@given(seeds, st.integers(8, 400))
def test_the_levels_of_an_axis_are_covered_evenly(seed: int, count: int) -> None:
    family = with_axes(axis("steps", 5), axis("kind", 3, nominal=True))
    seen: dict[str, Counter[float]] = {a.name: Counter() for a in family.axes}
    for placement in placed(count, seed=seed, family=family):
        if placement.share == "axis":
            ((name, dose),) = [(n, d) for n, d in placement.coordinate if d != family.centre[n]]
            seen[name][dose] += 1
    for a in family.axes:
        counts = [seen[a.name][level] for level in a.levels[1:]]
        assert max(counts) - min(counts) <= 1
    assert abs(seen["steps"].total() - seen["kind"].total()) <= 1


def test_every_draw_from_the_box_has_the_distribution_of_the_box() -> None:
    draws, size = 4000, len(CHAIN.grid)
    for index in (0, 17):
        # Probe 10 n of a family is its draw number 5 n from the box.
        before = known(CHAIN.name, placed(1) * (10 * index))
        cells = Counter(
            SpaceFilling(seed=seed, budget=0).place(CHAIN, 1, before)[0].coordinate
            for seed in range(draws)
        )
        chi_square = sum((cells[cell] - draws / size) ** 2 for cell in CHAIN.grid) * size / draws
        assert chi_square < size - 1 + 4 * np.sqrt(2 * (size - 1))


@pytest.mark.parametrize("dimensions", [1, 2, 3, 4])
def test_draws_fill_the_box_better_than_chance(dimensions: int) -> None:
    family = with_axes(*(axis(f"axis {n}", 6) for n in range(dimensions)))
    count = 100

    def mean(seed: int) -> float:
        box = [p for p in placed(2 * count, seed=seed, family=family) if p.share == "box"]
        return float(np.mean([sum(dose for _, dose in p.coordinate) for p in box]))

    means = np.array([mean(seed) for seed in range(60)])
    by_chance = np.sqrt(dimensions * 35 / 12 / count)
    assert abs(means.mean() - 2.5 * dimensions) < 3 * by_chance / np.sqrt(60)
    assert means.std() < 0.5 * by_chance


def test_families_do_not_share_their_draws() -> None:
    assert [p.coordinate.key for p in placed(40, family=with_axes(axis("steps", 9)))] != [
        p.coordinate.key for p in placed(40, family=with_axes(axis("stops", 9)))
    ]


@unhurried
@given(st.integers(16, 500), st.integers(0, 100))
def test_the_budget_is_split_equally_and_grows_everywhere(budget: int, more: int) -> None:
    nothing = {name: FamilyEvidence.none_yet(name, []) for name in ("b", "a")}
    small = SpaceFilling(seed=1, budget=budget).allocate(nothing)
    large = SpaceFilling(seed=1, budget=budget + more).allocate(nothing)
    assert sum(small.values()) == budget
    assert 0 <= small["a"] - small["b"] <= 1
    assert all(large[name] >= small[name] for name in small)


def test_the_design_is_done_after_one_round() -> None:
    design = SpaceFilling(seed=1, budget=20)
    evidence = {"rule_chain": known("rule_chain", placed(20))}
    assert design.allocate(evidence) == {}
    assert SpaceFilling(seed=1, budget=25).allocate(evidence) == {"rule_chain": 5}


def test_too_small_a_budget_is_refused_with_the_least() -> None:
    nothing = {name: FamilyEvidence.none_yet(name, []) for name in "abc"}
    with pytest.raises(UsageError, match="--budget 24") as raised:
        SpaceFilling(seed=1, budget=23).allocate(nothing)
    assert raised.value.exit_code == 2
    assert SpaceFilling(seed=1, budget=24).allocate(nothing) == dict.fromkeys("abc", 8)
