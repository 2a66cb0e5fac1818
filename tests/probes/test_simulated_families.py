"""Families for simulated models keep the same contract, and stay out of everybody's way."""

import random

import pytest

from falloff.core import Reason, Reply
from falloff.probes import (
    FAMILIES,
    SUITES,
    Episode,
    play_guesser,
    play_oracle,
    public_families,
)

NAMES = SUITES["sim"].family_names
SPOKEN = [(name, dialect) for name in NAMES for dialect in FAMILIES[name].renderers]


def corners(family):
    return [family.grid[0], family.grid[len(family.grid) // 2], family.grid[-1]]


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_the_oracle_solves_and_the_guesser_does_not(name, dialect):
    family = FAMILIES[name]
    guessed = []
    for at in corners(family):
        for seed in range(100):
            probe = family.probe(at, seed)
            solved = play_oracle(probe, dialect=dialect).outcome
            assert solved.score == 1
            guess = play_guesser(probe, dialect=dialect, rng=random.Random(seed)).outcome
            guessed.append(guess.score)
    noise = 4 * (family.chance * (1 - family.chance) / len(guessed)) ** 0.5
    assert abs(sum(guessed) / len(guessed) - family.chance) <= noise


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_probes_are_their_own_and_prompts_are_no_answers(name, dialect):
    family = FAMILIES[name]
    prompts = set()
    for at in corners(family):
        for seed in range(100):
            episode = Episode(family.probe(at, seed), dialect=dialect)
            prompts.add(episode.request().messages)
            episode.feed(Reply(text=episode.request().messages[-1].content))
            assert episode.outcome.reason is Reason.MALFORMED
    assert len(prompts) == 300


def test_boxes_have_one_to_five_axes_and_known_chance_levels():
    assert [len(FAMILIES[f"sim_{k}d"].axes) for k in range(1, 6)] == [1, 2, 3, 4, 5]
    assert {FAMILIES[name].chance for name in NAMES} == {0.0, 0.25, 0.5}
    for name in NAMES:
        assert FAMILIES[name].description.startswith("For simulated models only")
        assert SUITES[name].family_names == (name,)


def test_real_models_are_not_asked_them():
    assert not {family.name for family in public_families()} & set(NAMES)
