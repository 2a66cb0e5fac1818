"""Writing a grown network as a checkpoint that every Hugging Face tool loads, and reading it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from falloff.lab import vocabulary

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


def save(model: LlamaForCausalLM, folder: Path, *, recipe: dict[str, Any]) -> None:
    """Weights as float16, config, tokenizer, and the recipe as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    model.to(torch.float16).save_pretrained(folder)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)  # written readable by its owner alone
    tokenizer().save_pretrained(folder)
    (folder / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n")


def load(folder: Path) -> LlamaForCausalLM:
    """The network of a saved checkpoint, float32."""
    from transformers import LlamaForCausalLM

    model: LlamaForCausalLM = LlamaForCausalLM.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
    )
    return model


def tokenizer() -> PreTrainedTokenizerFast:
    """The character tokenizer of the embedded models, with their chat template."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pad, bos, end = vocabulary.SPECIALS
    tokens = [*vocabulary.SPECIALS, *vocabulary.CHARACTERS]
    inner = Tokenizer(models.WordLevel({token: i for i, token in enumerate(tokens)}, unk_token=pad))
    inner.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    inner.decoder = decoders.Fuse()
    made: PreTrainedTokenizerFast = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=pad,
        bos_token=bos,
        eos_token=end,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
    )
    made.chat_template = vocabulary.CHAT_TEMPLATE
    return made
