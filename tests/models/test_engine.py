"""Continuous batching: who else is there, turns, ends, and what goes wrong on the thread."""

from __future__ import annotations

import asyncio

import pytest
from tiny_llamas import CONTEXT, SHAPES, all_at_once, ask, go_on, network, one_by_one, save, serve

from falloff.core import Message, ModelError
from falloff.models.checkpoint import read_checkpoint
from falloff.models.engine import Engine
from falloff.models.greedy import Greedy
from falloff.models.micro import load_folder


def engine(folder, *, concurrency=8):
    return Engine(read_checkpoint(folder), spec="micro:tiny", concurrency=concurrency)


def texts(replies):
    return [reply.text for reply in replies]


@pytest.fixture
def fed(monkeypatch):
    """How many tokens each step fed, recorded as the engine goes."""
    counts = []
    choose = Greedy.choose

    def recording(self, slots, cached, new, perturb):
        counts.append(sum(map(len, new)))
        return choose(self, slots, cached, new, perturb)

    monkeypatch.setattr(Greedy, "choose", recording)
    return counts


@pytest.mark.parametrize("shape", SHAPES)
def test_replies_equal_the_greedy_ones_of_transformers(shape, tmp_path, requests):
    import torch

    folder = save(tmp_path / shape, **SHAPES[shape])
    characters = read_checkpoint(folder).characters
    made = network(**SHAPES[shape])
    for request, reply in zip(
        requests[:12], all_at_once(engine(folder), requests[:12]), strict=True
    ):
        prompt = characters.flatten(request.messages)
        out = made.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt)),
            max_new_tokens=request.max_tokens,
            do_sample=False,
        )[0, len(prompt) :].tolist()
        assert reply.text == characters.decode(out)
        assert (reply.prompt_tokens, reply.completion_tokens) == (len(prompt), len(out))
        assert (reply.finish == "stop") == (out[-1] == characters.end)


def test_replies_do_not_depend_on_who_else_is_in_the_batch(checkpoint, requests):
    alone = texts(one_by_one(engine(checkpoint), requests))
    assert texts(all_at_once(engine(checkpoint, concurrency=64), requests)) == alone
    assert texts(all_at_once(engine(checkpoint, concurrency=3), requests)) == alone
    assert len(set(alone)) > 20


HEARD = ("01?", "a", "")


async def conversation(model, request):
    """The replies of three turns, in which the world answers what ``HEARD`` says."""
    said = []
    for heard in HEARD:
        reply = await model.reply(request)
        said.append(reply.text)
        request = go_on(request, reply, heard)
    return said


def from_scratch(folder, request):
    """The same, each turn on an engine that never saw the ones before."""
    said = []
    for heard in HEARD:
        (reply,) = one_by_one(engine(folder, concurrency=1), [request])
        said.append(reply.text)
        request = go_on(request, reply, heard)
    return said


@pytest.mark.parametrize("concurrency", [3, 64])
def test_turns_on_a_cache_equal_turns_from_scratch(checkpoint, requests, concurrency):
    short = [
        ask(request.messages[0].content[:10], conversation=request.conversation, max_tokens=6)
        for request in requests[:20]
    ]
    model = engine(checkpoint, concurrency=concurrency)

    async def talk():
        return await asyncio.gather(*(conversation(model, request) for request in short))

    assert serve(model, talk) == [from_scratch(checkpoint, request) for request in short]


def test_a_turn_feeds_only_what_is_new(checkpoint, fed):
    model = engine(checkpoint)

    async def talk():
        first = ask("abcdefgh", max_tokens=4)
        reply = await model.reply(first)
        fed.clear()
        await model.reply(go_on(first, reply, "01"))

    serve(model, talk)
    # At most the reply's last token, which was never fed, its <end>, and the world's "01<end>".
    assert fed[0] <= 5


def test_a_changed_history_is_computed_anew(checkpoint):
    model = engine(checkpoint)

    async def talk():
        await model.reply(ask("abcabc"))
        return await model.reply(ask("abdabc"))

    assert serve(model, talk).text == one_by_one(engine(checkpoint), [ask("abdabc")])[0].text


def test_the_same_prompt_again_gets_the_same_reply(checkpoint):
    first, second = one_by_one(engine(checkpoint), [ask("abc"), ask("abc")])
    assert first.text == second.text


def test_a_forgotten_conversation_gives_its_seat_up_first(checkpoint):
    model = engine(checkpoint, concurrency=2)

    async def talk():
        await model.reply(ask("abc", conversation="old"))
        await model.reply(ask("abd", conversation="new"))
        model.forget("new")
        await model.reply(ask("abe", conversation="third"))
        return {seat.conversation for seat in model._seats}

    assert serve(model, talk) == {"old", "third"}


def test_a_reply_is_cut_at_its_own_bound(checkpoint):
    replies = one_by_one(engine(checkpoint), [ask("ab?", max_tokens=n) for n in (1, 2, 3)])
    assert [reply.completion_tokens for reply in replies if reply.finish == "length"]
    assert all(len(reply.text) <= bound for reply, bound in zip(replies, (1, 2, 3), strict=True))


