"""What all tests share: how hypothesis looks for counter-examples, which families there are."""

import os
import time

import pytest
from hypothesis import settings

from falloff.probes import FAMILIES

# On CI the same examples each time; at a desk new ones, which is where surprises are welcome.
settings.register_profile("desk", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Files of half a minute of CPU and more.
LONGEST = {"test_contract.py", "test_demo.py", "test_simulated_runs.py", "test_commands.py"}


def pytest_collection_modifyitems(items):
    """The longest files go first: with one of them last, the other worker would wait for it."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def _families_of_one_test_alone():
    """A family that a test registers is gone in the next; those of the gym come once, for good."""
    before = set(FAMILIES)
    yield
    for name in set(FAMILIES) - before:
        if not name.startswith("gym_"):
            FAMILIES.forget(name)


@pytest.fixture
def cpu_seconds():
    """CPU seconds of a call, the best of three: other processes disturb even that."""

    def best(call):
        taken = []
        for _ in range(3):
            start = time.process_time()
            call()
            taken.append(time.process_time() - start)
        return min(taken)

    return best
