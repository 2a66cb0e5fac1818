"""What keeping answers costs: outcomes recorded a second, and what a run of a million takes.

Every number is taken in a process of its own, so that memory is that of one thing alone.

    python -m benchmarks.asking.store [--outcomes 1000000] [--keep FOLDER]
"""

# ruff: noqa: ARG001 - all measures take the same arguments

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from falloff.run import Answer, Manifest, PlacedProbe

FLIGHT = 64
BATCH = 2_000
ROLES = ("teacher", "student1")
SKILL = {"teacher": 0.5, "student1": 1.5}
# Outcomes a second, and seconds to open a run of a million.
RATE_BAR, OPEN_BAR = 20_000, 1.0
# A run ten times as long takes at most so many times the memory.
GROWTH_BAR = 1.3


class _Named:
    """A model that is never asked."""

    concurrency = FLIGHT

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def describe(self) -> dict[str, Any]:
        return {"weights": self.spec}


def manifest() -> Manifest:
    from falloff.probes.suite_file import find_suite
    from falloff.run import Manifest
    from falloff.sampling import SpaceFilling

    suite = find_suite("micro")
    return Manifest.of(
        mode="compare",
        suite=suite.name,
        suite_version=suite.version,
        families=suite.families,
        dialect=suite.dialect,
        seed=1,
        design=SpaceFilling(seed=1, budget=0),
        models={role: _Named(f"sim:{role}") for role in ROLES},
    )


def batches(count: int) -> Iterator[list[PlacedProbe]]:
    """So many probes over the suite's families, as an adaptive run spreads them over its shares."""
    from falloff.probes.suite_file import find_suite
    from falloff.run import PlacedProbe

    families, rng = find_suite("micro").families, random.Random(1)
    for position in itertools.count():
        if position * BATCH >= count:
            return
        family = families[position % len(families)]
        first = position // len(families) * BATCH
        batch = []
        for number in range(first, first + min(BATCH, count - position * BATCH)):
            share = ("centre", "box", "axis")[number % 3]
            grid = family.grid
            coordinate = family.centre if share == "centre" else grid[rng.randrange(len(grid))]
            probe = family.probe(coordinate, rng.getrandbits(63))
            batch.append(PlacedProbe(probe=probe, share=share, round=0, position=number))
        yield batch


def answers(batch: list[PlacedProbe]) -> Iterator[Answer]:
    """What both models made of a batch: the further out, the less."""
    from falloff.core import Message, Outcome, Reason, Transcript
    from falloff.probes import FAMILIES
    from falloff.run import Answer

    rng = random.Random(batch[0].probe.id)
    said = "How many boxes are left when four of eight are taken away? " * 5
    for placed, role in itertools.product(batch, ROLES):
        axes = FAMILIES[placed.probe.family].axes
        doses = dict(placed.probe.coordinate)
        far = sum(axis.u(doses[axis.name]) for axis in axes) / len(axes)
        solved = rng.random() < 1 / (1 + SKILL[role] * 4 * far)
        text = str(rng.randrange(10))
        yield Answer(
            role=role,
            repeat=0,
            probe_id=placed.probe.id,
            outcome=Outcome(
                score=float(solved),
                reason=Reason.SOLVED if solved else Reason.WRONG,
                answer=text,
                calls=1,
                prompt_tokens=80,
                completion_tokens=12,
                seconds=0.25,
            ),
            transcript=Transcript(
                messages=(
                    Message(role="user", content=said),
                    Message(role="assistant", content=f"Step by step.\nAnswer: {text}"),
                )
            ),
        )


