"""Training a small network: one loop, whatever the text and the objective."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from falloff.core import ModelError
from falloff.lab.batches import Batch
from falloff.lab.muon import Muon
from falloff.lab.objectives import LossFunction, gold_labels
from falloff.lab.schedule import Schedule

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM


@dataclass(frozen=True, kw_only=True)
class Training:
    """What a training took; ``tokens`` without padding, ``loss`` the running mean per learned
    token at its end."""

    steps: int
    tokens: int
    loss: float


class DivergedError(ModelError):
    """The loss is no longer finite; the network has the last weights whose loss was."""

    def __init__(self, loss: float, step: int) -> None:
        self.step = step
        super().__init__(f"The loss is {loss} at step {step}.", remedy="Lower the learning rates.")


def optimisers(model: LlamaForCausalLM, plan: Schedule) -> list[torch.optim.Optimizer]:
    """Muon on the hidden matrices, AdamW on embeddings, head and norms."""
    inner = [p for name, p in model.named_parameters() if p.ndim == 2 and ".layers." in name]
    known = {id(p) for p in inner}
    outer = [p for p in model.parameters() if id(p) not in known]
    return [
        Muon(inner, lr=plan.matrix_rate),
        torch.optim.AdamW(outer, lr=plan.other_rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def train(
    model: LlamaForCausalLM,
    steps: Iterator[list[Batch]],
    *,
    plan: Schedule,
    loss: LossFunction = gold_labels,
    reached: Callable[[], bool] = lambda: False,
    report: Callable[[int, int, float], None] = lambda *_: None,
) -> Training:
    """Train in place until ``reached`` says so (or the budget is spent), then cool down.

    ``steps`` is drawn from once a step, after the last one's weights are in place. ``report`` is
    told step, tokens so far and the running loss. Raises :class:`DivergedError` if the loss is not
    finite; ``model`` then has the last weights whose loss was.
    """
    engines = optimisers(model, plan)
    rates = [engine.param_groups[0]["lr"] for engine in engines]
    good = [p.detach().clone() for p in model.parameters()]
    cooling, last = 0, math.inf
    tokens, running = 0, math.nan
    for step, parts in enumerate(steps, start=1):
        factor = min(1.0, step / plan.warmup)
        if cooling:
            factor *= (last - step + 1) / cooling
        for engine, rate in zip(engines, rates, strict=True):
            engine.param_groups[0]["lr"] = rate * factor
        now = _gradients(model, parts, loss)
        if not math.isfinite(now):
            _copy(good, list(model.parameters()))
            raise DivergedError(now, step)
        _copy(list(model.parameters()), good)
        _update(model, engines)
        tokens += sum(part.size for part in parts)
        running = now if math.isnan(running) else 0.95 * running + 0.05 * now
        report(step, tokens, running)
        checked = step % plan.check_every == 0
        if not cooling and (plan.spent(step, tokens) or (checked and reached())):
            cooling = max(1, round(plan.cooldown * step))
            last = step + cooling
        if step >= last:
            break
    return Training(steps=step, tokens=tokens, loss=running)


def _gradients(model: LlamaForCausalLM, parts: list[Batch], loss: LossFunction) -> float:
    """Gradients over all parts of a step; the mean loss per learned token."""
    model.train()
    count = sum(int(part.learn[:, 1:].sum()) for part in parts)
    total = 0.0
    for part in parts:
        mean = loss(model(part.tokens).logits, part) / count
        mean.backward()
        total += float(mean.detach())
    return total


def _update(model: LlamaForCausalLM, engines: list[torch.optim.Optimizer]) -> None:
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for engine in engines:
        engine.step()
        engine.zero_grad(set_to_none=True)


@torch.no_grad()
def _copy(source: list[torch.Tensor], target: list[torch.Tensor]) -> None:
    torch._foreach_copy_(target, source)
