"""Growing the embedded models from their recipes: train, save, measure, write the card."""

from __future__ import annotations

import importlib.util
import itertools
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Many
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from falloff.core import UnknownNameError, child_rng, missing_extra
from falloff.lab.card import card, measure_levels
from falloff.lab.corpus import Sequence, oracle_episodes, probes_of, sequence_of
from falloff.lab.play import play
from falloff.lab.recipes import RECIPES, Recipe
from falloff.models.micro import load_folder
from falloff.probes import play_oracle

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# Distinct prompts that a student is distilled on; training goes round them several times.
_PROMPTS = 6000
_HELD_OUT = 300
_HELD_OUT_SEED = 10_000
_REPORT_EVERY = 50


def grow(
    out: Path, *, only: Many[str] = (), workers: int = 2, say: Callable[[str], None] = print
) -> None:
    """Grow all embedded models (or ``only`` some) into folders of ``out``.

    Each trains in a process of its own on one thread, ``workers`` at a time. A model waits for
    those that it starts or learns from; such a one that is not grown now is read from ``out``.
    """
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise missing_extra(package, "lab", "Growing models")
    by_name = {recipe.name: recipe for recipe in RECIPES}
    for name in only:
        if name not in by_name:
            raise UnknownNameError("recipe", name, by_name)
    waiting = [recipe for recipe in RECIPES if not only or recipe.name in only]
    unfinished = {recipe.name for recipe in waiting}
    running: dict[Future[str], str] = {}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        while waiting or running:
            for recipe in [r for r in waiting if not _needs(r) & unfinished]:
                waiting.remove(recipe)
                say(f"{recipe.name}: growing")
                running[pool.submit(grow_one, recipe, out)] = recipe.name
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                say(f"{name}: {future.result()}")
                unfinished.remove(name)


def grow_one(recipe: Recipe, out: Path) -> str:
    """Grow one model into ``out``; returns a line on what it took."""
    try:
        import torch

        from falloff.lab import checkpoint, training
    except ImportError as error:
        raise missing_extra(error.name or "torch", "lab", "Growing models") from error
    torch.set_num_threads(1)
    started = time.process_time()
    model = _start(recipe, out)
    held_out = list(itertools.islice(oracle_episodes(recipe.mix, _HELD_OUT_SEED), _HELD_OUT))

    def solved() -> float:
        return float(np.mean(training.solved(model, held_out)))

    took = training.train(
        model,
        _episodes(recipe, out),
        plan=recipe.schedule,
        objective=_objective(recipe, out),
        reached=lambda: recipe.target is not None and solved() >= recipe.target,
        report=_reporter(recipe.name),
    )
    facts: dict[str, Any] = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": took.steps,
        "tokens": took.tokens,
        "loss": round(took.loss, 5),
        "held_out_solved": round(solved(), 4),
        "cpu_seconds": round(time.process_time() - started),
    }
    folder = out / recipe.name
    checkpoint.save(model, folder, recipe=recipe.as_dict() | {"took": facts})
    levels = measure_levels(load_folder(folder, spec=recipe.name), tuple(recipe.mix.reach))
    (folder / "README.md").write_text(card(recipe, facts, levels))
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def _needs(recipe: Recipe) -> set[str]:
    """The models that this one starts or learns from."""
    needed = {recipe.start, "teacher" if recipe.labels == "teacher" else None}
    return {name for name in needed if name}


def _start(recipe: Recipe, out: Path) -> LlamaForCausalLM:
    from falloff.lab.checkpoint import load
    from falloff.lab.network import build

    return load(out / recipe.start) if recipe.start else build(recipe.shape, recipe.seed)


def _objective(recipe: Recipe, out: Path) -> Any:
    from falloff.lab import checkpoint, training

    if recipe.labels == "gold":
        return training.gold_labels
    return training.teacher_labels(checkpoint.load(out / "teacher"))


def _episodes(recipe: Recipe, out: Path) -> Iterator[Sequence]:
    """Training text. From scratch: ever new oracle episodes. A student: a fixed set of prompts,
    answered by the oracle or by the teacher, gone round in ever new order."""
    if recipe.start is None:
        return oracle_episodes(recipe.mix, recipe.seed)
    probes = list(itertools.islice(probes_of(recipe.mix, recipe.seed), _PROMPTS))
    if recipe.labels == "gold":
        played = [play_oracle(probe, dialect="micro") for probe in probes]
    else:
        played = play(load_folder(out / "teacher", spec="teacher"), probes)
    return _round_and_round([sequence_of(episode.transcript) for episode in played], recipe.seed)


def _round_and_round(sequences: list[Sequence], seed: int) -> Iterator[Sequence]:
    for epoch in itertools.count():
        order = list(sequences)
        child_rng("order", seed, epoch).shuffle(order)
        yield from order


def _reporter(name: str) -> Callable[[int, int, float], None]:
    def report(step: int, tokens: int, loss: float) -> None:
        if step % _REPORT_EVERY == 0:
            print(
                f"{name}: step {step}, {tokens / 1e6:.1f} M tokens, loss {loss:.4f}",
                file=sys.stderr,
                flush=True,
            )

    return report
