"""reasoning-gym's generators as families; needs the extra ``gym``."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("reasoning_gym")

from falloff.core import child_seed
from falloff.probes import FAMILIES, play_oracle
from falloff.probes.contract import breaches, fingerprint
from falloff.probes.gym import GENERATORS, GYM

PRINT = """
import json
from falloff.probes import FAMILIES
from falloff.probes.gym import GYM
from falloff.probes.contract import fingerprint
print(json.dumps([fingerprint(FAMILIES[name]) for name in GYM.family_names]))
"""


def test_there_are_fifteen():
    assert len(GENERATORS) >= 15


@pytest.mark.parametrize("name", GYM.family_names)
def test_every_generator_keeps_to_the_contract(name):
    assert not [str(breach) for breach in breaches(FAMILIES[name], seeds=20)]


@pytest.mark.parametrize("name", GYM.family_names)
def test_what_is_no_single_value_does_not_pass(name):
    family = FAMILIES[name]
    for i in range(20):
        task = family.task(family.probe(family.centre, child_seed("guesses", i)))
        for said in ("I don't know", "", f"{task.gold} or 17", f"not {task.gold}", "0 1 2 3 4 5 6"):
            assert not task.accepts(said) or said == task.gold


def test_items_are_the_same_in_every_process():
    said = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(said) == 1


def test_a_dose_is_a_point():
    family = FAMILIES["gym_chain_sum"]
    for at in family.grid:
        task = family.task(family.probe(at, 3))
        terms = task.item["question"].count(" + ") + task.item["question"].count(" - ") + 1
        assert terms == at["terms"]
    assert play_oracle(family.probe(family.centre, 1), dialect="completion").outcome.score == 1
    assert fingerprint(family) == fingerprint(family)
