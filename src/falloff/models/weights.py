"""How large a model's weights are, where they lie on this disk."""

from __future__ import annotations

from pathlib import Path

from falloff.models.micro import EMBEDDED


def weights_size(spec: str) -> int | None:
    """Bytes of the weights of ``micro:``, ``hf:`` and ``gguf:`` models; None where not at hand."""
    prefix, _, name = spec.partition(":")
    if prefix == "gguf":
        file = Path(name.partition("?")[0]).expanduser()
        return file.stat().st_size if file.is_file() else None
    folder = {"micro": EMBEDDED / name, "hf": Path(name).expanduser()}.get(prefix)
    files = folder.glob("model*.safetensors") if folder else ()
    return sum(file.stat().st_size for file in files) or None
