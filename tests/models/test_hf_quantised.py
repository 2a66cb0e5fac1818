"""Quantised checkpoints: what is missing is named, and nothing is forced on them."""

from __future__ import annotations

import asyncio
import importlib.util
import json

import pytest

from falloff.core import Message, Request, SetupError
from falloff.models.hf import load_hf
from falloff.models.micro import EMBEDDED


def quantised(folder, settings):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"quantization_config": settings}))
    return folder


@pytest.mark.parametrize(
    ("settings", "package"),
    [
        ({"quant_method": "gptq", "bits": 4, "group_size": 32}, "optimum|gptqmodel"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bitsandbytes"),
        ({"quant_method": "compressed-tensors", "format": "pack-quantized"}, "compressed-tensors"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["quant_method"],
)
def test_a_package_that_is_missing_is_named(damaged, settings, package):
    # Some need accelerate too, which transformers may say first.
    with pytest.raises(SetupError, match=rf"pip install ({package}|accelerate)"):
        load_hf(quantised(damaged, settings))


def settings_of(method):
    import transformers

    if method == "torchao":
        from torchao.quantization import Int8WeightOnlyConfig

        return transformers.TorchAoConfig(Int8WeightOnlyConfig())
    return transformers.BitsAndBytesConfig(load_in_8bit=True)


def said(model, prompts):
    requests = [
        Request(
            conversation=prompt, messages=(Message(role="user", content=prompt),), max_tokens=12
        )
        for prompt in prompts
    ]

    async def talk():
        try:
            return [reply.text for reply in await asyncio.gather(*map(model.reply, requests))]
        finally:
            await model.close()

    return asyncio.run(talk())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["bitsandbytes", "torchao"])
def test_a_quantised_checkpoint_answers_as_its_own_network_does(tmp_path, method):
    for package in (method, "accelerate"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED / "teacher")
    network = AutoModelForCausalLM.from_pretrained(
        EMBEDDED / "teacher",
        quantization_config=settings_of(method),
        dtype=torch.float32,
        device_map="cpu",
    )
    network.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    prompts = [f"a={i};a+{i}?" for i in range(8)]
    wanted = []
    for prompt in prompts:
        tokens = tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        )
        out = network.generate(**tokens, do_sample=False, max_new_tokens=12)
        new = out[0, tokens["input_ids"].shape[1] :]
        wanted.append(tokenizer.decode(new, skip_special_tokens=True))
    got = said(load_hf(tmp_path), prompts)
    # int8 activations are scaled by the batch or the row: near-ties may fall either way.
    assert sum(a == b for a, b in zip(got, wanted, strict=True)) >= 6
