import gc
import sys

import pytest


@pytest.fixture(autouse=True)
def swept():
    """What Inspect left open is closed here, where warnings of it are not errors."""
    yield
    if "inspect_ai" in sys.modules:
        gc.collect()
