"""Write the example tables for ``falloff fit``: synthetic models, known curves, a fixed seed.

``synthetic-horizon.csv`` has the form of METR's time-horizon logs: one row a run of an agent on a
task, the level being the minutes that the task takes people. ``synthetic-lengths.csv`` has the form
of RULER's: a mean score for each task and context length. None of these models exists.

    python examples/synthetic_tables.py
"""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path

from falloff.core import child_rng

HERE = Path(__file__).parent
# Half-way points: minutes for the agents, tokens for the readers; and what is lost everywhere.
AGENTS = {"synthetic-agent-1": 8.0, "synthetic-agent-2": 30.0}
READERS = {"synthetic-teacher": (90_000.0, 0.02), "synthetic-student": (30_000.0, 0.03)}
TASKS = 120
READER_TASKS = ("needle", "multi-needle", "variables", "common-words", "frequent-words", "qa")
LENGTHS = tuple(4096 * 2**k for k in range(6))


def competence(level: float, half: float, exponent: float, ease: float) -> float:
    """Log-logistic, shifted by how easy the item is, in logits."""
    return 1 / (1 + math.exp(exponent * math.log(level / half) - ease))


def horizon(rng: random.Random) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for task in range(TASKS):
        minutes = round(2 ** rng.uniform(-2, 9), 2)
        ease = rng.gauss(0, 1)
        for agent, half in AGENTS.items():
            solved = rng.random() < competence(minutes, half, 0.8, ease)
            rows.append((f"task-{task:03}", agent, minutes, int(solved)))
    return rows


def lengths(rng: random.Random) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for task in READER_TASKS:
        ease = rng.gauss(0, 0.7)
        for reader, (half, lapse) in READERS.items():
            for length in LENGTHS:
                p = (1 - lapse) * competence(length, half, 1.8, ease)
                score = sum(rng.random() < p for _ in range(200)) / 200
                rows.append((reader, task, length, f"{score:.3f}"))
    return rows


def write(name: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with (HERE / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([header, *rows])


if __name__ == "__main__":
    write(
        "synthetic-horizon.csv",
        ("task_id", "alias", "human_minutes", "score_binarized"),
        horizon(child_rng("examples", "horizon")),
    )
    write(
        "synthetic-lengths.csv",
        ("model", "task", "length", "score"),
        lengths(child_rng("examples", "lengths")),
    )
