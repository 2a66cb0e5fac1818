"""All tables of falloff's measurement against its peers.

    python -m benchmarks.measurement            # hours on two cores
    python -m benchmarks.measurement --quick    # under five minutes, few observers
    python -m benchmarks.measurement --minutes 20 --only volumes
    FALLOFF_BENCH_STREAM=tune python -m benchmarks.measurement --only edges --rounds 4

Results are kept, so that a stopped run goes on: a full one in ``results/``, a quick one and those
of other streams of observers apart.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import (
    aepsych_peer,
    coverage,
    edges,
    interval_reports,
    limits,
    limits_report,
    ratios,
    reports,
    speed,
    verdict,
    volumes,
)
from .observers import FINAL, STREAM
from .records import RESULTS, Table

# Minutes of a quick run, and each table's share of a run's minutes.
_QUICK = 4.5
_SHARES = {"limits": 0.05, "speed": 0.1, "edges": 0.2, "volumes": 0.2, "ratios": 0.15}
_SHARES |= {"coverage": 0.15, "verdict": 0.15, "eavc": 0.0}
_FULL_SHARES = {"limits": 0.01, "speed": 0.02, "edges": 0.1, "volumes": 0.2, "ratios": 0.1}
_FULL_SHARES |= {"coverage": 0.35, "verdict": 0.15, "eavc": 0.07}
# Rounds: observers (or pairs) of each kind.
_ROUNDS = {"limits": 24, "edges": 20, "volumes": 12, "ratios": 8, "eavc": 1, "speed": 5}
_ROUNDS |= {"coverage": 126, "verdict": 18}
_QUICK_ROUNDS = {"limits": 4, "edges": 4, "volumes": 1, "ratios": 1, "eavc": 0, "speed": 2}
_QUICK_ROUNDS |= {"coverage": 1, "verdict": 1}
_SLOW = {True: 1, False: 4}


def main() -> None:
    options = _options()
    rounds = _QUICK_ROUNDS if options.quick else _ROUNDS
    if options.rounds:
        rounds = dict.fromkeys(rounds, options.rounds)
    tables = open_tables(_folder(options.quick))
    minutes = min(options.minutes, _QUICK) if options.quick else options.minutes
    started, spent = time.monotonic(), 0.0
    with _workers(options.jobs) as pool:
        for name in options.only or _SHARES:
            spent += (_SHARES if options.quick else _FULL_SHARES)[name]
            until = started + minutes * 60 * (1 if options.only else spent)
            alone = name == "speed"
            tables[name].run(
                units(name, rounds[name], slow=_SLOW[options.quick]),
                until=until,
                pool=None if alone else pool,
            )
            print(f"\n## {name}\n\n{report(name, tables)}", flush=True)


def open_tables(folder: Path) -> dict[str, Table]:
    makers = {"edges": edges, "volumes": volumes, "ratios": ratios, "speed": speed}
    makers |= {"coverage": coverage, "verdict": verdict, "limits": limits}
    opened = {name: module.table(folder) for name, module in makers.items()}
    return opened | {"eavc": aepsych_peer.table(folder)}


def units(name: str, rounds: int, *, slow: int) -> Iterator:
    """What a table has to do, in the order in which a stopped run is worth most."""
    if name == "edges":
        return edges.units(rounds, quests=slow, psignifits=slow)
    if name == "limits":
        return limits.units(rounds)
    if name == "volumes":
        return volumes.units(rounds)
    if name == "ratios":
        return ratios.units(rounds)
    if name == "coverage":
        return coverage.units(rounds)
    if name == "verdict":
        return verdict.units(rounds)
    if name == "eavc":
        return aepsych_peer.units(rounds if aepsych_peer.installed() else 0)
    return speed.units(rounds, slow=min(rounds, 2))


def report(name: str, tables: dict[str, Table]) -> str:
    table = tables[name]
    if name == "edges":
        return reports.edges_report(table)
    if name == "limits":
        return limits_report.limits_report(table)
    if name == "volumes":
        parts = []
        for column, title in ((1, "Volume at τ"), (0, "Capability volume S")):
            found = reports.volumes_report(table, column)
            parts += [f"{title}\n\n{found}", reports.kinds_report(table, column)]
        return "\n\n".join(parts)
    if name == "ratios":
        return reports.ratios_report(table)
    if name == "coverage":
        return interval_reports.coverage_report(table)
    if name == "verdict":
        return interval_reports.verdict_report(table)
    if name == "eavc":
        return reports.eavc_report(table)
    return reports.speed_report(table, tables["edges"])


def _folder(quick: bool) -> Path:
    if quick:
        return RESULTS / "quick"
    return RESULTS if STREAM == FINAL else RESULTS / STREAM


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes on one thread each, whose C library does not give memory back at once.

    Giving it back and asking for it again took half the time of fits on three and four axes.
    """
    os.environ |= {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": "1000000000",
        "MALLOC_TRIM_THRESHOLD_": "2000000000",
    }
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measurement")
    parser.add_argument("--quick", action="store_true", help="few observers, under five minutes")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--rounds", type=int, help="observers of each kind")
    parser.add_argument("--only", action="append", choices=list(_SHARES), help="these tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
