"""Pages with commands: they run as they stand, and the example tables are as generated."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import PLAIN, command

HOUSE = Path(__file__).parent.parent
PAGES = ("fit.md", "own-benchmark.md", "own-families.md", "simulated.md")
COMMANDS = [
    line
    for page in PAGES
    for block in re.findall(r"```sh\n(.*?)```", (HOUSE / "docs" / page).read_text(), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("falloff ") and "…" not in line
]


def test_there_are_commands():
    assert len(COMMANDS) == 15


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line, tmp_path):
    shutil.copytree(HOUSE / "examples", tmp_path / "examples")
    # A process that has loaded families of one's own does not forget them.
    run = process if "my_probes" in line else command
    done = run(*shlex.split(line)[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert any(name in done.stdout for name in ("synthetic-", "sim:", "sort_words", "composition"))


def process(*arguments, cwd):
    program = ["-W", "error", "-c", "from falloff.cli import main; main()"]
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=cwd,
        env=os.environ | PLAIN,
        capture_output=True,
        text=True,
    )


def test_the_suite_on_the_page_is_the_example():
    page = (HOUSE / "docs" / "own-families.md").read_text()
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1]
    assert (HOUSE / "examples" / "suite.toml").read_text().endswith(shown)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own-families.md", r"sort_words [01] [01]\.0\n"),
        ("own-benchmark.md", r"typos 500 \d+ \d+\nframing 500 \d+ \d+\n"),
    ],
)
def test_the_python_on_the_page_runs(tmp_path, name, said):
    page = (HOUSE / "docs" / name).read_text()
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    shutil.copytree(HOUSE / "examples", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert re.fullmatch(said, done.stdout)


def test_the_example_tables_are_as_their_script_writes_them(tmp_path):
    script = tmp_path / "synthetic_tables.py"
    shutil.copy(HOUSE / "examples" / "synthetic_tables.py", script)
    subprocess.run([sys.executable, script], check=True)
    for name in ("synthetic-horizon.csv", "synthetic-lengths.csv"):
        assert (tmp_path / name).read_text() == (HOUSE / "examples" / name).read_text()


def test_the_example_benchmark_is_as_its_script_writes_it(tmp_path):
    script = tmp_path / "own_benchmark_items.py"
    shutil.copy(HOUSE / "examples" / script.name, script)
    subprocess.run([sys.executable, script], check=True)
    written = (HOUSE / "examples" / "own-benchmark.jsonl").read_bytes()
    assert (tmp_path / "own-benchmark.jsonl").read_bytes() == written
    assert len(written) < 200_000
