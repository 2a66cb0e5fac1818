"""How fast the lab trains small networks on one thread: supervised, distilled, on the own text.

    python -m benchmarks.lab.training [--steps 12]

1. Tokens (without padding) a CPU second, supervised, at the teacher's size; bar 8,000.
2. Cost of a distillation step on the student's own text, against one on given text, of the embedded
   base from the embedded teacher; bar 2.5 times.
3. Steps a CPU second beside TRL's GKDTrainer: same networks, prompts, batch of 32 and loss (JSD,
   β = 0.5) on the family without tools (GKDTrainer cannot let tools answer); each with its own
   optimiser (Muon and AdamW here, AdamW there); bar: no slower.

4. Probes a CPU second whose verdict is proven by one forced pass, and the rest played out, against
   all of them played out.

CPU seconds, so that other work on the machine counts little; on a busy one they are still 10 to
50 % longer. TRL is left out, and that is said, where it is not installed (pip install trl).
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import statistics
import time
from collections.abc import Callable, Iterator

import torch

from falloff.lab.answers import Example, examples, oracle
from falloff.lab.batches import Batch, bucketed, off_policy, on_policy
from falloff.lab.checking import outcomes
from falloff.lab.checkpoint import load
from falloff.lab.corpus import Corpus, Item, Mix
from falloff.lab.network import STUDENT, TEACHER, build
from falloff.lab.objectives import LossFunction, gold_labels, loss_function
from falloff.lab.play import play_items
from falloff.lab.recipe import Objective, OnPolicy
from falloff.lab.recipes import BROAD
from falloff.lab.rollouts import playing, rollout
from falloff.lab.schedule import Schedule
from falloff.lab.sequences import Sequence
from falloff.lab.training import train
from falloff.models.micro import EMBEDDED

WARM = 3
BATCH = 32
TOKENS = 4096
JSD = Objective(loss="jsd", beta=0.5)
ALWAYS = OnPolicy(start=1, end=1)
# Of the shipped mix, the family that is answered in one reply.
ALONE = Mix(reach={"rule_chain": BROAD.reach["rule_chain"]})


def seconds(
    network: torch.nn.Module, steps: Iterator[list[Batch]], loss: LossFunction, count: int
) -> tuple[float, float]:
    """Median CPU seconds and mean tokens of a step, the first few left out."""
    marks = [(time.process_time(), 0)]
    train(
        network,
        steps,
        plan=Schedule(warmup=1, max_steps=WARM + count - 1, cooldown=0.0),
        loss=loss,
        report=lambda _, tokens, __: marks.append((time.process_time(), tokens)),
    )
    taken = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(marks)][WARM:]
    return statistics.median(t for t, _ in taken), statistics.fmean(n for _, n in taken)


def text(mix: Mix, size: int) -> Iterator[Example]:
    return examples(Corpus(mix=mix, seed=5, size=size), oracle, seed=5)


def supervised(count: int) -> None:
    steps = off_policy(text(BROAD, 2000), TOKENS)
    took, tokens = seconds(build(TEACHER, 1), steps, gold_labels, count)
    rate = tokens / took
    print(f"supervised, 0.59 M weights: {rate:,.0f} tokens a CPU second ({_verdict(rate >= 8000)})")


def own_text(count: int) -> None:
    teacher = load(EMBEDDED / "teacher")
    loss = loss_function(JSD, teacher)
    given, _ = seconds(load(EMBEDDED / "base"), off_policy(text(BROAD, 2000), TOKENS), loss, count)
    print(f"distilling 0.59 M into 0.35 M weights, steps of {TOKENS:,} tokens:")
    print(f"  given text                {given:.2f} CPU s a step")
    students = {"a trained student": load(EMBEDDED / "base"), "a fresh one": build(STUDENT, 1)}
    for name, network in students.items():
        own, tokens = seconds(network, _own(text(BROAD, 2000), network), loss, count)
        print(
            f"  own text, {name:17} {own:.2f} CPU s a step of {tokens:,.0f} tokens,"
            f" {own / given:.2f}x ({_verdict(own <= 2.5 * given)})"
        )


def _own(given: Iterator[Example], network: torch.nn.Module) -> Iterator[list[Batch]]:
    def write(items: list[Item], step: int) -> list[Sequence]:
        return rollout(network, items, draw=step, temperature=1.0)

    return on_policy(given, TOKENS, ALWAYS, 1, write)


def _batches(network: torch.nn.Module, *, own: bool) -> Iterator[list[Batch]]:
    """Steps of as many episodes as TRL has in a batch."""
    given = text(ALONE, 2000)
    for step in itertools.count(1):
        taken = list(itertools.islice(given, BATCH))
        if own:
            yield bucketed(rollout(network, [e.item for e in taken], draw=step, temperature=1.0))
        else:
            yield bucketed([e.text for e in taken])


def beside_trl(count: int) -> None:
    if importlib.util.find_spec("trl") is None:
        print("TRL is not installed (pip install trl): left out")
        return
    from benchmarks.lab.trl_peer import gkd_seconds

    print(f"steps a CPU second, batch {BATCH}, JSD:")
    for name, own in (("given text", False), ("own text", True)):
        network = load(EMBEDDED / "base")
        loss = loss_function(JSD, load(EMBEDDED / "teacher"))
        ours, _ = seconds(network, _batches(network, own=own), loss, count)
        theirs = gkd_seconds(ALONE, own=own, warm=WARM, count=count, batch=BATCH)
        ratio = theirs / ours
        print(
            f"  {name:12} falloff {1 / ours:5.2f}  TRL {1 / theirs:5.2f}  {ratio:.2f}x"
            f" ({_verdict(ratio >= 1)})"
        )


def checking(count: int) -> None:
    network = load(EMBEDDED / "base")
    items = list(Corpus(mix=BROAD, seed=6, size=50 * count).items())
    started = time.process_time()
    checked = outcomes(network, items)
    middle = time.process_time()
    with playing(network) as model:
        played = [episode.outcome for episode in play_items(model, items)]
    ours, theirs = middle - started, time.process_time() - middle
    differ = sum(a.reason != b.reason for a, b in zip(checked, played, strict=True))
    print(
        f"checking {len(items)} probes: {len(items) / ours:,.0f} a CPU second, all played out"
        f" {len(items) / theirs:,.0f}, {theirs / ours:.2f}x; {differ} verdicts differ"
    )


def _verdict(met: bool) -> str:
    return "met" if met else "below the bar"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=12, help="timed steps of each measurement")
    count = parser.parse_args().steps
    torch.set_num_threads(1)
    parts: list[Callable[[int], None]] = [supervised, own_text, beside_trl, checking]
    for part in parts:
        part(count)


if __name__ == "__main__":
    main()
