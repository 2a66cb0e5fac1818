"""Checkpoints that several tests read, written once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_llamas import CHARACTERS, ask, save

from falloff.core import Request, child_rng


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound checkpoint folder; not to be changed."""
    return save(tmp_path_factory.mktemp("checkpoints") / "plain")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A sound checkpoint folder to do damage to."""
    return save(tmp_path / "damaged")


@pytest.fixture
def requests() -> list[Request]:
    """Prompts and bounds of many lengths."""
    rng = child_rng("requests", 11)
    return [
        ask(
            "".join(rng.choice(CHARACTERS) for _ in range(rng.randrange(1, 30))),
            conversation=f"c{index}",
            max_tokens=rng.randrange(1, 30),
        )
        for index in range(40)
    ]
