"""The page about ``falloff fit``: its commands run as they stand, its tables are as generated."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PAGE = (HOUSE / "docs" / "fit.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("falloff ")
]


def test_there_are_commands():
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_run(command, tmp_path):
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
    assert "synthetic-" in done.stdout


def test_the_example_tables_are_as_their_script_writes_them(tmp_path):
    script = tmp_path / "synthetic_tables.py"
    shutil.copy(HOUSE / "examples" / "synthetic_tables.py", script)
    subprocess.run([sys.executable, script], check=True)
    for name in ("synthetic-horizon.csv", "synthetic-lengths.csv"):
        assert (tmp_path / name).read_text() == (HOUSE / "examples" / name).read_text()
