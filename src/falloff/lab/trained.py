"""From a recipe to a trained network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Sequence as Many
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.core import ModelError, UsageError, child_seed
from falloff.lab import checkpoint, held_out
from falloff.lab.answers import Answerer, Example, by_teacher, examples, oracle
from falloff.lab.batches import Batch, off_policy, on_policy
from falloff.lab.checking import reproduced
from falloff.lab.corpus import Item
from falloff.lab.extra import mined_examples
from falloff.lab.network import build, shape_of
from falloff.lab.objectives import loss_function
from falloff.lab.play import opened
from falloff.lab.pruning import with_layers
from falloff.lab.recipe import Recipe
from falloff.lab.rollouts import Guide, rollout
from falloff.lab.sequences import Sequence
from falloff.lab.training import DivergedError, train

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

# Told step, tokens so far (without padding) and the running loss, after every step.
Report = Callable[[int, int, float], None]


def trained(
    recipe: Recipe, folders: Mapping[str, Path], *, keep: Path, report: Report
) -> tuple[LlamaForCausalLM, dict[str, Any]]:
    """The network and what its training took.

    Raises :class:`ModelError` if the loss is not finite; the last good weights are then in the
    checkpoint folder ``keep``.
    """
    network = _start(recipe, folders)
    teacher = checkpoint.load(folders[recipe.teacher]) if recipe.teacher else None
    tests = {
        "mix": held_out.from_mix(recipe.corpus.mix),
        "centre": held_out.from_centre(recipe.corpus.mix),
    }

    def solved(at: str) -> float:
        right: list[bool] = reproduced(network, tests[at])
        return sum(right) / len(right)

    extra = mined_examples(folders[recipe.extra]) if recipe.extra else []
    with ExitStack() as open_models:
        try:
            took = train(
                network,
                _steps(recipe, network, teacher, _answerer(recipe, folders, open_models), extra),
                plan=recipe.schedule,
                loss=loss_function(recipe.objective, teacher, recipe.policy_gradient),
                reached=lambda: (
                    recipe.target is not None and solved(recipe.target_at) >= recipe.target
                ),
                report=report,
            )
        except DivergedError as diverged:
            manifest = {**recipe.as_dict(), "took": {"stopped": diverged.message}}
            checkpoint.save(network, keep, recipe=manifest)
            raise ModelError(
                f"Growing '{recipe.name}' stopped: {diverged.message}",
                remedy=f"{diverged.remedy} The last good weights are in {keep}.",
            ) from diverged
    return network, {
        "steps": took.steps,
        "tokens": took.tokens,
        "loss": round(took.loss, 5),
        "held_out_solved": round(solved("mix"), 4),
        "centre_solved": round(solved("centre"), 4),
        **_counted(extra),
    }


def _counted(extra: Many[Example]) -> dict[str, int]:
    if not extra:
        return {}
    tokens = sum(len(example.text.tokens) for example in extra)
    return {"extra_examples": len(extra), "extra_tokens": tokens}


def _start(recipe: Recipe, folders: Mapping[str, Path]) -> LlamaForCausalLM:
    if recipe.start is None:
        assert recipe.shape is not None  # noqa: S101 - the recipe has seen to it
        return build(recipe.shape, recipe.seed)
    network = checkpoint.load(folders[recipe.start])
    if recipe.layers is not None:
        network = with_layers(network, recipe.layers)
    if recipe.shape not in (None, shape_of(network)):
        raise UsageError(
            f"Recipe '{recipe.name}' has {recipe.shape}, and starts from {shape_of(network)}.",
            remedy="Leave the shape out: it is that of the start.",
        )
    return network


def _steps(
    recipe: Recipe,
    network: LlamaForCausalLM,
    teacher: LlamaForCausalLM | None,
    answer: Answerer,
    extra: Many[Example],
) -> Iterator[list[Batch]]:
    """What is trained on, step by step."""
    plan, own = recipe.schedule, recipe.on_policy
    text = examples(recipe.corpus, answer, seed=recipe.seed, extra=extra)
    if own is None:
        return off_policy(text, plan.tokens)
    share = recipe.policy_gradient.teacher_share if recipe.policy_gradient else 0.0
    guide = Guide(network=teacher, share=share) if teacher and share else None

    def write(items: Many[Item], step: int) -> list[Sequence]:
        draw = 1 + child_seed("own text", recipe.seed, step)
        return rollout(network, items, draw=draw, temperature=own.temperature, guide=guide)

    return on_policy(text, plan.tokens, own, plan.max_steps, write)


def _answerer(recipe: Recipe, folders: Mapping[str, Path], open_models: ExitStack) -> Answerer:
    if recipe.answers == "oracle" or recipe.teacher is None:
        return oracle
    model = open_models.enter_context(opened(folders[recipe.teacher], recipe.teacher))
    return by_teacher(model, repeat=0 if recipe.answers == "greedy" else 1 + recipe.seed)
