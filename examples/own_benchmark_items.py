"""Write examples/own-benchmark.jsonl: 250 sums in words and 250 questions on short passages.

Every answer is right by construction; every item has numbers of its own, by which it is known.

python examples/own_benchmark_items.py
"""

import json
import random
from pathlib import Path

OUT = Path(__file__).parent / "own-benchmark.jsonl"
PEOPLE = [
    "Alice",
    "Clara",
    "Emma",
    "Fiona",
    "Greta",
    "Hannah",
    "Irene",
    "Judith",
    "Laura",
    "Miriam",
    "Nora",
    "Olivia",
    "Rachel",
    "Susan",
    "Adam",
    "Boris",
    "Colin",
    "David",
    "Edgar",
    "Felix",
    "Gustav",
    "Henry",
    "Jacob",
    "Martin",
    "Oscar",
    "Peter",
    "Simon",
    "Thomas",
]
THINGS = [
    "apples",
    "candles",
    "pencils",
    "ribbons",
    "baskets",
    "mirrors",
    "buttons",
    "lemons",
    "stamps",
    "marbles",
]
ROOMS = ["the cellar", "the attic", "the greenhouse", "the workshop", "the pantry", "the stable"]
CARGO = ["copper wire", "dried figs", "window glass", "sheep wool", "olive oil", "roof tiles"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]


def gains(rng, people, number):
    one, two = people
    thing, a, b, c = rng.choice(THINGS), *(rng.randint(11, 99) for _ in range(3))
    text = (
        f"{one} keeps {number} {thing} in a drawer beside the window. On the way home {one} buys"
        f" {a} more, and later {two} brings another {b} as a present. Before the evening is over"
        f" {one} gives {min(c, a)} of them to a neighbour. How many {thing} does {one} have now?"
    )
    return text, str(number + a + b - min(c, a)), None


def boxes(rng, people, number):
    one, two = people
    thing, each = rng.choice(THINGS), rng.randint(3, 9)
    text = (
        f"{one} fills {number} boxes with {each} {thing} in each of them, while {two} writes the"
        f" labels. How many {thing} are there in the boxes together?"
    )
    right = number * each
    options = sorted({right, right + each, right - each, right + 10})
    return (text, str(right), options) if len(options) == 4 else gains(rng, people, number)


def where(rng, people, number):
    one, two = people
    room, other = rng.sample(ROOMS, 2)
    text = (
        f"The parcel with the number {number} was first put into {other}. In the afternoon {one}"
        f" carried it into {room}, because {two} wanted to sweep the floor. Nobody has touched it"
        " since then. Where is the parcel now?"
    )
    options = [room, *rng.sample([r for r in ROOMS if r != room], 3)]
    rng.shuffle(options)
    return text, room, options


def carried(rng, people, number):
    one, _ = people
    cargo, day = rng.choice(CARGO), rng.choice(DAYS)
    text = (
        f"Wagon {number} left the yard on a {day}, loaded with {cargo} up to the roof. The driver,"
        f" whose name was {one}, rested twice on the way and arrived after dark. What was the"
        " wagon loaded with?"
    )
    return text, cargo, None


def items():
    """500 items as rows: sums from makers of the first kind, passages from those of the second."""
    rng = random.Random("own benchmark, 500 items")  # noqa: S311 - no secret
    numbers = rng.sample(range(1000, 9999), 500)
    for i, number in enumerate(numbers):
        make = (gains, where, boxes, carried)[i % 4]
        text, answer, options = make(rng, rng.sample(PEOPLE, 2), number)
        row = {"id": f"item-{number}", "subject": "sums" if i % 2 == 0 else "passages"}
        if options:
            letters = "ABCD"
            lines = (f"{letter}) {option}" for letter, option in zip(letters, options, strict=True))
            row |= {"question": "\n".join([text, *lines]), "choices": [str(o) for o in options]}
            row["answer"] = letters[row["choices"].index(answer)]
        else:
            row |= {"question": text, "answer": answer}
        yield row


if __name__ == "__main__":
    OUT.write_text("".join(json.dumps(row) + "\n" for row in items()), encoding="utf-8")
