"""What all tests share: how hypothesis looks for counter-examples."""

import os

from hypothesis import settings

# On CI the same examples each time; at a desk new ones, which is where surprises are welcome.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
