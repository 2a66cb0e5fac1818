"""A network under training, asked as any model is: batched, with a cache, tools answering.

It runs on the same numpy decoder as the embedded models, on a copy of the weights as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from falloff.lab import vocabulary
from falloff.lab.corpus import Item
from falloff.lab.mixing import Mixture
from falloff.lab.play import play_items
from falloff.lab.sequences import Sequence as Tokens
from falloff.lab.sequences import is_verbatim, sequence_of
from falloff.models.architecture import Architecture
from falloff.models.characters import Characters
from falloff.models.checkpoint import Checkpoint
from falloff.models.engine import Engine
from falloff.models.sampling import Sampling

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM


@dataclass(frozen=True, kw_only=True)
class Guide:
    """Another network that has a ``share`` in what is drawn, between 0 and 1."""

    network: LlamaForCausalLM
    share: float


@contextmanager
def playing(
    network: LlamaForCausalLM, *, temperature: float = 1.0, guide: Guide | None = None
) -> Iterator[Engine]:
    """The network as a model to ask; later changes of its weights do not reach it."""
    own = _copied(network)
    engine = Engine(
        own,
        spec="student",
        sampling=Sampling(temperature=temperature),
        decoder=partial(Mixture, own, _copied(guide.network), guide.share) if guide else None,
    )
    try:
        yield engine
    finally:
        asyncio.run(engine.close())


def _copied(network: LlamaForCausalLM) -> Checkpoint:
    ids = {c: vocabulary.encode(c)[0] for c in vocabulary.CHARACTERS}
    return Checkpoint(
        architecture=Architecture.from_config(network.config.to_dict()),
        weights={name: tensor.numpy(force=True) for name, tensor in network.state_dict().items()},
        characters=Characters(
            ids=ids,
            texts={token: character for character, token in ids.items()},
            bos=vocabulary.BOS,
            end=vocabulary.END,
        ),
        digests={},
    )


def rollout(
    network: LlamaForCausalLM,
    items: Sequence[Item],
    *,
    draw: int,
    temperature: float,
    guide: Guide | None = None,
) -> list[Tokens]:
    """The network's own episodes on ``items``, sampled; ``draw`` (from 1) says which sample.

    Episodes in which it wrote a special token inside a reply are left out: text has none, so what
    it wrote is lost. Only networks that have hardly been trained do that.
    """
    with playing(network, temperature=temperature, guide=guide) as engine:
        episodes = play_items(engine, items, repeat=draw)
    return [sequence_of(episode) for episode in episodes if is_verbatim(episode)]
