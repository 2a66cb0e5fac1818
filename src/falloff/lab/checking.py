"""Whether a network solves probes: what greedy decoding says, mostly without decoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from falloff.core import Coordinate, ModelError, Outcome, Probe, child_seed
from falloff.lab.answers import oracle
from falloff.lab.batches import pad
from falloff.lab.corpus import Item
from falloff.lab.network import CONTEXT
from falloff.lab.play import play_items
from falloff.lab.rollouts import playing
from falloff.lab.sequences import Sequence as Tokens
from falloff.lab.sequences import sequence_of
from falloff.models.greedy import CLOSE
from falloff.probes import FAMILIES

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

_ROWS = 64


@torch.no_grad()
def reproduced(network: LlamaForCausalLM, episodes: Sequence[Tokens]) -> list[bool]:
    """Whether greedy decoding surely writes each episode, in one teacher-forced pass.

    Every token that the model writes is the arg-max given the text before it; then, and only then,
    greedy decoding writes exactly that text. A lead that float32 may have got wrong counts as no.
    """
    network.eval()
    order = sorted(range(len(episodes)), key=lambda i: len(episodes[i].tokens))
    verdict = [False] * len(episodes)
    for start in range(0, len(order), _ROWS):
        chunk = order[start : start + _ROWS]
        batch = pad([episodes[i] for i in chunk])
        wanted = batch.learn[:, 1:]
        logits = network(batch.tokens).logits[:, :-1]
        best = logits.topk(2)
        sure = best.values[..., 0] - best.values[..., 1] >= CLOSE * logits.abs().amax(-1)
        right = ((best.indices[..., 0] == batch.tokens[:, 1:]) & sure) | ~wanted
        for i, ok in zip(chunk, right.all(-1).tolist(), strict=True):
            verdict[i] = ok and len(episodes[i].tokens) <= CONTEXT
    return verdict


def outcomes(network: LlamaForCausalLM, items: Sequence[Item | Probe]) -> list[Outcome]:
    """What greedy decoding scores on each, exactly.

    Where the oracle's whole episode is reproduced, it is the oracle's outcome (its own count of
    calls, no tokens or seconds); all others are played out. Both ways judge alike.
    """
    asked = [item if isinstance(item, Item) else Item(probe=item) for item in items]
    ideal = oracle(asked)
    surely = reproduced(network, [sequence_of(episode) for episode in ideal])
    rest = [item for item, done in zip(asked, surely, strict=True) if not done]
    with playing(network) as engine:
        played = iter(play_items(engine, rest) if rest else ())
    return [
        (episode if done else next(played)).outcome
        for episode, done in zip(ideal, surely, strict=True)
    ]


def held_centre(
    network: LlamaForCausalLM,
    families: Sequence[str],
    *,
    name: str,
    probes: int = 100,
    least: float = 0.5,
    seed: int = 0,
) -> Mapping[str, float]:
    """Competence at the centre of each family, above chance, over ``probes`` probes each.

    Raises :class:`ModelError` if one is below ``least``: a student cannot keep what its teacher
    does not have.
    """
    centre = {}
    for family in families:
        at = Coordinate.at(FAMILIES[family].axes, {})
        asked = [
            FAMILIES[family].probe(at, child_seed("centre", seed, family, i)) for i in range(probes)
        ]
        scores = [outcome.score or 0.0 for outcome in outcomes(network, asked)]
        chance = FAMILIES[family].chance
        centre[family] = (sum(scores) / probes - chance) / (1 - chance)
    if low := [f"{family} {held:.0%}" for family, held in centre.items() if held < least]:
        raise ModelError(
            f"Teacher '{name}' does not hold its centre: {', '.join(low)} above chance,"
            f" where at least {least:.0%} is needed.",
            remedy="Train it longer (a larger max_steps), or leave the family out.",
        )
    return centre
