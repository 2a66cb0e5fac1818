"""The demo, and what README says of it."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command_line import command

README = (Path(__file__).parent.parent / "README.md").read_text()


def falloff(*arguments, cwd):
    return command(*arguments, cwd=cwd, check=True).stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    started = time.monotonic()
    said = json.loads(falloff("demo", "--json", cwd=folder))
    return folder, said, time.monotonic() - started


def test_the_demo_takes_at_most_a_minute(demo):
    _, _, seconds = demo
    assert seconds < 60


def test_the_demo_writes_a_report_of_modest_size(demo):
    folder, said, _ = demo
    report = (folder / said["run"]).with_suffix(".html")
    assert report.stat().st_size < 1_000_000


def test_the_teacher_holds_every_centre_and_its_edges_lie_inside_the_box(demo):
    _, said, _ = demo
    for family in said["students"][0]["families"]:
        assert family["status"] == "ok"
        assert family["teacher"]["centre"]["estimate"] > 0.95
        assert all(edge["censored"] is None for edge in family["teacher"]["edges"].values())


def test_every_student_holds_its_centre(demo):
    _, said, _ = demo
    for student in said["students"]:
        assert student["centre_ratio"]["estimate"] > 0.95


def test_readme_says_what_the_demo_finds(demo):
    folder, said, _ = demo
    table = falloff("report", said["run"], "--format", "markdown", cwd=folder)
    headline = table.splitlines()[0].lstrip("# ")
    assert headline in " ".join(README.split())


def test_readmes_python_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert "budget=200" in code
    (tmp_path / "readme.py").write_text(code.replace("budget=200", "budget=40"))
    done = subprocess.run(
        [sys.executable, "readme.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("keeps") == 2
    assert (tmp_path / "report.html").exists()


def test_readmes_commands_exist():
    lines = re.findall(r"^falloff ([\w-]+)(?: (list|grow|sample|show))?", README, re.MULTILINE)
    assert len(lines) >= 5
    for words in lines:
        falloff(*filter(None, words), "--help", cwd=".")
