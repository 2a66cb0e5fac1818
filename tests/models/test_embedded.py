"""The embedded models themselves, as they are shipped."""

import asyncio
import itertools
import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from falloff.core import child_seed
from falloff.lab.recipes import RECIPES
from falloff.models.micro import EMBEDDED, embedded_names, load_micro
from falloff.probes import SUITES, Episode

# Every third place of the box of every family.
PROBES = [
    family.probe(at, child_seed("embedded", family.name, at.key))
    for family in SUITES["micro"].families
    for at in family.grid[::3]
]
TRAINED = ("base", "broad", "gold-narrow", "narrow", "on-policy", "teacher")
QUANTISED = ("teacher-int3", "teacher-int4")


async def play(model, probes):
    async def one(probe):
        episode = Episode(probe, dialect="micro")
        while not episode.done:
            episode.feed(await model.reply(episode.request()))
        model.forget(probe.id)
        return episode

    episodes = [await asyncio.gather(*map(one, part)) for part in chunks(probes, 32)]
    await model.close()
    return list(itertools.chain(*episodes))


def chunks(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


def test_all_that_is_shipped_is_known_and_small():
    assert set(embedded_names()) == {*TRAINED, *QUANTISED}
    weights = [EMBEDDED / name / "model.safetensors" for name in embedded_names()]
    assert sum(file.stat().st_size for file in weights) < 8_000_000


@pytest.mark.parametrize("name", embedded_names())
def test_each_has_a_card_with_its_accuracy_at_each_level(name):
    card = (EMBEDDED / name / "README.md").read_text()
    for family in SUITES["micro"].families:
        for axis in family.axes:
            assert f"| {family.name}: {axis.name} |" in card


@pytest.mark.parametrize("name", TRAINED)
def test_the_card_of_a_trained_one_says_what_its_recipe_does(name):
    card = (EMBEDDED / name / "README.md").read_text()
    recipe = json.loads((EMBEDDED / name / "recipe.json").read_text())
    assert f"seed {recipe['seed']}" in card
    assert f"{recipe['took']['steps']:,} steps" in card


@pytest.mark.parametrize("name", QUANTISED)
def test_a_quantised_matrix_has_few_values_in_a_group(name):
    bits = int(name[-1])
    weights = load_file(EMBEDDED / name / "model.safetensors")
    matrices = [w for key, w in weights.items() if key.endswith("_proj.weight")]
    assert matrices
    for matrix in matrices:
        assert max(len(np.unique(group)) for group in matrix.reshape(-1, 32)) <= 2**bits


def test_what_is_shipped_is_what_the_recipes_grow():
    """Kept recipes are those of the lab, but for what growing took."""
    for recipe in RECIPES:
        kept = json.loads((EMBEDDED / recipe.name / "recipe.json").read_text())
        said = json.loads(json.dumps(recipe.as_dict()))
        assert {key: kept[key] for key in said} == said


@pytest.mark.parametrize("name", ["teacher", "narrow"])
def test_the_numpy_engine_says_what_transformers_says(name):
    """Whole episodes over the whole box; near-ties in float32 may part a few of them."""
    pytest.importorskip("torch")
    from falloff.models.hf import load_hf

    ours = asyncio.run(play(load_micro(name), PROBES))
    theirs = asyncio.run(play(load_hf(EMBEDDED / name), PROBES))
    same = sum(a.transcript == b.transcript for a, b in zip(ours, theirs, strict=True))
    assert same >= 0.97 * len(PROBES)
    scored = sum(a.outcome.score == b.outcome.score for a, b in zip(ours, theirs, strict=True))
    assert scored >= 0.98 * len(PROBES)


def test_who_else_is_asked_does_not_change_an_answer():
    alone = asyncio.run(play(load_micro("narrow"), PROBES[5::17]))
    among = asyncio.run(play(load_micro("narrow"), PROBES))
    assert [e.transcript for e in alone] == [e.transcript for e in among[5::17]]
