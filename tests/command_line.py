"""falloff's commands in the process of the tests, for claims that are not about processes.

To start Python and import everything takes a second of CPU each time. Claims about pipes, signals,
imports and empty memories start processes of their own, as do families of one's own, which a
process that has loaded them does not forget.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import traceback
from unittest.mock import patch

from falloff.cli import main

PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160"}


def command(*arguments: object, cwd: os.PathLike[str], check: bool = False, **variables: str):
    """``falloff`` with these arguments in the folder ``cwd``, as :func:`subprocess.run` tells it.

    ``variables`` of the environment; ``check``: exit code 0 is asserted.
    """
    said, complained = io.StringIO(), io.StringIO()
    line = ["falloff", *map(str, arguments)]
    code = 0
    with (
        contextlib.chdir(cwd),
        patch.dict(os.environ, PLAIN | variables),
        patch.object(sys, "argv", line),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as end:
            code = _code(end)
        except Exception:  # what nobody has caught ends a process, too
            traceback.print_exc()
            code = 1
    done = subprocess.CompletedProcess(line, code, said.getvalue(), complained.getvalue())
    if check:
        assert done.returncode == 0, done.stderr
    return done


def _code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1
