"""The transformers engine: equal to the numpy one, and right where there is no numpy one."""

from __future__ import annotations

import asyncio
import sys

import pytest
from tiny_llamas import CONTEXT, SIZE, all_at_once, ask, go_on, one_by_one, save, serve, tokenizer

from falloff.core import Message, ModelError, Request, SetupError, ToolCall, ToolSpec
from falloff.models.hf import load_hf
from falloff.models.hf.network import Network
from falloff.models.micro import load_folder

TOOLS = (ToolSpec(name="look", description="Looks.", parameters={"type": "object"}),)


def without_time(replies):
    return [(r.text, r.finish, r.prompt_tokens, r.completion_tokens, r.tool_calls) for r in replies]


def test_it_replies_as_the_numpy_engine_does(checkpoint, requests):
    theirs = all_at_once(load_hf(checkpoint), requests)
    ours = all_at_once(load_folder(checkpoint, spec="micro:tiny"), requests)
    assert without_time(theirs) == without_time(ours)
    assert {reply.finish for reply in ours} == {"stop", "length"}


def test_it_takes_turns_as_the_numpy_engine_does(checkpoint):
    def two_turns(model):
        async def talk():
            first = ask("ab1?", max_tokens=5)
            reply = await model.reply(first)
            return [reply, await model.reply(go_on(first, reply, "01"))]

        return without_time(serve(model, talk))

    assert two_turns(load_hf(checkpoint)) == two_turns(load_folder(checkpoint, spec="micro:tiny"))


def test_the_context_bounds_it_as_it_bounds_the_numpy_engine(checkpoint):
    texts = ["a" * n for n in (3, CONTEXT - 9, CONTEXT - 2, CONTEXT - 1, CONTEXT + 9)]
    many = [ask(text, conversation=text, max_tokens=500) for text in texts]
    theirs = without_time(all_at_once(load_hf(checkpoint), many))
    assert theirs == without_time(all_at_once(load_folder(checkpoint, spec="m"), many))
    assert [finish for _, finish, *_ in theirs].count("overflow") >= 3


@pytest.mark.parametrize("options", ["tokens=150", "concurrency=1", "concurrency=7&tokens=90"])
def test_small_batches_give_the_same_replies_as_large_ones(checkpoint, requests, options):
    large = all_at_once(load_hf(checkpoint), requests)
    small = all_at_once(load_hf(f"{checkpoint}?{options}"), requests)
    assert without_time(small) == without_time(large)


def test_a_model_with_learned_positions_is_never_taken_beyond_its_context(tmp_path):
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=SIZE, n_positions=CONTEXT, n_embd=16, n_layer=1, n_head=2, eos_token_id=None
    )
    GPT2LMHeadModel(config).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    texts = ["a" * n for n in (1, CONTEXT - 10, CONTEXT - 4)]
    replies = all_at_once(load_hf(tmp_path), [ask(t, conversation=t, max_tokens=40) for t in texts])
    assert all(r.prompt_tokens + r.completion_tokens <= CONTEXT + 1 for r in replies)
    assert [reply.prompt_tokens for reply in replies] == [len(text) + 2 for text in texts]


def test_without_a_chat_template_contents_are_put_together(tmp_path):
    folder = save(tmp_path / "plain", template=None)
    request = Request(
        conversation="c",
        messages=(Message(role="system", content="ab"), Message(role="user", content="1?")),
        max_tokens=3,
    )
    model = load_hf(folder)
    assert model.describe()["template"] == "plain"
    assert one_by_one(model, [request])[0].prompt_tokens == 4


def test_tools_and_calls_are_shown_through_the_chat_template(tmp_path):
    template = (
        "{% for t in tools or [] %}{% if t.function.name == 'look' %}ab{% endif %}{% endfor %}"
        "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}"
        "{{ c.function.arguments['x'] }}{% endfor %}{% endfor %}"
        "{% if add_generation_prompt %}?{% endif %}"
    )
    call = ToolCall(id="1", name="look", arguments='{"x": "0123"}')
    broken = ToolCall(id="2", name="look", arguments="{")
    messages = (
        Message(role="user", content="c"),
        Message(role="assistant", content="", tool_calls=(call, broken)),
        Message(role="tool", content="d", tool_call_id="1"),
    )
    request = Request(conversation="c", messages=messages, tools=TOOLS, max_tokens=2)
    reply = one_by_one(load_hf(save(tmp_path / "tools", template=template)), [request])[0]
    assert reply.prompt_tokens == len("ab" + "c" + "0123" + "d" + "?")


def test_a_chat_template_that_refuses_a_turn_fails_that_turn_alone(tmp_path):
    template = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}"
        "{% endif %}{{ m.content }}{% endfor %}"
    )
    model = load_hf(save(tmp_path / "strict", template=template))
    refused = Request(conversation="s", messages=(Message(role="system", content="a"),))

    async def talk():
        return await asyncio.gather(
            model.reply(refused), model.reply(ask("ab")), return_exceptions=True
        )

    wrong, right = serve(model, talk)
    assert isinstance(wrong, ModelError)
    assert "no system" in str(wrong)
    assert right.prompt_tokens == 2


def test_recommended_sampling_and_penalties_are_left_out(damaged, checkpoint, requests):
    from transformers import GenerationConfig

    GenerationConfig(
        do_sample=True, temperature=5.0, repetition_penalty=9.0, max_new_tokens=1, eos_token_id=2
    ).save_pretrained(damaged)
    some = requests[:8]
    assert without_time(all_at_once(load_hf(damaged), some)) == without_time(
        all_at_once(load_hf(checkpoint), some)
    )


def test_an_exception_in_the_network_reaches_all_who_wait(checkpoint, requests, monkeypatch):
    model = load_hf(checkpoint)
    monkeypatch.setattr(Network, "extend", lambda *_: 1 / 0)

    async def talk():
        return await asyncio.gather(*map(model.reply, requests[:4]), return_exceptions=True)

    results = serve(model, talk)
    assert all(isinstance(r, ModelError) and "ZeroDivisionError" in str(r) for r in results)


def test_a_missing_extra_says_what_to_install(checkpoint, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(SetupError, match=r"falloff\[hf\]"):
        load_hf(checkpoint)


def test_what_decides_the_answers_is_described(checkpoint):
    described = load_hf(checkpoint).describe()
    assert described["files"] == load_folder(checkpoint, spec="m").describe()["files"]
    assert described["decoding"] == "greedy"
    assert {"transformers", "torch", "dtype", "template"} <= described.keys()
