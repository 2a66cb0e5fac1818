"""Writes the run file that stays as it is: ``python tests/run/frozen_run.py [PATH]``.

Written once, by the falloff that first had the format, and never again: it stands for the runs that
users have.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.asking.free_family import FREE

from falloff.core import Reply, Request
from falloff.run import Manifest, conduct, open_for_writing
from falloff.sampling import SpaceFilling

FROZEN = Path(__file__).with_name("frozen-format-1.falloff.gz")


def thaw(path: Path) -> bytes:
    """Put the frozen run at ``path``; returns its bytes."""
    path.write_bytes(gzip.decompress(FROZEN.read_bytes()))
    return path.read_bytes()


class FreeModel:
    """Right on every probe, or on those with an even seed."""

    concurrency = 4

    def __init__(self, spec: str) -> None:
        self.spec = spec
        self.asked = 0

    def describe(self) -> dict[str, Any]:
        return {"weights": self.spec}

    async def reply(self, request: Request) -> Reply:
        self.asked += 1
        right = self.spec == "sim:a" or int(request.conversation[-1], 16) % 2 == 0
        return Reply(text="Answer: 4" if right else "Answer: x", prompt_tokens=9)

    def forget(self, conversation: str) -> None:
        pass

    async def close(self) -> None:
        pass


def main(path: Path) -> None:
    models = {"teacher": FreeModel("sim:a"), "student1": FreeModel("sim:b")}
    design = SpaceFilling(seed=1, budget=16)
    manifest = Manifest.of(
        mode="compare",
        suite="frozen",
        suite_version="1",
        families=(FREE,),
        dialect="chat",
        seed=1,
        design=design,
        models=models,
    )
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "a.falloff"
        with open_for_writing(run, manifest) as store:
            asyncio.run(conduct(design=design, families=(FREE,), models=models, store=store))
        path.write_bytes(gzip.compress(run.read_bytes(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FROZEN)
