"""Completion in real shells at a terminal, from the script that falloff prints for each."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time

import pytest

# Each takes the printed script in, and on Ctrl-X shows the line as it stands.
SHELLS = {
    "bash": """
        bind 'set enable-bracketed-paste off'
        eval "$(falloff --show-completion bash)"
        show() { echo "<<$READLINE_LINE>>"; READLINE_LINE=; }
        bind -x '"\\C-x": show'
    """,
    "zsh": """
        autoload -Uz compinit && compinit -D
        eval "$(falloff --show-completion zsh)"
        show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle redisplay }
        zle -N show && bindkey '^X' show
    """,
}
START = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "falloff"
    command.write_text(f"#!{sys.executable}\nfrom falloff.cli import main\nmain()\n")
    command.chmod(0o755)
    (tmp_path / "models" / "student").mkdir(parents=True)
    (tmp_path / "here.falloff").touch()
    return tmp_path


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, shell, folder):
        self.outer, inner = pty.openpty()
        where = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
        self.process = subprocess.Popen(
            [shell, *START[shell]], stdin=inner, stdout=inner, stderr=inner, cwd=folder,
            env=os.environ | where | {"TERM": "dumb"}, start_new_session=True,
        )  # fmt: skip
        os.close(inner)

    def type(self, text):
        os.write(self.outer, text.encode())

    def read_until(self, ending, seconds=60):
        heard, end = "", time.monotonic() + seconds
        while ending not in heard:
            left = max(end - time.monotonic(), 0)
            assert select.select([self.outer], [], [], left)[0], f"heard only {heard!r}"
            heard += os.read(self.outer, 4096).decode(errors="replace")
        return heard

    def completed(self, begun):
        """The line after a Tab at its end."""
        self.type(f"{begun}\t\x18")
        return self.read_until(">>").rpartition("<<")[2].partition(">>")[0].strip()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.outer)


@pytest.fixture(params=SHELLS)
def terminal(request, folder):
    if not shutil.which(request.param):
        pytest.skip(f"needs {request.param}")
    (folder / "setup").write_text(SHELLS[request.param])
    opened = Terminal(request.param, folder)
    try:
        opened.type(f"source {folder}/setup; echo rea''dy\n")
        opened.read_until("ready")
        yield opened
    finally:
        opened.close()


def test_a_tab_completes_commands_suites_models_and_runs(terminal):
    lines = {
        "falloff wa": "falloff watch",
        "falloff compare --suite ag": "falloff compare --suite agentic",
        "falloff compare --student micro:bas": "falloff compare --student micro:base",
        "falloff measure hf:./models/st": "falloff measure hf:./models/student/",
        "falloff gate h": "falloff gate here.falloff",
    }
    assert {begun: terminal.completed(begun) for begun in lines} == lines


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
def test_fish_offers_options_models_and_runs(folder):
    lines = {
        "falloff compare --te": "--teacher",
        "falloff compare --student micro:bas": "micro:base",
        "falloff measure hf:./models/st": "hf:./models/student/",
        "falloff gate h": "here.falloff",
    }
    asked = "; ".join(f"complete -C '{line}'" for line in lines)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"falloff --show-completion | source; {asked}"],
        cwd=folder, capture_output=True, text=True, check=True,
        env=os.environ | {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == list(lines.values())
