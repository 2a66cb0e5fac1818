"""Does retention weighted by traffic hold the truth? Simulated pairs of which it is known.

python -m benchmarks.traffic
python -m benchmarks.traffic --pairs 20

Traffic is drawn from the box, or nearer to the centre (``near``): on the first axis alone, which
novelty follows most, or on all. Novelty rises with the position on the axes and is blurred: the
more, the less it tells of what is hard. ``own``: how much competence of the student falls, in log
odds, with what novelty has beside the axes. ``said``: how often two readings are so far apart that
falloff says not to trust them. ``answers alone`` is without the fitted regions: means of the
answers in each strip of novelty, which lean to where the design asked.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from falloff.analysis import FamilyData
from falloff.analysis.contrasts import ratio
from falloff.analysis.estimates import Interval
from falloff.analysis.novelty import Rim
from falloff.analysis.novelty.probes import Probes, group_means
from falloff.analysis.novelty.traffic import kept_of, strip_ends
from falloff.core import child_seed
from falloff.probes import Family
from falloff.report.novelty_wording import APART
from falloff.sampling import FamilyEvidence
from falloff.sampling.look_ahead import LookAhead

from .measurement.observers import TAU, box, draw_pair, grid_positions, positions
from .measurement.play import data_of

ROLES = ("teacher", "student")
RIM = Rim(distance=0.5, prompts=1000)
USERS = 1500
STREAM = "traffic-2"
# Box, families, probes of each, kind of pair, blur of novelty, own effect of it, how near
# users keep to the centre on the first axis, and on the others (0: as the box).
CASES = (
    ("sim_2d", 3, 120, "pooled", 0.03, 0.0, (0, 0)),
    ("sim_2d", 3, 120, "pooled", 0.12, 0.0, (0, 0)),
    ("sim_2d", 3, 120, "pooled", 0.40, 0.0, (0, 0)),
    ("sim_2d", 3, 120, "plateau", 0.12, 0.0, (0, 0)),
    ("sim_3d", 5, 60, "pooled", 0.12, 0.0, (0, 0)),
    ("sim_2d", 3, 120, "pooled", 0.12, 1.0, (0, 0)),
    ("sim_2d", 3, 120, "pooled", 0.03, 0.0, (3, 3)),
    ("sim_2d", 3, 120, "pooled", 0.12, 0.0, (3, 3)),
    ("sim_2d", 3, 120, "pooled", 0.40, 0.0, (3, 3)),
    ("sim_2d", 3, 120, "pooled", 0.12, 0.0, (3, 0)),
    ("sim_2d", 3, 120, "pooled", 0.40, 0.0, (3, 0)),
)


def distance(u: np.ndarray, luck: np.ndarray, blur: float) -> np.ndarray:
    return np.clip(0.15 + 0.4 * u[:, 0] + 0.1 * u[:, -1] + blur * luck, 0.01, 1.0)


def pair_of(case: tuple, index: int) -> tuple[list[FamilyData], dict, np.ndarray, float]:
    """Families as asked, distances of their probes and of traffic, and the retention of it."""
    name, count, budget, kind, blur, own, near = case
    rng = np.random.Generator(np.random.PCG64(child_seed(STREAM, *map(str, case), index)))
    families, distances, users, kept = [], {}, [], np.zeros(2)
    for number in range(count):
        family = replace(box(name), name=f"{name}_{number}", capability=f"{number}")
        pair = draw_pair(family, kind, index * count + number, stream=STREAM)

        def success(u: np.ndarray, luck: np.ndarray, pair=pair) -> dict[str, np.ndarray]:
            odds = {role: logit(np.clip(pair[role].competence(u), 1e-9, 1 - 1e-9)) for role in pair}
            return {role: expit(o - own * luck * (role == "student")) for role, o in odds.items()}

        evidence, luck = asked(family, budget, index, success, rng)
        families.append(data_of(family, evidence))
        distances[family.name] = distance(positions(family, evidence.coordinates), luck, blur)
        grid, luck = grid_positions(family), rng.standard_normal(USERS)
        often = np.exp(-near[0] * grid[:, 0] - near[1] * grid[:, 1:].sum(axis=1))
        at = grid[rng.choice(len(grid), USERS, p=often / often.sum())]
        users.append(distance(at, luck, blur))
        kept += [success(at, luck)[role].mean() for role in ROLES]
    return families, distances, np.concatenate(users), float(kept[1] / kept[0])


def asked(
    family: Family, budget: int, seed: int, success, rng: np.random.Generator
) -> tuple[FamilyEvidence, np.ndarray]:
    """A run of one family, and the luck of each probe in novelty."""
    design = LookAhead(families=[family], seed=seed, budget=budget)
    evidence, all_luck = FamilyEvidence.none_yet(family.name, ROLES), []
    while evidence.count < budget:
        batch = design.place(family, budget - evidence.count, evidence)
        u = positions(family, tuple(placed.coordinate for placed in batch))
        luck = rng.standard_normal(len(u))
        all_luck.append(luck)
        scores = {role: (rng.random(len(u)) < p) * 1.0 for role, p in success(u, luck).items()}
        evidence = FamilyEvidence(
            family=family.name,
            coordinates=(*evidence.coordinates, *(placed.coordinate for placed in batch)),
            shares=(*evidence.shares, *(placed.share for placed in batch)),
            scores={role: np.concatenate([evidence.scores[role], scores[role]]) for role in ROLES},
        )
    return evidence, np.concatenate(all_luck)


def alone(probes: Probes, users: np.ndarray) -> Interval:
    """From the answers in each strip."""
    ends = strip_ends(probes, RIM, ROLES)
    strip = np.searchsorted(ends, RIM.novelty(probes.distance), side="right")
    _, means = group_means(probes, ROLES, strip, len(ends) + 1)
    part = np.bincount(np.searchsorted(ends, RIM.novelty(users), side="right"))[: len(ends)]
    held = np.nan_to_num(means[:, : len(part)])
    return ratio(*(np.tensordot(held[:, :, i], part, 1) for i in (1, 0)))


def estimates(case: tuple, index: int) -> Iterator[tuple[str, Interval, bool, float]]:
    families, distances, users, truth = pair_of(case, index)
    weights = {data.name: 1 / len(families) for data in families}
    probes = Probes.of(families, distances, weights, ROLES)
    kept = kept_of(families, probes, RIM, ROLES, RIM.novelty(users), TAU)
    yield "falloff", kept.retention, (kept.apart or 0.0) >= APART, truth
    yield "answers alone", alone(probes, users), False, truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100)
    pairs = parser.parse_args().pairs
    print("box     kind     blur  own  near  estimate       bias   rms    held  width  said")
    for case in CASES:
        rows: dict[str, list[tuple[float, float, float, float]]] = {}
        for index in range(pairs):
            for name, kept, doubted, truth in estimates(case, index):
                error = kept.estimate - truth
                inside = kept.low <= truth <= kept.high
                rows.setdefault(name, []).append((error, inside, kept.high - kept.low, doubted))
        for name, row in rows.items():
            error, inside, width, doubted = np.array(row, dtype=float).T
            box_name, _, _, kind, blur, own, near = case
            print(
                f"{box_name:7} {kind:8} {blur:4.2f}  {own:3.1f}  {near[0]} {near[1]}   {name:13}"
                f" {error.mean():+6.3f}  {np.sqrt((error**2).mean()):.3f}  {inside.mean():.2f}"
                f"  {width.mean():.3f}  {doubted.mean():.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
