"""What training minimises: cross-entropy, or a divergence from a teacher's distribution.

P is the teacher's distribution over the next token, Q the student's. All sums go over the tokens
that the model writes itself, never over the prompt or a tool's result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from falloff.lab.batches import Batch
from falloff.lab.policy import what_follows
from falloff.lab.recipe import Objective, PolicyGradient

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# From the student's logits [rows, length, vocabulary] to the summed loss.
LossFunction = Callable[[torch.Tensor, Batch], torch.Tensor]


def loss_function(
    objective: Objective,
    teacher: LlamaForCausalLM | None = None,
    policy_gradient: PolicyGradient | None = None,
) -> LossFunction:
    """The loss that ``objective`` names; all but cross-entropy ask ``teacher``."""
    if objective.loss == "cross_entropy" or teacher is None:
        return gold_labels
    return teacher_labels(teacher, objective, policy_gradient)


def gold_labels(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Σ −log Q(token)."""
    wanted = batch.learn[:, 1:]
    return F.cross_entropy(logits[:, :-1][wanted], batch.tokens[:, 1:][wanted], reduction="sum")


def teacher_labels(
    teacher: LlamaForCausalLM, objective: Objective, policy_gradient: PolicyGradient | None = None
) -> LossFunction:
    """Σ T²·D(P, Q), both softened by the temperature T; on the student's own text with the rest of
    ``policy_gradient``, if there is one."""
    teacher.eval()

    def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        wanted = batch.learn[:, 1:]
        with torch.no_grad():
            target = teacher(batch.tokens).logits[:, :-1]
        total = divergence(target[wanted], logits[:, :-1][wanted], objective)
        if policy_gradient is None or not batch.own:
            return total
        drawn = batch.tokens[:, 1:]
        return total + what_follows(target, logits[:, :-1], drawn, wanted, policy_gradient)

    return loss


def divergence(teacher: torch.Tensor, student: torch.Tensor, objective: Objective) -> torch.Tensor:
    """Σ over rows of T²·D(P, Q) from logits [rows, vocabulary] of both."""
    softness = objective.temperature
    p, q = teacher / softness, student / softness
    if objective.top_k is not None and objective.top_k < p.shape[-1]:
        p, q = _pooled(p, q, objective.top_k)
    else:
        p, q = p.log_softmax(-1), q.log_softmax(-1)
    if objective.loss == "forward_kl":
        total = _kl(p, q)
    elif objective.loss == "reverse_kl":
        total = _kl(q, p)
    else:
        beta = objective.beta
        mixed = torch.logaddexp(p + math.log(beta), q + math.log1p(-beta))
        total = beta * _kl(p, mixed) + (1 - beta) * _kl(q, mixed)
    return total * softness**2


def _kl(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Σ KL(p‖q) from log-probabilities [rows, events]."""
    return F.kl_div(q, p, reduction="sum", log_target=True)


def _pooled(p: torch.Tensor, q: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities [rows, k + 1] of P's k likeliest tokens, and of all others as one."""
    kept = p.topk(k, dim=-1).indices

    def pooled(logits: torch.Tensor) -> torch.Tensor:
        others = logits.scatter(-1, kept, -math.inf).logsumexp(-1, keepdim=True)
        parts = torch.cat([logits.gather(-1, kept), others], dim=-1)
        return parts - logits.logsumexp(-1, keepdim=True)

    return pooled(p), pooled(q)
