"""Asking a network while it is trained, and leaving it as it was."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from falloff.models.hf.model import HfModel
from falloff.models.hf.options import Options


@contextmanager
def asked(network: Any, tokenizer: Any, *, concurrency: int) -> Iterator[HfModel]:
    """The network as a model to be asked, greedily, in evaluation mode.

    Afterwards every module trains or evaluates as before, the generation settings are the old ones,
    and all streams of random numbers go on as if nothing had happened.
    """
    modes = {module: module.training for module in network.modules()}
    settings = copy.deepcopy(network.generation_config)
    with _same_luck():
        network.eval()
        try:
            yield HfModel(
                network,
                tokenizer,
                spec="the model in training",
                files={},
                options=Options(path=Path(), concurrency=concurrency),
            )
        finally:
            network.generation_config = settings
            for module, training in modes.items():
                module.training = training


@contextmanager
def _same_luck() -> Iterator[None]:
    """Random numbers of Python, numpy and torch, on every device, are drawn as if without this."""
    plain, numbers = random.getstate(), np.random.get_state()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else ()
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(plain)
        np.random.set_state(numbers)
