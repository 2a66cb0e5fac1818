"""The question before a dear run, on a real terminal."""

import os
import pty
import select
import signal
import sys
import time

import pytest

CONFIG = 'confirm_above = 0.001\n[prices]\n"sim:*" = {input = 2.5, output = 10}\n'
COMPARE = ["-m", "falloff", "compare", "--teacher", "sim:teacher", "--student", "sim:narrow"]


def answered(folder, keys):
    """What the terminal shows, and the exit code, where these keys answer the question."""
    process, terminal = pty.fork()
    if not process:
        # Whoever started the tests in the background may have had SIGINT ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(folder)
        os.environ |= {"TERM": "xterm", "COLUMNS": "200"}
        arguments = [sys.executable, *COMPARE, "--budget", "40", "--run", "r.falloff"]
        os.execv(sys.executable, arguments)  # noqa: S606
    shown, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1.0)[0]:
            if b"Go on?" in shown:  # pressed again, as one does when nothing happens
                os.write(terminal, keys)
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how a terminal says that the other side has closed it
            break
        asked = b"Go on?" in shown
        shown += part
        if b"Go on?" in shown and not asked:
            os.write(terminal, keys)
    else:
        os.kill(process, signal.SIGKILL)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


@pytest.mark.parametrize("keys", [b"n\n", b"\x03"])
def test_whoever_does_not_agree_has_asked_nothing(tmp_path, keys):
    (tmp_path / "falloff.toml").write_text(CONFIG)
    shown, code = answered(tmp_path, keys)
    assert code == 2
    assert "Not confirmed: nothing was asked." in shown
    assert not (tmp_path / "r.falloff").exists()


def test_the_question_has_its_line_and_cursor_and_a_yes_begins(tmp_path):
    (tmp_path / "falloff.toml").write_text(CONFIG)
    shown, code = answered(tmp_path, b"y\n")
    assert code == 0
    before, _, after = shown.partition("Go on?")
    assert "\x1b" not in before
    assert "This will cost about" in before
    assert "sim:narrow" in after
    assert (tmp_path / "r.falloff").exists()
