"""Replies through transformers' own ``generate``, a batch at a time, each from its whole prompt.

For architectures whose cache or masks are of another kind than the running batch knows: it is
slower, and takes whatever transformers runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from transformers import GenerationConfig

from falloff.models.hf.batch import Write
from falloff.models.hf.rows import Row


class Whole:
    """Takes replies as :class:`falloff.models.hf.batch.Batch` does. ``pad`` fills up prompts."""

    def __init__(
        self,
        model: Any,
        *,
        rows: int,
        tokens: int,
        pad: int,
        write: Write,
        answer: Callable[[Row], None],
    ) -> None:
        model.generation_config = GenerationConfig(do_sample=False, pad_token_id=pad)
        self._model = model
        self._most_rows = rows
        self._most_tokens = tokens
        self._pad = pad
        self._write = write
        self._answer = answer
        self._waiting: list[Row] = []

    def add(self, row: Row) -> None:
        self._waiting.append(row)

    def forget(self, conversation: str) -> None:
        """Nothing is kept between turns."""

    def step(self) -> bool:
        """Answer all who wait."""
        waiting, self._waiting = self._waiting, []
        for batch in self._batches([row for row in waiting if not row.over]):
            self._generate(batch)
            for row in batch:
                self._answer(row)
        return False

    def _generate(self, batch: list[Row]) -> None:
        longest = max(row.prompt for row in batch)
        shorts = [longest - row.prompt for row in batch]
        tokens = [
            [self._pad] * n + row.sequence.tokens for n, row in zip(shorts, batch, strict=True)
        ]
        mask = [[0] * n + [1] * (longest - n) for n in shorts]
        device = self._model.device
        with torch.inference_mode():
            self._model.generate(
                input_ids=torch.tensor(tokens, device=device),
                attention_mask=torch.tensor(mask, device=device),
                max_new_tokens=max(row.most for row in batch),
                logits_processor=[self._processor(batch)],
                stopping_criteria=[lambda ids, _: _all_over(ids, batch)],
            )

    def _processor(self, batch: list[Row]) -> Callable[[Any, Any], Any]:
        """Writes each row's next token, and leaves ``generate`` no other to choose."""

        def process(ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            del ids
            going = [i for i, row in enumerate(batch) if row.finish is None]
            if going:
                self._write([batch[i] for i in going], scores[going])
            chosen = torch.full_like(scores, -torch.inf)
            for i, row in enumerate(batch):
                chosen[i, row.sequence.tokens[-1]] = 0.0
            return chosen

        return process

    def _batches(self, rows: list[Row]) -> Iterator[list[Row]]:
        """Rows of similar length together, none of which is taken beyond its own context."""
        batch: list[Row] = []
        for row in sorted(rows, key=lambda row: row.prompt):
            grown = [*batch, row]
            most = max(other.most for other in grown)
            fits = len(grown) * (row.prompt + most) <= self._most_tokens
            if batch and not (fits and most <= row.room and len(grown) <= self._most_rows):
                yield batch
                grown = [row]
            batch = grown
        if batch:
            yield batch


def _all_over(ids: torch.Tensor, batch: list[Row]) -> torch.Tensor:
    over = all(row.finish is not None for row in batch)
    return torch.full((len(ids),), over, device=ids.device)
