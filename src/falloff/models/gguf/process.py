"""llama.cpp in a process of its own: what it does wrong, such as running out of memory, ends it
and not the run.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path
from typing import IO

from falloff.core import ModelError
from falloff.models.gguf.options import Options

_SCRIPT = Path(__file__).with_name("serving.py")
_REASON = re.compile(r"(?:error loading model: |ggml_\S+: |llama_init\S+: )(.*)")
_MOST_SAID = 300


class Server:
    """A server for one file at ``address``, which takes calls with ``key`` alone.

    Raises :class:`ModelError` where llama.cpp cannot load the file.
    """

    def __init__(self, options: Options) -> None:
        self.key = secrets.token_urlsafe(32)
        log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        process = subprocess.Popen(  # noqa: S603 - this Python, our own script
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        self._process = process
        self.close = weakref.finalize(self, _end, process, log)
        try:
            self.address = self._start(options)
        except BaseException:  # Ctrl-C too, since loading takes long
            self.close()
            raise
        if not self.address:
            process.wait()
            problem = _not_loaded(options, log)
            self.close()
            raise problem

    @property
    def ended(self) -> int | None:
        """The exit code of a server that has ended by itself."""
        return self._process.poll()

    def _start(self, options: Options) -> str:
        wanted = {
            "path": str(options.path),
            "context": options.context,
            "threads": options.threads,
            "concurrency": options.concurrency,
            "key": self.key,
        }
        into, out = self._process.stdin, self._process.stdout
        assert into is not None  # noqa: S101 - both are pipes
        assert out is not None  # noqa: S101
        try:
            into.write(json.dumps(wanted) + "\n")
            into.flush()
        except OSError:  # it has ended already, and its log says why
            return ""
        return out.readline().strip()


def _end(process: subprocess.Popen[str], log: IO[str]) -> None:
    process.kill()
    process.communicate()
    log.close()


def _not_loaded(options: Options, log: IO[str]) -> ModelError:
    log.seek(0)
    lines = log.read().splitlines()
    reasons = [found[1] for line in lines if (found := _REASON.search(line))]
    last = [line for line in lines if line.strip()][-1:] or ["it does not say why"]
    said = "".join(c for c in (reasons or last)[0] if c.isprintable())[:_MOST_SAID].rstrip(".")
    remedy = "Download the file again, or update xllamacpp for a newer architecture."
    if "alloc" in said or not reasons:
        size = options.path.stat().st_size / 2**30
        remedy = (
            f"Memory is needed for the file ({size:.1f} GiB) and for {options.concurrency}"
            f" conversations of {options.context} tokens: lower them with ?context=N&concurrency=N."
        )
    return ModelError(f"llama.cpp cannot load '{options.path}': {said}.", remedy=remedy)
