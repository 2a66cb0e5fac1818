"""What the embedded students keep of fresh prompts of the whole range, by asking them: no estimate.

falloff lab prompts broad --out broad.jsonl      # the same traffic, to be placed by novelty
python examples/traffic_truth.py
"""

import itertools

from falloff.lab.corpus import probes_of
from falloff.lab.play import play
from falloff.lab.recipes import BROAD
from falloff.models import load_model
from falloff.probes import FAMILIES

PROMPTS = 800
SEED = 991  # of no training data


def competence(spec: str) -> float:
    """Mean over the prompts, chance removed."""
    probes = list(itertools.islice(probes_of(BROAD, SEED), PROMPTS))
    total = 0.0
    for episode in play(load_model(spec), probes):
        chance = FAMILIES[episode.probe.family].chance
        total += ((episode.outcome.score or 0.0) - chance) / (1 - chance)
    return total / PROMPTS


def main() -> None:
    teacher = competence("micro:teacher")
    for student in ("micro:narrow", "micro:broad"):
        print(f"{student} keeps {competence(student) / teacher:.1%} of {PROMPTS} prompts")


if __name__ == "__main__":
    main()