def write(path: Path, count: int) -> dict[str, float]:
    """Through the recorder, as so many episodes in flight that end in the same turn."""
    from falloff.run import open_for_writing
    from falloff.run.recorder import Recorder

    keeping = cpu = 0.0
    with open_for_writing(path, manifest()) as store:
        recorder = Recorder(store, lambda _: None)

        async def keep(ready: list[Answer]) -> None:
            left = iter(ready)

            async def work() -> None:
                for answer in left:
                    await recorder.keep(answer)

            await asyncio.gather(*(work() for _ in range(FLIGHT)))

        for batch in batches(count // len(ROLES)):
            ready = list(answers(batch))
            start, busy = time.perf_counter(), time.process_time()
            store.place(batch)
            asyncio.run(keep(ready))
            keeping += time.perf_counter() - start
            cpu += time.process_time() - busy
    return {"seconds": keeping, "cpu": cpu, "rate": count / keeping, "rate_cpu": count / cpu}


def alone(path: Path, count: int) -> dict[str, float]:
    """One answer a transaction, as where they come far apart."""
    from falloff.run import open_for_writing

    with open_for_writing(path, manifest()) as store:
        batch = next(batches(count // len(ROLES)))
        ready = list(answers(batch))
        store.place(batch)
        start = time.perf_counter()
        for answer in ready:
            store.record([answer])
        return {"rate": len(ready) / (time.perf_counter() - start)}


def resume(path: Path, count: int) -> dict[str, float]:
    """Opening to go on."""
    from falloff.run import open_for_writing

    wanted = manifest()
    start = time.perf_counter()
    with open_for_writing(path, wanted):
        return {"seconds": time.perf_counter() - start}


def show(path: Path, count: int) -> dict[str, float]:
    """Opening to read."""
    from falloff.run import open_for_reading

    start = time.perf_counter()
    with open_for_reading(path):
        return {"seconds": time.perf_counter() - start}


def stream(path: Path, count: int) -> dict[str, float]:
    """Reading every outcome of a run, one after the other."""
    from falloff.run import open_for_reading

    start, read = time.perf_counter(), 0
    with open_for_reading(path) as reader:
        for role in ROLES:
            for _ in reader.outcomes(role):
                read += 1
    assert read == count
    return {"seconds": time.perf_counter() - start}


def comparison(path: Path, count: int) -> dict[str, float]:
    """Everything that is estimated."""
    import falloff

    start = time.perf_counter()
    assert falloff.open_run(path).comparison.probes == count // len(ROLES)
    return {"seconds": time.perf_counter() - start}


def report(path: Path, count: int) -> dict[str, float]:
    """What ``falloff report`` does: all that is estimated, and the page."""
    import falloff

    start = time.perf_counter()
    page = falloff.open_run(path).report(path.with_suffix(".html"))
    return {"seconds": time.perf_counter() - start, "size": page.stat().st_size}


MEASURES: dict[str, Callable[[Path, int], dict[str, float]]] = {
    work.__name__: work for work in (write, alone, resume, show, stream, comparison, report)
}


def measure(name: str, path: Path, count: int) -> dict[str, float]:
    """One of the measures in a process of its own, with its peak of resident memory in MB."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.asking.store"),
            *("--measure", name, "--run", str(path), "--outcomes", str(count)),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main(count: int, folder: Path) -> None:
    large, small = folder / "large.falloff", folder / "small.falloff"
    rate = measure("alone", folder / "alone.falloff", 4000)["rate"]
    print(f"Recorded one at a time: {rate:,.0f} outcomes a second")
    peaks = {}
    for path, many in ((small, count // 10), (large, count)):
        got = measure("write", path, many)
        peaks["write", path] = got["peak"]
        print(
            f"Recorded, {FLIGHT} in flight, {many:,} outcomes: {got['rate']:,.0f} a second"
            f" ({got['rate'] / RATE_BAR:.2f} × the bar), {got['rate_cpu']:,.0f} a CPU second,"
            f" peak {got['peak']:.0f} MB, file {path.stat().st_size / 1e6:.0f} MB"
        )
    for name in ("show", "resume", "stream", "comparison", "report"):
        for path, many in ((small, count // 10), (large, count)):
            got = measure(name, path, many)
            peaks[name, path] = got["peak"]
            bar = f" ({got['seconds'] / OPEN_BAR:.2f} × the bar)" if name == "resume" else ""
            print(f"{name}, {many:,} outcomes: {got['seconds']:.2f} s{bar}, {got['peak']:.0f} MB")
    for name in ("write", "stream"):
        growth = peaks[name, large] / peaks[name, small]
        verdict = "met" if growth <= GROWTH_BAR else "MISSED"
        print(f"Memory of '{name}' at ten times the outcomes: {growth:.2f} ×, {verdict}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--measure", choices=MEASURES)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--outcomes", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="folder in which the run files stay")
    options = parser.parse_args()
    if options.measure:
        result = MEASURES[options.measure](options.run, options.outcomes)
        result["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
    elif options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        main(options.outcomes, options.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(options.outcomes, Path(folder))
