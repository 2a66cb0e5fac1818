"""Whatever the architecture, replies are those of transformers' own greedy generation, alone."""

from __future__ import annotations

import asyncio

import pytest
from tiny_llamas import CHARACTERS, ask, go_on, serve
from tiny_networks import BATCHED, OTHERS, WINDOW, generated, save_network

from falloff.core import Message, Request, child_rng
from falloff.models.hf import load_hf
from falloff.models.hf.batch import Batch
from falloff.models.hf.whole import Whole

# Where the best token leads by less than this share of the largest logit, rounding may decide.
TIE = 1e-4
SHARED = "abcdefgh0123?;\nhgfedcba"


def talks():
    """Conversations of several turns; some begin alike, and most outgrow a sliding window."""
    rng = child_rng("talks", 3)
    for index in range(14):
        size = rng.randrange(1, 24)
        text = "".join(rng.choice(CHARACTERS) for _ in range(size))
        yield (
            ask(SHARED * (index % 3) + text, conversation=f"c{index}", max_tokens=12),
            ["".join(rng.choice(CHARACTERS) for _ in range(n)) for n in (1, 7)],
        )


def played(model):
    """Every request that was made, with its reply; all conversations at once."""
    made = []

    async def talk(request, more):
        for text in [*more, None]:
            reply = await model.reply(request)
            made.append((request, reply))
            if text is not None:
                request = go_on(request, reply, text)
        model.forget(request.conversation)

    async def everyone():
        await asyncio.gather(*(talk(*one) for one in talks()))

    serve(model, everyone)
    return made


def compare(folder, made, model):
    """How many replies are those of generate; how many differ from a near-tie on."""
    same = ties = 0
    for request, reply in made:
        prompt = model._prompts.encode(request)
        tokens, leads = generated(folder, prompt, request.max_tokens)
        text = model._prompts.text(tokens)
        if (text, len(tokens)) == (reply.text, reply.completion_tokens):
            same += 1
        else:
            # They must part at a token that hardly led: at the least certain one, if at any.
            assert min(leads) < TIE, (request, reply, text)
            ties += 1
    return same, ties


@pytest.mark.parametrize("kind", BATCHED)
def test_replies_are_those_of_generate_but_for_ties(kind, tmp_path):
    folder = save_network(tmp_path, *BATCHED[kind])
    model = load_hf(folder)
    assert isinstance(model._batch, Batch)
    made = played(model)
    if "sliding" in kind:
        assert sum(reply.prompt_tokens > 2 * WINDOW for _, reply in made) > len(made) / 2
    assert len({reply.text for _, reply in made}) > 5
    same, ties = compare(folder, made, model)
    assert same + ties == len(made) == 42
    assert ties <= 2
    # Later turns go on from what is cached, and those that begin alike share that beginning.
    later = [reply for request, reply in made if len(request.messages) > 1]
    assert sum(reply.cached_tokens > 0 for reply in later) > len(later) / 2


@pytest.mark.parametrize("kind", OTHERS)
def test_an_architecture_of_another_kind_goes_through_generate(kind, tmp_path):
    folder = save_network(tmp_path, *OTHERS[kind])
    model = load_hf(folder)
    assert isinstance(model._batch, Whole)
    assert "generate" in model.notes[0]
    made = played(model)
    _, ties = compare(folder, made, model)
    assert ties <= 2
    assert all(reply.cached_tokens == 0 for _, reply in made)


def test_a_beginning_that_prompts_share_is_computed_once(checkpoint):
    head = Message(role="system", content=SHARED + SHARED)
    many = [
        Request(
            conversation=f"c{i}", messages=(head, Message(role="user", content=text)), max_tokens=2
        )
        for i, text in enumerate("abcdefgh")
    ]
    model = load_hf(checkpoint)

    async def talk():
        return await asyncio.gather(*map(model.reply, many))

    replies = serve(model, talk)
    cached = sorted(reply.cached_tokens for reply in replies)
    assert cached[0] == 0
    assert cached[1] >= len(SHARED)
    alone = [serve(load_hf(checkpoint), lambda r=r: load_one(checkpoint, r)) for r in many]
    assert [reply.text for reply in replies] == [reply.text for reply in alone]


async def load_one(checkpoint, request):
    model = load_hf(checkpoint)
    try:
        return await model.reply(request)
    finally:
        await model.close()
