"""Child seeds."""

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from falloff.core import child_rng, child_seed


def test_child_seeds_are_fixed_for_ever():
    assert child_seed(7, "reasoning", 3) == 3859434249072467839


def test_parts_are_not_merely_joined():
    assert child_seed("ab", "c") != child_seed("a", "bc")
    assert child_seed("1") != child_seed(1)


@given(st.integers(0, 2**31), st.integers(0, 1000))
def test_neighbouring_seeds_give_unrelated_streams(seed, index):
    mine = [child_rng(seed, index).random() for _ in range(3)]
    assert mine != [child_rng(seed + 1, index).random() for _ in range(3)]
    assert mine != [child_rng(seed, index + 1).random() for _ in range(3)]


@given(st.lists(st.one_of(st.integers(), st.text()), max_size=4))
def test_a_seed_fits_a_signed_64_bit_integer(parts):
    assert 0 <= child_seed(*parts) < 2**63


def test_seeds_do_not_depend_on_the_hash_seed_of_the_process():
    code = "from falloff.core import child_seed; print(child_seed('x', 1))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "123")
    }
    assert len(said) == 1
