"""AEPsych in its own environment: reads a line of JSON, answers with one.

    {"do": "start", "dim": 2, "seed": 1}            → {}
    {"do": "ask"}                                   → {"x": [0.3, 0.7], "cpu": 0.4}
    {"do": "tell", "x": [0.3, 0.7], "y": 1}         → {}
    {"do": "predict", "x": [[…], …]}                → {"p": [0.4, …]}

Runs without falloff on its path. Settings are those of AEPsych's own high-dimensional example: ten
Sobol points first, EAVC at τ = .5, 10 restarts from 1000 samples within 0.1 s, a full refit every
tenth answer and a warm one in between. ``cpu`` counts refit and search.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import torch
from aepsych.acquisition.lookahead import EAVC
from aepsych.generators import OptimizeAcqfGenerator
from aepsych.models import GPClassificationModel
from aepsych.utils_logging import getLogger
from botorch.utils.sampling import draw_sobol_samples

FIRST = 10
REFIT = 10
_TARGET = 0.5


class Session:
    def __init__(self, dim: int, seed: int) -> None:
        torch.manual_seed(seed)
        box = torch.stack([torch.zeros(dim), torch.ones(dim)]).double()
        self.first = draw_sobol_samples(bounds=box, n=FIRST, q=1, seed=seed % 2**31).squeeze(1)
        self.model = GPClassificationModel(dim=dim)
        self.generator = OptimizeAcqfGenerator(
            lb=box[0],
            ub=box[1],
            acqf=EAVC,
            acqf_kwargs={"lb": box[0], "ub": box[1], "target": _TARGET},
            restarts=10,
            samps=1000,
            max_gen_time=0.1,
        )
        self.x, self.y, self.fitted = [], [], 0

    def ask(self) -> list[float]:
        if len(self.x) < FIRST:
            return self.first[len(self.x)].tolist()
        self.fit(warm=len(self.x) % REFIT != 0)
        return self.generator.gen(1, self.model)[0].tolist()

    def tell(self, x: list[float], y: int) -> None:
        self.x.append(x)
        self.y.append(y)

    def fit(self, *, warm: bool) -> None:
        if self.fitted == len(self.x):
            return
        x, y = torch.tensor(self.x).double(), torch.tensor(self.y).double()
        (self.model.update if warm and self.fitted else self.model.fit)(x, y)
        self.fitted = len(self.x)

    def predict(self, x: list[list[float]]) -> list[float]:
        self.fit(warm=False)
        with torch.no_grad():
            mean, variance = self.model.predict(torch.tensor(x).double())
        # The mean of Φ(f) over the posterior of f.
        return torch.special.ndtr(mean / torch.sqrt(1 + variance)).tolist()


def answer(session: Session | None, line: dict) -> tuple[Session | None, dict]:
    if line["do"] == "start":
        return Session(line["dim"], line["seed"]), {}
    started = time.process_time()
    if line["do"] == "ask":
        x = session.ask()
        return session, {"x": x, "cpu": time.process_time() - started}
    if line["do"] == "tell":
        session.tell(line["x"], line["y"])
        return session, {}
    return session, {"p": session.predict(line["x"])}


def main() -> None:
    warnings.simplefilter("ignore")
    getLogger().setLevel("ERROR")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    session = None
    for line in sys.stdin:
        session, reply = answer(session, json.loads(line))
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
