"""How fast items are put under stress: 100,000 variants, all stressors and doses in turn.

python benchmarks/stressors.py [COUNT]
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from pathlib import Path

from falloff.probes.bench import STRESSORS, RejectedError, read_benchmark, stressed

FILE = Path(__file__).parent.parent / "examples" / "own-benchmark.jsonl"
SOLVER = Path(__file__).parent.parent / "examples" / "own_solver.py"


def main(count: int = 100_000) -> None:
    start = time.perf_counter()
    bench = read_benchmark(FILE, solver=f"{SOLVER}:solve")
    print(f"read {len(bench.items)} items: {time.perf_counter() - start:.2f} s")
    places = [
        (stressor, dose)
        for stressor in STRESSORS.values()
        for dose in stressor.axis_for(bench).levels[1:]
    ]
    every = itertools.cycle(itertools.product(bench.items, places))
    took: Counter[str] = Counter()
    made: Counter[str] = Counter()
    rejected = characters = 0
    start = time.perf_counter()
    while made.total() < count:
        item, (stressor, dose) = next(every)
        before = time.perf_counter()
        try:
            variant = stressed(item, bench, [(stressor, dose)], made.total())
        except RejectedError:
            rejected += 1
            continue
        characters += sum(len(message.content) for message in variant.messages)
        took[stressor.name] += time.perf_counter() - before
        made[stressor.name] += 1
    seconds = time.perf_counter() - start
    for name, number in made.items():
        print(f"{name:24} {number:7,} variants, {1e6 * took[name] / number:6.0f} µs each")
    print(
        f"{made.total():,} variants, {characters / 1e6:,.0f} million characters, in"
        f" {seconds:.1f} s; {rejected:,} rejected"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
