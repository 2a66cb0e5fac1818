"""A transformers model behind the common interface: padded batches, text only.

Greedy; repeats are drawn as the checkpoint recommends. No native tool calls are parsed, though
tools are shown through the chat template, and each turn is computed from its whole prompt. Rounding
in float32 may decide a near-tie by who else is in a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from falloff.core import Finish, Message, ModelError, Reply, Request, TokenLogprobs
from falloff.models.hf_decoding import Notes, Tap, TokenTexts, recommended
from falloff.models.likeliest import by_text
from falloff.models.worker import Job, Worker

# A batch holds this many tokens at most, padding and replies included, whatever the model's size.
_BATCH_TOKENS = 16_384
# Seconds in which requests asked together find each other.
_GATHER = 0.005


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """A job as tokens: ``room`` is what the context leaves for the reply, ``most`` its bound."""

    job: Job
    prompt: list[int]
    room: int

    @property
    def most(self) -> int:
        return min(self.job.request.max_tokens, self.room)


class HfModel:
    """A transformers model and its tokenizer, on a thread of their own."""

    concurrency = 32

    def __init__(self, network: Any, tokenizer: Any, *, spec: str, files: dict[str, str]) -> None:
        self.spec = spec
        self._network = network
        self._tokenizer = tokenizer
        self._files = files
        self._context = getattr(network.config.get_text_config(), "max_position_embeddings", None)
        self._ends = _end_tokens(network, tokenizer)
        self._text = TokenTexts(tokenizer, self._ends)
        self._sampling = recommended(network.generation_config)
        self._plain_greedy()
        self._worker = Worker(spec, self._work, gather=_GATHER)

    def describe(self) -> dict[str, Any]:
        """All that decides its answers: the files' hashes, versions, template and decoding."""
        import torch
        import transformers

        return {
            "engine": "transformers",
            "files": dict(self._files),
            "template": "chat" if self._tokenizer.chat_template else "plain",
            "decoding": "greedy",
            "repeats": self._sampling.describe(),
            "dtype": "float32",
            "transformers": transformers.__version__,
            "torch": str(torch.__version__),
        }

    async def reply(self, request: Request) -> Reply:
        """The model's reply. Raises :class:`ModelError` if its chat template refuses the turn."""
        return await self._worker.ask(request)

    def forget(self, conversation: str) -> None:
        """Nothing is kept between turns."""

    async def close(self) -> None:
        await self._worker.close()

    def _plain_greedy(self) -> None:
        """Drop the checkpoint's recommended sampling and penalties."""
        from transformers import GenerationConfig

        pad = self._tokenizer.pad_token_id
        self._pad = pad if pad is not None else next(iter(self._ends), 0)
        self._network.generation_config = GenerationConfig(
            do_sample=False, eos_token_id=self._ends or None, pad_token_id=self._pad
        )

    def _work(self, jobs: list[Job]) -> bool:
        turns = [turn for job in jobs if not job.over and (turn := self._turn(job))]
        for batch in _batches(turns):
            tap = Tap([turn.job.request for turn in batch], self._sampling)
            for i, (turn, tokens) in enumerate(zip(batch, self._generate(batch, tap), strict=True)):
                self._answer(turn, tokens, tap.notes[i])
        return False

    def _turn(self, job: Job) -> _Turn | None:
        try:
            prompt = self._encode(job.request)
        except Exception as problem:  # templates are programs, and raise what they like
            job.fail(_refused(self.spec, problem))
            return None
        room = self._context - len(prompt) + 1 if self._context else job.request.max_tokens
        if room < 1:
            job.answer("", finish="overflow", prompt=len(prompt))
            return None
        return _Turn(job=job, prompt=prompt, room=room)

    def _encode(self, request: Request) -> list[int]:
        if not self._tokenizer.chat_template:
            text = "".join(message.content for message in request.messages)
            return list(self._tokenizer(text)["input_ids"])
        encoded = self._tokenizer.apply_chat_template(
            [_plain(message) for message in request.messages],
            tools=[{"type": "function", "function": asdict(t)} for t in request.tools] or None,
            add_generation_prompt=True,
            return_dict=True,
        )
        return list(encoded["input_ids"])

    def _generate(self, batch: list[_Turn], tap: Tap) -> list[list[int]]:
        """New tokens of each turn, padded to the longest reply. Prompts are padded on the left."""
        import torch

        longest = max(len(turn.prompt) for turn in batch)
        short = [longest - len(turn.prompt) for turn in batch]
        tokens = [[self._pad] * n + turn.prompt for n, turn in zip(short, batch, strict=True)]
        mask = [[0] * n + [1] * (longest - n) for n in short]
        with torch.inference_mode():
            out = self._network.generate(
                input_ids=torch.tensor(tokens),
                attention_mask=torch.tensor(mask),
                max_new_tokens=max(turn.most for turn in batch),
                logits_processor=[tap],
            )
        written: list[list[int]] = out[:, longest:].tolist()
        return written

    def _answer(self, turn: _Turn, tokens: list[int], notes: Notes) -> None:
        tokens = tokens[: turn.most]
        ended = next((i for i, token in enumerate(tokens) if token in self._ends), None)
        finish: Finish = "length" if turn.most == turn.job.request.max_tokens else "overflow"
        if ended is not None:
            tokens, finish = tokens[: ended + 1], "stop"
        text = self._tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        turn.job.answer(
            text,
            finish=finish,
            prompt=len(turn.prompt),
            completion=len(tokens),
            logprobs=self._logprobs(tokens, notes) if turn.job.request.logprobs else None,
        )

    def _logprobs(self, tokens: list[int], notes: Notes) -> tuple[TokenLogprobs, ...]:
        # Notes go on after the last token, as long as others in the batch are being written.
        return tuple(
            TokenLogprobs(text=self._text(token), top=by_text(ids, logs, self._text))
            for token, (ids, logs) in zip(tokens, notes, strict=False)
        )


def _batches(turns: list[_Turn]) -> Iterator[list[_Turn]]:
    """Turns of similar length together, none of which is taken beyond its own context."""
    batch: list[_Turn] = []
    for turn in sorted(turns, key=lambda turn: len(turn.prompt)):
        grown = [*batch, turn]
        most = max(other.most for other in grown)
        fits = len(grown) * (len(turn.prompt) + most) <= _BATCH_TOKENS
        if batch and not (fits and most <= turn.room):
            yield batch
            grown = [turn]
        batch = grown
    if batch:
        yield batch


def _plain(message: Message) -> dict[str, Any]:
    """A message as chat templates expect it, a call's arguments parsed where they can be."""
    plain: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_call_id is not None:
        plain["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        plain["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _parsed(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return plain


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


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
