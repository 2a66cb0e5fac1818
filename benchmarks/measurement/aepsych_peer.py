"""AEPsych's EAVC on two and three axes, through a process in its own environment.

Its default model knows neither chance nor lapse, so it is asked only where chance is 0.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from falloff.core import child_seed
from falloff.probes import Family

from .observers import KINDS, TAU, grid_positions
from .play import Luck
from .records import RESULTS, Subject, Table, Unit
from .volumes import look_ahead, subject_of, truths

PYTHON = Path(__file__).parent.parent / ".aepsych" / "venv" / "bin" / "python"
MISSING = "AEPsych not installed: make bench-aepsych"
BUDGETS = (16, 32, 48, 64)
BOXES = ("sim_2d", "sim_3d")
COLUMNS = ("volume", "volume_at", "low", "high", "low_at", "high_at")


def installed() -> bool:
    return PYTHON.exists()


class Session:
    """A run of AEPsych. ``cpu``: what its decisions took, by its own clock."""

    def __init__(self, process: subprocess.Popen, dim: int, seed: int) -> None:
        self._process = process
        self.cpu: list[float] = []
        self._say(do="start", dim=dim, seed=seed)

    def ask(self) -> np.ndarray:
        reply = self._say(do="ask")
        self.cpu.append(reply["cpu"])
        return np.array(reply["x"])

    def tell(self, u: np.ndarray, right: bool) -> None:
        self._say(do="tell", x=u.tolist(), y=int(right))

    def predict(self, u: np.ndarray) -> np.ndarray:
        return np.array(self._say(do="predict", x=u.tolist())["p"])

    def _say(self, **line: object) -> dict:
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        reply = self._process.stdout.readline()
        if not reply:
            raise RuntimeError("AEPsych has stopped; run aepsych_server.py by hand to see why")
        return json.loads(reply)


@contextmanager
def session(dim: int, seed: int) -> Iterator[Session]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [str(PYTHON), str(Path(__file__).with_name("aepsych_server.py"))]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment | {"OMP_NUM_THREADS": "1"},
        cwd=PYTHON.parents[2],  # it writes logs where it stands
    ) as process:
        try:
            yield Session(process, dim, seed)
        finally:
            process.stdin.close()


def allowed(family: Family, u: np.ndarray) -> np.ndarray:
    """The nearest place that can be asked: whole doses only."""
    doses = [round(axis.dose(float(x))) for axis, x in zip(family.axes, u, strict=True)]
    return np.array([axis.u(dose) for axis, dose in zip(family.axes, doses, strict=True)])


def eavc(subject: Subject) -> list[tuple]:
    family, observers, seed = subject_of(subject)
    luck, box = Luck(seed), grid_positions(family)
    rows = []
    with session(len(family.axes), child_seed("aepsych", seed) % 2**31) as run:
        for n in range(1, BUDGETS[-1] + 1):
            u = allowed(family, run.ask())
            run.tell(u, bool(luck.scores(family, observers, u[None])["model"][0]))
            if n in BUDGETS:
                p = run.predict(box)
                at = float((p >= TAU).mean())
                rows.append(("eavc", n, float(p.mean()), at, *(float("nan"),) * 4))
    return rows


def units(count: int) -> Iterator[Unit]:
    for index in range(count):
        for kind in KINDS:
            for name in BOXES:
                subject = Subject(name, 0.0, kind, index)
                yield Unit("truth", subject, truths)
                yield Unit("look_ahead", subject, look_ahead, ours=True)
                yield Unit("eavc", subject, eavc)


def table(folder: Path = RESULTS) -> Table:
    return Table("eavc", COLUMNS, folder)
