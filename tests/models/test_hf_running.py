"""What the local engine does besides decoding: memory, stops, options, a look inside."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
import torch
from tiny_llamas import CHARACTERS, CONTEXT, all_at_once, ask, one_by_one, serve

from falloff.core import ModelError, SetupError, UnknownNameError, UsageError, child_rng
from falloff.models.hf import load_hf
from falloff.models.hf.network import Network
from falloff.models.hf.options import read_options
from falloff.models.hf.sequences import Computed, Library, blocks_of


def texts(replies):
    return [reply.text for reply in replies]


def short_of_memory(monkeypatch, most_rows, error):
    """Passes over more than so many rows fail as torch fails."""
    extend, widths = Network.extend, []

    def failing(network, first, starts, tokens):
        widths.append(len(tokens))
        if len(tokens) > most_rows:
            raise error
        return extend(network, first, starts, tokens)

    monkeypatch.setattr(Network, "extend", failing)
    return widths


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried"),
        MemoryError(),
    ],
    ids=["cuda", "cpu", "python"],
)
def test_out_of_memory_halves_the_batch_and_goes_on(checkpoint, requests, monkeypatch, error):
    plenty = all_at_once(load_hf(checkpoint), requests)
    widths = short_of_memory(monkeypatch, 5, error)
    model = load_hf(checkpoint)
    assert texts(all_at_once(model, requests)) == texts(plenty)
    assert max(widths) > 5
    assert max(widths[-10:]) <= 5
    assert any("Memory ran out" in note for note in model.notes)


def test_a_reply_that_memory_never_suffices_for_fails_alone_with_one_error(checkpoint, monkeypatch):
    model = load_hf(checkpoint)
    short_of_memory(monkeypatch, 0, MemoryError())

    async def talk():
        return await asyncio.gather(
            model.reply(ask("ab")), model.reply(ask("c", conversation="d")), return_exceptions=True
        )

    problems = serve(model, talk)
    assert all(isinstance(problem, ModelError) for problem in problems)
    assert "Memory ran out" in str(problems[0])


def test_any_other_error_of_torch_is_not_taken_for_lack_of_memory(checkpoint, monkeypatch):
    model = load_hf(checkpoint)
    short_of_memory(monkeypatch, 0, RuntimeError("size mismatch"))
    with pytest.raises(ModelError, match="size mismatch"):
        one_by_one(model, [ask("ab")])


def test_a_reply_ends_at_a_stop_which_is_not_part_of_it(checkpoint, requests):
    whole = all_at_once(load_hf(checkpoint), requests)
    stop = "2"
    cut = all_at_once(load_hf(f"{checkpoint}?stop={stop}"), requests)
    assert any(stop in reply.text for reply in whole)
    assert texts(cut) == [reply.text.partition(stop)[0] for reply in whole]
    for longer, shorter in zip(whole, cut, strict=True):
        if stop in longer.text:
            assert shorter.finish == "stop"
            # Special tokens add nothing to the text.
            assert len(shorter.text) < shorter.completion_tokens <= longer.completion_tokens


def test_the_bound_on_a_reply_can_be_replaced(checkpoint, requests):
    replies = all_at_once(load_hf(f"{checkpoint}?max_tokens=2"), requests)
    assert max(reply.completion_tokens for reply in replies) == 2
    assert {reply.finish for reply in replies} <= {"length", "stop"}


def test_recommended_sampling_draws_first_answers_too(checkpoint, requests):
    greedy = texts(all_at_once(load_hf(checkpoint), requests))
    model = load_hf(f"{checkpoint}?sampling=recommended")
    assert model.describe()["decoding"]["decoding"] == "sampling"
    assert "repeats" not in model.describe()
    drawn = texts(all_at_once(model, requests))
    assert drawn != greedy
    alone = texts(one_by_one(load_hf(f"{checkpoint}?sampling=recommended"), requests))
    assert drawn == alone


def test_device_and_dtype_are_said_and_bfloat16_computes(checkpoint, requests):
    assert load_hf(checkpoint).describe()["dtype"] == "float32"
    assert load_hf(checkpoint).describe()["device"] == "cpu"
    model = load_hf(f"{checkpoint}?dtype=bfloat16")
    assert model.describe()["dtype"] == "bfloat16"
    assert len(all_at_once(model, requests)) == len(requests)


def test_a_device_that_is_not_there_is_one_error(checkpoint):
    with pytest.raises(SetupError, match="cannot use the device 'cuda:7'"):
        load_hf(f"{checkpoint}?device=cuda:7")


@pytest.mark.parametrize(
    "query", ["dtype=int3", "device=../x", "concurrency=0", "sampling=hot", "tokens=many", "stop="]
)
def test_an_option_that_cannot_be_says_what_can(query):
    with pytest.raises(UsageError, match=query.partition("=")[0]):
        read_options(f"folder?{query}")


def test_an_unknown_option_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'dtype'"):
        read_options("folder?dtyp=float32")


def test_hidden_states_are_those_of_the_network(checkpoint):
    from transformers import AutoModelForCausalLM

    model = load_hf(checkpoint)
    prompts = [ask(text).messages for text in ("a", "bc0123?", "d?" * 9)]
    found = model.hidden_states(prompts, [0, 1, -1])
    network = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    for messages, states in zip(prompts, found, strict=True):
        ids = torch.tensor([model._prompts.tokens(messages)])
        with torch.inference_mode():
            told = network(input_ids=ids, output_hidden_states=True).hidden_states
        expected = np.stack([told[layer][0, -1].numpy() for layer in (0, 1, -1)])
        np.testing.assert_allclose(states, expected, atol=1e-4)
    with pytest.raises(UsageError, match="no layer 9"):
        model.hidden_states(prompts, [9])


def test_what_is_put_by_stays_within_its_bound():
    library = Library(100)
    rng = child_rng("library", 1)
    for i in range(60):
        tokens = [rng.randrange(5) for _ in range(rng.randrange(1, 60))]
        sequence = Computed(tokens=tokens, conversation=f"c{i}", count=len(tokens))
        library.put_by(sequence, [])
        held = [s for s in (library.own(f"c{j}") for j in range(i + 1)) if s]
        assert sum(s.count for s in held) <= 100
        if i % 3 == 0:
            library.forget(f"c{i}")
    wanted = Computed(tokens=tokens, conversation="other", blocks=blocks_of(tokens))
    if len(tokens) >= 16:
        assert library.find(wanted)[1] == len(tokens)


def test_a_batch_bounded_in_tokens_answers_all_up_to_the_context(checkpoint):
    long = [
        ask("ab" * n + CHARACTERS[n % 14], conversation=str(n), max_tokens=CONTEXT)
        for n in range(20)
    ]
    free = all_at_once(load_hf(checkpoint), long)
    tight = all_at_once(load_hf(f"{checkpoint}?tokens=70"), long)
    assert texts(tight) == texts(free)
