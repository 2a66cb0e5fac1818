"""The folder of a grown model: a checkpoint, and a recipe.json that says what it must be."""

from __future__ import annotations

from pathlib import Path

from falloff.core import ModelError
from falloff.models.folder import check_folder, digests, read_config

RECIPE, CARD, CORPUS = "recipe.json", "README.md", "corpus.json"


def verify(folder: Path) -> None:
    """Raise :class:`ModelError` unless ``folder`` is a whole checkpoint and what its recipe.json
    says it is. One without a recipe, or a recipe without hashes, makes no claim to be checked."""
    check_folder(folder)
    if not (folder / RECIPE).is_file():
        return
    claimed = read_config(folder, RECIPE).get("sha256", {})
    found = digests(folder)
    if differ := sorted(part for part, value in claimed.items() if found.get(part) != value):
        raise ModelError(
            f"Checkpoint '{folder}' is not what its {RECIPE} says: other {', '.join(differ)}.",
            remedy="Delete the folder and grow it again, or restore what was written with it.",
        )
