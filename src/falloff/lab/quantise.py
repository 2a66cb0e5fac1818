"""Quantisation, simulated: weights rounded to few bits and written back as ordinary numbers.

Each group of neighbouring inputs of a row has a scale and a zero point of its own, so that its
smallest and largest weight (and zero) are kept. All matrices are quantised, the embedding and the
head too; norms are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from falloff.lab.recipe import Quantised

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# Bits of a group's scale and zero point, as float16 each.
_OVERHEAD = 32


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
    before = [p.detach().clone() for p in network.parameters() if p.ndim == 2]
    quantise_nearest(network, recipe.bits, recipe.group)
    after = [p for p in network.parameters() if p.ndim == 2]
    change = sum(float((a - b).square().sum()) for a, b in zip(after, before, strict=True))
    size = sum(float(b.square().sum()) for b in before)
    return {
        "bits_per_weight": round(bits_per_weight(network, recipe.bits, recipe.group), 3),
        "weight_error": round((change / size) ** 0.5, 5),
    }


@torch.no_grad()
def quantise_nearest(network: LlamaForCausalLM, bits: int, group: int | None) -> None:
    """Round all matrices of ``network`` in place."""
    for parameter in network.parameters():
        if parameter.ndim == 2:
            parameter.copy_(nearest(parameter, bits, group))


def bits_per_weight(network: LlamaForCausalLM, bits: int, group: int | None) -> float:
    """Of the quantised matrices, had they been packed: with scales and zero points."""
    weights = groups = 0
    for parameter in network.parameters():
        if parameter.ndim == 2:
            rows, columns = parameter.shape
            weights += rows * columns
            groups += rows * -(-columns // (group or columns))
    return bits + _OVERHEAD * groups / weights
