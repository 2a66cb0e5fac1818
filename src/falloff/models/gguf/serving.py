"""The process that runs llama.cpp. Run as a script, so that it imports nothing but xllamacpp.

Reads one line of JSON, writes the address that it serves at as one line, and ends when its input
does, so it never outlives who started it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


def main() -> None:
    # Ctrl-C is for the process that asks: it still wants the answers in flight.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = _serve(json.loads(sys.stdin.readline()))
    print(server.listening_address, flush=True)
    sys.stdin.read()
    # Taking the server down in order waits for ever where a call is in flight.
    os._exit(0)


def _serve(wanted: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = wanted["path"]
    params.n_ctx = wanted["context"] * wanted["concurrency"]
    params.n_parallel = wanted["concurrency"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = wanted["threads"]
    params.api_keys = [wanted["key"]]
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.ui = params.endpoint_slots = False
    # What was asked for, or an error: nothing made smaller to fit.
    params.fit_params = False
    params.verbosity = 1  # errors
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
