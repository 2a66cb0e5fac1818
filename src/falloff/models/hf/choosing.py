"""From a model's logits to its next token, and what tokens add to a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from falloff.models.sampling import Sampling, gumbel


def recommended(config: Any) -> Sampling:
    """The sampling that a checkpoint's ``generation_config`` recommends; temperature 1 if none.

    Of what it says, temperature, top_k and top_p are taken; penalties are not.
    """
    said = config.to_diff_dict()
    known = {name: said.get(name) for name in ("temperature", "top_k", "top_p")}
    stated = {name: value for name, value in known.items() if value is not None}
    if not (stated or said.get("do_sample")):
        return Sampling()
    return Sampling(**stated, source="generation_config.json")


def likeliest_of(logits: Any, counts: Sequence[int]) -> list[tuple[list[int], list[float]] | None]:
    """For each row of logits [rows, vocabulary], as many of the likeliest tokens as are wanted."""
    most = min(max(counts), logits.shape[1])
    if not most:
        return [None] * len(counts)
    logs = logits.double().log_softmax(dim=-1).topk(most, dim=-1)
    ids, values = logs.indices.tolist(), logs.values.tolist()
    return [
        (ids[row][:count], values[row][:count]) if count else None
        for row, count in enumerate(counts)
    ]


def draw(logits: Any, sampling: Sampling, luck: np.random.Generator) -> int:
    """A token, drawn from logits [vocabulary]."""
    exact = logits.double().cpu().numpy()
    return int(sampling.perturbed(exact, gumbel(luck, exact.size)).argmax())


class TokenTexts:
    """What each token of a tokenizer adds to a text; those in ``ends`` add nothing."""

    def __init__(self, tokenizer: Any, ends: Sequence[int]) -> None:
        self._tokenizer = tokenizer
        self._known = dict.fromkeys(ends, "")
        # Decoded after another token, since some tokenizers drop the space a text begins with.
        self._anchor = tokenizer.encode("a", add_special_tokens=False)[-1:]
        self._skip = len(self._decoded([]))

    def __call__(self, token: int) -> str:
        if token not in self._known:
            self._known[token] = self._decoded([token])[self._skip :]
        return self._known[token]

    def _decoded(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(
            [*self._anchor, *tokens], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text
