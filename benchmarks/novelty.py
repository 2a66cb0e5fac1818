"""How long novelty and imported logs take, and how much memory: 100,000 prompts, 1,000,000 samples.

python benchmarks/novelty.py
python benchmarks/novelty.py --prompts 10000 --probes 1000 --samples 100000 --indexed 0

``--indexed``: so many prompts, 300,000 unless said, behind an approximate index (extra ``index``).
The made-up prompts are drawn word by word, so that the nearest of a fresh one is hardly nearer than
the next: for an index the hardest of cases. Copies with one word changed are the easy one.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

import falloff
from falloff.analysis.novelty import NearestPrompts
from falloff.analysis.novelty.index import index_is_there
from falloff.training import TrainingData

WORDS = 8000


def clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def since(started: tuple[float, float]) -> str:
    wall, cpu = (now - then for now, then in zip(clock(), started, strict=True))
    return f"{wall:.1f} s, of CPU {cpu:.1f} s"


def sentences(count: int, seed: int) -> Iterator[str]:
    """Made-up prompts of 15 to 70 words, frequent and rare ones as in language."""
    spelling = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(spelling.choice(letters, spelling.integers(2, 9))) for _ in range(WORDS)]
    often = 1 / (np.arange(WORDS) + 3)
    rng = np.random.default_rng(seed)
    for _ in range(count):
        length = int(rng.integers(15, 70))
        yield " ".join(words[i] for i in rng.choice(WORDS, length, p=often / often.sum()))


def sample(number: int, score: float) -> str:
    """A line of a log as lm-evaluation-harness writes it, 0.8 KB."""
    line = {
        "doc_id": number,
        "doc": {"question": f"What is {number} and {3 * number}?", "steps": 1 + number % 16},
        "target": str(number),
        "arguments": {"gen_args_0": {"arg_0": "x" * 200, "arg_1": {"until": ["\n"]}}},
        "resps": [[f"the answer is {number}"]],
        "filtered_resps": [str(number)],
        "filter": "none",
        "metrics": ["exact_match"],
        "doc_hash": f"{number:064x}",
        "prompt_hash": f"{7 * number:064x}",
        "target_hash": f"{5 * number:064x}",
        "exact_match": score,
    }  # fmt: skip
    return json.dumps(line) + "\n"


def novelty(folder: Path, prompts: int, probes: int) -> None:
    file = folder / "train.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"prompt": text}) + "\n" for text in sentences(prompts, 1))
    asked = list(sentences(probes, 2))
    started = clock()
    training = falloff.training_data(file)
    rim = training.rim
    print(f"{prompts:,} training prompts indexed, rim {rim.distance:.3f}: {since(started)}")
    started = clock()
    found = training.novelty(asked)
    print(f"{probes:,} probes placed, {(found < 1).mean():.0%} inside: {since(started)}")
    if not training.nearest.exact:
        by_exact_search(training, asked[:100])
    copies = changed(list(islice(training.prompts.texts, 1000)))
    found = training.distances(copies)
    print(f"{(found <= 0.05).mean():.1%} of copies with one word changed are near-duplicates")


def changed(texts: list[str]) -> list[str]:
    """Each with its third word doubled."""
    words = (text.split() for text in texts)
    return [" ".join([*w[:3], w[2], *w[3:]]) for w in words]


def by_exact_search(training: TrainingData, asked: list[str]) -> None:
    """How often the shortlist has the nearest, and how much too long distances are."""
    queries = training.view.vectors(asked)
    everything = training.view.vectors(training.prompts.texts)
    exact = NearestPrompts(everything, exact=True, indexed=False).distances(queries)
    longer = training.nearest.distances(queries) / exact - 1
    print(
        f"against an exact search: the nearest found for {(longer < 1e-3).mean():.0%} of"
        f" {len(asked)}, distances longer by {longer.mean():.1%}"
    )


def indexed(folder: Path, prompts: int, probes: int) -> None:
    if not index_is_there():
        print("Not measured: an approximate index (pip install 'falloff[index]')")
        return
    novelty(folder, prompts, probes)


def imported(folder: Path, samples: int) -> None:
    rng = np.random.default_rng(3)
    files = {name: folder / f"{name}.jsonl" for name in ("big", "small")}
    for name, file in files.items():
        loss = 0.0 if name == "big" else 0.02
        with file.open("w", encoding="utf-8") as out:
            for number in range(samples // 2):
                out.write(sample(number, float(rng.random() < 0.8 - loss * (number % 16))))
    started = clock()
    found = falloff.compare_logs([f"{n}={f}" for n, f in files.items()], level="steps")
    kept = found.pairs[0].whole.retention.estimate
    print(f"{samples:,} samples imported, retention {kept:.3f}: {since(started)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prompts", type=int, default=100_000)
    parser.add_argument("--probes", type=int, default=10_000)
    parser.add_argument("--indexed", type=int, default=300_000)
    parser.add_argument("--samples", type=int, default=1_000_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if wanted.prompts:
            novelty(Path(folder), wanted.prompts, wanted.probes)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"peak memory so far: {peak:.2f} GB")
        if wanted.samples:
            imported(Path(folder), wanted.samples)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(f"peak memory so far: {peak:.2f} GB")
        if wanted.indexed:
            indexed(Path(folder), wanted.indexed, wanted.probes)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(f"peak memory: {peak:.2f} GB")


if __name__ == "__main__":
    main()
