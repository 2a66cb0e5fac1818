import pytest
from benchmark_rows import write

from falloff.probes.bench import read_benchmark

COUNT = 1200


@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    """A benchmark of 1,200 items of all kinds, with a solver for the sums among them."""
    folder = tmp_path_factory.mktemp("bench")
    solver = folder / "solver.py"
    solver.write_text(SOLVER)
    return read_benchmark(write(folder / "mixed.jsonl", COUNT), solver=f"{solver}:solve")


SOLVER = '''
import re

def solve(prompt):
    """The sums about things in a cupboard, and no others."""
    form = r"\\w+ has ([\\d,]+) .* gave \\w+ (\\d+) more of them.*"
    found = re.fullmatch(form, prompt, re.DOTALL)
    return int(found[1].replace(",", "")) + int(found[2]) if found else None
'''
