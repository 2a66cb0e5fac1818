"""Completion in a real bash, from the script that falloff prints for it."""

import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")

# Asks the function that the printed script defines, as readline would.
ASK = """
eval "$(falloff --show-completion)"
for line; do
    IFS=, read -ra COMP_WORDS <<< "$line,"
    [[ $line = *, ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _falloff_completion falloff
    echo "${COMPREPLY[*]}"
done
"""


def offered(folder, *lines):
    """What bash offers for the last word of each line; words are separated by commas."""
    command = folder / "falloff"
    command.write_text(f"#!{sys.executable}\nfrom falloff.cli import main\nmain()\n")
    command.chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", *lines],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split() for line in done.stdout.splitlines()]


def test_bash_is_offered_commands_suites_families_models_and_runs(tmp_path):
    (tmp_path / "runs").mkdir()
    for name in ("here.falloff", "runs/there.falloff", "runs/page.html"):
        (tmp_path / name).touch()
    commands, suites, families, models, runs = offered(
        tmp_path,
        "falloff,wa",
        "falloff,compare,--suite,a",
        "falloff,probes,show,rule_c",
        "falloff,measure,micro",
        "falloff,gate,",
    )
    assert commands == ["watch"]
    assert suites == ["agentic"]
    assert families == ["rule_chain"]
    assert "micro:teacher" in models
    assert runs == ["here.falloff", "runs/there.falloff"]
