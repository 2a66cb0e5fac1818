"""A GGUF file through transformers, its weights made float32: for where xllamacpp is absent."""

from __future__ import annotations

from pathlib import Path

from falloff.core import ModelError
from falloff.models.hf.options import Options
from falloff.models.model import Model


def load_dense(path: Path, *, spec: str, sha256: str) -> Model:
    """Raises :class:`ImportError` where a package is absent, and :class:`ModelError` for a file
    that transformers cannot load.
    """
    # transformers needs both for this, and says so late.
    import accelerate  # noqa: F401
    import gguf  # noqa: F401
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from falloff.models.hf.load import quiet
    from falloff.models.hf.model import HfModel

    try:
        with quiet():
            network = AutoModelForCausalLM.from_pretrained(
                path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
            )
            tokenizer = AutoTokenizer.from_pretrained(
                path.parent, gguf_file=path.name, local_files_only=True
            )
    except Exception as problem:
        raise ModelError(
            f"transformers cannot load '{path}': {type(problem).__name__}: {problem}",
            remedy="llama.cpp knows more of them: pip install 'falloff[gguf]'",
        ) from problem
    return HfModel(
        network.eval(),
        tokenizer,
        spec=spec,
        files={"weights": sha256},
        options=Options(path=path),
    )
