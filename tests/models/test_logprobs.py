"""Log-probabilities: those of the network, equal in both engines, and only on request."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tiny_llamas import all_at_once, ask

from falloff.core import child_seed
from falloff.models.hf import load_hf
from falloff.models.likeliest import likeliest
from falloff.models.micro import EMBEDDED, load_folder, load_micro
from falloff.probes import FAMILIES, Episode

LOGITS = arrays.arrays(np.float64, st.integers(2, 12), elements=st.floats(-20, 20))


def wanting(requests, count=5):
    return [replace(request, logprobs=count) for request in requests]


@given(LOGITS, st.integers(1, 12))
def test_the_likeliest_are_probabilities_in_falling_order(logits, count):
    logs = [log for _, log in likeliest(logits, count, str)]
    assert len(logs) == min(count, logits.size)
    assert logs == sorted(logs, reverse=True)
    assert sum(map(math.exp, logs)) <= 1 + 1e-9
    if count >= logits.size:
        assert sum(map(math.exp, logs)) == pytest.approx(1)


@given(LOGITS)
def test_tokens_of_the_same_text_are_one(logits):
    ((said, log),) = likeliest(logits, logits.size, lambda _: "")
    assert said == ""
    assert log == pytest.approx(0, abs=1e-9)


def test_nothing_is_given_that_was_not_asked_for(checkpoint):
    for model in (load_folder(checkpoint, spec="m"), load_hf(checkpoint)):
        assert [r.logprobs for r in all_at_once(model, [ask("ab")])] == [None]


@pytest.mark.parametrize("load", [load_hf, lambda folder: load_folder(folder, spec="m")])
def test_asking_changes_no_reply_and_greedy_takes_the_likeliest(load, checkpoint, requests):
    plain = all_at_once(load(checkpoint), requests)
    told = all_at_once(load(checkpoint), wanting(requests))
    assert [r.text for r in plain] == [r.text for r in told]
    for reply in told:
        assert "".join(token.text for token in reply.logprobs) == reply.text
        assert len(reply.logprobs) == reply.completion_tokens
        assert all(len(token.top) <= 5 for token in reply.logprobs)
        for token in reply.logprobs:
            # Three tokens of this vocabulary have no text, and together may outdo the likeliest.
            told = {text: log for text, log in token.top if text or not token.text}
            assert max(told, key=told.__getitem__) == token.text


def test_a_drawn_reply_keeps_the_log_probabilities_before_the_draw(checkpoint):
    drawn = [replace(ask("ab1?"), logprobs=3, repeat=repeat) for repeat in range(4)]
    first = [reply.logprobs[0] for reply in all_at_once(load_folder(checkpoint, spec="m"), drawn)]
    for token in first[1:]:
        assert [text for text, _ in token.top] == [text for text, _ in first[0].top]
        assert [x for _, x in token.top] == pytest.approx([x for _, x in first[0].top], abs=1e-4)


async def turns(model, probes):
    """The replies of whole episodes, log-probabilities included."""

    async def one(probe):
        episode, said = Episode(probe, dialect="micro"), []
        while not episode.done:
            said.append(await model.reply(replace(episode.request(), logprobs=5)))
            episode.feed(said[-1])
        return said

    replies = await asyncio.gather(*map(one, probes))
    await model.close()
    return replies


@pytest.mark.parametrize("name", ["teacher", "narrow"])
def test_the_embedded_models_have_the_log_probabilities_of_transformers(name):
    pytest.importorskip("torch")
    probes = [
        FAMILIES[family].probe(at, child_seed("logprobs", family, at.key))
        for family in ("rule_chain", "tool_chain")
        for at in FAMILIES[family].grid[::9]
    ]
    ours = asyncio.run(turns(load_micro(name), probes))
    theirs = asyncio.run(turns(load_hf(EMBEDDED / name), probes))
    apart = count = 0
    for mine, other in zip(ours, theirs, strict=True):
        for a, b in zip(mine, other, strict=False):
            if a.text != b.text:
                break  # a near-tie in float32: from here on they are asked different things
            for left, right in zip(a.logprobs, b.logprobs, strict=True):
                count += 1
                mine_top, other_top = dict(left.top), dict(right.top)
                both = mine_top.keys() & other_top.keys()
                assert len(both) >= 4
                apart = max(apart, max(abs(mine_top[t] - other_top[t]) for t in both))
    assert count > 200
    assert apart < 1e-3
