"""A transformers model behind the common interface.

First answers are greedy unless it is asked to draw those too; repeats are drawn as the checkpoint
recommends. Rounding may decide a near-tie by who else is in a batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.core import FalloffError, Message, ModelError, Reply, Request, TokenLogprobs
from falloff.models.hf.batch import Batch
from falloff.models.hf.choosing import TokenTexts, draw, likeliest_of, recommended
from falloff.models.hf.hidden import last_states
from falloff.models.hf.network import network_of
from falloff.models.hf.options import Options
from falloff.models.hf.prompts import Prompts
from falloff.models.hf.rows import Endings, Row
from falloff.models.hf.speech import Speech
from falloff.models.hf.whole import Whole
from falloff.models.likeliest import by_text
from falloff.models.worker import Job, Worker

# Bytes of keys and values in the batch, and as many put by, unless ?tokens= says otherwise.
_MEMORY = 2**30
_FEWEST_TOKENS = 4096
# Where it cannot be told how much a token takes.
_TOKENS = 16_384
# Seconds in which requests asked together find each other.
_GATHER = 0.005


class HfModel:
    """A transformers model and its tokenizer, on a thread of their own.

    ``notes`` are sentences that the user should read, such as that memory ran out.
    """

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        *,
        spec: str,
        files: dict[str, str],
        options: Options,
    ) -> None:
        self.spec = spec
        self.concurrency = options.concurrency
        self.notes: list[str] = []
        self._model = network
        self._options = options
        self._files = files
        self._context = getattr(network.config.get_text_config(), "max_position_embeddings", None)
        self._prompts = Prompts(tokenizer, spec=spec)
        ends = _end_tokens(network, tokenizer)
        self._text = TokenTexts(tokenizer, ends)
        self._endings = Endings(
            tokens=frozenset(ends),
            stop=options.stop,
            decode=self._prompts.text,
            piece=self._text,
        )
        self._speech = Speech(self._prompts)
        self._sampling = recommended(network.generation_config)
        self._forgotten: deque[str] = deque()
        self._batch = self._runner(ends)
        self._worker = Worker(spec, self._work, gather=_GATHER)

    def describe(self) -> dict[str, Any]:
        """All that decides its answers: the files' hashes, versions, template and decoding."""
        import torch
        import transformers

        options, sampled = self._options, self._sampling.describe()
        asked = {"stop": list(options.stop) or None, "max_tokens": options.max_tokens}
        return {
            "engine": "transformers",
            "files": dict(self._files),
            "template": "chat" if self._prompts.template else "plain",
            **({"decoding": sampled} if options.recommended else {}),
            **({} if options.recommended else {"decoding": "greedy", "repeats": sampled}),
            **{name: value for name, value in asked.items() if value is not None},
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "device": self._model.device.type,
            "transformers": transformers.__version__,
            "torch": str(torch.__version__),
        }

    async def reply(self, request: Request) -> Reply:
        """The model's reply.

        Raises :class:`ModelError` if its chat template refuses the turn, and
        :class:`falloff.core.UnusableModelError` where it has no tools and some are offered.
        """
        return await self._worker.ask(request)

    def forget(self, conversation: str) -> None:
        """What was computed for it may go."""
        self._forgotten.append(conversation)

    async def close(self) -> None:
        await self._worker.close()

    def hidden_states(
        self, prompts: Sequence[Sequence[Message]], layers: Sequence[int]
    ) -> NDArray[np.float32]:
        """[prompts, layers, width] what each prompt's last token is to the chosen layers.

        Layer 0 is the embedding, 1 what the first block makes of it; negative ones count from the
        last. Raises :class:`falloff.core.UsageError` for a layer that is not there.
        """
        return last_states(self._model, [self._prompts.tokens(p) for p in prompts], layers)

    def _runner(self, ends: list[int]) -> Batch | Whole:
        """The running batch, or ``generate`` for what it does not know."""
        rows, tokens = self._options.concurrency, self._options.tokens
        if network := network_of(self._model):
            if tokens is None:
                tokens = max(_FEWEST_TOKENS, _MEMORY // max(network.slots.bytes_per_token(), 1))
            network.slots.clear()
            return Batch(
                network,
                rows=rows,
                tokens=tokens,
                write=self._write,
                answer=self._answer,
                notes=self.notes,
            )
        self.notes.append(
            f"{self.spec} has layers of its own kind: it is run by transformers' generate, which"
            " is slower."
        )
        pad = self._prompts.tokenizer.pad_token_id
        return Whole(
            self._model,
            rows=rows,
            tokens=tokens or _TOKENS,
            pad=pad if pad is not None else next(iter(ends), 0),
            write=self._write,
            answer=self._answer,
        )

    def _work(self, jobs: list[Job]) -> bool:
        while self._forgotten:
            self._batch.forget(self._forgotten.popleft())
        for job in jobs:
            if not job.over:
                self._begin(job)
        return self._batch.step()

    def _begin(self, job: Job) -> None:
        try:
            prompt = self._prompts.encode(job.request)
        except FalloffError as problem:
            job.fail(problem)
            return
        except Exception as problem:  # templates are programs, and raise what they like
            job.fail(_refused(self.spec, problem))
            return
        most = self._options.max_tokens or job.request.max_tokens
        room = self._context - len(prompt) + 1 if self._context else most
        if room < 1:
            job.answer("", finish="overflow", prompt=len(prompt))
            return
        luck = self._sampling.luck(job.request, first=self._options.recommended)
        self._batch.add(Row.of(job, prompt, room=room, most=most, luck=luck))

    def _write(self, rows: list[Row], logits: Any) -> None:
        """Add its next token to each row, whose ``logits`` are a row of [rows, vocabulary]."""
        chosen = logits.argmax(dim=-1).tolist()
        wanted = [row.job.request.logprobs for row in rows]
        for row, tops in zip(rows, likeliest_of(logits, wanted), strict=True):
            if tops is not None:
                row.notes.append(tops)
        for i, row in enumerate(rows):
            token = chosen[i] if row.luck is None else draw(logits[i], self._sampling, row.luck)
            row.sequence.tokens.append(token)
            row.finish = self._endings.finish(row)

    def _answer(self, row: Row) -> None:
        tokens, request = row.written, row.job.request
        said = self._speech.read(tokens, request, asked=row.sequence.tokens[: row.prompt])
        row.job.answer(
            self._endings.cut(said.text),
            calls=said.calls,
            finish=row.finish or "stop",
            prompt=row.prompt,
            completion=len(tokens),
            cached=row.spared,
            thinking=said.thinking,
            logprobs=self._logprobs(row) if request.logprobs else None,
        )

    def _logprobs(self, row: Row) -> tuple[TokenLogprobs, ...]:
        return tuple(
            TokenLogprobs(text=self._text(token), top=by_text(ids, logs, self._text))
            for token, (ids, logs) in zip(row.written, row.notes, strict=True)
        )


def _end_tokens(network: Any, tokenizer: Any) -> list[int]:
    """Ids at which a reply ends: the checkpoint's, or else the tokenizer's."""
    ends = network.generation_config.eos_token_id
    if ends is None:
        ends = tokenizer.eos_token_id
    return [] if ends is None else [ends] if isinstance(ends, int) else list(ends)


def _refused(spec: str, problem: Exception) -> ModelError:
    error = ModelError(
        f"The chat template of '{spec}' refuses the turn: {type(problem).__name__}: {problem}.",
        remedy="Some templates know no system or tool messages; try a suite without tools.",
    )
    error.__cause__ = problem
    return error
