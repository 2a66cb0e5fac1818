"""The numpy decoder against transformers, and its cache against itself."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from tiny_llamas import CONTEXT, SHAPES, SIZE, network

from falloff.models.architecture import Architecture
from falloff.models.decoder import Decoder
from falloff.models.greedy import CLOSE, Greedy

RNG = np.random.default_rng(3)
RAGGED = [RNG.integers(0, SIZE, size=n).tolist() for n in (1, 30, 2, CONTEXT, 7)]


def built(shape="plain"):
    """A network of transformers, and its shape and weights for numpy."""
    made = network(**SHAPES[shape])
    weights = {name: tensor.numpy() for name, tensor in made.state_dict().items()}
    return made, Architecture.from_config(made.config.to_dict()), weights


def decoder(shape="plain", slots=8):
    return Decoder(*built(shape)[1:], slots=slots)


@pytest.mark.parametrize("shape", SHAPES)
def test_logits_equal_those_of_transformers(shape):
    import torch

    made, architecture, weights = built(shape)
    ours = Decoder(architecture, weights, slots=8).extend([5, 0, 7, 2, 3], [0] * 5, RAGGED)
    with torch.no_grad():
        theirs = [made(torch.tensor([tokens])).logits[0, -1].numpy() for tokens in RAGGED]
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_feeding_in_pieces_equals_feeding_at_once(shape):
    pieces, whole = decoder(shape), decoder(shape)
    tokens = RAGGED[1]
    for start, stop in ((0, 4), (4, 5), (5, 6), (6, 29), (29, 30)):
        got = pieces.extend([3], [start], [tokens[start:stop]])
    np.testing.assert_allclose(got, whole.extend([0], [0], [tokens]), atol=1e-12)


def test_a_slot_goes_on_from_an_earlier_position():
    tried = decoder()
    tried.extend([1], [0], [RAGGED[1]])
    again = tried.extend([1], [10], [[4, 4, 9]])
    fresh = decoder().extend([1], [0], [[*RAGGED[1][:10], 4, 4, 9]])
    np.testing.assert_allclose(again, fresh, atol=1e-12)


def test_slots_do_not_see_each_other():
    together, alone = decoder(), decoder()
    together.extend([0, 3, 6], [0, 0, 0], [RAGGED[1], RAGGED[3][:40], RAGGED[4]])
    # Slot 3 lies between the two that go on, has more in its cache, and is left alone.
    got = together.extend([6, 0], [7, 30], [[5], [8]])
    alone.extend([0, 6], [0, 0], [RAGGED[1], RAGGED[4]])
    np.testing.assert_allclose(got, alone.extend([6, 0], [7, 30], [[5], [8]]), atol=1e-12)
    rest = together.extend([3], [40], [[1]])
    np.testing.assert_allclose(rest, decoder().extend([0], [0], [[*RAGGED[3][:40], 1]]), atol=1e-12)


def test_a_gate_shut_far_beyond_overflow_is_zero_without_a_warning():
    _, architecture, weights = built()
    name = "model.layers.0.mlp.gate_proj.weight"
    logits = Decoder(architecture, weights | {name: weights[name] * 1e4}, slots=1).extend(
        [0], [0], [[3, 4]]
    )
    assert np.isfinite(logits).all()


def test_float32_is_far_closer_to_float64_than_a_close_call():
    _, architecture, weights = built()
    logits = [
        Decoder(architecture, weights, slots=5, dtype=dtype).extend(range(5), [0] * 5, RAGGED)
        for dtype in (np.float32, np.float64)
    ]
    assert np.abs(logits[0] - logits[1]).max() < CLOSE / 10 * np.abs(logits[1]).max(axis=1).min()


def test_a_close_call_is_decided_in_float64_whatever_the_batch():
    _, architecture, weights = built()
    twins = weights["lm_head.weight"].astype(np.float64)
    winner = int(decoder().extend([0], [0], [RAGGED[1]]).argmax())
    rival = (winner + 1) % SIZE
    # In float32 the rival's row is the winner's own; in float64 it is ahead by a hair.
    twins[rival] = twins[winner] * (1 + 1e-12)
    greedy = Greedy(partial(Decoder, architecture, weights | {"lm_head.weight": twins}), slots=8)
    alone, _ = greedy.choose([0], [[]], [RAGGED[1]], [None])
    fed = [RAGGED[4], RAGGED[1], RAGGED[0]]
    among, _ = greedy.choose([5, 2, 0], [[], [], []], fed, [None] * 3)
    assert alone == [rival]
    assert among[1] == rival
