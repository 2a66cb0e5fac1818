"""One measurement of :mod:`benchmarks.asking.local`: one engine, one kind of work, one batch size.

Conversations go on with a fixed text whatever the model said, so that all engines have the same
prompts as long as they say the same. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from falloff.core import Message, Request, child_seed

STOPS = ("\n\n",)
# Families of either dialect with answers of different lengths; what is said in between; turns.
MICRO, CHAT = ("rule_chain", "rule_chain"), ("reasoning_steps", "constraints")
TURNS = 4

Ask = Callable[[list[Request]], list[str]]


def requests(folder: Path, work: str, count: int) -> list[Request]:
    """Single-turn probes over the boxes of two families, after worked examples if that is so."""
    from falloff.probes import FAMILIES, Episode

    micro = json.loads((folder / "config.json").read_text())["vocab_size"] < 200
    dialect, names = ("micro", MICRO) if micro else ("chat", CHAT)
    made = []
    for i in range(count):
        family = FAMILIES[names[i % len(names)]]
        probe = family.probe(family.grid[i // 2 % len(family.grid)], child_seed("benchmark", i))
        request = Episode(probe, dialect=dialect).request()
        examples = _examples(family, dialect) if work == "examples" else ()
        made.append(
            Request(
                conversation=str(i),
                messages=(*examples, *request.messages),
                max_tokens=min(request.max_tokens, 48),
            )
        )
    return made


def _examples(family: Any, dialect: str) -> tuple[Message, ...]:
    from falloff.probes.agents import solved_examples

    shots = solved_examples(family, dialect=dialect, count=4)
    return tuple(message for shot in shots for message in shot.messages)


def go_on(request: Request, text: str, turn: int) -> Request:
    said = Message(role="assistant", content=text)
    more = Message(role="user", content=f"{'abc'[turn % 3]}?")
    return Request(
        conversation=request.conversation,
        messages=(*request.messages, said, more),
        max_tokens=request.max_tokens,
    )


def played(ask: Ask, asked: list[Request], turns: int) -> list[str]:
    """Every text that was said, a turn of all conversations at a time."""
    texts: list[str] = []
    for turn in range(turns):
        said = ask(asked)
        texts += said
        asked = [go_on(request, text, turn) for request, text in zip(asked, said, strict=True)]
    return texts


def by_falloff(folder: Path, asked: list[Request], turns: int, batch: int) -> Callable[[], Any]:
    from falloff.models.hf import load_hf

    model = load_hf(f"{folder}?concurrency={batch}&stop=%0A%0A")

    async def talk(request: Request) -> list[str]:
        said = []
        for turn in range(turns):
            said.append((await model.reply(request)).text)
            request = go_on(request, said[-1], turn)
        model.forget(request.conversation)
        return said

    async def everyone() -> list[str]:
        try:
            found = await asyncio.gather(*map(talk, asked))
        finally:
            await model.close()
        return [said[turn] for turn in range(turns) for said in found]

    return lambda: asyncio.run(everyone())


def by_generate(folder: Path, asked: list[Request], turns: int, batch: int) -> Callable[[], Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    model.generation_config = GenerationConfig(
        do_sample=False,
        eos_token_id=model.generation_config.eos_token_id or tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id or 0,
    )

    def ask(asked: list[Request]) -> list[str]:
        prompts = [_prompt(tokenizer, request) for request in asked]
        texts = [""] * len(asked)
        order = sorted(range(len(asked)), key=lambda i: len(prompts[i]))
        for chunk in (order[i : i + batch] for i in range(0, len(order), batch)):
            inputs = tokenizer(
                [prompts[i] for i in chunk],
                padding=True,
                return_tensors="pt",
                add_special_tokens=False,
            )
            with torch.inference_mode():
                out = model.generate(
                    input_ids=inputs["input_ids"],
                    attention_mask=inputs["attention_mask"],
                    max_new_tokens=max(asked[i].max_tokens for i in chunk),
                    stop_strings=list(STOPS),
                    tokenizer=tokenizer,
                )
            new = out[:, inputs["input_ids"].shape[1] :]
            for i, tokens in zip(chunk, new.tolist(), strict=True):
                text = tokenizer.decode(tokens[: asked[i].max_tokens], skip_special_tokens=True)
                texts[i] = text.partition(STOPS[0])[0]
        return texts

    return lambda: played(ask, asked, turns)


def by_lm_eval(folder: Path, asked: list[Request], turns: int, batch: int) -> Callable[[], Any]:
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    lm = HFLM(
        pretrained=str(folder), dtype="float32", device="cpu", batch_size=batch, max_length=None
    )

    def ask(asked: list[Request]) -> list[str]:
        # Their batches hold requests of one bound alone.
        instances = [
            Instance(
                request_type="generate_until",
                doc={},
                arguments=(
                    _prompt(lm.tokenizer, request),
                    {
                        "until": list(STOPS),
                        "max_gen_toks": request.max_tokens,
                        "do_sample": False,
                    },
                ),
                idx=0,
            )
            for request in asked
        ]
        texts: list[str] = lm.generate_until(instances, disable_tqdm=True)
        return texts

    return lambda: played(ask, asked, turns)


def _prompt(tokenizer: Any, request: Request) -> str:
    messages = [{"role": m.role, "content": m.content} for m in request.messages]
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return text


ENGINES = {"falloff": by_falloff, "generate": by_generate, "lm_eval": by_lm_eval}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("work")
    parser.add_argument("--probes", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    asked = requests(given.folder, given.work, given.probes)
    turns = TURNS if given.work == "turns" else 1
    play = ENGINES[given.engine](given.folder, asked, turns, given.batch)
    wall, cpu = time.perf_counter(), time.process_time()
    texts = play()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(given.folder)
    tokens = sum(len(tokenizer(text)["input_ids"]) for text in texts)
    told = {"cpu": cpu, "wall": wall, "batch": given.batch, "turns": len(texts)}
    print(json.dumps({**told, "tokens": tokens, "texts": texts}))


if __name__ == "__main__":
    main()
