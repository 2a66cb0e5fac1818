"""A benchmark of one's own, and a student whose weakness is known: does falloff find it?

The teacher and the student are scripted. Both know the benchmark's answers by the numbers in a
question, fail on a few items, and keep to whatever form is asked for. The student alone fails
where more than 512 tokens of notes stand before the task.

python examples/own_benchmark.py [RUN_FILE]
"""

import hashlib
import json
import re
import sys
from pathlib import Path

import falloff

FILE = Path(__file__).parent / "own-benchmark.jsonl"
LIMIT = 512
# English has about four characters a token.
CHARACTERS = 4


def numbers(text):
    return tuple(re.findall(r"\d+", text))


def key():
    """The answer by the numbers of the question, its options left out."""
    rows = map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
    return {
        numbers(row["question"].partition("\n")[0]): (
            row["choices"]["ABCD".index(row["answer"])] if "choices" in row else row["answer"]
        )
        for row in rows
    }


ANSWERS = key()


def found(text):
    """The answer to the question in the text; None if it is not there as a whole."""
    seen = numbers(text.rpartition("The task:")[2])
    for length in (5, 4, 3, 2, 1):
        for start in range(len(seen) - length + 1):
            if (numbers_of := seen[start : start + length]) in ANSWERS:
                return ANSWERS[numbers_of]
    return None


def question(text):
    """The first number of the question: its item."""
    return numbers(text.rpartition("The task:")[2])[:1]


def unlucky(name, text, share):
    """Whether one of a few: the same each time."""
    digest = hashlib.sha256(f"{name} {text}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def formed(answer, text):
    """The answer as it is asked for."""
    lines = []
    if "Here it comes" in text:
        lines.append("Here it comes")
    lines += [word for word in ("~~~", "CHECKED") if word in text]
    if "'lantern'" in text:
        lines.append("A lantern was lit.")
    if "'draft'" in text:
        lines.append("[draft]")
    if "<answer>" in text:
        return "\n".join([*lines, f"<answer>{answer}</answer>"])
    if '{"answer": …}' in text:
        return "\n".join([*lines, json.dumps({"answer": answer})])
    return "\n".join([*lines, answer])


def said(messages):
    return "\n".join(m["content"] for m in messages if m["role"] == "user")


def teacher(messages):
    text = said(messages)
    answer = found(text)
    if answer is None:
        return "Go on."
    # The first: items that are hard for both. The second: a slip of its own.
    if unlucky("item", question(text), 0.04) or unlucky("teacher", text, 0.02):
        answer = "-1"
    return formed(answer, text)


def student(messages):
    text = said(messages)
    answer = found(text)
    if answer is None:
        return "Go on."
    notes, task, _ = text.partition("The task:")
    if task and len(notes) > (LIMIT + 15) * CHARACTERS:
        answer = "-1"
    if unlucky("item", question(text), 0.04) or unlucky("student", text, 0.02):
        answer = "-1"
    return formed(answer, text)


def main(run=None):
    done = falloff.compare(teacher, student, bench=FILE, budget=800, seed=1, run=run)
    worst = done.comparison.students[0].worst
    print(*done.manifest.bench["left_out"].items(), sep="\n")
    for cell in worst:
        print(f"worst: {cell.family} at {cell.coordinate.key}: loses {cell.drop.estimate:.0%}")
    for family in done.comparison.students[0].families:
        more = family.stress.more
        where = "BEYOND 0" if more.low > 0 or more.high < 0 else "holds 0"
        print(
            f"{family.family:24} {more.estimate:+.2f} [{more.low:+.2f}, {more.high:+.2f}] {where}"
        )
    print(done.report("own-benchmark.html"))


if __name__ == "__main__":
    main(*sys.argv[1:])
