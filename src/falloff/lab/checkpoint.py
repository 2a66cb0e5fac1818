"""Writing a grown network as a checkpoint that every Hugging Face tool loads, and reading it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError

from falloff.core import SetupError
from falloff.lab import vocabulary
from falloff.lab.folders import RECIPE, verify
from falloff.models.folder import digests

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


def save(
    model: LlamaForCausalLM,
    folder: Path,
    *,
    recipe: Mapping[str, Any],
    beside: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Weights as float16, config, tokenizer, the files ``beside`` by name, and ``recipe`` with the
    hashes of all that decides answers, which are returned.

    The folder is written under another name first, so there is never half a checkpoint. Raises
    :class:`SetupError` where it cannot be written; what was in ``folder`` is then still there.
    """
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        hashes = _write(model, unfinished, recipe, beside or {})
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    except (OSError, SafetensorError) as problem:
        shutil.rmtree(unfinished, ignore_errors=True)
        why = (isinstance(problem, OSError) and problem.strerror) or problem
        raise SetupError(
            f"Checkpoint '{folder}' could not be written: {why}.",
            remedy="Make room, or name a folder on another disk.",
        ) from problem
    return hashes


def _write(
    model: LlamaForCausalLM, folder: Path, recipe: Mapping[str, Any], beside: Mapping[str, str]
) -> dict[str, str]:
    model.to(torch.float16).save_pretrained(folder)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)  # written readable by its owner alone
    tokenizer().save_pretrained(folder)
    hashes = digests(folder)
    (folder / RECIPE).write_text(json.dumps({**recipe, "sha256": hashes}, indent=2) + "\n")
    for name, text in beside.items():
        (folder / name).write_text(text)
    return hashes


def load(folder: Path) -> LlamaForCausalLM:
    """The network of a saved checkpoint, float32. Raises :class:`ModelError` as :func:`verify`."""
    from transformers import LlamaForCausalLM
    from transformers.utils import logging

    verify(folder)
    logging.disable_progress_bar()  # one for a few hundred kilobytes
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
