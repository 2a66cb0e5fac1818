"""What all tests share: how hypothesis looks for counter-examples."""

import os
import time

import pytest
from hypothesis import settings

# On CI the same examples each time; at a desk new ones, which is where surprises are welcome.
settings.register_profile("desk", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


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
