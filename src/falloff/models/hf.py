"""``hf:PATH``: any causal language model that transformers can load from a local folder.

First form: on the CPU in float32. Nothing is fetched, unpickled or run from the checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from falloff.core import ModelError, missing_extra
from falloff.models.folder import check_folder, digests
from falloff.models.hf_model import HfModel


def load_hf(folder: Path) -> HfModel:
    """The checkpoint in ``folder``.

    Raises :class:`SetupError` without the extra, :class:`ModelError` for a folder that is missing,
    damaged, incomplete, or would have to run code to be loaded.
    """
    try:
        import torch  # noqa: F401 - transformers imports without it, and fails later
        import transformers  # noqa: F401
    except ImportError as missing:
        package = missing.name or "transformers"
        raise missing_extra(package, "hf", "A model from hf:PATH") from missing
    check_folder(folder)
    try:
        network, tokenizer, loaded = _from_pretrained(folder)
    except Exception as problem:
        raise ModelError(
            f"transformers cannot load '{folder}': {type(problem).__name__}: {problem}",
            remedy="Save the model again with save_pretrained, or update transformers.",
        ) from problem
    _check_complete(folder, loaded)
    return HfModel(network.eval(), tokenizer, spec=f"hf:{folder}", files=digests(folder))


def _from_pretrained(folder: Path) -> tuple[Any, Any, dict[str, Any]]:
    """Network, tokenizer, and what transformers says of the loading."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _quiet():
        network, loaded = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    return network, tokenizer, loaded


def _check_complete(folder: Path, loaded: dict[str, Any]) -> None:
    """transformers fills weights that are missing or misshapen at random, and only warns."""
    misshapen = [name for name, *_ in loaded["mismatched_keys"]]
    if faults := sorted({*loaded["missing_keys"], *misshapen}):
        raise ModelError(
            f"Checkpoint '{folder}' does not fit its config.json: {len(faults)} weights are missing"
            f" or of another shape, the first of them {faults[0]}.",
            remedy="Save model and config together with save_pretrained.",
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar and no warnings of transformers, whose settings come back."""
    from transformers.utils import logging

    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()
