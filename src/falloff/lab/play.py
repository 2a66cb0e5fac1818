"""Letting a model play episodes: for its transcripts (distillation) or its scores (cards)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from falloff.core import Probe
from falloff.lab.corpus import Item
from falloff.lab.folders import verify
from falloff.models import Model
from falloff.models.micro import load_folder
from falloff.probes import FAMILIES, Episode, Family


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Model]:
    """The grown model of a checkpoint folder, to be asked.

    Raises :class:`falloff.core.ModelError` if the folder is not what its recipe.json says.
    """
    verify(folder)
    model = load_folder(folder, spec=name)
    try:
        yield model
    finally:
        asyncio.run(model.close())


def play(model: Model, probes: Sequence[Probe], *, dialect: str = "micro") -> list[Episode]:
    """The model's finished episodes on ``probes``, in their order."""
    asked = [(probe, FAMILIES[probe.family]) for probe in probes]
    return asyncio.run(_play_all(model, asked, dialect, 0))


def play_items(model: Model, items: Sequence[Item], *, repeat: int = 0) -> list[Episode]:
    """The model's finished episodes on items of a corpus, in their order.

    ``repeat`` 0 is greedy; every other number draws anew, the same for the same number.
    """
    asked = [(item.probe, item.family) for item in items]
    return asyncio.run(_play_all(model, asked, "micro", repeat))


async def _play_all(
    model: Model, asked: Sequence[tuple[Probe, Family]], dialect: str, repeat: int
) -> list[Episode]:
    places = asyncio.Semaphore(model.concurrency)

    async def one(probe: Probe, family: Family) -> Episode:
        async with places:
            episode = Episode(probe, dialect=dialect, family=family)
            while not episode.done:
                episode.feed(await model.reply(replace(episode.request(), repeat=repeat)))
            model.forget(probe.id)
            return episode

    return list(await asyncio.gather(*(one(probe, family) for probe, family in asked)))
