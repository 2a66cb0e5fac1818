"""Quantisation, simulated: weights rounded to few bits and written back as ordinary numbers.

Each group of neighbouring inputs of a row has a scale and a zero point of its own, so that its
smallest and largest weight (and zero) are kept. All matrices are quantised, the embedding and the
head too; norms are not.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import torch

from falloff.lab.corpus import Corpus
from falloff.lab.recipe import Quantised

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from falloff.lab.sequences import Sequence

# Bits of a group's scale and zero point, as float16 each.
_OVERHEAD = 32
# Episodes that an endless calibration corpus gives.
_CALIBRATION = 256


def grid(group: torch.Tensor, bits: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale and zero point [rows, 1] of weights [rows, columns] that share them."""
    low = group.amin(1, keepdim=True).clamp_max(0)
    high = group.amax(1, keepdim=True).clamp_min(0)
    scale = ((high - low) / (2**bits - 1)).clamp_min(torch.finfo(group.dtype).tiny)
    return scale, (-low / scale).round()


def rounded(
    weights: torch.Tensor, scale: torch.Tensor, zero: torch.Tensor, bits: int
) -> torch.Tensor:
    """``weights`` [rows, columns] on the nearest points of their rows' grid."""
    steps = ((weights / scale).round() + zero).clamp(0, 2**bits - 1)
    return (steps - zero) * scale


def nearest(matrix: torch.Tensor, bits: int, group: int | None) -> torch.Tensor:
    """Every weight of ``matrix`` [outputs, inputs] rounded on its own."""
    parts = matrix.split(group or matrix.shape[1], dim=1)
    return torch.cat([rounded(part, *grid(part, bits), bits) for part in parts], dim=1)


@torch.no_grad()
def quantise(network: LlamaForCausalLM, recipe: Quantised) -> dict[str, Any]:
    """Quantise ``network`` in place; returns what that did to it."""
    matrices = [p for p in network.parameters() if p.ndim == 2]
    before = [p.detach().clone() for p in matrices]
    if recipe.calibration is None:
        for matrix in matrices:
            matrix.copy_(nearest(matrix, recipe.bits, recipe.group))
    else:
        from falloff.lab.gptq import quantise_gptq

        quantise_gptq(network, _episodes(recipe.calibration), recipe.bits, recipe.group)
    change = sum(float((a - b).square().sum()) for a, b in zip(matrices, before, strict=True))
    size = sum(float(b.square().sum()) for b in before)
    return {
        "bits_per_weight": round(_packed(matrices, recipe.bits, recipe.group), 3),
        "weight_error": round((change / size) ** 0.5, 5),
    }


def _episodes(corpus: Corpus) -> list[Sequence]:
    from falloff.lab.answers import oracle
    from falloff.lab.sequences import sequence_of

    items = list(itertools.islice(corpus.items(), _CALIBRATION))
    return [sequence_of(episode) for episode in oracle(items)]


def _packed(matrices: list[torch.Tensor], bits: int, group: int | None) -> float:
    """Bits a weight would take, scales and zero points included."""
    weights = groups = 0
    for rows, columns in (matrix.shape for matrix in matrices):
        weights += rows * columns
        groups += rows * -(-columns // (group or columns))
    return bits + _OVERHEAD * groups / weights
