"""Families that users bring: loaded from a file, checked by the contract, and played."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "my_probes.py"
BY_HASH = """
import hashlib
@family("by_hash", capability="reasoning", version=1, axes=(WORDS, LENGTH),
        renderers=dialects_of(Words()))
def by_hash(at, rng):
    "Depends on Python's own hashing."
    words = {"".join(rng.choices(string.ascii_lowercase, k=8)) for _ in range(int(at["words"]))}
    return Sorting(words=tuple(words))
"""


def falloff(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from falloff.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        check=False,
        text=True,
        env=os.environ,
    )


def own(tmp_path, text):
    path = tmp_path / "ours.py"
    path.write_text(text)
    return path


def test_the_example_keeps_to_the_contract():
    done = falloff("probes", "check", EXAMPLE, "--seeds", 20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 9 rules broken" in done.stdout


def test_a_family_that_follows_pythons_hashing_is_found(tmp_path):
    done = falloff("probes", "check", own(tmp_path, EXAMPLE.read_text() + BY_HASH), "--json")
    assert done.returncode == 1
    (rule,) = json.loads(done.stdout)["families"]["by_hash"]
    assert rule["what"] == "depends on PYTHONHASHSEED"


def test_a_sample_of_an_own_family_can_be_seen():
    done = falloff("probes", "sample", "sort_words", "--probes", EXAMPLE, "--at", "words=8")
    assert done.returncode == 0
    assert "gold" in done.stdout


def test_a_breach_names_a_probe_that_can_be_seen_again(tmp_path):
    text = EXAMPLE.read_text().replace("rng.randrange(2)", "random.randrange(2)")
    done = falloff("probes", "check", own(tmp_path, text), "--json")
    broken = json.loads(done.stdout)["families"]["sort_words"]
    probe = next(b["where"] for b in broken if b["rule"] == "is_deterministic").split(" [")[0]
    seen = falloff("probes", "sample", probe, "--probes", own(tmp_path, text), "--json")
    assert json.loads(seen.stdout)["probe"] == probe


def test_what_is_another_when_made_again_is_never_asked(tmp_path):
    text = EXAMPLE.read_text().replace("rng.randrange(2)", "random.randrange(2)")
    file = own(tmp_path, text)
    done = falloff("measure", "sim:teacher", "--probes", file, "--run", tmp_path / "a.falloff")
    assert done.returncode == 2
    assert "differs when made again [sort_words@1/" in done.stderr
    assert not (tmp_path / "a.falloff").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "registers no family"),
        ("x = (", "SyntaxError"),
        ("\nraise ValueError('odd')", "ValueError: odd (line 2)"),
        (EXAMPLE.read_text().replace('"sort_words"', '"rule_chain"'), "registered twice"),
        (EXAMPLE.read_text().replace('"reasoning"', '"reasonning"'), "Did you mean 'reasoning'"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_error(tmp_path, text, said):
    done = falloff("probes", "check", own(tmp_path, text))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_says_so(tmp_path):
    done = falloff("probes", "check", tmp_path / "none.py")
    assert done.returncode == 2
    assert "There is no Python file" in done.stderr
