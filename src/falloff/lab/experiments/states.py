"""How many dimensions a network's states take up on an experiment's probes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from falloff.lab.dimension import participation_ratio, two_nn
from falloff.lab.vocabulary import BOS, END, encode
from falloff.probes import Episode

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from falloff.core import Probe


def dimensions(network: LlamaForCausalLM, probes: Iterable[Probe]) -> dict[str, float | None]:
    """Of the cloud of last-token states after the final norm, one point a prompt; by estimator as
    :mod:`falloff.lab.dimension` defines them, None where undefined."""
    import torch

    network.eval()
    points = []
    with torch.no_grad():
        for probe in probes:
            messages = Episode(probe, dialect="micro").prompt
            tokens = [BOS, *(t for m in messages for t in (*encode(m.content), END))]
            points.append(network.model(torch.tensor([tokens])).last_hidden_state[0, -1].numpy())
    cloud = np.array(points)
    found = {"participation_ratio": participation_ratio(cloud), "two_nn": two_nn(cloud)}
    return {name: value if math.isfinite(value) else None for name, value in found.items()}
