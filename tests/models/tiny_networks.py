"""Tiny random networks of several architectures, and what ``generate`` says alone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from tiny_llamas import SIZE, tokenizer

WINDOW = 9
CONTEXT = 160
_COMMON: dict[str, Any] = {
    "vocab_size": SIZE,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "initializer_range": 0.2,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_MAMBA = {
    "vocab_size": SIZE,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "state_size": 4,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "initializer_range": 0.2,
}
_GPT2 = {
    "vocab_size": SIZE, "n_positions": CONTEXT, "n_embd": 32, "n_layer": 3, "n_head": 4,
    "initializer_range": 0.3, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
_BLOOM = {
    "vocab_size": SIZE, "hidden_size": 32, "n_layer": 2, "n_head": 4, "initializer_range": 0.3,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip

# By name: the architecture as transformers calls it, and its shape.
BATCHED: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", _COMMON),
    "qwen2": ("Qwen2", _COMMON),
    "qwen2 sliding": (
        "Qwen2",
        {**_COMMON, "use_sliding_window": True, "sliding_window": WINDOW, "max_window_layers": 1},
    ),
    "qwen3": ("Qwen3", {**_COMMON, "head_dim": 8}),
    "mistral sliding": ("Mistral", {**_COMMON, "sliding_window": WINDOW, "head_dim": 8}),
    "gemma3 sliding": (
        "Gemma3",
        {**_COMMON, "sliding_window": WINDOW, "head_dim": 8, "sliding_window_pattern": 2},
    ),
    "gpt2": ("GPT2", _GPT2),
}
# Those with a cache or a mask of another kind.
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "mamba": ("Mamba", _MAMBA),
    "bloom": ("Bloom", _BLOOM),
}


def save_network(folder: Path, name: str, shape: dict[str, Any]) -> Path:
    """A checkpoint of a random network."""
    import torch
    import transformers

    torch.manual_seed(3)
    prefix = "Gemma3Text" if name == "Gemma3" else name
    config = getattr(transformers, f"{prefix}Config")(**shape)
    kind = {"GPT2": "GPT2LMHeadModel"}.get(name, f"{name}ForCausalLM")
    getattr(transformers, kind)(config).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


@lru_cache(maxsize=1)
def _loaded(folder: Path) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def generated(folder: Path, prompt: list[int], most: int) -> tuple[list[int], list[float]]:
    """What ``generate`` writes greedily after one prompt alone, and by how much each token led."""
    import torch

    network = _loaded(folder)
    out = network.generate(
        input_ids=torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        do_sample=False,
        max_new_tokens=most,
        return_dict_in_generate=True,
        output_logits=True,
    )
    best = [logits[0].topk(2).values for logits in out.logits]
    leads = [
        float((top[0] - top[1]) / logits[0].abs().max())
        for top, logits in zip(best, out.logits, strict=True)
    ]
    return out.sequences[0, len(prompt) :].tolist(), leads