def test_a_prompt_longer_than_the_context_overflows(checkpoint):
    longest, longer = all_at_once(
        engine(checkpoint), [ask("a" * (CONTEXT - 2)), ask("a" * (CONTEXT - 1))]
    )
    assert longest.completion_tokens == 1
    assert (longer.finish, longer.text) == ("overflow", "")
    assert longer.prompt_tokens == CONTEXT + 1


def test_a_reply_that_fills_the_context_overflows(checkpoint, requests):
    replies = all_at_once(
        engine(checkpoint),
        [ask(r.messages[0].content, conversation=r.conversation, max_tokens=999) for r in requests],
    )
    full = [reply for reply in replies if reply.finish == "overflow"]
    assert full
    assert all(r.prompt_tokens + r.completion_tokens == CONTEXT + 1 for r in full)
    assert {reply.finish for reply in replies} <= {"stop", "overflow"}


def test_an_unknown_character_is_named_and_harms_nobody_else(checkpoint):
    model = engine(checkpoint)

    async def talk():
        return await asyncio.gather(
            model.reply(ask("aXb")), model.reply(ask("ab")), return_exceptions=True
        )

    wrong, right = serve(model, talk)
    assert isinstance(wrong, ModelError)
    assert "'X'" in str(wrong)
    assert right.completion_tokens > 0


def test_an_engine_serves_one_event_loop_after_another(checkpoint):
    model = engine(checkpoint)
    first = asyncio.run(model.reply(ask("abc")))
    second = asyncio.run(model.reply(ask("abc")))
    asyncio.run(model.close())
    assert first.text == second.text


def test_closing_joins_the_thread_and_ends_the_service(checkpoint):
    model = engine(checkpoint)
    asyncio.run(model.reply(ask("abc")))
    thread = model._worker._thread
    asyncio.run(model.close())
    asyncio.run(model.close())
    assert not thread.is_alive()
    with pytest.raises(ModelError, match="closed"):
        asyncio.run(model.reply(ask("abc")))


def test_those_who_wait_when_it_closes_hear_of_it(checkpoint):
    model = engine(checkpoint, concurrency=1)

    async def talk():
        waiting = [asyncio.create_task(model.reply(ask("ab", max_tokens=50))) for _ in range(50)]
        await asyncio.sleep(0)
        await model.close()
        return await asyncio.gather(*waiting, return_exceptions=True)

    results = asyncio.run(asyncio.wait_for(talk(), timeout=30))
    assert any(isinstance(result, ModelError) for result in results)


def test_a_cancelled_request_leaves_its_seat_to_others(checkpoint, requests):
    model = engine(checkpoint, concurrency=1)

    async def talk():
        for request in requests:
            task = asyncio.create_task(model.reply(request))
            await asyncio.sleep(0.0005)
            task.cancel()
        return await model.reply(ask("abc"))

    assert serve(model, talk).text == one_by_one(engine(checkpoint), [ask("abc")])[0].text


def test_an_exception_on_the_thread_reaches_all_who_wait_and_the_engine_goes_on(
    checkpoint, monkeypatch
):
    model = engine(checkpoint, concurrency=2)
    choose = model._greedy.choose

    def breaking(slots, cached, new, perturb):
        raise ZeroDivisionError("on the thread")

    async def talk():
        monkeypatch.setattr(model._greedy, "choose", breaking)
        failed = await asyncio.gather(
            *(model.reply(ask("ab", conversation=str(i))) for i in range(5)), return_exceptions=True
        )
        monkeypatch.setattr(model._greedy, "choose", choose)
        return failed, await model.reply(ask("abc"))

    failed, after = serve(model, talk)
    assert all(isinstance(problem, ModelError) for problem in failed)
    assert all("ZeroDivisionError: on the thread" in str(problem) for problem in failed)
    assert after.completion_tokens > 0


def test_two_requests_of_one_conversation_at_once_get_the_same_reply(checkpoint):
    first, second = all_at_once(engine(checkpoint), [ask("abc"), ask("abc")])
    assert first.text == second.text


def test_a_prompt_is_flattened_as_the_chat_template_lays_it_out(checkpoint):
    from transformers import AutoTokenizer

    said = [("user", "ab\n?"), ("assistant", "0"), ("tool", ""), ("assistant", "12")]
    theirs = AutoTokenizer.from_pretrained(checkpoint).apply_chat_template(
        [{"role": role, "content": content} for role, content in said], return_dict=True
    )["input_ids"]
    ours = read_checkpoint(checkpoint).characters.flatten(
        Message(role=role, content=content) for role, content in said
    )
    assert ours == theirs


def test_what_decides_the_answers_is_described(checkpoint, damaged):
    described = load_folder(checkpoint, spec="micro:tiny").describe()
    assert described == load_folder(damaged, spec="micro:other").describe()
    assert set(described["files"]) == {"weights", "config", "tokenizer", "template"}
