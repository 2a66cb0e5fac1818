import pytest
from benchmark_rows import write

from falloff.probes.bench import Variant, read_benchmark
from falloff.probes.bench.rewording import CLOSE, OPEN

COUNT = 1200


@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    """A benchmark of 1,200 items of all kinds, with a solver for the sums among them.

    Its paraphrases are those of a writer who only puts words around a task.
    """
    folder = tmp_path_factory.mktemp("bench")
    solver = folder / "solver.py"
    solver.write_text(SOLVER)
    read = read_benchmark(write(folder / "mixed.jsonl", COUNT), solver=f"{solver}:solve")
    around = {
        "closely": "What follows is the task. {}",
        "freely": "Please do this:\n{}\nThank you.",
    }
    return read.reworded(
        "a function",
        {
            (item.id, style): OPEN + words.format(Variant.original(item).stem.strip()) + CLOSE
            for item in read.items
            for style, words in around.items()
        },
    )


SOLVER = '''
import re

def solve(prompt):
    """The sums about things in a cupboard, and no others."""
    form = r"\\w+ has ([\\d,]+) .* gave \\w+ (\\d+) more of them.*"
    found = re.fullmatch(form, prompt, re.DOTALL)
    return int(found[1].replace(",", "")) + int(found[2]) if found else None
'''
