"""Pages with commands: they run as they stand, and the example tables are as generated."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PAGES = ("fit.md", "simulated.md")
COMMANDS = [
    line
    for page in PAGES
    for block in re.findall(r"```sh\n(.*?)```", (HOUSE / "docs" / page).read_text(), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("falloff ")
]


def test_there_are_commands():
    assert len(COMMANDS) == 5


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command, tmp_path):
    shutil.copytree(HOUSE / "examples", tmp_path / "examples")
    program = ["-W", "error", "-c", "from falloff.cli import main; main()"]
    done = subprocess.run(
        [sys.executable, *program, *shlex.split(command)[1:]],
        cwd=tmp_path,
        env=os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "synthetic-" in done.stdout or "sim:" in done.stdout


def test_the_example_tables_are_as_their_script_writes_them(tmp_path):
    script = tmp_path / "synthetic_tables.py"
    shutil.copy(HOUSE / "examples" / "synthetic_tables.py", script)
    subprocess.run([sys.executable, script], check=True)
    for name in ("synthetic-horizon.csv", "synthetic-lengths.csv"):
        assert (tmp_path / name).read_text() == (HOUSE / "examples" / name).read_text()
