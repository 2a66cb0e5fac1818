"""The process that a :class:`ProcessPlace` runs: ``python -m falloff.models.hosting.serve SPEC``.

Reads ``NUMBER REQUEST`` and ``forget CONVERSATION`` on stdin, a line each, and writes
``NUMBER ANSWER`` on stdout: the model's facts as number 0, once it is loaded.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from typing import IO

from falloff.models.hosting.served import Served


async def serve(spec: str, said: IO[str], answers: IO[str]) -> None:
    """Answer until ``said`` ends; the process ends with it."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def hear() -> None:
        for line in said:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        # Nobody is there any more: nothing that is under way is wanted, and no thread waited for.
        os._exit(0)

    threading.Thread(target=hear, daemon=True).start()
    served = await asyncio.to_thread(Served, spec)

    async def answer(number: str, request: str | None) -> None:
        text = await (served.facts() if request is None else served.reply(request))
        answers.write(f"{number} {text}\n")
        answers.flush()

    under_way = {asyncio.create_task(answer("0", None))}
    while True:
        name, _, rest = (await lines.get()).partition(" ")
        if name == "forget":
            await served.forget(json.loads(rest))
            continue
        task = asyncio.create_task(answer(name, rest))
        under_way.add(task)
        task.add_done_callback(under_way.discard)


def main() -> None:
    # Ctrl-C reaches every process of a terminal, and what is under way shall still be answered.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asyncio.run(serve(sys.argv[1], sys.stdin, answers))


if __name__ == "__main__":
    main()
