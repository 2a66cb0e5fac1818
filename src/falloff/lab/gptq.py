"""Quantisation that makes up for its own errors (GPTQ, Frantar et al. 2023).

A matrix is rounded column by column; after each, the columns to come are moved so that the output
of the layer, on inputs it really gets, changes least. Layers go in order, each seeing the inputs
that the quantised ones before it give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from falloff.lab.batches import Batch, bucketed
from falloff.lab.quantise import grid, nearest, rounded
from falloff.lab.sequences import Sequence as Tokens

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# Added to the diagonal as a share of its mean, so that the matrix can be inverted.
_DAMPING = 0.01
# Matrices of a layer that get the same input, in the order of computation.
_STAGES = (
    ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    ("self_attn.o_proj",),
    ("mlp.gate_proj", "mlp.up_proj"),
    ("mlp.down_proj",),
)


def gptq(matrix: torch.Tensor, gram: torch.Tensor, bits: int, group: int | None) -> torch.Tensor:
    """``matrix`` [outputs, inputs], quantised for inputs whose Σ x·xᵀ is ``gram``."""
    left = matrix.double().clone()
    columns = left.shape[1]
    width = group or columns
    factor = _inverse_factor(gram.double())
    result = torch.empty_like(left)
    for column in range(columns):
        if column % width == 0:
            scale, zero = grid(left[:, column : column + width], bits)
        now = left[:, column : column + 1]
        result[:, column : column + 1] = rounded(now, scale, zero, bits)
        error = (now - result[:, column : column + 1]) / factor[column, column]
        left[:, column:] -= error * factor[column, column:]
    return result.to(matrix.dtype)


@torch.no_grad()
def quantise_gptq(
    network: LlamaForCausalLM, episodes: Sequence[Tokens], bits: int, group: int | None
) -> None:
    """Quantise all matrices of ``network`` in place, for inputs as in ``episodes``.

    The embedding is rounded to nearest: each of its inputs stands alone, so there is nothing to
    make up for.
    """
    network.eval()
    steps = bucketed(episodes)
    embedding = network.get_input_embeddings().weight
    embedding.copy_(nearest(embedding, bits, group))
    for stage in _stages(network):
        gram = _gram(network, stage[0], steps)
        for linear in stage:
            linear.weight.copy_(gptq(linear.weight, gram, bits, group))


def _stages(network: LlamaForCausalLM) -> Iterator[list[torch.nn.Linear]]:
    for layer in network.model.layers:
        for names in _STAGES:
            yield [layer.get_submodule(name) for name in names]
    yield [network.lm_head]


def _gram(
    network: LlamaForCausalLM, linear: torch.nn.Linear, steps: Sequence[Batch]
) -> torch.Tensor:
    """Σ x·xᵀ [inputs, inputs] over what ``linear`` is given for the tokens of ``steps``."""
    total = torch.zeros(linear.in_features, linear.in_features, dtype=torch.float64)
    for batch in steps:
        seen: list[torch.Tensor] = []
        hook = linear.register_forward_pre_hook(lambda _, given, seen=seen: seen.append(given[0]))
        network(batch.tokens)
        hook.remove()
        inputs = seen[0][batch.real].double()
        total += inputs.mT @ inputs
    return total


def _inverse_factor(gram: torch.Tensor) -> torch.Tensor:
    """The upper Cholesky factor of the damped matrix's inverse."""
    damped = gram + torch.eye(len(gram), dtype=gram.dtype) * (
        _DAMPING * gram.diagonal().mean().clamp_min(1e-12)
    )
    return torch.linalg.cholesky(torch.cholesky_inverse(torch.linalg.cholesky(damped)), upper=True)
