"""Items that are asked more than once: an item is one piece of evidence, however often asked."""

from dataclasses import replace

import numpy as np
import pytest
import truths

from falloff.analysis.inference import draw
from falloff.core import UsageError
from falloff.models.observers import Observer, Pooled
from falloff.sampling.evidence import FamilyEvidence
from falloff.sampling.look_ahead import LookAhead
from falloff.sampling.space_filling import SpaceFilling

FAMILY = truths.box(1)
U = truths.positions(FAMILY, FAMILY.grid)
# Items of a level differ by 1.5 logits.
OBSERVER = Observer(rule=Pooled(half=(0.75,), exponent=4.0, pooling=4.0), items=1.5)


def asked_from_a_pool(design, seed, *, pool=6):
    """A run in which every level has ``pool`` items, drawn again and again."""
    rng = np.random.default_rng([seed, 3])
    evidence, items, effect = FamilyEvidence.none_yet(FAMILY.name, ["t"]), [], {}
    while evidence.count < design.budget:
        count = design.allocate({FAMILY.name: evidence})[FAMILY.name]
        batch = design.place(FAMILY, count, evidence)
        scores = []
        for placed in batch:
            items.append(f"{placed.coordinate.key}/{rng.integers(pool)}")
            hard = effect.setdefault(items[-1], rng.normal())
            u = truths.positions(FAMILY, [placed.coordinate])
            scores.append(float(rng.random() < OBSERVER.on_item(u, hard)[0]))
        evidence = FamilyEvidence(
            family=FAMILY.name,
            coordinates=evidence.coordinates + tuple(p.coordinate for p in batch),
            shares=evidence.shares + tuple(p.share for p in batch),
            scores={"t": np.concatenate([evidence.scores["t"], scores])},
        )
    return replace(truths.data_of(FAMILY, evidence), items=tuple(items))


def fixed(seed, n=240):
    return asked_from_a_pool(SpaceFilling(seed=seed, budget=n), seed)


def adaptive(seed, n=240):
    return asked_from_a_pool(LookAhead(families=(FAMILY,), seed=seed, budget=n), seed)


def volume(data):
    return draw(data, ("t",), tau=0.5)["t"].volume


@pytest.mark.parametrize("made", [fixed, adaptive])
def test_intervals_hold_the_truth_over_new_items(made):
    """Of 40 intervals at 90 %, fewer than 31 hold it with a probability of 2 %."""
    truth, held = OBSERVER.volume(U, np.full(len(U), 1 / len(U))), 0
    for seed in range(40):
        low, high = np.quantile(volume(made(seed)), [0.05, 0.95])
        held += low <= truth <= high
    assert held >= 31


@pytest.mark.parametrize("made", [fixed, adaptive])
def test_fresh_items_may_be_named_or_not(made):
    data = replace(made(1), items=None)
    named = replace(data, items=tuple(str(i) for i in range(len(data.coordinates))))
    assert (volume(data) == volume(named)).all()


def twice(data):
    """Every answer a second time, on the same item."""
    return replace(
        data,
        coordinates=data.coordinates * 2,
        shares=data.shares * 2,
        scores={role: np.tile(scores, 2) for role, scores in data.scores.items()},
        answers={role: answers * 2 for role, answers in data.answers.items()},
        reasons={role: reasons * 2 for role, reasons in data.reasons.items()},
        items=tuple(str(i) for i in range(len(data.coordinates))) * 2,
    )


@pytest.mark.parametrize("made", [fixed, adaptive])
def test_asking_every_item_again_tells_nothing_new(made):
    data = replace(made(2), items=None)
    once, again = volume(data).std(), volume(twice(data)).std()
    believed = volume(replace(twice(data), items=None)).std()
    assert again == pytest.approx(once, rel=0.15)
    assert believed < 0.85 * again


def test_items_must_be_one_a_probe():
    with pytest.raises(UsageError, match="240 probes and 1 items"):
        replace(fixed(0), items=("only",))
