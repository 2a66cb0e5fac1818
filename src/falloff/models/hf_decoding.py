"""What happens between a transformers model's logits and its next token, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from falloff.core import Request
from falloff.models.sampling import Sampling, gumbel

# For each token of a reply, ids and log-probabilities of the likeliest ones.
Notes = list[tuple[list[int], list[float]]]


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


class Tap:
    """A logits processor that notes the likeliest tokens and makes draws, each row on its own.

    ``notes[row]`` has, for each step, ids and log-probabilities of the likeliest tokens, as many as
    the row's request wants.
    """

    def __init__(self, requests: Sequence[Request], sampling: Sampling) -> None:
        self.notes: list[Notes] = [[] for _ in requests]
        self._most = [request.logprobs for request in requests]
        self._sampling = sampling
        self._luck = [sampling.luck(request) for request in requests]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """The scores [batch, vocabulary], a drawn token alone left in the rows that are drawn."""
        del input_ids
        self._note(scores)
        for row, luck in enumerate(self._luck):
            if luck is not None:
                logits = scores[row].double().numpy()
                noise = gumbel(luck, logits.size)
                drawn = int(self._sampling.perturbed(logits, noise).argmax())
                scores[row] = -np.inf
                scores[row, drawn] = 0.0
        return scores

    def _note(self, scores: Any) -> None:
        most = min(max(self._most), scores.shape[1])
        if not most:
            return
        logs = scores.double().log_softmax(dim=-1).topk(most, dim=-1)
        for row, count in enumerate(self._most):
            if count:
                ids, values = logs.indices[row, :count], logs.values[row, :count]
                self.notes[row].append((ids.tolist(), values.tolist()))


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
