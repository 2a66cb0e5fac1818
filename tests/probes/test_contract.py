"""The contract of every family that real models are asked, in every dialect it speaks."""

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from freeze import FROZEN, fingerprints

from falloff.core import Axis, child_seed
from falloff.probes import FAMILIES, public_families
from falloff.probes.contract import RULES, breaches
from falloff.probes.task import Answer

NAMES = [family.name for family in public_families()]


@pytest.mark.parametrize("seeds", [20, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_every_family_keeps_to_the_contract(name, rule, seeds):
    assert not [str(breach) for breach in breaches(FAMILIES[name], seeds=seeds, rules=[rule])]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_solves_a_thousand_seeds_at_the_corners(name):
    assert not [str(b) for b in breaches(FAMILIES[name], seeds=1000, rules=["oracle_solves"])]


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_probes_are_made_in_two_seconds(name, cpu_seconds):
    family = FAMILIES[name]
    middle = {axis.name: axis.levels[len(axis.levels) // 2] for axis in family.axes}
    at = family.centre.at(family.axes, middle)
    dialect = sorted(family.renderers)[0]

    def render():
        for i in range(100):
            probe = family.probe(at, child_seed("speed", i))
            family.renderer(dialect).prompt(family.task(probe))

    assert 10 * cpu_seconds(render) < 2


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


def sabotaged(**changes):
    """reasoning_steps with something wrong about it."""
    return replace(FAMILIES["reasoning_steps"], **changes)


def broken(family):
    return {breach.rule: str(breach) for breach in breaches(family, seeds=10)}


def test_a_sound_family_breaks_no_rule():
    assert not broken(sabotaged())


def test_a_family_that_does_not_follow_its_seed_is_found():
    make, state = FAMILIES["reasoning_steps"].generate, random.Random(1)
    assert "is_deterministic" in broken(sabotaged(generate=lambda at, _: make(at, state)))
    constant = sabotaged(generate=lambda at, _: make(at, random.Random(1)))
    assert {"is_deterministic", "items_do_not_repeat"} <= set(broken(constant))


def changed(**methods):
    """reasoning_steps with tasks that do something else."""
    make = FAMILIES["reasoning_steps"].generate

    def generate(at, rng):
        task = make(at, rng)
        return type("Changed", (type(task),), methods)(**vars(task))

    return sabotaged(generate=generate)


def test_a_family_whose_oracle_fails_is_found_with_the_seed_that_shows_it():
    said = broken(changed(accepts=lambda _, answer: answer == "7"))["oracle_solves"]
    assert "reasoning_steps@1/steps=1" in said
    assert "is wrong" in said


def test_a_family_that_raises_is_named_with_the_probe_and_the_error():
    def generate(at, rng):
        raise ZeroDivisionError("by nothing")

    said = broken(sabotaged(generate=generate))
    assert set(said) == set(RULES) - {"declares_itself"}
    assert "ZeroDivisionError('by nothing')" in said["oracle_solves"]
    assert "reasoning_steps@1/steps=1" in said["oracle_solves"]


def test_a_family_that_is_easier_to_guess_than_it_says_is_found():
    easy = changed(guess=lambda task, _: Answer(value=task.gold))
    assert "guesser_stays_at_chance" in broken(easy)


def test_an_axis_that_moves_what_it_does_not_declare_is_found():
    said = broken(sabotaged(moves={"steps": ("steps",), "magnitude": ("digits", "value_digits")}))
    assert "axes_move_what_they_declare" in said


def test_too_few_tokens_and_a_missing_description_are_found():
    axes = (Axis(name="steps", unit="", levels=(1, 2), description=""),)
    said = broken(sabotaged(most_tokens=10, axes=axes, whole=FAMILIES["reasoning_steps"].axes))
    assert {"stays_within_its_tokens", "declares_itself"} <= set(said)
