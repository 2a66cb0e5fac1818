"""Tiny random Llama checkpoints over a few characters, written by transformers itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from falloff.core import Message, Reply, Request
from falloff.models import Model

SPECIALS = ("<pad>", "<bos>", "<end>")
# Few characters, so that a random network often closes a message.
CHARACTERS = "abcdefgh0123?;\n"
SIZE = len(SPECIALS) + len(CHARACTERS)
CONTEXT = 64
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message['content'] }}{{ eos_token }}"
    "{% endfor %}"
)

SHAPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "grouped": {"num_key_value_heads": 2},
    "tied": {"tie_word_embeddings": True},
    "turned": {"rope_parameters": {"rope_type": "default", "rope_theta": 300.0}, "head_dim": 12},
}


def network(**changes: Any) -> Any:
    """A random network in which tokens matter: its weights are ten times the usual size."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(5)
    settings: dict[str, Any] = {
        "vocab_size": SIZE,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": CONTEXT,
        "tie_word_embeddings": False,
        "initializer_range": 0.2,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    return LlamaForCausalLM(LlamaConfig(**(settings | changes))).eval()


def tokenizer(*, template: str | None = TEMPLATE) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pad, bos, end = SPECIALS
    vocabulary = {token: i for i, token in enumerate([*SPECIALS, *CHARACTERS])}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token=pad))
    inner.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    inner.decoder = decoders.Fuse()
    made = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=pad,
        bos_token=bos,
        eos_token=end,
        model_input_names=["input_ids", "attention_mask"],
    )
    made.chat_template = template
    return made


def save(
    folder: Path, *, template: str | None = TEMPLATE, half: bool = False, **changes: Any
) -> Path:
    """A checkpoint of a network with those changes of its shape."""
    made = network(**changes)
    (made.half() if half else made).save_pretrained(folder)
    tokenizer(template=template).save_pretrained(folder)
    return folder


def ask(text: str, *, conversation: str = "c", max_tokens: int = 20) -> Request:
    return Request(
        conversation=conversation,
        messages=(Message(role="user", content=text),),
        max_tokens=max_tokens,
    )


def go_on(request: Request, reply: Reply, text: str) -> Request:
    """The next turn, after the reply and the world's answer ``text``."""
    said = Message(role="assistant", content=reply.text)
    heard = Message(role="tool", content=text)
    return Request(
        conversation=request.conversation,
        messages=(*request.messages, said, heard),
        max_tokens=request.max_tokens,
    )


def serve(model: Model, talk: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """The result of ``talk`` on a loop of its own, after which the model is closed."""

    async def main() -> Any:
        try:
            return await asyncio.wait_for(talk(), timeout=30)
        finally:
            await model.close()

    return asyncio.run(main())


def all_at_once(model: Model, requests: list[Request]) -> list[Reply]:
    async def talk() -> list[Reply]:
        return await asyncio.gather(*(model.reply(request) for request in requests))

    return serve(model, talk)


def one_by_one(model: Model, requests: list[Request]) -> list[Reply]:
    async def talk() -> list[Reply]:
        return [await model.reply(request) for request in requests]

    return serve(model, talk)
