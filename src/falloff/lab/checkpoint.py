"""Writing a grown network as a checkpoint that every Hugging Face tool loads, and reading it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from falloff.core import ModelError
from falloff.lab import vocabulary
from falloff.models.folder import check_folder, digests, read_config

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

_MANIFEST = "recipe.json"


def save(
    model: LlamaForCausalLM, folder: Path, *, recipe: Mapping[str, Any], card: str = ""
) -> dict[str, str]:
    """Weights as float16, config, tokenizer, ``card`` if any, and ``recipe`` with the hashes of all
    that decides answers, which are returned.

    The folder is written under another name first, so there is never half a checkpoint.
    """
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    model.to(torch.float16).save_pretrained(unfinished)
    for file in unfinished.glob("*.safetensors"):
        file.chmod(0o644)  # written readable by its owner alone
    tokenizer().save_pretrained(unfinished)
    hashes = digests(unfinished)
    manifest = {**recipe, "sha256": hashes}
    (unfinished / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    if card:
        (unfinished / "README.md").write_text(card)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return hashes


def verify(folder: Path) -> None:
    """Raise :class:`ModelError` unless ``folder`` is a whole checkpoint and what its recipe.json
    says it is. One without a recipe, or a recipe without hashes, makes no claim to be checked."""
    check_folder(folder)
    if not (folder / _MANIFEST).is_file():
        return
    claimed = read_config(folder, _MANIFEST).get("sha256", {})
    found = digests(folder)
    if differ := sorted(part for part, value in claimed.items() if found.get(part) != value):
        raise ModelError(
            f"Checkpoint '{folder}' is not what its {_MANIFEST} says: other {', '.join(differ)}.",
            remedy="Grow it again, or restore the files that were written with it.",
        )


def load(folder: Path) -> LlamaForCausalLM:
    """The network of a saved checkpoint, float32. Raises :class:`ModelError` as :func:`verify`."""
    from transformers import LlamaForCausalLM
    from transformers.utils import logging

    verify(folder)
    logging.disable_progress_bar()  # a bar for a few hundred kilobytes
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
