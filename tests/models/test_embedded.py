"""The embedded models themselves, as they are shipped."""

import asyncio
import itertools
import json

import pytest

from falloff.core import child_seed
from falloff.models.micro import EMBEDDED, embedded_names, load_micro
from falloff.probes import FAMILIES, Episode

PROBES = [
    FAMILIES[name].probe(at, child_seed("embedded", name, at.key))
    for name in ("rule_chain", "tool_chain")
    for at in FAMILIES[name].grid
]


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


def test_the_teacher_the_base_and_three_students_are_shipped():
    assert set(embedded_names()) == {"teacher", "base", "narrow", "gold-narrow", "broad"}
    weights = [EMBEDDED / name / "model.safetensors" for name in embedded_names()]
    assert sum(file.stat().st_size for file in weights) < 6_000_000


@pytest.mark.parametrize("name", embedded_names())
def test_each_has_a_card_with_its_accuracy_at_each_level(name):
    card = (EMBEDDED / name / "README.md").read_text()
    recipe = json.loads((EMBEDDED / name / "recipe.json").read_text())
    assert f"seed {recipe['seed']}" in card
    assert f"{recipe['took']['steps']:,} steps" in card
    for axis in ("rule_chain: steps", "rule_chain: distractors", "tool_chain: chain"):
        assert axis in card


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
