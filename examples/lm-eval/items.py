"""Write the items of the task beside this file: rule chains of 1 to 12 steps, and answers."""

import json
from pathlib import Path

from falloff.core import Coordinate, child_seed
from falloff.probes import FAMILIES

STEPS = (1, 2, 4, 6, 8, 10, 12)
EACH = 24


def main() -> None:
    family = FAMILIES["rule_chain"]
    path = Path(__file__).with_name("items.jsonl")
    with path.open("w", encoding="utf-8") as file:
        for steps in STEPS:
            for number in range(EACH):
                at = Coordinate.at(family.axes, {"steps": steps})
                task = family.task(family.probe(at, child_seed("lm-eval", steps, number)))
                (message,) = family.renderer("micro").prompt(task)
                item = {
                    "id": f"{steps}-{number}",
                    "prompt": message.content,
                    "answer": task.gold,
                    "steps": steps,
                }
                file.write(json.dumps(item) + "\n")
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
