"""The door: llama.cpp where its package is installed, else transformers, else what to install."""

from __future__ import annotations

import importlib.util

from falloff.core import UsageError, missing_extra
from falloff.models.gguf.file import digest, parts_of
from falloff.models.gguf.options import read_options
from falloff.models.model import Model


def load_gguf(text: str) -> Model:
    """The model of ``FILE?option=value``.

    Raises :class:`UsageError` for options that cannot be, :class:`ModelError` for a file that
    cannot be loaded, :class:`SetupError` where nothing is installed that loads it.
    """
    options = read_options(text)
    parts = parts_of(options.path)
    spec = f"gguf:{text}"
    if importlib.util.find_spec("xllamacpp"):
        from falloff.models.gguf.model import GgufModel

        return GgufModel(options, spec=spec, sha256=digest(parts))
    from falloff.models.gguf.dense import load_dense

    try:
        if options.given:
            import gguf  # noqa: F401
            import transformers  # noqa: F401

            raise UsageError(
                f"Without xllamacpp, '{options.path}' is run by transformers, which takes no"
                f" option {options.given[0]}.",
                remedy="Leave it out, or: pip install 'falloff[gguf]'",
            )
        return load_dense(options.path, spec=spec, sha256=digest(parts))
    except ImportError as missing:
        raise missing_extra("xllamacpp", "gguf", "A model from gguf:FILE") from missing
