"""A benchmark of the user's own as the centre, and stressors that lead outward from it.

Knows the families and tasks of ``probes``, and rows of ``tables``. A file is data: what it names is
never fetched, and nothing in it is run; only a Python file that the user names is.
"""

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.family import StressFamily, stressed
from falloff.probes.bench.item import Item
from falloff.probes.bench.reading import read_benchmark
from falloff.probes.bench.stressors.catalogue import STRESSORS
from falloff.probes.bench.suite import Bench, PreparedBench
from falloff.probes.bench.variant import RejectedError, Variant

__all__ = [
    "STRESSORS",
    "Bench",
    "Benchmark",
    "Item",
    "PreparedBench",
    "RejectedError",
    "StressFamily",
    "Variant",
    "read_benchmark",
    "stressed",
]
