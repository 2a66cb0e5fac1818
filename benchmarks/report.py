"""What showing a run costs: CPU seconds of commands in a process of their own, and the page's size.

python -m benchmarks.report [--answers 2000] [--outcomes 200000] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.asking.store import write

TEACHER, STUDENTS = "micro:teacher", ("micro:narrow", "micro:teacher-int4", "micro:broad")
# CPU seconds of the report of a run of 2,000 calls, and of 200,000 outcomes; bytes of a page.
REPORT_BAR, LARGE_BAR, SIZE_BAR = 2.0, 20.0, 1_000_000
ROUNDS = 5


def main(answers: int, outcomes: int, folder: Path) -> None:
    kept, page = folder / "kept.falloff", folder / "page.html"
    models = [f"--student={student}" for student in STUDENTS]
    asked = ("compare", "--teacher", TEACHER, *models, "--run", str(kept), "--out", str(page))
    # Each model is asked the same.
    cpu(*asked, "--budget", str(answers // (1 + len(STUDENTS))))
    fresh = forgotten(kept, folder / "fresh.falloff")
    print(f"A run of {answers:,} answers, three students; CPU seconds, median of {ROUNDS}:")
    for name, command in {
        "report": ("report", "--out", str(page)),
        "gate": ("gate", "--json"),
        "card": ("card", "--student", "1"),
    }.items():
        of = [median(command, run) for run in (kept, fresh)]
        bar = f"; bar {REPORT_BAR}: {_verdict(of[0], REPORT_BAR)}" if name == "report" else ""
        print(f"  {name}: {of[0]:.2f}, where no estimates are kept {of[1]:.2f}{bar}")
    size = page.stat().st_size
    print(f"  page: {size / 1e6:.2f} MB; bar {SIZE_BAR / 1e6} MB: {_verdict(size, SIZE_BAR)}")
    sizes = [run.stat().st_size / 1e6 for run in (kept, fresh)]
    print("  run file: {:.1f} MB, {:.1f} without estimates".format(*sizes))
    large = folder / "large.falloff"
    write(large, outcomes)
    seconds = cpu("report", str(large), "--out", str(page))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"report of {outcomes:,} outcomes, nothing kept: {seconds:.1f} CPU s, {peak:.0f} MB;"
        f" bar {LARGE_BAR}: {_verdict(seconds, LARGE_BAR)}"
    )


def forgotten(run: Path, copy: Path) -> Path:
    """A copy of a run without what was estimated of it."""
    shutil.copy(run, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DELETE FROM estimates")
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("VACUUM")
    return copy


def median(command: tuple[str, ...], run: Path) -> float:
    name, *options = command
    return statistics.median(cpu(name, str(run), *options) for _ in range(ROUNDS))


def cpu(*arguments: str) -> float:
    """CPU seconds of a command, its children's included. A gate may say no."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "falloff", *arguments],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode not in (0, 1, 4):
        raise RuntimeError(done.stderr)
    after = os.times()
    user, system = (
        getattr(after, kind) - getattr(before, kind)
        for kind in ("children_user", "children_system")
    )
    return float(user + system)


def _verdict(got: float, bar: float) -> str:
    return "met" if got <= bar else "MISSED"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--outcomes", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="folder in which the run files stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        main(options.answers, options.outcomes, folder)
