"""The documentation site builds without a warning; tutorials and the notebook run as they stand."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ENVIRONMENT = os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160"}
FALLOFF = [sys.executable, "-W", "error", "-c", "from falloff.cli import main; main()"]


def commands_of(page):
    text = (HOUSE / "docs" / "tutorials" / page).read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def run(command, folder):
    program, *arguments = shlex.split(command)
    program = {"falloff": FALLOFF, "python": [sys.executable]}[program]
    return subprocess.run(
        [*program, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True
    )


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(HOUSE / "examples", tmp_path / "examples")
    return tmp_path


@pytest.fixture
def endpoint(folder):
    """What the tutorial starts in a shell of its own."""
    serve, *_ = commands_of("replace-a-teacher.md")
    _, script, flag, port = shlex.split(serve)
    with subprocess.Popen([sys.executable, script, flag, port], cwd=folder) as process:
        for _ in range(200):
            time.sleep(0.1)
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models").close()
                break
            except OSError:
                assert process.poll() is None
        yield
        process.terminate()


@pytest.mark.slow
def test_a_teacher_behind_an_endpoint_is_replaced_as_the_tutorial_says(folder, endpoint):
    _, *commands = commands_of("replace-a-teacher.md")
    said = []
    for command in commands:
        done = run(command, folder)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert len(said) == 5
    assert all("narrow" in text for text in said[:4])


def test_a_quantised_model_is_gated_as_the_tutorial_says(folder):
    codes = {}
    for command in commands_of("gate-in-ci.md"):
        done = run(command, folder)
        codes[command.split()[1], command.split("int")[1][0]] = done.returncode
        assert "Error" not in done.stderr, done.stderr
    assert codes["compare", "4"] == codes["compare", "3"] == 0
    # Four bits lose nothing that is seen, three a good deal.
    assert codes["gate", "4"] in (0, 4)
    assert codes["gate", "3"] in (1, 4)
    assert (folder / "gate.xml").exists()


def test_a_family_of_ones_own_is_asked_as_the_tutorial_says(folder):
    for command in commands_of("own-family.md"):
        done = run(command, folder)
        assert done.returncode == 0, done.stderr
    assert (folder / "own.html").exists()


@pytest.mark.slow  # trains for a minute
def test_a_training_is_watched_as_the_tutorial_says(folder):
    pytest.importorskip("accelerate")
    (command,) = commands_of("distil-and-watch.md")
    done = run(command, folder)
    assert done.returncode == 0, done.stderr
    assert "retention" in done.stdout


def test_the_policy_in_the_tutorial_is_one(folder):
    page = (HOUSE / "docs" / "tutorials" / "gate-in-ci.md").read_text()
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1]
    (folder / "short.toml").write_text(shown)
    from falloff.policy_file import read_policy

    read_policy(folder / "short.toml")


def test_the_notebook_runs(tmp_path, monkeypatch):
    notebook = json.loads((HOUSE / "examples" / "first-run.ipynb").read_text())
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in cells)
    code = "\n".join("".join(cell["source"]) for cell in cells)
    (tmp_path / "cells.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-W", "error", "cells.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "retention: " in done.stdout
    assert (tmp_path / "first-run.html").stat().st_size > 10_000


def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("sphinx")
    docs = tmp_path / "docs"
    shutil.copytree(HOUSE / "docs", docs)
    for folder in ("examples", "src"):
        (tmp_path / folder).symlink_to(HOUSE / folder)
    (docs / "commands.md").write_text("# Commands\n")
    (tmp_path / "CHANGELOG.md").symlink_to(HOUSE / "CHANGELOG.md")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", docs, tmp_path / "site"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "index.html").read_text()
    assert not re.search(r'<(?:script|img|link)[^>]*"(?:https?:)?//', page)
