"""Letting a model play episodes: for its transcripts (distillation) or its scores (cards)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from falloff.core import Probe
from falloff.models import Model
from falloff.probes import FAMILIES, Episode


def play(model: Model, probes: Sequence[Probe], *, dialect: str = "micro") -> list[Episode]:
    """The model's finished episodes on ``probes``, in their order."""
    return asyncio.run(_play_all(model, probes, dialect))


async def _play_all(model: Model, probes: Sequence[Probe], dialect: str) -> list[Episode]:
    places = asyncio.Semaphore(model.concurrency)

    async def one(probe: Probe) -> Episode:
        async with places:
            episode = Episode(probe, dialect=dialect, family=FAMILIES[probe.family])
            while not episode.done:
                episode.feed(await model.reply(episode.request()))
            model.forget(probe.id)
            return episode

    return list(await asyncio.gather(*(one(probe) for probe in probes)))
