"""A solver for the sums of examples/own-benchmark.jsonl: with it they are asked with other numbers.

falloff measure … --bench examples/own-benchmark.jsonl --bench-solver examples/own_solver.py:solve
"""

import re

GAINS = re.compile(
    r"\w+ keeps (\d+) (\w+) .* buys (\d+) more, .* another (\d+) as a present\."
    r" .* gives (\d+) of them .*",
    re.DOTALL,
)


def solve(prompt):
    """The answer to a sum about a drawer; None for all other prompts."""
    found = GAINS.fullmatch(prompt)
    if not found:
        return None
    kept, _, bought, brought, given = found.groups()
    left = int(kept) + int(bought) + int(brought) - int(given)
    return left if left >= 0 else None
