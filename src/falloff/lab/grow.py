"""Growing models from their recipes: train or derive, save, measure, write the card."""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Many
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.core import UnknownNameError, missing_extra
from falloff.lab.card import card, measure_levels
from falloff.lab.folders import CARD, CORPUS
from falloff.lab.manifest import manifest
from falloff.lab.play import opened
from falloff.lab.recipe import AnyRecipe, Pruned, Quantised, Recipe
from falloff.lab.recipes import RECIPES

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from falloff.lab.trained import Report

Facts = dict[str, Any]

_REPORT_EVERY = 50


def grow_one(
    recipe: AnyRecipe,
    folders: Mapping[str, Path],
    out: Path,
    *,
    report: Report = lambda *_: None,
) -> Facts:
    """Grow one model into the checkpoint folder ``out``; returns what it took, as JSON has it.

    ``folders``: the checkpoint of every model that the recipe needs, by the recipe's name for it,
    and the folder of its ``extra`` examples.
    ``out`` appears when it is complete, and then replaces what was there. Facts of every model:
    ``parameters``, ``shape``, ``cpu_seconds``, ``weights`` (a hash of them); of a trained one also
    ``steps``, ``tokens``, ``loss``, ``held_out_solved`` and ``centre_solved`` (shares of held-out
    episodes that are surely solved), and ``extra_examples`` and ``extra_tokens`` if it has any; of
    a quantised one ``bits_per_weight`` and ``weight_error``.

    Raises :class:`UnknownNameError` for a model that is not in ``folders``, :class:`ModelError` for
    a checkpoint that is damaged or not what its recipe.json says, or a loss that is not finite (the
    last good weights are then in the folder ``out`` with ``.last-good`` after its name), and
    :class:`SetupError` where ``out`` cannot be written.
    """
    _require_lab()
    import torch

    from falloff.lab import checkpoint
    from falloff.lab.network import shape_of

    for name in sorted(recipe.needs):
        if name not in folders:
            raise UnknownNameError("model", name, folders)
    if isinstance(recipe, Recipe) and recipe.extra and recipe.extra not in folders:
        raise UnknownNameError("folder of mined examples", recipe.extra, folders)
    torch.set_num_threads(1)
    started = time.process_time()
    network, took = _made(recipe, folders, out, report)
    shape = shape_of(network)
    facts = {
        "parameters": sum(p.numel() for p in network.parameters()),
        "shape": f"width {shape.width}, {shape.layers} layers",
        **took,
        "cpu_seconds": round(time.process_time() - started, 1),
    }
    beside = {CARD: card(recipe, facts)}
    if isinstance(recipe, Recipe):
        beside[CORPUS] = json.dumps(manifest(recipe.corpus), indent=2) + "\n"
    hashes = checkpoint.save(
        network, out, recipe={**recipe.as_dict(), "took": facts}, beside=beside
    )
    return {**facts, "weights": hashes["weights"]}


def _made(
    recipe: AnyRecipe, folders: Mapping[str, Path], out: Path, report: Report
) -> tuple[LlamaForCausalLM, Facts]:
    from falloff.lab import checkpoint

    if isinstance(recipe, Pruned):
        from falloff.lab.pruning import with_layers

        return with_layers(checkpoint.load(folders[recipe.source]), recipe.layers), {}
    if isinstance(recipe, Quantised):
        from falloff.lab.quantise import quantise

        network = checkpoint.load(folders[recipe.source])
        return network, quantise(network, recipe)
    from falloff.lab.trained import trained

    return trained(recipe, folders, keep=out.with_name(f"{out.name}.last-good"), report=report)


def grow(
    out: Path, *, only: Many[str] = (), workers: int = 2, say: Callable[[str], None] = print
) -> None:
    """Grow all embedded models (or ``only`` some) into folders of ``out``.

    Each trains in a process of its own on one thread, ``workers`` at a time. A model waits for
    those that it starts or learns from; such a one that is not grown now is read from ``out``.
    """
    _require_lab()
    by_name = {recipe.name: recipe for recipe in RECIPES}
    for name in only:
        if name not in by_name:
            raise UnknownNameError("recipe", name, by_name)
    waiting = [recipe for recipe in RECIPES if not only or recipe.name in only]
    unfinished = {recipe.name for recipe in waiting}
    running: dict[Future[str], str] = {}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        while waiting or running:
            for recipe in [r for r in waiting if not r.needs & unfinished]:
                waiting.remove(recipe)
                say(f"{recipe.name}: growing")
                running[pool.submit(_grow_embedded, recipe, out)] = recipe.name
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                say(f"{name}: {future.result()}")
                unfinished.remove(name)


def _grow_embedded(recipe: AnyRecipe, out: Path) -> str:
    """Grow one into its folder of ``out`` and measure it; a line on what it took."""
    from falloff.lab.checking import held_centre
    from falloff.lab.checkpoint import load

    folder = out / recipe.name
    if isinstance(recipe, Recipe) and recipe.teacher:
        teacher = load(out / recipe.teacher)
        held_centre(teacher, sorted(recipe.corpus.mix.reach), name=recipe.teacher)
    facts = grow_one(
        recipe,
        {name: out / name for name in recipe.needs},
        folder,
        report=partial(_tell, recipe.name),
    )
    trained = [known for known in RECIPES if isinstance(known, Recipe)]
    families = sorted({family for known in trained for family in known.corpus.mix.reach})
    with opened(folder, recipe.name) as model:
        levels = measure_levels(model, tuple(families))
    (folder / CARD).write_text(card(recipe, facts, levels))
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def _tell(name: str, step: int, tokens: int, loss: float) -> None:
    if step % _REPORT_EVERY == 0:
        print(f"{name}: step {step}, {tokens} tokens, loss {loss:.4f}", file=sys.stderr, flush=True)


def _require_lab() -> None:
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise missing_extra(package, "lab", "Growing models")
