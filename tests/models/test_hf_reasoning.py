"""Checkpoints that think aloud and call tools, from the chat template to the reply.

Their networks are real ones whose every token has one successor, so that what they say is known.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny_llamas import ask, one_by_one

from falloff.core import Message, Reply, Request, ToolSpec
from falloff.models.hf import load_hf

CALL = '{"name": "look", "arguments": {"x": 5}}'
LOOK = ToolSpec(name="look", description="Looks.", parameters={"type": "object"})
# As Qwen3 and Hermes have them: tools listed in the system's turn, results in a user's.
TEMPLATE = (
    "{% if tools %}<|im_start|>system{% for tool in tools %}{{ tool | tojson }}{% endfor %}"
    "<|im_end|>{% endif %}"
    "{% for m in messages %}<|im_start|>{{ 'user' if m.role == 'tool' else m.role }}"
    "{% if m.role == 'tool' %}<tool_response>{{ m.content }}</tool_response>"
    "{% else %}{{ m.content.split('</think>')[-1] }}{% endif %}"
    "{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}"
    "<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant{% endif %}"
)
OPENED = TEMPLATE.replace(
    "<|im_start|>assistant{% endif %}", "<|im_start|>assistant<think>{% endif %}"
)


def scripted(folder: Path, script: list[str], *, template: str, special: tuple[str, ...]) -> Path:
    """A checkpoint in which each piece of the script is followed by the next, the last by itself.

    Nothing but the residual stream carries, so that the next token follows from the last alone.
    """
    import torch
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = [chr(code) for code in range(32, 127)]
    pieces = dict.fromkeys(["<pad>", "<|im_end|>", "<|im_start|>", "assistant", *letters, *script])
    ids = {piece: number for number, piece in enumerate(pieces)}
    inner = Tokenizer(models.WordLevel(ids, unk_token="<pad>"))  # noqa: S106 - no password
    inner.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    inner.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        eos_token="<|im_end|>",  # noqa: S106
        pad_token="<pad>",  # noqa: S106
        model_input_names=["input_ids", "attention_mask"],
    )
    tokenizer.add_tokens([piece for piece in pieces if len(piece) > 1 and piece not in special])
    tokenizer.add_tokens(list(special), special_tokens=True)
    tokenizer.chat_template = template

    size = len(ids) + len(ids) % 2
    network = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=size, hidden_size=size, intermediate_size=8, num_hidden_layers=1,
            num_attention_heads=1, max_position_embeddings=512, tie_word_embeddings=False,
            eos_token_id=ids["<|im_end|>"], pad_token_id=None, bos_token_id=None,
        )
    )  # fmt: skip
    with torch.no_grad():
        network.model.embed_tokens.weight.copy_(torch.eye(size))
        network.model.layers[0].self_attn.o_proj.weight.zero_()
        network.model.layers[0].mlp.down_proj.weight.zero_()
        network.lm_head.weight.zero_()
        for piece, following in zip(script, [*script[1:], script[-1]], strict=True):
            network.lm_head.weight[ids[following], ids[piece]] = 1.0
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def replied(folder: Path, request: Request) -> Reply:
    return one_by_one(load_hf(folder), [request])[0]


@pytest.mark.parametrize("special", [(), ("<think>", "</think>", "<tool_call>", "</tool_call>")])
def test_thinking_and_a_call_are_told_apart_and_the_call_can_be_answered(
    tmp_path: Path, special: tuple[str, ...]
) -> None:
    script = ["assistant", "<think>", "hm", "</think>", "\n\n", "I look.", "<tool_call>", CALL]
    folder = scripted(
        tmp_path, [*script, "</tool_call>", "<|im_end|>"], template=TEMPLATE, special=special
    )
    request = replace(ask("What is x?"), tools=(LOOK,))
    reply = replied(folder, request)
    (call,) = reply.tool_calls
    assert (call.name, call.arguments) == ("look", '{"x": 5}')
    assert (reply.text, reply.finish) == ("I look.", "stop")
    assert (reply.thinking_tokens, reply.completion_tokens) == (3, 9)
    # Told what it found, it is asked on, with its call and the result in the prompt.
    said = Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls)
    heard = Message(role="tool", content="found 7", tool_call_id=call.id)
    again = replied(folder, replace(request, messages=(*request.messages, said, heard)))
    assert again.prompt_tokens > reply.prompt_tokens + len("found 7")
    assert again.tool_calls[0].id != call.id


def test_thinking_that_the_prompt_opens_is_counted_up_to_its_end(tmp_path: Path) -> None:
    script = ["<think>", "so", "it is", "</think>", "five", "<|im_end|>"]
    reply = replied(scripted(tmp_path, script, template=OPENED, special=()), ask("What is x?"))
    assert (reply.text, reply.thinking_tokens, reply.completion_tokens) == ("five", 3, 5)


def test_thinking_without_an_end_is_cut_short_and_no_answer(tmp_path: Path) -> None:
    script = ["assistant", "<think>", "hm"]
    folder = scripted(tmp_path, script, template=TEMPLATE, special=())
    reply = replied(folder, ask("What is x?", max_tokens=12))
    assert (reply.text, reply.finish) == ("", "length")
    assert reply.thinking_tokens == reply.completion_tokens == 12


def test_a_call_that_is_cut_short_keeps_its_name_and_is_malformed(tmp_path: Path) -> None:
    from falloff.probes.dialects.arguments import read_object

    script = ["assistant", "<tool_call>", '{"name": "look", "arguments": {"x": ', "<|im_end|>"]
    folder = scripted(tmp_path, script, template=TEMPLATE, special=("<tool_call>",))
    (call,) = replied(folder, replace(ask("What is x?"), tools=(LOOK,))).tool_calls
    assert call.name == "look"
    assert read_object(call.arguments) is None
