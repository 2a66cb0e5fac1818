"""Probes a second of ``hf:`` on one thread, beside lm-eval's ``hf`` backend and plain ``generate``.

Same checkpoint, prompts, stops and bounds, float32, greedy; each peer at its best batch size. Three
kinds of work: single turns, the same after worked examples (a beginning that prompts share), and
conversations of several turns. Every measurement is a process of its own; loading is not counted.
Once each peer's best batch size is known, all are measured in turn, and the medians compared.

    python -m benchmarks.asking.local [--checkpoint FOLDER …] [--probes 256] [--rounds 3]
                                     [--works single …] [--batches 64 …]

Without ``--checkpoint``: the embedded teacher. A peer that is not installed is left out, and that
is said. Texts that differ are counted: near-ties can fall either way.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BATCHES = (1, 8, 16, 32, 64, 128)
OURS = 128  # as ?concurrency= unless told
BAR, AIM = 2.0, 3.0
WORKS = ("single", "examples", "turns")


def measured(engine: str, folder: Path, work: str, probes: int, batch: int) -> dict[str, Any]:
    """What :mod:`benchmarks.asking.local_peers` prints of one measurement."""
    command = [
        *(sys.executable, "-m", "benchmarks.asking.local_peers", engine, str(folder), work),
        *("--probes", str(probes), "--batch", str(batch)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def best_batch(engine: str, folder: Path, work: str, probes: int, batches: Sequence[int]) -> int:
    """The batch size at which the engine takes least."""
    if len(batches) == 1:
        return batches[0]
    found = [measured(engine, folder, work, probes, batch) for batch in batches]
    fastest: int = min(found, key=lambda result: result["cpu"])["batch"]
    return fastest


def median(results: list[dict[str, Any]]) -> dict[str, Any]:
    """One of the results, with the medians of all for its times."""
    times = {name: statistics.median(r[name] for r in results) for name in ("cpu", "wall")}
    return {**results[0], **times}


def compare(
    folder: Path, works: Sequence[str], probes: int, batches: Sequence[int], rounds: int
) -> None:
    print(f"\n{folder}, {probes} probes, one thread, median of {rounds}")
    peers = ["generate", *(["lm_eval"] if importlib.util.find_spec("lm_eval") else [])]
    if "lm_eval" not in peers:
        print("lm-eval is not installed (pip install lm-eval): left out")
    for work in works:
        sizes = {peer: best_batch(peer, folder, work, probes, batches) for peer in peers}
        sizes = {"falloff": OURS, **sizes}
        turns = [
            {engine: measured(engine, folder, work, probes, size) for engine, size in sizes.items()}
            for _ in range(rounds)
        ]
        of = {engine: median([turn[engine] for turn in turns]) for engine in sizes}
        ours = of["falloff"]
        print(f"  {work}: {ours['turns']} turns, {ours['tokens']} tokens written")
        print(_line("falloff", ours, probes))
        for peer in peers:
            theirs = of[peer]
            differ = sum(a != b for a, b in zip(ours["texts"], theirs["texts"], strict=True))
            ratio = theirs["cpu"] / ours["cpu"]
            verdict = "below the bar" if ratio < BAR else "aim met" if ratio >= AIM else "met"
            name = f"{peer}, batch {theirs['batch']}"
            print(
                f"{_line(name, theirs, probes)}  {ratio:.2f}x ({verdict}); {differ} texts differ",
                flush=True,
            )


def _line(name: str, result: dict[str, Any], probes: int) -> str:
    cpu, wall = result["cpu"], result["wall"]
    return f"    {name:20} {probes / wall:8.2f} probes/s  {cpu:7.2f} s CPU  {wall:7.2f} s wall"


def main() -> None:
    from falloff.models.micro import EMBEDDED

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, nargs="*", default=[EMBEDDED / "teacher"])
    parser.add_argument("--works", choices=WORKS, nargs="*", default=list(WORKS))
    parser.add_argument("--probes", type=int, default=256)
    parser.add_argument("--batches", type=int, nargs="*", default=list(BATCHES))
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for folder in asked.checkpoint:
        compare(folder, asked.works, asked.probes, asked.batches, asked.rounds)


if __name__ == "__main__":
    main()
