"""Repeats: draws from the model's own distribution that no company changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import softmax
from tiny_llamas import all_at_once, ask, one_by_one

from falloff.models.hf import load_hf
from falloff.models.micro import load_folder
from falloff.models.sampling import Sampling, gumbel

LOGITS = arrays.arrays(np.float64, st.integers(2, 12), elements=st.floats(-20, 20))


def texts(replies):
    return [reply.text for reply in replies]


def again(requests, repeat):
    return [replace(request, repeat=repeat) for request in requests]


def draws(sampling, logits, count):
    luck = np.random.Generator(np.random.PCG64(5))
    drawn = [
        int(sampling.perturbed(logits, gumbel(luck, logits.size)).argmax()) for _ in range(count)
    ]
    return np.bincount(drawn, minlength=logits.size)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_softmax_at_their_temperature(temperature):
    logits, count = np.array([2.0, 1.0, 0.0, -1.0, 1.5]), 4000
    expected = count * softmax(logits / temperature)
    seen = draws(Sampling(temperature=temperature), logits, count)
    # Chi-square with 4 degrees of freedom: above 23.5 once in 10,000.
    assert ((seen - expected) ** 2 / expected).sum() < 23.5


@given(LOGITS, st.integers(1, 12), st.floats(0.05, 1.0))
def test_what_is_cut_off_is_never_drawn_and_the_best_never_cut(logits, top_k, top_p):
    kept = np.isfinite(Sampling(top_k=top_k, top_p=top_p).perturbed(logits, np.zeros(logits.size)))
    assert kept[logits.argmax()]
    assert logits[kept].min() >= logits[~kept].max(initial=-np.inf)


@given(LOGITS, st.integers(1, 12), st.floats(0.05, 0.99), st.floats(0.2, 3.0))
def test_top_k_and_top_p_keep_what_transformers_keeps(logits, top_k, top_p, temperature):
    torch = pytest.importorskip("torch")
    from transformers import TopKLogitsWarper, TopPLogitsWarper

    # Ties and sums that differ in the last bit are nobody's business.
    logits = np.round(logits, 3) + np.arange(logits.size) * 1e-5
    scores = torch.tensor(logits[None] / temperature)
    for warper in (TopKLogitsWarper(top_k=top_k), TopPLogitsWarper(top_p=top_p)):
        scores = warper(None, scores)
    theirs = np.isfinite(scores[0].numpy())
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    ours = np.isfinite(sampling.perturbed(logits, np.zeros(logits.size)))
    assert (ours == theirs).all()


def test_temperature_0_repeats_greedily():
    assert Sampling(temperature=0.0).luck(replace(ask("a"), repeat=3)) is None
    assert Sampling(temperature=0.0).describe()["decoding"] == "greedy"


@pytest.mark.parametrize("load", [load_hf, lambda folder: load_folder(folder, spec="m")])
def test_a_repeat_is_drawn_anew_and_the_same_in_any_company(load, checkpoint, requests):
    greedy = texts(all_at_once(load(checkpoint), requests))
    second = texts(all_at_once(load(checkpoint), again(requests, 1)))
    third = texts(all_at_once(load(checkpoint), again(requests, 2)))
    assert greedy != second != third != greedy
    # Backwards, one after the other, and mixed with the first time.
    alone = texts(one_by_one(load(checkpoint), again(requests, 1)[::-1]))[::-1]
    mixed = texts(all_at_once(load(checkpoint), [*requests, *again(requests, 1)]))
    assert alone == second
    assert mixed == greedy + second


def test_both_engines_draw_the_same(checkpoint, requests):
    ours = all_at_once(load_folder(checkpoint, spec="m"), again(requests, 1))
    theirs = all_at_once(load_hf(checkpoint), again(requests, 1))
    assert texts(ours) == texts(theirs)


def test_repeats_of_one_probe_may_be_in_flight_together(checkpoint):
    many = [replace(ask("ab1?"), repeat=repeat) for repeat in range(8)]
    together = texts(all_at_once(load_folder(checkpoint, spec="m"), many))
    assert together == texts(one_by_one(load_folder(checkpoint, spec="m"), many))
    assert len(Counter(together)) > 1


def test_a_checkpoint_repeats_as_its_generation_config_recommends(damaged):
    from transformers import GenerationConfig

    assert load_hf(damaged).describe()["repeats"]["temperature"] == 1.0
    GenerationConfig(
        do_sample=True, temperature=0.6, top_p=0.95, top_k=20, repetition_penalty=9.0
    ).save_pretrained(damaged)
    assert load_hf(damaged).describe()["repeats"] == {
        "decoding": "sampling",
        "temperature": 0.6,
        "top_k": 20,
        "top_p": 0.95,
        "source": "generation_config.json",
    }
