"""The contract of every family that real models are asked, in every dialect it speaks."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from freeze import FROZEN, fingerprints

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import (
    CAPABILITIES,
    FAMILIES,
    Episode,
    play_guesser,
    play_oracle,
    public_families,
)

NAMES = [family.name for family in public_families()]
SPOKEN = [(name, dialect) for name in NAMES for dialect in FAMILIES[name].renderers]
SEEDS = [child_seed("contract", index) for index in range(50)]
MANY = [child_seed("facts", index) for index in range(100)]


def corners(name):
    """The centre, the tops of single axes, and the far corner."""
    grid = FAMILIES[name].grid
    step = max(1, len(grid) // 12)
    return [*grid[::step], grid[-1]]


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_the_oracle_solves_every_level(name, dialect):
    family = FAMILIES[name]
    for at in family.grid:
        for seed in SEEDS[:10]:
            assert play_oracle(family.probe(at, seed), dialect=dialect).outcome.score == 1, at.key


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_the_oracle_solves_many_seeds_at_the_corners(name, dialect):
    family = FAMILIES[name]
    for at in corners(name):
        for seed in SEEDS:
            assert play_oracle(family.probe(at, seed), dialect=dialect).outcome.score == 1, at.key


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_a_guesser_stays_at_chance(name, dialect):
    family = FAMILIES[name]
    played = [
        play_guesser(family.probe(at, seed), dialect=dialect, rng=random.Random(seed)).outcome
        for at in corners(name)
        for seed in SEEDS
    ]
    mean = sum(outcome.score for outcome in played) / len(played)
    noise = 4 * (family.chance * (1 - family.chance) / len(played)) ** 0.5
    # An open answer is not quite out of reach of a guess: that much is taken for nothing.
    assert mean <= family.chance + noise + 0.02


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_probe_and_another_seed_another(name):
    family = FAMILIES[name]
    dialect = sorted(family.renderers)[0]
    for at in family.grid:
        prompts = [
            Episode(family.probe(at, seed), dialect=dialect).request().messages
            for seed in (1, 1, 2)
        ]
        assert prompts[0] == prompts[1]
        assert prompts[0] != prompts[2]


@pytest.mark.parametrize("name", NAMES)
def test_items_do_not_repeat_between_seeds(name):
    family = FAMILIES[name]
    dialect = sorted(family.renderers)[-1]
    seeds = [child_seed("duplicates", index) for index in range(300)]
    for at in corners(name):
        prompts = {
            Episode(family.probe(at, seed), dialect=dialect).transcript.messages for seed in seeds
        }
        assert len(prompts) >= 0.99 * len(seeds), at.key


def test_probes_are_the_same_in_another_process_under_another_hash_seed():
    said = {
        subprocess.run(
            [sys.executable, "-c", "import freeze; print(freeze.fingerprints())"],
            cwd=Path(__file__).parent,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "4711")
    }
    assert len(said) == 1


def test_probes_change_only_with_the_version():
    """After a change: raise the family's version, then run freeze.py."""
    assert fingerprints() == json.loads(FROZEN.read_text())


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_episodes_stay_within_the_tokens_that_the_family_declares(name, dialect):
    """A token of English is about four characters; three leaves room for digits and names."""
    family = FAMILIES[name]
    for at in corners(name):
        for seed in SEEDS[:5]:
            episode = play_oracle(family.probe(at, seed), dialect=dialect)
            said = [m for m in episode.transcript.messages if m.role == "assistant"]
            room = episode.request().max_tokens
            length = sum(len(m.content) for m in episode.transcript.messages)
            if dialect == "micro":
                assert length + len(episode.transcript.messages) < 480
                assert all(len(m.content) < room for m in said)
            else:
                assert length / 3 <= family.most_tokens
                assert all(len(m.content) / 3 <= room for m in said)


@pytest.mark.parametrize("name", [n for n in NAMES if FAMILIES[n].moves])
def test_an_axis_moves_what_it_declares_and_nothing_else(name):
    """Facts of a hundred tasks at every level of an axis, the other axes in the middle."""
    family = FAMILIES[name]
    middle = {axis.name: axis.levels[len(axis.levels) // 2] for axis in family.axes}
    for axis in family.axes:
        facts = {level: facts_at(family, middle | {axis.name: level}) for level in axis.levels}
        for fact in facts[axis.centre][0]:
            means = {level: sum(f[fact] for f in got) / len(got) for level, got in facts.items()}
            if fact in family.moves.get(axis.name, ()):
                continue
            spread = max(deviation(fact, got) for got in facts.values())
            noise = 5 * spread * (2 / 100) ** 0.5
            assert max(means.values()) - min(means.values()) <= noise + 1e-9, (axis.name, fact)


@pytest.mark.parametrize("name", [n for n in NAMES if FAMILIES[n].moves])
def test_every_axis_moves_something(name):
    family = FAMILIES[name]
    for axis in family.axes:
        ends = [facts_at(family, {axis.name: level}) for level in (axis.centre, axis.top)]
        moved = family.moves[axis.name]
        assert any(
            sum(f[fact] for f in ends[0]) != sum(f[fact] for f in ends[1]) for fact in moved
        ), axis.name


def facts_at(family, doses):
    at = Coordinate.at(family.axes, doses)
    return [family.facts(family.task(family.probe(at, s))) for s in MANY]


def deviation(fact, facts):
    mean = sum(f[fact] for f in facts) / len(facts)
    return (sum((f[fact] - mean) ** 2 for f in facts) / len(facts)) ** 0.5


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_the_answer_does_not_stand_in_a_marked_place_of_the_prompt(name, dialect):
    """A reply that copies the end of the prompt is not an answer."""
    family = FAMILIES[name]
    for seed in SEEDS[:20]:
        episode = Episode(family.probe(family.centre, seed), dialect=dialect)
        episode.feed(Reply(text=episode.request().messages[-1].content))
        assert not episode.done or episode.outcome.reason is Reason.MALFORMED


@pytest.mark.parametrize("name", NAMES)
def test_every_family_declares_itself(name):
    family = FAMILIES[name]
    assert family.capability in CAPABILITIES
    assert family.description
    assert 1 <= len(family.axes) <= 4
    assert all(axis.description and axis.unit for axis in family.axes)
