"""One session of a run over HTTP, to be killed: ``python http_session.py RUN BASE BUDGET``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from benchmarks.asking.free_family import FREE

from falloff.models import load_model
from falloff.run import Manifest, conduct, open_for_writing
from falloff.sampling import SpaceFilling

FLIGHT = 8


def main(path: Path, base: str, budget: int) -> None:
    names = {"teacher": "a", "student1": "b"}
    models = {r: load_model(f"openai:{n}@{base}?concurrency={FLIGHT}") for r, n in names.items()}
    design = SpaceFilling(seed=1, budget=budget)
    manifest = Manifest.of(
        mode="compare",
        suite="free",
        suite_version="1",
        families=(FREE,),
        dialect="chat",
        seed=1,
        design=design,
        models=models,
    )

    async def session() -> None:
        try:
            await conduct(design=design, families=(FREE,), models=models, store=store)
        finally:
            for model in models.values():
                await model.close()

    with open_for_writing(path, manifest) as store:
        asyncio.run(session())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
