"""Probes a second: the numpy engine against transformers' own ``generate``, same prompts and stops.

    python benchmarks/engines.py [--model teacher] [--probes 512]

Single-turn probes spread over the box of ``rule_chain``. transformers runs at several batch sizes,
prompts sorted by length; its best one counts. Both run on one thread. Prints texts that differ:
transformers computes in float32, where near-ties can fall either way.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from falloff.core import Probe, Request, child_seed
from falloff.models.micro import EMBEDDED, load_micro
from falloff.probes import FAMILIES, Episode

BATCHES = (32, 128, 512)


def probes(count: int) -> list[Probe]:
    family = FAMILIES["rule_chain"]
    return [
        family.probe(family.grid[i % len(family.grid)], child_seed("benchmark", i))
        for i in range(count)
    ]


def requests(count: int) -> list[Request]:
    return [Episode(probe, dialect="micro").request() for probe in probes(count)]


async def by_falloff(model: str, asked: list[Request]) -> tuple[list[str], float]:
    engine = load_micro(model)
    started = time.process_time()
    places = asyncio.Semaphore(engine.concurrency)

    async def one(request: Request) -> str:
        async with places:
            return (await engine.reply(request)).text

    texts = list(await asyncio.gather(*(one(request) for request in asked)))
    took = time.process_time() - started
    await engine.close()
    return texts, took


def by_transformers(folder: Path, asked: list[Request], batch: int) -> tuple[list[str], float]:
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    started = time.process_time()
    order = sorted(range(len(asked)), key=lambda i: len(asked[i].messages[0].content))
    texts = [""] * len(asked)
    for start in range(0, len(order), batch):
        chunk = order[start : start + batch]
        prompts = [f"<bos>{asked[i].messages[0].content}<end>" for i in chunk]
        inputs = tokenizer(prompts, padding=True, return_tensors="pt")
        with torch.inference_mode():
            out = model.generate(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                max_new_tokens=max(asked[i].max_tokens for i in chunk),
                do_sample=False,
            )
        new = out[:, inputs["input_ids"].shape[1] :]
        for i, text in zip(
            chunk, tokenizer.batch_decode(new, skip_special_tokens=True), strict=True
        ):
            texts[i] = text[: asked[i].max_tokens]
    return texts, time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="teacher")
    parser.add_argument("--probes", type=int, default=512)
    options = parser.parse_args()
    torch.set_num_threads(1)
    asked = requests(options.probes)
    texts, ours = asyncio.run(by_falloff(options.model, asked))
    print(f"falloff micro engine   {options.probes / ours:7.0f} probes a CPU second")
    best = float("inf")
    for batch in BATCHES:
        theirs, took = by_transformers(EMBEDDED / options.model, asked, batch)
        best = min(best, took)
        same = sum(a == b for a, b in zip(texts, theirs, strict=True))
        print(
            f"generate, batch {batch:4}   {options.probes / took:7.0f} probes a CPU second;"
            f" {same} of {options.probes} texts the same"
        )
    print(f"ratio to the best      {best / ours:7.1f}")


if __name__ == "__main__":
    main()
