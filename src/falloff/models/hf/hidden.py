"""Hidden states of prompts' last tokens, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.core import UsageError

# Tokens of a pass, padding included; all layers of them are held at once.
_PASS = 2048


def last_states(
    model: Any, prompts: Sequence[Sequence[int]], layers: Sequence[int]
) -> NDArray[np.float32]:
    """[prompts, layers, width] of a transformers model; layer 0 is the embedding.

    Raises :class:`UsageError` for a layer that is not there.
    """
    import torch

    config = model.config.get_text_config()
    count = config.num_hidden_layers + 1
    if wrong := [layer for layer in layers if not -count <= layer < count]:
        raise UsageError(
            f"The model has no layer {wrong[0]}.",
            remedy=f"Layers go from 0, the embedding, to {count - 1}, or from -1 back to {-count}.",
        )
    states = np.empty((len(prompts), len(layers), config.hidden_size), dtype=np.float32)
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    while order:
        longest = len(prompts[order[-1]])
        batch = order[-max(1, _PASS // longest) :]
        del order[-len(batch) :]
        lengths = torch.tensor([len(prompts[i]) for i in batch], device=model.device)
        ids = [[*prompts[i], *[0] * (longest - len(prompts[i]))] for i in batch]
        mask = torch.arange(longest, device=model.device) < lengths[:, None]
        with torch.inference_mode():
            found = model(
                input_ids=torch.tensor(ids, device=model.device),
                attention_mask=mask.long(),
                output_hidden_states=True,
                use_cache=False,
                logits_to_keep=1,
            ).hidden_states
        rows = torch.arange(len(batch), device=model.device)
        chosen = torch.stack([found[layer][rows, lengths - 1] for layer in layers], dim=1)
        states[batch] = chosen.float().cpu().numpy()
    return states
