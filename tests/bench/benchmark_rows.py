"""Rows as benchmarks have them: sums, passages, code, quotes, many scripts, emoji, options."""

import json
import random

NAMES = [
    "Emma",
    "Peter",
    "Olivia",
    "Samuel",
    "Hannah",
    "Victor",
    "Nora",
    "Thomas",
    "Clara",
    "Oscar",
    "Judith",
    "Henry",
]
THINGS = [
    "apples",
    "kettles",
    "pencils",
    "ribbons",
    "lanterns",
    "saddles",
    "candles",
    "baskets",
    "mirrors",
    "violins",
]
OTHER = (
    "一个农夫有{a}只鸡和{b}只鸭。他一共有多少只家禽？",
    "يملك أحمد {a} كتابا وأعطته أخته {b} كتب أخرى. كم كتابا لديه الآن؟",
    "ליעל היו {a} תפוחים והיא קנתה עוד {b}. כמה תפוחים יש לה עכשיו?",
    "У Ольги было {a} яблок, и она купила ещё {b}. Сколько яблок у неё теперь?",
    "रवि के पास {a} सेब थे और उसने {b} और खरीदे। अब उसके पास कुल कितने सेब हैं?",
    "Η Μαρία είχε {a} βιβλία και αγόρασε άλλα {b}. Πόσα βιβλία έχει τώρα;",
)


def rows(count, seed=7):
    """``count`` different rows, of all kinds in turn."""
    rng = random.Random(seed)
    return [{"id": f"row-{i}", **KINDS[i % len(KINDS)](rng, i)} for i in range(count)]


def _sum(rng, i):
    one, two = rng.sample(NAMES, 2)
    thing, a, b = rng.choice(THINGS), rng.randint(11, 9000), rng.randint(2, 99)
    text = (
        f"{one} has {a:,} {thing} in the old cupboard behind the kitchen door. Yesterday {two} gave"
        f" {one} {b} more of them, wrapped in yellow paper. How many {thing} does {one} have now?"
    )
    return {"prompt": text, "answer": str(a + b), "subject": "sums"}


def _speed(rng, i):
    a, b = rng.randint(3, 60), rng.randint(2, 9)
    text = (
        f"A train travels at {a}.0 km/h for {b} hours, then waits 15 min (see https://rail.example/"
        f"{i}?x=1). What distance in km did it cover? Give just the number 🙂"
    )
    return {"prompt": text, "answer": a * b, "subject": "sums"}


def _passage(rng, i):
    who, place = rng.choice(NAMES), rng.choice(["Norwich", "Lisbon", "Kyoto", "Cairo"])
    text = (
        f"{who} moved to {place} because the weather was milder there. “I never liked snow,"
        f" not even once,” {who} used to say. The house stood on a hill, and from room {i} one"
        " could see the whole valley; every morning the milk was brought by cart. Where did this"
        " person move to?"
    )
    return {"prompt": text, "answer": place, "subject": "reading", "protected": ["whole valley"]}


def _code(rng, i):
    a, b = rng.randint(2, 40), rng.randint(2, 40)
    text = (
        f"Consider the following program:\n\n```python\ndef value_{i}(x):\n    return x  +  {a}\n"
        "```\n\n"
        f"Which value does `value_{i}({b})` give back, if everything works as expected?"
    )
    return {"prompt": text, "answer": str(a + b), "subject": "code"}


def _formula(rng, i):
    a, b = rng.randint(2, 20), rng.randint(2, 20)
    text = f"Let $x_{{{i}}} = {a}$ and \\frac{{y}}{{{b}}} = 1. What number is the product of both?"
    return {"prompt": text, "answer": str(a * b), "subject": "sums"}


def _script(rng, i):
    a, b = rng.randint(11, 900), rng.randint(2, 99)
    return {
        "prompt": rng.choice(OTHER).format(a=a, b=b) + f" ({i})",
        "answer": str(a + b),
        "subject": "scripts",
    }


def _listed(rng, i):
    choices = rng.sample(THINGS, 3)
    last = ["all of the above", "none of the above"][i % 2]
    text = f"In parcel {i} there was something made of glass that shows a face. What was it?"
    answer = rng.choice(choices)
    return {
        "prompt": text, "answer": "ABCD"[choices.index(answer)],
        "choices": [*choices, last], "subject": "reading",
    }  # fmt: skip


def _written(rng, i):
    a = rng.randint(10, 99)
    values = rng.sample(range(20, 200), 4)
    values = list(dict.fromkeys([a + 10, *values]))[:4]
    rng.shuffle(values)
    lines = "\n".join(f"({letter}) {v}" for letter, v in zip("abcd", values, strict=False))
    who = rng.choice(NAMES)
    text = f"Which number is ten more than {a}, as counted by {who} in case {i}?\n{lines}\nAnswer:"
    return {
        "prompt": text, "answer": str(a + 10), "choices": [str(v) for v in values],
        "subject": "sums",
    }  # fmt: skip


def _emoji(rng, i):
    one = rng.choice(NAMES)
    text = (
        f"{one} posted: «I 💛 my 2 dogs 🐶🐶, they're 7½ years old!» — which animals does the"
        f" author of message #{i} keep at home, according to what was written there?"
    )
    return {"prompt": text, "answer": ["dogs", "dog"], "subject": "reading"}


def _letters(rng, i):
    word = rng.choice(THINGS)
    return {
        "prompt": f"How many letters does the word {word} have? (question {i})",
        "answer": len(word),
        "subject": "letters",
    }


KINDS = (
    _sum, _passage, _code, _listed, _speed, _script, _written, _emoji, _formula, _letters,
)  # fmt: skip


def write(path, count):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows(count)), "utf-8")
    return path
