"""The part of a policy gradient that a divergence at each token leaves out: what follows from it.

The reverse KL of whole answers is E_Q[Σ −r_t], r_t = log P(y_t) − log Q(y_t). Its gradient is that
of the reverse KL at each place that the student came to, and for each token drawn there what it
earned after it, −E_Q[Σ R_t ∇log Q(y_t)] with R_t = Σ r of all later tokens (Gu et al. 2024).
"""

from __future__ import annotations

import torch

from falloff.lab.recipe import PolicyGradient


def what_follows(
    teacher: torch.Tensor,
    student: torch.Tensor,
    drawn: torch.Tensor,
    own: torch.Tensor,
    plan: PolicyGradient,
) -> torch.Tensor:
    """0, with the gradient −Σ w_t R_t ∇log Q(y_t) on ``student``.

    Logits [rows, length, vocabulary] of both; ``drawn`` [rows, length] is the token that came next,
    ``own`` where the student wrote it: others, as a tool's results, earn nothing. Where the teacher
    had a share α in the drawing, w_t = Q/(αP + (1−α)Q) of the token itself, as in MiniLLM; without
    those of the other tokens that is no longer the exact gradient, but one of less variance.
    """
    log_q = _of_drawn(student, drawn)
    reward = ((_of_drawn(teacher, drawn) - log_q) * own).detach()
    later = _after(reward)
    if plan.normalised:
        later = later / _after(own.to(reward)).clamp(min=1)
    share = plan.teacher_share
    weight = 1 / (share * reward.exp() + 1 - share)
    gain = (weight * later * log_q)[own].sum()
    return gain.detach() - gain


def _of_drawn(logits: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
    return logits.log_softmax(-1).gather(-1, drawn[..., None])[..., 0]


def _after(values: torch.Tensor) -> torch.Tensor:
    """[rows, length] the sum of all later values of the row."""
    return values.flip(1).cumsum(1).flip(1) - values
