"""Training a small network on episodes: one loop for supervised learning and distillation.

The objective is the only difference: gold labels (cross-entropy) or a teacher's distribution
(forward KL). Loss counts only what the model writes itself, never the prompt or a tool's result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from falloff.core import ModelError
from falloff.lab.corpus import Sequence
from falloff.lab.muon import Muon
from falloff.lab.schedule import Schedule
from falloff.lab.vocabulary import PAD

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# Parts a step is split into by length, so that little of it is padding.
_BUCKETS = 4


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Right-padded token ids [rows, length], and which of them the model has to predict."""

    tokens: torch.Tensor
    learn: torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Training:
    """What a training took; ``loss`` is the running mean per learned token at its end."""

    steps: int
    tokens: int
    loss: float


def pad(sequences: list[Sequence]) -> Batch:
    """Sequences as one right-padded batch. Causal attention then needs no mask."""
    length = max(len(s.tokens) for s in sequences)
    tokens = torch.full((len(sequences), length), PAD, dtype=torch.long)
    learn = torch.zeros((len(sequences), length), dtype=torch.bool)
    for row, s in enumerate(sequences):
        tokens[row, : len(s.tokens)] = torch.tensor(s.tokens)
        learn[row, : len(s.tokens)] = torch.tensor(s.learn)
    return Batch(tokens=tokens, learn=learn)


def batches(episodes: Iterator[Sequence], tokens: int) -> Iterator[list[Batch]]:
    """Steps of about ``tokens`` tokens, each split into a few batches of similar length."""
    while True:
        taken: list[Sequence] = []
        while sum(len(s.tokens) for s in taken) < tokens:
            taken.append(next(episodes))
        taken.sort(key=lambda s: len(s.tokens))
        total = sum(len(s.tokens) for s in taken)
        groups: list[list[Sequence]] = [[] for _ in range(_BUCKETS)]
        seen = 0
        for s in taken:
            groups[min(_BUCKETS - 1, seen * _BUCKETS // total)].append(s)
            seen += len(s.tokens)
        yield [pad(group) for group in groups if group]


Objective = Callable[[torch.Tensor, Batch], torch.Tensor]


def gold_labels(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Sum of −log p(token) over the tokens that the model writes. logits: [rows, length, vocab]."""
    wanted = batch.learn[:, 1:]
    return F.cross_entropy(logits[:, :-1][wanted], batch.tokens[:, 1:][wanted], reduction="sum")


def teacher_labels(teacher: LlamaForCausalLM) -> Objective:
    """Sum of KL(teacher ‖ student) over the tokens that the model writes (Hinton et al. 2015)."""
    teacher.eval()

    def objective(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        wanted = batch.learn[:, 1:]
        with torch.no_grad():
            target = teacher(batch.tokens).logits[:, :-1][wanted].log_softmax(-1)
        said = logits[:, :-1][wanted].log_softmax(-1)
        return F.kl_div(said, target, reduction="sum", log_target=True)

    return objective


@torch.no_grad()
def solved(model: LlamaForCausalLM, episodes: list[Sequence]) -> list[bool]:
    """Whether greedy decoding reproduces each oracle episode, in one teacher-forced pass.

    Every token that the model writes is the arg-max given the oracle's text before it; then, and
    only then, greedy decoding writes exactly that text.
    """
    model.eval()
    order = sorted(range(len(episodes)), key=lambda i: len(episodes[i].tokens))
    verdict = [False] * len(episodes)
    for start in range(0, len(order), 64):
        chunk = order[start : start + 64]
        batch = pad([episodes[i] for i in chunk])
        guess = model(batch.tokens).logits[:, :-1].argmax(-1)
        right = (guess == batch.tokens[:, 1:]) | ~batch.learn[:, 1:]
        for i, ok in zip(chunk, right.all(-1).tolist(), strict=True):
            verdict[i] = ok
    return verdict


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
    episodes: Iterator[Sequence],
    *,
    plan: Schedule,
    objective: Objective = gold_labels,
    reached: Callable[[], bool] = lambda: False,
    report: Callable[[int, int, float], None] = lambda *_: None,
) -> Training:
    """Train in place until ``reached`` says so (or ``plan.max_steps``), then cool down.

    ``report`` is told step, tokens so far and the running loss. Raises :class:`ModelError` if the
    loss is not finite.
    """
    engines = optimisers(model, plan)
    rates = [engine.param_groups[0]["lr"] for engine in engines]
    cooling, last = 0, math.inf
    tokens, loss = 0, math.nan
    for step, parts in enumerate(batches(episodes, plan.tokens), start=1):
        factor = min(1.0, step / plan.warmup)
        if cooling:
            factor *= (last - step + 1) / cooling
        for engine, rate in zip(engines, rates, strict=True):
            engine.param_groups[0]["lr"] = rate * factor
        now = _step(model, parts, engines, objective, step)
        tokens += sum(part.tokens.numel() for part in parts)
        loss = now if math.isnan(loss) else 0.95 * loss + 0.05 * now
        report(step, tokens, loss)
        checked = step % plan.check_every == 0
        if not cooling and (step >= plan.max_steps or (checked and reached())):
            cooling = max(1, round(plan.cooldown * step))
            last = step + cooling
        if step >= last:
            break
    return Training(steps=step, tokens=tokens, loss=loss)


def _step(
    model: LlamaForCausalLM,
    parts: list[Batch],
    engines: list[torch.optim.Optimizer],
    objective: Objective,
    step: int,
) -> float:
    """One optimiser step over all parts of a batch; the mean loss per learned token."""
    model.train()
    count = sum(int(part.learn[:, 1:].sum()) for part in parts)
    total = 0.0
    for part in parts:
        loss = objective(model(part.tokens).logits, part) / count
        loss.backward()
        total += float(loss.detach())
    if not math.isfinite(total):
        raise ModelError(f"The loss is {total} at step {step}.", remedy="Lower the learning rate.")
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for engine in engines:
        engine.step()
        engine.zero_grad(set_to_none=True)
    return total
