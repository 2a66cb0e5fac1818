"""Readers that go away, and disks that are full: a gate's answer is its exit code all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import falloff

SUITE = Path(__file__).parent.parent / "two_families.toml"

FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("piped") / "small"
    falloff.compare("sim:teacher", "sim:kept-0.9", suite=SUITE, budget=16, seed=7, run=path)
    return str(path)


def unread(*arguments):
    """Exit code and complaints of a command whose output nobody has read a byte of."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return code_and_complaints(*arguments, stdout=writing)
    finally:
        os.close(writing)


def code_and_complaints(*arguments, stdout, stderr=subprocess.PIPE):
    command = [sys.executable, "-m", "falloff", *arguments]
    done = subprocess.run(command, stdout=stdout, stderr=stderr, text=True, timeout=60)
    return done.returncode, done.stderr


def test_a_gate_that_nobody_reads_keeps_its_exit_code(run):
    assert unread("gate", run) == (4, "")


def test_other_commands_end_in_peace_too():
    assert unread("probes", "list") == (0, "")


def test_complaints_that_nobody_reads_keep_their_exit_code():
    reading, writing = os.pipe()
    os.close(reading)
    code, _ = code_and_complaints("gate", "nowhere", stdout=writing, stderr=writing)
    os.close(writing)
    assert code == 2


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_what_a_full_disk_does_not_take_is_one_clear_error(run):
    with FULL.open("w") as full:
        code, said = code_and_complaints("gate", run, stdout=full)
    assert code == 3
    assert said.startswith("Error: Not all could be printed: No space left on device.")
    assert "Traceback" not in said
